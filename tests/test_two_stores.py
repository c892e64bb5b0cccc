"""Two stores, one behaviour: what SQLite answers Neo4j answers too, record for record and score for score."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import pytest
from conftest import put, records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j_stores import Neo4jStores

from graphmem import Memory, projection
from graphmem.changes import inverse
from graphmem.copying import Copied, copy
from graphmem.errors import GraphMemError, StoreError
from graphmem.export import export_lines, import_lines
from graphmem.ranking import Ranking
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.stores.contract import CARD, HOUR, NOON, NOTE, SCHEMA, TAG, commit, creation, direction, note
from graphmem.stores.contract import of_encoder as vectors_of
from graphmem.testing import HashEmbedder
from graphmem.types import Adjacency, Change, Commit, FloatArray, Record, Vectors, View

# --- the same commits, whatever they are ------------------------------------------------------

IDS = [f"n{number}" for number in range(6)]
TAGS = [f"tag-{namespace}-{colour}" for namespace in "ab" for colour in ("red", "blue")]
QUERIES = ("birch amber", "cedar birches ELAN", "n0 \U0001f333 x")
NEAR = (direction(1, 2, 3), direction(-1, 0.2), direction(0, 0, 1))

words = st.lists(
    st.sampled_from(["birch", "Birches", "amber", "cedar", "Élan", "the", "\U0001f333"]), max_size=6
)
texts = st.none() | words.map(" ".join) | st.text(st.characters(codec="utf-8"), max_size=12)
moments = st.none() | st.integers(-3, 3).map(lambda hours: NOON + HOUR * hours)
links = st.lists(
    st.tuples(
        st.sampled_from(["cites", "near"]), st.sampled_from([*IDS, "x"]), st.sampled_from([0.1, 1.0, 2.5])
    ),
    max_size=4,
)
contents = st.none() | st.fixed_dictionaries(
    {
        "text": texts,
        "kind": st.sampled_from([NOTE, NOTE, CARD]),
        "links": links,
        "tags": st.lists(st.sampled_from(["red", "blue"]), unique=True),
        "since": moments,
        "until": moments,
    }
)
vectors = st.dictionaries(
    st.sampled_from(IDS), st.tuples(*[st.integers(-3, 3)] * 3).filter(any), max_size=4
).map(lambda by_id: {id: direction(*components) for id, components in by_id.items()})
views = st.builds(
    lambda namespaces, as_of, kinds: View.of(*namespaces, as_of=as_of, kinds=kinds),
    st.sampled_from([("a",), ("b",), ("a", "b"), ("a", "nobody")]),
    moments,
    st.none() | st.sets(st.sampled_from([NOTE, CARD, TAG])),
)
steps = st.one_of(
    st.tuples(
        st.just("write"),
        st.sampled_from(["a", "a", "b"]),
        st.dictionaries(st.sampled_from(IDS), contents, max_size=4),
        vectors,
    ),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("again"), st.integers(0, 9), st.sampled_from(["a", "b"])),
    st.tuples(
        st.just("embed"), st.sampled_from(["a", "b"]), vectors, st.sampled_from(["contract-16", "other"])
    ),
)


def outcome(call: Callable[[], object]) -> object:
    """What a call returns, or the class of its error."""
    try:
        return call()
    except (GraphMemError, ValueError) as error:
        return type(error)


class Twins:
    """Two stores that are told the same, and what both of them hold."""

    def __init__(self, *stores: Store) -> None:
        self.stores = stores
        self.done: list[Commit] = []
        self._number = count()

    def apply(self, made: Commit, by_id: Mapping[str, FloatArray], encoder: str = "contract-16") -> None:
        given = Vectors(encoder, by_id) if by_id else None
        one, two = (outcome(lambda store=store: store.apply(made, given)) for store in self.stores)
        assert one == two
        if isinstance(one, Commit):
            self.done.append(one)

    def step(self, what: str, *rest: Any) -> None:
        id = f"c{next(self._number)}"
        if what == "write":
            namespace, wanted, by_id = rest
            self.apply(commit(id, *self._changes(namespace, wanted), namespace=namespace), by_id)
        elif what == "embed":
            namespace, by_id, encoder = rest
            self.apply(commit(id, namespace=namespace), by_id, encoder)
        elif self.done:  # what may no longer fit, or was done already
            old = self.done[rest[0] % len(self.done)]
            if what == "undo":
                self.apply(commit(id, *inverse(old.changes), namespace=old.namespace), {})
            else:
                self.apply(commit(old.id, *old.changes, namespace=rest[1]), {})

    def _changes(self, namespace: str, wanted: Mapping[str, Any]) -> Iterator[Change]:
        """From what is there; an id of the other namespace is taken for a new one, which is a conflict."""
        there = self.stores[0].get(View.of(namespace), list(wanted))
        for id, content in wanted.items():
            before = there.get(id)
            after = None if content is None else note(id, namespace=namespace, **content)
            if before != after:
                yield Change(before, after)

    def compare(self, view: View) -> None:
        for name, read in READS.items():
            one, two = (read(store, view) for store in self.stores)
            assert one == two, name


def edges(found: Adjacency, ordered: bool) -> object:
    """Edges in their order, if it is promised, with their degrees."""
    rows = list(zip(found.source, found.kind, found.target, found.weight.tolist(), strict=True))
    return (rows if ordered else sorted(rows)), dict(found.degree)


def neighbours(store: Store, view: View) -> object:
    ways: Sequence[Literal["out", "in"]] = ("out", "in")
    kinds, asked = ["cites", "near"], [*IDS, "x", "nowhere"]
    return [
        edges(store.neighbours(view, asked, kinds, way, cap, limit), ordered=limit is not None)
        for way, cap, limit in product(ways, (None, 1), (None, 2))
    ]


def told(store: Store, view: View) -> object:
    info = store.info()
    return info.encoder, store.encoder(), info.commits, info.records, info.vectors, store.head()


READS: dict[str, Callable[[Store, View], object]] = {
    "get": lambda store, view: dict(store.get(view, [*IDS, *TAGS, "nowhere"])),
    "scan": lambda store, view: [list(store.scan(view, kind)) for kind in (NOTE, CARD, TAG, "none")],
    "count": lambda store, view: [store.count(view, kind) for kind in (NOTE, CARD, TAG, "none")],
    "neighbours": neighbours,
    "search_text": lambda store, view: [
        store.search_text(view, query, k) for query in QUERIES for k in (2, 50)
    ],
    "search_vector": lambda store, view: [
        outcome(lambda q=query, k=k: store.search_vector(view, q, k)) for query in NEAR for k in (2, 50)
    ],
    "vectors": lambda store, view: {
        id: v.tobytes() for id, v in store.vectors(view, [*IDS, "nowhere"]).items()
    },
    "cosines": lambda store, view: store.cosines(view, [*IDS, "nowhere"], NEAR[0]).tolist(),
    "commits": lambda store, view: list(store.commits(view)) + list(store.commits(view, after=2)),
    "touching": lambda store, view: [list(store.commits(view, touching=id)) for id in [*IDS[:2], "nowhere"]],
    "told": told,
}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(st.tuples(steps, views), min_size=1, max_size=8))
def test_whatever_is_written_both_stores_answer_alike(
    neo4j_stores: Neo4jStores, history: list[tuple[Any, View]]
) -> None:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        stack.callback(neo4j_stores.give_back)
        sqlite = stack.enter_context(closing(open_store(f"sqlite:///{folder}/store.db", SCHEMA)))
        neo4j = stack.enter_context(closing(neo4j_stores.open("store", SCHEMA)))
        twins = Twins(sqlite, neo4j)
        for step, view in history:
            twins.step(*step)
            twins.compare(view)
        twins.compare(View.of("a", "b"))
        assert sqlite.check() == neo4j.check() == []


ODD_MOMENTS = [
    datetime(1930, 5, 1, tzinfo=timezone(timedelta(minutes=19, seconds=32))),
    datetime(2024, 1, 1, 12, 0, 0, 1, tzinfo=timezone(-timedelta(hours=23, minutes=59))),
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=5))),
]


@pytest.mark.parametrize("moment", ODD_MOMENTS, ids=str)
def test_a_moment_may_have_any_offset(neo4j_stores: Neo4jStores, tmp_path: Path, moment: datetime) -> None:
    made = replace(creation("c1", note("n1", "birch", since=moment)), at=moment)
    with (
        closing(open_store(f"sqlite:///{tmp_path}/store.db", SCHEMA)) as sqlite,
        closing(neo4j_stores.open("store", SCHEMA)) as neo4j,
    ):
        twins = Twins(sqlite, neo4j)
        twins.apply(made, {})
        for as_of in (moment, NOON):
            twins.compare(View.of("a", as_of=as_of))
        assert sqlite.check() == neo4j.check() == []


# --- the same memory --------------------------------------------------------------------------

BOOKS = {
    "ash.md": "# Ash\n\nAda Byron planted the ash in Bergen in 1843. It stands by the river Lee.\n\n"
    "## Care\n\nCharles Babbage watered the ash when Ada Byron travelled.\n",
    "elm.md": "# Elm\n\nElms grow in Whitby. Charles Babbage drew one, and Mary Somerville bought it.\n",
    "lee.md": "# River Lee\n\nThe river Lee flows through Cork. Mary Somerville swam in it in May 1844.\n",
    "odd.md": '# Odd\n\nOne\u2028two\x85three \U0001f333 \u05e9\u05dc "quoted" back\\slash\ttab.\n',
    "chat.txt": "[2023-05-08 13:56] Ada Byron: I go to London with Mary.\n"
    "[2023-05-09 08:00] Charles: Bring the notes on the ash.\n"
    "[2023-05-09 08:05] Ada Byron: They are in Bergen, by the river.\n",
}
QUESTIONS = [
    "Who planted the ash?",
    "Where does the ash stand?",
    "Who watered the tree that Ada Byron planted?",
    "What did Charles Babbage draw?",
    "Who bought what Charles Babbage drew?",
    "Where did Mary Somerville swim?",
    "Which river flows through Cork?",
    "When was the ash felled, and what happened in 1843?",
    "Who goes to London?",
    "Napoleon",
]
PLACES = ("sqlite", "neo4j")


def clock() -> Callable[[], datetime]:
    """Hours, one after the other: two memories that live alike write alike."""
    hours = count()
    return lambda: NOON + timedelta(hours=next(hours))


def live(memory: Memory) -> None:
    """Documents that come, change, go, and come back."""
    put(memory, BOOKS)
    put(memory, {"ash.md": BOOKS["ash.md"] + "\nIt was felled in 1999.\n"})
    receipt = memory.forget("odd.md")
    memory.forget("elm.md")
    assert receipt.commit is not None
    memory.undo(receipt.commit.id)
    memory.undo(list(memory.history("elm.md"))[-1].id)
    memory.forget("lee.md")
    put(memory, {"lee.md": BOOKS["lee.md"]})


def exported(memory: Memory) -> bytes:
    return "\n".join(export_lines(memory.store, memory.view)).encode()


Opened = Callable[..., Memory]


@pytest.fixture
def opened(tmp_path: Path, neo4j_stores: Neo4jStores) -> Iterator[Opened]:
    """Memories by place, name and namespace, closed at the end."""
    with ExitStack() as stack:

        def open_one(place: str, name: str = "one", namespace: str = "default") -> Memory:
            url = f"sqlite:///{tmp_path}/{name}.db" if place == "sqlite" else neo4j_stores.url(name)
            store = open_store(url, projection.SCHEMA)
            memory = Memory(store, namespace=namespace, embedder=HashEmbedder(), clock=clock())
            return stack.enter_context(memory)

        yield open_one


def test_the_same_life_is_the_same_export(opened: Opened) -> None:
    one, two = (opened(place) for place in PLACES)
    live(one)
    live(two)
    assert exported(one) == exported(two)
    assert records(one) == records(two), "what is derived too"


@pytest.mark.parametrize(("source", "target"), [PLACES, PLACES[::-1]])
def test_an_export_of_one_is_imported_by_the_other(opened: Opened, source: str, target: str) -> None:
    one, two = opened(source), opened(target)
    live(one)
    lines = exported(one)
    assert import_lines(two.store, lines.decode().split("\n")) == one.store.head()
    assert exported(two) == lines and records(two) == records(one)
    assert import_lines(two.store, lines.decode().split("\n")) == 0
    assert two.store.check() == []
    for memory in (one, two):
        memory.undo(list(memory.history())[-1].id)
    assert records(two) == records(one), "and it can be undone"


@pytest.mark.parametrize(("source", "target"), [PLACES, PLACES[::-1]])
def test_a_copy_that_broke_off_goes_on_until_both_are_equal(opened: Opened, source: str, target: str) -> None:
    ones = [opened(source, namespace=name) for name in ("ada", "bob")]
    twos = [opened(target, namespace=name) for name in ("ada", "bob")]
    live(ones[0])
    put(ones[1], BOOKS)
    head = ones[0].store.head()

    def broken(done: int, total: int) -> None:
        if done == 5:
            raise StoreError("the wire is cut")

    with pytest.raises(StoreError, match="the wire is cut"):
        copy(ones[0].store, twos[0].store, progress=broken)
    assert copy(ones[0].store, twos[0].store) == Copied(head - 5, 5)
    assert copy(ones[0].store, twos[0].store) == Copied(0, head)
    for one, two in zip(ones, twos, strict=True):
        assert exported(two) == exported(one) and records(two) == records(one)
    assert copy(twos[0].store, ones[0].store) == Copied(0, head), "nor is there anything to bring back"
    assert twos[0].store.check() == []


def told_of(ranking: Ranking) -> list[object]:
    """All of a ranking but its numbers."""
    steps = [[(step.kind, step.id, step.text) for step in hit.path] for hit in ranking]
    hits = [(hit.passage, hit.document, hit.evidence, [*hit.parts, *hit.shares]) for hit in ranking]
    return [hits, steps, [(seed.id, seed.weight) for seed in ranking.seeds]]


def numbers_of(ranking: Ranking) -> list[float]:
    return [
        number
        for hit in ranking
        for number in (hit.score, *hit.parts.values(), *(step.weight for step in hit.path))
    ]


def test_a_question_has_the_same_answer_on_both(opened: Opened) -> None:
    one, two = (opened(place) for place in PLACES)
    live(one)
    import_lines(two.store, list(export_lines(one.store, one.view)))
    for question, as_of in product(QUESTIONS, (None, datetime.fromisoformat("2023-05-08T20:00+00:00"))):
        ours, theirs = (memory.recall(question, 5, as_of=as_of) for memory in (one, two))
        assert told_of(ours) == told_of(theirs), question
        assert numbers_of(ours) == pytest.approx(numbers_of(theirs), abs=1e-6), question


# --- a tenant among many ----------------------------------------------------------------------

MINE = ["amber birch by the lagoon", "a heron and a heron", "tundra"]


@contextmanager
def tenants(stores: Neo4jStores, **options: Any) -> Iterator[tuple[Store, Store]]:
    """A store of 3,000 sentences of which three are a's, and one that holds these three alone."""
    generator = np.random.default_rng(6)
    vocabulary = [*" ".join(MINE).split(), *(f"word{number}" for number in range(50))]
    mine = [note(f"n{number}", text) for number, text in enumerate(MINE)]
    theirs: list[Record] = [
        note(f"m{number:04}", " ".join(generator.choice(vocabulary, 8)), namespace="b")
        for number in range(2997)
    ]
    near = {record.id: direction(1, number) for number, record in enumerate(mine)}
    rows = generator.standard_normal((len(theirs), 2)).tolist()
    crowd = {record.id: direction(5, *row) for record, row in zip(theirs, rows, strict=True)}
    with (
        closing(stores.open("shared", SCHEMA, **options)) as shared,
        closing(stores.open("alone", SCHEMA, **options)) as alone,
    ):
        for start in range(0, len(theirs), 1000):
            some = theirs[start : start + 1000]
            made = creation(f"b{start}", *some, namespace="b")
            shared.apply(made, vectors_of({record.id: crowd[record.id] for record in some}))
        for store in (shared, alone):
            store.apply(creation("a", *mine), vectors_of(near))
        yield shared, alone


@pytest.mark.parametrize("exact_texts", [0, 1_000_000])
def test_one_sentence_in_a_thousand_is_answered_as_if_it_were_alone(
    neo4j_stores: Neo4jStores, exact_texts: int
) -> None:
    a = View.of("a")
    with tenants(neo4j_stores, exact_texts=exact_texts) as (shared, alone):
        for query, k in product(("amber", "heron lagoon", "word1 tundra the", "nothing"), (1, 2, 10)):
            assert shared.search_text(a, query, k) == alone.search_text(a, query, k)
        for vector, k in product((direction(1), direction(1, 1), direction(-1, 9)), (1, 2, 3, 10)):
            found = shared.search_vector(a, vector, k)
            assert found == alone.search_vector(a, vector, k) and len(found) == min(k, 3)
