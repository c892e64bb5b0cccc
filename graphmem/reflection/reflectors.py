"""The reflectors that a memory has, each with the kinds of notes that are its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from graphmem import schema
from graphmem.notes import QUESTION, Note
from graphmem.reflection import personal, portraits, routines
from graphmem.reflection.questions import questions
from graphmem.reflection.related import around, related
from graphmem.reflection.summaries import (
    DAY,
    LINES,
    SESSION,
    WEEK,
    days,
    of_day,
    of_session,
    of_week,
    sessions,
    weeks,
)
from graphmem.reflection.topics import of_topic, topics
from graphmem.reflection.wording import PORTRAIT, SUMMARY, Wording
from graphmem.retrieval.keys import RELATED
from graphmem.stores.base import Store
from graphmem.types import Record, View

Make: TypeAlias = Callable[[Store, View, str, Collection[str], datetime], Iterator[Note]]
"""Store, view, namespace, ids of passages that are new, now: to notes; one that is to go has no parts."""
Left: TypeAlias = Callable[[Store, View, Collection[Record]], Iterable[str]]
"""Store, view, passages that are gone: to the ids of those left that have other notes without them."""


@dataclass(frozen=True, slots=True)
class Reflector:
    """What makes notes of some kinds, which nothing else makes or takes away.

    ``make`` reads the groups alone that the new passages belong to, so that its cost depends on these; given
    all passages, it makes all notes. The same memory gives the same notes. ``wording`` is how a model words
    them, where there is one; None if it does not. ``left`` tells whose notes are otherwise when passages are
    gone; None if that may be anyone's.
    """

    make: Make
    kinds: frozenset[str]
    wording: Wording | None = None
    left: Left | None = None


_SUMMED: Final = partial(Wording, task=SUMMARY, most=LINES, least=4)
_GATHERED: Final = Wording(of_topic, SUMMARY, most=3, least=4, keeps=True, titled=False)
_PORTRAYED: Final = Wording(portraits.of_portrait, PORTRAIT, most=5, least=3, keeps=True)

REFLECTORS: Final[Mapping[str, Reflector]] = {
    "sessions": Reflector(sessions, frozenset({SESSION}), _SUMMED(of_session)),
    "days": Reflector(days, frozenset({DAY}), _SUMMED(of_day)),
    "weeks": Reflector(weeks, frozenset({WEEK}), _SUMMED(of_week)),
    "topics": Reflector(topics, frozenset({schema.TOPIC}), _GATHERED),
    "routines": Reflector(routines.routines, frozenset({routines.KIND})),
    "names": Reflector(personal.names, frozenset({personal.KIND})),
    "portraits": Reflector(
        portraits.portraits,
        frozenset({portraits.KIND}),
        _PORTRAYED,
    ),
    "related": Reflector(related, frozenset({RELATED}), left=around),
    # What rests on a turn that is gone goes with it, and the turn after it has another before it: it changes.
    "questions": Reflector(questions, frozenset({QUESTION}), left=lambda store, view, gone: ()),
}
"""By name, in the order in which they are asked."""
KEYS: Final = ("related", "questions")
"""Those whose notes recall goes by (``graphmem.retrieval.keys``)."""
