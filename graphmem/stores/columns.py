"""What records are filtered by, in arrays by node key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.tables import RECORD, Keys

_NONE: Final = {"namespace": 0, "kind": 0, "valid_at": 0, "invalid_at": 0, "length": -1}


class Columns:
    """Namespace, kind, interval of validity and length in tokens of each record, by node key.

    A node without a record has namespace 0, which is no symbol; a record without a text has length -1.

    Args:
        columns: arrays of one length, by name, to begin with.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any]] | None = None) -> None:
        found = columns or {name: np.zeros(0, dtype=RECORD[name]) for name in _NONE}
        self._columns: dict[str, NDArray[Any]] = {name: found[name] for name in _NONE}

    def __len__(self) -> int:
        return len(self._columns["length"])

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Tokens of each record's text, by node key."""
        return self._columns["length"]

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """The columns by name."""
        return self._columns

    def put(self, rows: NDArray[np.void]) -> None:
        """Take in rows of ``RECORD``."""
        if len(rows):
            keys = rows["key"]
            self.resize(int(keys.max()) + 1)
            for name, column in self._columns.items():
                column[keys] = rows[name]

    def close(self, keys: Keys) -> None:
        """Forget the records of these nodes."""
        for name in ("namespace", "length"):
            self._columns[name][keys] = _NONE[name]

    def resize(self, size: int) -> None:
        """Make room for node keys below ``size``."""
        if size <= len(self):
            return
        # Room for more, so that each of many small commits need not copy everything.
        more = size + size // 8 - len(self)
        self._columns = {
            name: np.concatenate((column, np.full(more, _NONE[name], dtype=column.dtype)))
            for name, column in self._columns.items()
        }

    def seen(
        self,
        namespaces: Sequence[int],
        kinds: Sequence[int] | None,
        moment: int | None,
        keys: Keys | slice = slice(None),
    ) -> NDArray[np.bool_]:
        """Which of these nodes have a record of these namespaces and kinds that is valid at a moment."""
        seen = _among(self._columns["namespace"][keys], namespaces)
        if kinds is not None:
            seen &= _among(self._columns["kind"][keys], kinds)
        if moment is not None:
            seen &= (self._columns["valid_at"][keys] <= moment) & (moment < self._columns["invalid_at"][keys])
        return seen


def _among(symbols: NDArray[np.int32], wanted: Sequence[int]) -> NDArray[np.bool_]:
    """Which symbols are wanted: looked up, since there are few symbols and millions of rows."""
    table = np.zeros(max(int(symbols.max(initial=0)), *wanted, 0) + 1, dtype=bool)
    table[list(wanted)] = True
    return np.asarray(table[symbols])
