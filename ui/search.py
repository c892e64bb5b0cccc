"""What a few letters may mean: names that begin so, then names, facts and events that have these words.

Beginnings of names are looked up among all names only where these are few; the rest is read by words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

from graphmem import schema
from graphmem.identity import fold
from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Entity
from graphmem.ui.candidates import candidates

FEW: Final = 5_000
"""Entities of a memory up to which all names are looked at."""
_SENTENCES: Final = 40
_COMMITS: Final = (2, 20, 200)
"""So many of the newest commits are looked at for what was read lately, until some read anything."""


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: an entity or a fact, and it in a line."""

    id: str
    kind: Literal["entity", "fact"]
    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the memory: its entity, it in a line, how often it stands, its folded texts."""

    id: str
    told: str
    mentions: int
    keys: tuple[str, ...]


def names(memory: Memory) -> tuple[Name, ...]:
    """All names, most mentioned first; none, if they are more than ``FEW``."""
    if memory.store.count(memory.view, schema.ENTITY) > FEW:
        return ()
    values = map(schema.from_record, memory.store.scan(memory.view, schema.ENTITY))
    found = (_name(value) for value in values if isinstance(value, Entity))
    return tuple(sorted(found, key=lambda one: (-one.mentions, one.told, one.id)))


def _name(entity: Entity) -> Name:
    keys = dict.fromkeys(fold(one) for one in (entity.name, entity.key, *entity.aliases))
    return Name(entity.id, told(entity), entity.mentions, tuple(keys))


def told(entity: Entity) -> str:
    """An entity in a line: "Ada Byron (person)"."""
    return f"{entity.name} ({entity.label})" if entity.label else entity.name


def matches(memory: Memory, text: str, known: Sequence[Name] = (), limit: int = 8) -> tuple[Match, ...]:
    """Entities, then facts and events, that a text may mean.

    Args:
        memory: where they are looked for.
        text: what was typed so far; each word may be the beginning of one.
        known: all names (``names``), where they are few.
        limit: how many are told.
    """
    words = fold(text).split()
    if not words:
        return ()
    begun = sorted(
        (one for one in known if any(_begins(words, key) for key in one.keys)),
        key=lambda one: (not any(key.startswith(" ".join(words)) for key in one.keys), -one.mentions),
    )
    found = {one.id: Match(one.id, "entity", one.told) for one in begun[:limit]}
    for one in candidates(memory, text, limit):
        line = f"{one.name} ({one.label})" if one.label else one.name
        found.setdefault(one.id, Match(one.id, "entity", line))
    for fact in _facts(memory, text, words):
        found.setdefault(fact.id, Match(fact.id, "fact", fact.text))
    return tuple(found.values())[:limit]


def _begins(words: Sequence[str], key: str) -> bool:
    """Whether each word begins one of a key's."""
    own = key.split()
    return all(any(mine.startswith(word) for mine in own) for word in words)


def _facts(memory: Memory, text: str, words: Sequence[str]) -> Iterable[Fact]:
    """Facts and events that have all the words, from the sentences that have them best."""
    store, view = memory.store, memory.view
    among = replace(view, kinds=frozenset(schema.SENTENCE_KINDS.values()))
    sentences = [id for id, _ in store.search_text(among, text, _SENTENCES)]
    kinds = [schema.STATES, schema.TELLS]
    ids = store.neighbours(view, sentences, kinds, "out").target if sentences else ()
    for record in store.get(view, list(dict.fromkeys(ids))).values():
        fact = schema.from_record(record)
        if isinstance(fact, Fact) and _begins(words, fold(fact.text)):
            yield fact


def recent(memory: Memory, limit: int = 8) -> tuple[Match, ...]:
    """Entities that were read lately, to begin with: those of the newest commits, most mentioned first."""
    store, view = memory.store, memory.view
    sentences: list[str] = []
    for back in _COMMITS:
        if not sentences:
            sentences = list(islice(_read(memory, max(store.head() - back, 0)), _SENTENCES))
    ids = store.neighbours(view, sentences, schema.ENTITY_EDGES, "out").target if sentences else ()
    values = map(schema.from_record, store.get(view, list(dict.fromkeys(ids))).values())
    there = [one for one in values if isinstance(one, Entity) and one.label not in ("date", "time")]
    there.sort(key=lambda one: (-one.mentions, one.name, one.id))
    return tuple(Match(one.id, "entity", told(one)) for one in there[:limit])


def _read(memory: Memory, after: int) -> Iterator[str]:
    """The sentences that commits after one have brought, by id."""
    kinds = set(schema.SENTENCE_KINDS.values())
    for commit in memory.store.commits(memory.view, after=after):
        for change in commit.changes:
            if change.after is not None and change.after.kind in kinds:
                yield change.id
