"""Surroundings: the turns around those that were found, in the order in which they were said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphmem import schema
from graphmem.dates.written import day
from graphmem.identity import entity_id, fold
from graphmem.retrieval import constants
from graphmem.stores.base import Store
from graphmem.types import Passage, PassageKind, View

Doubles: TypeAlias = NDArray[np.float64]


def asks(turn: Passage) -> bool:
    """Whether a turn asks something; a paragraph that ends so asks nobody."""
    return turn.kind != "paragraph" and turn.text.rstrip().endswith("?")


@dataclass(frozen=True, slots=True)
class Kernel:
    """How much a turn lends to those around it, a step at a time, ``reach`` steps far.

    ``back``: of what stands in a turn, this share counts for the next one; ``asked`` if it asks. ``forward``
    counts for the one before it.
    """

    back: float
    forward: float
    asked: float
    reach: int


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Turns session by session, in order: ``row`` by id, ``session`` and ``joined`` of shape (n,).

    ``joined`` is whether a turn directly follows the one in the row above it.
    """

    turns: tuple[Passage, ...]
    row: Mapping[str, int]
    session: NDArray[np.int64]
    joined: NDArray[np.bool_]
    asks: NDArray[np.bool_]

    @classmethod
    def of(
        cls, sessions: Iterable[Sequence[Passage]], follows: Mapping[str, str] | None = None
    ) -> Surroundings:
        """Sessions, each in order. With ``follows`` (what comes right before, by id) they may have gaps."""
        turns: list[Passage] = []
        number: list[int] = []
        joined: list[bool] = []
        for place, of_session in enumerate(sessions):
            for at, turn in enumerate(of_session):
                above = of_session[at - 1].id if at else ""
                joined.append(bool(above) and (follows is None or follows.get(turn.id) == above))
                turns.append(turn)
                number.append(place)
        return cls(
            tuple(turns),
            {turn.id: row for row, turn in enumerate(turns)},
            np.array(number, dtype=np.int64),
            np.array(joined, dtype=np.bool_),
            np.array([asks(turn) for turn in turns], dtype=np.bool_),
        )

    def beside(self, values: Doubles) -> Doubles:
        """The sums of what the turns right before and right after have; shape (n,) to (n,)."""
        found = np.zeros_like(values)
        found[1:] += np.where(self.joined[1:], values[:-1], 0)
        found[:-1] += np.where(self.joined[1:], values[1:], 0)
        return found

    def lent(self, values: Doubles, kernel: Kernel, how: Literal["sum", "best"] = "sum") -> Doubles:
        """What each turn has with what those around it lend it, summed or best; (n, w) to (n, w)."""
        gather = np.add if how == "sum" else np.maximum
        n = len(values)
        found: Doubles = values.copy()
        before, after = np.ones((n, 1)), np.ones((n, 1))
        for step in range(1, min(kernel.reach, n - 1) + 1):
            here, there = slice(step, n), slice(0, n - step)  # the later and the earlier of two turns
            near = self.joined[1 : n - step + 1]
            share = np.where(near, np.where(self.asks[there], kernel.asked, kernel.back), 0.0)
            before[here] *= share[:, None]
            after[there] *= np.where(self.joined[here], kernel.forward, 0.0)[:, None]
            found[here] = gather(found[here], before[here] * values[there])
            found[there] = gather(found[there], after[there] * values[here])
            before[:step] = 0.0
            after[n - step :] = 0.0
        return found


def surroundings(store: Store, view: View, kind: PassageKind, centres: Sequence[str]) -> Surroundings:
    """These passages and those around them: of the same chat or section, or records of the same day.

    What a phone or a sensor notes of a day in several places belongs together, whatever file it stands in.
    """
    found = _passages(store, view, centres)
    if kind == "record":
        dated = [one for one in found.values() if one.at]
        found |= _of_days(store, view, [(one.namespace, day(one.at)) for one in dated if one.at])
        days: dict[tuple[str, str], list[Passage]] = {}
        for one in found.values():
            of = (one.namespace, day(one.at)) if one.at else (one.document, one.id)
            days.setdefault(of, []).append(one)
        return Surroundings.of(sorted(own, key=_moment) for _, own in sorted(days.items()))
    follows = _chain(store, view, centres)
    found |= _passages(store, view, [id for id in (*follows, *follows.values()) if id not in found])
    chats: dict[tuple[str, str], list[Passage]] = {}
    for one in found.values():
        chats.setdefault((one.document, one.heading), []).append(one)
    return Surroundings.of(
        (sorted(own, key=lambda turn: turn.position) for _, own in sorted(chats.items())), follows
    )


def _moment(record: Passage) -> tuple[str, str, int]:
    return (record.at.isoformat() if record.at else "", record.document, record.position)


def _passages(store: Store, view: View, ids: Sequence[str]) -> dict[str, Passage]:
    """Those of these passages that are awake: one asleep is no hit, and lends its words to none."""
    values = map(schema.from_record, store.get(view, ids).values())
    return {value.id: value for value in values if isinstance(value, Passage) and not value.asleep}


def _chain(store: Store, view: View, centres: Sequence[str]) -> dict[str, str]:
    """What comes right before each turn, as far as ``REACH`` steps from the centres."""
    before: dict[str, str] = {}
    for direction in ("out", "in"):
        seen, edge = set(centres), list(centres)
        for _ in range(constants.REACH):
            follows = store.neighbours(view, edge, [schema.FOLLOWS], direction)
            before.update(zip(follows.source, follows.target, strict=True))
            ends = follows.target if direction == "out" else follows.source
            edge = [id for id in dict.fromkeys(ends) if id not in seen]
            seen.update(edge)
    return before


def on_days(store: Store, view: View, kind: PassageKind, days: Iterable[tuple[str, str]]) -> list[str]:
    """Sentences of a kind that bear these dates, each a namespace and a day as ``written.day`` writes it."""
    among = replace(view, kinds=frozenset({schema.SENTENCE_KINDS[kind], schema.ENTITY}))
    ids = [entity_id(namespace, fold(name)) for namespace, name in dict.fromkeys(days)]
    edges = store.neighbours(among, ids, [schema.DATED], "in", limit=constants.OF_DAY)
    return list(dict.fromkeys(edges.source))


def _of_days(store: Store, view: View, days: Iterable[tuple[str, str]]) -> dict[str, Passage]:
    """The records of these days."""
    parts = store.neighbours(view, on_days(store, view, "record", days), [schema.PART_OF], "out")
    found = _passages(store, view, list(dict.fromkeys(parts.target)))
    return {id: one for id, one in found.items() if one.kind == "record"}
