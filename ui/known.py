"""All that the page of an entity shows: its names, what it is, its facts, who it is one with, its sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from graphmem.casts import Named
from graphmem.history import Stamp
from graphmem.identities import Identity
from graphmem.identity import correction_id, decision_id, unit_id
from graphmem.memory import Memory
from graphmem.resolution import Decision, Link
from graphmem.shown import shortened
from graphmem.statements import Fact
from graphmem.types import Entity, Sentence, View
from graphmem.ui.context import Context, contexts, together
from graphmem.ui.rows import Row, rows

_ENTITIES: Final = 12
"""Names of one whose facts and sentences are read."""
_LINKS: Final = 8
EVIDENCE: Final = 60
"""Sentences that are read; the page shows a few at a time."""
_EDITS: Final = 20


@dataclass(frozen=True, slots=True)
class Name:
    """A name and how often sources use it; ``how`` says what kind of name it is."""

    text: str
    count: int
    how: str


@dataclass(frozen=True, slots=True)
class Perhaps:
    """Two of whom it is open whether they are one: their names, why, and the ids of both for an answer."""

    a: str
    b: str
    names: str
    why: str
    score: float


@dataclass(frozen=True, slots=True)
class Bearer:
    """One of several who bear a name."""

    id: str
    told: str


@dataclass(frozen=True, slots=True)
class Source:
    """A document, and how many of the sentences that were read are from it."""

    document: str
    told: str
    count: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an entity; ``more`` tells that there are more facts than were asked for.

    ``head`` is the number of the commit after which it was read.
    """

    entity: Entity
    names: tuple[Name, ...]
    same: tuple[Entity, ...]
    because: tuple[str, ...]
    perhaps: tuple[Perhaps, ...]
    apart: tuple[str, ...]
    decisions: tuple[str, ...]
    bearers: tuple[Bearer, ...]
    rows: tuple[Row, ...]
    more: bool
    evidence: tuple[Context, ...]
    sources: tuple[Source, ...]
    identity: Identity
    head: int


def known(memory: Memory, entity: Entity, facts: int) -> Known:
    """What is known of an entity by all its names, with at most so many facts; every read is bounded."""
    head = memory.store.head()
    identity = memory.identity(entity)
    entities = identity.entities[:_ENTITIES]
    told = list(_facts(memory, entities, facts + 1))
    sentences = _evidence(memory, entities)
    stood = together(contexts(memory, sentences))
    own = rows(memory, told[:facts], frozenset(one.key for one in entities))
    return Known(
        entity=entity,
        names=_names(entities),
        same=tuple(one for one in identity if one.id != entity.id),
        because=tuple(map(_link, identity.same[:_LINKS])),
        perhaps=tuple(_perhaps(entity.namespace, one) for one in identity.perhaps[:_LINKS]),
        apart=tuple(map(_link, identity.apart[:_LINKS])),
        decisions=tuple(map(_decision, identity.decisions[:_LINKS])),
        bearers=_bearers(identity.units, entity),
        rows=own,
        more=len(told) > facts,
        evidence=stood,
        sources=_sources(stood),
        identity=identity,
        head=head,
    )


def _facts(memory: Memory, entities: Iterable[Entity], limit: int) -> list[Fact]:
    found: dict[str, Fact] = {}
    for one in entities:
        if len(found) >= limit:
            break
        found |= {fact.id: fact for fact in memory.facts(one, limit, retired=True)}
    return list(found.values())[:limit]


def _evidence(memory: Memory, entities: Sequence[Entity]) -> list[Sentence]:
    share = max(EVIDENCE // max(len(entities), 1), 1)
    found: dict[str, Sentence] = {}
    for one in entities:
        found |= {sentence.id: sentence for sentence in memory.evidence(one, share)}
    return list(found.values())


def _names(entities: Iterable[Entity]) -> tuple[Name, ...]:
    """Every name, the given ones first, then the most frequent."""
    given = [Name(one.called, 0, "given by a person") for one in entities if one.called]
    full: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    for one in entities:
        full.update(one.surfaces)
        parts.update(one.references)
    pronouns = sum(one.pronouns for one in entities)
    for text in parts.keys() & full.keys():
        full[text] += parts.pop(text)
    told = [Name(text, n, "name") for text, n in sorted(full.items(), key=lambda row: (-row[1], row[0]))]
    told += [
        Name(text, n, "stands for it") for text, n in sorted(parts.items(), key=lambda row: (-row[1], row[0]))
    ]
    told += [Name("he, she, it, they …", pronouns, "pronouns")] if pronouns else []
    return (*given, *told)


def _link(link: Link) -> str:
    return f"{shortened(link.a)} / {shortened(link.b)}: {link.why}"


def _perhaps(namespace: str, link: Link) -> Perhaps:
    names = f"{shortened(link.a)} / {shortened(link.b)}"
    return Perhaps(unit_id(namespace, link.a), unit_id(namespace, link.b), names, link.why, link.score)


def _decision(word: Decision) -> str:
    verb = "is" if word.same else "is not"
    return f"{shortened(word.a)} {verb} {shortened(word.b)}" + (f", says {word.by}" if word.by else "")


def _bearers(units: Iterable[Named], entity: Entity) -> tuple[Bearer, ...]:
    """Those who are called as the entity is, if they are several."""
    found = [one for one in units if entity.key in one.unit.called]
    if len(found) < 2:
        return ()
    return tuple(Bearer(one.id, bearer_told(one)) for one in found)


def bearer_told(one: Named) -> str:
    """One of several who bear a name, in a line."""
    times = f"{one.unit.clusters} document{'' if one.unit.clusters == 1 else 's'}"
    return f"{shortened(one.unit.profile.id)} ({', '.join(filter(None, (one.label, times)))})"


def _sources(stood: Iterable[Context]) -> tuple[Source, ...]:
    count: Counter[tuple[str, str]] = Counter()
    for one in stood:
        count[one.document, one.title or one.source.split(" · ")[0]] += len(one.marks)
    return tuple(Source(id, told, n) for (id, told), n in count.most_common())


# --- who changed what -----------------------------------------------------------------------


def edits(memory: Memory, targets: Iterable[str], limit: int = _EDITS) -> tuple[Stamp, ...]:
    """The last commits of some logged records, newest first: the log finds them by these ids.

    Not by ``Memory.history``, which takes an id that no commit ever changed for that of a derived record, and
    reads the whole log for it.
    """
    view = View.of(memory.namespace)
    found = {
        commit.id: Stamp.of(commit)
        for target in dict.fromkeys(targets)
        for commit in memory.store.commits(view, touching=target)
    }
    return tuple(sorted(found.values(), key=lambda one: -one.seq)[:limit])


def words_on(of: Known) -> tuple[str, ...]:
    """The ids of the records that keep what people said of an entity: of its names, and of who it is."""
    namespace = of.entity.namespace
    said = [correction_id(one.id) for one in (of.entity, *of.same)]
    return (*said, *(decision_id(namespace, one.a, one.b) for one in of.identity.decisions))
