"""Tasks: what may move, what is shared, what is shown, and the laws that hold whatever is taken back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lives import hours
from typer.testing import CliRunner

from graphmem import Memory
from graphmem.agent import TaskGraph
from graphmem.agent.tasks import Plan
from graphmem.cli import build
from graphmem.errors import Conflict, InputError, NotFound
from graphmem.tasks import MOVES, STATES, State
from graphmem.testing import HashEmbedder


@pytest.fixture
def tasks(memory: Memory) -> TaskGraph:
    """No tasks yet."""
    hours(memory)
    return TaskGraph(memory)


def states(plan: Plan) -> dict[str, State]:
    return {one.title: one.state for one in plan.tasks.values()}


def test_a_task_waits_for_what_it_needs(tasks: TaskGraph) -> None:
    tasks.add("raise the mast")
    tasks.add("sail", needs=["raise the mast"])
    with pytest.raises(InputError, match="'raise the mast' is open"):
        tasks.done("sail")
    with pytest.raises(InputError, match="cannot begin"):
        tasks.start("sail")
    assert [one.title for one in tasks.plan().ready()] == ["raise the mast"]
    tasks.done("raise the mast", "it stands")
    assert tasks.done("sail").state == "done"
    with pytest.raises(InputError, match="Reopen that first"):
        tasks.move("raise the mast", "open")


def test_circles_are_refused(tasks: TaskGraph) -> None:
    tasks.add("a")
    tasks.add("b", needs=["a"])
    tasks.add("c", step_of="a")
    for title, name in (("a", "b"), ("a", "a"), ("c", "b")):
        with pytest.raises(InputError, match="cannot come before"):
            tasks.add(title, needs=[name])
    with pytest.raises(InputError, match="cannot come before"):
        tasks.add("a", step_of="c")


def test_a_shared_step_is_done_once(tasks: TaskGraph) -> None:
    for goal in ("write the report", "give the talk"):
        tasks.add(goal)
        tasks.add("Collect the figures", step_of=goal)
    assert len(tasks.plan().tasks) == 3
    with pytest.raises(InputError, match="cannot be done: 'Collect the figures' is open"):
        tasks.done("give the talk")
    tasks.done("collect the figures", "four of them")
    assert tasks.done("write the report").state == tasks.done("give the talk").state == "done"


def test_a_dropped_step_holds_nothing_up_but_a_dropped_need_does(tasks: TaskGraph) -> None:
    tasks.add("goal")
    tasks.add("step", step_of="goal")
    tasks.add("need")
    tasks.add("goal", needs=["need"])
    tasks.move("step", "dropped", "too dear")
    tasks.move("need", "dropped")
    with pytest.raises(InputError, match="'need' is dropped"):
        tasks.done("goal")


def test_the_prompt_is_the_active_path_alone(tasks: TaskGraph) -> None:
    tasks.add("cross the strait")
    tasks.add("buy a chart")
    tasks.done("buy a chart", "sheet 104")
    tasks.add("plan the way", step_of="cross the strait", needs=["buy a chart"])
    tasks.add("ask about tides", step_of="plan the way")
    tasks.add("paint the hull", step_of="cross the strait")
    tasks.start("plan the way")
    assert tasks.prompt() == (
        "for: cross the strait\n"
        "  now: plan the way\n"
        "    - [done] buy a chart: sheet 104\n"
        "    - [open] ask about tides"
    )


def test_one_task_at_a_time_for_each(tasks: TaskGraph, tmp_path: Path) -> None:
    for title in ("a", "b"):
        tasks.add(title)
    tasks.start("a")
    tasks.start("b")
    assert states(tasks.plan()) == {"a": "open", "b": "active"}
    other = TaskGraph(Memory(tasks.memory.store, author="bob", embedder=tasks.memory.embedder))
    with pytest.raises(InputError, match="user is doing 'b'"):
        other.start("b")
    other.start("a")
    assert states(tasks.plan()) == {"a": "active", "b": "active"}
    assert "now: a" in other.prompt() and "now: b" in tasks.prompt()


def test_a_shared_step_is_shown_below_the_task_that_it_is_done_for(tasks: TaskGraph) -> None:
    for goal in ("report", "talk"):
        tasks.add(goal)
        tasks.add("figures", step_of=goal)
    tasks.start("figures", under="talk")
    assert "for: talk" in tasks.prompt() and "report" not in tasks.prompt()
    tasks.add("poster")
    with pytest.raises(InputError, match="no step of 'poster'"):
        tasks.start("figures", under="poster")


def test_evidence_is_of_the_memory(tasks: TaskGraph) -> None:
    put(tasks.memory, {"log.txt": "The mast stands since noon."})
    passage = tasks.memory.recall("mast")[0].passage.id
    tasks.add("raise the mast")
    assert tasks.done("raise the mast", shows=[passage]).shows == (passage,)
    with pytest.raises(NotFound, match="no passage"):
        tasks.move("raise the mast", "open", shows=["p000"])
    edges = tasks.memory.store.neighbours(tasks.memory.view, [passage], ["shows"], "in")
    assert list(edges.source) == [tasks.task("raise the mast").id]


def test_wrong_moves_say_what_can_be(tasks: TaskGraph) -> None:
    tasks.add("a")
    with pytest.raises(InputError, match="it can become active, blocked, done, dropped"):
        tasks.move("a", "failed")
    with pytest.raises(InputError, match="start 'a' instead"):
        tasks.move("a", "active")
    with pytest.raises(NotFound, match="no task 'z'"):
        tasks.done("z")
    with pytest.raises(InputError, match="needs a title"):
        tasks.add("  ")
    assert MOVES.keys() == set(STATES)


def test_undoing_what_something_done_needs_opens_that_again(tasks: TaskGraph) -> None:
    tasks.add("a")
    tasks.add("b", needs=["a"])
    tasks.done("a")
    done = next(tasks.memory.history(newest_first=True))
    tasks.done("b")
    undone = tasks.undo(done)
    assert states(tasks.plan()) == {"a": "open", "b": "open"}
    assert "'a', which comes before it, is open" in tasks.task("b").outcome
    tasks.undo(undone)
    assert states(tasks.plan()) == {"a": "done", "b": "done"}


def test_undo_leaves_one_task_at_a_time(tasks: TaskGraph) -> None:
    tasks.add("a")
    tasks.add("b")
    tasks.start("a")
    tasks.move("a", "open")
    aside = next(tasks.memory.history(newest_first=True))
    tasks.start("b")
    tasks.undo(aside)
    assert states(tasks.plan()) == {"a": "open", "b": "active"}


def test_the_command_line_moves_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/tasks.db")
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(build(), ["tasks", *arguments])
        assert result.exit_code == code, result.output
        return result.output if code == 0 else str(result.exception)

    run("sail")
    run("raise the mast", "--step-of", "sail")
    assert run() == "[open] sail  (after raise the mast)\n  [open] raise the mast\n"
    assert "'raise the mast' is open" in run("sail", "--to", "done", code=1)
    assert "is no state" in run("sail", "--to", "ready", code=1)
    assert "which task" in run("--to", "done", code=1)
    assert "with --to" in run("sail", "--outcome", "well", code=1)
    run("raise the mast", "--to", "active")
    assert run("--prompt") == "for: sail\n  now: raise the mast\n"
    run("raise the mast", "--to", "done", "--outcome", "it stands")
    rows = json.loads(run("sail", "--to", "done", "--json"))
    assert [(one["title"], one["state"]) for one in rows] == [("sail", "done"), ("raise the mast", "done")]


def test_redoing_a_tie_makes_no_circle(tasks: TaskGraph) -> None:
    for title in "abc":
        tasks.add(title)
    tasks.add("a", needs=["b"])
    undone = tasks.undo(next(tasks.memory.history(newest_first=True)))
    tasks.add("b", needs=["c"])
    tasks.add("c", needs=["a"])
    tasks.undo(undone)
    check(tasks)
    assert not tasks.task("c").needs, "the latest tie does not count"


def test_what_another_namespace_does_is_not_seen(tasks: TaskGraph) -> None:
    tasks.add("a secret")
    other = TaskGraph(Memory(tasks.memory.store, namespace="other", embedder=tasks.memory.embedder))
    assert not other.plan().tasks and "secret" not in other.prompt()
    with pytest.raises(NotFound):
        other.start("a secret")


TITLES = st.sampled_from("abcde")
MOVED = st.one_of(
    st.tuples(st.just("tie"), TITLES, TITLES, st.sampled_from(["needs", "step_of"])),
    st.tuples(st.just("move"), TITLES, st.sampled_from([*STATES, "done", "done"]), st.just("")),
    st.tuples(st.just("undo"), st.integers(0, 30), st.just(""), st.just("")),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MOVED, max_size=25))
def test_the_laws_hold_whatever_is_done_and_taken_back(moves: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as memory:
        hours(memory)
        tasks = TaskGraph(memory)
        for title in "abcde":
            tasks.add(title)
        for kind, one, other, how in moves:
            try:
                if kind == "undo":
                    ids = [commit.id for commit in memory.history()]
                    memory.undo(ids[int(one) % len(ids)])
                elif kind == "tie":
                    tasks.add(one, **({"needs": [other]} if how == "needs" else {"step_of": other}))  # type: ignore[arg-type]
                elif other == "active":
                    tasks.start(one)
                else:
                    tasks.move(one, other)  # type: ignore[arg-type]
            except (InputError, NotFound, Conflict):
                pass  # refused: the laws must hold all the same
            check(tasks)


def check(tasks: TaskGraph) -> None:
    """Nothing comes before itself, what is done has all done before, and one made anew reads the same."""
    plan = tasks.plan()
    for task in plan.tasks.values():
        assert task not in set(_all_before(plan, task.id))
        if task.state == "done":
            assert not plan.waits_for(task)
        assert plan.path(task)[-1] == task
    active = [one for one in plan.tasks.values() if one.state == "active"]
    assert len({one.by for one in active}) == len(active)
    memory = tasks.memory
    again = TaskGraph(Memory(memory.store, namespace=memory.namespace, embedder=memory.embedder))
    assert again.plan() == plan and replace(plan, said={}) is not None
    assert again.prompt() == tasks.prompt()


def _all_before(plan: Plan, id: str) -> Iterator[object]:
    waiting, seen = [id], set()
    while waiting:
        for one in plan.before(plan.tasks[waiting.pop()]):
            yield one
            if one.id not in seen:
                seen.add(one.id)
                waiting.append(one.id)
