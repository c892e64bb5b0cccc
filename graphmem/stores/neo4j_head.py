"""The newest commit of a Neo4j store, and at which moments of the database it surely was the newest."""

from __future__ import annotations

from collections.abc import Collection

from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_migrations import Names


class Head:
    """Asks the server for the head; threads may share it.

    Args:
        connection: to the server.
        names: what is called how.
    """

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._query = names("MATCH (c:{x}Commit) WHERE c.seq > 0 RETURN c.seq ORDER BY c.seq DESC LIMIT 1")
        self._known: tuple[str, int] | None = None

    def read(self) -> int:
        """``seq`` of the newest commit, 0 if there is none."""
        rows = self._connection.read(self._query)
        head = int(rows[0][0]) if rows else 0
        if rows.moment is not None:
            self._known = rows.moment, head
        return head

    def was(self, seq: int | None, moments: Collection[str | None]) -> bool:
        """Whether all these moments are one, at which ``seq`` is known to have been the head.

        Then what was read at it needs no second look at the head, which would cost as much as the read.
        """
        known = self._known
        return known is not None and known[1] == seq and set(moments) == {known[0]}
