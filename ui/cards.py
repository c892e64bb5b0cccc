"""What one card of the review shows: each side with its evidence, and what the answers mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graphmem import trust
from graphmem.casts import Named
from graphmem.disputes import Case
from graphmem.identities import Question, evidence
from graphmem.identity import entity_id
from graphmem.memory import Memory
from graphmem.saying import SCHEME, is_said
from graphmem.standing import Standing
from graphmem.statements import Event, Fact
from graphmem.types import Sentence
from graphmem.ui.queue import Item, own

_SENTENCES: Final = 3
"""Sentences of each side that are shown."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence, where it stands, who says it, and when it was said."""

    sentence: str
    text: str
    document: str
    uri: str
    speaker: str
    at: datetime | None

    @property
    def source(self) -> str:
        """Where it comes from, in a line that fits a narrow column: of a path, its last part."""
        day = f"{self.at:%Y-%m-%d}" if self.at else "no date"
        said = self.uri.removeprefix(SCHEME).partition("/")[0]
        name = f"{said} says so" if is_said(self.uri) else self.uri.rstrip("/").rpartition("/")[2]
        return " · ".join(part for part in (day, self.speaker, name) if part)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two names, one side of a contradiction, or a fact: ``id`` is the unit's or the fact's.

    ``record`` is what the page of records is asked for.
    """

    id: str
    name: str
    about: str
    evidence: tuple[Evidence, ...]
    record: str


@dataclass(frozen=True, slots=True)
class Card:
    """A question with all that speaks for either answer, and what each answer does."""

    title: str
    why: str
    sides: tuple[Side, ...]
    accept: str
    accepting: str
    reject: str
    rejecting: str


def told(memory: Memory, sentences: Sequence[Sentence]) -> tuple[Evidence, ...]:
    """Sentences with their sources, in three reads; one without a source is left out."""
    origin = trust.sources(memory.store, memory.view, [one.id for one in sentences])
    return tuple(
        Evidence(
            one.id,
            one.text,
            origin[one.id].document.id,
            origin[one.id].document.uri,
            origin[one.id].speaker,
            one.at or origin[one.id].document.written_at,
        )
        for one in sentences
        if one.id in origin
    )


def card(memory: Memory, item: Item) -> Card:
    """The card of what waits: a few reads by id, however large the memory is."""
    mine = own(memory)
    if isinstance(item, Question):
        return _of_question(mine, item)
    if isinstance(item, Case):
        return _of_case(mine, item)
    return _of_fact(mine, item)


# --- names that may be one ------------------------------------------------------------------


def _of_question(memory: Memory, question: Question) -> Card:
    a, b = (_side_of(memory, unit) for unit in question.units)
    both = f"“{a.name}” and “{b.name}”" if a.name != b.name else "The two"
    link = question.match.link
    return Card(
        title="Are these the same?",
        why=f"{link.score:.0%} likely: " + "; ".join(_reason(one.what, one.weight) for one in link.reasons),
        sides=(a, b),
        accept="Same",
        accepting=f"{both} become one: what is known of either is known of both.",
        reject="Different",
        rejecting=f"{both} are kept apart, whatever else speaks for it.",
    )


def _reason(what: str, weight: float) -> str:
    return f"{what} ({'for' if weight > 0 else 'against'} it)"


def _side_of(memory: Memory, unit: Named) -> Side:
    names = sorted(unit.unit.profile.names.keys() - {unit.name})
    count = unit.unit.clusters
    about = [
        unit.label,
        f"in {count:,} document{'' if count == 1 else 's'}" if count else "",
        f"also written {', '.join(names[:5])}" if names else "",
    ]
    sentences = evidence(memory.store, memory.view, unit, _SENTENCES)
    record = entity_id(unit.namespace, min(unit.unit.called, default=unit.unit.profile.id.split("|")[0]))
    return Side(unit.id, unit.name, " · ".join(filter(None, about)), told(memory, sentences), record)


# --- contradictions -------------------------------------------------------------------------


def _of_case(memory: Memory, case: Case) -> Card:
    rows = sorted(zip(case.facts, case.standings, case.evidence, strict=True), key=_strength)
    sides = tuple(
        Side(fact.id, worded(fact), about(fact, stand), told(memory, sentences), fact.id)
        for fact, stand, sentences in rows
    )
    count = "Both" if len(sides) == 2 else "All"
    what = "; ".join(sorted({odds.what for odds in case.dispute.odds}))
    relation = case.dispute.relation.replace("_", " ")
    return Card(
        title=f"{case.facts[0].participants[0].worded} {relation}: what is right?",
        why=f"{what[:1].upper()}{what[1:]}. The side for which most speaks comes first.",
        sides=sides,
        accept=f"{count} may stand",
        accepting=f"{count} stay beside each other; one more of them brings the question back.",
        reject=f"{len(sides)} is wrong",
        rejecting=f"Side {len(sides)} is not so, whatever source says it again.",
    )


def _strength(row: tuple[Fact, Standing, tuple[Sentence, ...]]) -> tuple[bool, int, float, float, str]:
    """Plain word before hearsay, then what is said most often, most surely, and last."""
    fact = row[0]
    last = max((one.at for one in fact.supports), default="")
    moment = datetime.fromisoformat(last).timestamp() if last else float("-inf")
    return bool(fact.said_by), -fact.stated, -fact.confidence, -moment, fact.id


def worded(fact: Fact) -> str:
    """A fact or event in a line, denied ones with their "not"."""
    return f"not: {fact.text}" if fact.negated and " not " not in f" {fact.text} " else fact.text


def about(fact: Fact, stand: Standing | None = None) -> str:
    """What is known of a fact besides its words: when, how often, how sure, by whom, how it stands."""
    when = fact.when.text if fact.when else ""
    times = "once" if fact.stated == 1 else f"{fact.stated:,} times"
    parts = [
        "event" if isinstance(fact, Event) else "",
        when,
        f"said {times}",
        f"{fact.confidence:.0%} sure",
        f"only {' and '.join(fact.said_by)} says so" if fact.said_by else "",
        f"it is weakened: {fact.modality}" if fact.modality else "",
        stand.told if stand and stand.state != "holds" else "",
    ]
    return " · ".join(filter(None, parts))


# --- facts that are not sure ----------------------------------------------------------------


def _of_fact(memory: Memory, fact: Fact) -> Card:
    claims = memory.attribution(fact)[:_SENTENCES]
    stand = memory.standings([fact])[fact.id]
    doubt = f"the words that it was read from leave doubts: it is {fact.confidence:.0%} sure"
    why = stand.why.removeprefix("quarantined: ") if stand.state == "quarantined" else doubt
    side = Side(fact.id, worded(fact), about(fact), told(memory, [one.sentence for one in claims]), fact.id)
    return Card(
        title="Is this so?",
        why=f"{why[:1].upper()}{why[1:]}.",
        sides=(side,),
        accept="It is so",
        accepting="You vouch for it: it is sure from then on, and stays when its sources are forgotten.",
        reject="It is not so",
        rejecting="It is taken back, whatever source says it again.",
    )
