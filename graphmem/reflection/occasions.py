"""Occasions: what was done or is to be, each at its time, as a record or an event of the memory tells it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.reflection.often import often
from graphmem.reflection.rule import Rule
from graphmem.statements import Statement
from graphmem.stores.base import Store
from graphmem.types import FloatArray, Passage, Sentence, View

CLOSE: Final = 0.62
"""Cosine from which on two may be alike at all: below it hardly two days of one routine were, where this was
chosen (see ``graphmem.reflection.recurrence``)."""
MOST: Final = 1000
"""Occasions of a stream that are compared: the time grows with their square."""
_NEIGHBOURS: Final = 200  # sentences that are looked at around each
_FINE: Final = frozenset({"second", "minute", "hour", "part", "day", ""})
# What a reader makes of a record's other fields: "type: calendar; end time: 12:00; …".
_FIELDS: Final = re.compile(r"\n[\w ]{1,40}: [^;\n]*;[^\n]*\w: ")
# "IMG_20250312_081500.jpg", "scan.pdf": what a device calls a file is not what was done.
_FILE: Final = re.compile(r"\S*\d{4}\S*|\S+\.[A-Za-z]\w{1,4}")
# Without one of these no text says how often: most need not be read for it.
_AGAIN: Final = re.compile(
    r"\b(?:every|each|daily|weekly|monthly|yearly|annually|nightly|fortnightly|\w+days\b|\w+(?:ing|noon|ght)s\b"
    r"|(?:once|twice|times) (?:an?|per)\b)",
    re.IGNORECASE,
)
# "My daily routine", "weekly notes": what such a word stands before is of that kind, not done so often.
_ADJECTIVE: Final = re.compile(r"(?i)(?:dai|week|month|year|annual|night|fortnight)ly")
_BEHIND: Final = re.compile(
    r"\s*(?:$|[^\w\s]|(?:and|at|in|on|with|to|for|before|after|from|by|until|since)\b)"
)
_LIGHT: Final = frozenset({"have", "do", "go", "get", "make", "take", "give", "come", "do it", "do that"})
_NO_DOING: Final = frozenset({"be", "happen", "seem", "become", "mean"})
_STOP: Final = re.compile(r"[.!?]+\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One thing that was done, or is planned, at a time.

    Attributes:
        passage: the id of the passage that tells it.
        stream: among which it can recur: the records of one document, the doings of one subject.
        title: what it is, in a few words.
        text: the title and what is said of it.
        at: when; when it was said, if ``often`` is all that is said of the time.
        vector: its direction, a unit vector, shape (d,).
        start, end: where the passage tells it.
        titled: whether it is a record with a title of its own, not a doing that a text tells.
        dated: whether it was done at that time, not only said then that it is done.
    """

    passage: str
    stream: str
    title: str
    text: str
    at: datetime
    vector: FloatArray = field(compare=False, repr=False)
    start: int = 0
    end: int = 0
    titled: bool = False
    dated: bool = True


def occasions(store: Store, view: View, passages: Collection[str]) -> list[Occasion]:
    """The occasions that these passages tell, in order of passage and place.

    A record with a title and a time is one. Of other passages it is what they say that happened, on which
    day, and what they say happens again and again. What has no vector is left out.
    """
    found: list[Occasion] = []
    held = {one.id: one for one in map(schema.from_record, store.get(view, passages).values())}
    for passage, sentences, vectors in _read(
        store, view, [p for p in held.values() if isinstance(p, Passage)]
    ):
        titled = passage.kind == "record" and passage.heading and not _FILE.fullmatch(passage.heading.strip())
        if titled and passage.at:
            found.append(_record(passage, vectors[sentences[0].id]))
        else:
            for one in sentences:
                found += _told(passage, one, vectors[one.id])
    return sorted(set(found), key=lambda one: (one.passage, one.start, one.title))


def _read(
    store: Store, view: View, passages: Sequence[Passage]
) -> Iterator[tuple[Passage, list[Sentence], Mapping[str, FloatArray]]]:
    """Passages with those of their sentences that have a vector, in order; those without any are left out."""
    parts = store.neighbours(view, [one.id for one in passages], [schema.PART_OF], "in")
    held = store.get(view, parts.source)
    vectors = store.vectors(view, list(parts.source))
    own = defaultdict(list)
    for id, whole in zip(parts.source, parts.target, strict=True):
        if id in vectors and id in held and isinstance(one := schema.from_record(held[id]), Sentence):
            own[whole].append(one)
    for passage in passages:
        if passage.id in own:
            yield passage, sorted(own[passage.id], key=lambda one: one.position), vectors


def _record(passage: Passage, vector: FloatArray) -> Occasion:
    fields = _FIELDS.search(passage.text)
    end = fields.start() if fields else len(passage.text)
    assert passage.at is not None
    return Occasion(
        passage=passage.id,
        stream=passage.document,
        title=passage.heading,
        text=f"{passage.heading}. {passage.text[:end]}",
        at=passage.at,
        vector=vector,
        end=end,
        titled=True,
    )


def _told(passage: Passage, sentence: Sentence, vector: FloatArray) -> Iterator[Occasion]:
    """What a sentence tells that happened or happens; nothing that it denies or only supposes."""
    said_at = sentence.at or passage.at
    for one in sentence.statements:
        when = one.when
        if one.negated or one.modality or when is None or not one.subject.entity:
            continue
        if one.lemma.split()[0] in _NO_DOING:
            continue
        title = _title(one)
        if title in _LIGHT:
            continue
        start, end = clause(sentence.text, one)
        again = said_at is not None and bool(rules(sentence.text[start:end], said_at))
        at = said_at if again else when.begin
        if at is None or not (again or (one.happens and when.precision in _FINE)):
            continue
        yield Occasion(
            passage=passage.id,
            stream=one.subject.key,
            title=title,
            text=sentence.text[start:end],
            at=at,
            vector=vector,
            start=sentence.start + start,
            end=sentence.start + end,
            dated=not again,
        )


def rules(text: str, at: datetime) -> list[Rule]:
    """The rules that running text says that a doing follows."""
    found = often(text, at) if _AGAIN.search(text) else []
    return [
        one.rule
        for one in found
        if one.rule
        and not (_ADJECTIVE.fullmatch(text[one.start : one.end]) and not _BEHIND.match(text, one.end))
    ]


def clause(text: str, one: Statement) -> tuple[int, int]:
    """From the full stop before a statement to the one behind it."""
    begins = [match.end() for match in _STOP.finditer(text, 0, one.start + 1) if match.end() <= one.start]
    stop = _STOP.search(text, max(one.start, one.end - 1))
    return (begins[-1] if begins else 0), (stop.start() + 1 if stop else len(text))


def _title(one: Statement) -> str:
    """The doing in words: "play tennis with Bo"."""
    return " ".join([one.lemma, *dict.fromkeys(p.worded for p in one.participants[1:3])])


def around(store: Store, view: View, seeds: Iterable[Occasion]) -> list[Occasion]:
    """Occasions with all of their streams that steps of close vectors reach from them; ``MOST`` of a stream.

    So a group is read whole, whichever of its occasions is asked for, and nothing that is far from it.
    """
    among = replace(view, kinds=frozenset(schema.SENTENCE_KINDS.values()))
    found = {one: None for one in seeds}
    edge, counted = list(found), defaultdict[str, int](int)
    while edge:
        streams = {one.stream for one in edge}
        near = {
            id
            for one in edge
            for id, like in store.search_vector(among, one.vector, _NEIGHBOURS)
            if like >= CLOSE
        }
        passages = {record.body["passage"] for record in store.get(among, sorted(near)).values()}
        new = [one for one in occasions(store, view, passages) if one not in found and one.stream in streams]
        edge = _close(edge, new)
        for one in edge:
            counted[one.stream] += 1
        edge = [one for one in edge if counted[one.stream] <= MOST]
        found.update(dict.fromkeys(edge))
    return list(found)


def _close(edge: Sequence[Occasion], new: Sequence[Occasion]) -> list[Occasion]:
    """Those that are close to one of the same stream."""
    by_stream = defaultdict(list)
    for one in edge:
        by_stream[one.stream].append(one.vector)
    return [
        one for one in new if float((np.array(by_stream[one.stream]) @ one.vector).max(initial=-1.0)) >= CLOSE
    ]
