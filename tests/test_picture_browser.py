"""The page of ``graphmem query --visual`` in a browser: ways are followed, and it runs alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import browsing, missing
from conftest import opened, put
from test_recall import DOCUMENTS
from test_visual import HOSTILE

from graphmem.cli.picture import page
from graphmem.page import write

if reason := missing():
    pytest.skip(reason, allow_module_level=True)

QUESTION = "Who designed the Tern buoy? " + "".join(HOSTILE)


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Any]:
    """The page in a narrow window; whatever it runs, asks for or complains of is told in ``said``."""
    with opened(tmp_path) as memory:
        put(memory, DOCUMENTS)
        write(tmp_path / "page.html", page(memory.recall(QUESTION, 4, why=True)))
    with browsing() as browser:
        tab = browser.new_page(viewport={"width": 360, "height": 640})
        tab.said = []
        for event in ("dialog", "pageerror", "console", "request"):
            tab.on(event, lambda told: tab.said.append(told))
        tab.goto((tmp_path / "page.html").as_uri())
        yield tab


def test_the_page_runs_alone_and_fits_a_narrow_window(tab: Any) -> None:
    assert len(tab.said) == 1 and tab.said[0].url.startswith("file:")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pointing_at_a_passage_follows_its_way_by_mouse_and_keyboard(tab: Any) -> None:
    second = tab.locator(".is-passage").nth(1)
    second.hover()
    assert tab.locator("body.following").count() == 1
    assert tab.locator("#hit-2.on").count() == 1 and tab.locator("#hit-1.on").count() == 0
    assert tab.locator(".is-question.on").count() == 1 and tab.locator("path.on").count() >= 2
    tab.mouse.move(0, 0)
    assert tab.locator("body.following").count() == 0
    second.focus()
    tab.keyboard.press("Enter")
    second.evaluate("one => one.blur()")
    assert tab.locator("#hit-2.on").count() == 1
    tab.keyboard.press("Escape")
    assert tab.locator("body.following").count() == 0
