"""The page Notes: what the memory made of itself, what each note rests on, what the last reflection did."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import islice
from typing import Final

import streamlit as st

from graphmem import schema
from graphmem.errors import InputError
from graphmem.identity import words as folded
from graphmem.memory import Memory
from graphmem.notes import TIES, Note, Part
from graphmem.reflection import AUTHOR
from graphmem.types import Commit, Passage
from graphmem.ui import words
from graphmem.ui.edits import edit
from graphmem.ui.links import asked, link, tell
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import read_only
from graphmem.ui.words import Group

_PAGE: Final = 20
"""Notes of a page."""
_MOST: Final = 5_000
"""Notes that are read to choose from: the explorer says so where there are more."""
_SOURCES: Final = 3
"""Links to sources of a line; the others are counted."""
_ALL: Final = "all"
_MARKS: Final = {"+": "came", "~": "changed", "-": "went"}


def page() -> None:
    """Draw it."""
    st.title("Notes")
    st.caption(
        "What the memory made of what it read. Each line says what it rests on, and goes when that goes."
    )
    with memory() as opened:
        head = opened.store.head()
        _reflect(opened)
        found = _read(address(), head, opened)
        if not found:
            st.info("There are no notes yet: press Reflect now, or run graphmem reflect.")
            return
        if len(found) == _MOST:
            st.caption(f"There are more than {_MOST:,} notes: these are chosen from the first of them.")
        _list(opened, _chosen(found))


@st.cache_data(max_entries=10, show_spinner="Reading the notes …")
def _read(where: tuple[str, str], head: int, _opened: Memory) -> list[Note]:
    return list(islice((one for one in _opened.notes() if one.parts and one.kind not in TIES), _MOST))


# --- reflection -----------------------------------------------------------------------------


def _reflect(opened: Memory) -> None:
    """The button that reflects, and what the last reflection changed."""
    if not read_only():
        st.button("Reflect now", on_click=_now, help="Goes over what is new. It can be undone.")
    last = next(opened.history(author=AUTHOR, newest_first=True), None)
    if last is None:
        return
    with st.expander(f"What the reflection of {last.at:%Y-%m-%d %H:%M} did"):
        groups = words.told(opened, last.changes)
        for group in groups:
            _group(group)
        if not groups:
            st.caption("Nothing that was new changed a note.")
        link("See it in the history, or take it back", "history", commit=last.id, seq=str(last.seq))


def _now() -> None:
    edit(_reflected)


def _reflected(opened: Memory) -> Commit:
    commits = opened.reflect().commits
    if not commits:
        raise InputError("Nothing is new since the last reflection.")
    return commits[-1]


def _group(group: Group) -> None:
    for line in group.lines:
        text = "".join(_piece(sign, piece) for sign, piece in line.pieces)
        st.html(f"<p style='overflow-wrap: anywhere'><b>{_MARKS[line.sign]}</b> {text}</p>")
    if group.more:
        st.caption(f"… and {group.more:,} more")


def _piece(sign: str, text: str) -> str:
    tag = {"+": "ins", "-": "del"}.get(sign, "span")
    return f"<{tag}>{escape(text)}</{tag}> "


# --- the list -------------------------------------------------------------------------------


def _chosen(found: Sequence[Note]) -> list[Note]:
    """The notes of the kind and with the words that the address asks for, newest first."""
    kinds = sorted({note.kind for note in found})
    columns = st.columns((1, 2))
    kind = columns[0].selectbox(
        "Kind", [_ALL, *kinds], index=[_ALL, *kinds].index(asked("kind")) if asked("kind") in kinds else 0
    )
    text = columns[1].text_input("With these words", asked("find"))
    tell(kind=kind if kind and kind != _ALL else "", find=text.strip())
    wanted = set(folded(text))
    left = [
        note
        for note in found
        if kind in (_ALL, note.kind)
        and wanted <= set(folded(f"{note.title} {note.about} {note.text} {' '.join(note.tags)}"))
    ]
    return sorted(left, key=_last, reverse=True)


def _last(note: Note) -> str:
    last = note.until or note.at
    return last.isoformat() if last else ""


def _list(opened: Memory, found: Sequence[Note]) -> None:
    if not found:
        st.info("No note has these words: ask for fewer, or for another kind.")
        return
    key = "notes shown"
    shown = int(st.session_state.get(key, _PAGE))
    passages = _passages(opened, found[:shown])
    st.caption(f"{len(found):,} note{'' if len(found) == 1 else 's'}")
    for note in found[:shown]:
        _note(note, passages)
    if len(found) > shown:
        st.button(f"Show {_PAGE} more", on_click=_more, args=(key, shown + _PAGE))


def _more(key: str, shown: int) -> None:
    st.session_state[key] = shown


def _passages(opened: Memory, notes: Sequence[Note]) -> dict[str, Passage]:
    """The passages that notes rest on, by id, in one read."""
    ids = sorted({id for note in notes for id in note.passages})
    values = map(schema.from_record, opened.store.get(opened.view, ids).values())
    return {one.id: one for one in values if isinstance(one, Passage)}


def _note(note: Note, passages: dict[str, Passage]) -> None:
    with st.container(border=True):
        when = " to ".join(dict.fromkeys(f"{at:%Y-%m-%d}" for at in (note.at, note.until) if at))
        told = " · ".join(filter(None, (note.kind, when, "" if note.by == "rules" else f"by {note.by}")))
        st.html(f"<small>{escape(told)}</small>")
        st.html(f"<b style='overflow-wrap: anywhere'>{escape(note.title or note.about)}</b>")
        for number, part in enumerate(note.parts):
            _part(note, number, part, passages)
        if note.tags:
            st.caption(", ".join(note.tags))


def _part(note: Note, number: int, part: Part, passages: dict[str, Passage]) -> None:
    st.html(f"<p style='white-space: pre-wrap; overflow-wrap: anywhere'>{escape(part.text)}</p>")
    sources = [passages[one.passage] for one in part.sources if one.passage in passages]
    sources = list({one.id: one for one in sources}.values())
    with st.container(horizontal=True, vertical_alignment="center"):
        for one in sources[:_SOURCES]:
            label = " ".join(filter(None, (one.speaker, f"{one.at:%Y-%m-%d}" if one.at else "")))
            link(
                label or "Source",
                "documents",
                icon=":material/description:",
                id=one.document,
                passage=str(one.position + 1),
            )
        if len(sources) > _SOURCES:
            st.caption(f"and {len(sources) - _SOURCES:,} more")
