"""A person's word on who is who: what is meant by a name, and the change that keeps what is said of two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graphmem import schema
from graphmem.casts import Cast, Named, Word
from graphmem.errors import InputError, NotFound
from graphmem.identities import Walk, bare, documents
from graphmem.identity import cast_id, decision_id, document_id, entity_id, fold
from graphmem.resolution import Decision
from graphmem.resolution.profile import is_name
from graphmem.stores.base import Store
from graphmem.types import Change, Entity, View

IN: Final = " @ "
"""Between a name and the document that means it."""
_SHOWN: Final = 5
End = tuple[str, str]
"""The key of a unit, and the document whose profile it is, if it is one document's."""


def _of_unit(store: Store, view: View, named: Named) -> End:
    key = named.unit.profile.id
    return key, "" if is_name(key) else next(iter(documents(store, view, named, 1)), "")


def _of_entity(store: Store, view: View, namespace: str, entity: str, name: str) -> End:
    """The only unit that is called so; the name as such, if there is none."""
    called = Walk(store, view, namespace).called(entity)
    if not called:
        return bare(name), ""
    if len(called) == 1:
        return _of_unit(store, view, called[0])
    told = "; ".join(f"{one.id} ({_told(store, view, one)})" for one in called[:_SHOWN])
    raise InputError(
        f"{len(called)} are called {name!r}: say 'NAME{IN}DOCUMENT' for the one that a document means,"
        f" or one of these ids: {told}{' …' if len(called) > _SHOWN else ''}"
    )


def _told(store: Store, view: View, named: Named) -> str:
    first = next(iter(documents(store, view, named, 1)), "")
    found = store.get(view, [first]).get(first)
    return ", ".join(part for part in (named.label, f"in {found.body['uri']}" if found else "") if part)


def _of_document(store: Store, view: View, namespace: str, name: str, document: str) -> End:
    """What a document means by a name."""
    for id in (document, document_id(namespace, document)):
        record = store.get(view, [cast_id(id)]).get(cast_id(id))
        cast = schema.from_record(record) if record else None
        for profile in cast.profiles if isinstance(cast, Cast) else ():
            if fold(name) in map(fold, profile.names):
                return profile.id, id
    raise NotFound(
        f"no document {document!r} names {name!r}: 'graphmem stats --documents' lists what is there"
    )


def meant(store: Store, view: View, namespace: str, name: str) -> End:
    """What is meant by the id of a unit or an entity, by a name, or by "NAME @ DOCUMENT" (a URI or an id).

    Raises:
        NotFound: nothing is called so.
        InputError: several are.
    """
    entity = entity_id(namespace, fold(name))
    found = store.get(view, [name, entity])
    if name in found and isinstance(value := schema.from_record(found[name]), Named):
        return _of_unit(store, view, value)
    for id in (name, entity):
        if id in found and found[id].kind == schema.ENTITY:
            return _of_entity(store, view, namespace, id, found[id].body["key"])
    said, sign, document = name.rpartition(IN)
    if sign:
        return _of_document(store, view, namespace, said, document)
    raise NotFound(f"nothing is called {name!r} in namespace {namespace!r}")


def called(store: Store, view: View, name: str) -> str:
    """The name of the unit or entity with this id; as it was said, if that is no id."""
    record = store.get(view, [name]).get(name)
    value = schema.from_record(record) if record else None
    if isinstance(value, Entity):
        return value.name
    return value.name if isinstance(value, Named) else name


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether two are the same, who says so, and when."""

    same: bool
    by: str
    at: datetime


def decided(
    store: Store, view: View, namespace: str, ends: tuple[str, str], answer: Answer
) -> tuple[Change, ...]:
    """The change that keeps a person's word on two names, in the place of an earlier word on them.

    Raises:
        NotFound: nothing is called so.
        InputError: several are, or both are one name.
    """
    (a, of_a), (b, of_b) = sorted(meant(store, view, namespace, end) for end in ends)
    if a == b:
        raise InputError(
            f"{ends[0]!r} and {ends[1]!r} are one name:"
            f" say 'NAME{IN}DOCUMENT' for what one document means by it"
        )
    word = Word(
        id=decision_id(namespace, a, b),
        namespace=namespace,
        decision=Decision(a, b, answer.same, answer.by, answer.at.timestamp()),
        documents={key: of for key, of in ((a, of_a), (b, of_b)) if of},
    )
    return (Change(store.get(view, [word.id]).get(word.id), schema.to_record(word)),)
