"""The log of a Neo4j store as rows of a chain, inside the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from graphmem.stores.chain import GENESIS, chained
from graphmem.stores.log import LogRow

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

    from graphmem.stores.neo4j_migrations import Names

LOG_COLUMNS: Final = "c.seq, c.id, c.namespace, c.author, c._at, c.message, c._changes"
_PAGE: Final = 200
_ROWS: Final = f"MATCH (c:{{x}}Commit) WHERE c.seq > $after RETURN {LOG_COLUMNS} ORDER BY c.seq LIMIT {_PAGE}"
_HASH: Final = "MATCH (c:{x}Commit {seq: $seq}) RETURN c._hash"
_LINKS: Final = """
UNWIND $links AS link MATCH (c:{x}Commit {seq: link[0]}) SET c._hash = link[1]
WITH link ORDER BY link[0] DESC LIMIT 1
MATCH (m:{x}Meta) SET m._hash = link[1]
"""
# No number is given to others until the end of the transaction.
_LOCK: Final = "MATCH (m:{x}Meta) SET m.seq = m.seq"


def log_row(values: Iterable[Any]) -> LogRow:
    """A row of ``LOG_COLUMNS`` as ``unpack`` takes it."""
    seq, id, namespace, author, at, message, changes = values
    return seq, id, namespace, author, at, message, bytes(changes)


def pages(transaction: ManagedTransaction, names: Names, after: int = 0) -> Iterator[list[LogRow]]:
    """The log after a commit, in order, a page at a time: it may be written between two of them."""
    while True:
        found = transaction.run(names(_ROWS), {"after": after})
        page = [log_row(row.values()) for row in found]
        if not page:
            return
        yield page
        after = page[-1][0]


def chain_anew(transaction: ManagedTransaction, names: Names, after: int = 0) -> None:
    """Compute the hashes of all commits after one."""
    transaction.run(names(_LOCK)).consume()
    before: bytes = GENESIS
    if after:
        before = bytes(transaction.run(names(_HASH), {"seq": after}).single(strict=True)[0])
    for page in pages(transaction, names, after):
        links = list(chained(page, before))
        _, before = links[-1]
        transaction.run(names(_LINKS), {"links": [list(link) for link in links]}).consume()
