"""How an entity is shown: its names, its facts with when they hold, its sentences, and who it is one with."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import Final

import streamlit as st

from graphmem.history import Stamp
from graphmem.memory import Memory
from graphmem.types import Entity
from graphmem.ui import entity_forms, evidence
from graphmem.ui.edits import edit
from graphmem.ui.fact_list import draw_commits, draw_groups, timed
from graphmem.ui.known import Known, Name, Perhaps, edits, known, words_on
from graphmem.ui.links import asked, link, plain, tell
from graphmem.ui.rows import groups
from graphmem.ui.settings import read_only

STEP: Final = 30
_MOST: Final = 600
_NAMES: Final = 30
_COMMITS: Final = 20


def draw(opened: Memory, entity: Entity) -> None:
    """Draw it."""
    told = known(opened, entity, _asked_for())
    own = opened.namespace
    st.subheader(plain(entity.name), anchor=False)
    _names(told, own)
    with st.container(horizontal=True):
        link("Show it in the graph", "graph", icon=":material/hub:", id=entity.id)
        link("Show it on the timeline", "timeline", icon=":material/timeline:", id=entity.id)
    entity_forms.draw(opened, told)
    _facts(opened, told)
    st.subheader("Sentences about it", anchor=False)
    if told.evidence:
        evidence.draw(told.evidence, f"evidence {entity.id}", own)
    else:
        st.caption("No sentence names it.")
    _who(opened, told)
    _sources(told)
    _changes(opened, told)


def _asked_for() -> int:
    asked_for = asked("facts", str(STEP))
    return min(max(int(asked_for), 1), _MOST) if asked_for.isdecimal() else STEP


def _names(told: Known, own: str) -> None:
    entity = told.entity
    whose = f"of {entity.namespace}" if entity.namespace != own else ""
    kind = " · ".join(filter(None, (entity.label or "of no known kind", whose)))
    rows = "".join(map(_name, told.names[:_NAMES]))
    more = len(told.names) - _NAMES
    rest = f"<li><small>and {more:,} more</small></li>" if more > 0 else ""
    style = "margin: 0; overflow-wrap: anywhere"
    st.html(
        f"<p style='margin: 0'>{escape(kind)}</p><ul aria-label='Names' style='{style}'>{rows}{rest}</ul>"
    )


def _name(one: Name) -> str:
    times = f", {one.count:,} time{'' if one.count == 1 else 's'}" if one.count else ""
    return f"<li>{escape(one.text)} <small>({escape(one.how)}{times})</small></li>"


def _facts(opened: Memory, told: Known) -> None:
    st.subheader("Facts and events", anchor=False)
    if not told.rows:
        st.caption("The memory knows none. “Add a fact” above states one.")
        return
    found = groups(told.rows)
    draw_groups(found, timed(found, opened.clock()), opened.namespace)
    if told.more and _asked_for() < _MOST:
        st.button(f"Show {STEP} more", key="more facts", on_click=_more_facts)
    elif told.more:
        st.caption(f"These are the first {_MOST}.")


def _more_facts() -> None:
    tell(facts=str(_asked_for() + STEP))


def _who(opened: Memory, told: Known) -> None:
    """Who is who: what else it is called and why, what is open, what people said."""
    lists = (("Kept apart from", told.apart), ("What people said", told.decisions))
    if not (told.same or told.perhaps or told.bearers or any(rows for _, rows in lists)):
        return
    st.subheader("Who is who", anchor=False)
    if told.same:
        st.text("One with:")
        with st.container(horizontal=True):
            for one in told.same[:_NAMES]:
                link(one.name, "record", id=one.id)
        _list("Because", told.because)
    editable = told.entity.namespace == opened.namespace and not read_only()
    if told.bearers:
        _list("Several are called so", [one.told for one in told.bearers])
    if told.bearers and editable:
        _bearers(told)
    for pair in told.perhaps:
        _perhaps(pair, editable)
    for title, rows in lists:
        _list(title, rows)


def _list(title: str, rows: tuple[str, ...] | list[str]) -> None:
    if rows:
        items = "".join(f"<li>{escape(row)}</li>" for row in rows)
        st.html(f"<p style='margin: 0'>{escape(title)}:</p><ul style='margin: 0'>{items}</ul>")


def _perhaps(one: Perhaps, editable: bool) -> None:
    """A pair of whom it is open whether they are one, with the answers."""
    with st.container(border=True):
        st.html(f"<p style='margin: 0'>Perhaps one: {escape(one.names)}</p><small>{escape(one.why)}</small>")
        if not editable:
            return
        _answers(one.a, one.b)


def _bearers(told: Known) -> None:
    """Two of those who bear a name, to say whether they are one."""
    with st.container(border=True):
        columns = st.columns(2)
        chosen = [
            column.selectbox(
                label,
                told.bearers,
                index=k,
                format_func=lambda one: one.told,
                key=f"{label} {told.entity.id}",
            )
            for k, (column, label) in enumerate(zip(columns, ("One of them", "Another"), strict=True))
        ]
        a, b = (one.id if one else "" for one in chosen)
        if a != b:
            _answers(a, b)


def _answers(a: str, b: str) -> None:
    """Whether two are one, given by the ids of both."""
    with st.container(horizontal=True):
        for label, same in (("They are one", True), ("They are two", False)):
            st.button(label, key=f"{label} {a} {b}", on_click=_answer, args=(a, b, same))


def _answer(a: str, b: str, same: bool) -> None:
    edit(lambda opened: opened.same(a, b) if same else opened.different(a, b))


def _sources(told: Known) -> None:
    if not told.sources:
        return
    st.subheader("Where it comes from", anchor=False)
    for one in told.sources[:_NAMES]:
        times = f"{one.count:,} sentence{'' if one.count == 1 else 's'}"
        link(f"{one.told} ({times})", "documents", id=one.document)


def _changes(opened: Memory, told: Known) -> None:
    if told.entity.namespace != opened.namespace:
        return
    st.subheader("What people changed", anchor=False)
    stamps = edits(opened, words_on(told))
    if stamps:
        draw_commits(stamps)
    else:
        st.caption("Nobody changed its name, its kind or who it is.")
    if st.button("Look through the whole log", key=f"log {told.entity.id}"):
        with st.spinner("Reading the log …"):
            draw_commits(commits(opened, told.entity.id))


def commits(opened: Memory, id: str) -> list[Stamp]:
    """The last commits that changed what the memory says of a record, ingests among them, newest first."""
    return [Stamp.of(one) for one in islice(opened.history(id, newest_first=True), _COMMITS)]
