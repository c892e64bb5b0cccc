"""What recurs, beside the timeline: how often, when next, and when it was otherwise."""

from __future__ import annotations

from html import escape
from itertools import islice
from typing import Final

import streamlit as st

from graphmem.memory import Memory
from graphmem.notes import Note
from graphmem.reflection.routines import KIND, due
from graphmem.ui.links import link, plain
from graphmem.ui.occurrences import Rhythm, rhythms
from graphmem.ui.opening import address

_MOST: Final = 200
"""Routines that are read."""
_DRAWN: Final = 60
"""Routines of which the axis is told: it draws those with most days in sight."""
_DEPARTURES: Final = 5


def routines(opened: Memory) -> list[Note]:
    """The routines that reflection found."""
    return _read(address(), opened.store.head(), opened)


def rows(opened: Memory) -> list[Rhythm]:
    """Those of them that most is known of, as rows of days for the axis."""
    return rhythms(routines(opened), _DRAWN)


def draw(opened: Memory) -> None:
    """List the routines, the next to come first; nothing, if there are none."""
    now = opened.clock()
    found = [(due(one, now), one) for one in routines(opened)]
    if not found:
        return
    st.header("What recurs")
    found.sort(key=lambda row: (row[0] is None, str(row[0]), row[1].title))
    for day, note in found:
        with st.expander(_label(note, day.isoformat() if day else "")):
            _told(note)


@st.cache_data(max_entries=4, show_spinner=False)
def _read(where: tuple[str, str], head: int, _opened: Memory) -> list[Note]:
    return list(islice((note for note in _opened.notes(KIND) if note.parts), _MOST))


def _label(note: Note, day: str) -> str:
    """Its name, how often, when it was last seen, and when next; every mark is text."""
    often, last = str(note.data.get("often", "")), note.data.get("last") if note.data.get("days") else ""
    told = (note.title, often, f"last seen {last}" if last else "", f"next {day}" if day else "")
    return plain(" · ".join(filter(None, told)))


def _told(note: Note) -> None:
    for part in note.parts[:1]:
        st.html(f"<p style='overflow-wrap: anywhere'>{escape(part.text)}</p>")
    departures = note.data.get("departures", [])[-_DEPARTURES:]
    if departures:
        told = ", ".join(f"{day} {what}" for day, what in departures)
        st.caption(f"Otherwise: {escape(told)}")
    link("The note, with its days and sources", "notes", kind=KIND, find=note.title)
