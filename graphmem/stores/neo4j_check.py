"""Whether a Neo4j store is sound: its indexes answer, and every node says what the log says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from graphmem.stores import neo4j_tables
from graphmem.stores.chain import GENESIS, Link
from graphmem.stores.log import changed_ids
from graphmem.stores.moments import BEGINNING, END, microseconds
from graphmem.stores.neo4j_chain import LOG_COLUMNS, log_row
from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_migrations import (
    Names,
    expected_indexes,
    filters_inside,
    index_states,
    vector_form,
)
from graphmem.stores.neo4j_rows import word_fields
from graphmem.stores.neo4j_tables import namespace_token
from graphmem.stores.plan import edges_of
from graphmem.stores.soundness import derived_problems, log_problems, tell
from graphmem.types import TOKEN, Record, Schema

_PAGE: Final = 2000
_RECORDS: Final = """
MATCH (n:{x}) WHERE n._key > $after AND n._key <= $after + $page AND n.kind IS NOT NULL
RETURN n._key, n.id, n.kind, n.namespace, n._body, n._valid_at, n._invalid_at, n._words, n._repeats,
  n._length, size(coalesce(n.embedding, [])), n._vector IS NOT NULL, size(coalesce(n._tokens, [])), labels(n),
  COLLECT { MATCH (n)-[r]->(m:{x}) RETURN [type(r), m.id, r.weight] } AS edges
"""


def problems(connection: Connection, names: Names, schema: Schema) -> list[str]:
    """Every way in which the store is not sound, in words."""
    return [
        *_indexes(connection, names),
        *_log(connection, names, schema),
        *_nodes(connection, names, schema),
        *_searched(connection, names),
        *derived_problems(_records(connection, names), schema),
    ]


def _rows(connection: Connection, names: Names) -> Iterator[list[Any]]:
    """All live nodes, a page of keys at a time."""
    ((last,),) = connection.read(names("MATCH (k:{x}Keys) RETURN k.last"))
    for after in range(0, last, _PAGE):
        yield from connection.read(names(_RECORDS), after=after, page=_PAGE)


def _records(connection: Connection, names: Names) -> Iterator[Record]:
    for _, id, kind, namespace, body, *_ in _rows(connection, names):
        yield Record(id, kind, namespace, json.loads(body))


def links(connection: Connection, names: Names) -> Iterator[Link]:
    """The whole log, in order."""
    seq = 0
    query = names(
        f"MATCH (c:{{x}}Commit) WHERE c.seq > $seq RETURN c._hash, {LOG_COLUMNS} ORDER BY c.seq LIMIT 20"
    )
    while page := [Link(log_row(row), bytes(hash or b"")) for hash, *row in connection.read(query, seq=seq)]:
        yield from page
        seq = page[-1].row[0]


def _log(connection: Connection, names: Names, schema: Schema) -> Iterator[str]:
    """The log is one whole chain, doing it all again gives the records, and CHANGED leads to it."""
    ((seq, hash),) = connection.read(names("MATCH (m:{x}Meta) RETURN m.seq, m._hash"))
    head = (int(seq), bytes(hash)) if seq else (0, GENESIS)
    yield from log_problems(links(connection, names), head, _records(connection, names), schema)
    found = trails(connection, names)
    rows = (row for row, _ in links(connection, names))
    wrong = (f"{row[0]} ({row[1]})" for row in rows if next(found) != changed_ids(row))
    yield from tell("commits that are not found by what they changed", wrong)


def trails(connection: Connection, names: Names) -> Iterator[set[str]]:
    """Ids of what each commit changed, by the relationships from it."""
    after = 0
    query = names(
        "MATCH (c:{x}Commit) WHERE c.seq > $after WITH c ORDER BY c.seq LIMIT 200 "
        "RETURN c.seq, COLLECT { MATCH (c)-[:CHANGED]->(n:{x}) RETURN n.id }"
    )
    while page := connection.read(query, after=after):
        yield from (set(ids) for _, ids in page)
        after = page[-1][0]


def _indexes(connection: Connection, names: Names) -> Iterator[str]:
    """All indexes are there and answer."""
    states = index_states(connection, names)
    bound = neo4j_tables.encoder(connection, names)
    lacking = expected_indexes(names, vectors=bound is not None) - {name for name, _, _ in states}
    yield from tell("indexes that are not there", lacking)
    for name, state, share in states:
        if state != "ONLINE":
            yield f"the index {name} is {state.lower()} ({share:.0f} % of it is made)"
    form = vector_form(connection, names)
    if bound is not None and form is not None and form != (bound[1], filters_inside(connection)):
        yield f"the vector index is not one of {bound[1]} dimensions as this server makes it"


def _nodes(connection: Connection, names: Names, schema: Schema) -> Iterator[str]:
    """Labels, edges, validity, words and vectors are what the bodies say."""
    wrong: dict[str, set[str]] = {}
    bound = neo4j_tables.encoder(connection, names)
    dimension = bound[1] if bound else -1
    for row in _rows(connection, names):
        key, id, kind, namespace, body, valid_at, invalid_at, *searched, labels, edges = row
        record = Record(id, kind, namespace, json.loads(body))
        index = schema.index(record)
        begin = BEGINNING if index.valid_at is None else microseconds(index.valid_at)
        end = END if index.invalid_at is None else microseconds(index.invalid_at)
        if (begin, end) != (valid_at, invalid_at):
            wrong.setdefault("records whose validity is not what they say", set()).add(id)
        said = {(names.types[kind], target): weight for (kind, target), weight in edges_of(index).items()}
        if sorted((*pair, weight) for pair, weight in said.items()) != sorted(map(tuple, edges)):
            wrong.setdefault("records whose edges are not what they say", set()).add(id)
        wanted = {
            names.label,
            names.labels[kind],
            f"{names.label}Text" if index.text is not None else names.label,
        }
        if set(labels) != wanted:
            wrong.setdefault("nodes whose labels are not those of their kind", set()).add(id)
        words, repeats, length, embedded, vector, tokens = searched
        if [words, repeats, length] != _words(index.text, namespace):
            wrong.setdefault("records whose words are not indexed as they stand", set()).add(id)
        if embedded != (dimension if vector else 0) or (vector and index.text is None):
            wrong.setdefault("vectors without a text or of another size", set()).add(id)
        if tokens % TOKEN.itemsize or (tokens and not vector):
            wrong.setdefault("tokens without a vector or cut short", set()).add(id)
    for what, ids in wrong.items():
        yield from tell(what, ids)
    orphans = connection.read(
        names("MATCH (n:{x})-[r]->(:{x}) WHERE n.kind IS NULL RETURN DISTINCT n.id LIMIT 100")
    )
    yield from tell("edges that leave no record", (id for (id,) in orphans))


def _words(text: str | None, namespace: str) -> list[Any]:
    """The words, repeats and length that a node with this text has."""
    if text is None:
        return [None, None, None]
    (fields,) = word_fields([text])
    return [f"{namespace_token(namespace)} {fields['_words']}", fields["_repeats"], fields["_length"]]


def _searched(connection: Connection, names: Names) -> Iterator[str]:
    """The full-text index holds as many texts of each namespace as there are."""
    if (names("{x}_words"), "ONLINE") not in {state[:2] for state in index_states(connection, names)}:
        return  # which was told already
    counted = connection.read(names("MATCH (n:{x}Text) RETURN n.namespace, count(n)"))
    for namespace, texts in counted:
        ((found,),) = connection.read(
            "CALL db.index.fulltext.queryNodes($index, $query) YIELD node RETURN count(node)",
            index=names("{x}_words"),
            query=f"+{namespace_token(namespace)}",
        )
        if found != texts:
            yield f"the full-text index holds {found} of the {texts} texts of namespace '{namespace}'"
