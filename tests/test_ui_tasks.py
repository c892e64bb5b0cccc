"""The page Tasks: what agents have to do, drawn with what needs what, and as a list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import opened, put
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.agent.tasks import TaskGraph
from graphmem.types import Passage
from graphmem.ui import tasks as page_of_tasks
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
    assert "a step of: write to the captain</small>" in text
    assert text.index("stamp the letter") < text.index("It is Ann Lee."), "what is over stands last"
    assert "nothing keeps it waiting: it can be begun" in text
    page = at(state="done")
    assert "stamp the letter" not in shown(page) and "What shows it" in [one.value for one in page.text]
    assert shown(at()).count("waits for") == 1 and "waits for: stamp the letter</small>" in shown(at())


def test_the_drawing_names_each_task_and_what_it_needs(held: Memory) -> None:
    plan = filled(held).plan()
    text = drawing(plan, plan.tasks)
    assert '"find the \\"captain\\"\\n<b>\\nopen"' in text
    assert text.count("->") == 2 and text.count("dashed,") == 0 and text.count('"dashed"') == 1
    assert text.endswith("}")
    first = next(iter(plan.tasks))
    assert "->" not in drawing(plan, [first]) and "captain" in drawing(plan, [first])


def test_a_long_title_stands_on_a_few_short_lines(held: Memory) -> None:
    tasks = TaskGraph(held)
    tasks.add("charter a ship " * 9)
    tasks.add("x" * 90)
    text = drawing(tasks.plan(), tasks.plan().tasks)
    labels = re.findall(r'label="([^"]*)"', text)
    assert all(len(line) <= 22 for label in labels for line in label.split("\\n"))
    assert all(label.endswith("…\\nopen") and label.count("\\n") == 3 for label in labels)


def test_too_many_tasks_are_a_list_alone(held: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(held)
    monkeypatch.setattr(page_of_tasks, "_MOST", 2)
    page = at()
    assert any("too many to draw" in one.value for one in page.caption) and not page.get("graphviz_chart")
    assert "stamp the letter" in shown(page)
