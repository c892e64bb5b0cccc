"""The explorer in a real browser: files go in and out again, and what is wrong is put right."""

from __future__ import annotations

from collections.abc import Iterator

import browser_steps as step
import pytest
from browser import Tab, chromium, explorer, remember, tab

from graphmem.embedding import SentenceEncoder

FIXTURES = (chromium, tab)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Iterator[str]:
    """An explorer over the texts, which the tests of this file share; each leaves it as it was."""
    folder = tmp_path_factory.mktemp("editing")
    store = f"sqlite:///{folder}/memory.db"
    remember(store, encoder)
    with explorer(store, folder / "log") as address:
        yield address


def test_a_file_is_uploaded_found_and_forgotten(tab: Tab) -> None:
    step.upload(tab)
    tab.open(q="Who is the captain of the Alka?")
    tab.sees("The captain of the Alka is Pia Holm.")
    step.forget(tab)
    tab.open(q="Who is the captain of the Alka?")
    assert "Pia Holm" not in tab.shown


def test_two_names_are_merged_and_taken_apart_again(tab: Tab) -> None:
    step.merge(tab)
    step.undo(tab)
    tab.open("record", id="M. Lindqvist")
    assert "One with:" not in tab.shown


def test_a_contradiction_is_settled_and_opened_again(tab: Tab) -> None:
    step.resolve(tab)
    step.undo(tab)
    tab.open("review", kind="contradictions")
    tab.sees("Mara Lindqvist was born in Drammen")


def test_of_two_people_the_second_is_told_of_the_first_and_has_a_choice(
    chromium: object, address: str, tab: Tab
) -> None:
    with Tab(chromium, address) as other:
        for one in (tab, other):
            one.open("record", id="Ines Duarte")
            one.choose("Rename")
            one.page.get_by_label("The name to show").wait_for()
        step.rename(other, "Ines D. Duarte")
        other.sees("Done:")
        step.rename(tab, "Captain Ines Duarte")
        tab.sees("Somebody changed this meanwhile")
        tab.sees("Ines D. Duarte")  # the page shows what the other left
        tab.press("Try mine again")
        tab.sees("Done:")
        step.undo(tab)
        tab.open("record", id="Ines Duarte")
        tab.choose("Rename")
        step.rename(tab, "")


def test_each_edit_says_who_made_it_and_can_be_undone_from_the_history(tab: Tab) -> None:
    tab.open("record", id="Jonas Berg")
    tab.write("Your name", "Ada")
    tab.choose("Kind")
    tab.page.get_by_role("button", name="Save", exact=True).click()
    tab.sees("Done:")
    tab.go("History")
    tab.sees("Ada · ")
    tab.page.get_by_test_id("stMain").get_by_role("checkbox").first.check(force=True)
    tab.settle()
    tab.press("What would undoing do?")
    tab.press("Undo it now")
    tab.sees("Done: undo")
