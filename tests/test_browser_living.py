"""A memory that lives, in a real browser: notes, retention, tasks, what recurs, and what was learned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import looks
import pytest
from browser import QUESTION, Tab, chromium, explorer, remember, tab
from conftest import put

from graphmem import Memory
from graphmem.agent import TaskGraph
from graphmem.embedding import SentenceEncoder

FIXTURES = (chromium, tab)
FIRST = datetime(2026, 1, 5, 18, tzinfo=timezone.utc)
SPRING = {"from": "2026-01", "to": "2026-03"}
PLACES: tuple[tuple[str, dict[str, str]], ...] = (
    ("notes", {}),
    ("retention", {}),
    ("tasks", {}),
    ("timeline", SPRING),
    ("timeline", {**SPRING, "by": "kind"}),
    ("", {"q": QUESTION}),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[str]:
    """An explorer over texts and a course each Monday, with notes, tasks and something learned."""
    folder = tmp_path_factory.mktemp("living")
    store = f"sqlite:///{folder}/memory.db"
    remember(store, encoder)
    weeks = [FIRST + timedelta(weeks=week, days=week == 7) for week in range(10) if week != 4]
    rows = [{"title": "Swimming course", "start_time": f"{at:%Y-%m-%d %H:%M:%S}"} for at in weeks]
    with Memory.open(store, embedder=encoder) as memory:
        put(memory, {"calendar.json": json.dumps(rows)})
        memory.reflect()
        found = memory.recall(QUESTION)
        memory.feedback(found, useful=found[:1], not_useful=found[1:2])
        tasks = TaskGraph(memory)
        tasks.add("write to the captain")
        tasks.add("find her address", step_of="write to the captain")
    with explorer(store, folder / "log") as address:
        yield address


def test_what_recurs_has_its_days_on_the_axis(tab: Tab) -> None:
    tab.open("timeline", **SPRING)
    row = tab.page.get_by_role("listitem", name="Swimming course: every Monday")
    row.wait_for()
    assert row.locator(".day.done").count() == 8 and row.locator(".day.other").count() == 1
    assert row.locator(".day.missed").count() == 2 and row.locator(".day.rule").count() == 3
    late = row.locator(".day.other").get_attribute("title")
    assert late == "2026-02-24, on another day\nSwimming course: every Monday, about 18:00"
    tab.page.get_by_role("button", name="Zoom in").click()
    tab.page.wait_for_function("(all) => document.querySelectorAll('.day').length < all", arg=14)


def test_what_does_not_recur_is_not_drawn_with_routines(tab: Tab) -> None:
    tab.open("timeline", **SPRING, kinds="event")
    assert tab.page.get_by_role("listitem", name="Swimming course").count() == 0


def test_a_passage_sleeps_and_wakes(tab: Tab) -> None:
    tab.open("retention")
    tab.page.get_by_text("Put to sleep what is worth least").click()
    slider = tab.page.get_by_role("slider").first
    for _ in range(4):
        slider.press("ArrowLeft")
    tab.page.get_by_role("columnheader", name="Worth").wait_for()
    button = tab.page.get_by_role("button", name="to sleep").last
    button.click()
    tab.sees("put to sleep")
    tab.open("retention", state="dormant")
    tab.sees("asleep")
    assert tab.page.locator("[role=img][aria-label*='is left']").count()
    tab.press("Wake it")
    tab.sees("woken: asked for in the explorer")


def test_reflection_is_asked_for_and_told(tab: Tab) -> None:
    tab.open("notes", kind="routine")
    tab.sees("Swimming course: every Monday")
    tab.page.get_by_text("What the reflection of").click()
    tab.sees("All reflections")
    tab.press("Reflect now")
    tab.page.get_by_text("Nothing is new").or_(tab.page.get_by_text("Done:")).first.wait_for()


def test_tasks_are_drawn_and_listed(tab: Tab) -> None:
    tab.open("tasks")
    tab.page.locator("svg .node", has_text="find her address").wait_for()
    tab.sees("waits for: find her address")


def test_a_hit_is_useful_and_what_was_learned_is_told(tab: Tab) -> None:
    tab.open(q=QUESTION)
    tab.page.get_by_text("What was learned from 1 question").click()
    tab.sees("for one thing")
    tab.page.get_by_role("button", name="useful").first.click()
    tab.sees("feedback: 1 useful")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_or_hard_to_read(chromium: object, address: str, width: int) -> None:
    found = []
    with Tab(chromium, address, width=width) as tab:
        for path, query in PLACES:
            tab.open(path, **query)
            tab.page.wait_for_timeout(300)
            found += [f"{path}: {one}" for one in (*looks.wrong(tab), *looks.violations(tab))]
            tab.page.emulate_media(color_scheme="dark")
            tab.settle()
            found += [f"{path} in the dark: {one}" for one in looks.violations(tab)]
            tab.page.emulate_media(color_scheme="light")
        assert tab.elsewhere == [] and tab.faults == []
    assert not found, "\n".join(found)
