"""Cutting passages out of a document: nothing of them stays in what the document says as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("spacy")

from graphmem import schema  # noqa: E402
from graphmem.casts import Cast  # noqa: E402
from graphmem.cutting import remaining  # noqa: E402
from graphmem.edits import document_records  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.types import Episode, Passage, Record, Sentence  # noqa: E402

CHAT = "".join(
    f"[2023-05-0{day} 10:0{turn}] {'Ann Lee' if turn % 2 else 'Bo Rask'}: {text}\n"
    for day in (1, 2, 3)
    for turn, text in enumerate(
        (
            f"Maria Curie visited Oslo on {day} May 1998.",
            "Curie met Charles Babbage in Paris in 1999.",
            f"I think that he went to Rome in 20{day}0.",
            "It rained. My sister lives in Bergen.",
            f"The World Meteorological Organization (WMO) moved to Geneva in 19{day}0.",
            "The WMO opened an office in Oslo. She likes it.",
        )
    )
)
NOTE = (
    "# Ada Byron\n\nAda Byron was born in London in 1815. "
    + "She wrote the first program, and met Charles Babbage in London in 1833. " * 3
    + "\n\n## Work\n\nBabbage built an engine in 1834, and Byron wrote notes on it. "
    + "The engine was never finished, though Charles Babbage worked on it for years in London. " * 3
    + "\n\n## Death\n\nShe died in 1852. " * 2
)
SOURCES = {"chat.txt": CHAT, "ada.md": NOTE}


@pytest.fixture(scope="module", params=SOURCES)
def records(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """The records of a document, read by the pipeline that users get."""
    with opened(tmp_path_factory.mktemp("cut")) as memory:
        put(memory, {request.param: SOURCES[request.param]}, ENGLISH)
        document = memory.document(request.param)
        return list(document_records(memory.store, memory.view, document.id))


def by_id(records: Sequence[Record]) -> dict[str, Record]:
    return {record.id: record for record in records}


def passages(records: Sequence[Record]) -> list[Passage]:
    found = [value for record in records if isinstance(value := schema.from_record(record), Passage)]
    return sorted(found, key=lambda one: one.position)


def test_cutting_nothing_changes_nothing(records: list[Record]) -> None:
    assert by_id(remaining(records, ())) == by_id(records)


def test_cutting_everything_leaves_nothing(records: list[Record]) -> None:
    assert remaining(records, {one.id for one in passages(records)}) == []


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_passages_are_cut_at_once_or_one_after_the_other(records: list[Record], data: st.DataObject) -> None:
    ids = [one.id for one in passages(records)]
    first, second = (data.draw(st.sets(st.sampled_from(ids))) for _ in range(2))
    if first == set(ids):
        return
    step = remaining(remaining(records, first), second)
    assert by_id(step) == by_id(remaining(records, first | second))


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_stays_points_only_at_what_stays(records: list[Record], data: st.DataObject) -> None:
    ids = [one.id for one in passages(records)]
    gone = data.draw(st.sets(st.sampled_from(ids), max_size=len(ids) - 1))
    left = remaining(records, gone)
    values = [schema.from_record(record) for record in left]
    kept = [id for id in ids if id not in gone]
    assert [one.id for one in passages(left)] == kept
    assert [one.previous for one in passages(left)] == [None, *kept[:-1]]
    told = {
        edge.target for record in left for edge in schema.index(record).edges if edge.kind == schema.TELLS
    }
    for value in values:
        if isinstance(value, Sentence):
            assert value.passage in kept
            assert all(not one.follows or one.follows in told for one in value.statements)
        if isinstance(value, Episode):
            assert value.passages and set(value.passages) <= set(kept)
            moments = [one.at for one in passages(left) if one.id in value.passages]
            assert (value.at, value.until) == (min(moments), max(moments))  # type: ignore[type-var]


def test_the_cast_names_only_those_whom_the_rest_names(records: list[Record]) -> None:
    first = passages(records)[0]
    left = remaining(records, {one.id for one in passages(records)} - {first.id})
    (cast,) = (value for record in left if isinstance(value := schema.from_record(record), Cast))
    names = {name for profile in cast.profiles for name in profile.names}
    assert names and all(name in first.text or name == first.speaker for name in names)


def test_of_an_episode_that_loses_its_first_passage_the_next_is_the_first(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": CHAT})
        own = list(document_records(memory.store, memory.view, memory.document("chat.txt").id))
    before = [value for record in own if isinstance(value := schema.from_record(record), Episode)]
    gone = {one.passages[0] for one in before}
    left = [v for r in remaining(own, gone) if isinstance(v := schema.from_record(r), Episode)]
    assert sorted(one.passages for one in left) == sorted(one.passages[1:] for one in before)
    assert not {one.id for one in before} & {one.id for one in left}


def test_whom_a_word_means_goes_where_only_the_cut_passages_told_it(tmp_path: Path) -> None:
    told = "[2023-05-01 10:00] Bo Rask: I met Charles Babbage.\n"
    rest = "[2023-05-01 10:01] Edda Lind: Did he say that Babbage lived in Bath?\n"
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": told + rest}, ENGLISH)
        own = list(document_records(memory.store, memory.view, memory.document("chat.txt").id))
    assert sum("Charles" in str(record.body) for record in own) > 2
    left = remaining(own, {passages(own)[0].id})
    assert not any("Charles" in str(record.body) for record in left)
    (sentence,) = (v for record in left if isinstance(v := schema.from_record(record), Sentence))
    assert "Babbage" in {mention.name for mention in sentence.mentions}
