"""The page Notes: what the memory made of itself, with its sources, and what the last reflection did."""

from __future__ import annotations

import re
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
    assert ">Trees</div>" in shown(page)
    assert "An ash &lt;i&gt;stood&lt;/i&gt;. <small>[1]</small>" in shown(page), "text is never HTML"
    assert "It fell. <small>[2, 1]</small>" in shown(page)
    assert [text.value for text in page.text] == [
        "See it in the history, or take it back",
        "All reflections",
        "1 Ada Byron 2023-05-08",
        "2 Cy Hall 2023-05-09",
    ]
    assert page.expander[0].label.startswith("What the reflection of") and "1 new" in page.expander[0].label


def test_what_nobody_said_at_any_time_is_called_after_its_document(held: Memory) -> None:
    put(held, {"ash.txt": "The ash is a tree of the olive family."})
    (document,) = (one for one in held.documents() if one.uri.endswith("ash.txt"))
    parts = [one for one in held.parts(document) if isinstance(one, Passage)]
    noted(held, "trees", [("The ash is a tree.", parts)], "Trees")
    assert f"1 {document.title}" in [text.value for text in at().text]


def test_of_a_long_note_the_first_lines_are_shown_and_the_others_unfold(held: Memory) -> None:
    ash, fall = turns(held)
    lines = [(f"Line {number}.", [ash]) for number in range(8)]
    noted(held, "trees", [*lines, ("The end.", [fall])])
    page = at()
    assert page.expander[1].label == "3 more lines"
    assert ">talk.txt</div>" in shown(page), "a note without a title is called after its source"
    assert shown(page).index("Line 5.") < shown(page).index("Line 6.") < shown(page).index("The end.")


def test_notes_are_found_by_kind_and_words(held: Memory) -> None:
    ash, fall = turns(held)
    noted(held, "ashes", [("An ash stood.", [ash])], "Ashes", until=AT)
    noted(held, "falls", [("It fell.", [fall])], "Falls")
    page = shown(at())
    assert page.index(">Ashes</div>") < page.index(">Falls</div>"), "newest first"
    assert ">Falls</div>" in shown(at(find="fell")) and ">Ashes</div>" not in shown(at(find="fell"))
    assert "No note has these words" in at(find="nothing of the kind").info[0].value
    assert at(kind="topic").selectbox[0].value == "topic" and at(kind="dream").selectbox[0].value == "all"


def test_the_last_reflection_is_told_as_a_difference(held: Memory) -> None:
    ash, _ = turns(held)
    noted(held, "trees", [("An ash stood.", [ash])], "Trees")
    noted(held, "trees", [("An ash fell.", [ash])], "Trees")
    assert re.search("<del[^>]*>stood.</del>", shown(at())) and re.search(
        "<ins[^>]*>fell.</ins>", shown(at())
    )
    assert "1 changed" in at().expander[0].label
    held.use([ash], "useful")
    last = next(held.history(newest_first=True))
    assert [group.title for group in words.told(held, last.changes)] == ["What was used"]


def test_keys_of_what_was_read_later_hide_no_reflection(held: Memory) -> None:
    noted(held, "trees", [("An ash stood.", turns(held)[:1])], "Trees")
    put(held, {"more.txt": TALK.replace("ash", "elm tree at the gate")})
    assert held.reflect("questions", at=AT).commits
    assert "1 new" in at().expander[0].label
    assert "question" not in shown(at())


def test_nobody_reflects_where_nothing_may_be_changed(held: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    assert not at().button
