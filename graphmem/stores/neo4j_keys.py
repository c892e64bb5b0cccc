"""Numbers of nodes, as the arrays of every process count them: reserved in blocks, each given once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_migrations import Names

# Keys for so many new nodes.
NewKeys = Callable[[int], Sequence[int]]

_LARGEST: Final = 8192
_RESERVE: Final = "MATCH (k:{x}Keys) SET k.last = k.last + $count RETURN k.last"


class KeyBlocks:
    """Keys that this process has reserved. Threads may share it.

    Reserving is a transaction of its own, so that writers do not hold each other up until their end.
    What a process reserved and did not use stays a gap, which costs each array the length of it: so
    blocks are small at first, and as long as what was used before.
    """

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._query = names(_RESERVE)
        self._lock = threading.Lock()
        self._left = range(0)
        self._used = 0

    def take(self, count: int) -> Sequence[int]:
        """So many keys that no other node has or will have."""
        with self._lock:
            taken = list(self._left[:count])
            self._left = self._left[count:]
            if lacking := count - len(taken):
                block = self._reserve(max(lacking, min(self._used, _LARGEST)))
                taken += block[:lacking]
                self._left = block[lacking:]
            self._used += count
            return taken

    def _reserve(self, count: int) -> range:
        last: int = self._connection.write(
            lambda transaction: transaction.run(self._query, {"count": count}).single(strict=True)[0]
        )
        return range(last - count + 1, last + 1)
