"""Nodes of a graph that use a memory: recall, remember, the working context, and the task at hand.

Each is a function from the state, a mapping, to the part of it that changes, as LangGraph wants it; which
keys it reads and writes is said when it is made. They need no model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from graphmem.agent import TaskGraph, WorkingMemory
from graphmem.agent import remember as remembered
from graphmem.agent.association import associate
from graphmem.errors import InputError
from graphmem.ingest.language import AUTOMATIC
from graphmem.llm import Client
from graphmem.memory import Memory

State: TypeAlias = Mapping[str, Any]
Node: TypeAlias = Callable[[State], dict[str, Any]]


def _text(state: State, key: str) -> str:
    """The text under a key: itself, or that of a message or of the last one of a list.

    Raises:
        InputError: there is none.
    """
    value = state.get(key)
    if isinstance(value, list) and value:
        value = value[-1]
    text = value if isinstance(value, str) else str(getattr(value, "text", ""))
    if not text.strip():
        raise InputError(f"the state has no text under {key!r}: put one there, or name another key")
    return text


def recall_node(memory: Memory, *, k: int = 5, question: str = "question", into: str = "evidence") -> Node:
    """A node that writes what the memory says to a question: lines "[source] passage", best first.

    Nothing is written where the memory likely does not tell it.
    """

    def recall(state: State) -> dict[str, Any]:
        ranking = memory.recall(_text(state, question), k)
        hits = () if ranking.doubtful else ranking.hits
        return {into: "\n".join(f"[{hit.document.uri}] {hit.passage.text}" for hit in hits)}

    return recall


def associate_node(
    memory: Memory, *, k: int = 3, context: str = "evidence", into: str = "evidence", seen: str = "seen"
) -> Node:
    """A node that adds to the context what it brings to mind and is new; ``seen`` keeps passages by id."""

    def bring(state: State) -> dict[str, Any]:
        known = list(state.get(seen) or ())
        found = associate(memory, _text(state, context), known, k)
        lines = [f"[{one.document.uri}] {one.passage.text}" for one in found]
        return {
            into: "\n".join([_text(state, context), *lines]),
            seen: [*known, *(one.passage.id for one in found)],
        }

    return bring


def remember_node(
    memory: Memory,
    *,
    text: str = "answer",
    speaker: str = "",
    into: str = "decisions",
    pipeline: str | None = AUTOMATIC,
    llm: Client | None = None,
) -> Node:
    """A node that remembers a text; it writes what each statement was ("add: …") and why.

    A model decides what the rules leave open, where ``llm`` asks one.
    """

    def remember(state: State) -> dict[str, Any]:
        done = remembered(memory, _text(state, text), speaker=speaker, pipeline=pipeline, llm=llm)
        return {into: [f"{one.operation}: {one.statement} ({one.reason})" for one in done.decisions]}

    return remember


def context_node(
    working: WorkingMemory, *, question: str = "question", budget: int | None = None, into: str = "context"
) -> Node:
    """A node that writes the working context of a trace, with the steps that a question opens."""

    def context(state: State) -> dict[str, Any]:
        asked = _text(state, question) if state.get(question) else ""
        return {into: working.context(asked, budget=budget).text}

    return context


def step_node(
    working: WorkingMemory,
    *,
    subgoal: str = "subgoal",
    action: str = "action",
    observation: str = "observation",
    into: str = "subgoals",
) -> Node:
    """A node that notes what was done, and what came of it; it writes the titles of all subgoals so far.

    Another subgoal than before finishes that one; without one in the state it goes on.
    """

    def step(state: State) -> dict[str, Any]:
        if state.get(subgoal):
            working.pursue(_text(state, subgoal))
        did, came = (_text(state, key) if state.get(key) else "" for key in (action, observation))
        working.step(did, came)
        return {into: [one.title for one in working.subgoals()]}

    return step


def task_node(tasks: TaskGraph, *, into: str = "task") -> Node:
    """A node that writes what is being done, and for what; if nothing is, it begins what is ready first."""

    def task(state: State) -> dict[str, Any]:
        if tasks.active() is None and (ready := tasks.plan().ready()):
            tasks.start(ready[0].title)
        return {into: tasks.prompt()}

    return task
