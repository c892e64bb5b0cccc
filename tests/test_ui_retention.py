"""The page Retention: what is held on to and why, what would sleep, and waking."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.embedding import SentenceEncoder

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


def test_passages_stand_in_the_order_of_their_worth_with_the_reasons(held: Memory) -> None:
    page = at()
    assert {one.label: one.value for one in page.metric}["Awake"] == "4"
    assert "short layer" in shown(page) and "never used" in shown(page)
    assert shown(page).index("How are you?") < shown(page).index("I planted an ash")
    turned = shown(at(order="most"))
    assert turned.index("I planted an ash") < turned.index("How are you?")
    assert "&lt;b&gt;sailed" in turned, "text is never HTML"


def test_what_would_sleep_is_told_before_it_does_and_wakes_again(held: Memory) -> None:
    page = at()
    page.slider[0].set_value(50).run()
    assert "4 passages are awake; 2 would be." in page.text[0].value
    page.button[0].click().run()
    assert not page.exception
    assert len(held.dormant()) == 2
    page = at(order="dormant")
    assert {one.label: one.value for one in page.metric}["Asleep"] == "2"
    page.button(key=f"wake {held.dormant()[0].passage.id}").click().run()
    assert not page.exception and len(held.dormant()) == 1
    assert next(held.history(newest_first=True)).author == "forgetting"


def test_nothing_can_be_changed_where_nobody_may(held: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    page = at()
    assert not page.slider and not page.button


def test_an_empty_memory_has_nothing_to_hold_on_to(held: Memory) -> None:
    held.forget("talk.txt")
    assert "nothing to hold on to" in at().info[0].value
