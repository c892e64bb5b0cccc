"""``graphmem routines`` lists what recurs, when next, and when it was otherwise."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from test_cli import data, folder, run
from test_routines import calendar, weekly

FIXTURES = (folder,)


@pytest.mark.usefixtures("folder")
def test_what_recurs_is_listed_after_a_reflection() -> None:
    rows = weekly("Squash with Lin", "Squash with Lin at the club.", date(2025, 1, 8), 8)
    rows[5] = (rows[5][0], "Squash with Lin", "Squash with Lin was cancelled.")
    Path("calendar.json").write_text(calendar(*rows)["calendar.json"], encoding="utf-8")
    run("ingest", "calendar.json")
    assert "graphmem reflect" in run("routines").output
    assert data("routines") == []
    run("reflect")
    told = run("routines").output.splitlines()
    assert told[0] == "Squash with Lin: every Wednesday, about 19:30 (7 days from 2025-01-08 to 2025-02-26)"
    assert told[1].startswith("  next: Wednesday ")
    assert told[2] == "  otherwise: 2025-02-12 called off"
    (row,) = data("routines", "squash")
    assert date.fromisoformat(row["next"]).weekday() == 2
    assert row["data"]["rule"] == "FREQ=WEEKLY;BYDAY=WE"
    assert json.dumps(row["parts"][0]["passages"])
    assert data("routines", "choir") == []
