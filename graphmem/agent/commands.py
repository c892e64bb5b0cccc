"""``graphmem tasks``: what is to be done, what it waits for, and what is being done."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphmem.agent.tasks import Plan, TaskGraph
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.errors import InputError
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.tasks import STATES, State, Task


def task_json(task: Task, plan: Plan) -> dict[str, Any]:
    """A task as JSON values; other tasks by title."""
    return {
        "id": task.id,
        "title": task.title,
        "state": task.state,
        "outcome": task.outcome or None,
        "by": task.by or None,
        "since": task.since.isoformat(),
        "needs": [plan.tasks[tie.task].title for tie in task.needs],
        "step_of": [plan.tasks[tie.task].title for tie in task.step_of],
        "waits_for": [one.title for one in plan.waits_for(task)],
        "shows": list(task.shows),
    }


def _state(text: str) -> State:
    for state in STATES:
        if state == text:
            return state
    raise InputError(f"{text!r} is no state: a task is {', '.join(STATES)}")


def listed(plan: Plan) -> list[str]:
    """Tasks as an indented list; a step that several tasks have stands below each."""
    lines: list[str] = []

    def write(task: Task, depth: int) -> None:
        waits = ", ".join(one.title for one in plan.waits_for(task)) if task.state == "open" else ""
        after = f"  (after {waits})" if waits else ""
        said = f": {task.outcome}" if task.outcome else ""
        lines.append(f"{'  ' * depth}[{task.state}] {task.title}{said}{after}")
        for id in plan.steps.get(task.id, ()):
            write(plan.tasks[id], depth + 1)

    for task in plan.tasks.values():
        if not task.step_of:
            write(task, 0)
    return lines


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def tasks(
        title: Annotated[str, typer.Argument(help="A task: it is added, or tied, or moved.")] = "",
        to: Annotated[str, typer.Option("--to", help=f"Move it to this state: {', '.join(STATES)}.")] = "",
        outcome: Annotated[str, typer.Option(help="With --to: what came of it, or why.")] = "",
        step_of: Annotated[str, typer.Option(help="The task that it is a step of.")] = "",
        needs: Annotated[
            list[str] | None, typer.Option(help="A task that must be done first; may be repeated.")
        ] = None,
        prompt: Annotated[bool, typer.Option("--prompt", help="Print what a model needs to go on.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """List tasks, or add, tie or move one; each change is a commit."""
        if not title and (to or outcome or step_of or needs):
            raise InputError("which task? give its title first")
        if outcome and not to:
            raise InputError("an outcome is of a move: say to which state, with --to")
        with opened(store, namespace, author, create=bool(title)) as memory:
            graph = TaskGraph(memory)
            if title and (step_of or needs or not to):
                graph.add(title, step_of=step_of, needs=needs or ())
            if to:
                state = _state(to)
                graph.start(title) if state == "active" else graph.move(title, state, outcome)
            plan = graph.plan()
            told = graph.prompt() if prompt else ""
        if json:
            rows = [task_json(one, plan) for one in plan.tasks.values()]
            print_json({"tasks": rows, "prompt": told} if prompt else rows)
            return
        for line in [told] if prompt else listed(plan) or ["no tasks"]:
            out().print(line)
