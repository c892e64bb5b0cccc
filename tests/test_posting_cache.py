"""Posting lists in memory are those of the tables, whatever was written and whenever they were asked for."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.stores import posting_cache
from graphmem.stores.contract import SCHEMA, commit, note
from graphmem.stores.posting_cache import PostingCache
from graphmem.stores.sqlite import SQLiteStore
from graphmem.stores.sqlite_tables import SQLiteTables
from graphmem.types import Change, Record

WORDS = ("amber", "birch", "cedar")
texts = st.none() | st.lists(st.sampled_from((*WORDS, "other")), max_size=4).map(" ".join)
# A commit (which of six records, what it says then; None removes it) and which words are asked for after it.
steps = st.tuples(st.integers(0, 5), texts, st.lists(st.sampled_from(WORDS), unique=True))


@pytest.mark.parametrize(("most", "written"), [(10**6, 10**6), (10**6, 2), (2, 10**6), (0, 0)])
@settings(max_examples=15, deadline=None)
@given(st.lists(steps, max_size=12))
def test_lists_follow_every_commit(
    most: int, written: int, history: list[tuple[int, str | None, list[str]]]
) -> None:
    """Brought up to date, read anew, and turned out of the cache."""
    with TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setattr(posting_cache, "MOST", most)
        patch.setattr(posting_cache, "_WRITTEN", written)
        cache = PostingCache()
        records: dict[str, Record] = {}
        seen = 0
        with closing(SQLiteStore(Path(directory) / "s.db", SCHEMA)) as store:
            for number, (which, text, asked) in enumerate(history):
                before = records.pop(f"n{which}", None)
                after = None if text is None else note(f"n{which}", text, tags=["t"])
                if before != after:
                    store.apply(commit(f"c{number}", Change(before, after)))
                if after is not None:
                    records[after.id] = after
                with store._reader.setup() as connection:
                    tables = SQLiteTables(connection, SCHEMA.index)
                    cache.follow(tables.touched(seen))
                    seen = tables.head()
                    expected = tables.postings(asked)
                    for term, (keys, counts) in zip(asked, cache.of(tables, asked), strict=True):
                        assert keys.tolist() == expected[term][0].tolist()
                        assert counts.tolist() == expected[term][1].tolist()


def test_a_commit_costs_its_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of a word that was asked for is not read of the tables again."""
    read: list[str] = []
    own = SQLiteTables._postings

    def counted(self: SQLiteTables, term: str) -> tuple[np.ndarray, np.ndarray]:
        read.append(term)
        return own(self, term)

    monkeypatch.setattr(SQLiteTables, "_postings", counted)
    from graphmem.types import View

    with closing(SQLiteStore(tmp_path / "s.db", SCHEMA)) as store:
        store.apply(commit("c0", *(Change(None, note(f"n{n}", f"amber {n}")) for n in range(100))))
        for turn in range(3):
            store.apply(commit(f"c{turn + 1}", Change(None, note(f"m{turn}", f"amber birch amber {turn}"))))
            found = [id for id, _ in store.search_text(View.of("a"), "amber birch", 200)]
            assert len(found) == 101 + turn and found[turn].startswith("m")
    assert sorted(read) == ["amber", "birch"]
