"""One commit into a Neo4j store: a managed transaction that may be run again, and takes effect once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from graphmem.stores.chain import GENESIS, linked
from graphmem.stores.log import unpack
from graphmem.stores.neo4j_chain import LOG_COLUMNS, log_row
from graphmem.stores.neo4j_keys import NewKeys
from graphmem.stores.neo4j_migrations import Names
from graphmem.stores.neo4j_rows import OF_TEXT, Prepared, Rows, Words, packed_keys, rows_of
from graphmem.stores.plan import (
    Image,
    Planned,
    check_encoder,
    check_texts,
    logged_already,
    plan,
)
from graphmem.stores.quantised import dequantise
from graphmem.types import Commit, Schema

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

# All records of a commit are of one namespace. Writers of one go one by one, from the lock on its node
# on: what is read afterwards stays true until the end. Writers of different ones meet only in _NUMBER.
_LOCK: Final = f"""
MERGE (l:{{x}}Namespace {{name: $namespace}}) SET l.commits = coalesce(l.commits, 0) + 1
WITH l OPTIONAL MATCH (c:{{x}}Commit {{id: $id}})
RETURN {LOG_COLUMNS}
"""
# Numbers have no gaps and rise in the order in which commits are seen, so the number comes last, and locks
# the one node that all writers need until the end. A refused commit gives it back by rolling back.
_NUMBER: Final = "MATCH (m:{x}Meta) SET m.seq = m.seq + 1 RETURN m.seq, m._hash, m.encoder, m.dimension"
_STATES: Final = """
MATCH (n:{x}) WHERE n.id IN $ids
RETURN collect(n.id), collect(n._key), collect(coalesce(n.kind, '')), collect(coalesce(n.namespace, '')),
  collect(coalesce(n._body, ''))
"""
# One statement for each list: the server plans a statement anew for each combination of parameters that
# are empty or long, which for all in one took 100 ms a commit. {kinds} are all labels that a record may have.
_WRITES: Final = {
    "created": "UNWIND $created AS r CREATE (n:{x}) SET n = r.fields SET n:$(r.labels)",
    "replaced": "UNWIND $replaced AS r MATCH (n:{x} {_key: r.key}) REMOVE n:{kinds} "
    "SET n += r.fields SET n:$(r.labels)",
    # A node stays when its record goes, with its id alone: the log and others' edges point at it.
    "removed": "UNWIND $removed AS key MATCH (n:{x} {_key: key}) REMOVE n:{kinds} "
    "SET n = {id: n.id, _key: n._key}",
    "lost": "UNWIND $lost AS e MATCH (n:{x} {_key: e[0]})-[r]->(m:{x} {_key: e[2]}) "
    "WHERE type(r) = e[1] DELETE r",
    "edges": "UNWIND $edges AS e MATCH (n:{x} {_key: e[0]}) UNWIND e[1] AS t MATCH (m:{x} {_key: t[1]}) "
    "CREATE (n)-[:$(t[0]) {weight: t[2]}]->(m)",
}
_LOG: Final = """
MATCH (m:{x}Meta) SET m._hash = $log._hash, m.encoder = $encoder, m.dimension = $dimension
CREATE (c:{x}Commit {seq: $seq}) SET c += $log
WITH c UNWIND $changed AS key MATCH (n:{x} {_key: key}) CREATE (c)-[:CHANGED]->(n)
"""
_CUT: Final = "UNWIND $keys AS key MATCH (:{x} {_key: key})-[r]->(:{x}) DELETE r"
_UNSET: Final = (
    "MATCH (n:{x}) WHERE n._key IN $keys AND n._vector IS NOT NULL AND n.embedding IS NULL "
    "RETURN n._key, n._vector"
)
_EMBED: Final = (
    "UNWIND $vectors AS v MATCH (n:{x} {_key: v.key}) "
    "CALL db.create.setNodeVectorProperty(n, 'embedding', v.vector)"
)
# Bolt 6 has a type for vectors, which travels as bytes; before, one float after the other.
_VECTORS: Final = """
UNWIND $vectors AS v MATCH (n:{x} {_key: v.key}) SET n._vector = v.bytes, n._tokens = v.tokens
WITH n, v CALL db.create.setNodeVectorProperty(n, 'embedding', v.vector)
"""
_BINARY_VECTORS: Final = "CYPHER 25 " + _VECTORS.replace("v.vector", "toFloatList(v.vector)")


class Logged(Exception):
    """No error, but the way out of a transaction that must not commit: ``commit`` is in the log already."""

    def __init__(self, commit: Commit) -> None:
        """Of this commit."""
        super().__init__(commit.id)
        self.commit = commit


def write_commit(
    transaction: ManagedTransaction, names: Names, prepared: Prepared, new_keys: NewKeys
) -> Commit:
    """Write changes, what they derive, vectors and the log.

    Args:
        transaction: is to be committed by the caller, or rolled back on any exception.
        names: what is called how.
        prepared: its commit has been checked (``check_commit``).
        new_keys: gives keys for new nodes.

    Raises:
        Logged: the commit is there already.
        Conflict: a record is not what its change says it was, or the commit's id is another namespace's.
        EncoderMismatch: the store's vectors come from another encoder.
        ValueError: a vector that belongs to no text of the commit's namespace.
    """
    draft, vectors = prepared.draft, prepared.vectors
    commit = draft.commit
    asked = {"namespace": commit.namespace, "id": commit.id}
    logged = transaction.run(names(_LOCK), asked).single(strict=True).values()
    if logged[0] is not None:
        raise Logged(logged_already(unpack(log_row(logged)), commit))
    states = _States(transaction, names)
    planned = plan(draft, states.images)
    if vectors is not None:
        check_texts(draft.schema, commit.namespace, vectors, planned, states.images)
    # In the order of the commit, so that keys, and what goes by them, are the same in every process.
    changed = dict.fromkeys(change.id for change in commit.changes)
    keys = _keys(states, changed, planned, new_keys)
    rows = rows_of(planned, keys, states.keys, prepared.words, names, draft.schema)
    _run_writes(transaction, rows, names)
    if sent := [{"key": keys[id], **vector} for id, vector in prepared.sent.items()]:
        query = _BINARY_VECTORS if prepared.binary else _VECTORS
        transaction.run(names(query), {"vectors": sent}).consume()
    touched = {*(one.change.id for one in planned), *prepared.sent}
    changed_keys = sorted(keys[id] for id in changed)
    return append(transaction, names, prepared, changed_keys, packed_keys(keys[id] for id in touched))


def append(
    transaction: ManagedTransaction,
    names: Names,
    prepared: Prepared,
    changed: Sequence[int],
    touched: bytes,
) -> Commit:
    """Take the commit's number, and let the log name the commit under it, after the one before it."""
    seq, before, encoder, dimension = transaction.run(names(_NUMBER)).single(strict=True).values()
    if (vectors := prepared.vectors) is not None:
        size = len(next(iter(vectors.by_id.values())))
        check_encoder(None if encoder is None else (str(encoder), int(dimension)), vectors.encoder, size)
        encoder, dimension = vectors.encoder, size
    hash = linked(GENESIS if seq == 1 else bytes(before), seq, prepared.content)
    log = {**prepared.logged, "_touched": touched, "_hash": hash}
    numbered = {"log": log, "changed": changed, "seq": seq, "encoder": encoder, "dimension": dimension}
    transaction.run(names(_LOG), numbered).consume()
    return replace(prepared.draft.commit, seq=seq)


def write_anew(
    transaction: ManagedTransaction,
    names: Names,
    schema: Schema,
    planned: Sequence[Planned],
    new_keys: NewKeys,
) -> None:
    """Write records over whatever their nodes hold; a vector stays where there is a text."""
    states = _States(transaction, names)
    keys = _keys(states, (), planned, new_keys)
    sources = [keys[one.change.id] for one in planned]
    transaction.run(names(_CUT), {"keys": sources}).consume()
    rows = rows_of(planned, keys, states.keys, Words(), names, schema)
    for row in rows.replaced:
        for name in OF_TEXT:
            if f"{names.label}Text" not in row["labels"]:
                row["fields"][name] = None
            elif row["fields"].get(name) is None and name in ("_vector", "_tokens", "embedding"):
                row["fields"].pop(name, None)
    _run_writes(transaction, rows, names)
    found = transaction.run(names(_UNSET), {"keys": sources})
    lacking = [{"key": key, "vector": _unit(vector)} for key, vector in found.values()]
    transaction.run(names(_EMBED), {"vectors": lacking}).consume()


def _unit(packed: bytes) -> list[float]:
    row = np.frombuffer(packed, dtype=np.int8)
    floats: list[float] = dequantise(row[None, :])[0].tolist()
    return floats


def remove_others(transaction: ManagedTransaction, names: Names, ids: Collection[str]) -> None:
    """Remove the records that are none of these, and edges that leave no record."""
    found = transaction.run(names("MATCH (n:{x}) WHERE n.kind IS NOT NULL RETURN n.id, n._key"))
    strays = [key for id, key in found.values() if id not in ids]
    rows = Rows(removed=strays)
    transaction.run(names(_CUT), {"keys": strays}).consume()
    _run_writes(transaction, rows, names)
    transaction.run(names("MATCH (n:{x})-[r]->(:{x}) WHERE n.kind IS NULL DELETE r")).consume()


def _run_writes(transaction: ManagedTransaction, rows: Rows, names: Names) -> None:
    kinds = ":".join([*names.labels.values(), f"{names.label}Text"])
    for name, statement in _WRITES.items():
        if given := getattr(rows, name):
            transaction.run(names(statement.replace("{kinds}", kinds)), {name: given}).consume()


class _States:
    """Nodes as they were when the commit began: read once, remembered, absent ones too."""

    def __init__(self, transaction: ManagedTransaction, names: Names) -> None:
        self._transaction = transaction
        self._query = names(_STATES)
        self._asked: set[str] = set()
        self._images: dict[str, Image] = {}
        self.keys: dict[str, int] = {}

    def read(self, ids: Iterable[str]) -> None:
        """Read those that were not read yet."""
        missing = list(set(ids) - self._asked)
        if not missing:
            return
        self._asked.update(missing)
        row = self._transaction.run(self._query, {"ids": missing}).single(strict=True)
        for id, key, kind, namespace, body in zip(*row.values(), strict=True):
            self.keys[id] = key
            if kind:
                self._images[id] = (kind, namespace, body)

    def images(self, ids: Iterable[str]) -> dict[str, Image]:
        """The records that are there, as they are stored."""
        wanted = list(ids)
        self.read(wanted)
        return {id: self._images[id] for id in wanted if id in self._images}


def _keys(
    states: _States, others: Iterable[str], planned: Iterable[Planned], new_keys: NewKeys
) -> dict[str, int]:
    """Keys of all records and edge targets, and of others."""
    ids = dict.fromkeys(others)
    for one in planned:
        ids[one.change.id] = None
        for index in (one.before, one.after):
            ids.update((edge.target, None) for edge in index.edges)
    states.read(ids)
    new = [id for id in ids if id not in states.keys]
    return {**states.keys, **dict(zip(new, new_keys(len(new)), strict=True))}
