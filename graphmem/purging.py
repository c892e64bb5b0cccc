"""Purging: what was forgotten is erased from the history too, for ever.

Forgetting is a commit like any other, and ``undo`` brings back what it took: the log still holds it.
Purging takes it out of the log. It is the one thing here that cannot be undone, and so never happens as a
part of anything else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from graphmem.errors import NotFound, StoreError
from graphmem.identity import digest, document_id
from graphmem.projection import SCHEMA
from graphmem.remains import Remains, naming, of_documents, of_entity, words_of
from graphmem.resting import KINDS as RESTING
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.stores.soundness import derived_from
from graphmem.stores.words import text_terms
from graphmem.types import Change, Commit, Record, View

PURGED: Final = "(purged)"
"""The message of a commit that lost changes, and so cannot be undone; what stands for a purged name."""

_WORD: Final = re.compile(r"\w+")
_SHORTEST: Final = 6  # bytes: a shorter word may stand in packed or random ones by chance
_MOST: Final = 1000  # words searched for, longest first
_ASKED: Final = 50  # of them asked for as a question
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Purged:
    """What was erased; ``commit`` is None for a dry run, which only says what would be.

    Attributes:
        records: how many, by kind.
        commits: how many of the log lost changes or a name.
        first: number of the first of them.
        words: how many words that stood nowhere else were searched for afterwards; none was found.
        commit: the one that tells of it.
    """

    records: Mapping[str, int]
    commits: int
    first: int
    words: int = 0
    commit: Commit | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be erased.

    Attributes:
        ids: records of which no version stays but the present one, if there is one.
        removal: the changes that first take away what is there of them.
        what: what it is, in words that may stay.
    """

    ids: Collection[str]
    removal: Sequence[Change]
    what: str


def documents(store: Store, view: View, past: Remains, names: Sequence[str], namespace: str) -> Asked:
    """Documents by id or URI, live or forgotten, with what people said of them alone.

    Raises:
        NotFound: the history has no such document, or no longer.
    """
    found = set()
    for name in names:
        known = [id for id in (name, document_id(namespace, name)) if id in past.uris]
        if not known:
            raise NotFound(
                f"neither the present nor the history has a document {name!r}: look for its name with "
                "'graphmem history'; what was purged is not there to be purged again"
            )
        found.add(known[0])
    ids = of_documents(past, found)
    ids |= words_of(store, view, past, ids, _removal(store, view, ids))
    return Asked(ids, _removal(store, view, ids), f"{len(found)} document{'s' if len(found) > 1 else ''}")


def entity(store: Store, view: View, past: Remains, id: str, name: str) -> Asked:
    """What was forgotten of an entity.

    Raises:
        NotFound: nothing that names it was forgotten.
    """
    ids = of_entity(store, view, past, id)
    if not ids:
        raise NotFound(f"nothing that names {name!r} was forgotten: 'graphmem forget' it first")
    return Asked(ids | words_of(store, view, past, ids, ()), (), "what was forgotten of one entity")


def forgotten(past: Remains) -> Asked:
    """All that the history holds and the present does not, older versions of what is there too."""
    return Asked(set(past.last), (), "all that was forgotten")


def _removal(store: Store, view: View, ids: Collection[str]) -> list[Change]:
    there = sorted(store.get(view, sorted(ids)).items())
    # Notes go by parts, with the passages that these rest on.
    return [Change(record, None) for _, record in there if record.kind not in RESTING]


def purge(store: Store, view: View, past: Remains, asked: Asked, *, author: str, at: datetime) -> Purged:
    """Erase records from the history of a namespace, and prove it.

    What is there of them has been forgotten before (``asked.removal``), else only their older versions
    go. Killed at any moment it leaves the history as it was or as it is to be; what was freed of a file is
    then overwritten when the store is next opened.

    Args:
        store: where; all its namespaces are read.
        view: the one namespace that is purged.
        past: what its history holds.
        asked: what is to go.
        author: of the commit that tells of it.
        at: its moment.

    Raises:
        Conflict: what was to go was written again meanwhile; nothing was purged.
        StoreError: a word that stood only in what went is still found somewhere.
    """
    (namespace,) = view.namespaces
    erasure = Erasure(store, view, past, asked)
    told = erasure.told()
    count = sum(told.records.values())
    message = f"purge of {asked.what} ({count} records), history rewritten from commit {told.first}"
    id = "c" + digest("purge", namespace, author, at.isoformat(), str(store.head()), *sorted(asked.ids))
    commit = Commit(id=id, namespace=namespace, author=author, at=at, message=message, changes=())
    commit = store.rewrite(commit, erasure.keep)
    words = erasure.words()
    places = store.traces(words) or _answers(store, view, words)
    if places:  # a word of ours, such as the name of a field, may have stood in it too
        words = erasure.words(_follows(store))
        places = store.traces(words) or _answers(store, view, words)
    if places:
        raise StoreError(
            f"the history is purged, but {len(places)} traces are left: {'; '.join(places[:_SHOWN])}. Unless "
            "these words were written again meanwhile, copy the store ('graphmem copy') and delete this one"
        )
    return replace(told, words=len(words), commit=commit)


def traces(store_url: str, texts: Collection[str]) -> list[str]:
    """Places of a store at which one of these texts is found: by any read, and in its own files.

    Raises:
        StoreError: the store cannot be opened.
    """
    with closing(open_store(store_url, SCHEMA, create=False)) as store:
        found = store.traces(texts)
        namespaces = store.info().records
        return found + (_answers(store, View.of(*namespaces), texts) if namespaces else [])


def _answers(store: Store, view: View, words: Collection[str]) -> list[str]:
    """Which of these words still lead somewhere."""
    single = [word for word in words if _WORD.fullmatch(word)][:_ASKED]
    found = {word: store.search_text(view, word, 1) for word in single}
    return [f"{word!r} finds {hits[0][0]}" for word, hits in found.items() if hits]


def _follows(store: Store) -> Iterable[Record]:
    """What follows from the logged records of all namespaces."""
    view = View.of(*store.info().records)
    logged = (record for kind in sorted(SCHEMA.logged) for record in store.scan(view, kind))
    return derived_from(logged, SCHEMA).values()


class Erasure:
    """What becomes of the commits of a namespace, and which words stood in nothing but what goes."""

    def __init__(self, store: Store, view: View, past: Remains, asked: Asked) -> None:
        removed = {change.id for change in asked.removal}
        live = store.get(view, sorted(id for id in asked.ids if id not in removed))
        self._ids = asked.ids
        self._last = {id: past.last[id] for id in live if id in past.last}
        self._names = [naming(uri) for id, uri in past.uris.items() if id in asked.ids and id not in live]
        self._erased: set[str] = set()
        # Kinds of records and edges have their names from us.
        self._left = _words(*SCHEMA.logged, *SCHEMA.derived, *SCHEMA.edges)
        for record in live.values():
            self._left |= _words(record.id, record.body)
        self._kinds = past.kinds
        self._lost: set[str] = set()
        self._commits: list[int] = []
        for commit in store.commits(View.of(*{*view.namespaces, *store.info().records})):
            self._survey(commit, own=commit.namespace in view.namespaces)

    def _survey(self, commit: Commit, *, own: bool) -> None:
        kept = self.keep(commit) if own else commit
        if kept != commit:
            self._commits.append(commit.seq)
        self._left |= _words(kept.id, kept.author, kept.message, kept.namespace)
        for place, change in enumerate(commit.changes):
            goes = own and change.id in self._ids
            vocabulary = self._erased if goes else self._left
            vocabulary |= _words(change.id, change.record.body)
            if goes and self._becomes(commit, place) != change:
                self._lost.add(change.id)

    def told(self) -> Purged:
        """What would be erased."""
        records = dict(sorted(Counter(self._kinds[id] for id in self._lost).items()))
        return Purged(records, len(self._commits), min(self._commits, default=0))

    def keep(self, commit: Commit) -> Commit:
        """What becomes of a commit of the log."""
        becoming = (self._becomes(commit, place) for place in range(len(commit.changes)))
        changes = tuple(change for change in becoming if change is not None)
        author, message = (self._unnamed(text) for text in (commit.author, commit.message))
        lost = changes != commit.changes
        return replace(commit, changes=changes, author=author, message=PURGED if lost else message)

    def _becomes(self, commit: Commit, place: int) -> Change | None:
        change = commit.changes[place]
        if change.id not in self._ids:
            return change
        if self._last.get(change.id) != commit.seq:
            return None
        if any(later.id == change.id for later in commit.changes[place + 1 :]):
            return None
        return Change(None, change.after)

    def _unnamed(self, text: str) -> str:
        for name in self._names:
            text = name.sub(PURGED, text)
        return text

    def words(self, derived: Iterable[Record] = ()) -> list[str]:
        """Words and ids that stood in what goes and nowhere else, as written and in lower case."""
        left = self._left.union(*(_words(record.id, record.kind, record.body) for record in derived))
        rest = "\n".join(sorted(word.casefold() for word in left))
        alone = [word for word in sorted(self._erased) if len(word.encode("utf-8", "replace")) >= _SHORTEST]
        alone = [word for word in alone if word.casefold() not in rest]
        # The word index holds stems, and that of another word stays.
        stems = text_terms([rest])[0]
        own = [word for word, terms in zip(alone, text_terms(alone), strict=True) if not terms.keys() & stems]
        longest = sorted(own, key=len, reverse=True)[:_MOST]
        return sorted({form for word in longest for form in (word, word.casefold())})


def _words(*values: Any) -> set[str]:
    """All words of texts, names of fields among them."""
    return {word for value in values for text in _texts(value) for word in _WORD.findall(text)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
