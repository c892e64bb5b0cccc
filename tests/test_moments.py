"""Dates as people and programs write them."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.dates.written import day
from graphmem.ingest.moments import aware, field_rank, of_field, order_of, parse

AFTERNOON = datetime(2023, 5, 8, 13, 56, tzinfo=timezone.utc)
DAY = datetime(2023, 5, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        *("1:56 pm on 8 May, 2023", "1:56 PM, May 8, 2023", "8 May 2023 13:56", "May 8, 2023 at 1:56 p.m."),
        *("2023-05-08 13:56", "2023-05-08T13:56Z", "2023-05-08T13:56:00.000Z", "2023-05-08T13:56:00+00:00"),
        *("8/5/2023 13:56", "08/05/23, 1:56 PM", "8.5.2023 13:56", "20230508T135600Z", "2023/05/08 13:56:00"),
        *("Mon, 8 May 2023 13:56:00 GMT", "Monday, May 8, 2023 1:56 pm", "2023年5月8日 13:56"),
    ],
)
def test_one_moment_in_many_forms(text: str) -> None:
    assert parse(text) == AFTERNOON


@pytest.mark.parametrize(
    "text", ["2023-05-08", "8th of May, 2023", "May 8th 2023", "08-May-2023", "8 Sept. 2023", "20230508"]
)
def test_a_day_is_its_midnight(text: str) -> None:
    moment = parse(text)
    assert moment is not None and (moment.hour, moment.minute, moment.day) == (0, 0, 8)


@pytest.mark.parametrize(
    "text",
    [
        *("", "May 2023", "2023", "13:56", "on Monday", "I left on 8 May 2023", "version 2", "2023-13-40"),
        *("31/31/2023", "30 Feb 2023", "8 May 2023 25:10", "8 May 2023 13:10 pm", "9" * 70, "5/8"),
    ],
)
def test_what_is_no_moment(text: str) -> None:
    assert parse(text) is None


def test_zones_are_kept() -> None:
    moment = parse("2023-05-08T13:56:00-0730")
    assert moment is not None and moment.utcoffset() == -timedelta(hours=7, minutes=30)


def test_ambiguous_dates_are_day_first_unless_their_neighbours_cannot_be() -> None:
    assert parse("8/5/2023") == DAY
    assert parse("8/5/2023", "month-first") == datetime(2023, 8, 5, tzinfo=timezone.utc)
    assert parse("5/13/2023") == datetime(2023, 5, 13, tzinfo=timezone.utc)
    assert parse("13/5/2023", "month-first") == datetime(2023, 5, 13, tzinfo=timezone.utc)
    assert order_of(["8/5/2023", "5/13/2023"]) == "month-first"
    assert order_of(["8/5/2023", "13/5/2023"]) == order_of(["2023-05-13"]) == order_of([]) == "day-first"


def test_numbers_are_moments_only_in_fields_named_like_time() -> None:
    assert of_field("timestamp", 1683554160) == AFTERNOON
    assert of_field("createdAt", 1683554160000) == AFTERNOON
    assert of_field("ts", "1683554160.000200") is not None
    assert of_field("date", 20230508) == DAY
    assert of_field("price", 1683554160) is None
    assert of_field("time", 45) is None and of_field("time", True) is None
    assert of_field("time", float("nan")) is None and of_field("time", "x") is None


def test_fields_say_when_better_or_worse() -> None:
    names = ["updated_at", "created", "date", "start_time", "name", "end_date", "status"]
    ranked = sorted((rank, name) for name in names if (rank := field_rank(name)) is not None)
    assert [name for _, name in ranked] == ["start_time", "date", "created", "updated_at"]


def test_naive_is_utc_and_a_day_reads_the_same_everywhere() -> None:
    assert aware(datetime(2023, 5, 8)) == DAY
    assert day(AFTERNOON) == "8 May 2023"


@given(st.datetimes(min_value=datetime(1000, 1, 1)), st.sampled_from([" ", "T"]))
def test_iso_is_read_back(moment: datetime, separator: str) -> None:
    assert parse(moment.isoformat(separator)) == moment.replace(tzinfo=timezone.utc)


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    moment = parse(text)
    assert moment is None or moment.tzinfo is not None
