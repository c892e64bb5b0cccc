"""Whom or what a name may mean: looked up in the memory, never by reading all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from graphmem import schema
from graphmem.errors import NotFound
from graphmem.identity import fold
from graphmem.memory import Memory
from graphmem.types import Entity

MOST: Final = 12
_SENTENCES: Final = 60
"""Sentences of the words of a name whose entities are looked at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One that a name may mean; ``exact`` if it is called just so."""

    id: str
    name: str
    label: str
    mentions: int
    exact: bool
    namespace: str

    @property
    def told(self) -> str:
        """It in a line: "Ada Byron (person, 3 mentions)"."""
        times = f"{self.mentions:,} mention{'' if self.mentions == 1 else 's'}"
        return f"{self.name} ({', '.join(filter(None, (self.label, times)))})"


def candidates(memory: Memory, name: str, limit: int = MOST) -> tuple[Candidate, ...]:
    """Who is called so, then those whose names have all its words, the most mentioned first.

    They are looked for in the sentences that have these words best, and not beyond them.
    """
    words = frozenset(fold(name).split())
    if not words:
        return ()
    found: dict[str, Entity] = {}
    try:
        value = memory.find(name)
    except NotFound:
        value = None
    exact = value.id if isinstance(value, Entity) else ""
    if isinstance(value, Entity):
        found[value.id] = value
    store, view = memory.store, memory.view
    among = replace(view, kinds=frozenset(schema.SENTENCE_KINDS.values()))
    sentences = [id for id, _ in store.search_text(among, name, _SENTENCES)]
    kinds = [*schema.ENTITY_EDGES, schema.NAMES, schema.REFERS]
    ids = store.neighbours(view, sentences, kinds, "out").target if sentences else ()
    for record in store.get(view, list(dict.fromkeys(ids))).values():
        entity = schema.from_record(record)
        if isinstance(entity, Entity) and any(words <= set(fold(one).split()) for one in _names(entity)):
            found.setdefault(entity.id, entity)
    ranked = sorted(found.values(), key=lambda one: (one.id != exact, -one.mentions, one.name, one.id))
    return tuple(
        Candidate(one.id, one.name, one.label, one.mentions, one.id == exact, one.namespace)
        for one in ranked[:limit]
    )


def _names(entity: Entity) -> tuple[str, ...]:
    return (entity.name, entity.key, *entity.aliases)
