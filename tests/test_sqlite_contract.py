"""The SQLite store keeps the contract, and so do its parts on data that Hypothesis chooses."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.changes import inverse
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.stores.contract import HOUR, NOON, SCHEMA, commit, creation, everything, note
from graphmem.testing import StoreContract
from graphmem.types import Change, Record, Schema, View


class TestSQLiteStore(StoreContract):
    def open(self, directory: Path, schema: Schema, name: str) -> Store:
        return open_store(f"sqlite:///{directory / name}.db", schema)


text = st.text(st.characters(codec="utf-8"), max_size=40)
moments = st.none() | st.integers(-10_000, 10_000).map(lambda hours: NOON + HOUR * hours)
links = st.lists(
    st.tuples(
        st.sampled_from(["cites", "near"]),
        st.sampled_from(["n0", "n1", "n2", "x"]),
        st.floats(0, 9, width=32),
    ),
    max_size=3,
    unique_by=lambda link: link[:2],
)


def records(id: str) -> st.SearchStrategy[Record]:
    return st.builds(
        note,
        st.just(id),
        st.none() | text,
        links=links,
        tags=st.lists(st.sampled_from(["red", "blue"]), unique=True),
        since=moments,
        until=moments,
    )


states = st.tuples(*(st.none() | records(f"n{number}") for number in range(3)))


def between(before: tuple[Record | None, ...], after: tuple[Record | None, ...]) -> list[Change]:
    return [Change(old, new) for old, new in zip(before, after, strict=True) if old != new]


@settings(max_examples=60, deadline=None)
@given(st.lists(states, min_size=2, max_size=5))
def test_undoing_all_commits_last_first_goes_back_through_every_state(
    history: list[tuple[Record | None, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        store = open_store(f"sqlite:///{directory}/store.db", SCHEMA)
        try:
            seen = [everything(store, "a")]
            done: list[list[Change]] = []
            before: tuple[Record | None, ...] = (None, None, None)
            for number, after in enumerate(history):
                done.append(between(before, after))
                store.apply(commit(f"do{number}", *done[-1]))
                seen.append(everything(store, "a"))
                before = after
            assert store.check() == []
            for number, changes in reversed(list(enumerate(done))):
                assert everything(store, "a") == seen[number + 1]
                store.apply(commit(f"undo{number}", *inverse(changes)))
            assert everything(store, "a") == {}
            assert store.check() == []
        finally:
            store.close()


@settings(max_examples=60, deadline=None)
@given(text, text, text)
def test_a_text_is_found_by_its_own_words_and_by_no_other_tenant(mine: str, other: str, query: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        store = open_store(f"sqlite:///{directory}/store.db", SCHEMA)
        try:
            store.apply(creation("c1", note("n1", mine)))
            alone = store.search_text(View.of("a"), query, 5)
            store.apply(creation("c2", note("m1", other, namespace="b"), namespace="b"))
            assert store.search_text(View.of("a"), query, 5) == alone
            found = store.search_text(View.of("a"), mine, 5)
            assert {id for id, _ in found} <= {"n1"}
            if any(word.isascii() and word.isalnum() for word in mine.split()):
                assert found
        finally:
            store.close()
