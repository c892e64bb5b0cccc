"""Contradictions as a person is asked about them: what is at odds, and what each side rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from graphmem import schema
from graphmem.corrections import Correction
from graphmem.identity import correction_id
from graphmem.slots import Dispute
from graphmem.standing import Standing, standings
from graphmem.statements import Fact
from graphmem.stores.base import Store
from graphmem.types import Sentence, View

_EVIDENCE: Final = 3
"""Sentences of each fact that are shown."""


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute with its facts, how each stands, and sentences that state each."""

    dispute: Dispute
    facts: tuple[Fact, ...]
    standings: tuple[Standing, ...]
    evidence: tuple[tuple[Sentence, ...], ...]


def cases(store: Store, view: View, limit: int, at: datetime, reader: str | None = None) -> list[Case]:
    """Disputes that nobody settled, by id, at most so many."""
    return list(islice(_open(store, view, at, reader), limit))


def _open(store: Store, view: View, at: datetime, reader: str | None) -> Iterator[Case]:
    for record in store.scan(view, schema.DISPUTE):
        dispute = schema.from_record(record)
        assert isinstance(dispute, Dispute)
        said = store.get(view, [correction_id(dispute.slot)]).get(correction_id(dispute.slot))
        word = schema.from_record(said) if said else None
        if isinstance(word, Correction) and set(dispute.facts) <= word.stand:
            continue
        if case := _case(store, view, dispute, at, reader):
            yield case


def _case(store: Store, view: View, dispute: Dispute, at: datetime, reader: str | None) -> Case | None:
    """The case of a dispute; None where there is none after all.

    Who is who may tell that its facts speak of two, or of one object; and what one passage says together is
    one source's view: "in Linville Falls, Avery County".
    """
    records = store.get(view, dispute.facts)
    values = [schema.from_record(records[id]) for id in dispute.facts if id in records]
    facts = [one for one in values if isinstance(one, Fact)]
    stands = standings(store, view, facts, at, reader)
    places = _passages(store, view, [one.id for one in facts])
    facts = [
        one for one in facts if any(not places[one.id] & places.get(id, set()) for id in stands[one.id].odds)
    ]
    if not facts:
        return None
    return Case(
        dispute,
        tuple(facts),
        tuple(stands[one.id] for one in facts),
        tuple(_evidence(store, view, one) for one in facts),
    )


def _passages(store: Store, view: View, facts: Sequence[str]) -> dict[str, set[str]]:
    """The passages that state each fact."""
    stated = store.neighbours(view, facts, [schema.STATES], "in")
    sentences = store.get(view, list(dict.fromkeys(stated.source)))
    found: dict[str, set[str]] = {fact: set() for fact in facts}
    for sentence, fact in zip(stated.source, stated.target, strict=True):
        if sentence in sentences:
            found[fact].add(sentences[sentence].body["passage"])
    return found


def _evidence(store: Store, view: View, fact: Fact) -> tuple[Sentence, ...]:
    ids = store.neighbours(view, [fact.id], [schema.STATES], "in", limit=_EVIDENCE).source
    values = map(schema.from_record, store.get(view, ids).values())
    return tuple(one for one in values if isinstance(one, Sentence))
