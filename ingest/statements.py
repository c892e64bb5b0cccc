"""From what a sentence's parse gives to statements of the memory: who takes part, and when it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from graphmem.dates import TimeExpression
from graphmem.dates.expression import Tense
from graphmem.ingest.facts import Extracted, Phrase, relation_of
from graphmem.relations import Schema
from graphmem.statements import SUBJECT, Interval, Participant, Statement
from graphmem.types import Mention

Namer = Callable[[int, int, int], Mention | None]
"""The mention that a phrase comes down to, by the phrase's start and end and the place of its head."""

STATES: Final = frozenset(
    """be have own possess hold keep contain include comprise consist belong lack need want wish desire
    prefer like love hate dislike enjoy admire adore fear trust envy know believe think suppose guess
    doubt understand remember forget mean hope expect seem appear look sound resemble equal cost weigh
    measure fit suit matter depend deserve exist live reside dwell lie stand sit remain stay work study
    serve speak feature border locate situate base know call name compose make use intend plan agree
    disagree owe concern involve require house inhabit populate speak tend differ feel see hear smell
    taste care mind""".split()
)
"""Verbs of states and habits, not of occurrences (Vendler 1957, "Verbs and Times"; Levin 1993)."""
_PASSIVE_STATES: Final = frozenset(
    "locate situate base know call name compose make use house inhabit populate".split()
)
_TIMED: Final = frozenset({"time", "circumstance", "place", "quantity"})
"""Roles whose phrases may hold the time of a fact; an object or a complement does if it is one itself."""
_OF_THE_PAST: Final = frozenset({"", "question"})


def happens(fact: Extracted) -> bool:
    """Whether a fact tells of an occurrence.

    A passive is one, but for participles that tell how things are; else the verb decides.
    """
    words = fact.lemma.split()
    verb = words[0] if words else ""
    if fact.kind == "passive":
        return not _PASSIVE_STATES.intersection(words[:3])
    return fact.kind == "verb" and verb not in STATES


def tense_of(fact: Extracted) -> Tense:
    """Which side of the reference a fact speaks of."""
    return "past" if fact.modality in _OF_THE_PAST else "future"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a text with what is known of it.

    Attributes:
        text: the whole text; offsets in a fact count from ``start``, all others from its beginning.
        start: where the sentence starts in it.
        places: the offset of each word of the sentence.
        dates: the time expressions of the text.
        reference: the moment that they were resolved against.
        dated: whether it is the moment of the text, not any.
        name_of: whom a span stands for.
    """

    text: str
    start: int
    places: Sequence[int]
    dates: Sequence[TimeExpression]
    reference: datetime
    name_of: Namer
    dated: bool = True

    def reach(self, fact: Extracted, words: Sequence[int]) -> tuple[int, int]:
        """First and last character of some words."""
        last = max(words)
        return self.places[min(words)], self.places[last] + len(fact.words[last])

    def named(self, fact: Extracted, phrase: Phrase) -> Mention | None:
        """Whom a phrase stands for."""
        if phrase.role in ("content", "clause"):
            return None
        return self.name_of(*self.reach(fact, phrase.tokens), self.places[phrase.head])


def time_of(fact: Extracted, said: Said) -> tuple[Interval | None, frozenset[int]]:
    """When a fact holds, and which of its arguments say nothing but that."""
    when: Interval | None = None
    spent: set[int] = set()
    for k, phrase in enumerate(fact.arguments):
        first, last = said.reach(fact, (*phrase.case, *phrase.tokens))
        inside = said.start + phrase.start, said.start + phrase.end
        for date in said.dates:
            whole = date.start <= inside[0] and inside[1] <= date.end
            if not whole and not (phrase.role in _TIMED and first < date.end and date.start < last):
                continue
            found = _interval(date, tense_of(fact), said.reference)
            if found is None:
                continue
            if said.dated and not happens(fact) and _covers(found, said.reference):
                # What is so "now" or "this year" is not said to end then.
                found = replace(found, end=None)
            when = found if when is None else when
            if whole or phrase.role == "time":
                spent.add(k)
            break
    return when, frozenset(spent)


def _covers(when: Interval, moment: datetime) -> bool:
    return when.begin is not None and when.end is not None and when.begin <= moment < when.end


def _interval(date: TimeExpression, tense: Tense, reference: datetime) -> Interval | None:
    """The interval of a time expression; None for a length of time, and for what no calendar can tell."""
    if date.kind == "set":
        return Interval(precision=date.precision, timex=date.timex)
    best = date.best(tense, reference)
    if best is None or (best.begin is None and best.end is None):
        return None
    return Interval(begin=best.begin, end=best.end, precision=date.precision, timex=best.timex)


def _participant(fact: Extracted, phrase: Phrase, said: Said, subject: str = "") -> Participant:
    """Who or what takes part; what a ``subject`` is said to be is told in words, not by its name again."""
    start, end, entity = said.start + phrase.start, said.start + phrase.end, ""
    named = said.named(fact, phrase)
    if named and not (phrase.role == "complement" and subject == (named.of or named.name)):
        start, end, entity = named.start, named.end, named.of or named.name
    return Participant(
        role=phrase.role,
        text=said.text[start:end],
        start=start,
        end=end,
        case=" ".join(fact.words[k] for k in phrase.case).lower(),
        entity=entity,
    )


def statements(facts: Iterable[Extracted], said: Said, schema: Schema) -> Iterator[Statement]:
    """What a sentence states.

    Args:
        facts: what was extracted from its parse.
        said: the sentence.
        schema: the known relations.
    """
    for fact in facts:
        when, spent = time_of(fact, said)
        relation, target = relation_of(fact, schema) or (None, None)
        # The object of a known relation comes first, whatever stands before it in the sentence.
        told = [phrase for k, phrase in enumerate(fact.arguments) if k not in spent and phrase is not target]
        phrases = (fact.subject, *([target] if target else []), *told)
        subject = _participant(fact, phrases[0], said)
        others = (_participant(fact, phrase, said, subject.entity) for phrase in phrases[1:])
        yield Statement(
            predicate=_predicate(fact, spent),
            lemma=fact.lemma.lower(),
            relation=relation.name if relation else "",
            functional=relation is not None and relation.functional,
            permanent=relation is not None and relation.permanent,
            participants=(replace(subject, role=SUBJECT), *others),
            happens=happens(fact),
            negated=fact.negated,
            modality=fact.modality,
            said_by=_speaker(fact, said),
            when=when,
            confidence=round(fact.confidence, 2),
            start=said.start + fact.evidence[0],
            end=said.start + fact.evidence[1],
        )


def _predicate(fact: Extracted, spent: frozenset[int]) -> str:
    """The predicate, without the preposition of a time that is told as such: "retired", in 1950."""
    lent = fact.arguments[0].lent if 0 in spent else ""
    return fact.predicate.removesuffix(f" {lent}") if lent else fact.predicate


def _speaker(fact: Extracted, said: Said) -> str:
    phrase = fact.attribution.speaker if fact.attribution else None
    if phrase is None:
        return ""
    named = said.named(fact, phrase)
    return (named.of or named.name) if named else phrase.text
