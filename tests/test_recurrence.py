"""Rules of recurrence, the rhythm of days, and what texts say of how often."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.reflection.often import often
from graphmem.reflection.rhythm import rhythm
from graphmem.reflection.rule import Rule, read_rule

AT = datetime(2025, 1, 1, tzinfo=timezone.utc)
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
RULES = st.one_of(
    st.builds(Rule, st.just("day"), st.integers(1, 30)),
    st.builds(
        Rule,
        st.just("week"),
        st.integers(1, 5),
        st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    ),
    st.builds(Rule, st.just("month"), st.integers(1, 6), day=st.sampled_from([-1, *range(1, 32)])),
    st.builds(
        Rule,
        st.just("month"),
        weekdays=st.integers(0, 6).map(lambda day: (day,)),
        nth=st.sampled_from([-1, 1, 2, 3, 4]),
    ),
    st.builds(Rule, st.just("year"), month=st.integers(1, 12), day=st.integers(1, 28)),
)


@settings(deadline=None)
@given(RULES)
def test_written_and_read_again(rule: Rule) -> None:
    assert read_rule(rule.written) == rule


@settings(max_examples=40, deadline=None)
@given(RULES, DAYS)
def test_next_is_the_first_day_that_fits(rule: Rule, start: date) -> None:
    found = rule.next(start, start)
    assert found is not None and found > start
    assert rule.fits(found, start)
    between = (start + timedelta(n) for n in range(1, (found - start).days))
    assert not any(rule.fits(one, start) for one in between)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([1, 2]), st.integers(0, 6), DAYS)
def test_days_that_keep_a_weekly_rule_have_it_as_their_rhythm(every: int, weekday: int, start: date) -> None:
    first = start + timedelta((weekday - start.weekday()) % 7)
    found = rhythm([first + timedelta(7 * every * n) for n in range(6)])
    assert found is not None and found.rule == Rule("week", every, (weekday,))
    assert found.strength == 1


def test_a_rhythm_bears_a_day_that_was_missed_and_one_that_was_moved() -> None:
    days = [date(2025, 1, 6) + timedelta(7 * n) for n in range(10) if n != 4]
    days[6] += timedelta(1)
    found = rhythm(days)
    assert found is not None and found.rule.text == "every Monday"
    assert 0.7 < found.strength < 1


def test_days_without_a_rule_have_at_most_a_pace() -> None:
    days = [date(2025, 1, 1), date(2025, 2, 12), date(2025, 3, 8), date(2025, 6, 1), date(2025, 6, 30)]
    found = rhythm(days)
    assert found is not None and found.rule.about and found.strength < 0.5
    assert found.rule.text.startswith("about every ")
    assert rhythm(days[:2]) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("I go swimming every Monday.", "FREQ=WEEKLY;BYDAY=MO"),
        ("Runs every Monday, Wednesday, and Friday", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("we meet every other Friday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("on the last day of each month, the budget", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("dinner on the first Sunday of every month", "FREQ=MONTHLY;BYDAY=1SU"),
        ("the rent on the 19th of every month", "FREQ=MONTHLY;BYMONTHDAY=19"),
        ("tidied up each weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("a call every two weeks", "FREQ=WEEKLY;INTERVAL=2"),
        ("stretching, daily", "FREQ=DAILY"),
    ],
)
def test_what_texts_say_of_how_often(text: str, rule: str) -> None:
    found = often(text, AT)
    assert [one.rule.written for one in found if one.rule] == [rule]


@pytest.mark.parametrize(
    "text", ["our monthly expenses rose", "we met on Monday", "the annual premium is due"]
)
def test_amounts_and_single_days_are_no_rules(text: str) -> None:
    assert not often(text, AT)


def test_what_is_written_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match="FREQ="):
        read_rule("every Monday")
