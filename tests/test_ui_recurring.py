"""What recurs stands below the timeline: how often, when next, when it was otherwise."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import opened, put
from streamlit.testing.v1 import AppTest

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
