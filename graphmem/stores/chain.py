"""The chain of the log: each commit carries a hash of itself and of the one before it.

So a commit that was altered, taken out, put in or moved by other hands is found by reading the log once
(a hash chain: Haber and Stornetta 1991, "How to Time-Stamp a Digital Document"). It is no signature: who may
write the whole store may also compute the whole chain anew, which shows only to someone who noted its end.

One chain for all namespaces: their commits are numbered one by one anyway, so a writer holds the lock on the
number already when it needs the hash before its own, and the costly part, the hash of the changes, is made
before.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

from graphmem.stores.log import LogRow
from graphmem.types import Commit

GENESIS: Final = b""  # what stands before the first commit
_SIZE: Final = 32


class Link(NamedTuple):
    """A row of the log, and the hash that is kept with it."""

    row: LogRow
    hash: bytes


def _digest(*parts: bytes) -> bytes:
    """256 bits of BLAKE2b; parts are length-prefixed."""
    hasher = blake2b(digest_size=_SIZE)
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.digest()


def content(commit: Commit, changes: bytes) -> bytes:
    """The hash of a commit without its place in the log; ``changes`` as ``log.written`` gives them."""
    told = (commit.id, commit.namespace, commit.author, commit.at.isoformat(), commit.message)
    return _digest(*(text.encode("utf-8", "surrogatepass") for text in told), changes)


def content_of_row(row: LogRow) -> bytes:
    """``content`` of a row of the log.

    Raises:
        zlib.error: its changes are damaged.
    """
    *_, packed = row
    return _digest(*(text.encode("utf-8", "surrogatepass") for text in row[1:6]), zlib.decompress(packed))


def linked(before: bytes, seq: int, own: bytes) -> bytes:
    """The hash of a commit at its place: after the one whose hash is ``before``."""
    return _digest(before, seq.to_bytes(8, "little"), own)


def chained(rows: Iterable[LogRow], before: bytes = GENESIS) -> Iterator[tuple[int, bytes]]:
    """Number and hash of rows in their order, the first of which follows ``before``."""
    for row in rows:
        before = linked(before, row[0], content_of_row(row))
        yield row[0], before
