"""What recurs stands below the timeline: how often, when next, when it was otherwise."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put
from streamlit.testing.v1 import AppTest

from graphmem.notes import Note, Part
from graphmem.ui import axis
from graphmem.ui.occurrences import Day, Rhythm, rhythm, rhythms

PAGE = """from graphmem.ui import recurring
from graphmem.ui.opening import memory

with memory() as opened:
    recurring.draw(opened)
"""
FIRST = datetime(2026, 1, 5, 18, tzinfo=timezone.utc)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A calendar with a course that is every Monday."""
    days = [FIRST + timedelta(weeks=week) for week in range(10) if week != 4]
    rows = [
        {"title": "Swimming <b>course</b>", "start_time": f"{at:%Y-%m-%d %H:%M:%S}", "place": "Lido"}
        for at in days
    ]
    with opened(tmp_path) as memory:
        put(memory, {"calendar.json": json.dumps(rows)})
        memory.reflect("routines")
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    return str(tmp_path)


def test_a_course_stands_with_its_rhythm_and_what_was_missed(url: str) -> None:
    page = AppTest.from_string(PAGE, default_timeout=120).run()
    assert not page.exception
    assert [one.value for one in page.header] == ["What recurs"]
    label = page.expander[0].label
    assert "every Monday" in label and "next" in label and "\\<b\\>" in label
    shown = "".join(element.proto.body for element in page.get("html"))
    assert "&lt;b&gt;course" in shown
    assert any("2026-02-02" in one.value for one in page.caption), "the week that was missed"


def test_a_memory_without_routines_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path).close()
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    page = AppTest.from_string(PAGE, default_timeout=120).run()
    assert not page.exception and not page.header


# --- the days that the axis draws -------------------------------------------------------------


def routine(days: list[date], last: date, **data: Any) -> Note:
    """A note of a routine that lists these days."""
    return Note(
        id="n1",
        namespace="default",
        kind="routine",
        about="run",
        title="Run",
        parts=(Part("Run: often", ()), *(Part(f"{day}: Run", ()) for day in days)),
        data={
            "often": "every Monday",
            "rule": "FREQ=WEEKLY;BYDAY=MO",
            "about_days": 0,
            "start": f"{days[0]}",
            "last": f"{last}",
            "time": "08:00",
            "days": len(days),
            "departures": [],
            **data,
        },
    )


def mondays(count: int, first: date = date(2026, 1, 5)) -> list[date]:
    return [first + timedelta(weeks=week) for week in range(count)]


def test_the_days_are_those_seen_those_missed_and_a_year_of_those_to_come() -> None:
    first, _, third = mondays(3)
    missed = first + timedelta(weeks=1)
    found = rhythm(routine([first, third], third, departures=[[f"{missed}", "missed"]]))
    assert found.told == "every Monday, about 08:00"
    assert found.days[:3] == (Day(first, "done"), Day(missed, "missed"), Day(third, "done"))
    ahead = found.days[3:]
    assert {one.what for one in ahead} == {"by the rule"} and {one.on.weekday() for one in ahead} == {0}
    assert ahead[0].on == third + timedelta(weeks=1) and 51 <= len(ahead) <= 53


def test_before_the_days_that_a_note_lists_its_rule_tells_them() -> None:
    start, listed = date(2024, 1, 1), mondays(40)
    found = rhythm(routine(listed, listed[-1], start=f"{start}"))
    early = [one for one in found.days if one.on < listed[0]]
    assert early[0] == Day(start, "by the rule") and len(early) == 105
    few = rhythm(routine(listed[:5], listed[4], start=f"{start}"))
    assert few.days[0] == Day(listed[0], "done"), "of few days the note lists all"


def test_what_is_only_about_so_often_is_expected_once_and_what_has_no_rule_never() -> None:
    days = mondays(4)
    about = rhythm(routine(days, days[-1], rule="", about_days=9))
    assert about.days[4:] == (Day(days[-1] + timedelta(9), "by the rule"),)
    assert len(rhythm(routine(days, days[-1], rule="")).days) == 4


def test_of_many_routines_those_of_most_days_are_drawn_and_one_that_lost_a_part_is_not() -> None:
    often, seldom = routine(mondays(9), mondays(9)[-1]), routine(mondays(2), mondays(2)[-1])
    lost = Note(id="n2", namespace="default", kind="routine", about="a", title="A", parts=(Part("A", ()),))
    assert [len(one.days) > 55 for one in rhythms([seldom, lost, often], 5)] == [True, False]
    assert len(rhythms([seldom, often], 1)) == 1


def test_the_browser_is_given_each_day_with_its_mark_and_words() -> None:
    days = (Day(date(2026, 1, 5), "done"), Day(date(2026, 1, 13), "on another day"))
    row = axis._routine(
        Rhythm("n1", "Run", "every Monday", "", (*days, Day(date(2026, 1, 19), "called off")))
    )
    assert row["told"] == "every Monday"
    assert row["days"] == [
        ["2026-01-05T00:00:00Z", "done", "done"],
        ["2026-01-13T00:00:00Z", "other", "on another day"],
        ["2026-01-19T00:00:00Z", "missed", "called off"],
    ]


def test_routines_stand_on_the_axis_alone_and_can_be_left_out(url: str) -> None:
    def found(**query: str) -> str:
        page = AppTest.from_string("from graphmem.ui import timeline\ntimeline.page()", default_timeout=120)
        page.query_params.update(query)
        page.run()
        assert not page.exception
        return " ".join(one.value for one in (*page.caption, *page.info))

    assert "1 that recur" in found() and "1 that recur" in found(kinds="routine")
    assert "Nothing with a date fits" in found(kinds="event")
