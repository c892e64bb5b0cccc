"""The explorer in a real browser: what is read there, by whom it can be read, and what it must not do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

import browser_steps as step
import looks
import pytest
from browser import ANSWER, PAGES, QUESTION, Tab, chromium, explorer, remember, tab

from graphmem.embedding import SentenceEncoder

FIXTURES = (chromium, tab)
PLACES = (
    *((path, {}) for path in PAGES),
    ("", {"q": QUESTION}),
    ("graph", {"id": "Mara Lindqvist"}),
    ("record", {"id": "Mara Lindqvist"}),
    ("timeline", {"id": "Mara Lindqvist"}),
    ("documents", {"id": "lindqvist.txt"}),
    ("review", {"kind": "contradictions"}),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[str]:
    """An explorer over the texts that nobody changes."""
    folder = tmp_path_factory.mktemp("reading")
    store = f"sqlite:///{folder}/memory.db"
    remember(store, encoder)
    with explorer(store, folder / "log", "--read-only") as address:
        yield address


def test_a_question_is_answered_and_leads_on(tab: Tab) -> None:
    step.ask(tab)
    step.follow(tab)


def test_an_answer_leads_to_its_place_in_the_document(tab: Tab) -> None:
    tab.open(q=QUESTION)
    tab.page.get_by_role("link", name="Read it there").first.click()
    tab.page.get_by_role("heading", level=1, name="ship").wait_for()
    tab.page.locator("mark", has_text=ANSWER).wait_for()


def test_a_node_of_the_graph_is_clicked(tab: Tab) -> None:
    tab.open("graph", id="Mara Lindqvist")
    step.click_node(tab, "Jonas Berg")
    tab.sees("Jonas Berg")
    assert tab.page.get_by_role("button", name="Jonas Berg").count() or "married" in tab.shown


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_an_address_of_its_own(tab: Tab, path: str) -> None:
    tab.open(path)
    assert tab.page.get_by_role("dialog").count() == 0, tab.page.get_by_role("dialog").inner_text()


def test_what_is_asked_can_be_sent_as_a_link(tab: Tab) -> None:
    tab.open("ask", q=QUESTION)
    tab.sees(ANSWER)
    assert tab.page.get_by_role("dialog").count() == 0


def test_what_a_document_holds_is_shown_and_not_run(tab: Tab) -> None:
    tab.open(q="What colour is the lamp of Zorblat?")
    tab.sees("<script>alert(1)</script>")
    for path, query in (
        ("documents", {"id": "hostile.txt"}),
        ("record", {"id": "Zorblat"}),
        ("graph", {"id": "Zorblat"}),
        ("timeline", {"id": "Zorblat"}),
        ("review", {"kind": "facts"}),
    ):
        tab.open(path, **query)
        assert tab.page.locator("a[href^=javascript], img[src*='.png']").count() == 0
    assert [url for url in tab.elsewhere if "127.0.0.1" in url] == []


def test_read_only_it_offers_no_edits(tab: Tab) -> None:
    tab.open("documents")
    assert tab.page.locator("input[type=file]").count() == 0
    tab.open("record", id="Mara Lindqvist")
    tab.sees("Facts and events")
    for label in ("Rename", "Merge", "Split", "They are one"):
        assert tab.page.get_by_text(label, exact=True).count() == 0, label
    tab.open("review", kind="contradictions")
    tab.sees("Mara Lindqvist was born in Bergen")
    assert tab.page.get_by_role("button", name="is wrong").count() == 0


# All pages once, wide in both schemes and narrow: what is seen there is told by the tests below.


@dataclass(slots=True)
class Round:
    """What is wrong with some page, each once, with the first page where it is so."""

    narrow: dict[str, str] = field(default_factory=dict)
    wide: dict[str, str] = field(default_factory=dict)
    light: dict[str, str] = field(default_factory=dict)
    dark: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    dialogs: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(chromium: object, address: str) -> Round:
    """All pages, looked at."""
    seen = Round()
    for width in (1280, 390):
        with Tab(chromium, address, width=width) as tab:
            for path, query in PLACES:
                tab.open(path, **query)
                _look(tab, seen, f"{path or 'ask'} {query or ''}")
    return seen


def _look(tab: Tab, seen: Round, where: str) -> None:
    def note(into: dict[str, str], found: list[str]) -> None:
        for one in found:
            into.setdefault(one, where)

    narrow = tab.page.viewport_size["width"] < 400
    note(seen.narrow if narrow else seen.wide, looks.wrong(tab))
    if not narrow:
        note(seen.light, looks.violations(tab))
        tab.page.emulate_media(color_scheme="dark")
        tab.settle()
        note(seen.dark, looks.violations(tab))
        tab.page.emulate_media(color_scheme="light")
    note(seen.elsewhere, tab.elsewhere)
    note(seen.dialogs, tab.page.get_by_role("dialog").all_inner_texts())


@pytest.mark.parametrize("what", [one.name for one in fields(Round)])
def test_nothing_is_cut_off_or_hard_to_read_or_asked_of_other_machines(seen: Round, what: str) -> None:
    found = getattr(seen, what)
    assert not found, "\n".join(f"{where}: {one}" for one, where in found.items())
