"""Sentences as a person corrected them: mentions that name someone else than was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from graphmem import schema
from graphmem.casting import cast
from graphmem.casts import Cast
from graphmem.corrections import Correction, Span
from graphmem.edits import document_records
from graphmem.foreseen import foreseen
from graphmem.identity import cast_id, correction_id
from graphmem.statements import Participant, Statement
from graphmem.stores.base import Store
from graphmem.types import Change, Document, Mention, Passage, Record, Sentence, View

_SENTENCES: Final = frozenset(schema.SENTENCE_KINDS.values())


def amended(sentence: Sentence, moved: Mapping[Span, str]) -> Sentence:
    """A sentence whose mentions at some places name what a person says, in its statements too."""
    return replace(
        sentence,
        mentions=tuple(_mention(one, moved) for one in sentence.mentions),
        statements=tuple(_statement(one, moved) for one in sentence.statements),
    )


def _mention(mention: Mention, moved: Mapping[Span, str]) -> Mention:
    name = moved.get((mention.start, mention.end)) if mention.end else None
    return mention if name is None else replace(mention, role="moved", of=name)


def _statement(statement: Statement, moved: Mapping[Span, str]) -> Statement:
    def participant(one: Participant) -> Participant:
        name = moved.get((one.start, one.end)) if one.end else None
        return one if name is None else replace(one, entity=name)

    return replace(statement, participants=tuple(map(participant, statement.participants)))


def corrections(store: Store, view: View, sentences: Iterable[Sentence]) -> dict[str, Mapping[Span, str]]:
    """What people said of the mentions of sentences, by the sentence's id."""
    ids = [correction_id(one.id) for one in sentences]
    found = map(schema.from_record, store.get(view, ids).values()) if ids else ()
    return {one.target: one.moved for one in found if isinstance(one, Correction) and one.moved}


def corrected(
    store: Store,
    view: View,
    document: Document,
    passages: Sequence[Passage],
    sentences: Sequence[Sentence],
    who: Cast | None,
) -> tuple[tuple[Sentence, ...], Cast | None]:
    """The sentences of a document as people corrected them, and its cast."""
    moved = corrections(store, view, sentences)
    if not moved:
        return tuple(sentences), who
    changed = [amended(one, moved[one.id]) if one.id in moved else one for one in sentences]
    return tuple(changed), cast(document, passages, changed) if who else None


def upheld(store: Store, view: View, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes that bring sentences (back), with what people said of their mentions meanwhile.

    The casts of their documents follow. Where nobody said anything, they are as they were.
    """
    after = {change.id: change.after for change in changes}
    back = [schema.from_record(one) for one in after.values() if one and one.kind in _SENTENCES]
    read = [one for one in back if isinstance(one, Sentence)]
    then = foreseen(store, changes)
    moved = corrections(then, view, read)
    new = {one.id: amended(one, moved[one.id]) for one in read if one.id in moved}
    wrong = {one.id for one in read if one.id in new and new[one.id] != one}
    if not wrong:
        return tuple(changes)
    again = {id: schema.to_record(new[id]) for id in sorted(wrong)}
    next = foreseen(then, (Change(after[id], one) for id, one in again.items()))
    states: dict[str, Record | None] = {**again, **_recast(next, view, again)}
    now = store.get(view, list(states))
    kept = [change for change in changes if change.id not in states]
    return (*kept, *(Change(now.get(id), one) for id, one in states.items() if now.get(id) != one))


def _recast(store: Store, view: View, sentences: Mapping[str, Record]) -> dict[str, Record | None]:
    """The casts of the documents of sentences, of those that have one."""
    passages = store.get(view, list({str(one.body["passage"]) for one in sentences.values()}))
    found: dict[str, Record | None] = {}
    for document in sorted({str(one.body["document"]) for one in passages.values()}):
        records = document_records(store, view, document)
        if any(one.kind == schema.CAST for one in records):
            found[cast_id(document)] = recast(records)
    return found


def recast(records: Iterable[Record]) -> Record | None:
    """The cast of a document, given all its records."""
    values = [schema.from_record(one) for one in records]
    home = next(one for one in values if isinstance(one, Document))
    passages = sorted((one for one in values if isinstance(one, Passage)), key=lambda one: one.position)
    order = {one.id: one.position for one in passages}
    read = [one for one in values if isinstance(one, Sentence)]
    read.sort(key=lambda one: (order[one.passage], one.position))
    who = cast(home, passages, read)
    return schema.to_record(who) if who else None
