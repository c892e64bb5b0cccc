"""Hostile texts: reading dates takes work in proportion to their length, and ends."""

from __future__ import annotations

import sys
from datetime import datetime
from types import FrameType

import pytest

from graphmem.dates import find_dates

NOW = datetime(2024, 5, 15, 10, 30)

_PIECES = (
    """1234567890|next |((((()))))|2 days after |from May to |1/2/|between 3 and |at 5 |one hundred and """
)
_PIECES += "|the last week of |1 day and |'s|more than "


def _calls(text: str) -> int:
    """How many functions reading a text calls, in Python and in C: the same on every machine."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        find_dates(text, NOW)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("piece", _PIECES.split("|"))
def test_hostile_text_takes_work_in_proportion_to_its_length(piece: str) -> None:
    small, large = (_calls(piece * (size // len(piece))) for size in (2_000, 8_000))
    assert large <= 4.5 * small + 200  # a quadratic reader would take sixteen times as long


def test_a_hundred_thousand_characters_without_a_space() -> None:
    assert find_dates("9" * 100_000, NOW) == find_dates("a" * 100_000, NOW) == []
