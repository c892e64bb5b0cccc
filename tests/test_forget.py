"""Forgetting a source is the inverse of ingesting it, whatever came before and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory, NotFound, schema

SENTENCES = (
    "Ada Byron was born in London.",
    "Charles Babbage met her at the Royal Society.",
    "In 1843 the Royal Society printed the notes of Ada Byron.",
    "Paris is a city.",
    "He went to paris with ADA BYRON.",
    "PARIS burned.",
    "Nothing is named here.",
    "Rain fell. London slept.",
)
CHAT = (
    "[2023-05-08 13:56] Ada Byron: I go to London.",
    "[2023-05-09 08:00] Charles: Bring the notes.",
    "[2023-05-09 08:01] Ada Byron: From Paris?",
)
markdown = st.builds(
    lambda title, found: f"# {title}\n\n" + "\n\n".join(found),
    st.sampled_from(["Ada Byron", "London (city)", "Engines"]),
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4),
)
chats = st.lists(st.sampled_from(CHAT), min_size=2, max_size=4).map("\n".join)
documents = st.tuples(
    *(
        st.one_of(st.tuples(st.just(f"{n}.md"), markdown), st.tuples(st.just(f"{n}.txt"), chats))
        for n in "abc"
    )
).map(dict)


@settings(max_examples=40, deadline=None)
@given(documents, st.permutations("abc"), st.sampled_from("abc"))
def test_what_stays_is_what_ingesting_the_others_gives(
    tmp_path_factory: pytest.TempPathFactory, documents: dict[str, str], order: list[str], gone: str
) -> None:
    folder = tmp_path_factory.mktemp("forget")
    of_letter = {uri[0]: uri for uri in documents}
    with opened(folder, "all") as memory, opened(folder, "others") as others:
        for letter in order:
            put(memory, {of_letter[letter]: documents[of_letter[letter]]})
        memory.forget(of_letter[gone])
        put(others, {uri: text for uri, text in documents.items() if uri[0] != gone})
        assert state(memory) == state(others)
        assert memory.store.check() == []


@settings(max_examples=15, deadline=None)
@given(documents, st.permutations("abc"))
def test_forgetting_everything_in_any_order_leaves_nothing(
    tmp_path_factory: pytest.TempPathFactory, documents: dict[str, str], order: list[str]
) -> None:
    of_letter = {uri[0]: uri for uri in documents}
    with opened(tmp_path_factory.mktemp("forget")) as memory:
        put(memory, documents)
        for letter in order:
            memory.forget(of_letter[letter])
        assert state(memory) == ({}, {})
        assert memory.store.info().vectors == 0


def test_a_forgotten_document_is_found_no_more(memory: Memory) -> None:
    put(memory, {"a.md": "# Ada\n\nAda Byron kept a heron.", "b.md": "# Bees\n\nThe bees left."})
    assert memory.recall("Who kept a heron?")[0].document.uri == "a.md"
    memory.forget("a.md")
    assert {hit.document.uri for hit in memory.recall("Who kept a heron?")} == {"b.md"}
    assert memory.store.search_text(memory.view, "heron", 5) == []
    with pytest.raises(NotFound):
        memory.find("Ada Byron")


def test_the_receipt_counts_what_goes_and_a_dry_run_takes_nothing(memory: Memory) -> None:
    put(memory, {"a.md": "# Ada\n\nAda Byron saw Rome.\n", "b.md": "# Bees\n\nBees left Rome.\n"})
    before = state(memory)
    dry = memory.forget("a.md", dry_run=True)
    assert dry.commit is None and state(memory) == before
    receipt = memory.forget("a.md")
    left = records(memory)
    gone = [record for id, record in before[0].items() if id not in left]
    counts = {kind: sum(record.kind == kind for record in gone) for kind in {r.kind for r in gone}}
    assert receipt.removed == dry.removed == counts
    assert counts[schema.ENTITY] >= 2
    assert memory.find("Rome"), "another document still names it"


def test_a_document_is_forgotten_by_its_id_too(memory: Memory) -> None:
    put(memory, {"a.md": "# Ada\n\nAda Byron saw Rome.\n"})
    assert memory.forget(memory.document("a.md").id).uri == "a.md"
    assert state(memory) == ({}, {})


def test_what_is_not_there_cannot_be_forgotten(memory: Memory) -> None:
    put(memory, {"a.md": "# Ada\n\nAda Byron saw Rome.\n"})
    before = state(memory)
    passage = next(id for id, record in before[0].items() if record.kind == schema.PASSAGE)
    for name in ("b.md", "", passage, "Ada Byron"):
        with pytest.raises(NotFound, match="graphmem stats --documents"):
            memory.forget(name)
    assert state(memory) == before


def test_a_document_of_another_namespace_is_not_found(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="a") as mine, opened(tmp_path, namespace="b") as theirs:
        put(theirs, {"a.md": "# Ada\n\nAda Byron saw Rome.\n"})
        before = state(theirs)
        for name in ("a.md", theirs.document("a.md").id):
            with pytest.raises(NotFound):
                mine.forget(name)
        assert state(theirs) == before and mine.store.head() == 1


def test_forgetting_in_one_namespace_leaves_the_other_as_it_was(tmp_path: Path) -> None:
    text = {"a.md": "# Ada\n\nAda Byron saw Rome.\n"}
    with opened(tmp_path, namespace="a") as mine, opened(tmp_path, namespace="b") as theirs:
        put(mine, text)
        put(theirs, text)
        before = state(theirs)
        mine.forget("a.md")
        assert state(theirs) == before and state(mine) == ({}, {})
