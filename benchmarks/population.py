"""Memories of 10,000 to 1,000,000 sentences for measurements of recall, made of a small one that was read.

A real memory is read once (``benchmarks.library``: corpora, parser, encoder). A population is its documents,
then copies of them under other names (``library.copied``), so that a sentence costs its commit alone. It
holds what recall reads: documents, passages, sentences with their mentions, entities and vectors. Statements
and casts are left out, since nothing that is timed here reads what follows from them, and that is most of
the cost of a commit.

Beside it stands a tenant: a namespace of its own with the first documents, a thousandth of the largest.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Final

from benchmarks import library
from benchmarks.datasets import Item, corpus
from benchmarks.multihop import SETS
from graphmem import schema
from graphmem.changes import diff
from graphmem.edits import document_records
from graphmem.embedding import SentenceEncoder
from graphmem.errors import StoreURLError
from graphmem.identity import digest, document_id
from graphmem.memory import Memory
from graphmem.projection import SCHEMA
from graphmem.stores import open_store
from graphmem.types import FloatArray, Record, Vectors, View

READ: Final = 6119  # passages that are read: all of 2Wiki, of which the questions are
AT_ONCE: Final = 20  # documents of a commit
TENANT: Final = 28  # documents of the tenant, about a thousand sentences
TENANTS: Final = "tenant"
_LEFT_OUT: Final = ("statements",)

Vectored = tuple[list[Record], dict[str, FloatArray]]


def read(store: str, data: Path) -> list[Vectored]:
    """The records and vectors of the documents that were read, which is done where it was not."""
    library.fill(store, data, READ)
    items = [item for file, _ in SETS.values() for item in corpus(data / "multihop" / file)][:READ]
    with Memory.open(store, embedder=SentenceEncoder()) as memory:
        found = []
        for uri, _ in library.documents(items):
            records = list(document_records(memory.store, memory.view, document_id(memory.namespace, uri)))
            if not records:  # long passages are cut: so many of them are fewer documents
                continue
            vectors = memory.store.vectors(memory.view, [record.id for record in records])
            found.append((records, dict(vectors)))
    return found


def lean(records: Sequence[Record]) -> list[Record]:
    """Without casts, episodes and statements.

    >>> lean([Record("s1", "sentence", "default", {"text": "Ada met Bo.", "statements": [[]]})])[0].body
    {'text': 'Ada met Bo.'}
    """
    kinds = {schema.DOCUMENT, schema.PASSAGE, *schema.SENTENCE_KINDS.values()}
    return [
        replace(one, body={name: value for name, value in one.body.items() if name not in _LEFT_OUT})
        for one in records
        if one.kind in kinds
    ]


def copies(first: Sequence[Vectored], names: frozenset[str]) -> Iterator[tuple[str, int, Vectored]]:
    """The documents, then again and again under other names: the URI, which copy, and what is copied."""
    for number in count():
        for records, vectors in first:
            uri = records[0].body["uri"]
            yield library.copied_uri(uri, names, number) if number else uri, number, (records, vectors)


def copied(document: Vectored, names: frozenset[str], number: int) -> Vectored:
    """A document under other names, with vectors a little off; the first is itself."""
    records, vectors = document
    if not number:
        return document
    made, ids = library.copied(records, names, number)
    return made, {ids[one]: library.moved(vector, ids[one]) for one, vector in vectors.items()}


def lean_documents(documents: Sequence[Vectored]) -> list[Vectored]:
    """What of documents a population holds."""
    return [(lean(records), vectors) for records, vectors in documents]


def sentences(store: str, namespace: str = "default") -> int:
    """How many sentences a namespace of a store holds; 0 if there is no such store."""
    try:
        with closing(open_store(store, SCHEMA, create=False)) as found:
            return found.count(View.of(namespace), schema.SENTENCE)
    except StoreURLError:
        return 0


def fill_tenant(store: str, first: Sequence[Vectored]) -> None:
    """Give a store its tenant."""
    with Memory.open(store, embedder=SentenceEncoder(), namespace=TENANTS) as memory:
        for records, vectors in first[:TENANT]:
            own = [replace(one, namespace=TENANTS) for one in records]
            made, ids = library.copied(own, frozenset(), 0)
            if made[0].id not in memory.store.get(memory.view, [made[0].id]):
                moved = Vectors(memory.embedder.name, {ids[id]: row for id, row in vectors.items()})
                memory.write(diff((), made), made[0].body["uri"], vectors=moved)


def fill(store: str, first: Sequence[Vectored], items: Sequence[Item], wanted: int) -> None:
    """Bring a store to so many sentences and give it its tenant; what is there already is left as it is."""
    fill_tenant(store, first)
    names = library.names_of(items)
    with Memory.open(store, embedder=SentenceEncoder()) as memory:
        there = memory.store.count(memory.view, schema.SENTENCE)
        planned = copies(first, names)
        while there < wanted:
            batch = {document_id(memory.namespace, one[0]): one for one in islice(planned, AT_ONCE)}
            known = memory.store.get(memory.view, list(batch))
            new = [
                copied(document, names, number)
                for id, (_, number, document) in batch.items()
                if id not in known
            ]
            if new:
                there += _write(memory, new)
                sys.stderr.write(f"\r{there:,} of {wanted:,} sentences ")


def _write(memory: Memory, documents: Sequence[Vectored]) -> int:
    """Documents in one commit; the number of their sentences."""
    records = [record for of_one, _ in documents for record in of_one]
    by_id = {id: vector for _, of_one in documents for id, vector in of_one.items()}
    vectors = Vectors(memory.embedder.name, by_id)
    memory.write(diff((), records), f"ingest {digest(records[0].id)[:8]}", vectors=vectors)
    return len(by_id)
