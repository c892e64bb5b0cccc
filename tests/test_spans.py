"""Spans: the time that a question asks about, and how near to it something happened."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.retrieval import constants
from graphmem.retrieval.spans import Span, days, nearness, spans

NOW = datetime(2024, 6, 20, 15, 30, tzinfo=timezone.utc)  # a Thursday


def asked(question: str, *years: int, now: datetime = NOW) -> list[str]:
    """The spans of a question as the first day, and the last if it is another."""
    written = []
    for span in spans(question, now, years):
        first, last = date.fromordinal(span.first), date.fromordinal(span.last)
        written.append(f"{first}" if first == last else f"{first}/{last}")
    return sorted(written)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What did I do on 9 June 2023?", ["2023-06-09"]),
        ("What did I do yesterday?", ["2024-06-19"]),
        ("What did I do two days ago?", ["2024-06-18"]),
        ("What did I do last week?", ["2024-06-10/2024-06-16"]),
        ("What did I do in May 2023?", ["2023-05-01/2023-05-31"]),
        ("What did I do in 2023?", ["2023-01-01/2023-12-31"]),
        ("What did I do at 5 pm on 9 June 2023?", ["2023-06-09"]),
        ("Between 2021 and 2022?", ["2021-01-01/2022-12-31"]),
        ("On 3 May 2023 or on 9 June 2023?", ["2023-05-03", "2023-06-09"]),
        ("On 9 June 2023, I mean 9 June 2023?", ["2023-06-09"]),
        ("Whom did I meet on Friday?", ["2024-06-14", "2024-06-21"]),
        ("Who lives in Bergen?", []),
        ("How long did she stay?", []),
        ("For two weeks?", []),
        ("At 5 pm?", []),
        ("Every Monday?", []),
        ("", []),
    ],
)
def test_the_time_that_is_said(question: str, found: list[str]) -> None:
    assert asked(question) == found


def test_last_week_is_told_from_when_it_is_asked() -> None:
    assert asked("last week", now=NOW + timedelta(weeks=1)) == ["2024-06-17/2024-06-23"]
    assert asked("last week", now=NOW.replace(year=2020)) == ["2020-06-08/2020-06-14"]


@pytest.mark.parametrize("question", ["on June 9th", "on 9 June at 5 pm", "at 5 pm on 9 June"])
def test_a_date_without_a_year_is_that_of_any_year_there_is(question: str) -> None:
    near = ["2024-06-09", "2025-06-09"]
    assert asked(question) == near
    assert asked(question, 2019, 2021) == ["2019-06-09", "2021-06-09", *near]
    assert asked(question, 2024) == near, "each once"


def test_a_month_without_a_year_too() -> None:
    assert "2019-05-01/2019-05-31" in asked("in May", 2019)
    assert "2019-12-01/2019-12-31" in asked("in December", 2019)


def test_a_range_without_a_year_too() -> None:
    assert "2019-05-03/2019-05-09" in asked("from 3 May to 9 May", 2019)
    assert "2019-12-28/2020-01-03" in asked("from 28 December to 3 January", 2019)


@pytest.mark.parametrize("question", ["on 9 June 2023", "in May 2023", "last week", "on Friday", "in 2023"])
def test_a_time_that_needs_no_year_gets_none(question: str) -> None:
    assert asked(question, 2001, 2015) == asked(question)


def test_29_february_is_in_no_year_without_one() -> None:
    assert asked("on 29 February", 2019, 2020) == ["2020-02-29", "2024-02-29", "2028-02-29"]
    assert asked("on 28 February", 2019, 2020)[:2] == ["2019-02-28", "2020-02-28"]


@pytest.mark.parametrize("now", [NOW, NOW.replace(year=2023), NOW.replace(year=2022)])
def test_february_is_as_long_as_it_is_in_its_year(now: datetime) -> None:
    found = [one for one in asked("in February", 2019, 2020, now=now) if one < "2021"]
    assert found == ["2019-02-01/2019-02-28", "2020-02-01/2020-02-29"]


@pytest.mark.parametrize("question", ["on 31 December", "in December", "on 1 January", "in January"])
@pytest.mark.parametrize("year", [1, 9999])
def test_the_first_and_the_last_year_are_years(question: str, year: int) -> None:
    """Programs write 9999-12-31 where something never ends."""
    assert set(asked(question)) <= set(asked(question, year))


def test_a_year_counts_only_if_nothing_finer_is_said() -> None:
    assert asked("What happened on 3 May 2023, in 2023?") == ["2023-05-03"]
    assert asked("in the 1990s, in May 1994") == ["1994-05-01/1994-05-31"]
    assert asked("in the 1990s or in 2005") == ["1990-01-01/1999-12-31", "2005-01-01/2005-12-31"]


@pytest.mark.parametrize(
    "question",
    ["before she moved", "since May", "before May", "until 9 June", "after 9 June 2023", "since 2020"],
)
def test_what_is_open_at_an_end_is_none(question: str) -> None:
    assert asked(question, 2019) == []


@pytest.mark.parametrize(
    ("question", "away"),
    [
        ("on 9 June 2023", constants.DAYS_AWAY),
        ("last week", constants.DAYS_AWAY),
        ("in May 2023", constants.MONTHS_AWAY),
        ("in 2023", constants.MONTHS_AWAY),
    ],
)
def test_what_is_said_roughly_is_missed_more_gently(question: str, away: float) -> None:
    assert {span.away for span in spans(question, NOW)} == {away}


# --- days -----------------------------------------------------------------------------------


def test_days_are_named_as_the_graph_names_them() -> None:
    assert days(spans("from 30 May 2023 to 2 June 2023", NOW)) == [
        "30 May 2023",
        "31 May 2023",
        "1 Jun 2023",
        "2 Jun 2023",
    ]
    assert days(spans("on 9 June 2023, and in June 2023", NOW))[:2] == ["9 Jun 2023", "1 Jun 2023"]
    assert days([]) == []


def test_the_days_of_a_long_span_are_not_named() -> None:
    first = date(2023, 1, 1).toordinal()
    assert len(days([Span(first, first + constants.MOST_DAYS - 1, 2.0)])) == constants.MOST_DAYS
    assert days([Span(first, first + constants.MOST_DAYS, 2.0)]) == days(spans("in 2023", NOW)) == []


ordinals = st.integers(1, date.max.toordinal())


@st.composite
def some_spans(draw: st.DrawFn) -> Span:
    first = draw(ordinals)
    last = min(first + draw(st.integers(0, 400)), date.max.toordinal())
    return Span(first, last, draw(st.sampled_from([constants.DAYS_AWAY, constants.MONTHS_AWAY])))


@given(st.lists(some_spans(), max_size=4))
def test_each_day_is_named_once(asked: list[Span]) -> None:
    found = days(asked)
    short = [span for span in asked if span.last - span.first < constants.MOST_DAYS]
    assert (
        len(found) == len({n for span in short for n in range(span.first, span.last + 1)}) == len(set(found))
    )


# --- nearness -------------------------------------------------------------------------------

moments = st.none() | st.datetimes(timezones=st.sampled_from([timezone.utc, timezone(timedelta(hours=-9))]))


@given(st.lists(some_spans(), max_size=3), st.lists(moments, max_size=6))
def test_nearness_is_1_inside_and_falls_with_the_days_outside(
    asked: list[Span], at: list[datetime | None]
) -> None:
    found = nearness(asked, at)
    assert found.shape == (len(at),)
    for moment, near in zip(at, found.tolist(), strict=True):
        expected = [0.0]
        for span in asked if moment is not None else ():
            outside = max(span.first - moment.toordinal(), moment.toordinal() - span.last, 0)
            expected.append(math.exp(-outside / span.away))
        assert near == pytest.approx(max(expected))


def test_nearness_of_days_around_a_day() -> None:
    moments = [datetime(2023, 6, day, 23, 59, tzinfo=timezone.utc) for day in (8, 9, 10, 11)]
    near = nearness(spans("on 9 June 2023", NOW), [*moments, None])
    assert near.tolist() == pytest.approx([math.exp(-0.5), 1.0, math.exp(-0.5), math.exp(-1), 0.0])
    assert nearness([], moments).tolist() == [0.0] * 4


@given(st.text(max_size=60), st.lists(st.integers(1, 9999), max_size=3))
def test_any_text_can_be_asked(question: str, years: list[int]) -> None:
    found = spans(question, NOW, years)
    assert all(0 < span.first <= span.last for span in found) and len(set(found)) == len(found)
    days(found)
