"""How a fact or an event is shown: what it says, who takes part, who says so, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from graphmem.memory import Memory
from graphmem.statements import Event, Fact
from graphmem.ui import evidence, fact_forms
from graphmem.ui.bars import axis, bar, scale
from graphmem.ui.bars import told as spelt
from graphmem.ui.entity_page import commits
from graphmem.ui.fact_list import draw_commits, draw_row, standing_html
from graphmem.ui.links import link, plain
from graphmem.ui.rows import Row
from graphmem.ui.told import Came, Telling, telling

_ROLES: Final = {"subject": "about", "object": "whom or what", "place": "where", "time": "when"}


def draw(opened: Memory, fact: Fact) -> None:
    """Draw it."""
    found = telling(opened, fact)
    st.caption("An event" if isinstance(fact, Event) else "A fact")
    st.subheader(plain(found.row.text), anchor=False)
    _standing(opened, found)
    _parts(found)
    fact_forms.draw(opened, found)
    _became(opened, found)
    st.subheader("Where it comes from", anchor=False)
    who = [one.who for one in found.claims]
    evidence.draw([one.context for one in found.claims], f"evidence {fact.id}", opened.namespace, who)
    if found.more:
        st.caption(f"{found.more:,} more sentences say so.")
    _came(found.came)
    _changes(opened, found)


def _standing(opened: Memory, found: Telling) -> None:
    fact, row = found.fact, found.row
    st.html(standing_html(row, opened.namespace))
    times = f"{fact.stated:,} sentence{'' if fact.stated == 1 else 's'}"
    sure = f"Read from {times}; the surest reading is {fact.confidence:.0%} sure."
    st.html(f"<p style='margin: 0'>{escape(_held(found))}<br>{escape(sure)}</p>")
    if (of := axis(row.stretches, opened.clock())) is not None:
        st.html(bar(row.stretches, of, row.state) + scale(of))


def _held(found: Telling) -> str:
    """When it is so, in a sentence."""
    timed = any(one.begin or one.end for one in found.row.stretches)
    verb = "It happened" if isinstance(found.fact, Event) else "It is so"
    if isinstance(found.fact, Event) and found.row.when:
        return f"{verb}: {found.row.when}."
    return f"{verb} {spelt(found.row.stretches)}." if timed else "No source says when."


def _parts(found: Telling) -> None:
    st.text("Who and what takes part:")
    with st.container(horizontal=True):
        for one in found.parts:
            label = f"{_ROLES.get(one.role, one.role)}: {one.text}"
            if one.entity:
                link(label, "record", id=one.entity)
            else:
                st.text(label)


def _became(opened: Memory, found: Telling) -> None:
    """What took its place and what it replaced, what it is at odds with, what came before and after."""
    own = opened.namespace
    if found.later:
        _rows("What took its place", [found.later], own)
    _rows("What it took the place of", found.earlier, own)
    if found.odds:
        why = f" ({'; '.join(found.disputed)})" if found.disputed else ""
        _rows(f"Sources are at odds{why}", found.odds, own)
        link("Settle it on the page Review", "review")
    _rows("Before it, in its source", found.before, own)
    _rows("After it, in its source", found.after, own)


def _rows(title: str, rows: Sequence[Row], own: str) -> None:
    if rows:
        st.subheader(plain(title), anchor=False)
        for row in rows:
            draw_row(row, None, own)


def _came(came: Sequence[Came]) -> None:
    """The commits that brought it."""
    if came:
        st.text("Read by:")
    for one in came:
        told = f"{one.at:%Y-%m-%d %H:%M} · {one.by} · {one.message[:160]}"
        link(told, "history", commit=one.commit)


def _changes(opened: Memory, found: Telling) -> None:
    if found.fact.namespace != opened.namespace:
        return
    st.subheader("What people changed", anchor=False)
    if found.edits:
        draw_commits(found.edits)
    else:
        st.caption("Nobody took it back or corrected it.")
    if st.button("Look through the whole log", key=f"log {found.fact.id}"):
        with st.spinner("Reading the log …"):
            draw_commits(commits(opened, found.fact.id))
