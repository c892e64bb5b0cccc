"""Any life of a LangGraph store is that of its own InMemoryStore, but where that has no promise."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import opened
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

pytest.importorskip("langgraph")

from langgraph.store.base import GetOp, Item, ListNamespacesOp, MatchCondition, Op, PutOp, SearchOp
from langgraph.store.memory import InMemoryStore

from graphmem.langgraph import GraphMemStore

LABELS = st.sampled_from(["users", "docs", "ann", "Bø B", "*", "v1", "x" * 50])
NAMESPACES = st.lists(LABELS, min_size=1, max_size=3).map(tuple)
PREFIXES = st.lists(LABELS, max_size=2).map(tuple)
KEYS = st.sampled_from(["a", "b", "item/1", "Ü ?*", ""])
WORDS = st.sampled_from(["Ada likes tea.", "Bob lives in Oslo.", "The ash fell.", "", "1", "zebra"])
PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 4.99]) | WORDS
NESTED = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
VALUES = st.dictionaries(st.sampled_from(["text", "n", "kind", "more"]), NESTED, max_size=4)
NUMBERS = st.integers(-3, 3) | st.floats(-4, 4)
# What InMemoryStore compares it takes for a number, and fails where it is none.
COMPARED = st.sampled_from(["$gt", "$gte", "$lt", "$lte"])
FILTERS = st.dictionaries(
    st.sampled_from(["text", "kind", "more"]),
    PLAIN | NESTED | st.builds(lambda name, to: {name: to}, st.sampled_from(["$eq", "$ne"]), PLAIN),
    max_size=2,
)
CONDITIONS = st.lists(
    st.builds(MatchCondition, st.sampled_from(["prefix", "suffix"]), st.lists(LABELS, max_size=2).map(tuple)),
    max_size=2,
).map(tuple)


def shown(item: Item | None) -> Any:
    return item and (item.namespace, item.key, json.dumps(item.value, sort_keys=True))


class Store(RuleBasedStateMachine):
    """Both stores get the same operations; each must answer what the other answers."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.memory = opened(Path(self.folder.name))
        self.ours = GraphMemStore(self.memory, pipeline=None)
        self.theirs = InMemoryStore()
        self.there: set[tuple[tuple[str, ...], str]] = set()

    def both(self, *ops: Op) -> list[tuple[Any, Any]]:
        return list(zip(self.ours.batch(ops), self.theirs.batch(ops), strict=True))

    @rule(
        ops=st.lists(st.builds(PutOp, NAMESPACES, KEYS, VALUES | st.none()), min_size=1, max_size=3),
        index=st.sampled_from([None, False, ["text"], ["more[*].a", "kind"]]),
    )
    def put(self, ops: list[PutOp], index: Any) -> None:
        self.both(*(op._replace(index=index) for op in ops))
        for op in ops:
            (self.there.discard if op.value is None else self.there.add)((op.namespace, op.key))

    @rule(namespace=NAMESPACES, key=KEYS)
    def get(self, namespace: tuple[str, ...], key: str) -> None:
        for ours, theirs in self.both(GetOp(namespace, key)):
            assert shown(ours) == shown(theirs)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), value=VALUES | st.none())
    def change(self, data: st.DataObject, value: dict[str, Any] | None) -> None:
        namespace, key = data.draw(st.sampled_from(sorted(self.there)))
        before = self.ours.get(namespace, key)
        (ours, theirs), _ = self.both(GetOp(namespace, key), PutOp(namespace, key, value))
        assert shown(ours) == shown(theirs) == shown(before)
        after = self.ours.get(namespace, key)
        if value is None:
            self.there.discard((namespace, key))
            assert after is None
        else:
            assert before and after
            assert after.created_at == before.created_at <= before.updated_at < after.updated_at

    @rule(namespace=NAMESPACES, filter=st.none() | FILTERS, limit=st.integers(0, 5), offset=st.integers(0, 2))
    def list(self, namespace: tuple[str, ...], filter: Any, limit: int, offset: int) -> None:
        """Of one namespace in the order in which the items came; of more it has no promise."""
        own = [one for one, _ in self.there if one[: len(namespace)] == namespace]
        for ours, theirs in self.both(SearchOp(namespace, filter, limit, offset)):
            if set(own) <= {namespace}:
                assert list(map(shown, ours)) == list(map(shown, theirs))
            assert len(ours) == len(theirs)

    @rule(prefix=PREFIXES, filter=st.none() | FILTERS, query=st.none() | WORDS)
    def search(self, prefix: tuple[str, ...], filter: Any, query: str | None) -> None:
        for ours, theirs in self.both(SearchOp(prefix, filter, 100, 0, query)):
            assert Counter(map(shown, ours)) == Counter(map(shown, theirs))

    @rule(name=st.sampled_from(["n", "kind"]), compared=COMPARED, to=NUMBERS)
    def compare(self, name: str, compared: str, to: float) -> None:
        """InMemoryStore fails as soon as one item has no number there; ours leaves such an item out."""
        op = SearchOp((), {name: {compared: to}}, 100)
        [ours] = self.ours.batch([op])
        every = {(item.namespace, item.key): item for item in self.theirs.search((), limit=1000)}
        fitting = set()
        for address, item in every.items():
            alone = InMemoryStore()
            alone.put(("one",), "one", item.value)
            with suppress(TypeError, ValueError):
                fitting |= {address} if alone.batch([op])[0] else set()
        assert {(item.namespace, item.key) for item in ours} == fitting

    @rule(conditions=CONDITIONS, depth=st.none() | st.integers(1, 3), limit=st.integers(0, 9))
    def namespaces(self, conditions: tuple[MatchCondition, ...], depth: int | None, limit: int) -> None:
        """InMemoryStore tells those too that were only asked for, or are empty: it is made anew."""
        theirs = InMemoryStore()
        theirs.batch([PutOp(namespace, key, {}) for namespace, key in self.there])
        op = ListNamespacesOp(conditions, depth, limit)
        assert self.ours.batch([op]) == theirs.batch([op])

    def teardown(self) -> None:
        if hasattr(self, "memory"):
            self.memory.close()
            self.folder.cleanup()


Store.TestCase.settings = settings(
    max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
test_any_life = Store.TestCase
