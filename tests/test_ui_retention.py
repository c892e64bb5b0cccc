"""The page Retention: what is held on to and why, what would sleep, and waking."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import opened, put
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.embedding import SentenceEncoder
from graphmem.ui.curve import curve, told

PAGE = "from graphmem.ui import retention\nretention.page()"
TALK = "".join(
    f"[2023-05-{day:02} 10:00] Ada Byron: {text}\n"
    for day, text in enumerate(
        ("Hello!", "I planted an ash in Bergen in 1841.", "How are you?", "Cy Hall <b>sailed</b> to Lima."), 1
    )
)


@pytest.fixture
def held(tmp_path: Path, encoder: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A memory of a chat with the encoder that the explorer has, which is told of it."""
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.delenv("GRAPHMEM_UI_READ_ONLY", raising=False)
    memory = opened(tmp_path, embedder=encoder)
    put(memory, {"talk.txt": TALK})
    return memory


def at(**query: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=120)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def counted(page: AppTest) -> dict[str, int]:
    """What the page counts, by its name; nothing is pinned here."""
    found = re.findall(r"<small>([\w ]+)</small><div [^>]*>([\d,]+)</div>", shown(page))
    return {name: int(count) for name, count in found if name != "Never forgotten"}


def test_passages_stand_in_the_order_of_their_worth_with_the_reasons(held: Memory) -> None:
    page = at()
    assert counted(page) == {"Awake": 4, "Asleep": 0, "Short layer": 2, "Middle layer": 1, "Long layer": 1}
    assert "short layer · strength 21 days" in shown(page) and "never used" in shown(page)
    assert shown(page).index("How are you?") < shown(page).index("I planted an ash")
    turned = shown(at(order="most"))
    assert turned.index("I planted an ash") < turned.index("How are you?")
    assert "&lt;b&gt;sailed" in turned, "text is never HTML"


def test_what_would_sleep_is_told_before_it_does_and_wakes_again(held: Memory) -> None:
    page = at()
    page.slider[0].set_value(50).run()
    assert "4 passages are awake; 2 would be." in page.text[0].value
    table = shown(page).partition("<table>")[2].partition("</table>")[0]
    assert "How are you?" in table and "talk.txt" in table and "I planted" not in table
    next(one for one in page.button if one.label == "Put 2 to sleep").click().run()
    assert not page.exception and page.slider[0].value == 100
    assert len(held.dormant()) == 2
    page = at(state="dormant")
    assert counted(page)["Asleep"] == 2 and "How are you?" in shown(page) and "I planted" not in shown(page)
    page.button(key=f"wake {held.dormant()[0].passage.id}").click().run()
    assert not page.exception and len(held.dormant()) == 1
    assert next(held.history(newest_first=True)).author == "forgetting"


def test_passages_are_chosen_by_state_layer_and_words(held: Memory) -> None:
    assert shown(at(find="ASH")).count("Read it") == 0 and "I planted an ash" in shown(at(find="ASH"))
    assert "How are you?" not in shown(at(find="ash"))
    assert "How are you?" in shown(at(layer="short")) and "How are you?" not in shown(at(layer="long"))
    assert "Nothing sleeps" in at(state="dormant").info[0].value
    assert "choose another" in at(state="pinned").info[0].value


def test_only_what_is_older_goes_if_days_are_given(held: Memory) -> None:
    page = at()
    page.number_input[0].set_value(36_000).run()
    assert [one.value for one in page.caption if "Nothing would go" in one.value]
    page.number_input[0].set_value(30).run()
    assert "4 passages are awake; 0 would be." in page.text[0].value


def test_the_curve_says_in_words_what_it_draws(held: Memory) -> None:
    one = replace(held.retentions()[0], strength=14 / math.log(2), retention=0.25)
    assert told(one) == "25% is left; half is left after 14 days without use, a twentieth after 61"
    drawn = curve(one)
    assert 'role="img"' in drawn and "25% is left" in drawn and drawn.count("outline") == 1
    columns = re.findall(r"opacity: (.\d)", curve(one).replace("0.", "."))
    assert columns == sorted(columns, reverse=True), "what was is full, what comes is pale"
    assert curve(replace(one, retention=0.0)).rfind("outline") > drawn.rfind("outline")
    assert curve(replace(one, retention=1.0)).find("outline") < drawn.find("outline")


def test_nothing_can_be_changed_where_nobody_may(held: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    page = at()
    assert not page.slider and not page.button


def test_an_empty_memory_has_nothing_to_hold_on_to(held: Memory) -> None:
    held.forget("talk.txt")
    assert "nothing to hold on to" in at().info[0].value
