"""The page Tasks: what agents have to do, what needs what, and how far it got."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.agent.tasks import Plan, plan_of
from graphmem.memory import Memory
from graphmem.tasks import STATES, State, Task
from graphmem.types import Passage
from graphmem.ui.links import asked, link, tell
from graphmem.ui.opening import memory

_COLOURS: Final[dict[State, str]] = {
    "open": "#e8eefc",
    "active": "#fff3c4",
    "blocked": "#ffe0d6",
    "done": "#d9f2df",
    "failed": "#f8cfcf",
    "dropped": "#eeeeee",
}
"""By state; each is named beside the title too, since a colour alone tells nothing to many."""
_MOST: Final = 80
"""Tasks that are drawn: more are a list alone."""
_LONGEST: Final = 40


def page() -> None:
    """Draw it."""
    st.title("Tasks")
    st.caption("What agents have to do: a step under its tasks, and an arrow to what each needs first.")
    with memory() as opened:
        plan = plan_of(opened.store.scan(opened.view, schema.TASK))
        if not plan.tasks:
            st.info("There are no tasks: an agent adds them, or graphmem tasks 'what is to be done'.")
            return
        state = _state()
        shown = [one for one in plan.tasks.values() if state in ("all", one.state)]
        if len(plan.tasks) <= _MOST:
            st.graphviz_chart(drawing(plan), width="stretch")
        for task in shown:
            _task(opened, plan, task)
        if not shown:
            st.info(f"No task is {state}.")


def _state() -> str:
    """The state that is asked for, which stands in the address."""
    states = ["all", *STATES]
    chosen = st.selectbox(
        "State", states, index=states.index(asked("state")) if asked("state") in states else 0
    )
    tell(state="" if chosen == "all" else str(chosen))
    return str(chosen)


def drawing(plan: Plan) -> str:
    """The tasks as a graph in the language of Graphviz: whatever a title holds, it is text there."""
    lines = ['digraph { rankdir=LR; bgcolor="transparent"; node [shape=box, style="rounded,filled"]; ']
    number = {id: at for at, id in enumerate(plan.tasks)}
    for id, task in plan.tasks.items():
        label = _quoted(f"{_short(task.title)}\n{task.state}")
        lines.append(f'n{number[id]} [label={label}, fillcolor="{_COLOURS[task.state]}"];')
        lines += [
            f'n{number[id]} -> n{number[tie.task]} [label="needs"];'
            for tie in task.needs
            if tie.task in number
        ]
        lines += [
            f'n{number[tie.task]} -> n{number[id]} [style="dashed", arrowhead="none"];'
            for tie in task.step_of
            if tie.task in number
        ]
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _task(opened: Memory, plan: Plan, task: Task) -> None:
    with st.container(border=True):
        path = " › ".join(one.title for one in plan.path(task)[:-1])
        told = " · ".join(filter(None, (task.state, task.by, f"{task.since:%Y-%m-%d %H:%M}", path)))
        st.html(f"<small style='overflow-wrap: anywhere'>{escape(told)}</small>")
        st.html(f"<b style='overflow-wrap: anywhere'>{escape(task.title)}</b>")
        if task.outcome:
            st.html(f"<p style='overflow-wrap: anywhere'>{escape(task.outcome)}</p>")
        if waits := [one.title for one in plan.waits_for(task)]:
            st.caption("waits for " + "; ".join(map(escape, waits)))
        for record in opened.store.get(opened.view, task.shows).values():
            passage = schema.from_record(record)
            if isinstance(passage, Passage):
                link("What shows it", "documents", id=passage.document, passage=str(passage.position + 1))
        link("Its history", "history", of=task.id)
