"""Sentences as a person corrected them: mentions that name someone else than was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graphmem import schema
from graphmem.casting import cast
from graphmem.casts import Cast
from graphmem.changes import diff
from graphmem.corrections import Correction, Span
from graphmem.edits import document_records
from graphmem.folding import asleep, folded, told, unfolded
from graphmem.foreseen import foreseen
from graphmem.identity import correction_id
from graphmem.statements import Participant, Statement
from graphmem.stores.base import Store
from graphmem.types import Change, Document, Mention, Passage, Record, Sentence, View


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
    changed = told([amended(one, moved[one.id]) if one.id in moved else one for one in sentences])
    return tuple(changed), cast(document, passages, changed) if who else None


def upheld(store: Store, view: View, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes that bring sentences (back), asleep ones too, with what people said of their mentions since.

    The casts of their documents follow. Where nobody said anything, they are as they were.
    """
    after = {change.id: change.after for change in changes}
    back = [schema.from_record(one) for r in after.values() if r for one in (r, *schema.sleeping(r))]
    read = [one for one in back if isinstance(one, Sentence)]
    then = foreseen(store, changes)
    moved = corrections(then, view, read)
    wrong = {one.id: one for one in read if one.id in moved and amended(one, moved[one.id]) != one}
    if not wrong:
        return tuple(changes)
    states: dict[str, Record | None] = {}
    passages = then.get(view, list({one.passage for one in wrong.values()}))
    for document in sorted({str(one.body["document"]) for one in passages.values()}):
        records = document_records(then, view, document)
        states |= {change.id: change.after for change in diff(records, reread(records, moved))}
    now = store.get(view, list(states))
    kept = [change for change in changes if change.id not in states]
    return (*kept, *(Change(now.get(id), one) for id, one in states.items() if now.get(id) != one))


def reread(records: Iterable[Record], moved: Mapping[str, Mapping[Span, str]]) -> list[Record]:
    """The records of a document, some of whose mentions name someone else; what sleeps is told so as well.

    The order of its events and its cast follow.
    """
    before = [schema.from_record(one) for one in records]
    values = [
        amended(one, moved[one.id]) if isinstance(one, Sentence) and one.id in moved else one
        for one in unfolded(before)
    ]
    home = next(one for one in values if isinstance(one, Document))
    passages = sorted((one for one in values if isinstance(one, Passage)), key=lambda one: one.position)
    order = {one.id: one.position for one in passages}
    read = [one for one in values if isinstance(one, Sentence)]
    read.sort(key=lambda one: (order[one.passage], one.position))
    said = told(read)
    left: list[schema.Value] = [one for one in values if not isinstance(one, Sentence | Cast)]
    who = cast(home, passages, said) if any(isinstance(one, Cast) for one in values) else None
    whole = [*left, *said, *([who] if who else [])]
    return [schema.to_record(one) for one in folded(whole, asleep(before))]
