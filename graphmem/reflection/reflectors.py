"""The reflectors that a memory has, each with the kinds of notes that are its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from graphmem import schema
from graphmem.notes import Note
from graphmem.reflection import personal, portraits, routines
from graphmem.reflection.related import related
from graphmem.reflection.summaries import DAY, SESSION, WEEK, days, sessions, weeks
from graphmem.reflection.topics import topics
from graphmem.retrieval.keys import RELATED
from graphmem.stores.base import Store
from graphmem.types import View

Make: TypeAlias = Callable[[Store, View, str, Collection[str], datetime], Iterator[Note]]
"""Store, view, namespace, ids of passages that are new, now: to notes; one that is to go has no parts."""


@dataclass(frozen=True, slots=True)
class Reflector:
    """What makes notes of some kinds, which nothing else makes or takes away.

    ``make`` reads the groups alone that the new passages belong to, so that its cost depends on these; given
    all passages, it makes all notes. The same memory gives the same notes.
    """

    make: Make
    kinds: frozenset[str]


REFLECTORS: Final[Mapping[str, Reflector]] = {
    "sessions": Reflector(sessions, frozenset({SESSION})),
    "days": Reflector(days, frozenset({DAY})),
    "weeks": Reflector(weeks, frozenset({WEEK})),
    "topics": Reflector(topics, frozenset({schema.TOPIC})),
    "routines": Reflector(routines.routines, frozenset({routines.KIND})),
    "names": Reflector(personal.names, frozenset({personal.KIND})),
    "portraits": Reflector(portraits.portraits, frozenset({portraits.KIND})),
    "related": Reflector(related, frozenset({RELATED})),
}
"""By name, in the order in which they are asked."""
