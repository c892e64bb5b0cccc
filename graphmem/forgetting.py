"""Forgetting: what is asked to go, and the changes that take it out; ``receipts`` tells what they come to.

Nothing is changed but what documents and people said. What was counted from that follows by itself: entities,
facts, events, who is who.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from graphmem import schema
from graphmem.changes import diff
from graphmem.cutting import remaining
from graphmem.dossier import Dossier, dossier
from graphmem.edits import document_records
from graphmem.errors import InputError, NotFound
from graphmem.identity import correction_id, document_id, words
from graphmem.projection import SCHEMA
from graphmem.saying import is_said
from graphmem.stores.base import Store
from graphmem.types import Change, Document, Passage, Record, View

FORGOTTEN: Final = ("--forgotten",)
_PATTERN: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be forgotten.

    Attributes:
        asked: in words, for people.
        message: of the commit; it names no entity, since the log keeps messages when contents are purged.
        changes: what is to be committed.
        purge: the words after "graphmem purge" that take it out of the log as well.
        whole: documents that go with all that is theirs.
        cut: documents that stay with fewer passages.
        kept: what stays although it was asked about, and why.
    """

    asked: str
    message: str
    changes: tuple[Change, ...]
    purge: tuple[str, ...]
    whole: tuple[Document, ...] = ()
    cut: tuple[Document, ...] = ()
    kept: tuple[str, ...] = ()


# --- sources ----------------------------------------------------------------------------------


def sources(store: Store, view: View, namespace: str, names: Sequence[str]) -> Plan:
    """Whole documents, each given by id, by URI or as a pattern of URIs: ``*``, ``?`` and ``[…]``.

    A pattern leaves alone what a person added, unless it begins with "said:" itself.

    Raises:
        InputError: nothing is named.
        NotFound: no document is called so, or all that are were added by a person.
    """
    if not names:
        raise InputError("name what to forget: the URI or id of a document, or a pattern such as 'notes/*'")
    found: dict[str, Document] = {}
    kept: dict[str, Document] = {}
    for name in names:
        mine = _documents(store, view, [name, document_id(namespace, name)])
        if not mine and _PATTERN & set(name):
            mine = {id: one for id, one in _all_documents(store, view) if fnmatchcase(one.uri, name)}
            if not is_said(name):
                kept |= {id: one for id, one in mine.items() if is_said(one.uri)}
        if not mine:
            raise NotFound(f"no document {name!r}: 'graphmem stats --documents' lists what is there")
        found |= mine
    found = {id: one for id, one in found.items() if id not in kept}
    told = _stay(kept.values())
    if not found:
        raise NotFound(f"nothing to forget: {'; '.join(told)}")
    asked = ", ".join(names)
    return _of_whole(store, view, found, (asked, f"forget {asked}"), told)


def _stay(kept: Iterable[Document]) -> tuple[str, ...]:
    return tuple(f"{one.uri} was added by a person: name it to forget it" for one in kept)


def _of_whole(
    store: Store, view: View, found: Mapping[str, Document], words: tuple[str, str], kept: tuple[str, ...]
) -> Plan:
    changes = [Change(record, None) for id in found for record in document_records(store, view, id)]
    whole = tuple(found.values())
    return Plan(*words, tuple(changes), tuple(one.uri for one in whole), whole, kept=kept)


def _documents(store: Store, view: View, ids: Iterable[str]) -> dict[str, Document]:
    values = {id: schema.from_record(record) for id, record in store.get(view, ids).items()}
    return {id: value for id, value in values.items() if isinstance(value, Document)}


def _all_documents(store: Store, view: View) -> Iterator[tuple[str, Document]]:
    for record in store.scan(view, schema.DOCUMENT):
        value = schema.from_record(record)
        assert isinstance(value, Document)
        yield value.id, value


# --- a namespace ------------------------------------------------------------------------------


def everything(store: Store, view: View, namespace: str) -> Plan:
    """All of a namespace: its documents, and what people said there.

    Raises:
        NotFound: there is nothing.
    """
    kinds = sorted(SCHEMA.logged)
    changes = tuple(Change(record, None) for kind in kinds for record in store.scan(view, kind))
    if not changes:
        raise NotFound(f"nothing is in namespace {namespace!r}: 'graphmem stats' counts what is there")
    whole = tuple(one for _, one in _all_documents(store, view))
    asked = f"all of namespace {namespace!r}"
    return Plan(asked, f"forget {asked}", changes, FORGOTTEN, whole)


# --- an entity --------------------------------------------------------------------------------


def about(store: Store, view: View, namespace: str, name: str) -> Plan:
    """All about an entity, by all names that are one: each passage that names it, and what people said of it.

    A document whose title it is goes whole, and so does one of which every passage names it.

    Raises:
        NotFound: nothing is called so, or what is has nothing of its own.
        InputError: the name stands for several.
    """
    found = dossier(store, view, namespace, name)
    documents = _documents(store, view, found.passages)
    gone = {id: frozenset() if id in found.documents else own for id, own in found.passages.items()}
    changes, whole, cut_short = _without(store, view, documents, gone)
    changes = (*changes, *_of_people(store, view, changes, found))
    names = ", ".join(one.name for one in found.entities) or name
    kept = tuple(_still(found, cut_short))
    if not changes:
        raise NotFound(f"nothing is about {names}: {'; '.join(kept) or 'it is named nowhere'}")
    message = f"forget all about {' '.join(one.id for one in found.entities) or 'one document’s profile'}"
    return Plan(f"all about {names}", message, changes, FORGOTTEN, whole, cut_short, kept)


def _of_people(store: Store, view: View, changes: Sequence[Change], found: Dossier) -> Iterator[Change]:
    """What people said of who it is, of its facts, and of sentences that go."""
    for word in found.words:
        yield Change(word, None)
    derived = SCHEMA.derive(changes, lambda ids: store.get(view, ids))
    keys = frozenset(one.key for one in found.entities)
    gone = (change.before for change in (*changes, *derived) if change.before and change.after is None)
    targets = dict.fromkeys([record.id for record in gone if _concerns(record, keys)])
    targets |= dict.fromkeys(one.id for one in found.entities)
    for record in store.get(view, list(map(correction_id, targets))).values():
        yield Change(record, None)


def _concerns(record: Record, keys: frozenset[str]) -> bool:
    """Whether a record that goes is about these names: not each fact does that goes with their passages."""
    if record.kind in (schema.FACT, schema.EVENT):
        return any(key[1:] in keys for *_, key in record.body["participants"] if key.startswith("="))
    return record.kind in schema.SENTENCE_KINDS.values() or (
        record.kind == schema.SLOT and record.body["subject"] in keys
    )


def _still(found: Dossier, cut_short: Iterable[Document]) -> Iterator[str]:
    """Where the name stays, and why."""
    keys = [f" {one.key} " for one in found.entities]
    for document in cut_short:
        for what, text in (("title", document.title), ("URI", document.uri)):
            if any(key in " ".join(["", *words(text), ""]) for key in keys):
                yield f"{document.uri}: its {what} has the name: forget it whole if it is to go"
    for other in found.others:
        yield f"{other}: another's name"


def _without(
    store: Store, view: View, documents: Mapping[str, Document], gone: Mapping[str, frozenset[str]]
) -> tuple[tuple[Change, ...], tuple[Document, ...], tuple[Document, ...]]:
    """The changes that take passages out of documents, all where none are named.

    With them the documents that go, and those that stay.
    """
    changes: list[Change] = []
    whole: list[Document] = []
    left: list[Document] = []
    for id, document in sorted(documents.items(), key=lambda pair: pair[1].uri):
        records = document_records(store, view, id)
        stays = remaining(records, gone[id]) if gone[id] else []
        changes += diff(records, stays)
        (left if stays else whole).append(document)
    return tuple(changes), tuple(whole), tuple(left)


# --- a time -----------------------------------------------------------------------------------


def between(store: Store, view: View, begin: datetime, end: datetime) -> Plan:
    """What is of a time, from ``begin`` on and before ``end``: passages, turns and records by their moments.

    A document that was written in it goes whole, if none of its passages has a moment of its own. All moments
    of the namespace are looked at.

    Raises:
        InputError: a moment has no time zone, or the end is not after the beginning.
        NotFound: nothing is of that time, or all that is was added by a person.
    """
    if begin.tzinfo is None or end.tzinfo is None:
        raise InputError("a moment needs a time zone: pass datetime(..., tzinfo=timezone.utc)")
    if end <= begin:
        raise InputError(f"{end.isoformat()} is not after {begin.isoformat()}: give the earlier moment first")
    gone, timed = _of_time(store, view, begin, end)
    everywhere = dict(_all_documents(store, view))
    for id, one in everywhere.items():
        if one.written_at and begin <= one.written_at < end and id not in timed:
            gone[id] = frozenset()
    documents = {id: everywhere[id] for id in gone}
    kept = _stay(one for one in documents.values() if is_said(one.uri))
    documents = {id: one for id, one in documents.items() if not is_said(one.uri)}
    asked = f"what is from {begin.isoformat()} on and before {end.isoformat()}"
    if not documents:
        raise NotFound(f"nothing to forget of {asked}{''.join(f'; {line}' for line in kept)}")
    changes, whole, left = _without(store, view, documents, gone)
    return Plan(asked, f"forget {asked}", changes, FORGOTTEN, whole, left, kept)


def _of_time(
    store: Store, view: View, begin: datetime, end: datetime
) -> tuple[dict[str, frozenset[str]], set[str]]:
    """The passages of a time by document, and the documents that have moments of their own."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    timed: set[str] = set()
    for record in store.scan(view, schema.PASSAGE):
        passage = schema.from_record(record)
        if isinstance(passage, Passage) and passage.at:
            timed.add(passage.document)
            if begin <= passage.at < end:
                found[passage.document].add(passage.id)
    return {id: frozenset(own) for id, own in found.items()}, timed
