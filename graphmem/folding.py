"""Folding: a passage that is put to sleep keeps its sentences to itself, and gives them back when it wakes.

Which passages of a document sleep decides all of its records: whatever was put to sleep and woken in whatever
order, they are the same. What a document says as a whole (its cast, the order of its events) is what those
sentences say that are awake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from graphmem.casting import cast
from graphmem.casts import Cast
from graphmem.chaining import chained
from graphmem.types import Document, Passage, Sentence

V = TypeVar("V")


def asleep(values: Iterable[object]) -> frozenset[str]:
    """The ids of the passages among these that sleep."""
    return frozenset(one.id for one in values if isinstance(one, Passage) and one.asleep)


def unfolded(values: Iterable[V]) -> list[V | Passage | Sentence | Cast]:
    """The values of a document with all of its passages awake."""
    given = list(values)
    return _folded(given, frozenset()) if asleep(given) else list(given)


def folded(values: Iterable[V], asleep: Collection[str]) -> list[V | Passage | Sentence | Cast]:
    """The values of a document, all awake, with those of its passages asleep that have these ids.

    A passage without any sentence has nothing to keep, and stays as it is.
    """
    given = list(values)
    return _folded(given, asleep) if asleep else list(given)


def _folded(values: Sequence[V], asleep: Collection[str]) -> list[V | Passage | Sentence | Cast]:
    passages = {one.id: one for one in values if isinstance(one, Passage)}
    read: list[Sentence] = [one for one in values if isinstance(one, Sentence)]
    read += [one for passage in passages.values() for one in passage.asleep]
    read.sort(key=lambda one: (passages[one.passage].position, one.position, one.id))
    whole = told(read)  # what sleeps is kept as it stands in the whole document
    awake = told([one for one in whole if one.passage not in asleep])
    kept: dict[str, list[Sentence]] = {id: [] for id in asleep}
    for one in whole:
        if one.passage in asleep:
            kept[one.passage].append(one)
    left: list[V | Passage | Sentence | Cast] = [
        replace(one, asleep=tuple(kept.get(one.id, ()))) if isinstance(one, Passage) else one
        for one in values
        if not isinstance(one, Sentence | Cast)
    ]
    document = next(one for one in values if isinstance(one, Document))
    # A document has a cast where labels were read; one of which nobody is awake names none, but has it still.
    empty = [replace(one, profiles=()) for one in values if isinstance(one, Cast)]
    said = cast(document, passages.values(), awake) if empty else None
    return [*left, *awake, *([said] if said else empty)]


def told(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, their events in the order that they have among themselves."""
    if not any(one.statements for one in sentences):
        return list(sentences)
    said = chained([one.statements for one in sentences], sentences[0].namespace)
    return [
        sentence if statements == sentence.statements else replace(sentence, statements=statements)
        for sentence, statements in zip(sentences, said, strict=True)
    ]


def dormant_text(body: Mapping[str, Any]) -> str:
    """What a passage asleep says, and the full names that its sentences say less of."""
    text = str(body["text"])
    meant = dict.fromkeys(
        row[5] for _, one in body["asleep"] for row in one.get("mentions", ()) if len(row) > 5
    )
    names = ", ".join(name for name in meant if name not in text)
    return f"{text} ({names})" if names else text
