"""Node keys of ids where a column holds all ids: found without asking the tables, and nothing for others."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphmem.stores.names import Names
from graphmem.stores.sqlite_tables import SQLiteTables

IDS = st.text(alphabet="abe017", min_size=1, max_size=6)


@given(st.sets(IDS, max_size=40), st.lists(IDS | st.sampled_from(["", "é", "a\0", "a" * 40]), max_size=40))
def test_ids_have_the_keys_of_their_rows_and_what_is_no_id_has_none(
    known: set[str], asked: list[str]
) -> None:
    ids = sorted(known, key=lambda id: id[::-1])  # in another order than their own
    column = np.array([b"", *(id.encode() for id in ids)])
    names = Names()
    names.begin(column, np.argsort(column).astype(np.int32))
    nothing = object.__new__(SQLiteTables)  # without tables: nothing is asked
    row = {id: key for key, id in enumerate(ids, start=1)}
    for _ in range(2):  # looked up, and as it was learned
        assert names.keys(nothing, [*asked, *ids]).tolist() == [row.get(id, 0) for id in [*asked, *ids]]
