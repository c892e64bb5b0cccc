"""``graphmem show`` of what a memory keeps besides sources: notes, tasks and uses, by id."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import opened, put
from noted import noted
from typer.testing import CliRunner

from graphmem.agent import TaskGraph
from graphmem.cli import build
from graphmem.types import Passage
from graphmem.uses import use_id


def test_notes_tasks_and_uses_are_shown_with_what_they_hang_on(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"tern.md": "The tern of Bear Island sleeps."})
        (passage,) = memory.parts(memory.document("tern.md"), 5)
        assert isinstance(passage, Passage)
        note = noted(memory, "tern", [("The tern sleeps.", [passage])], title="Tern")
        memory.use([passage.id], "useful")
        tasks = TaskGraph(memory)
        first = tasks.add("find the tern")
        then = tasks.add("wake the tern", needs=["find the tern"])

    def shown(id: str) -> dict[str, object]:
        given = ["show", id, "--store", f"sqlite:///{tmp_path}/memory.db"]
        assert CliRunner().invoke(build(), given).exit_code == 0
        value = json.loads(CliRunner().invoke(build(), [*given, "--json"]).stdout)
        assert isinstance(value, dict)
        return value

    told = shown(note.id)
    assert told["text"] == "The tern sleeps." and told["parts"] == [{"id": passage.id, "text": passage.text}]
    assert shown(then.id)["needs"] == [{"id": first.id, "text": "find the tern"}]
    (touch,) = shown(use_id(passage.id))["touches"]  # type: ignore[misc]
    assert touch["text"] == "useful"
