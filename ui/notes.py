"""The page Notes: what the memory made of itself, what each note rests on, what the last reflection did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
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
from graphmem.shown import excerpt
from graphmem.types import Commit, Document, Passage
from graphmem.ui import words
from graphmem.ui.edits import edit
from graphmem.ui.links import asked, link, tell
from graphmem.ui.opening import address, memory
from graphmem.ui.settings import read_only
from graphmem.ui.words import Group, Line, Sign

_PAGE: Final = 20
"""Notes of a page."""
_MOST: Final = 5_000
"""Notes that are read to choose from: the explorer says so where there are more."""
_LINES: Final = 6
"""Lines of a note that are shown at once."""
_SOURCES: Final = 3
"""Sources of a line that are numbered; the others are counted."""
_LONGEST: Final = 240
"""Characters of a note that came or went, in the difference."""
_AROUND: Final = 120
"""Characters of what stayed, before what changed."""
_NAMED: Final = 30
"""Characters of a document's name beside the number of a source."""
_LATELY: Final = 10
"""Reflections among which the last is looked for that changed what is listed."""
_ALL: Final = "all"
_ICON: Final = ":material/description:"
_WRAP: Final = "overflow-wrap: anywhere"
_MARKS: Final[dict[Sign, str]] = {"+": "new", "~": "changed", "-": "gone"}
_TAGS: Final = {
    "+": "ins style='background: color-mix(in srgb, #2c8f5a 22%, transparent)'",
    "-": "del style='background: color-mix(in srgb, #c2410c 22%, transparent)'",
}
_KINDS: Final = {
    "day": "Days",
    "week": "Weeks",
    "session": "Sessions and sections",
    "topic": "Topics",
    "portrait": "Portraits",
    "routine": "What recurs",
    "name": "What phrases mean",
    "thought": "Answers that were kept",
    "question": "Questions",
    "task": "Tasks",
}
"""Kinds of notes in plain words; others are told by their own."""


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
            how = "run graphmem reflect" if read_only() else "press Reflect now, or run graphmem reflect"
            st.info(
                f"There are no notes yet: {how}. They are summaries, topics, portraits and routines of what"
                " the memory read; each line says what it rests on."
            )
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
    lately = islice(opened.history(author=AUTHOR, newest_first=True), _LATELY)
    told_of = ((one, words.told(opened, one.changes)) for one in lately)
    newest = next(told_of, None)
    if newest is None:
        return
    # What a reading makes to be found by is in no list: the last that made what people read is meant.
    last, groups = newest if newest[1] else next((one for one in told_of if one[1]), newest)
    counts = Counter(line.sign for group in groups for line in group.lines)
    more = sum(group.more for group in groups)
    told = [f"{counts[sign]:,} {what}" for sign, what in _MARKS.items() if counts[sign]]
    told += [f"{more:,} more"] if more else []
    what = ", ".join(told) or "nothing"
    with st.expander(f"What the reflection of {last.at:%Y-%m-%d %H:%M} did: {what}"):
        for group in groups:
            _group(group)
        if not groups:
            st.caption("Nothing that was new changed a note.")
        with st.container(horizontal=True):
            link("See it in the history, or take it back", "history", commit=last.id, seq=str(last.seq))
            link("All reflections", "history", author=AUTHOR)


def _now() -> None:
    edit(_reflected)


def _reflected(opened: Memory) -> Commit:
    commits = opened.reflect().commits
    if not commits:
        raise InputError("Nothing is new since the last reflection.")
    return commits[-1]


def _group(group: Group) -> None:
    lines = sorted(group.lines, key=lambda line: "~-+".index(line.sign))  # what changed says most
    told = "".join(
        f"<li style='{_WRAP}; margin-bottom: .4rem'><b>{_MARKS[line.sign]}</b> {_line(line)}</li>"
        for line in lines
    )
    st.html(f"<ul style='padding-left: 1.2rem'>{told}</ul>")
    if group.more:
        st.caption(f"… and {group.more:,} more: the history has them.")


def _line(line: Line) -> str:
    """A note that came or went in short; of one that changed all that did, with some of what did not."""
    if line.sign != "~":
        return escape(excerpt(" ".join(text for _, text in line.pieces), _LONGEST))
    return " ".join(
        f"<{_TAGS[sign]}>{escape(text)}</{_TAGS[sign][:3]}>"
        if sign in _TAGS
        else escape(excerpt(text, _AROUND))
        for sign, text in line.pieces
    )


# --- the list -------------------------------------------------------------------------------


def _chosen(found: Sequence[Note]) -> list[Note]:
    """The notes of the kind and with the words that the address asks for, newest first."""
    counts = Counter(note.kind for note in found)
    kinds = [_ALL, *sorted(counts, key=lambda one: str(_KINDS.get(one, one)).casefold())]
    columns = st.columns((1, 2))
    kind = columns[0].selectbox(
        "Kind",
        kinds,
        index=kinds.index(asked("kind")) if asked("kind") in kinds else 0,
        format_func=lambda one: (
            f"All ({len(found):,})"
            if one == _ALL
            else f"{_KINDS.get(one, one.capitalize())} ({counts[one]:,})"
        ),
    )
    text = columns[1].text_input("With these words", asked("find"), placeholder="such as a name")
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
    documents = _documents(opened, passages)
    st.caption(f"{len(found):,} note{'' if len(found) == 1 else 's'}, newest first")
    for note in found[:shown]:
        _note(note, passages, documents)
    if len(found) > shown:
        st.button(f"Show {_PAGE} more", on_click=_more, args=(key, shown + _PAGE))


def _more(key: str, shown: int) -> None:
    st.session_state[key] = shown


def _passages(opened: Memory, notes: Sequence[Note]) -> dict[str, Passage]:
    """The passages that notes rest on, by id, in one read."""
    ids = sorted({id for note in notes for id in note.passages})
    values = map(schema.from_record, opened.store.get(opened.view, ids).values())
    return {one.id: one for one in values if isinstance(one, Passage)}


def _documents(opened: Memory, passages: Mapping[str, Passage]) -> dict[str, Document]:
    """The documents in which passages stand, by id, in one read."""
    ids = sorted({one.document for one in passages.values()})
    values = map(schema.from_record, opened.store.get(opened.view, ids).values())
    return {one.id: one for one in values if isinstance(one, Document)}


def _note(note: Note, passages: Mapping[str, Passage], documents: Mapping[str, Document]) -> None:
    with st.container(border=True):
        when = " to ".join(dict.fromkeys(f"{at:%Y-%m-%d}" for at in (note.at, note.until) if at))
        by = "" if note.by == "rules" else f"by {note.by}"
        first = passages.get(next(iter(note.passages), ""))
        whole = documents.get(first.document) if first else None
        title = note.title or (whole.uri if whole else "") or note.about
        told = " · ".join(filter(None, (note.kind, when, by, ", ".join(note.tags))))
        st.html(
            f"<div style='{_WRAP}; font-size: 1.1rem; font-weight: 600'>{escape(title)}</div>"
            f"<small style='{_WRAP}'>{escape(told)}</small>"
        )
        _lines(note.parts[:_LINES], passages, documents)
        if rest := note.parts[_LINES:]:
            with st.expander(f"{len(rest):,} more line{'' if len(rest) == 1 else 's'}"):
                _lines(rest, passages, documents)


def _lines(parts: Sequence[Part], passages: Mapping[str, Passage], documents: Mapping[str, Document]) -> None:
    """Lines, each with the numbers of what it rests on, and below them the sources with these numbers."""
    numbers: dict[str, int] = {}
    lines = []
    for part in parts:
        rests = [id for id in dict.fromkeys(one.passage for one in part.sources) if id in passages]
        own = [numbers.setdefault(id, len(numbers) + 1) for id in rests[:_SOURCES]]
        more = f" and {len(rests) - _SOURCES:,} more" if len(rests) > _SOURCES else ""
        label = f" <small>[{', '.join(map(str, own))}{more}]</small>" if own else ""
        style = f"white-space: pre-wrap; {_WRAP}; margin: 0 0 .35rem"
        lines.append(f"<p style='{style}'>{escape(part.text)}{label}</p>")
    st.html("".join(lines))
    with st.container(horizontal=True, gap="xsmall"):
        for id, number in numbers.items():
            one = passages[id]
            label = _label(one, documents.get(one.document))
            place = str(one.position + 1)
            link(f"{number} {label}", "documents", icon=_ICON, id=one.document, passage=place)


def _label(passage: Passage, document: Document | None) -> str:
    """Who said a passage and when; where nobody did, what its document is called."""
    said = " ".join(filter(None, (passage.speaker, f"{passage.at:%Y-%m-%d}" if passage.at else "")))
    return said or (excerpt(document.title or document.uri, _NAMED) if document else "") or "Source"
