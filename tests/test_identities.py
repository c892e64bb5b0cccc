"""Who is who in a memory: it follows from what documents and people say, in any order, and goes with them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given, settings
from hypothesis import strategies as st
from neo4j_stores import Neo4jStores

from graphmem import Memory, NotFound
from graphmem.casts import Cast, Word
from graphmem.changes import diff, patch
from graphmem.copying import copy
from graphmem.errors import InputError
from graphmem.export import export_lines, import_lines
from graphmem.identity import cast_id, decision_id, entity_id
from graphmem.projection import SCHEMA
from graphmem.resolution import Decision, Profile
from graphmem.resolution.profile import full_name, profile_id
from graphmem.schema import BLOCK, MATCH, UNIT, to_record
from graphmem.stores.soundness import derived_from
from graphmem.testing import HashEmbedder
from graphmem.types import Change, Entity, Record

DERIVED = (UNIT, BLOCK, MATCH)
ADA = "# Letters\n\nAda Quill lives in Oslo. She works for the World Meteorological Organization.\n"
MARY = "# Notes\n\nAda Mary Quill was born in Bergen. She studied in Oslo.\n"
BORIS = "# Diary\n\nBoris Quill met Quill in Georgia. Georgia is warm.\n"
ALONE = "# Card\n\nQuill lives in Oslo.\n"


# --- the law ----------------------------------------------------------------------------------

NAMES = ["Ada Quill", "A. Quill", "Quill", "Boris Quill", "Ada Mary Quill", "Bo Rask", "Rask", "John", "WMO"]
NAMES += ["World Meteorological Organization", "Georgia", "Georgia, USA", "Oslo", "House", "III", "Dr."]
DOCUMENTS = st.sampled_from([f"d{k}" for k in range(5)])
PROFILES = st.lists(
    st.tuples(
        st.sampled_from(["person", "person", "place", "organization"]),
        st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1, max_size=3),
    ),
    max_size=4,
    unique_by=lambda row: full_name(row[1]),
)
ENDS = st.one_of(
    st.sampled_from(["ada quill|||person", "quill|||person", "bo rask|||person"]),
    st.builds(lambda document, name: f"{document} {name}", DOCUMENTS, st.sampled_from(NAMES)),
)
MOVES = st.lists(
    st.one_of(
        st.tuples(DOCUMENTS, st.none() | PROFILES),
        st.tuples(DOCUMENTS, PROFILES),
        st.tuples(st.tuples(ENDS, ENDS), st.none() | st.booleans()),
    ),
    max_size=20,
)


def cast(document: str, rows: Iterable[tuple[str, Mapping[str, int]]]) -> Record:
    found = tuple(Profile(profile_id(document, names), names, label) for label, names in rows)
    return to_record(Cast(id=cast_id(document), namespace="n", document=document, profiles=found))


def word(ends: tuple[str, str], same: bool) -> Record:
    documents, keys = {}, []
    for end in ends:
        document, _, name = end.partition(" ")
        if "|" not in end:
            end = profile_id(document, {name: 1})
            documents[end] = document
        keys.append(end)
    a, b = sorted(keys)
    said = Decision(a, b, same, "me", 0.0)
    return to_record(Word(id=decision_id("n", a, b), namespace="n", decision=said, documents=documents))


def wanted(move: tuple[object, object]) -> tuple[str, Record | None]:
    """The id of the record that a move is of, and what it is to be."""
    who, what = move
    if isinstance(who, str):
        return cast_id(who), None if what is None else cast(who, what)  # type: ignore[arg-type]
    record = word(who, bool(what))  # type: ignore[arg-type]
    return record.id, None if what is None else record


@settings(max_examples=120, deadline=None)
@given(MOVES, st.randoms(use_true_random=False))
def test_any_order_of_documents_and_decisions_gives_what_all_of_them_give(
    moves: list[tuple[object, object]], rng: random.Random
) -> None:
    """Added, replaced, forgotten; one by one or several in a commit; and from scratch in any order."""
    logged: dict[str, Record] = {}
    derived: dict[str, Record] = {}

    def get(ids: Iterable[str]) -> Mapping[str, Record]:
        return {id: record for id in ids if (record := logged.get(id) or derived.get(id))}

    while moves:
        size = rng.choice([1, 1, 2, 6])
        now, moves = moves[:size], moves[size:]
        changes: list[Change] = []
        state = dict(logged)
        for move in now:
            id, record = wanted(move)
            old, new = [state[id]] if id in state else [], [record] if record else []
            changes += diff(old, new)
            state = patch(diff(old, new), state)
        logged_before, logged = logged, state
        assert patch(changes, logged_before) == state
        derived = patch(SCHEMA.derive(changes, get), derived)
    records = list(logged.values())
    rng.shuffle(records)
    assert derived == derived_from(records, SCHEMA)
    derived = patch(SCHEMA.derive([Change(record, None) for record in records], get), derived)
    assert derived == {}


# --- in a memory ------------------------------------------------------------------------------


def derived(memory: Memory) -> dict[str, Record]:
    return {record.id: record for kind in DERIVED for record in memory.store.scan(memory.view, kind)}


def one(memory: Memory, name: str) -> list[str]:
    """The names that are one with a name."""
    entity = memory.find(name)
    assert isinstance(entity, Entity)
    return sorted(found.key for found in memory.identity(entity))


def perhaps(memory: Memory) -> list[set[str]]:
    return [{unit.name for unit in question.units} for question in memory.questions()]


def test_names_of_two_documents_are_one_and_come_apart_when_either_goes(memory: Memory) -> None:
    put(memory, {"ada.md": ADA}, "english")
    alone = derived(memory)
    assert one(memory, "Ada Quill") == ["ada quill"]
    put(memory, {"mary.md": MARY}, "english")
    assert one(memory, "Ada Quill") == one(memory, "Ada Mary Quill") == ["ada mary quill", "ada quill"]
    entity = memory.find("Ada Quill")
    assert isinstance(entity, Entity)
    (link,) = memory.identity(entity).same
    assert link.band == "same" and link.why.startswith("more names: ada mary quill / ada quill (+3.5)")
    memory.forget("mary.md")
    assert derived(memory) == alone and memory.store.check() == []
    assert one(memory, "Ada Quill") == ["ada quill"]


def test_a_name_that_another_bears_too_belongs_to_nobody_until_that_one_goes(memory: Memory) -> None:
    put(memory, {"ada.md": ADA, "card.md": ALONE}, "english")
    assert one(memory, "Quill") == ["ada quill", "quill"]
    put(memory, {"boris.md": "Boris Quill left Georgia.\n"}, "english")
    assert one(memory, "Quill") == ["quill"]
    memory.forget("boris.md")
    assert one(memory, "Ada Quill") == ["ada quill", "quill"]


def test_documents_may_come_and_go_in_any_order(tmp_path: Path) -> None:
    documents = {"ada.md": ADA, "mary.md": MARY, "boris.md": BORIS, "card.md": ALONE}
    rng, states = random.Random(1), []
    for number in range(3):
        with opened(tmp_path, str(number)) as memory:
            uris = list(documents)
            rng.shuffle(uris)
            for uri in uris:
                put(memory, {uri: documents[uri]}, "english")
            for uri in uris[1::2]:
                memory.forget(uri)
                put(memory, {uri: "It rains on Ada Quill.\n"}, "english")
                put(memory, {uri: documents[uri]}, "english")
            states.append(derived(memory))
            assert memory.store.check() == []
    assert states[0] == states[1] == states[2] and states[0]


def test_names_by_rules_alone_cost_nothing(memory: Memory) -> None:
    """They have no labels that tell people from places, so nothing is compared."""
    put(memory, {"ada.md": ADA, "mary.md": MARY})
    assert derived(memory) == {} and not set(memory.store.info().records["default"]) & {*DERIVED, "cast"}
    assert one(memory, "Ada Quill") == ["ada quill"] and memory.questions() == []


def test_a_person_may_join_names_by_rules_and_they_stay_so_once_they_are_read_better(memory: Memory) -> None:
    put(memory, {"ada.md": ADA, "boris.md": BORIS})
    memory.same("Ada Quill", "Boris Quill")
    assert one(memory, "Ada Quill") == one(memory, "Boris Quill") == ["ada quill", "boris quill"]
    for uri in ("ada.md", "boris.md"):
        memory.forget(uri)
    put(memory, {"ada.md": ADA, "boris.md": BORIS}, "english")
    assert one(memory, "Ada Quill") == one(memory, "Boris Quill") == ["ada quill", "boris quill"]


def test_a_persons_cut_outweighs_evidence_survives_reading_again_and_can_be_undone(memory: Memory) -> None:
    put(memory, {"ada.md": ADA, "mary.md": MARY}, "english")
    before = derived(memory)
    cut = memory.different("Ada Quill", "Ada Mary Quill")
    assert (cut.author, cut.message) == ("user", "Ada Quill is not Ada Mary Quill")
    ids = [entity_id("default", name) for name in ("ada quill", "ada mary quill")]
    assert memory.different(*ids).message == cut.message
    memory.undo(next(reversed(list(memory.history()))).id)
    assert one(memory, "Ada Quill") == ["ada quill"]
    memory.forget("mary.md")
    put(memory, {"mary.md": MARY + "\nIt rained.\n"}, "english")
    assert one(memory, "Ada Quill") == ["ada quill"] and one(memory, "Ada Mary Quill") == ["ada mary quill"]
    memory.undo(cut.id)
    assert one(memory, "Ada Quill") == ["ada mary quill", "ada quill"]
    put(memory, {"mary.md": MARY}, "english")
    assert derived(memory) == before and memory.store.check() == []


def test_the_later_word_holds(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        ticks = count()
        memory.clock = lambda: datetime(2024, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=next(ticks))
        put(memory, {"ada.md": ADA, "boris.md": BORIS}, "english")
        memory.same("Ada Quill", "Boris Quill")
        assert one(memory, "Ada Quill") == ["ada quill", "boris quill"]
        last = memory.different("Boris Quill", "Ada Quill")
        assert one(memory, "Ada Quill") == ["ada quill"]
        memory.undo(last.id)
        assert one(memory, "Ada Quill") == ["ada quill", "boris quill"]


def test_one_document_may_mean_another_by_the_same_name(memory: Memory) -> None:
    put(memory, {"ada.md": ADA, "other.md": "# Other\n\nAda Quill paints in Riga.\n"}, "english")
    before = derived(memory)
    with pytest.raises(InputError, match="are one name: say 'NAME @ DOCUMENT'"):
        memory.different("Ada Quill", "Ada Quill")
    cut = memory.different("Ada Quill", "Ada Quill @ other.md")
    entity = memory.find("Ada Quill")
    assert isinstance(entity, Entity)
    keys = [unit.unit.profile.id for unit in memory.identity(entity).units]
    assert len(keys) == 2 and "ada quill|||person" in keys
    with pytest.raises(InputError, match="2 are called 'ada quill': say 'NAME @ DOCUMENT'"):
        memory.same("Ada Quill", "Oslo")
    # It holds while the document is away, and when it is there again.
    memory.forget("other.md")
    put(memory, {"other.md": "# Other\n\nAda Quill paints in Vilnius.\n"}, "english")
    assert len(memory.identity(entity).units) == 2 and memory.store.check() == []
    memory.undo(cut.id)
    put(memory, {"other.md": "# Other\n\nAda Quill paints in Riga.\n"}, "english")
    assert derived(memory) == before


def test_what_is_doubtful_is_asked_most_likely_first_and_an_answer_ends_it(memory: Memory) -> None:
    texts = {"a.md": "J. Quill sang in Oslo.\n", "b.md": "John Quill sang in Bergen.\n"}
    put(memory, {**texts, "c.md": "Georgia was cold. Rain fell on Georgia.\n"}, "english")
    assert perhaps(memory) == [{"J. Quill", "John Quill"}]
    (question,) = memory.questions()
    assert memory.questions(among=1) == [question], "however few are looked at at a time"
    assert question.match.link.why.startswith("initials")
    assert [sentence.text for sentence in question.evidence] == [
        "J. Quill sang in Oslo.",
        "John Quill sang in Bergen.",
    ]
    a, b = (unit.id for unit in question.units)
    commit = memory.same(a, b)
    assert perhaps(memory) == [] and one(memory, "J. Quill") == ["j quill", "john quill"]
    memory.undo(commit.id)
    assert perhaps(memory) == [{"J. Quill", "John Quill"}]
    memory.different(a, b)
    assert perhaps(memory) == [] and one(memory, "J. Quill") == ["j quill"]


def test_what_nobody_is_called_is_refused(memory: Memory) -> None:
    put(memory, {"ada.md": ADA}, "english")
    for name in ("Nobody", "Nobody @ ada.md", "Ada Quill @ nowhere.md"):
        with pytest.raises(NotFound):
            memory.same("Oslo", name)


def test_namespaces_do_not_meet(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="mine") as mine, opened(tmp_path, namespace="theirs") as theirs:
        put(mine, {"ada.md": ADA}, "english")
        before = derived(mine)
        put(theirs, {"mary.md": MARY, "card.md": ALONE}, "english")
        theirs.same("Quill", "Oslo")
        assert derived(mine) == before and one(mine, "Ada Quill") == ["ada quill"]
        assert "ada quill" not in one(theirs, "Ada Mary Quill")
        assert mine.store.check() == []


def test_a_copy_an_import_and_a_repair_tell_the_same(tmp_path: Path) -> None:
    with opened(tmp_path, "a") as memory, opened(tmp_path, "b") as copied, opened(tmp_path, "c") as imported:
        put(memory, {"ada.md": ADA, "mary.md": MARY, "boris.md": BORIS}, "english")
        memory.different("Ada Quill", "Ada Quill @ ada.md")
        before = derived(memory)
        copy(memory.store, copied.store)
        import_lines(imported.store, export_lines(memory.store, memory.view))
        memory.store.repair()
        for other in (memory, copied, imported):
            assert derived(other) == before and other.store.check() == []


@pytest.fixture
def both(tmp_path: Path, neo4j_stores: Neo4jStores) -> Iterator[tuple[Memory, Memory]]:
    with opened(tmp_path) as one, Memory(neo4j_stores.open("who", SCHEMA), embedder=HashEmbedder()) as two:
        one.clock = two.clock = lambda: datetime(2024, 1, 1, tzinfo=timezone.utc)
        yield one, two


def test_neo4j_tells_the_same(both: tuple[Memory, Memory]) -> None:
    told = []
    for memory in both:
        put(memory, {"ada.md": ADA, "mary.md": MARY, "boris.md": BORIS, "card.md": ALONE}, "english")
        memory.different("Ada Quill @ ada.md", "Ada Mary Quill")
        memory.same("Oslo", "Bergen")
        put(memory, {"boris.md": "J. Quill met Boris Quill.\n"}, "english")
        memory.forget("card.md")
        assert memory.store.check() == []
        entity = memory.find("Ada Quill")
        assert isinstance(entity, Entity)
        told.append((derived(memory), one(memory, "Oslo"), memory.identity(entity), memory.questions()))
    assert told[0] == told[1] and told[0][0]
