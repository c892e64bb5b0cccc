"""Portraits: of each person, organization and project what holds of it now, in lines taken from its sources.

A line is a sentence as it stands, chosen for a fact that it states; what is only talk between two ("I am
happy for you") is none. What a later fact ended, a person took back or only an untrusted source says is in
none (``graphmem.standing``). However often an entity is named, so many of its facts are read and no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graphmem import schema
from graphmem.dates.written import day
from graphmem.identity import fold
from graphmem.notes import Note, Part, Source, note_id
from graphmem.reflection import routines
from graphmem.reflection.gathered import passages
from graphmem.reflection.occasions import clause, occasions
from graphmem.reflection.recurrence import recurring
from graphmem.reflection.wording import Line
from graphmem.standing import standings
from graphmem.statements import Event, Fact, event_id, fact_id
from graphmem.stores.base import Store
from graphmem.types import Entity, Passage, Sentence, View

KIND: Final = "portrait"
LABELS: Final = frozenset({"person", "speaker", "organization", "project", "work"})
LEAST: Final = 5
"""Mentions of an entity that is worth a portrait."""
FACTS: Final = 400
"""Facts of an entity that are read, of the most that there may be."""
_MOST: Final = {"is": 2, "relation": 5, "holds": 8, "likes": 4, "often": 3, "recent": 4}
"""Lines of each sort, in their order."""
_SURE: Final = 0.5  # confidence of a fact that is told
# A line that is wrapped goes on; one that is followed by a field, a list or an empty one does not.
_LISTED: Final = re.compile(r"\n\s*(?:\n|[\w ]{1,40}:|[-*•|#])")
_LONGEST: Final = 240  # characters of a line: a longer sentence says too many things
_TALK: Final = re.compile(r"\b(?:you|your|yours|you're|thanks|congrats|wow)\b", re.IGNORECASE)
# What somebody is ("is an oceanographer"), not how they are ("is tired").
_IS: Final = re.compile(r"\b(?:am|is|are|was|were|i'm|he's|she's|it's)\s+(?:an?|the|one of)\s", re.IGNORECASE)
_LIKES: Final = frozenset({"like", "love", "enjoy", "prefer", "adore", "hate", "dislike", "cherish"})
_EMPTY: Final = frozenset(
    "it that this he she they them him her i me you we us what which who so one".split()
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with the sort that it is of, and what orders it among these: the heavier, then the later."""

    sort: str
    text: str
    source: Source
    at: datetime | None
    weight: float


def portraits(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """The portraits of those whom passages name; one without parts, of whom nothing holds any more.

    Args:
        store: what is read.
        view: what may be seen of it; only ``namespace`` is read.
        namespace: whose memory it is.
        touched: ids of passages that are new or changed since the last time, or all.
        now: the moment for which a portrait is made: what holds then is in it.
    """
    own = View.of(namespace, as_of=view.as_of)
    old = {note.id: note for note in routines.resting(store, own, touched, KIND)}
    for entity in _named(store, own, touched, {note.about for note in old.values()}):
        lines = _lines(store, own, namespace, entity, now)
        old.pop(id := note_id(namespace, KIND, entity.key), None)
        yield _note(id, namespace, entity, lines)
    for id, note in sorted(old.items()):
        yield Note(id=id, namespace=namespace, kind=KIND, about=note.about, title="", parts=())


def of_portrait(store: Store, view: View, note: Note) -> list[Line]:
    """The lines of a portrait, each with the day on which it was said."""
    there = passages(store, view, note.passages)
    return [
        Line(day(at) if at else "", part.text, (), source, at)
        for part in note.parts
        for source in part.sources[:1]
        if source.passage in there
        for at in (there[source.passage].at,)
    ]


def _named(store: Store, view: View, passages: Collection[str], keys: Collection[str]) -> list[Entity]:
    """The entities with a portrait or worth one that passages name, by id."""
    sentences = store.neighbours(view, sorted(passages), [schema.PART_OF], "in").source
    edges = store.neighbours(view, sorted(set(sentences)), schema.ENTITY_EDGES, "out")
    values = map(schema.from_record, store.get(view, sorted(set(edges.target))).values())
    found = (one for one in values if isinstance(one, Entity))
    worth = (
        one
        for one in found
        if one.key in keys or (one.mentions >= LEAST and LABELS.intersection((one.label, *one.labels)))
    )
    return sorted(worth, key=lambda one: one.id)


def _lines(store: Store, view: View, namespace: str, entity: Entity, now: datetime) -> list[_Line]:
    """The lines of a portrait, in order."""
    ids = store.neighbours(view, [entity.id], [schema.SUBJECT], "in", limit=FACTS).source
    facts = _standing(store, view, namespace, ids, now)
    told = _evidence(store, view, ids)
    by_sort: dict[str, list[_Line]] = defaultdict(list)
    for fact in facts:
        own = (_line(fact, entity, sentence, passage) for sentence, passage in told.get(fact.id, ()))
        if line := next(filter(None, own), None):
            by_sort[line.sort].append(line)
    passages = sorted({passage.id for known in told.values() for _, passage in known})
    by_sort["often"] = list(_often(store, view, entity, passages))
    chosen: list[_Line] = []
    said: set[str] = set()
    for sort, most in _MOST.items():
        ranked = sorted(by_sort[sort], key=lambda one: (one.source.passage, one.source.start))
        ranked.sort(key=lambda one: (sort != "recent") * one.weight, reverse=True)
        if sort == "recent":
            ranked.sort(key=lambda one: one.at.isoformat() if one.at else "", reverse=True)
        new = list({one.text: one for one in reversed(ranked) if one.text not in said}.values())[::-1][:most]
        said |= {one.text for one in new}
        chosen += new
    return chosen


def _standing(store: Store, view: View, namespace: str, ids: Sequence[str], now: datetime) -> list[Fact]:
    """Those of some facts that are plainly said and hold, and of events that nobody took back."""
    values = map(schema.from_record, store.get(view, ids).values())
    plain = [one for one in values if isinstance(one, Fact) and _plain(one)]
    stands = standings(store, view, plain, now, namespace)
    states = ("holds", "over", "ahead")
    return [
        one for one in plain if stands[one.id].state in (states if isinstance(one, Event) else states[:1])
    ]


def _plain(fact: Fact) -> bool:
    """Whether a fact is said outright and says something."""
    objects = [one for one in fact.participants[1:] if fold(one.text) not in _EMPTY]
    lasting = not fact.happens or isinstance(fact, Event) or bool(fact.relation)
    return bool(objects) and lasting and not fact.negated and not fact.modality and fact.confidence >= _SURE


def _sort(fact: Fact, entity: Entity, text: str) -> str:
    """Of which sort a fact is, that a text states."""
    if isinstance(fact, Event):
        return "recent"
    if fact.relation.split()[:1] == ["be"] and _IS.search(text):
        return "is"
    if fact.predicate.split()[0].casefold().rstrip("sd") in {one.rstrip("d") for one in _LIKES}:
        return "likes"
    others = [one.entity for one in fact.participants[1:] if one.entity and fold(one.entity) != entity.key]
    return "relation" if fact.relation and others else "holds"


def _line(fact: Fact, entity: Entity, sentence: Sentence, passage: Passage) -> _Line | None:
    """The part of a sentence that states a fact, with who said it, so that "I" is understood."""
    make = event_id if isinstance(fact, Event) else fact_id
    for one in sentence.statements:
        if make(sentence.namespace, one) == fact.id:
            break
    else:
        return None
    start, end = clause(sentence.text, one)
    text = sentence.text[start:end].strip()
    if len(text) > _LONGEST or _LISTED.search(text) or text.endswith("?") or _TALK.search(text):
        return None
    start = sentence.text.index(text, start)
    source = Source(passage.id, sentence.start + start, sentence.start + start + len(text))
    at = fact.when.begin if fact.when and fact.when.begin else sentence.at
    who = f"{passage.speaker}: " if passage.kind == "turn" and passage.speaker else ""
    weight = fact.stated + (1.0 if fact.relation else 0.0) + fact.confidence
    return _Line(_sort(fact, entity, text), f"{who}{' '.join(text.split())}", source, at, weight)


def _evidence(store: Store, view: View, facts: Sequence[str]) -> Mapping[str, list[tuple[Sentence, Passage]]]:
    """A few of the sentences that state facts, the latest first, with their passages."""
    edges = store.neighbours(view, facts, [schema.STATES, schema.TELLS], "in", limit=3)
    held = {
        id: one
        for id, record in store.get(view, sorted(set(edges.source))).items()
        if isinstance(one := schema.from_record(record), Sentence)
    }
    passages = store.get(view, sorted({one.passage for one in held.values()}))
    found: dict[str, list[tuple[Sentence, Passage]]] = defaultdict(list)
    for id, fact in zip(edges.source, edges.target, strict=True):
        if id in held and held[id].passage in passages:
            passage = schema.from_record(passages[held[id].passage])
            assert isinstance(passage, Passage)
            found[fact].append((held[id], passage))
    for own in found.values():
        own.sort(key=lambda one: (one[0].at.isoformat() if one[0].at else "", one[0].id), reverse=True)
    return found


def _often(store: Store, view: View, entity: Entity, passages: Collection[str]) -> Iterator[_Line]:
    """What an entity does again and again, as these passages tell it."""
    own = [one for one in occasions(store, view, passages) if one.stream == f"={entity.key}"]
    for one in recurring(own):
        first = (one.said or one.occasions)[0]
        source = Source(first.passage, first.start, first.end)
        often = one.rule.text if one.rule else "again and again"
        yield _Line("often", f"{entity.name}: {one.title}, {often}", source, first.at, float(len(one.days)))


def _note(id: str, namespace: str, entity: Entity, lines: Iterable[_Line]) -> Note:
    own = list(lines)
    times = [one.at for one in own if one.at]
    return Note(
        id=id,
        namespace=namespace,
        kind=KIND,
        about=entity.key,
        title=entity.name,
        parts=tuple(Part(one.text, (one.source,)) for one in own),
        at=min(times, default=None),
        until=max(times, default=None),
        data={"sorts": [one.sort for one in own]} if own else {},
    )
