"""Cutting passages out of a document: what stays of it says no more than it would have said without them.

What was read of the passages that stay is as it was read, since nothing here reads a text; but whom a "he"
means, or the full name of a "Curie", goes where only the cut passages told it. All that a document says as a
whole is made anew: its cast, the order of its events, its episodes, and which passage follows which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from graphmem import schema
from graphmem.casting import cast
from graphmem.casts import Cast
from graphmem.folding import asleep, folded, told, unfolded
from graphmem.identity import episode_id, fold
from graphmem.statements import Participant
from graphmem.types import Document, Episode, Passage, Record, Sentence


def remaining(records: Iterable[Record], gone: Collection[str]) -> list[Record]:
    """The records of a document without some of its passages; none at all, if no passage is left.

    Cutting nothing changes nothing, and passages may be cut at once or one after the other. Those that sleep
    go as well, or sleep on.
    """
    read_as = [schema.from_record(record) for record in records]
    left = _remaining({value.id: value for value in unfolded(read_as)}, gone)
    return [schema.to_record(value) for value in folded(left, asleep(read_as) - set(gone))]


def _remaining(values: Mapping[str, schema.Value], gone: Collection[str]) -> list[schema.Value]:
    all_passages = {id: value for id, value in values.items() if isinstance(value, Passage)}
    passages = {id: passage for id, passage in all_passages.items() if id not in gone}
    document = next(value for value in values.values() if isinstance(value, Document))
    if not passages:
        return []
    place = {id: passage.position for id, passage in passages.items()}
    read = [one for one in values.values() if isinstance(one, Sentence)]
    stays = [one for one in read if one.passage in passages]
    stays.sort(key=lambda one: (place[one.passage], one.position, one.id))
    lost = _names(read) - _names(stays)
    sentences = told([_without(one, lost) for one in stays] if lost else stays)
    left: list[schema.Value] = [document, *_followed(all_passages, passages), *sentences]
    for value in values.values():
        if isinstance(value, Episode):
            left += _shortened(value, passages)
        elif isinstance(value, Cast):
            said = cast(document, passages.values(), sentences)
            left += [said] if said else []
    return left


def _followed(all_passages: Mapping[str, Passage], left: Mapping[str, Passage]) -> Iterator[Passage]:
    """The passages that are left, each with the nearest before it that is."""
    for passage in left.values():
        previous = passage.previous
        while previous is not None and previous not in left:
            before = all_passages.get(previous)
            previous = before.previous if before else None
        yield passage if previous == passage.previous else replace(passage, previous=previous)


def _names(sentences: Iterable[Sentence]) -> set[str]:
    """The names that sentences tell, folded."""
    mentions = [one for sentence in sentences for one in sentence.mentions if one.role != "pronoun"]
    return {fold(one.of if one.role == "moved" else one.name) for one in mentions} - {""}


def _without(sentence: Sentence, lost: Collection[str]) -> Sentence:
    """A sentence that knows nothing of some names, which others told."""
    mentions = [
        replace(one, of="") if fold(one.of) in lost else one
        for one in sentence.mentions
        if one.role != "pronoun" or fold(one.of) not in lost
    ]
    spoken = [one for one in mentions if one.end and one.role != "pronoun"]

    def participant(one: Participant) -> Participant:
        if fold(one.entity) not in lost:
            return one
        inside = (m.name for m in spoken if one.start <= m.start and m.end <= one.end)
        return replace(one, entity=next(inside, ""))

    statements = tuple(
        replace(one, participants=tuple(map(participant, one.participants)))
        for one in sentence.statements
        if fold(one.said_by) not in lost  # who said it is not known any more, and nobody else says it
    )
    return replace(sentence, mentions=tuple(mentions), statements=statements)


def _shortened(episode: Episode, left: Mapping[str, Passage]) -> Iterator[Episode]:
    """An episode without the passages that are gone; nothing, if it is empty."""
    held = tuple(id for id in episode.passages if id in left)
    if held == episode.passages:
        yield episode
    elif held:
        moments = [at for id in held if (at := left[id].at)]
        first, last = min(moments, default=None), max(moments, default=None)
        yield replace(episode, id=episode_id(held[0]), passages=held, at=first, until=last)
