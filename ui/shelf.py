"""The documents of a memory as a list that is read once, then follows the commits, and is shown in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from graphmem import schema
from graphmem.saying import is_said
from graphmem.stores.base import Store
from graphmem.types import Document, View

PAGE: Final = 25
"""Documents on a page."""
FOLLOWED: Final = 100
"""Commits that are followed one by one; beyond that reading the list anew is cheaper."""

BY_NAME: Final = "name"
BY_DATE: Final = "newest"
BY_LENGTH: Final = "longest"
SAID: Final = "said"
"""The kind of what people said themselves, beside those of sources: text, chat, records."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """All documents of a view by id, as they are after the commit numbered ``head``.

    ``order`` has them by name, ``folded`` in the same order what is searched of each; ``dated`` tells whether
    any says when it was written, ``several`` whether they are of more than one namespace.
    """

    head: int
    documents: Mapping[str, Document]
    order: tuple[Document, ...]
    folded: tuple[str, ...]
    dated: bool
    several: bool

    @classmethod
    def of(cls, head: int, documents: Mapping[str, Document]) -> Shelf:
        """These documents, sorted."""
        order = sorted(documents.values(), key=lambda one: (one.uri.casefold(), one.namespace))
        folded = tuple(f"{one.uri} {one.title}".casefold() for one in order)
        dated = any(one.written_at for one in order)
        several = len({one.namespace for one in order}) > 1
        return cls(head, documents, tuple(order), folded, dated, several)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents to list and in what order; what is left empty narrows nothing.

    Attributes:
        text: words, each of which stands in the name or the title, in any case.
        kind: ``text``, ``chat``, ``records`` or ``SAID``.
        since, until: first and last day on which it was written; a document without a date is neither.
        order: ``BY_NAME``, ``BY_DATE`` (those without a date last) or ``BY_LENGTH``.
    """

    text: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    order: str = BY_NAME


def shelf(store: Store, view: View, known: Shelf | None = None) -> Shelf:
    """The documents of a view now; what was ``known`` of it is brought up to date, if it is not too old."""
    # Asked for first: what is committed while the list is read is met again by the next call.
    head = store.head()
    if known is not None and known.head == head:
        return known
    if known is None or not known.head < head <= known.head + FOLLOWED:
        return Shelf.of(head, dict(_documents(store, view)))
    documents = dict(known.documents)
    for commit in store.commits(view, after=known.head):
        for change in commit.changes:
            if change.record.kind == schema.DOCUMENT:
                documents.pop(change.id, None)
                if change.after is not None:
                    value = schema.from_record(change.after)
                    assert isinstance(value, Document)
                    documents[change.id] = value
    return replace(known, head=head) if documents == known.documents else Shelf.of(head, documents)


def _documents(store: Store, view: View) -> Iterator[tuple[str, Document]]:
    for record in store.scan(view, schema.DOCUMENT):
        value = schema.from_record(record)
        assert isinstance(value, Document)
        yield value.id, value


def kind(document: Document) -> str:
    """What it is: a text, a chat, records, or what a person said."""
    return SAID if is_said(document.uri) else document.kind


def chosen(of: Shelf, wanted: Wanted) -> list[Document]:
    """The documents that are wanted, in the order that is wanted."""
    words = wanted.text.casefold().split()
    found = list(of.order)
    if words:
        rows = zip(of.order, of.folded, strict=True)
        found = [one for one, folded in rows if all(word in folded for word in words)]
    if wanted.kind or wanted.since or wanted.until:
        found = [one for one in found if _fits(one, wanted)]
    if wanted.order == BY_DATE:
        found.sort(key=lambda one: -one.written_at.timestamp() if one.written_at else float("inf"))
    elif wanted.order == BY_LENGTH:
        found.sort(key=lambda one: -one.characters)
    return found


def _fits(one: Document, wanted: Wanted) -> bool:
    if wanted.kind and kind(one) != wanted.kind:
        return False
    if wanted.since or wanted.until:
        if one.written_at is None:
            return False
        day = one.written_at.date()
        if (wanted.since and day < wanted.since) or (wanted.until and day > wanted.until):
            return False
    return True


def twins(of: Shelf, document: Document) -> list[Document]:
    """Other documents of its namespace with the same content."""
    return [
        one
        for one in of.order
        if one.content_hash == document.content_hash
        and one.id != document.id
        and one.namespace == document.namespace
    ]
