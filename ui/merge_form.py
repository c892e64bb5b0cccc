"""Two entities that are one: chosen, looked at side by side, and said to be the same."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

import streamlit as st

from graphmem.errors import NotFound
from graphmem.memory import Memory
from graphmem.merging import Merger, Side
from graphmem.types import Entity
from graphmem.ui.candidates import candidates
from graphmem.ui.drawn import Drawn, Upon, of_identities
from graphmem.ui.edits import edit
from graphmem.ui.known import Bearer, Known, known
from graphmem.ui.links import asked, plain, tell
from graphmem.ui.naming import surface

_FACTS: Final = 8
_SENTENCES: Final = 3


@dataclass(frozen=True, slots=True)
class Preview:
    """Two entities before they become one, what each brings, and what would be at odds."""

    a: Known
    b: Known
    merger: Merger
    odds: tuple[tuple[str, tuple[str, ...]], ...]


def preview(memory: Memory, a: Known, b: Entity) -> Preview:
    """What saying that two are one would bring together."""
    other = known(memory, b, _FACTS)
    merger = memory.merger(a.entity.id, b.id)
    texts = {row.id: row.text for row in (*a.rows, *other.rows)}
    odds = tuple(
        (f"{relation.replace('_', ' ')}: {one.what}", tuple(texts.get(id, id) for id in one.facts))
        for relation, one in merger.odds
    )
    return Preview(a, other, merger, odds)


def draw(opened: Memory, told: Known) -> None:
    """Choose the other one, look at both, and say that they are one."""
    entity = told.entity
    key = f"merge {entity.id}"
    name = st.text_input("Name of the other one", value=_asked(opened), max_chars=200, key=key)
    if not name.strip():
        st.caption("Type a part of the name and press Enter.")
        return
    ours = {entity.id}
    found = [
        one for one in candidates(opened, name) if one.id not in ours and one.namespace == opened.namespace
    ]
    if not found:
        st.info("Nothing else is called so. “Another name” adds a name that no source has.")
        return
    chosen = st.selectbox("The other one", found, format_func=lambda one: one.told, key=key + " other")
    other = opened.find(chosen.id) if chosen else None
    if not isinstance(other, Entity):
        raise NotFound(f"{name!r} is not known any more: look for it again")
    looked = preview(opened, told, other)
    _draw(looked)
    if looked.merger.together:
        st.info("They are one already.")
        return
    a = _which(entity, told.bearers, key + " a")
    b = _which(other, looked.b.bearers, key + " b")
    drawn = of_identities([(entity, told.identity), (other, looked.b.identity)], told.head)
    st.button("Make them one", type="primary", key=key + " do", on_click=_merge, args=(entity, drawn, a, b))


def _asked(opened: Memory) -> str:
    """The name of whom the address asks to merge."""
    try:
        found = opened.find(asked("merge")) if asked("merge") else None
    except NotFound:
        return ""
    return found.name if isinstance(found, Entity) else ""


def _which(of: Entity, bearers: tuple[Bearer, ...], key: str) -> str:
    """The name of the one that is meant, by which the log tells of it; of several who bear it, an id."""
    if not bearers:
        return surface(of)
    label = f"Several are called {plain(of.name)}: which one?"
    chosen = st.selectbox(label, bearers, format_func=lambda one: one.told, key=key)
    return chosen.id if chosen else of.id


def _merge(entity: Entity, drawn: Drawn, a: str, b: str) -> None:
    if edit(Upon(drawn, lambda memory: memory.same(a, b))) is not None:
        st.session_state[f"change {entity.id}"] = None
        tell(id=entity.id, q="", merge="")  # both names lead on to the one that they are now


def _draw(looked: Preview) -> None:
    columns = st.columns(2)
    for column, of, side in (
        (columns[0], looked.a, looked.merger.a),
        (columns[1], looked.b, looked.merger.b),
    ):
        with column, st.container(border=True):
            st.html(_side(of, side))
    for what, facts in looked.odds:
        items = "".join(f"<li>{escape(one)}</li>" for one in facts)
        st.html(f"<p style='margin: 0'>At odds then, {escape(what)}</p><ul>{items}</ul>")
    st.caption("All names, facts and sentences of both are shown as one's then. Undo takes them apart again.")


def _side(of: Known, side: Side) -> str:
    """One of the two, as HTML: its names, how much there is of it, and the first facts and sentences."""
    facts = "".join(
        f"<li>{escape(row.text)} <small>({escape(row.word)})</small></li>" for row in of.rows[:_FACTS]
    )
    first = [text for one in of.evidence for text in one.sentences][:_SENTENCES]
    sentences = "".join(f"<li><small>{escape(text)}</small></li>" for text in first)
    counts = f"{side.sentences:,} sentences, {side.facts:,} facts and events"
    return (
        f"<div style='overflow-wrap: anywhere'><strong>{escape(', '.join(side.names))}</strong>"
        f"<p style='margin: 0'>{escape(', '.join(side.labels))}<br>{counts}</p>"
        f"<ul>{facts}</ul><ul>{sentences}</ul></div>"
    )
