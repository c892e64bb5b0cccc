"""Forgetting sources is the inverse of ingesting them, whatever came before and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import InputError, Memory, NotFound, schema
from graphmem.types import Entity

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
    assert memory.forget(memory.document("a.md").id).documents == ("a.md",)
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


# --- several, and all -------------------------------------------------------------------------


def forgotten(memory: Memory, uris: list[str], way: str) -> None:
    """Forget documents in one of the ways that take sources."""
    if way == "one by one":
        for uri in uris:
            memory.forget(uri)
    elif way == "at once":
        memory.forget(*uris)
    elif way == "by id":
        memory.forget(*(memory.document(uri).id for uri in uris))
    else:
        memory.forget(*(f"{uri[0]}.*" for uri in uris))


@settings(max_examples=40, deadline=None)
@given(
    documents,
    st.permutations("abc"),
    st.lists(st.sampled_from("abc"), min_size=1, unique=True),
    st.sampled_from(["one by one", "at once", "by id", "by pattern"]),
)
def test_any_subset_forgotten_in_any_way_leaves_what_the_rest_alone_leaves(
    tmp_path_factory: pytest.TempPathFactory,
    documents: dict[str, str],
    order: list[str],
    gone: list[str],
    way: str,
) -> None:
    folder = tmp_path_factory.mktemp("forget")
    of_letter = {uri[0]: uri for uri in documents}
    with opened(folder, "all") as memory, opened(folder, "others") as others:
        put(memory, {of_letter[letter]: documents[of_letter[letter]] for letter in order})
        forgotten(memory, [of_letter[letter] for letter in gone], way)
        put(others, {uri: text for uri, text in documents.items() if uri[0] not in gone})
        assert state(memory) == state(others)
        assert memory.store.check() == []


READ = (
    "Ada Byron lived in London in 1833. She met Charles Babbage in 1834.",
    "Charles Babbage lived in Bath. Babbage moved to London in 1810.",
    "Ada Lee visited Ada Byron in Bath in 1840. Byron never saw Rome.",
    "The World Meteorological Organization (WMO) is in Geneva. The WMO hired Ada Lee.",
)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(READ), min_size=1, max_size=3), min_size=3, max_size=3),
    st.lists(st.integers(0, 2), min_size=1, unique=True),
)
def test_facts_and_who_is_who_follow(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], gone: list[int]
) -> None:
    pytest.importorskip("spacy")
    folder = tmp_path_factory.mktemp("forget")
    read = {f"{n}.md": " ".join(text) for n, text in enumerate(texts)}
    with opened(folder, "all") as memory, opened(folder, "others") as others:
        put(memory, read, "english")
        memory.forget(*(f"{n}.md" for n in gone))
        put(others, {uri: text for uri, text in read.items() if int(uri[0]) not in gone}, "english")
        assert state(memory) == state(others)


def test_a_pattern_names_all_that_fit_and_is_one_commit(memory: Memory) -> None:
    put(memory, {"notes/a.md": "# A\n\nAda.", "notes/b.md": "# B\n\nBo.", "c.md": "# C\n\nCy."})
    head = memory.store.head()
    receipt = memory.forget("notes/*")
    assert sorted(receipt.documents) == ["notes/a.md", "notes/b.md"] and receipt.removed["document"] == 2
    assert memory.store.head() == head + 1
    assert [document.uri for document in memory.documents()] == ["c.md"]
    with pytest.raises(NotFound, match=r"no document 'notes/\*'"):
        memory.forget("c.md", "notes/*")
    assert [document.uri for document in memory.documents()] == ["c.md"], "all of it or nothing"


def test_a_name_that_looks_like_a_pattern_is_a_name_first(memory: Memory) -> None:
    put(memory, {"[ab].md": "# A\n\nAda.", "a.md": "# B\n\nBo."})
    assert memory.forget("[ab].md").documents == ("[ab].md",)
    assert memory.forget("[ab].md").documents == ("a.md",)


def test_nothing_named_is_nothing_to_forget(memory: Memory) -> None:
    with pytest.raises(InputError, match="name what to forget"):
        memory.forget()
    with pytest.raises(NotFound, match="graphmem stats"):
        memory.forget_all()


def test_what_a_person_added_stays_unless_it_is_named(memory: Memory) -> None:
    put(memory, {"a.md": "# A\n\nAda.", "said:ann/1.md": "Ada Byron likes tea."})
    receipt = memory.forget("*")
    assert receipt.documents == ("a.md",)
    assert receipt.kept == ("said:ann/1.md was added by a person: name it to forget it",)
    with pytest.raises(NotFound, match="added by a person"):
        memory.forget("*")
    assert memory.forget("said:ann/*").documents == ("said:ann/1.md",)
    assert state(memory) == ({}, {})


def test_all_of_a_namespace_goes_with_what_people_said_in_it(tmp_path: Path) -> None:
    text = {"a.md": "# Ada\n\nAda Byron saw Rome.\n", "said:ann/1.md": "Ada Byron likes tea."}
    with opened(tmp_path, namespace="a") as mine, opened(tmp_path, namespace="b") as theirs:
        put(mine, text)
        put(theirs, text)
        mine.same("Ada Byron", "Rome")
        there, before = state(mine), state(theirs)
        dry = mine.forget_all(dry_run=True)
        assert state(mine) == there and dry.commit is None
        receipt = mine.forget_all()
        assert receipt.removed == dry.removed and sum(dry.removed.values()) == len(there[0])
        assert state(mine) == ({}, {}) and state(theirs) == before
        assert receipt.commit is not None
        mine.undo(receipt.commit.id)
        assert state(mine) == there


# --- the receipt ------------------------------------------------------------------------------


def test_the_receipt_names_what_goes(memory: Memory) -> None:
    pytest.importorskip("spacy")
    text = "Barack Obama met Ann Lee in Oslo. Barack Obama visited Berlin in 2008."
    put(memory, {"a.md": text}, "english")
    receipt = memory.forget("a.md", dry_run=True)
    assert receipt.examples["entity"][0] == "Barack Obama", "the one with most mentions first"
    assert "Barack Obama visited Berlin" in receipt.examples["event"]
    assert (receipt.undo, receipt.purge) == ("", "graphmem purge a.md")
    assert receipt.notes == ("a source that is gone is read anew if it is ingested again",)


OLD = "[2020-05-01 10:00] Edda Quill: I live in Paris.\n[2020-05-01 10:01] Bo Rask: Good.\n"
NEW = "[2021-05-01 10:00] Edda Quill: I live in Rome.\n[2021-05-01 10:01] Bo Rask: Good.\n"


def test_the_receipt_tells_what_holds_again(memory: Memory) -> None:
    pytest.importorskip("spacy")
    put(memory, {"old.txt": OLD, "new.txt": NEW}, "english")
    assert memory.forget("old.txt", dry_run=True).returned == ()
    dry = memory.forget("new.txt", dry_run=True)
    assert dry.returned == ("Edda Quill live in Paris",)
    assert memory.forget("new.txt").returned == dry.returned
    assert memory.forget("old.txt").returned == ()


def test_the_receipt_tells_who_comes_apart(memory: Memory) -> None:
    pytest.importorskip("spacy")
    names = {"a.md": "Ada Quill", "b.md": "Ada Mary Quill", "c.md": "Ada M. Quill"}
    put(memory, {uri: f"{name} sang in Oslo." for uri, name in names.items()}, "english")

    def one() -> set[str]:
        entity = memory.find("Ada Mary Quill")
        assert isinstance(entity, Entity)
        return {found.key for found in memory.identity(entity)}

    assert one() == {"ada quill", "ada mary quill", "ada m quill"}
    dry = memory.forget("a.md", dry_run=True)
    assert dry.apart == (("Ada M. Quill", "Ada Mary Quill"),)
    assert memory.forget("a.md").apart == dry.apart
    assert one() == {"ada mary quill"}


def test_who_is_one_by_a_persons_word_stays_one_without_a_source(memory: Memory) -> None:
    pytest.importorskip("spacy")
    put(memory, {"a.md": "Ada Quill sang.", "b.md": "Edda Rask left Bergen."}, "english")
    memory.same("Ada Quill", "Edda Rask")
    assert memory.forget("b.md").apart == ()
    put(memory, {"b.md": "Edda Rask left Bergen."}, "english")
    entity = memory.find("Ada Quill")
    assert isinstance(entity, Entity) and len(memory.identity(entity)) == 2
