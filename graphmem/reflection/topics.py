"""Topics: passages that are alike, whenever they came, gathered in a note that grows with them.

A new passage joins the nearest topic, or founds one: sequential leader clustering (Hartigan 1975,
"Clustering Algorithms"), by the cosine to the mean of a topic's passages. The nearest topics are those of
the sentences nearest to it, so that a passage costs one search, whatever is there. Notes have keywords, a
line of context and links to related notes, which change when a new one comes, as in A-MEM (Xu et al. 2025,
"A-MEM: Agentic Memory for LLM Agents"); there a language model writes them, here they are counted.

The order in which passages came decides what founded a topic; within one reflection it is that of time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.identity import fold
from graphmem.notes import Note, Part, note_id
from graphmem.reflection.gathered import (
    keywords,
    line,
    means,
    names,
    of_namespace,
    passages,
    read,
)
from graphmem.reflection.wording import Line, plain, sentence_lines
from graphmem.stores.base import Store
from graphmem.types import FloatArray, Passage, View

NEAR: Final = 0.5
"""Cosine to a topic's mean from which a passage joins it: so coarse recall loses least."""
LARGEST: Final = 40
"""Passages of a topic: a note is read, and one that gathers everything tells no passage from another."""
SAME: Final = 0.8
"""Cosine of two means from which small topics become one."""
LEFT: Final = 0.3
"""Cosine to the mean below which a passage, changed since, leaves its topic."""
RELATED: Final = 0.4
"""Cosine of two means from which notes are linked,"""
LINKS: Final = 3
"""so many of each at most."""
TAGS: Final = 8
LOOKED_AT: Final = 24
"""Sentences nearest to a passage whose topics are weighed."""


@dataclass(slots=True, eq=False)
class _Topic:
    """A topic while it is worked on: its passages, and the sum of their means."""

    about: str
    means: dict[str, FloatArray] = field(default_factory=dict)
    note: Note | None = None  # as it was
    _mean: tuple[int, FloatArray] | None = None

    @property
    def mean(self) -> FloatArray:
        """Of length 1; summed in one order, so that it is the same whatever came first."""
        if self._mean is None or self._mean[0] != len(self.means):
            total = np.sum([self.means[id] for id in sorted(self.means)], axis=0)
            made = np.asarray(total / (float(np.linalg.norm(total)) or 1.0), dtype=np.float32)
            self._mean = len(self.means), made
        return self._mean[1]

    def near(self, vector: FloatArray) -> float:
        return round(float(self.mean @ vector), 6) if self.means else -1.0


class _Board:
    """The topics that were looked at, as they are now: those of the store, and what became of them."""

    def __init__(self, store: Store, view: View, namespace: str) -> None:
        self.store, self.view, self.namespace = store, view, namespace
        self.topics: dict[str, _Topic] = {}  # by the note's id
        self.of: dict[str, str] = {}  # the topic of a passage
        self._known: set[str] = set()  # passages of which is known whether they have a topic
        self._kinds = frozenset(schema.SENTENCE_KINDS.values())

    def of_passages(self, ids: Iterable[str]) -> list[str]:
        """The topics of these passages."""
        new = sorted({id for id in ids if id not in self._known})
        self._known.update(new)
        edges = self.store.neighbours(self.view, new, [schema.GATHERS], "in")
        for note, passage in sorted(zip(edges.source, edges.target, strict=True)):
            self._load(note)
            self.of.setdefault(passage, note)
        return list(dict.fromkeys(self.of[id] for id in ids if id in self.of))

    def _load(self, note: str) -> None:
        if note in self.topics:
            return
        value = schema.from_record(self.store.get(self.view, [note])[note])
        assert isinstance(value, Note)
        found = means(self.store, self.view, value.passages)
        self.topics[note] = _Topic(value.about, found, plain(value))
        self._known.update(value.passages)
        self.of.update(dict.fromkeys(found, note))

    def around(self, vector: FloatArray) -> list[str]:
        """Topics of the sentences nearest to a vector."""
        among = replace(self.view, kinds=self._kinds)
        nearest = [id for id, _ in self.store.search_vector(among, vector, LOOKED_AT)]
        parts = self.store.neighbours(self.view, nearest, [schema.PART_OF], "out")
        return self.of_passages(parts.target)

    def join(self, passage: str, vector: FloatArray) -> str:
        """Put a passage to the nearest topic with room, or make it one of its own; the topic."""
        rooms = [id for id in self.around(vector) if len(self.topics[id].means) < LARGEST]
        best = min(rooms, key=lambda id: (-self.topics[id].near(vector), id), default=None)
        if best is None or self.topics[best].near(vector) < NEAR:
            best = self.found(passage)
        self.topics[best].means[passage] = vector
        self.of[passage] = best
        self._known.add(passage)
        return best

    def found(self, passage: str) -> str:
        """A new topic, called by its first passage; where that name is taken it is made longer."""
        about = passage
        while True:
            id = note_id(self.namespace, schema.TOPIC, about)
            taken = self.topics[id].means if id in self.topics else self.store.get(self.view, [id])
            if not taken:
                self.topics[id] = _Topic(about)
                return id
            about += "+"

    def settle(self, id: str, changed: set[str]) -> None:
        """Let go what is not like the rest of a topic any more, then make one of it and its like."""
        topic = self.topics[id]
        mean = topic.mean
        for passage in [one for one in sorted(topic.means) if float(topic.means[one] @ mean) < LEFT]:
            vector = topic.means.pop(passage)
            if not topic.means:
                topic.means[passage] = vector
                break
            own = self.found(passage)
            self.topics[own].means[passage] = vector
            self.of[passage] = own
            changed.add(own)
        for other in self.around(topic.mean):
            both = len(topic.means) + len(self.topics[other].means)
            if other == id or both > LARGEST / 2 or not self.topics[other].means:
                continue
            if self.topics[other].near(topic.mean) >= SAME:
                keep, gone = sorted((id, other))
                self.topics[keep].means |= self.topics[gone].means
                self.of.update(dict.fromkeys(self.topics[gone].means, keep))
                self.topics[gone].means = {}
                changed.update((keep, gone))
                return

    def related(self, id: str) -> tuple[str, ...]:
        """The topics most like this one."""
        mean = self.topics[id].mean
        around = [one for one in self.around(mean) if one != id and self.topics[one].means]
        near = sorted((-self.topics[one].near(mean), one) for one in around)
        return tuple(one for cosine, one in near if -cosine >= RELATED)[:LINKS]


def topics(
    store: Store, view: View, namespace: str, touched: Collection[str], now: datetime
) -> Iterator[Note]:
    """The topics that new passages join or found, and those that these are linked with.

    ``now`` plays no part. A passage that has a topic stays there, and its note is made anew.
    """
    view = of_namespace(view, namespace)
    board = _Board(store, view, namespace)
    there = passages(store, view, touched)
    changed = set(board.of_passages(there))
    for id, vector in means(store, view, [id for id in there if id not in board.of]).items():
        changed.add(board.join(id, vector))
    for id in sorted(changed):
        if board.topics[id].means:
            board.settle(id, changed)
    live = [id for id in sorted(changed) if board.topics[id].means]
    links = _linked({id: board.related(id) for id in live}, board)
    for id in sorted(changed - links.keys()):
        yield _empty(namespace, board.topics[id].about)
    for id, of in sorted(links.items()):
        topic = board.topics[id]
        if id in changed or topic.note is None:
            yield _note(store, view, namespace, topic, of, there)
        else:
            yield replace(topic.note, links=of)


def of_topic(store: Store, view: View, note: Note) -> list[Line]:
    """The sentences of the passages that a topic gathers."""
    return sentence_lines(read(store, view, note.passages), note.parts)


def _linked(forward: dict[str, tuple[str, ...]], board: _Board) -> dict[str, tuple[str, ...]]:
    """With links back: what a new note is linked with learns of it."""
    links = dict(forward)
    for id, of in sorted(forward.items()):
        for other in of:
            note = board.topics[other].note
            own = links.get(other, note.links if note else ())
            if id not in own and len(own) < 2 * LINKS:
                links[other] = (*own, id)
    return links


def _empty(namespace: str, about: str) -> Note:
    id = note_id(namespace, schema.TOPIC, about)
    return Note(id=id, namespace=namespace, kind=schema.TOPIC, about=about, title="", parts=())


def _note(
    store: Store,
    view: View,
    namespace: str,
    topic: _Topic,
    links: tuple[str, ...],
    new: Collection[str],
) -> Note:
    """A line of each passage, in the order of time; what was read before is not read again."""
    found = passages(store, view, topic.means)
    kept = {part.sources[0].passage: part for part in topic.note.parts} if topic.note else {}
    lacking = [id for id in found if id in new or id not in kept]
    lines = {**kept, **_lines(store, view, lacking, topic.mean)}
    parts = tuple(lines[id] for id in found if id in lines)
    sentences = store.neighbours(view, list(found), [schema.PART_OF], "in").source
    tags = keywords([part.text for part in parts], names(store, view, sentences), TAGS)
    moments = sorted(one.at for one in found.values() if one.at)
    return replace(
        _empty(namespace, topic.about),
        title=", ".join(tags[:3]),
        parts=parts,
        at=moments[0] if moments else None,
        until=moments[-1] if moments else None,
        tags=tags,
        links=links,
        data={"context": _context(found.values())},
    )


def _lines(store: Store, view: View, ids: Sequence[str], mean: FloatArray) -> dict[str, Part]:
    """Of each passage the sentence that is nearest to its topic."""
    found = read(store, view, ids)
    all_ = [one.id for of in found.sentences.values() for one in of]
    cosine = dict(zip(all_, store.cosines(view, all_, mean).round(4).tolist(), strict=True))
    made = {}
    for id, of in found.sentences.items():
        best = min(of, key=lambda one: (-cosine[one.id], one.start, one.id))
        text, source = line(found.passages[id], best)
        made[id] = Part(text, (source,))
    return made


def _context(found: Collection[Passage]) -> str:
    """How much it is of, and of what time."""
    many, documents = len(found), len({one.document for one in found})
    moments = sorted(one.at.date().isoformat() for one in found if one.at)
    told = f"{many} passage{'s' * (many > 1)} of {documents} document{'s' * (documents > 1)}"
    spoken = sorted({one.speaker for one in found if one.speaker}, key=fold)
    said = f", said by {', '.join(spoken[:4])}" if spoken else ""
    return told + said + (f", {moments[0]} to {moments[-1]}" if moments else "")
