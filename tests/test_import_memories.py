"""What other memories export comes in with its times, speakers and facts, each source by itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import foreign
import pytest
from conftest import opened, state
from test_exchange_round_trip import bring as bring_file
from test_import_graphs import label
from typer.testing import CliRunner

from graphmem import Memory, schema
from graphmem.cli import build
from graphmem.ingest.exchange import imported, system_of
from graphmem.ingest.pipeline import Report
from graphmem.ingest.sources import Content
from graphmem.statements import Fact
from graphmem.types import Entity

EXPORTS = {
    "mem0": foreign.MEM0,
    "graphiti": foreign.GRAPHITI,
    "langgraph": foreign.LANGGRAPH,
    "neo4j-agent-memory": foreign.AGENT_MEMORY,
}


def bring(memory: Memory, value: Any, name: str = "dump.json") -> Report:
    """Import a JSON value as the command does, read by the bundled pipeline."""
    return bring_file(memory, Content(name, Path(name).suffix, json.dumps(value).encode()), "english")


def facts(memory: Memory) -> dict[str, Fact]:
    """Facts by their text."""
    values = map(schema.from_record, memory.store.scan(memory.view, schema.FACT))
    return {value.text: value for value in values if isinstance(value, Fact)}


def evidence(memory: Memory, fact: str) -> list[str]:
    return [sentence.text for sentence in memory.evidence(facts(memory)[fact])]


def moment(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=timezone.utc)


@pytest.mark.parametrize("system", EXPORTS)
def test_each_system_is_told_by_its_shape_and_comes_in_once(memory: Memory, system: str) -> None:
    value = EXPORTS[system]
    content = Content("-", "", json.dumps(value, indent=1).encode())
    assert system_of(content) == system
    report = bring(memory, value)
    assert report.errors == [] and report.added == len(list(memory.documents()))
    before = state(memory)
    again = bring(memory, value)
    assert (again.added, again.replaced, again.unchanged) == (0, 0, report.added)
    assert state(memory) == before
    memory.forget("dump.json*")
    assert not list(memory.documents()) and not facts(memory)


def test_a_memory_of_mem0_is_a_turn_of_the_one_whose_it_is(memory: Memory) -> None:
    bring(memory, foreign.MEM0)
    moved = facts(memory)["alice moved to Oslo"]
    assert moved.when is not None and moved.when.timex == "2024-W17", "last week counts from then"
    one = memory.document("dump.json#0f5b2c1e-6a6c-4e0b-9c53-000000000001")
    assert one.written_at == moment(2024, 5, 1, 16, 30).replace(microsecond=123456)
    assert "I moved to Oslo last week. category home" in facts(memory)
    assert evidence(memory, "bob works for acme corp") == ["bob works for acme corp."]
    assert "Bob works for Acme" in facts(memory)
    memory.forget(one.uri)
    assert "alice moved to Oslo" not in facts(memory) and "Bob works for Acme" in facts(memory)


def test_the_facts_of_graphiti_keep_their_times_and_stand_in_their_episode(memory: Memory) -> None:
    bring(memory, foreign.GRAPHITI)
    found = facts(memory)
    acme, beta = found["Ann Lee works for Acme"], found["Ann Lee works for Beta"]
    assert acme.when is not None and (acme.when.begin, acme.when.end) == (moment(2019), moment(2023))
    assert beta.when is not None and (beta.when.begin, beta.when.end) == (moment(2023), None)
    assert acme.main.by == "graphiti" and evidence(memory, acme.text) == ["Ann Lee worked for Acme."]
    states = memory.standings([acme, beta])
    assert (states[acme.id].state, states[beta.id].state) == ("over", "holds")
    located = found["Beta located in Oslo"]
    assert located.when is not None and located.when.end == moment(2024, 6), "expired is the end it has"
    assert "Ann Lee age 41" in found
    assert (label(memory, "Oslo"), label(memory, "Ann Lee"), label(memory, "Heron")) == (
        "place",
        "person",
        "bird",
    )
    talk = memory.document("dump.json#e-1")
    assert (talk.kind, talk.title, talk.written_at) == ("chat", "talk 7", moment(2024, 5, 3, 12))
    assert any("knows somebody in Bergen" in s.text for s in memory.evidence(_entity(memory, "Ann Lee"), 50))
    memory.forget(talk.uri)
    left = facts(memory)
    assert "Ann Lee works for Acme" not in left and "Beta located in Oslo" in left


def _entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found


def test_items_of_a_langgraph_store_are_texts_triples_and_records(memory: Memory) -> None:
    bring(memory, foreign.LANGGRAPH)
    found = facts(memory)
    assert {"Alice loves Oslo", "Bob lives in Rome", "Bob works for Acme"} <= found.keys()
    assert found["Bob works for Acme"].main.by == "langgraph"
    assert "profiles Alice Moe food sushi" in found
    one = memory.document("dump.json#memories/alice/7c1f")
    assert one.written_at == moment(2024, 5, 1, 9, 30)


@pytest.mark.parametrize("form", ["models", "graph"])
def test_the_conversations_and_facts_of_neo4j_agent_memory_come_in(memory: Memory, form: str) -> None:
    report = bring(memory, foreign.AGENT_MEMORY if form == "models" else foreign.AGENT_MEMORY_GRAPH)
    assert report.errors == []
    found = facts(memory)
    works = found["Robert Moe works for Acme"]
    assert works.confidence == 0.9 and works.main.by == "neo4j-agent-memory"
    assert evidence(memory, works.text) == ["Robert Moe flies for Acme."]
    assert "user moved to Oslo" in found
    assert label(memory, "Robert Moe") == "person" and label(memory, "Acme") == "org"
    chat = next(one for one in memory.documents() if one.kind == "chat" and one.title == "user-123")
    assert chat.written_at == moment(2024, 5, 1, 8, 59)
    if form == "graph":
        assert not [text for text in found if "near" in text], "a relation in both directions is no fact"
        assert any("Acme and Oslo: near" in s.text for s in memory.evidence(_entity(memory, "Acme"), 50))
        return
    lives = found["Robert Moe lives in Bergen"]
    assert lives.when is not None and lives.when.text == "2021-03-01 to 2023-03-01" and lives.functional
    assert "Bobby" in _entity(memory, "Robert Moe").aliases
    assert "I love sushi category food" in found and "user love sushi" in found


def test_the_same_facts_are_recalled(memory: Memory) -> None:
    bring(memory, foreign.GRAPHITI)
    hits = memory.recall("Who does Ann Lee work for since 2023?", k=3)
    assert any("Ann Lee works for Beta since 2023." in hit.passage.text for hit in hits)


def broken(system: str) -> tuple[Any, str]:
    """An export with one broken record, and what is said of it."""
    value = copy.deepcopy(EXPORTS[system])
    if system == "mem0":
        value["results"][0]["created_at"] = "soon"
        return value, "results 1: created_at"
    if system == "graphiti":
        del value["edges"][0]["name"]
        return value, "edges 1: name"
    if system == "langgraph":
        value[0]["value"] = "text"
        return value, "record 1: value"
    value["facts"][0]["subject"] = " "
    return value, "facts 1: the subject is empty"


@pytest.mark.parametrize("system", EXPORTS)
def test_a_broken_record_is_named_and_keeps_nothing_else_out(memory: Memory, system: str) -> None:
    value, why = broken(system)
    report = bring(memory, value)
    assert [error.reason[: len(why)] for error in report.errors] == [why]
    assert report.errors[0].reason.endswith("it was left out")
    assert report.added >= 1
    assert bring(memory, EXPORTS[system]).errors == []


def test_a_broken_line_of_json_lines_is_named(memory: Memory) -> None:
    lines = [json.dumps(one) for one in foreign.LANGGRAPH]
    lines.insert(2, '{"namespace": ["cut')
    content = Content("items.jsonl", ".jsonl", "\n".join(lines).encode())
    found = imported(content, system_of(content))
    assert len(found.readings) == 4
    assert [str(error)[:30] for error in found.errors] == ["items.jsonl: line 3: no JSON ("]


def test_two_records_of_one_id_are_told(memory: Memory) -> None:
    report = bring(memory, [foreign.LANGGRAPH[0], foreign.LANGGRAPH[0]])
    assert report.added == 1
    assert [error.reason for error in report.errors] == [
        "record 2: there are two of dump.json#memories/alice/7c1f; the second was left out"
    ]


# --- as a user does it ------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", _hash_embedder)

    def call(*arguments: str, code: int = 0, input: str | None = None) -> Any:
        result = CliRunner().invoke(build(), [*arguments, "--json"], input=input)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    yield call


def _hash_embedder(*_: object) -> Any:
    from graphmem.testing import HashEmbedder

    return HashEmbedder()


def test_the_command_brings_a_file_in_as_its_author_and_is_undone(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    Path("mem0.json").write_text(json.dumps(foreign.MEM0), encoding="utf-8")
    told = run("import", "mem0.json", "--author", "ann", "-n", "team")
    assert told == {
        "from": "mem0",
        "added": 3,
        "replaced": 0,
        "unchanged": 0,
        "failed": 0,
        "errors": [],
    }
    assert run("import", "mem0.json", "--author", "ann", "-n", "team")["unchanged"] == 3
    commits = run("history", "-n", "team")
    assert [commit["author"] for commit in commits] == ["ann"] * 3 + ["reflection"]  # keys of the records
    run("undo", "--run", commits[0]["commit"], "-n", "team")
    assert run("stats", "--documents", "-n", "team") == []


def test_standard_input_and_a_system_that_is_named(run: Callable[..., Any]) -> None:
    text = json.dumps(foreign.LANGGRAPH)
    assert run("import", "-", "--name", "store.json", input=text)["from"] == "langgraph"
    assert [one["uri"] for one in run("stats", "--documents")][0].startswith("store.json#")
    assert run("import", "-", "--from", "csv", input="Ann,knows,Bo\n")["from"] == "csv"
    broken_ = run("import", "-", "--name", "x.json", code=1, input=json.dumps(broken("mem0")[0]))
    assert broken_["failed"] == 1 and broken_["added"] == 2


def test_a_namespace_gets_nothing_of_another_import(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="mine") as mine, opened(tmp_path, namespace="theirs") as theirs:
        bring(mine, foreign.MEM0)
        bring(theirs, foreign.AGENT_MEMORY)
        assert "alice moved to Oslo" in facts(mine) and "alice moved to Oslo" not in facts(theirs)
        assert {one.namespace for one in mine.documents()} == {"mine"}
