"""The topics of a namespace while a reflection works on them: who joins which, and what becomes one.

What is asked of the store is asked for many passages at once, and of the topics that are there only those are
read that change, so that a new passage costs much the same whatever is there: all that grows with the memory
is one product of the new vectors with the keys of its topics.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem import schema
from graphmem.notes import Note, note_id
from graphmem.reflection.gathered import means
from graphmem.reflection.wording import plain
from graphmem.stores.base import Grouping, Store
from graphmem.types import FloatArray, View

NEAR: Final = 0.4
"""Mean cosine to a topic's passages from which one joins it; of .35, .4 and .5 coarse recall loses least."""
LARGEST: Final = 24
"""Passages of a topic: what a note costs grows with it, and of 16, 24, 40 coarse recall finds as much."""
SAME: Final = 0.6
"""Mean cosine between the passages of two small topics from which they become one."""
LEFT: Final = 0.2
"""Mean cosine to the passages of its topic below which one, changed since, leaves it."""
RELATED: Final = 0.3
"""Mean cosine between the passages of two topics from which their notes are linked,"""
LINKS: Final = 3
"""so many of each at most."""
LOOKED_AT: Final = 8
"""Topics of the store that are weighed for a passage or a topic: some may have changed meanwhile."""
GATHERED: Final = Grouping(schema.GATHERS, schema.PART_OF)
_AT_ONCE: Final = 256  # passages or topics that are compared in one product

Near = list[tuple[str, float]]


@dataclass(slots=True, eq=False)
class Topic:
    """A topic while it is worked on: its passages, each with the mean of its sentences."""

    about: str
    row: int  # of its mean on the board
    means: dict[str, FloatArray] = field(default_factory=dict)
    note: Note | None = None  # as it was


class Board:
    """The topics that were read, as they are now: those of the store, and what became of them.

    Args:
        store: where.
        view: the namespace alone.
        namespace: its name.
    """

    def __init__(self, store: Store, view: View, namespace: str) -> None:
        self.store, self.view, self.namespace = store, view, namespace
        self.topics: dict[str, Topic] = {}  # by the note's id
        self.of: dict[str, str] = {}  # the topic of a passage
        self._ids: list[str] = []  # by row
        self._means: FloatArray = np.zeros((0, 0), dtype=np.float32)  # by row, of its passages
        self._counts: NDArray[np.int64] = np.zeros(0, dtype=np.int64)  # by row, passages

    # --- what is there --------------------------------------------------------------------

    def of_passages(self, ids: Iterable[str]) -> set[str]:
        """The topics of these passages, read."""
        edges = self.store.neighbours(self.view, sorted(set(ids)), [schema.GATHERS], "in")
        self.load(edges.source)
        return {self.of[id] for id in edges.target if id in self.of}

    def load(self, notes: Iterable[str]) -> None:
        """Read these topics, those that were not."""
        new = sorted(set(notes) - self.topics.keys())
        records = self.store.get(self.view, new) if new else {}
        values = {id: schema.from_record(record) for id, record in records.items()}
        found = {id: value for id, value in values.items() if isinstance(value, Note)}
        vectors = means(self.store, self.view, [id for note in found.values() for id in note.passages])
        for id in sorted(found):
            own = {one: vectors[one] for one in found[id].passages if one in vectors}
            self._add(id, found[id].about, own, plain(found[id]))
            for passage in own:
                self.of.setdefault(passage, id)

    def _add(self, id: str, about: str, own: dict[str, FloatArray], note: Note | None = None) -> None:
        if id not in self.topics:  # one that was given up may be founded again
            self.topics[id] = Topic(about, len(self._ids), own, note)
            self._ids.append(id)
        self._summed(id)

    def _summed(self, id: str) -> None:
        """The mean anew, summed in one order, so that it is the same whatever came first."""
        topic = self.topics[id]
        rows = [topic.means[one] for one in sorted(topic.means)]
        total = np.sum(rows, axis=0) if rows else np.zeros(self._means.shape[1])
        wider, more = len(total) - self._means.shape[1], topic.row + 1 - len(self._counts)
        if more > 0 or wider > 0:
            more = max(more, len(self._counts) // 2) if more > 0 else 0
            self._counts = np.pad(self._counts, (0, more))
            self._means = np.pad(self._means, ((0, more), (0, wider)))
        self._counts[topic.row] = len(rows)
        self._means[topic.row] = total / max(len(rows), 1)

    def mean(self, id: str) -> FloatArray:
        """The mean of the unit vectors of a topic's passages, shape (d,); zeros if it has none."""
        return np.asarray(self._means[self.topics[id].row])

    def near(self, id: str, vector: FloatArray) -> float:
        """The mean cosine of a topic's passages to a unit vector, or to what a vector is the mean of."""
        return round(float(self.mean(id) @ vector), 6)

    # --- who joins which ------------------------------------------------------------------

    def join(self, vectors: Mapping[str, FloatArray]) -> set[str]:
        """Put passages, in order, to the nearest topic with room, or make one of their own; the topics."""
        changed: set[str] = set()
        ids = list(vectors)
        for start in range(0, len(ids), _AT_ONCE):
            block = ids[start : start + _AT_ONCE]
            rows = np.stack([vectors[id] for id in block])
            stored = self._stored(rows, LARGEST)
            self.load(near[0][0] for near in stored if near and near[0][1] >= NEAR)
            # Topics of which all sleeps have no vector that would say how wide means are.
            self._means = np.pad(self._means, ((0, 0), (0, rows.shape[1] - self._means.shape[1])))
            width = len(self._ids)
            known = rows @ self._means[:width].T if width else np.zeros((len(block), 0), dtype=np.float32)
            fresh: dict[int, None] = {}  # rows whose mean is another than in ``known``
            for id, vector, cosines, near in zip(block, rows, known, stored, strict=True):
                best = self._nearest(vector, cosines, fresh, near)
                if best is None:
                    best = self.found(id)
                self.topics[best].means[id] = vector
                self.of[id] = best
                self._summed(best)
                fresh[self.topics[best].row] = None
                changed.add(best)
        return changed

    def _stored(self, vectors: FloatArray, below: int | None) -> list[Near]:
        """The nearest topics of the store that are not read."""
        found = self.store.nearest_groups(self.view, vectors, LOOKED_AT, GATHERED, below)
        return [[one for one in near if one[0] not in self.topics] for near in found]

    def _nearest(
        self, vector: FloatArray, known: FloatArray, fresh: dict[int, None], stored: Near
    ) -> str | None:
        """The nearest topic with room; one of the store is read before it is that."""
        cosines = np.concatenate((known, np.zeros(len(self._ids) - len(known), dtype=np.float32)))
        fresh.update(dict.fromkeys(range(len(known), len(self._ids))))
        if fresh:
            rows = list(fresh)
            cosines[rows] = self._means[rows] @ vector
        best = self._best(cosines)
        for id, cosine in stored:
            if cosine < NEAR or (best and cosine <= best[1]):
                break
            if id not in self.topics:
                self.load([id])
                cosines = np.append(cosines, self._means[len(cosines) : len(self._ids)] @ vector)
                best = self._best(cosines)
        return best[0] if best and best[1] >= NEAR else None

    def _best(self, cosines: FloatArray) -> tuple[str, float] | None:
        """The nearest of the topics that were read and have room, and its cosine; of equals the first."""
        counts = self._counts[: len(cosines)]
        open_ = np.where((counts > 0) & (counts < LARGEST), np.round(cosines, 6), -2.0)
        most = float(open_.max(initial=-2.0))
        if most == -2.0:
            return None
        return min(self._ids[row] for row in np.flatnonzero(open_ == most).tolist()), most

    def found(self, passage: str) -> str:
        """A new topic, called by its first passage; where that name is taken it is made longer."""
        about = passage
        while True:
            id = note_id(self.namespace, schema.TOPIC, about)
            taken = self.topics[id].means if id in self.topics else self.store.get(self.view, [id])
            if not taken:
                self._add(id, about, {})
                return id
            about += "+"

    # --- what becomes of topics -----------------------------------------------------------

    def settle(self, changed: set[str]) -> None:
        """Let go what is not like the rest of a topic any more, then make one of small ones alike."""
        for id in sorted(changed):
            self._let_go(id, changed)
        small = [id for id in sorted(changed) if 0 < len(self.topics[id].means) < LARGEST / 2]
        around = self.around(small, SAME, LARGEST // 2)
        self.load(other for near in around.values() for other, _ in near)
        for id in small:
            for other, _ in around[id]:
                both = len(self.topics[id].means) + len(self.topics[other].means)
                alive = self.topics[id].means and self.topics[other].means
                if alive and both <= LARGEST / 2 and self.near(other, self.mean(id)) >= SAME:
                    self._one_of(*sorted((id, other)))
                    changed.update((id, other))
                    break

    def _let_go(self, id: str, changed: set[str]) -> None:
        topic = self.topics[id]
        if not topic.means:
            return
        order = sorted(topic.means)
        cosines = np.stack([topic.means[one] for one in order]) @ self.mean(id)
        for place in np.flatnonzero(cosines < LEFT).tolist()[: len(order) - 1]:
            own = self.found(order[place])
            self.topics[own].means[order[place]] = topic.means.pop(order[place])
            self.of[order[place]] = own
            self._summed(own)
            changed.add(own)
        self._summed(id)

    def _one_of(self, keep: str, gone: str) -> None:
        self.of.update(dict.fromkeys(self.topics[gone].means, keep))
        self.topics[keep].means |= self.topics[gone].means
        self.topics[gone].means = {}
        self._summed(keep)
        self._summed(gone)

    def around(self, ids: Sequence[str], least: float, below: int | None = None) -> dict[str, Near]:
        """The topics nearest to each of these, best first: of those read all, of the others a few."""
        told: dict[str, Near] = {}
        counts = self._counts[: len(self._ids)]
        open_ = np.flatnonzero((counts > 0) & (counts < (below or LARGEST + 1)))
        keys = self._means[open_]
        for start in range(0, len(ids), _AT_ONCE):
            block = ids[start : start + _AT_ONCE]
            rows = self._means[[self.topics[id].row for id in block]]
            stored = self._stored(rows, below)
            for id, cosines, near in zip(block, np.round(rows @ keys.T, 6), stored, strict=True):
                own = [(self._ids[open_[at]], float(cosines[at])) for at in np.flatnonzero(cosines >= least)]
                every = [one for one in (*own, *near) if one[0] != id and one[1] >= least]
                told[id] = sorted(every, key=lambda one: (-one[1], one[0]))[:LOOKED_AT]
        return told

    def linked(self, ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The links of topics to be made anew, and with a link back those that learn of them."""
        near = self.around(sorted(ids), RELATED)
        forward = {id: tuple(other for other, _ in of[:LINKS]) for id, of in near.items()}
        others = sorted({other for of in forward.values() for other in of} - forward.keys())
        edges = self.store.neighbours(self.view, others, [schema.LINKS], "out")
        back: dict[str, tuple[str, ...]] = {other: () for other in others}
        for note, other in zip(edges.source, edges.target, strict=True):
            gone = other in self.topics and not self.topics[other].means
            back[note] += () if gone else (other,)
        links = dict(forward)
        for id, of in sorted(forward.items()):
            for other in of:
                own = links.get(other, back.get(other, ()))
                if id not in own and len(own) < 2 * LINKS:
                    links[other] = (*own, id)
        return links
