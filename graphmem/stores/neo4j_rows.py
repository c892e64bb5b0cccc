"""What a commit sends to a Neo4j server: one list for each statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import numpy as np

from graphmem.stores.chain import content
from graphmem.stores.log import compact_json, pack, written
from graphmem.stores.moments import BEGINNING, END, in_utc, microseconds
from graphmem.stores.neo4j_migrations import Names
from graphmem.stores.neo4j_tables import namespace_token, repeated_token, term_token
from graphmem.stores.plan import Draft, Planned, edges_of, matrix_of
from graphmem.stores.quantised import dequantise, quantise
from graphmem.stores.words import storable, text_terms
from graphmem.types import Commit, FloatArray, Schema, Shown, Vectors

# What a text adds to its node; all of it goes with the text.
OF_TEXT: Final = ("_words", "_repeats", "_length", "_vector", "_tokens", "embedding")


class Words(dict[str, dict[str, Any]]):
    """What the nodes of texts hold of their words, by text."""

    def __missing__(self, text: str) -> dict[str, Any]:
        """Of a text that nobody foresaw."""
        (self[text],) = word_fields([text])
        return self[text]


class Prepared:
    """A commit with all that can be computed before its writer holds up others.

    Args:
        binary: whether the server takes vectors as bytes (Bolt 6).

    Raises:
        ValueError: an id that no store could keep, a vector that is not finite.
    """

    def __init__(self, schema: Schema, commit: Commit, vectors: Vectors | None, *, binary: bool) -> None:
        self.draft = Draft(schema, commit)
        self.binary = binary
        self.vectors = vectors if vectors is not None and vectors.by_id else None
        self.sent = sent_vectors(self.vectors, binary=binary) if self.vectors else {}
        changes = written(commit)
        self.logged = {**log_fields(commit), "_changes": pack(changes)}
        self.content = content(commit, changes)
        texts = (
            (self.draft.index(change.before).text, self.draft.index(change.after).text)
            for change in commit.changes
        )
        new = [after for before, after in texts if after is not None and after != before]
        self.words = Words(zip(new, word_fields(new), strict=True))


@dataclass(slots=True)
class Rows:
    """What a commit writes, each kind of it as one list."""

    created: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    edges: list[list[Any]] = field(default_factory=list)
    lost: list[list[Any]] = field(default_factory=list)


def rows_of(
    planned: Collection[Planned],
    keys: Mapping[str, int],
    known: Collection[str],
    words: Words,
    names: Names,
    schema: Schema,
) -> Rows:
    """What is to be written of records; the nodes of ``known`` ids are there, all have their key."""
    rows = Rows()
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
        if one.change.id in known:
            rows.replaced.append(row)
        else:
            made.add(one.change.id)
            rows.created.append(row)
    for id, key in keys.items():  # what edges or the log point at, without a record yet
        if id not in known and id not in made:
            rows.created.append({"fields": {"id": id, "_key": key}, "labels": []})
    return rows


def _collect_edges(rows: Rows, one: Planned, keys: Mapping[str, int], names: Names) -> None:
    old, new = edges_of(one.before), edges_of(one.after)
    source = keys[one.change.id]
    for (kind, target), weight in old.items():
        if new.get((kind, target)) != weight:
            rows.lost.append([source, names.types[kind], keys[target]])
    made = [
        [names.types[kind], keys[target], weight]
        for (kind, target), weight in new.items()
        if old.get((kind, target)) != weight
    ]
    if made:
        rows.edges.append([source, made])


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


def _fields(one: Planned, key: int, words: Words, schema: Schema) -> dict[str, Any]:
    """The properties of a node; None takes away what the record had and has no more."""
    record = one.change.after
    assert record is not None
    fields: dict[str, Any] = {}
    if one.change.before is not None:
        fields.update(dict.fromkeys(schema.shown(one.change.before)))
    fields.update({name: _sendable(value) for name, value in schema.shown(record).items()})
    after = one.after
    if one.before.text != after.text:
        fields.update(dict.fromkeys(OF_TEXT))
        if after.text is not None:
            told = words[after.text]
            fields.update(told, _words=f"{namespace_token(record.namespace)} {told['_words']}")
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


def sent_vectors(vectors: Vectors, *, binary: bool) -> dict[str, dict[str, Any]]:
    """Of each record the int8 vector, what it stands for as floats for the index, and tokens.

    Raises:
        ValueError: one is not finite, or they differ in length.
    """
    packed = quantise(matrix_of(vectors))
    unit = dequantise(packed)
    return {
        id: {
            "bytes": packed[place].tobytes(),
            "vector": _sent(unit[place], binary=binary),
            "tokens": vectors.tokens[id].tobytes() if id in vectors.tokens else None,
        }
        for place, id in enumerate(vectors.by_id)
    }


def _sent(vector: FloatArray, *, binary: bool) -> Any:
    if not binary:
        return vector.tolist()
    from neo4j.vector import Vector

    return Vector.from_numpy(vector)


def log_fields(commit: Commit) -> dict[str, Any]:
    """The node of a commit but for its changes, and what only its transaction can tell."""
    return {
        "id": commit.id,
        "namespace": commit.namespace,
        "author": commit.author,
        "at": in_utc(commit.at),
        "message": commit.message,
        # The moment again as it was written, with its offset.
        "_at": commit.at.isoformat(),
    }


def packed_keys(keys: Iterable[int]) -> bytes:
    """Keys as the log keeps them: ascending, four bytes each."""
    return np.array(sorted(keys), dtype="<u4").tobytes()
