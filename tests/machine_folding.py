"""Passages asleep as plain Python: the rows of a document with some of them folded, and all unfolded.

Which passages sleep decides all rows of a document: its sentences stand in those, the order of its events and
its cast are those of what is awake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from machine_derived import NAMESPACE, SENTENCES, Rows, of_kind, plain

from graphmem import schema
from graphmem.casting import cast
from graphmem.chaining import chained
from graphmem.identity import cast_id
from graphmem.types import Document, Passage, Record, Sentence

KINDS = {"paragraph": "sentence", "turn": "utterance", "record": "entry"}


def value(id: str, row: tuple[str, object]) -> schema.Value:
    return schema.from_record(Record(id, row[0], NAMESPACE, row[1]))


def rows_of(values: Iterable[schema.Value]) -> Rows:
    return {one.id: (one.kind, dict(one.body)) for one in map(schema.to_record, values)}


def ordered(rows: Rows) -> tuple[Document, list[Passage], list[Sentence]]:
    """A document with its passages and sentences, as they stand in it."""
    values = [value(id, row) for id, row in rows.items()]
    passages = sorted((one for one in values if isinstance(one, Passage)), key=lambda one: one.position)
    place = {one.id: one.position for one in passages}
    sentences = [one for one in values if isinstance(one, Sentence)]
    sentences.sort(key=lambda one: (place[one.passage], one.position))
    return next(one for one in values if isinstance(one, Document)), passages, sentences


def asleep(rows: Rows) -> set[str]:
    """The passages that sleep."""
    return {id for id, body in of_kind(rows, "passage") if body.get("asleep")}


def in_order(rows: Rows) -> Rows:
    """The rows of a document, its events in the order that those have which are told."""
    _, _, said = ordered(rows)
    events = chained([one.statements for one in said], NAMESPACE)
    return {**rows, **rows_of(replace(one, statements=own) for one, own in zip(said, events, strict=True))}


def with_cast(rows: Rows) -> Rows:
    """Whom the sentences of a document name."""
    made = cast(*ordered(rows))
    return rows_of([made] if made else [])


def unfolded(rows: Rows) -> Rows:
    """The rows of a document, all of it awake."""
    if not asleep(rows):
        return rows
    whole: Rows = {}
    for id, (kind, body) in rows.items():
        whole[id] = (kind, {key: one for key, one in body.items() if key != "asleep"})
        if kind == "passage":
            whole |= {own: (KINDS[body["kind"]], said) for own, said in body.get("asleep", ())}
    return _cast_again(in_order(whole))


def folded(rows: Rows, sleeping: Collection[str]) -> Rows:
    """The rows of a document that is awake, with these passages asleep."""
    passages = {id for id, _ in of_kind(rows, "passage")}
    kept: dict[str, list[list[object]]] = {id: [] for id in passages & set(sleeping)}
    if not kept:
        return rows
    for one in ordered(rows)[2]:
        if one.passage in kept:
            kept[one.passage].append([one.id, rows[one.id][1]])
    left = {id: row for id, row in rows.items() if row[1].get("passage") not in kept}
    for id, own in kept.items():
        left[id] = ("passage", plain({**left[id][1], "asleep": own}))
    return _cast_again(in_order(left), empty=True)


def _cast_again(rows: Rows, empty: bool = False) -> Rows:
    """The rows of a document with its cast, if it has one, made anew; of nobody, if nobody is awake."""
    document = next(id for id, _ in of_kind(rows, "document"))
    left = dict(rows)
    if not left.pop(cast_id(document), None):
        return left
    nobody: Rows = {cast_id(document): ("cast", {"document": document})} if empty else {}
    return {**left, **nobody, **with_cast(left)}


def pinned(rows: Rows, facts: Mapping[str, set[str]]) -> set[str]:
    """The passages that never go to sleep: what a person said, vouched for, or corrected.

    ``facts`` are the facts and events that each sentence states, by its id.
    """
    said = {id for id, body in of_kind(rows, "document") if body["uri"].startswith("said:")}
    own = {id for id, body in of_kind(rows, "passage") if body["document"] in said}
    of = {id: body["passage"] for id, body in of_kind(rows, *SENTENCES)}
    of |= {one: id for id, body in of_kind(rows, "passage") for one, _ in body.get("asleep", ())}
    vouched = {fact for id, those in facts.items() if of[id] in own for fact in those}
    own |= {of[id] for id, those in facts.items() if those & vouched}
    return own | {of[body["target"]] for _, body in of_kind(rows, "correction") if body["target"] in of}
