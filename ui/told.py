"""All that the page of a fact or an event shows: who takes part, when, on whose word, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graphmem import schema
from graphmem.blaming import Origin
from graphmem.history import Stamp
from graphmem.identity import correction_id, entity_id, fold
from graphmem.memory import Memory
from graphmem.slots import Dispute
from graphmem.standing import Standing
from graphmem.statements import Event, Fact, Participant
from graphmem.types import Entity
from graphmem.ui.context import Context, contexts
from graphmem.ui.known import edits
from graphmem.ui.rows import Row, row

_SENTENCES: Final = 20
"""Sentences that are read of a fact that very many state."""
_BESIDE: Final = 60
"""Facts of its subject among which those are looked for that it replaced."""
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class Part:
    """Who or what takes part; ``entity`` is the id of its page, empty if it has none."""

    role: str
    text: str
    entity: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who says it, and the sentence that does in its source."""

    who: str
    context: Context


@dataclass(frozen=True, slots=True)
class Came:
    """The commit that brought a sentence, and the words in it."""

    by: str
    at: datetime
    message: str
    uri: str
    commit: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known of a fact or an event.

    ``later`` is what took its place, ``earlier`` what it took the place of, ``odds`` what it is at odds with
    and ``disputed`` why; ``before`` and ``after`` are events next to it in its sources.
    """

    fact: Fact
    standing: Standing
    row: Row
    parts: tuple[Part, ...]
    claims: tuple[Claimed, ...]
    later: Row | None
    earlier: tuple[Row, ...]
    odds: tuple[Row, ...]
    disputed: tuple[str, ...]
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    came: tuple[Came, ...]
    edits: tuple[Stamp, ...]
    head: int

    @property
    def more(self) -> int:
        """How many statements of it are not shown."""
        return max(self.fact.stated - len(self.claims), 0)


def telling(memory: Memory, fact: Fact) -> Telling:
    """What is known of a fact; every read is bounded."""
    head = memory.store.head()
    standing = memory.standings([fact])[fact.id]
    beside = _beside(memory, fact)
    follows = _facts(memory, list(fact.follows)[:_NEAR]) if isinstance(fact, Event) else []
    followed = memory.store.neighbours(memory.view, [fact.id], [schema.FOLLOWS], "in", limit=_NEAR).source
    return Telling(
        fact=fact,
        standing=standing,
        row=row(fact, standing),
        parts=_parts(memory, fact),
        claims=_claims(memory, fact),
        later=next(iter(_rows(memory, _facts(memory, [standing.by]))), None) if standing.by else None,
        earlier=tuple(one for one, stands in beside if stands.by == fact.id),
        odds=_rows(memory, _facts(memory, standing.odds[:_BESIDE])),
        disputed=_disputed(memory, fact),
        before=_rows(memory, follows),
        after=_rows(memory, _facts(memory, followed)),
        came=_came(memory, fact),
        edits=edits(memory, [correction_id(fact.id)]) if fact.namespace == memory.namespace else (),
        head=head,
    )


def _facts(memory: Memory, ids: Sequence[str]) -> list[Fact]:
    records = memory.store.get(memory.view, list(ids)) if ids else {}
    found = [schema.from_record(records[id]) for id in ids if id in records]
    return [one for one in found if isinstance(one, Fact)]


def _rows(memory: Memory, facts: Sequence[Fact]) -> tuple[Row, ...]:
    stands = memory.standings(facts)
    return tuple(row(one, stands[one.id]) for one in facts)


def _entity(memory: Memory, fact: Fact, one: Participant) -> Entity | None:
    id = entity_id(fact.namespace, fold(one.entity)) if one.entity else ""
    record = memory.store.get(memory.view, [id]).get(id) if id else None
    value = schema.from_record(record) if record else None
    return value if isinstance(value, Entity) else None


def _parts(memory: Memory, fact: Fact) -> tuple[Part, ...]:
    found = []
    for one in fact.participants:
        entity = _entity(memory, fact, one)
        name = f"{one.case} {entity.name}".strip() if entity else one.worded
        found.append(Part(one.role, name, entity.id if entity else ""))
    return tuple(found)


def _beside(memory: Memory, fact: Fact) -> list[tuple[Row, Standing]]:
    """Facts of the same relation and subject, with how they stand."""
    subject = _entity(memory, fact, fact.participants[0])
    if subject is None:
        return []
    near = [one for one in memory.facts(subject, _BESIDE, retired=True) if one.id != fact.id]
    stands = memory.standings(near)
    return [(row(one, stands[one.id]), stands[one.id]) for one in near]


def _claims(memory: Memory, fact: Fact) -> tuple[Claimed, ...]:
    if fact.stated > _SENTENCES:
        few = memory.evidence(fact, _SENTENCES)
        return tuple(Claimed("", one) for one in contexts(memory, few))
    said = memory.attribution(fact)
    who = {one.sentence.id: one.who for one in said}
    return tuple(Claimed(who[one.id], one) for one in contexts(memory, [one.sentence for one in said]))


def _disputed(memory: Memory, fact: Fact) -> tuple[str, ...]:
    """Why it is at odds with others, in words."""
    edges = memory.store.neighbours(memory.view, [fact.id], [schema.DISPUTES], "in").source
    found = map(schema.from_record, memory.store.get(memory.view, edges).values())
    odds = (one for dispute in found if isinstance(dispute, Dispute) for one in dispute.odds)
    return tuple(dict.fromkeys(one.what for one in odds if fact.id in one.facts))


def _came(memory: Memory, fact: Fact) -> tuple[Came, ...]:
    """The commits that brought it, earliest first; none of a fact that very many sentences state."""
    if fact.namespace != memory.namespace or fact.stated > _SENTENCES:
        return ()
    return tuple(map(_origin, memory.blame(fact.id)))


def _origin(one: Origin) -> Came:
    return Came(one.commit.author, one.commit.at, one.commit.message, one.uri, one.commit.id)
