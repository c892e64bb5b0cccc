"""Reads of a Neo4j store that need no sidecar: records, pages of a scan, the log."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from graphmem.stores.log import unpack
from graphmem.stores.moments import microseconds
from graphmem.stores.neo4j_chain import LOG_COLUMNS, log_row
from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_migrations import Names
from graphmem.stores.neo4j_tables import parallel, sendable
from graphmem.types import Commit, Record, View

COMMITS: Final = 20  # of the log in one answer
PAGE: Final = 500  # records of a scan
_KEPT: Final = 10_000  # records, about a kilobyte each

Row = tuple[str, str, str, str]  # id, kind, namespace and body of a record


class KeptRows:
    """Rows of records by node key as they were read, until the next commit.

    One recall comes back to the same passages and documents half a dozen times.
    """

    def __init__(self) -> None:
        self._now: tuple[int | None, dict[int, Row]] = (None, {})

    def of(self, seq: int | None) -> dict[int, Row]:
        """Those of a commit, to be read and added to; of another commit there are none any more."""
        at, rows = self._now
        if at != seq or len(rows) > _KEPT:
            rows = {}
            self._now = seq, rows
        return rows


def seen(view: View) -> tuple[str, dict[str, Any]]:
    """The view as a condition on node ``n``, and its parameters."""
    condition = "n.namespace IN $namespaces AND n.kind IS NOT NULL"
    parameters: dict[str, Any] = {"namespaces": sorted(filter(sendable, view.namespaces))}
    if view.kinds is not None:
        condition += " AND n.kind IN $kinds"
        parameters["kinds"] = sorted(filter(sendable, view.kinds))
    if view.as_of is not None:
        condition += " AND n._valid_at <= $moment AND $moment < n._invalid_at"
        parameters["moment"] = microseconds(view.as_of)
    return condition, parameters


def record(row: Sequence[str]) -> Record:
    """The record of a row."""
    id, kind, namespace, body = row
    return Record(id, kind, namespace, json.loads(body))


def rows_by_id(
    connection: Connection, names: Names, view: View, ids: Sequence[str]
) -> tuple[dict[str, Row], str | None]:
    """Rows of the records in view by id, and the moment that they are of, if it is one.

    Raises:
        Torn: a node was changed meanwhile.
    """
    condition, parameters = seen(view)
    query = names(
        f"MATCH (n:{{x}}) WHERE n.id IN $ids AND {condition} "
        "RETURN collect(n.id), collect(n.kind), collect(n.namespace), collect(n._body)"
    )
    found = connection.read(query, ids=list(ids), **parameters)
    return {row[0]: row for row in zip(*parallel(found[0]), strict=True)}, found.moment


def rows_by_key(
    connection: Connection, names: Names, keys: Iterable[int]
) -> tuple[dict[int, Row], str | None]:
    """Rows of the records under node keys, and the moment that they are of, if it is one.

    Raises:
        Torn: a node was changed meanwhile.
    """
    found = connection.read(
        names(
            "MATCH (n:{x}) WHERE n._key IN $keys AND n.kind IS NOT NULL RETURN collect(n._key), "
            "collect(n.id), collect(n.kind), collect(n.namespace), collect(n._body)"
        ),
        keys=list(keys),
    )
    numbers, *columns = parallel(found[0])
    return dict(zip(numbers, zip(*columns, strict=True), strict=True)), found.moment


def ids_of_kind(connection: Connection, names: Names, view: View) -> list[str]:
    """Ids of the records in view, in order."""
    condition, parameters = seen(view)
    query = names(f"MATCH (n:{{x}}) WHERE {condition} RETURN collect(n.id)")
    ((found,),) = connection.read(query, **parameters)
    return sorted(found)


def pages(connection: Connection, names: Names, view: View, ids: Sequence[str]) -> Iterator[Record]:
    """The records of these ids that are still in view, read a page at a time."""
    condition, parameters = seen(view)
    query = names(
        f"MATCH (n:{{x}}) WHERE n.id IN $ids AND {condition} "
        "RETURN n.id, n.kind, n.namespace, n._body ORDER BY n.id"
    )
    for start in range(0, len(ids), PAGE):
        page = connection.read(query, ids=ids[start : start + PAGE], **parameters)
        yield from (record(row) for row in page if None not in row)


def commits(
    connection: Connection, names: Names, view: View, after: int, touching: str | None
) -> Iterator[Commit]:
    """The commits of the view's namespaces after one, in order; the first of them are read at once."""
    if touching is not None and not sendable(touching):
        return iter(())
    first = _page_after(connection, names, view, after, touching)

    def pages() -> Iterator[Commit]:
        page = first
        while page:
            yield from page
            page = _page_after(connection, names, view, page[-1].seq, touching)

    return pages()


def _page_after(
    connection: Connection, names: Names, view: View, after: int, touching: str | None
) -> list[Commit]:
    """The next commits of the view's namespaces, in order."""
    trail = "(:{x} {id: $touching})<-[:CHANGED]-" if touching else ""
    query = names(
        f"MATCH {trail}(c:{{x}}Commit) WHERE c.seq > $after AND c.namespace IN $namespaces "
        f"RETURN {LOG_COLUMNS} ORDER BY c.seq LIMIT {COMMITS}"
    )
    namespaces = sorted(filter(sendable, view.namespaces))
    rows = connection.read(query, after=after, namespaces=namespaces, touching=touching)
    return [unpack(log_row(row)) for row in rows]
