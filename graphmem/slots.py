"""Slots: what holds for one object at a time, as it changed; and where sources are at odds about it.

A slot is a subject and a functional relation ("lives_in"); the term is that of slot filling (Ji & Grishman
2011).
Everything here is a function of the facts that are there, in whatever order they came: an earlier fact
ends where a later one begins, and comes back when that goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import combinations, groupby, zip_longest
from typing import Any, Final

from graphmem.identity import dispute_id

_COMPARED: Final = 64
"""Objects of a slot that are compared with each other: a price that changes daily has thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact in its slot: ``told`` are the moments at which it was said to hold, sorted."""

    fact: str
    object: str
    begin: datetime | None = None
    end: datetime | None = None
    told: tuple[datetime, ...] = ()
    negated: bool = False
    hearsay: bool = False
    permanent: bool = False

    @property
    def moments(self) -> tuple[datetime, ...]:
        """From when it is known to hold: its own beginning, else when it was said."""
        return (self.begin,) if self.begin else self.told


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The facts of one subject in one functional relation, by id."""

    id: str
    namespace: str
    subject: str
    relation: str
    entries: Mapping[str, Entry] = field(default_factory=dict)

    @property
    def permanent(self) -> bool:
        """Whether it holds for one object forever."""
        return any(one.permanent for one in self.entries.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Facts of a slot that cannot all hold, in groups, each with what is wrong."""

    id: str
    namespace: str
    slot: str
    subject: str
    relation: str
    odds: tuple[Odds, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """All facts that are at odds, sorted."""
        return tuple(sorted({fact for one in self.odds for fact in one.facts}))


@dataclass(frozen=True, slots=True)
class Odds:
    """Facts that cannot all hold, sorted by id, and why."""

    what: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """When a fact holds: from ``begin`` to ``end``, None is open; ``by`` is the fact that ended it."""

    begin: datetime | None
    end: datetime | None
    by: str = ""

    def covers(self, moment: datetime) -> bool:
        """Whether it holds at a moment."""
        return (self.begin is None or self.begin <= moment) and (self.end is None or moment < self.end)


@dataclass(frozen=True, slots=True)
class Course:
    """How a slot went: when each of its facts held, and which are at odds."""

    held: Mapping[str, tuple[Stretch, ...]]
    odds: tuple[Odds, ...]


Same = Callable[[str, str], bool]
"""Whether two objects, as keys of participants, are one."""


def alike(a: str, b: str) -> bool:
    """Whether one object says what the other does and perhaps more: "=paris" and "=paris france"."""
    one, other = (set(key[1:].split()) for key in (a, b))
    return a == b or bool(one and other) and (one <= other or other <= one)


def course(slot: Slot, same: Same = alike) -> Course:
    """When each fact of a slot held, by its own times and by what came later.

    What only others are said to say ends nothing and is at odds with nothing. Nor does a fact without any
    time end another: which came first is not known.
    """
    kinds = _kinds(sorted({one.object for one in slot.entries.values()}), same)
    entries = sorted(slot.entries.values(), key=lambda one: one.fact)
    plain = [one for one in entries if not one.negated and not one.hearsay]
    denials = [one for one in entries if one.negated and not one.hearsay]
    held = {one.fact: [Stretch(one.begin, one.end)] for one in entries}
    odds = list(_denied(plain, denials, kinds))
    if slot.permanent:
        odds += _several("it can only be one", plain, kinds)
    else:
        odds += _several("no source says when", [one for one in plain if not one.moments], kinds)
        odds += _runs([one for one in plain if one.moments], denials, kinds, held)
    return Course({fact: tuple(stretches) for fact, stretches in held.items()}, tuple(odds))


def _kinds(objects: Sequence[str], same: Same) -> dict[str, str]:
    """The first of those that are one with an object, by object."""
    kind = {one: one for one in objects}
    if len(objects) <= _COMPARED:
        for a, b in combinations(objects, 2):
            if kind[a] != kind[b] and same(a, b):
                old, new = kind[b], kind[a]
                kind = {one: new if of == old else of for one, of in kind.items()}
    return kind


def _several(what: str, entries: Sequence[Entry], kinds: Mapping[str, str]) -> list[Odds]:
    """Entries that may have one object and have several."""
    if len({kinds[one.object] for one in entries}) < 2:
        return []
    return [Odds(what, tuple(sorted(one.fact for one in entries)))]


def _denied(plain: Sequence[Entry], denials: Sequence[Entry], kinds: Mapping[str, str]) -> Iterable[Odds]:
    """Facts of which it is said that they are not so, at the same time or at no time."""
    for no in denials:
        for yes in plain:
            together = set(yes.moments) & set(no.moments) or not (yes.moments or no.moments)
            if kinds[yes.object] == kinds[no.object] and together:
                yield Odds("one says so, one denies it", tuple(sorted((yes.fact, no.fact))))


@dataclass(slots=True)
class _Run:
    """Observations of one object that follow each other: the first moment of each of its facts."""

    begin: datetime
    kinds: set[str]
    first: dict[str, datetime]


def _runs(
    entries: Sequence[Entry],
    denials: Sequence[Entry],
    kinds: Mapping[str, str],
    held: dict[str, list[Stretch]],
) -> list[Odds]:
    """Write when dated facts held into ``held``; those that are at odds."""
    by_id = {one.fact: one for one in entries}
    seen = sorted((moment, one.fact) for one in entries for moment in one.moments)
    runs: list[_Run] = []
    odds: list[Odds] = []
    for moment, group in groupby(seen, key=lambda row: row[0]):
        facts = [fact for _, fact in group]
        of = {kinds[by_id[fact].object] for fact in facts}
        odds += _several("they begin at the same time", [by_id[fact] for fact in facts], kinds)
        if not runs or len(of) > 1 or runs[-1].kinds != of:
            runs.append(_Run(moment, of, {}))
        for fact in facts:
            runs[-1].first.setdefault(fact, moment)
    for one in entries:
        held[one.fact] = []
    for run, later in zip_longest(runs, runs[1:]):
        for fact, begin in run.first.items():
            own = by_id[fact]
            end, by = _end(own, begin, later, denials, kinds)
            if later and own.begin and own.end and own.begin < later.begin < own.end:
                odds.append(Odds("their times overlap", tuple(sorted({fact, *later.first}))))
            held[fact].append(Stretch(begin, end, by))
    return odds


def _end(
    entry: Entry, begin: datetime, later: _Run | None, denials: Sequence[Entry], kinds: Mapping[str, str]
) -> tuple[datetime | None, str]:
    """When a stretch ends, and by which fact: its own end comes before all that others say."""
    if entry.end is not None:
        return entry.end, ""
    ends = [(moment, fact) for fact, moment in later.first.items() if moment == later.begin] if later else []
    ends += [
        (moment, no.fact)
        for no in denials
        if kinds[no.object] == kinds[entry.object]
        for moment in no.moments
        if moment > begin
    ]
    return min(ends) if ends else (None, "")


def dispute_of(slot: Slot) -> Dispute | None:
    """Where the facts of a slot are at odds; None if nowhere."""
    odds = course(slot).odds
    if not odds:
        return None
    return Dispute(
        id=dispute_id(slot.id),
        namespace=slot.namespace,
        slot=slot.id,
        subject=slot.subject,
        relation=slot.relation,
        odds=odds,
    )


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(timezone.utc).isoformat()


def _parsed(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def write_slot(s: Slot) -> dict[str, Any]:
    """The body of a slot."""
    return {
        "subject": s.subject,
        "relation": s.relation,
        "entries": [
            [
                one.fact,
                one.object,
                _moment(one.begin),
                _moment(one.end),
                [_moment(at) for at in one.told],
                one.negated,
                one.hearsay,
                one.permanent,
            ]
            for _, one in sorted(s.entries.items())
        ],
    }


def read_slot(id: str, namespace: str, body: Mapping[str, Any]) -> Slot:
    """A slot from its body."""
    entries = {}
    for fact, object, begin, end, told, negated, hearsay, permanent in body.get("entries", ()):
        entries[fact] = Entry(
            fact=fact,
            object=object,
            begin=_parsed(begin),
            end=_parsed(end),
            told=tuple(datetime.fromisoformat(at) for at in told),
            negated=negated,
            hearsay=hearsay,
            permanent=permanent,
        )
    return Slot(
        id=id,
        namespace=namespace,
        subject=body["subject"],
        relation=body["relation"],
        entries=entries,
    )


def write_dispute(d: Dispute) -> dict[str, Any]:
    """The body of a dispute."""
    odds = [[one.what, list(one.facts)] for one in d.odds]
    return {"slot": d.slot, "subject": d.subject, "relation": d.relation, "odds": odds}


def read_dispute(id: str, namespace: str, body: Mapping[str, Any]) -> Dispute:
    """A dispute from its body."""
    odds = tuple(Odds(what, tuple(facts)) for what, facts in body["odds"])
    return Dispute(
        id=id,
        namespace=namespace,
        slot=body["slot"],
        subject=body["subject"],
        relation=body["relation"],
        odds=odds,
    )
