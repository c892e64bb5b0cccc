"""What the timeline tells of the chosen item: when it was, who says so, and how its date is put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.errors import InputError
from graphmem.memory import Memory
from graphmem.statements import Fact, Interval
from graphmem.types import Commit, Episode, Sentence
from graphmem.ui import dated, evidence, spans
from graphmem.ui.context import contexts
from graphmem.ui.dated import Item
from graphmem.ui.edits import edit
from graphmem.ui.links import link, tell
from graphmem.ui.settings import read_only

_MOVE: Final = "timeline move"
_WRONG: Final = "timeline wrong"
_EVIDENCE: Final = 10  # sentences, and passages of an episode
_NAMES: Final = 12


@dataclass(frozen=True, slots=True)
class Move:
    """A date that waits to be confirmed: drawn on the axis, or written."""

    key: str
    begin: datetime | None
    end: datetime | None
    drawn: bool


def choose(id: str) -> None:
    """Another item is looked at: what waited is left as it was."""
    leave()
    tell(id=id)


def propose(move: Move) -> None:
    """A date waits to be confirmed."""
    st.session_state[_MOVE] = move


def leave() -> None:
    """Nothing waits any more."""
    st.session_state.pop(_MOVE, None)
    st.session_state.pop(_WRONG, None)


def move(item: Item | None) -> Move | None:
    """What waits, if it is of this item, may be done, and changes anything."""
    waits: Move | None = st.session_state.get(_MOVE)
    if waits is None or item is None or waits.key != item.key or not item.movable or read_only():
        return None
    begin, end = _new(item, waits)
    same = (begin, end) == (item.when.begin, item.when.end)
    return None if same or not (begin or end) else waits


def _new(item: Item, waits: Move) -> tuple[datetime | None, datetime | None]:
    return dated.redated(item, waits.begin, waits.end) if waits.drawn else (waits.begin, waits.end)


def drafted(item: Item, waits: Move) -> tuple[datetime | None, datetime | None]:
    """Where an item is drawn while its new date waits."""
    begin, end = _new(item, waits)
    return begin, item.end if item.kind == schema.FACT and item.happens else end


def confirm(item: Item, waits: Move) -> None:
    """Old and new date, before anything is changed."""
    begin, end = _new(item, waits)
    new = spans.told(Interval(begin=begin, end=end, precision=spans.grain(item.when)))
    with st.container(border=True):
        st.html(
            f"<p style='overflow-wrap: anywhere'>{escape(item.text)}<br>It is told:"
            f" <b>{escape(spans.told(item.when))}</b>. It would be: <b>{escape(new)}</b>.</p>"
        )
        with st.container(horizontal=True):
            st.button("Correct the date", type="primary", on_click=_correct, args=(item.id, begin, end))
            st.button("Leave it as it was", on_click=leave)


def _correct(id: str, begin: datetime | None, end: datetime | None) -> None:
    edit(partial(_corrected, id=id, begin=begin, end=end))
    leave()


def _corrected(opened: Memory, *, id: str, begin: datetime | None, end: datetime | None) -> Commit:
    return opened.correct(id, since=begin, until=end)


# --- the panel ------------------------------------------------------------------------------


def panel(opened: Memory, item: Item) -> None:
    """What it is, who takes part, where it comes from, and what can be done about its date."""
    with st.container(border=True):
        st.html(
            f"<h2 style='overflow-wrap: anywhere; padding: 0; margin: 0; font-size: 1.25rem'>"
            f"{escape(item.text)}</h2>"
        )
        said = f"said {item.stated:,} times" if item.stated > 1 else ""
        about = [item.kind.title(), item.told, item.state, "" if item.kind == schema.EPISODE else said]
        st.html(f"<small>{escape(' · '.join(filter(None, about)))}</small>")
        with st.container(horizontal=True):
            if item.kind != schema.EPISODE:
                link("All that is known of it", "record", icon=":material/open_in_full:", id=item.id)
            for name in dict.fromkeys((*item.people, *item.places)[:_NAMES]):
                link(name, "record", id=name)
            st.button("Close", key="timeline close", on_click=choose, args=("",))
        value = opened.find(item.id)
        if isinstance(value, Episode):
            st.caption(f"It begins where something changes: {value.reason}." if value.reason else "")
            _passages(opened, value)
        elif isinstance(value, Fact):
            _dates(item)
            st.caption("Where it comes from")
            sentences = opened.evidence(value, _EVIDENCE)
            evidence.draw(contexts(opened, sentences), f"timeline {item.id}", opened.namespace)


def _passages(opened: Memory, episode: Episode) -> None:
    st.caption(
        "Its dates are those of its passages: where they are wrong, correct the document and read it again."
    )
    for passage in opened.parts(episode, _EVIDENCE):
        if not isinstance(passage, Sentence):
            told = " · ".join(
                filter(None, (passage.speaker, f"{passage.at:%Y-%m-%d %H:%M}" if passage.at else ""))
            )
            st.html(
                f"<p style='white-space: pre-wrap; overflow-wrap: anywhere; margin: 0'><small>{escape(told)}"
                f"</small><br>{escape(passage.text)}</p>"
            )
    if len(episode.passages) > _EVIDENCE:
        st.caption(f"{len(episode.passages) - _EVIDENCE:,} more passages are in the document.")
    link("Open the source", "documents", icon=":material/description:", id=episode.document)


def _dates(item: Item) -> None:
    """A form for the date; why there is none, where it cannot be corrected here."""
    if read_only():
        return
    if not item.movable:
        st.caption("Its date cannot be corrected here: it is another namespace's, or it held more than once.")
        return
    unit = spans.grain(item.when)
    first, last = spans.written(item.when.begin, item.when.end, unit)
    with st.expander("Correct its date"), st.form(f"dates {item.id}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            begin, end = f"begin {item.id}", f"end {item.id}"
            st.text_input("From", value=first, key=begin, max_chars=20, width=180)
            st.text_input(
                "To, still in it", value="" if last == first else last, key=end, max_chars=20, width=180
            )
            st.form_submit_button("See what changes", on_click=_write, args=(item, begin, end))
        st.caption(
            "A year, a month, a day or a minute: 2013, 2013-05, 2013-05-03, 2013-05-03 14:00. "
            + (
                "Without an end it is the whole of the first."
                if _whole(item)
                else "Without an end it is open."
            )
        )
        if wrong := st.session_state.get(_WRONG):
            st.error(wrong)


def _whole(item: Item) -> bool:
    """Whether a lone date of it means all of that year, month, day or minute: what happened did so in it."""
    return item.happens or item.kind == schema.EVENT


def _write(item: Item, begin: str, end: str) -> None:
    first, last = str(st.session_state[begin]), str(st.session_state[end])
    leave()
    try:
        read = spans.read(first, last or (first if _whole(item) else ""))
    except InputError as error:
        st.session_state[_WRONG] = f"{error}"
        return
    if read == (None, None):
        st.session_state[_WRONG] = "Both are empty: write when it was."
        return
    propose(Move(item.key, *read, drawn=False))
    if read == (item.when.begin, item.when.end):
        st.session_state[_WRONG] = "That is what it says already."
