"""What a commit comes to, worked out before anything is written: the same for every store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from graphmem.errors import Conflict, EncoderMismatch
from graphmem.stores.log import canonical
from graphmem.types import Change, Commit, FloatArray, Index, Record, Schema, Vectors

# Kind, namespace and canonical body of a record as it is stored.
Image = tuple[str, str, str]
Current = Callable[[Iterable[str]], Mapping[str, Image]]

_NOTHING: Final = Index()


@dataclass(frozen=True, slots=True)
class Planned:
    """One record that ends up different, and how it was and will be found."""

    change: Change
    before: Index
    after: Index


def check_commit(commit: Commit, schema: Schema) -> None:
    """Refuse what no store state could make right.

    Raises:
        ValueError: a change of a record outside the commit's namespace, or of a kind that is not
            logged; an id that no store could keep.
    """
    for change in commit.changes:
        for record in (change.before, change.after):
            if record is None:
                continue
            if record.namespace != commit.namespace:
                raise ValueError(
                    f"{record.id} is in namespace '{record.namespace}', the commit in '{commit.namespace}'"
                )
            if record.kind not in schema.logged:
                derived = " is derived and" if record.kind in schema.derived else ""
                raise ValueError(f"{record.id}: kind '{record.kind}'{derived} cannot be committed")


def plan(schema: Schema, commit: Commit, current: Current) -> list[Planned]:
    """The records that a commit leaves different, those derived from them included.

    Raises:
        Conflict: a record is not what its change says it was.
        ValueError: a derived kind that is not declared, an id that no store could keep.
    """
    net = _net_changes(commit, current)
    changes = [*net, *_derive(schema, commit, net, current)]
    planned = [
        Planned(change, _index(schema, change.before), _index(schema, change.after)) for change in changes
    ]
    _check_ids(planned)
    return planned


def image(record: Record | None) -> Image | None:
    """A record as it is stored."""
    return None if record is None else (record.kind, record.namespace, canonical(record.body))


def _net_changes(commit: Commit, current: Current) -> list[Change]:
    """One change for each record that ends up different, after checking them all in their order."""
    states: dict[str, Image | None] = {}
    states.update(current({change.id for change in commit.changes}))
    net: dict[str, tuple[Record | None, Record | None]] = {}
    misfits = []
    for change in commit.changes:
        if states.get(change.id) != image(change.before):
            misfits.append(change.id)
        states[change.id] = image(change.after)
        first, _ = net.get(change.id, (change.before, None))
        net[change.id] = (first, change.after)
    if misfits:
        names = ", ".join(misfits[:3]) + (" …" if len(misfits) > 3 else "")
        raise Conflict(f"changed meanwhile: {names}; nothing was written", tuple(dict.fromkeys(misfits)))
    return [Change(before, after) for before, after in net.values() if image(before) != image(after)]


def _derive(schema: Schema, commit: Commit, net: list[Change], current: Current) -> Iterable[Change]:
    def get(ids: Iterable[str]) -> Mapping[str, Record]:
        wanted = set(ids)
        found = {
            id: Record(id, kind, namespace, json.loads(body))
            for id, (kind, namespace, body) in current(wanted).items()
        }
        for change in net:  # the commit's own records as they are after it
            found.pop(change.id, None)
            if change.after is not None and change.id in wanted:
                found[change.id] = change.after
        return found

    derived = schema.derive(commit.changes, get)
    for change in derived:
        if change.record.kind not in schema.derived:
            raise ValueError(f"{change.id}: kind '{change.record.kind}' is derived and not declared so")
    return derived


def _index(schema: Schema, record: Record | None) -> Index:
    return _NOTHING if record is None else schema.index(record)


def _check_ids(planned: Iterable[Planned]) -> None:
    """Refuse ids that no store could keep: half a character (UnicodeEncodeError is a ValueError), NUL."""
    ids = {one.change.id for one in planned}
    for one in planned:
        ids.update(edge.target for index in (one.before, one.after) for edge in index.edges)
    joined = "".join(ids)
    joined.encode()
    if "\0" in joined:
        raise ValueError("an id holds a NUL character")


def edges_of(index: Index) -> dict[tuple[str, str], float]:
    """Weights by kind and target; parallel edges are one."""
    edges: dict[tuple[str, str], float] = {}
    for edge in index.edges:
        edges[edge.kind, edge.target] = edges.get((edge.kind, edge.target), 0.0) + float(edge.weight)
    return edges


def matrix_of(vectors: Vectors) -> FloatArray:
    """The vectors as rows, shape (n, d), in the order of ``by_id``.

    Raises:
        ValueError: one is not finite, or they differ in length.
    """
    matrix = np.array(list(vectors.by_id.values()), dtype=np.float32)
    if matrix.ndim != 2:
        raise ValueError("a vector has one dimension, and all have as many components")
    finite = np.isfinite(matrix).all(axis=1)
    if not finite.all():
        raise ValueError(f"the vector of {list(vectors.by_id)[int(np.argmin(finite))]} is not finite")
    return matrix


def check_texts(
    schema: Schema, namespace: str, vectors: Vectors, planned: Iterable[Planned], current: Current
) -> None:
    """Refuse a vector that belongs to no text of the namespace once the commit is in.

    Raises:
        ValueError: there is one.
    """
    after = {one.change.id: one for one in planned}
    there = current([id for id in vectors.by_id if id not in after])
    for id in vectors.by_id:
        if id in after:
            fits = after[id].after.text is not None and after[id].change.record.namespace == namespace
        else:
            kind, place, body = there.get(id, ("", "", "{}"))
            record = Record(id, kind, place, json.loads(body))
            fits = place == namespace and schema.index(record).text is not None
        if not fits:
            raise ValueError(f"a vector of {id}, which is no record with text in namespace '{namespace}'")


def logged_already(there: Commit, commit: Commit) -> Commit:
    """The commit of the log that has this one's id.

    Raises:
        Conflict: it is another namespace's, whose contents are none of this one's business.
    """
    if there.namespace != commit.namespace:
        raise Conflict(
            f"commit {commit.id} is of namespace '{there.namespace}', not of '{commit.namespace}': "
            "give it an id of its own; nothing was written"
        )
    return there


def check_encoder(bound: tuple[str, int] | None, encoder: str, dimension: int) -> None:
    """Refuse vectors of another encoder than the store's.

    Raises:
        EncoderMismatch: the store's name and dimension are others.
    """
    if bound is not None and bound != (encoder, dimension):
        raise EncoderMismatch(
            f"the store's vectors come from {bound[0]} ({bound[1]} dimensions), these from {encoder} "
            f"({dimension}): use {bound[0]}, or ingest into a new store"
        )
