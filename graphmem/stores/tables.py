"""What a sidecar is loaded from: records, words, vectors and edges of a store, by node key.

A node key is a small integer that a store gives an id until its log is rewritten; 0 is no node. A symbol
is the same for the names that repeat a million times: kinds, edge kinds, namespaces; 0 is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.bm25 import Postings

Keys = NDArray[np.int64]
Way = Literal["out", "in", "degree"]

# The node that a row lies by, the other end (of a degree the namespace), the kind, the weight or count.
EDGE: Final = np.dtype([("near", "i4"), ("far", "i4"), ("kind", "i4"), ("weight", "f4")])


# What a record is filtered by. Moments are microseconds since 1970 UTC; ``length`` is -1 without a text.
RECORD: Final = np.dtype(
    [
        ("key", "i8"),
        ("namespace", "i4"),
        ("kind", "i4"),
        ("valid_at", "i8"),
        ("invalid_at", "i8"),
        ("length", "i4"),
    ]
)


class Tables(Protocol):
    """A store's contents at one moment; all that follows a head read before it is part of it."""

    def head(self) -> int:
        """``seq`` of the newest commit."""
        ...

    def epoch(self) -> int:
        """How often the log was rewritten: keys and names of nodes are good for one epoch."""
        ...

    def nodes(self) -> int:
        """The greatest node key."""
        ...

    def touched(self, after: int) -> Keys:
        """Nodes whose records were written by commits after that one, each once, ascending."""
        ...

    def records(self, keys: Keys | None) -> NDArray[np.void]:
        """Rows of ``RECORD``: the current records of these nodes, or all."""
        ...

    def vectors(self, keys: Keys | None) -> Iterable[tuple[int, bytes]]:
        """The int8 vectors of these nodes, or all."""
        ...

    def tokens(self, keys: Keys) -> Iterable[tuple[int, bytes]]:
        """The tokens of these nodes, of those that have some."""
        ...

    def postings(self, terms: Sequence[str]) -> Mapping[str, Postings]:
        """Of each stemmed word the nodes whose texts hold it, ascending, and how often."""
        ...

    def words(self, keys: Keys) -> Mapping[int, Counter[str]]:
        """How often each stemmed word occurs in the texts of these nodes, of those that have one."""
        ...

    def edges(self, way: Way, keys: Keys | None, kinds: Sequence[int] | None = None) -> NDArray[np.void]:
        """Rows of ``EDGE`` by these nodes, or all: edges out of or into them, or their in-degrees.

        With ``kinds``, symbols, only edges of these.
        """
        ...

    def symbols(self, names: Iterable[str]) -> Mapping[str, int]:
        """Symbols of those names that the store knows."""
        ...

    def ids(self, keys: Keys) -> Mapping[str, int]:
        """Keys by id, of these keys."""
        ...

    def keys(self, ids: Sequence[str]) -> Mapping[str, int]:
        """Keys by id, of those ids that the store knows."""
        ...
