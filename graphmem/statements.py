"""What sentences state, and what follows from all of them together: facts and events.

A statement is what one sentence says, and stands in its record; a fact or an event is counted from
the statements that say the same, as an entity is from mentions. So each knows all its evidence, and
goes when the last of it goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from graphmem import cards
from graphmem.identity import digest, fold

SUBJECT: Final = "subject"
ONE: Final = "one"
FOREVER: Final = "forever"
"""How long a relation holds for one object: until another takes its place, or forever."""
_CLOCK: Final = frozenset({"second", "minute", "hour", "part"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """When: from ``begin`` (inclusive) to ``end`` (exclusive), both with a time zone; None is open.

    ``precision`` says how fine the text is ("day", "year" …); ``timex`` is its TIMEX3 value, which
    alone tells a recurring time ("XXXX-WXX-1": every Monday), whose ``begin`` and ``end`` are None.
    """

    begin: datetime | None = None
    end: datetime | None = None
    precision: str = ""
    timex: str = ""

    @property
    def recurring(self) -> bool:
        """Whether it comes again and again."""
        return self.begin is None and self.end is None and self.timex != ""

    @property
    def text(self) -> str:
        """It for people, as fine as it is told: "1867", "2020-05-03", "2001-01-01 to …"."""
        if self.recurring:
            return self.timex
        if self.begin and self.end:
            day = self.begin.replace(hour=0, minute=0, second=0, microsecond=0)
            if self.begin == day:
                year, month = day.replace(month=1, day=1), day.replace(day=1)
                if day == year and self.end == _after(day, 366).replace(month=1, day=1):
                    return f"{day:%Y}"
                if day == month and self.end == _after(day, 31).replace(day=1):
                    return f"{day:%Y-%m}"
                if self.end == _after(day, 1):
                    return f"{day:%Y-%m-%d}"
        form = "%Y-%m-%d %H:%M" if self.precision in _CLOCK else "%Y-%m-%d"
        begin, end = (moment.strftime(form) if moment else "…" for moment in (self.begin, self.end))
        return f"{begin} to {end}"


def _after(day: datetime, days: int) -> datetime:
    """So many days later, or the last moment that there is."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return datetime.max.replace(tzinfo=day.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Who or what takes part, in which role: ``text == sentence.text[start:end]``, but where it is unsaid.

    ``case`` is its preposition, where the predicate does not have it ("with" Tom). ``entity`` is the name
    of the entity that it stands for, as the document has it in full ("Marie Curie" for "she"); it is
    empty for a literal ("three apples").
    """

    role: str
    text: str
    start: int = 0
    end: int = 0
    case: str = ""
    entity: str = ""

    @property
    def key(self) -> str:
        """By what participants meet: "=" and the entity's folded name, or ":" and a literal's."""
        name = fold(self.entity)
        return "=" + name if name else ":" + (fold(self.text) or self.text.strip().casefold())

    @property
    def worded(self) -> str:
        """It with its preposition, the entity in full."""
        return " ".join(f"{self.case} {self.entity or self.text}".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a sentence says of its subject, between two offsets of its text.

    Attributes:
        predicate: as it stands, with auxiliaries and the preposition of a lone argument: "was born in".
        lemma: its basic form: "be born in".
        relation: the name of a known relation ("born_in"); empty if it is none.
        functional: whether that relation holds for one object at a time.
        permanent: whether it holds for one object forever, so that another one contradicts it.
        participants: the subject first, then the object or complement, then the rest.
        happens: whether it is an occurrence ("moved to"), not a state ("lives in").
        negated: whether it is denied.
        modality: empty if it is plainly said, else what weakens it: "may", "plan to", "if", "future".
        said_by: who says so, where the sentence tells.
        when: when it held or happened, where it is told.
        confidence: from 0 to 1.
        start: the first character of the words that it was read from.
        end: the one behind the last.
        by: who read it: "rules", or the name of a model.
        follows: the id of the event that comes before it in time in its document; empty if none does.
        at: when it was said, where the sentence itself has no moment.
    """

    predicate: str
    lemma: str
    participants: tuple[Participant, ...]
    relation: str = ""
    functional: bool = False
    permanent: bool = False
    happens: bool = False
    negated: bool = False
    modality: str = ""
    said_by: str = ""
    when: Interval | None = None
    confidence: float = 1.0
    start: int = 0
    end: int = 0
    by: str = "rules"
    follows: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        """A statement is about something."""
        if not self.participants or self.participants[0].role != SUBJECT:
            raise ValueError("a statement has its subject as its first participant")

    @property
    def subject(self) -> Participant:
        """Whom or what it is about."""
        return self.participants[0]

    @property
    def object(self) -> Participant | None:
        """The first participant beside the subject."""
        return self.participants[1] if len(self.participants) > 1 else None

    @property
    def is_event(self) -> bool:
        """Whether it tells of something that happened, or will, at a time that is told."""
        return self.happens and self.when is not None

    @property
    def is_fact(self) -> bool:
        """Whether it tells how things are: a state, a known relation, or an occurrence without a time."""
        return not self.is_event or self.relation != ""


class Support(NamedTuple):
    """How sentences state a fact: ``texts`` are those of its participants, ``at`` is their moment.

    ``holds`` is ``ONE`` or ``FOREVER`` for a functional relation.
    """

    predicate: str
    texts: tuple[str, ...]
    confidence: float
    said_by: str
    by: str
    at: str
    holds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """That a fact is not so: who says it, when, why, and the id of the fact that holds instead, if any."""

    by: str
    at: datetime
    why: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What statements of one meaning say together; ``supports`` counts them by their wording.

    ``relation`` is the name of a known relation or the predicate's basic form; participants are
    worded as most often, and have no place in a text. ``retraction`` is a person's word that it is not so.
    """

    id: str
    namespace: str
    relation: str
    participants: tuple[Participant, ...]
    happens: bool = False
    negated: bool = False
    modality: str = ""
    when: Interval | None = None
    supports: Mapping[Support, int] = field(default_factory=dict)
    retraction: Retraction | None = None

    @property
    def functional(self) -> bool:
        """Whether any statement says that the relation holds for one object at a time."""
        return any(support.holds for support in self.supports)

    @property
    def permanent(self) -> bool:
        """Whether any statement says that it holds for one object forever."""
        return any(support.holds == FOREVER for support in self.supports)

    @property
    def main(self) -> Support:
        """The most frequent wording; of equals the first in order."""
        return min(self.supports, key=lambda support: (-self.supports[support], support))

    @property
    def predicate(self) -> str:
        """The predicate as it is most often worded."""
        return self.main.predicate

    @property
    def confidence(self) -> float:
        """That of the surest statement, from 0 to 1."""
        return max(support.confidence for support in self.supports)

    @property
    def said_by(self) -> tuple[str, ...]:
        """Who says so, sorted; empty if any statement says it plainly."""
        speakers = {support.said_by for support in self.supports}
        return () if "" in speakers else tuple(sorted(speakers))

    @property
    def stated(self) -> int:
        """How many statements say it."""
        return sum(self.supports.values())

    @property
    def text(self) -> str:
        """The fact in a line: subject, predicate, the rest."""
        subject, *others = (one.worded for one in self.participants)
        return " ".join(filter(None, (subject, self.predicate, ", ".join(others))))

    def _repr_html_(self) -> str:
        rows = {
            "denied": "yes" if self.negated else "",
            "doubt": self.modality,
            "when": self.when.text if self.when else "",
            "said by": ", ".join(self.said_by),
            "statements": f"{self.stated:,}",
            "confidence": self.confidence,
            "retracted": self.retraction.why or "yes" if self.retraction else "",
            "id": self.id,
        }
        return cards.card("event" if self.happens else "fact", self.text, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Fact):
    """What happened, or will: a fact with a time, chained to those before it in its sources.

    ``follows`` counts, by id, the events that come right before it in a document.
    """

    follows: Mapping[str, int] = field(default_factory=dict)


def _when_key(when: Interval | None) -> str:
    if when is None:
        return ""
    begin, end = (moment.isoformat() if moment else "" for moment in (when.begin, when.end))
    return "/".join((begin, end, when.precision, when.timex))


def _key(statement: Statement, name: str) -> tuple[str, ...]:
    told = (
        "happens" if statement.happens else "",
        "not" if statement.negated else "",
        statement.modality,
        _when_key(statement.when),
    )
    parts = (part for one in statement.participants for part in (one.role, one.case, one.key))
    return (name, *told, *parts)


def fact_id(namespace: str, statement: Statement) -> str:
    """A fact is its relation, participants, denial, modality and time in a namespace."""
    return "f" + digest("fact", namespace, *_key(statement, statement.relation or statement.lemma))


def event_id(namespace: str, statement: Statement) -> str:
    """An event is its verb, participants, denial, modality and time in a namespace."""
    return "v" + digest("event", namespace, *_key(statement, statement.lemma))
