"""Tasks: what is to be done, what it needs first, whose step it is, and how far it got.

After the Task Memory Engine (Ye 2025, "Task Memory Engine: Spatial Memory for Robust Multi-Step LLM Agents"),
which keeps a tree of steps and lets a graph share them. Ours differs in that a task is a record of the log:
its moves are commits with an author, which undo takes back, and what is shown for it are passages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from graphmem.identity import digest, fold

State: TypeAlias = Literal["open", "active", "blocked", "done", "failed", "dropped"]
STATES: Final[tuple[State, ...]] = get_args(State)
MOVES: Final[Mapping[State, tuple[State, ...]]] = {
    "open": ("active", "blocked", "done", "dropped"),
    "active": ("open", "blocked", "done", "failed", "dropped"),
    "blocked": ("open", "active", "failed", "dropped"),
    "done": ("open",),
    "failed": ("open", "dropped"),
    "dropped": ("open",),
}
"""What each state may become."""


@dataclass(frozen=True, slots=True)
class Tie:
    """That a task is tied to another, by id, since a moment."""

    task: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do; by its title it is one in its namespace, however many tasks it is a step of.

    Attributes:
        title: what is to be done.
        state: how far it got, as was said last.
        needs: what must be done before it.
        step_of: the tasks that it is a step of.
        under: which of these it is done for now, by id; empty if it is done for itself.
        shows: the passages that show how it came out, by id.
        outcome: in words what came of it, or why it waits or failed.
        by: who moved it last.
        since: when that was.
        made: when it was added.
    """

    id: str
    namespace: str
    title: str
    made: datetime
    since: datetime
    state: State = "open"
    needs: tuple[Tie, ...] = ()
    step_of: tuple[Tie, ...] = ()
    under: str = ""
    shows: tuple[str, ...] = ()
    outcome: str = ""
    by: str = ""


def task_id(namespace: str, title: str) -> str:
    """A task is its folded title in a namespace: so a step that two tasks have is one."""
    return "q" + digest("task", namespace, fold(title) or title.strip().casefold())


def _write_ties(ties: Sequence[Tie]) -> list[list[str]]:
    return [[one.task, one.since.isoformat()] for one in ties]


def _read_ties(rows: Sequence[Sequence[str]]) -> tuple[Tie, ...]:
    return tuple(Tie(task, datetime.fromisoformat(since)) for task, since in rows)


def write_task(t: Task) -> dict[str, Any]:
    """The body of a task."""
    return {
        "title": t.title,
        "state": t.state,
        "needs": _write_ties(t.needs),
        "step_of": _write_ties(t.step_of),
        "under": t.under,
        "shows": list(t.shows),
        "outcome": t.outcome,
        "by": t.by,
        "since": t.since.isoformat(),
        "made": t.made.isoformat(),
    }


def read_task(id: str, namespace: str, body: Mapping[str, Any]) -> Task:
    """A task from its body."""
    return Task(
        id=id,
        namespace=namespace,
        title=body["title"],
        state=body["state"],
        needs=_read_ties(body.get("needs", ())),
        step_of=_read_ties(body.get("step_of", ())),
        under=body.get("under", ""),
        shows=tuple(body.get("shows", ())),
        outcome=body.get("outcome", ""),
        by=body.get("by", ""),
        since=datetime.fromisoformat(body["since"]),
        made=datetime.fromisoformat(body["made"]),
    )
