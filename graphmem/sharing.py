"""Sharing: a namespace lets others read it along. Nothing is copied, and nobody writes to what is another's.

A grant is a record of the owner's, whose id follows from owner and reader; each read looks it up, so the
first read after it is gone sees nothing, in whatever process.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from graphmem import identities, schema
from graphmem.errors import InputError, NotFound, NotShared
from graphmem.grants import ALL, Grant, grant_id
from graphmem.identity import checked_namespace, document_id, entity_id, fold
from graphmem.stores.base import Store
from graphmem.types import Change, Entity, View

PRIVATE: Final = frozenset({schema.GRANT, schema.TRUST, schema.USE})
"""Kinds that no other namespace is shown: with whom one shares, whom one trusts, what one asked."""


def view_of(store: Store, reader: str, namespaces: Iterable[str]) -> View:
    """The view of a namespace and of those that it reads along, looked up in one read.

    Raises:
        NotShared: one of them does not share itself with the reader now.
    """
    also = [name for name in dict.fromkeys(namespaces) if name != reader]
    if also:
        ids = {grant_id(name, to): name for name in also for to in (reader, ALL)}
        found = store.get(View.of(*also, kinds=[schema.GRANT]), ids)
        granted = {record.namespace for id, record in found.items() if record.namespace == ids[id]}
        for name in also:
            if name not in granted:
                raise NotShared(
                    f"{name} does not share with {reader}: its owner can, by 'graphmem share {name} --with"
                    f" {reader}'; without it, leave {name} out of what is read along"
                )
    return View.of(reader, *also)


def grants(store: Store, namespace: str) -> list[Grant]:
    """To whom a namespace shows itself, by name."""
    found = map(schema.from_record, store.scan(View.of(namespace), schema.GRANT))
    return sorted((one for one in found if isinstance(one, Grant)), key=lambda one: one.reader)


def shared(store: Store, namespace: str, reader: str, by: str, at: datetime) -> tuple[Change, ...]:
    """The change that lets a namespace, or ``ALL``, read this one; in the place of an earlier grant to it.

    Raises:
        InputError: the reader cannot be a namespace, or is this one.
    """
    if reader != ALL:
        checked_namespace(reader)
    if reader == namespace:
        raise InputError(f"{namespace} reads itself anyway: name another namespace, or '{ALL}' for all")
    grant = Grant.of(namespace, reader, by, at)
    before = store.get(View.of(namespace), [grant.id]).get(grant.id)
    return (Change(before, schema.to_record(grant)),)


def unshared(store: Store, namespace: str, reader: str) -> tuple[Change, ...]:
    """The change that takes a grant back.

    Raises:
        NotFound: there is none to this reader; the message names those that there are.
    """
    id = grant_id(namespace, reader)
    before = store.get(View.of(namespace, kinds=[schema.GRANT]), [id]).get(id)
    if before is None:
        there = ", ".join(f"'{one.reader}'" for one in grants(store, namespace)) or "nobody"
        raise NotFound(f"{namespace} has no grant to '{reader}': it shares with {there}")
    return (Change(before, None),)


def named_in(view: View, first: str) -> list[str]:
    """The namespaces of a view, one before all others, these by name."""
    return [*([first] if first in view.namespaces else []), *sorted(view.namespaces - {first})]


def found(store: Store, view: View, own: str, name: str) -> schema.Value | None:
    """The record with this id, the document with this URI or the entity with this name: the own one first.

    What a namespace keeps to itself is found in the own one alone.
    """
    key = fold(name)
    ids = [name]
    for namespace in named_in(view, own):
        ids += [document_id(namespace, name), entity_id(namespace, key)]
    there = store.get(view, ids)
    for id in ids:
        if id in there and (there[id].namespace == own or there[id].kind not in PRIVATE):
            return schema.from_record(there[id])
    return None


def whose(store: Store, view: View, own: str, name: str) -> str | None:
    """The namespace of what is called so only elsewhere; None if it is the own one's, or nobody's."""
    value = found(store, view, own, name)
    return None if value is None or value.namespace == own else value.namespace


def namesakes(view: View, of: Entity) -> list[str]:
    """Ids under which the namespaces of a view have an entity of this name, its own first."""
    if of.namespace not in view.namespaces:
        return [of.id]
    return [entity_id(namespace, of.key) for namespace in named_in(view, of.namespace)]


def identity(store: Store, view: View, of: Entity) -> identities.Identity:
    """Who an entity is, and in ``elsewhere`` what the other namespaces of the view say of its names.

    Names alone connect namespaces, and only for reading: each says by itself who is one with whom.
    """
    own = identities.identity(store, view, of)
    if of.namespace not in view.namespaces:
        return own
    keys = sorted({one.key for one in own.entities})
    elsewhere: list[identities.Identity] = []
    for namespace in named_in(view, of.namespace)[1:]:
        seen: set[str] = set()
        for entity in _entities(store, view, namespace, keys):
            if entity.id not in seen:
                elsewhere.append(identities.identity(store, view, entity))
                seen.update(one.id for one in elsewhere[-1].entities)
    return replace(own, elsewhere=tuple(elsewhere))


def _entities(store: Store, view: View, namespace: str, keys: Sequence[str]) -> list[Entity]:
    ids = [entity_id(namespace, key) for key in keys]
    values = map(schema.from_record, store.get(view, ids).values())
    return [value for value in values if isinstance(value, Entity)]
