"""The page Tasks: what agents have to do, what needs what, and how far it got."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from html import escape
from textwrap import wrap
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
"""By state, behind dark words; each is named too, since a colour alone tells nothing to many."""
_ORDER: Final[tuple[State, ...]] = ("active", "blocked", "open", "failed", "done", "dropped")
"""As tasks are listed: what is being done first, what is over last."""
_ALL: Final = "all"
_MOST: Final = 80
"""Tasks that are drawn: more are a list alone."""
_WIDE: Final = 20
"""Characters of a line in the drawing, so that it is narrow enough for a telephone."""
_LINES: Final = 3
_PAGE: Final = 30
_WRAP: Final = "overflow-wrap: anywhere"


def page() -> None:
    """Draw it."""
    st.title("Tasks")
    st.caption("What agents have to do, what each needs first, how far it got, and what shows it.")
    with memory() as opened:
        plan = plan_of(opened.store.scan(opened.view, schema.TASK))
        if not plan.tasks:
            st.info("There are no tasks: an agent adds them, or graphmem tasks 'what is to be done'.")
            return
        state = _state(plan)
        shown = [one for one in plan.tasks.values() if state in (_ALL, one.state)]
        if not shown:
            st.info(f"No task is {state}.")
            return
        _draw(plan, [one.id for one in shown])
        _list(opened, plan, shown)


def _state(plan: Plan) -> str:
    """The state that is asked for, which stands in the address."""
    counts = Counter(one.state for one in plan.tasks.values())
    states = [_ALL, *STATES]
    chosen = st.selectbox(
        "State",
        states,
        index=states.index(asked("state")) if asked("state") in states else 0,
        format_func=lambda one: f"All ({len(plan.tasks):,})" if one == _ALL else f"{one} ({counts[one]:,})",
        width=240,
    )
    tell(state="" if chosen == _ALL else str(chosen))
    return str(chosen)


# --- the drawing ----------------------------------------------------------------------------


def _draw(plan: Plan, shown: Collection[str]) -> None:
    """The tasks as a graph, and what its lines mean."""
    if len(shown) > _MOST:
        st.caption(f"{len(shown):,} tasks are too many to draw: choose a state.")
        return
    st.graphviz_chart(
        drawing(plan, shown), alt=f"{len(shown)} tasks as a graph; the list below says the same"
    )
    st.caption("A dashed line leads from a task to its steps, an arrow to what must be done first.")


def drawing(plan: Plan, shown: Collection[str]) -> str:
    """Tasks as a graph in the language of Graphviz: whatever a title holds, it is text there."""
    lines = [
        'digraph { rankdir=LR; bgcolor="transparent"; ranksep=.45; nodesep=.18;',
        'node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=12, margin="0.1,0.06"];',
        'edge [fontname="sans-serif", fontsize=10];',
    ]
    number = {id: at for at, id in enumerate(plan.tasks) if id in shown}
    for id, at in number.items():
        task = plan.tasks[id]
        label = _quoted(f"{_broken(task.title)}\n{task.state}")
        lines.append(f'n{at} [label={label}, fillcolor="{_COLOURS[task.state]}"];')
        lines += [f"n{at} -> n{number[tie.task]};" for tie in task.needs if tie.task in number]
        lines += [
            f'n{number[tie.task]} -> n{at} [style="dashed", arrowhead="none"];'
            for tie in task.step_of
            if tie.task in number
        ]
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    marked = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{marked}"'


def _broken(text: str) -> str:
    """A title on a few short lines."""
    return "\n".join(wrap(text, _WIDE, max_lines=_LINES, placeholder="…")) or text


# --- the list -------------------------------------------------------------------------------


def _list(opened: Memory, plan: Plan, tasks: list[Task]) -> None:
    """The tasks, what is being done first, what is over last."""
    tasks = sorted(tasks, key=lambda one: _ORDER.index(one.state))
    most = int(st.session_state.get("tasks shown", _PAGE))
    for task in tasks[:most]:
        _task(opened, plan, task)
    if len(tasks) > most:
        st.button(f"Show {_PAGE} more", on_click=_more, args=(most + _PAGE,))


def _more(most: int) -> None:
    st.session_state["tasks shown"] = most


def _task(opened: Memory, plan: Plan, task: Task) -> None:
    with st.container(border=True):
        told = " · ".join((task.by, f"{task.since:%Y-%m-%d %H:%M}"))
        state = (
            f"<span style='background: {_COLOURS[task.state]}; color: #1a1a1a; border-radius: .4rem;"
            f" padding: .1rem .45rem; margin-right: .3rem'>{task.state}</span>"
        )
        lines = [
            f"<small>{state} {escape(told)}</small>",
            f"<div style='{_WRAP}; font-weight: 600; margin-top: .25rem'>{escape(task.title)}</div>",
            f"<div style='{_WRAP}'>{escape(task.outcome)}</div>" if task.outcome else "",
            *(f"<div style='{_WRAP}'><small>{escape(one)}</small></div>" for one in _about(plan, task)),
        ]
        st.html("".join(lines))
        with st.container(horizontal=True):
            for record in opened.store.get(opened.view, task.shows).values():
                passage = schema.from_record(record)
                if isinstance(passage, Passage):
                    place = str(passage.position + 1)
                    link("What shows it", "documents", id=passage.document, passage=place)
            link("Its history", "history", of=task.id)


def _about(plan: Plan, task: Task) -> Iterator[str]:
    """What a task is a step of, and what keeps it from being done."""
    if path := " › ".join(one.title for one in plan.path(task)[:-1]):
        yield f"a step of: {path}"
    if task.state in ("done", "dropped"):
        return
    if waits := [one.title for one in plan.waits_for(task)]:
        yield "waits for: " + "; ".join(waits)
    elif task.state == "open":
        yield "nothing keeps it waiting: it can be begun"
