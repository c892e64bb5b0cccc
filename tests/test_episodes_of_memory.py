"""Episodes in a memory: which passages belong together, kept with their document and gone with it."""

from __future__ import annotations

import json
from pathlib import Path

from conftest import opened, put, state
from typer.testing import CliRunner

from graphmem import Memory, schema
from graphmem.cli import build
from graphmem.types import Episode, Passage


def chat(days: int) -> str:
    """Six turns a day, of another matter each day."""
    matters = ["the boat needs paint", "my sister sings", "bread must rise", "the train was late"]
    return "".join(
        f"[2023-05-{day + 1:02} 10:0{turn}] {'Ann' if turn % 2 else 'Bo'}: So {matters[day]}, part {turn}.\n"
        for day in range(days)
        for turn in range(6)
    )


def episodes(memory: Memory) -> list[Episode]:
    found = (schema.from_record(record) for record in memory.store.scan(memory.view, schema.EPISODE))
    return sorted((one for one in found if isinstance(one, Episode)), key=lambda one: str(one.at))


def test_the_days_of_a_chat_are_episodes(memory: Memory) -> None:
    put(memory, {"chat.txt": chat(3)})
    found = episodes(memory)
    assert [len(one.passages) for one in found] == [6, 6, 6]
    assert [one.reason for one in found] == ["the beginning", "23 hours later", "23 hours later"]
    assert [one.at.day for one in found if one.at] == [1, 2, 3]


def test_a_passage_leads_to_its_episode_and_that_to_its_neighbours(memory: Memory) -> None:
    put(memory, {"chat.txt": chat(2)})
    passages = [p for p in memory.parts(memory.document("chat.txt"), 12) if isinstance(p, Passage)]
    found = [memory.episode(passage) for passage in passages]
    assert [one.passages.index(p.id) for one, p in zip(found, passages, strict=True) if one] == [
        *range(6)
    ] * 2
    assert found[7] is not None and memory.parts(found[7]) == passages[6:]


def test_a_short_text_has_none(memory: Memory) -> None:
    put(memory, {"note.md": "# Note\n\nAnn left.\n\nBo stayed.\n"})
    assert episodes(memory) == []


def test_an_append_keeps_what_was_there(memory: Memory) -> None:
    put(memory, {"chat.txt": chat(3)})
    before = episodes(memory)
    put(memory, {"chat.txt": chat(4)})
    assert episodes(memory)[:3] == before and len(episodes(memory)) == 4


def test_they_go_and_come_with_their_document(tmp_path: Path) -> None:
    with opened(tmp_path, "only") as only, opened(tmp_path, "both") as both:
        put(only, {"a.txt": chat(2)})
        put(both, {"b.txt": chat(4), "a.txt": chat(2)})
        receipt = both.forget("b.txt")
        assert receipt.removed[schema.EPISODE] == 4
        assert state(both) == state(only) and both.store.check() == []
        assert receipt.commit is not None
        both.undo(receipt.commit.id)
        assert len(episodes(both)) == 6


def test_replacing_a_document_divides_it_as_reading_it_anew_does(tmp_path: Path) -> None:
    with opened(tmp_path, "once") as once, opened(tmp_path, "twice") as twice:
        put(once, {"chat.txt": chat(4)})
        put(twice, {"chat.txt": chat(2)})
        put(twice, {"chat.txt": chat(4)})
        assert state(once) == state(twice)


def test_show_tells_the_episode_of_a_passage(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": chat(2)})
        first = episodes(memory)[0]
    command = ["show", "--store", f"sqlite:///{tmp_path}/memory.db", "--json"]
    told = json.loads(CliRunner().invoke(build(), [*command, first.passages[0]]).stdout)
    assert told["episode"] == first.id
    told = json.loads(CliRunner().invoke(build(), [*command, first.id]).stdout)
    assert told["reason"] == "the beginning" and len(told["parts"]) == 6
