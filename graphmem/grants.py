"""A namespace's word on others: who may read it along, and how far a source is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, get_args

from graphmem.identity import digest

ALL: Final = "*"
"""The reader of a grant to all namespaces, as which no namespace can be named."""
Level: TypeAlias = Literal["trusted", "unsure", "untrusted"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""How far a source can be trusted, most first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """That ``reader`` may read the namespace along; ``by`` is who granted it, and ``at`` when."""

    id: str
    namespace: str
    reader: str
    by: str
    at: datetime

    @classmethod
    def of(cls, namespace: str, reader: str, by: str, at: datetime) -> Grant:
        """The grant of a namespace to a reader, or to ``ALL``."""
        return cls(id=grant_id(namespace, reader), namespace=namespace, reader=reader, by=by, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far a namespace trusts a source: a pattern of URIs, "speaker:NAME" or "namespace:NAME"."""

    id: str
    namespace: str
    source: str
    level: Level
    by: str
    at: datetime

    @classmethod
    def of(cls, namespace: str, source: str, level: Level, by: str, at: datetime) -> Trust:
        """A namespace's word on a source."""
        id = trust_id(namespace, source)
        return cls(id=id, namespace=namespace, source=source, level=level, by=by, at=at)


def grant_id(namespace: str, reader: str) -> str:
    """A grant is of a namespace to a reader: it is looked up by this alone."""
    return "g" + digest("grant", namespace, reader)


def trust_id(namespace: str, source: str) -> str:
    """A word on a source takes the place of an earlier one."""
    return "t" + digest("trust", namespace, source)


def write_grant(g: Grant) -> dict[str, Any]:
    """The body of a grant."""
    return {"reader": g.reader, "by": g.by, "at": g.at.isoformat()}


def read_grant(id: str, namespace: str, body: Mapping[str, Any]) -> Grant:
    """A grant from its body."""
    by, at = body.get("by", ""), datetime.fromisoformat(body["at"])
    return Grant(id=id, namespace=namespace, reader=body["reader"], by=by, at=at)


def write_trust(t: Trust) -> dict[str, Any]:
    """The body of a word on a source."""
    return {"source": t.source, "level": t.level, "by": t.by, "at": t.at.isoformat()}


def read_trust(id: str, namespace: str, body: Mapping[str, Any]) -> Trust:
    """A word on a source from its body."""
    return Trust(
        id=id,
        namespace=namespace,
        source=body["source"],
        level=body["level"],
        by=body.get("by", ""),
        at=datetime.fromisoformat(body["at"]),
    )
