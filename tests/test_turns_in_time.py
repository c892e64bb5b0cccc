"""Turns and records of the time that a question asks about come first, however it says the time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Hit, Memory, Query

NOW = datetime(2023, 6, 20, 15, 30, tzinfo=timezone.utc)  # a Tuesday
FIRST = datetime(2023, 5, 1, 18, tzinfo=timezone.utc)
DID = (
    "baked rye bread",
    "swam in the lake",
    "read a novel",
    "met Bo in town",
    "fixed the roof",
    "played chess",
)


def did(day: datetime) -> str:
    return DID[day.toordinal() % len(DID)]


DAYS = [FIRST + timedelta(days=n) for n in range(60)]
DIARY = json.dumps(
    [
        {"title": "Diary", "description": f"I {did(day)}.", "start_time": f"{day:%Y-%m-%d %H:%M:%S}"}
        for day in DAYS
    ]
)
CHAT = "".join(
    f"[{day:%Y-%m-%d} 1{n}:00] {'Ann' if n % 2 else 'Cy'}: {text}\n"
    for day in DAYS
    for n, text in enumerate((f"What did you do, {day:%A}?", f"I {did(day)}.", "Nice, tell me more."))
)
SOURCES = {"record": {"diary.json": DIARY}, "turn": {"chat.txt": CHAT}}


@pytest.fixture(scope="module", params=SOURCES)
def diary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """Sixty days as records, or as a chat; tests only read it."""
    with opened(tmp_path_factory.mktemp("diary")) as memory:
        put(memory, SOURCES[request.param])
        yield memory


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """Records and a chat."""
    with opened(tmp_path_factory.mktemp("both")) as memory:
        put(memory, SOURCES["record"] | SOURCES["turn"])
        yield memory


def found(memory: Memory, question: str, k: int = 1, now: datetime = NOW) -> tuple[Hit, ...]:
    return memory.recall(Query(question, memory.view, k, now)).hits


def days(hits: tuple[Hit, ...]) -> set[str]:
    return {f"{hit.passage.at:%Y-%m-%d}" for hit in hits}


@pytest.mark.parametrize(
    "question", ["What did I do on 9 June?", "On June 9th, what happened?", "9 June 2023?"]
)
@pytest.mark.parametrize("now", [NOW, NOW.replace(year=2031), NOW.replace(year=2019)])
def test_a_day_brings_what_happened_that_day_its_year_unsaid(
    diary: Memory, question: str, now: datetime
) -> None:
    assert days(found(diary, question, now=now)) == {"2023-06-09"}


@pytest.mark.parametrize("day", DAYS[::7], ids=str)
def test_so_does_any_day(diary: Memory, day: datetime) -> None:
    assert days(found(diary, f"What did I do on {day.day} {day:%B}?")) == {f"{day:%Y-%m-%d}"}


def test_records_and_turns_of_a_day_come_together(both: Memory) -> None:
    hits = found(both, "What did I do on 9 June?", 2)
    assert days(hits) == {"2023-06-09"} and "time" in hits[0].shares


@pytest.mark.parametrize(
    ("question", "now", "first", "last"),
    [
        ("What did I do last week?", NOW, "2023-06-12", "2023-06-18"),
        ("What did I do last week?", NOW - timedelta(weeks=3), "2023-05-22", "2023-05-28"),
        ("What did I do yesterday?", NOW, "2023-06-19", "2023-06-19"),
        ("What did I do two days ago?", NOW, "2023-06-18", "2023-06-18"),
        ("What did I do last month?", NOW, "2023-05-01", "2023-05-31"),
    ],
)
def test_last_week_is_told_from_when_it_is_asked(
    diary: Memory, question: str, now: datetime, first: str, last: str
) -> None:
    when = days(found(diary, question, 1 if first == last else 3, now))
    assert first <= min(when) and max(when) <= last


def test_as_of_a_moment_it_is_told_from_that_moment(diary: Memory) -> None:
    hits = diary.recall("What did I do yesterday?", 1, as_of=NOW).hits
    assert days(hits) == {"2023-06-19"}
    query = Query("What did I do yesterday?", replace(diary.view, as_of=NOW), 1, NOW - timedelta(days=9))
    assert days(diary.recall(query).hits) == {"2023-06-10"}, "unless the query says when it is asked"


def test_words_tell_which_of_the_things_of_that_time(diary: Memory) -> None:
    hits = found(diary, "Where was I in the lake last week?", 1)
    assert "swam in the lake" in hits[0].passage.text
    assert "2023-06-12" <= min(days(hits)) <= "2023-06-18"


@pytest.mark.parametrize("question", ["What did I do before 9 June?", "Since 9 June, what did I read?"])
def test_an_open_end_is_no_time(diary: Memory, question: str) -> None:
    assert all(
        "time" not in {n for n, share in hit.shares.items() if share} for hit in found(diary, question, 5)
    )


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["Who baked bread?", "Did Ann swim in the lake?", "What about the roof?", "chess"]),
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(timezone.utc)),
)
def test_a_question_that_names_no_time_is_not_changed_by_now(
    both: Memory, question: str, now: datetime
) -> None:
    assert found(both, question, 5, now) == found(both, question, 5)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(
        ["What did I do yesterday?", "last week", "on 31 December", "on 29 February", "in February"]
    ),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc)),
)
def test_a_time_when_nothing_happened_is_fine(both: Memory, question: str, now: datetime) -> None:
    assert len(found(both, question, 5, now)) == 5


def test_two_questions_alike_have_rankings_alike(diary: Memory) -> None:
    assert diary.recall("Who baked bread?") == diary.recall("Who baked bread?")


@pytest.mark.parametrize("question", ["on 31 December", "in December", "yesterday", "Who rests?"])
def test_what_never_ends_ends_in_9999(tmp_path: Path, question: str) -> None:
    with opened(tmp_path) as memory:
        rows = [{"title": "Rest", "description": "I rest.", "start_time": "9999-12-31 23:59:59"}]
        put(memory, {"rest.json": json.dumps(rows)})
        assert len(memory.recall(question)) == 1
