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
    """One record that ends up different: how it was and will be found, and its body as it will be stored."""

    change: Change
    before: Index
    after: Index
    body: str = ""


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


class Draft:
    """A commit with all that needs no store computed, once for however many attempts to write it.

    Raises:
        ValueError: an id that no store could keep.
    """

    def __init__(self, schema: Schema, commit: Commit) -> None:
        self.schema = schema
        self.commit = commit
        # By identity: the same record object stands in several places of a commit.
        self._images: dict[int, tuple[Record, Image]] = {}
        self._indexes: dict[int, tuple[Record, Index]] = {}
        records = [record for change in commit.changes for record in (change.before, change.after) if record]
        ids = {record.id for record in records}
        ids.update(edge.target for record in records for edge in self.index(record).edges)
        _check_ids(ids)
        #: Records and what their edges point at: what the plan will most likely ask of the store.
        self.ids: Final = frozenset(ids)
        for record in records:
            self.image(record)

    def image(self, record: Record | None) -> Image | None:
        """A record as it is stored."""
        if record is None:
            return None
        if id(record) not in self._images:
            self._images[id(record)] = (record, (record.kind, record.namespace, canonical(record.body)))
        return self._images[id(record)][1]

    def body(self, record: Record | None) -> str:
        """The canonical JSON of a record's body."""
        image = self.image(record)
        return image[2] if image else ""

    def index(self, record: Record | None) -> Index:
        """How a record is found."""
        if record is None:
            return _NOTHING
        if id(record) not in self._indexes:
            self._indexes[id(record)] = (record, self.schema.index(record))
        return self._indexes[id(record)][1]


def plan(draft: Draft, current: Current) -> list[Planned]:
    """The records that a commit leaves different, those derived from them included.

    ``current`` is asked once for all that the commit will most likely need: its records, and what
    their edges point at; for what derives from others besides, once more.

    Raises:
        Conflict: a record is not what its change says it was.
        ValueError: a derived kind that is not declared, an id that no store could keep.
    """
    states = _States(current)
    states.of(draft.ids)
    net = _net_changes(draft, states)
    changes = [*net, *_derive(draft, net, states)]
    return [
        Planned(change, draft.index(change.before), draft.index(change.after), draft.body(change.after))
        for change in changes
    ]


class _States:
    """Records as they stand in the store, each asked for once."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._asked: set[str] = set()
        self._states: dict[str, Image] = {}

    def of(self, ids: Iterable[str]) -> Mapping[str, Image]:
        """The records of the store among these, as they are stored."""
        wanted = list(ids)
        missing = set(wanted) - self._asked
        if missing:
            self._asked |= missing
            self._states.update(self._current(missing))
        return {id: self._states[id] for id in wanted if id in self._states}


def _net_changes(draft: Draft, stored: _States) -> list[Change]:
    """One change for each record that ends up different, after checking them all in their order."""
    states: dict[str, Image | None] = {}
    states.update(stored.of(change.id for change in draft.commit.changes))
    net: dict[str, tuple[Record | None, Record | None]] = {}
    misfits = []
    for change in draft.commit.changes:
        if states.get(change.id) != draft.image(change.before):
            misfits.append(change.id)
        states[change.id] = draft.image(change.after)
        first, _ = net.get(change.id, (change.before, None))
        net[change.id] = (first, change.after)
    if misfits:
        names = ", ".join(misfits[:3]) + (" …" if len(misfits) > 3 else "")
        raise Conflict(f"changed meanwhile: {names}; nothing was written", tuple(dict.fromkeys(misfits)))
    return [
        Change(before, after) for before, after in net.values() if draft.image(before) != draft.image(after)
    ]


def _derive(draft: Draft, net: list[Change], stored: _States) -> Iterable[Change]:
    def get(ids: Iterable[str]) -> Mapping[str, Record]:
        wanted = set(ids)
        found = {
            id: Record(id, kind, namespace, json.loads(body))
            for id, (kind, namespace, body) in stored.of(wanted).items()
        }
        for change in net:  # the commit's own records as they are after it
            found.pop(change.id, None)
            if change.after is not None and change.id in wanted:
                found[change.id] = change.after
        return found

    derived = draft.schema.derive(draft.commit.changes, get)
    for change in derived:
        if change.record.kind not in draft.schema.derived:
            raise ValueError(f"{change.id}: kind '{change.record.kind}' is derived and not declared so")
    _check_ids({change.id for change in derived})
    return derived


def _check_ids(ids: Iterable[str]) -> None:
    """Refuse ids that no store could keep: half a character (UnicodeEncodeError is a ValueError), NUL."""
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
