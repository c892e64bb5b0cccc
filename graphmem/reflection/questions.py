"""Keys of turns: each line that a turn tells, and each question that it answers, as a note of its own.

A turn says several things, and its vector is none of them; what it answers it need not say again ("The
clarinet, since I was ten"). So a turn is found by its lines one by one, and by the lines of the turn before
that ask: whoever asks later asks much the same. What a turn asks itself is no key of it: somebody else
answers that. Keys that are made of what a memory holds are the index of RMM (Tan et al. 2025, "In Prospect
and Retrospect: Reflective Memory Management"), and of documents told by the questions that they answer
(doc2query, Nogueira et al. 2019). There a language model writes them; here they are said already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final

from graphmem import schema
from graphmem.notes import QUESTION, Note, Part, Source, note_id
from graphmem.reflection.gathered import passages
from graphmem.stores.base import Store
from graphmem.types import Passage, View

WORDS: Final = 3  # words that a line has at least: shorter ones ("How nice!") lead nowhere; 4 do as well
LINES: Final = 12  # keys of a turn: its first lines; what goes on longer is a text, and has no more to tell
_LINE: Final = re.compile(r"[^\s.!?;\[\]](?:[^\n.!?;\[\]]|[.!?](?=\w))*[.!?]*")
_WORD: Final = re.compile(r"\w+")


def questions(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """Of each turn notes of what it tells and of what it answers; one that is no key any more has no parts.

    They depend on a turn and the one before it alone, so a new one makes its own anew and those of the next.
    """
    new = list(passages(store, view, touched))
    after = store.neighbours(view, new, [schema.FOLLOWS], "in").source
    turns = {id: one for id, one in passages(store, view, [*new, *after]).items() if one.kind == "turn"}
    before = passages(store, view, [one.previous for one in turns.values() if one.previous])
    edges = store.neighbours(view, list(turns), [schema.LEADS_TO], "in")
    old: dict[str, set[str]] = {}
    for note, of in zip(edges.source, edges.target, strict=True):
        old.setdefault(of, set()).add(note)
    for turn in turns.values():
        made = {one.id: one for one in _keys(turn, before)}
        yield from made.values()
        for id in sorted(old.get(turn.id, set()) - made.keys()):
            yield _gone(store, view, id)


def lines(text: str) -> list[tuple[int, int]]:
    """Where the lines of a text begin and end: sentences, as far as its marks tell.

    >>> text = "Wow! I play the clarinet. Do you play v2.0?"
    >>> [text[begin:end] for begin, end in lines(text)]
    ['I play the clarinet.', 'Do you play v2.0?']
    """
    found = ((match.start(), match.start() + len(match[0].rstrip())) for match in _LINE.finditer(text))
    return [(begin, end) for begin, end in found if len(_WORD.findall(text, begin, end)) >= WORDS]


def _keys(turn: Passage, before: Mapping[str, Passage]) -> Iterator[Note]:
    """The notes of a turn: the questions of the one before it, if another asks them there; then its lines."""
    last = before.get(turn.previous or "")
    if last and _answers(turn, last):
        whole = Source(turn.id, 0, len(turn.text))
        asked = [one for one in lines(last.text) if _asks(last.text, one)]
        for begin, end in asked[-LINES:]:
            yield _note(turn, last, last.text[begin:end], (whole, Source(last.id, begin, end)))
    told = [one for one in lines(turn.text) if not _asks(turn.text, one)]
    for begin, end in told[:LINES]:
        yield _note(turn, turn, turn.text[begin:end], (Source(turn.id, begin, end),))


def _asks(text: str, line: tuple[int, int]) -> bool:
    return text[line[1] - 1] == "?"


def _answers(turn: Passage, last: Passage) -> bool:
    """Whether a turn may answer the one before it: in the same talk, somebody else."""
    together = (last.document, last.heading) == (turn.document, turn.heading)
    return together and last.kind == "turn" and last.speaker != turn.speaker


def _note(turn: Passage, said: Passage, line: str, sources: tuple[Source, ...]) -> Note:
    """A line by which a turn is found: the first of its sources is in that turn."""
    about = f"{turn.id} {said.id} {sources[-1].start}"
    moments = [one.at for one in (turn, said) if one.at]
    return Note(
        id=note_id(turn.namespace, QUESTION, about),
        namespace=turn.namespace,
        kind=QUESTION,
        about=about,
        title="",
        parts=(Part(line, sources),),
        at=min(moments, default=None),
        until=max(moments, default=None),
    )


def _gone(store: Store, view: View, id: str) -> Note:
    """A note that is there, without its parts."""
    note = schema.from_record(store.get(view, [id])[id])
    assert isinstance(note, Note)
    return note.without(note.passages)
