"""The page Tasks: what agents have to do, drawn with what needs what, and as a list."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import opened, put
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.agent.tasks import TaskGraph
from graphmem.types import Passage
from graphmem.ui.tasks import drawing

PAGE = "from graphmem.ui import tasks\ntasks.page()"


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Memory:
    """A memory, and the explorer told of it."""
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    memory = opened(tmp_path)
    put(memory, {"log.txt": "The captain is Ann Lee."})
    return memory


def at(**query: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=120)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def shown(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def filled(memory: Memory) -> TaskGraph:
    tasks = TaskGraph(memory)
    tasks.add('find the "captain" <b>')
    tasks.add("write to the captain", needs=['find the "captain" <b>'])
    tasks.add("stamp the letter", step_of="write to the captain")
    return tasks


def test_without_tasks_it_says_how_they_come(held: Memory) -> None:
    assert "graphmem tasks" in at().info[0].value


def test_tasks_stand_with_state_way_and_what_they_wait_for(held: Memory) -> None:
    tasks = filled(held)
    (passage,) = (one for one in held.parts(next(held.documents())) if isinstance(one, Passage))
    tasks.start('find the "captain" <b>')
    tasks.done('find the "captain" <b>', "It is Ann Lee.", shows=[passage.id])
    text = shown(at())
    assert "find the &quot;captain&quot; &lt;b&gt;" in text and "It is Ann Lee." in text
    assert "write to the captain</small>" in text, "a step says what it is a step of"
    page = at(state="done")
    assert "stamp the letter" not in shown(page) and "What shows it" in [one.value for one in page.text]
    assert [one.value for one in at().caption if "waits for" in one.value] == ["waits for stamp the letter"]


def test_the_drawing_names_each_task_and_what_it_needs(held: Memory) -> None:
    text = drawing(filled(held).plan())
    assert '"find the \\"captain\\" <b>\\nopen"' in text
    assert text.count('[label="needs"]') == 1 and text.count("dashed") == 1 and text.endswith("}")
