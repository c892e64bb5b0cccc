"""Units of names, their blocks and matches, as they follow from casts and decisions.

Nothing is read but by id and in batches, and what comes out is a function of the casts and decisions that
are there (``graphmem.resolution.register``). So identity does not depend on the order of documents, and
forgetting one brings apart what its evidence alone had joined.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias, TypeVar

from graphmem import bodies, schema
from graphmem.casts import Block, Match, Named
from graphmem.identity import block_id, cast_id, match_id, unit_id
from graphmem.resolution import Kept, Profile, Register
from graphmem.types import Change, Record

Get: TypeAlias = Callable[[Iterable[str]], Mapping[str, Record]]
"""Gives current records by id."""
K = TypeVar("K")
V = TypeVar("V")


def identities(changes: Sequence[Change], get: Get) -> list[Change]:
    """The changes of units, blocks and matches that follow from changes of casts and decisions."""
    net: dict[str, tuple[Record | None, Record | None]] = {}
    for change in changes:
        if change.record.kind in (schema.CAST, schema.DECISION):
            before, _ = net.get(change.id, (change.before, None))
            net[change.id] = before, change.after
    by_namespace: defaultdict[str, list[tuple[Record | None, Record | None]]] = defaultdict(list)
    for before, after in net.values():
        if (record := after or before) is not None and before != after:
            by_namespace[record.namespace].append((before, after))
    return [
        change
        for namespace, own in sorted(by_namespace.items())
        for change in _Registered(namespace, get).changes(own)
    ]


class _Registered:
    """The register of a namespace, kept in records."""

    def __init__(self, namespace: str, get: Get) -> None:
        self.namespace = namespace
        self.get = get
        self.register = Register(
            self._kept(lambda key: unit_id(namespace, key), bodies.read_unit),
            self._kept(lambda place: block_id(namespace, *place), bodies.read_page),
            self._kept(lambda pair: match_id(namespace, *pair), bodies.read_link),
        )

    def _kept(self, id_of: Callable[[K], str], read: Callable[[Mapping[str, object]], V]) -> Kept[K, V]:
        def found(keys: Collection[K]) -> Mapping[K, V]:
            ids = {key: id_of(key) for key in keys}
            records = self.get(ids.values())
            return {key: read(records[id].body) for key, id in ids.items() if id in records}

        return Kept(found)

    def changes(self, pairs: Sequence[tuple[Record | None, Record | None]]) -> Iterator[Change]:
        """What follows from casts and decisions, each before and after."""
        old: dict[str, Profile] = {}
        new: dict[str, Profile] = {}
        said: Counter[str] = Counter()
        documents: dict[str, str] = {}
        for before, after in pairs:
            for record, profiles, sign in ((before, old, -1), (after, new, +1)):
                if record is None:
                    continue
                if record.kind == schema.CAST:
                    profiles.update(_profiles(record))
                    continue
                word = bodies.read_word(record.id, record.namespace, record.body)
                ends = {word.decision.a, word.decision.b}
                said.update({end: sign for end in ends})
                documents |= word.documents
        named = {id: more for id, more in said.items() if more}
        keep = {id: profile for id, profile in new.items() if old.get(id) == profile}
        read = {
            id for record in filter(None, chain(*pairs)) if record.kind == schema.CAST for id in [record.id]
        }
        unread = {documents[id] for id in named if id in documents and cast_id(documents[id]) not in read}
        standing = [profile for id, profile in (self._there(unread) | keep).items() if id in named]
        self.register.change(
            [profile for id, profile in old.items() if id not in keep],
            [profile for id, profile in new.items() if id not in keep],
            named,
            standing,
        )
        yield from self._changed()

    def _there(self, documents: Iterable[str]) -> dict[str, Profile]:
        """The profiles of documents, by id."""
        found: dict[str, Profile] = {}
        ids = [cast_id(document) for document in documents]
        for record in (self.get(ids) if ids else {}).values():
            found.update(_profiles(record))
        return found

    def _changed(self) -> Iterator[Change]:
        """What the register keeps otherwise than before."""
        of, register = self.namespace, self.register
        for key, *units in register.units.changed():
            id = unit_id(of, key)
            yield _change(Named(id=id, namespace=of, unit=one) if one else None for one in units)
        for place, *pages in register.pages.changed():
            id = block_id(of, *place)
            yield _change(Block(id=id, namespace=of, page=one) if one else None for one in pages)
        for pair, *links in register.links.changed():
            id = match_id(of, *pair)
            yield _change(Match(id=id, namespace=of, link=one) if one else None for one in links)


def _profiles(record: Record) -> dict[str, Profile]:
    cast = bodies.read_cast(record.id, record.namespace, record.body)
    return {profile.id: profile for profile in cast.profiles}


def _change(values: Iterable[schema.Value | None]) -> Change:
    before, after = (schema.to_record(value) if value else None for value in values)
    return Change(before, after)
