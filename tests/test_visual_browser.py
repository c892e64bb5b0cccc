"""The page of ``graphmem extract --visual`` in a browser: pointing, filters, jumps; nothing hostile runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import browsing, missing
from test_visual import HOSTILE, NOW

from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import Extract, Finding
from graphmem.ingest.readers import items_reading
from graphmem.ingest.visual import page
from graphmem.page import write
from graphmem.statements import SUBJECT, Interval, Participant, Statement
from graphmem.types import Mention

if reason := missing():
    pytest.skip(reason, allow_module_level=True)

TEXT = "Ann Lee met Bo in Oslo. " + "".join(HOSTILE) + " She left."


def extract() -> Extract:
    """A sentence of two events between scripts, on a page with ten that are empty."""
    items = [("", TEXT), *(("", f"Number {n} stands here.") for n in range(10))]
    document, passages, sentences = chunk(items_reading("a.txt", "", items, "hash"), "n")
    passage_of = {passage.id: passage for passage in passages}
    found = [Finding(one, passage_of[one.passage], NOW, (), (), ()) for one in sentences]
    met = Statement(
        predicate="met",
        lemma="meet",
        participants=(
            Participant(role=SUBJECT, text="Ann Lee", start=0, end=7, entity="Ann Lee"),
            Participant(role="object", text="Bo", start=12, end=14, entity="Bo"),
        ),
        happens=True,
        when=Interval(begin=NOW, end=NOW, precision="day", timex="x"),
        start=0,
        end=22,
    )
    mentions = (
        Mention(name="Ann Lee", label="person", start=0, end=7),
        Mention(name="Oslo", label="place", start=18, end=22),
    )
    found[0] = replace(found[0], mentions=mentions, statements=(met, replace(met, when=None, start=12)))
    return Extract(document, tuple(found))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Any]:
    """The page, in a narrow window; whatever it runs, asks for or complains of is told in ``said``."""
    write(tmp_path / "page.html", page([extract()]))
    with browsing() as browser:
        tab = browser.new_page(viewport={"width": 360, "height": 640})
        tab.said = []
        for event in ("dialog", "pageerror", "console", "request"):
            tab.on(event, lambda told: tab.said.append(told))
        tab.goto((tmp_path / "page.html").as_uri())
        yield tab


def marked(tab: Any, kind: str) -> str:
    return "".join(tab.locator(f".text .{kind}").all_text_contents())


def test_the_page_runs_alone_and_fits_a_narrow_window(opened: Any) -> None:
    assert len(opened.said) == 1 and opened.said[0].url.startswith("file:")  # the page itself
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pointing_at_a_fact_marks_its_words_by_mouse_and_keyboard(opened: Any) -> None:
    first, second = opened.locator(".facts button").all()
    first.hover()
    assert marked(opened, "evidence") == TEXT[:22] and marked(opened, "part") == "Ann LeeBo"
    second.focus()
    assert marked(opened, "part") == "Ann LeeBo" and marked(opened, "said") == "Ann Lee"
    opened.keyboard.press("Enter")
    assert second.get_attribute("aria-pressed") == "true"
    opened.keyboard.press("Escape")
    assert second.get_attribute("aria-pressed") == "false" and marked(opened, "evidence") == ""


def test_a_label_is_hidden_and_shown(opened: Any) -> None:
    box = opened.locator("input[data-filter=person]")
    for shown in (False, True):
        box.set_checked(shown)
        assert opened.locator(".text .off").count() == (0 if shown else 1)
        assert opened.locator(".names li:visible").count() == (2 if shown else 1)
    opened.locator("input[data-without=no-events]").uncheck()
    assert opened.locator(".facts button:visible").count() == 1


def test_the_timeline_and_the_names_lead_into_the_text(opened: Any) -> None:
    opened.locator(".timeline a").click()
    assert opened.evaluate("document.activeElement.id") == "f0" and marked(opened, "evidence") == TEXT[:22]
    opened.locator(".names a", has_text="Oslo").click()
    assert marked(opened, "found") == "Oslo"
