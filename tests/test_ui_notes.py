"""The page Notes: what the memory made of itself, with its sources, and what the last reflection did."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put
from noted import noted
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.types import Passage
from graphmem.ui import words

PAGE = "from graphmem.ui import notes\nnotes.page()"
AT = datetime(2024, 5, 1, tzinfo=timezone.utc)
TALK = "[2023-05-08 13:56] Ada Byron: I planted an ash.\n[2023-05-09 08:00] Cy Hall: It fell <b>over</b>.\n"


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A memory of a chat with two notes, and the explorer told of it."""
    memory = opened(tmp_path)
    put(memory, {"talk.txt": TALK})
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    monkeypatch.delenv("GRAPHMEM_UI_READ_ONLY", raising=False)
    return memory


def turns(memory: Memory) -> list[Passage]:
    (document,) = memory.documents()
    return [one for one in memory.parts(document) if isinstance(one, Passage)]


def at(**query: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=120)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def test_a_memory_without_notes_says_how_to_make_some(held: Memory) -> None:
    page = at()
    assert "press Reflect now" in page.info[0].value
    assert [button.label for button in page.button] == ["Reflect now"]


def test_notes_stand_with_their_lines_and_sources(held: Memory) -> None:
    ash, fall = turns(held)
    noted(held, "trees", [("An ash <i>stood</i>.", [ash]), ("It fell.", [fall, ash])], "Trees", tags=("ash",))
    page = at()
    assert "<b style='overflow-wrap: anywhere'>Trees</b>" in shown(page)
    assert "An ash &lt;i&gt;stood&lt;/i&gt;." in shown(page), "text is never HTML"
    assert [text.value for text in page.text] == [
        "See it in the history, or take it back",
        "Ada Byron 2023-05-08",
        "Cy Hall 2023-05-09",
        "Ada Byron 2023-05-08",
    ]
    assert "What the reflection of" in page.expander[0].label


def test_notes_are_found_by_kind_and_words(held: Memory) -> None:
    ash, fall = turns(held)
    noted(held, "ashes", [("An ash stood.", [ash])], "Ashes", until=AT)
    noted(held, "falls", [("It fell.", [fall])], "Falls")
    page = shown(at())
    assert page.index(">Ashes</b>") < page.index(">Falls</b>"), "newest first"
    assert ">Falls</b>" in shown(at(find="fell")) and ">Ashes</b>" not in shown(at(find="fell"))
    assert "No note has these words" in at(find="nothing of the kind").info[0].value
    assert at(kind="topic").selectbox[0].value == "topic" and at(kind="dream").selectbox[0].value == "all"


def test_the_last_reflection_is_told_as_a_difference(held: Memory) -> None:
    ash, _ = turns(held)
    noted(held, "trees", [("An ash stood.", [ash])], "Trees")
    noted(held, "trees", [("An ash fell.", [ash])], "Trees")
    assert "<del>stood.</del>" in shown(at()) and "<ins>fell.</ins>" in shown(at())
    held.use([ash], "useful")
    last = next(held.history(newest_first=True))
    assert [group.title for group in words.told(held, last.changes)] == ["What was used"]


def test_nobody_reflects_where_nothing_may_be_changed(held: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    assert not at().button
