"""What a person says of one record, in a record of its own: so it outlives what the record was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from graphmem.identity import correction_id
from graphmem.statements import Retraction

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's word on one record; the newest of each kind counts.

    Attributes:
        id: follows from the target.
        namespace: whose memory it is.
        target: id of an entity, a fact, an event, a slot or a sentence.
        by: who says so.
        at: when it was said last.
        called: the name that an entity is to have.
        typed: its label.
        retraction: that a fact or an event is not so.
        stand: the facts of a slot that a person lets stand beside each other.
        moved: whom or what mentions of a sentence name, by their place in its text.
    """

    id: str
    namespace: str
    target: str
    by: str
    at: datetime
    called: str = ""
    typed: str = ""
    retraction: Retraction | None = None
    stand: frozenset[str] = frozenset()
    moved: Mapping[Span, str] = field(default_factory=dict)

    @classmethod
    def of(cls, namespace: str, target: str, by: str, at: datetime) -> Correction:
        """One that says nothing yet."""
        return cls(id=correction_id(target), namespace=namespace, target=target, by=by, at=at)

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.called or self.typed or self.retraction or self.stand or self.moved)


def write_correction(c: Correction) -> dict[str, Any]:
    """The body of a correction."""
    return {
        "target": c.target,
        "by": c.by,
        "at": c.at.isoformat(),
        "called": c.called,
        "typed": c.typed,
        "retraction": write_retraction(c.retraction),
        "stand": sorted(c.stand),
        "moved": [[*span, name] for span, name in sorted(c.moved.items())],
    }


def read_correction(id: str, namespace: str, body: Mapping[str, Any]) -> Correction:
    """A correction from its body."""
    return Correction(
        id=id,
        namespace=namespace,
        target=body["target"],
        by=body.get("by", ""),
        at=datetime.fromisoformat(body["at"]),
        called=body.get("called", ""),
        typed=body.get("typed", ""),
        retraction=read_retraction(body.get("retraction")),
        stand=frozenset(body.get("stand", ())),
        moved={(start, end): name for start, end, name in body.get("moved", ())},
    )


def write_retraction(r: Retraction | None) -> list[str] | None:
    """A retraction as JSON values."""
    return None if r is None else [r.by, r.at.isoformat(), r.why, r.instead]


def read_retraction(row: list[str] | None) -> Retraction | None:
    """A retraction from JSON values."""
    if row is None:
        return None
    by, at, why, instead = row
    return Retraction(by=by, at=datetime.fromisoformat(at), why=why, instead=instead)
