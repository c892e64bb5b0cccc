"""One commit into a Neo4j store: a managed transaction that may be run again, and takes effect once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from graphmem.stores.log import compact_json, pack, unpack
from graphmem.stores.moments import BEGINNING, END, in_utc, microseconds
from graphmem.stores.neo4j_migrations import Names
from graphmem.stores.neo4j_tables import namespace_token, repeated_token, term_token
from graphmem.stores.plan import (
    Image,
    Planned,
    check_encoder,
    check_texts,
    edges_of,
    logged_already,
    matrix_of,
    plan,
)
from graphmem.stores.quantised import dequantise, quantise
from graphmem.stores.words import storable, text_terms
from graphmem.types import Commit, FloatArray, Schema, Shown, Vectors

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

LOG_COLUMNS: Final = "c.seq, c.id, c.namespace, c.author, c._at, c.message, c._changes"

# Taking the number of the commit locks the one node that all writers need: they go one by one, and what
# is read afterwards stays true until the end. A refused commit gives its number back by rolling back.
_LOCK: Final = f"""
MATCH (m:{{x}}Meta) SET m.seq = m.seq + 1
WITH m OPTIONAL MATCH (c:{{x}}Commit {{id: $id}})
RETURN m.seq, m.keys, m.encoder, m.dimension, {LOG_COLUMNS}
"""
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
    "edges": "UNWIND $edges AS e MATCH (n:{x} {_key: e[0]}) MATCH (m:{x} {_key: e[2]}) "
    "CREATE (n)-[:$(e[1]) {weight: e[3]}]->(m)",
}
_LOG: Final = """
MATCH (m:{x}Meta) SET m.keys = $keys, m.encoder = $encoder, m.dimension = $dimension
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
UNWIND $vectors AS v MATCH (n:{x} {_key: v.key}) SET n._vector = v.bytes
WITH n, v CALL db.create.setNodeVectorProperty(n, 'embedding', v.vector)
"""
_BINARY_VECTORS: Final = "CYPHER 25 " + _VECTORS.replace("v.vector", "toFloatList(v.vector)")

# What a text adds to its node; all of it goes with the text.
_OF_TEXT: Final = ("_words", "_repeats", "_length", "_vector", "embedding")


class Logged(Exception):
    """No error, but the way out of a transaction that must not commit: ``commit`` is in the log already."""

    def __init__(self, commit: Commit) -> None:
        """Of this commit."""
        super().__init__(commit.id)
        self.commit = commit


def write_commit(
    transaction: ManagedTransaction,
    names: Names,
    schema: Schema,
    commit: Commit,
    vectors: Vectors | None,
    *,
    binary: bool,
) -> Commit:
    """Write changes, what they derive, vectors and the log.

    Args:
        transaction: is to be committed by the caller, or rolled back on any exception.
        names: what is called how.
        schema: what the store is told of kinds.
        commit: has been checked (``check_commit``).
        vectors: of records with text.
        binary: whether the server takes vectors as bytes (Bolt 6).

    Raises:
        Logged: the commit is there already.
        Conflict: a record is not what its change says it was, or the commit's id is another namespace's.
        EncoderMismatch: the store's vectors come from another encoder.
        ValueError: a vector that belongs to no text of the commit's namespace, or is not finite.
    """
    locked = transaction.run(names(_LOCK), {"id": commit.id}).single(strict=True)
    seq, last_key, encoder, dimension, *logged = locked.values()
    if logged[0] is not None:
        raise Logged(logged_already(unpack(log_row(logged)), commit))
    states = _States(transaction, names)
    planned = plan(schema, commit, states.images)
    bound = None if encoder is None else (str(encoder), int(dimension))
    if vectors is not None and vectors.by_id:
        size = matrix_of(vectors).shape[1]
        check_encoder(bound, vectors.encoder, size)
        check_texts(schema, commit.namespace, vectors, planned, states.images)
        bound = (vectors.encoder, size)
    keys = _keys(states, (change.id for change in commit.changes), planned, last_key)
    touched = {keys[id] for id in (*(one.change.id for one in planned), *(vectors.by_id if vectors else ()))}
    written = replace(commit, seq=seq)
    rows = _rows(planned, keys, states, names, schema)
    _run_writes(transaction, rows, names)
    log = {
        "changed": sorted({keys[change.id] for change in commit.changes}),
        "seq": seq,
        "log": _log_fields(written, touched),
        "keys": max(last_key, *keys.values(), 0),
        "encoder": bound[0] if bound else None,
        "dimension": bound[1] if bound else None,
    }
    transaction.run(names(_LOG), log).consume()
    if vectors is not None and vectors.by_id:
        query = names(_BINARY_VECTORS if binary else _VECTORS)
        transaction.run(query, {"vectors": _vector_rows(vectors, keys, binary=binary)}).consume()
    return written


def write_anew(
    transaction: ManagedTransaction, names: Names, schema: Schema, planned: Sequence[Planned]
) -> None:
    """Write records over whatever their nodes hold; a vector stays where there is a text."""
    states = _States(transaction, names)
    last_key = transaction.run(names("MATCH (m:{x}Meta) RETURN m.keys")).single(strict=True)[0]
    keys = _keys(states, (), planned, last_key)
    sources = [keys[one.change.id] for one in planned]
    transaction.run(names(_CUT), {"keys": sources}).consume()
    rows = _rows(planned, keys, states, names, schema)
    for row in rows.replaced:
        for name in _OF_TEXT:
            if f"{names.label}Text" not in row["labels"]:
                row["fields"][name] = None
            elif row["fields"].get(name) is None and name in ("_vector", "embedding"):
                row["fields"].pop(name, None)
    _run_writes(transaction, rows, names)
    transaction.run(
        names("MATCH (m:{x}Meta) SET m.keys = $keys"), {"keys": max(last_key, *keys.values(), 0)}
    ).consume()
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
    rows = _Rows(removed=strays)
    transaction.run(names(_CUT), {"keys": strays}).consume()
    _run_writes(transaction, rows, names)
    transaction.run(names("MATCH (n:{x})-[r]->(:{x}) WHERE n.kind IS NULL DELETE r")).consume()


def _run_writes(transaction: ManagedTransaction, rows: _Rows, names: Names) -> None:
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
    states: _States, others: Iterable[str], planned: Iterable[Planned], last_key: int
) -> dict[str, int]:
    """Keys of all records and edge targets, and of others; the next ones for those that are new."""
    ids = dict.fromkeys(others)
    for one in planned:
        ids[one.change.id] = None
        for index in (one.before, one.after):
            ids.update((edge.target, None) for edge in index.edges)
    states.read(ids)
    new = [id for id in ids if id not in states.keys]
    return {**states.keys, **{id: last_key + place for place, id in enumerate(new, start=1)}}


@dataclass(slots=True)
class _Rows:
    """What a commit writes, each kind of it as one list."""

    created: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    edges: list[list[Any]] = field(default_factory=list)
    lost: list[list[Any]] = field(default_factory=list)


def _rows(
    planned: Collection[Planned], keys: Mapping[str, int], states: _States, names: Names, schema: Schema
) -> _Rows:
    rows = _Rows()
    texts = {
        one.change.id: one.after.text
        for one in planned
        if one.after.text is not None and one.after.text != one.before.text
    }
    words = dict(zip(texts, word_fields(list(texts.values())), strict=True))
    made = set()
    for one in planned:
        key = keys[one.change.id]
        _collect_edges(rows, one, keys, names)
        if one.change.after is None:
            rows.removed.append(key)
            continue
        labels = [names.labels[one.change.after.kind]]
        if one.after.text is not None:
            labels.append(f"{names.label}Text")
        row = {"key": key, "fields": _fields(one, key, words, schema), "labels": labels}
        if one.change.id in states.keys:
            rows.replaced.append(row)
        else:
            made.add(one.change.id)
            rows.created.append(row)
    for id, key in keys.items():  # what edges or the log point at, without a record yet
        if id not in states.keys and id not in made:
            rows.created.append({"fields": {"id": id, "_key": key}, "labels": []})
    return rows


def _collect_edges(rows: _Rows, one: Planned, keys: Mapping[str, int], names: Names) -> None:
    old, new = edges_of(one.before), edges_of(one.after)
    source = keys[one.change.id]
    for (kind, target), weight in old.items():
        if new.get((kind, target)) != weight:
            rows.lost.append([source, names.types[kind], keys[target]])
    for (kind, target), weight in new.items():
        if old.get((kind, target)) != weight:
            rows.edges.append([source, names.types[kind], keys[target], weight])


def word_fields(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Of each text what its node holds: its terms, how often those that repeat occur, how many there are."""
    fields = []
    for counts in text_terms(texts):
        repeats = {term: count for term, count in counts.items() if count > 1}
        tokens = [*map(term_token, sorted(counts)), *map(repeated_token, sorted(repeats))]
        fields.append(
            {
                "_words": " ".join(tokens),
                "_repeats": compact_json(repeats) if repeats else None,
                "_length": sum(counts.values()),
            }
        )
    return fields


def _fields(one: Planned, key: int, words: Mapping[str, Mapping[str, Any]], schema: Schema) -> dict[str, Any]:
    """The properties of a node; None takes away what the record had and has no more."""
    record = one.change.after
    assert record is not None
    fields: dict[str, Any] = {}
    if one.change.before is not None:
        fields.update(dict.fromkeys(schema.shown(one.change.before)))
    fields.update({name: _sendable(value) for name, value in schema.shown(record).items()})
    if one.before.text != one.after.text:
        fields.update(dict.fromkeys(_OF_TEXT))
    if one.change.id in words:
        told = words[one.change.id]
        fields.update(told, _words=f"{namespace_token(record.namespace)} {told['_words']}")
    after = one.after
    return {
        **fields,
        "id": record.id,
        "_key": key,
        "namespace": record.namespace,
        "kind": record.kind,
        "_body": one.body,
        "_valid_at": BEGINNING if after.valid_at is None else microseconds(after.valid_at),
        "_invalid_at": END if after.invalid_at is None else microseconds(after.invalid_at),
    }


def _sendable(value: Shown) -> Shown:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return in_utc(value)  # the driver takes no offset of seconds
    return [storable(item) for item in value] if isinstance(value, list) else value


def _vector_rows(vectors: Vectors, keys: Mapping[str, int], *, binary: bool) -> list[dict[str, Any]]:
    """The int8 vectors, and what they stand for as floats for the index."""
    packed = quantise(matrix_of(vectors))
    unit = dequantise(packed)
    return [
        {"key": keys[id], "bytes": packed[place].tobytes(), "vector": _sent(unit[place], binary=binary)}
        for place, id in enumerate(vectors.by_id)
    ]


def _sent(vector: FloatArray, *, binary: bool) -> Any:
    if not binary:
        return vector.tolist()
    from neo4j.vector import Vector

    return Vector.from_numpy(vector)


def _log_fields(commit: Commit, touched: Iterable[int]) -> dict[str, Any]:
    return {
        "id": commit.id,
        "namespace": commit.namespace,
        "author": commit.author,
        "at": in_utc(commit.at),
        "message": commit.message,
        # The moment again as it was written, with its offset.
        "_at": commit.at.isoformat(),
        "_changes": pack(commit),
        "_touched": np.array(sorted(touched), dtype="<u4").tobytes(),
    }


def log_row(values: Iterable[Any]) -> tuple[int, str, str, str, str, str, bytes]:
    """A row of ``LOG_COLUMNS`` as ``unpack`` takes it."""
    seq, id, namespace, author, at, message, changes = values
    return seq, id, namespace, author, at, message, bytes(changes)
