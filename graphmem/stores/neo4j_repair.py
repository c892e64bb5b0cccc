"""Making the nodes, relationships and indexes of a Neo4j store anew from its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from graphmem.errors import StoreBusy
from graphmem.stores import neo4j_tables
from graphmem.stores.log import changed_ids, unpack
from graphmem.stores.neo4j_check import links, trails
from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_head import Head
from graphmem.stores.neo4j_keys import NewKeys
from graphmem.stores.neo4j_migrations import (
    Names,
    constraints,
    index_states,
    make_indexes,
    make_vector_index,
)
from graphmem.stores.neo4j_write import remove_others, write_anew
from graphmem.stores.plan import Planned
from graphmem.stores.soundness import anew, derived_from, replayed
from graphmem.types import Schema

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

_BATCH: Final = 1000
_LOCK: Final = "MATCH (m:{x}Meta) SET m.seq = m.seq RETURN m.seq"

_TRAIL: Final = """
MATCH (c:{x}Commit {seq: $seq})
CALL (c) { MATCH (c)-[r:CHANGED]->(n:{x}) WHERE n.id IN $strays DELETE r }
CALL (c) {
  UNWIND $lacking AS one
  MERGE (n:{x} {id: one[0]}) ON CREATE SET n._key = one[1]
  MERGE (c)-[:CHANGED]->(n)
}
"""


def repair(connection: Connection, names: Names, schema: Schema, new_keys: NewKeys) -> None:
    """See ``Store.repair``."""
    _repair_indexes(connection, names)
    _repair_trails(connection, names, new_keys)
    head = Head(connection, names).read()
    records = replayed(unpack(row) for row, _ in links(connection, names))
    records |= derived_from(records.values(), schema)

    def in_peace(transaction: ManagedTransaction) -> None:
        if transaction.run(names(_LOCK)).single(strict=True)[0] != head:
            raise StoreBusy(f"{connection.address}: it was written during the repair: run it again")

    def remove_strays(transaction: ManagedTransaction) -> None:
        in_peace(transaction)
        remove_others(transaction, names, set(records))

    connection.write(remove_strays)
    planned = [anew(record, schema) for record in records.values()]
    for start in range(0, len(planned), _BATCH):
        batch = planned[start : start + _BATCH]

        def write(transaction: ManagedTransaction, batch: Sequence[Planned] = batch) -> None:
            in_peace(transaction)
            write_anew(transaction, names, schema, batch, new_keys)

        connection.write(write)


def _repair_trails(connection: Connection, names: Names, new_keys: NewKeys) -> None:
    """Let each commit be found again by what it changed."""
    for (row, _), trail in zip(links(connection, names), trails(connection, names), strict=True):
        wanted = changed_ids(row)
        if trail == wanted:
            continue
        lacking = sorted(wanted - trail)
        given = {
            "seq": row[0],
            "strays": sorted(trail - wanted),
            "lacking": [list(pair) for pair in zip(lacking, new_keys(len(lacking)), strict=True)],
        }

        def write(transaction: ManagedTransaction, given: dict[str, object] = given) -> None:
            transaction.run(names(_TRAIL), given).consume()

        connection.write(write)


def _repair_indexes(connection: Connection, names: Names) -> None:
    for name, state, _ in index_states(connection, names):
        if state == "FAILED":
            sort = "CONSTRAINT" if name in constraints(names) else "INDEX"
            connection.define(f"DROP {sort} {name} IF EXISTS")
    make_indexes(connection, names)
    bound = neo4j_tables.encoder(connection, names)
    if bound is not None:
        make_vector_index(connection, names, bound[1])
