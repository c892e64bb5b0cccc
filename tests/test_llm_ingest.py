"""``graphmem extract --llm`` and ``graphmem ingest --llm``: what a model adds to what the rules read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from test_llm import NOW, Scripted, reader
from test_llm_costs import Status

from graphmem.cli import build
from graphmem.errors import InputError
from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import Extract, chained, findings
from graphmem.ingest.llm import options
from graphmem.ingest.llm.joining import extract_with, joined_mentions, joined_statements, read_with
from graphmem.ingest.llm.replay import Recorded, ReplayChatModel
from graphmem.ingest.readers import items_reading
from graphmem.llm import ModelError
from graphmem.memory import Memory
from graphmem.statements import SUBJECT, Interval, Participant, Statement, event_id
from graphmem.types import Mention

LAMP = "The Amrum Lighthouse stands on Amrum. It was built by Otto Baensch, and lit in 1875."
SHIP = "The captain of the Aurelia is Ines Duarte."
RECORDED = (
    Recorded(
        "lamp",
        LAMP,
        ["Amrum Lighthouse", "Amrum", "Otto Baensch"],
        [
            ["Amrum Lighthouse", "stands on", "Amrum"],
            ["Amrum Lighthouse", "built by", "Otto Baensch"],
            ["Amrum Lighthouse", "lit in", "1875"],
            ["Amrum Lighthouse", "painted by", "Ines Duarte"],
        ],
    ),
    Recorded("ship", SHIP, ["Aurelia"], [["Ines Duarte", "captain of", "Aurelia"]]),
)


def statement(
    subject: str = "Ann", lemma: str = "visit", object: str = "Oslo", *, by: str = "rules", **more: Any
) -> Statement:
    participants = (
        Participant(role=SUBJECT, text=subject, entity=subject),
        *([Participant(role="object", text=object, entity=object)] if object else []),
    )
    return Statement(predicate=lemma, lemma=lemma, participants=participants, by=by, **more)


# --- joining --------------------------------------------------------------------------------


def test_of_two_that_say_the_same_the_rules_stay() -> None:
    rules = [statement(), statement("Bo", "live in", relation="lives_in")]
    model = [
        statement("ann", object="oslo", by="m"),
        statement("Bo", "dwell in", relation="lives_in", by="m"),
        statement("Bo", "leave", by="m"),
    ]
    assert joined_statements(rules, model) == (*rules, model[2])


@pytest.mark.parametrize(
    "other",
    [
        {"negated": True},
        {"modality": "may"},
        {"subject": "Bo"},
        {"object": "Rome"},
        {"object": ""},
        {"lemma": "leave"},
        {"lemma": "leave", "relation": "left"},
    ],
)
def test_what_says_something_else_is_kept_beside_it(other: dict[str, Any]) -> None:
    model = statement(by="m", **other)
    assert joined_statements([statement()], [model]) == (statement(), model)


def test_a_model_that_alone_knows_when_takes_the_place() -> None:
    dated = statement(by="m", when=Interval(begin=NOW, end=NOW, precision="day", timex="2024-05-15"))
    rules = statement(when=Interval(begin=NOW, end=None))
    assert joined_statements([statement()], [dated]) == (dated,)
    assert joined_statements([rules], [dated]) == (rules,)


def test_at_one_place_the_model_names_and_the_rules_fill_what_it_leaves_open() -> None:
    beside = Mention(name="Amrum", label="title", role="title")
    rules = [
        Mention(name="Curie", label="place", start=0, end=5, role="opening", of="Marie Curie"),
        Mention(name="Oslo", label="place", start=10, end=14),
        Mention(name="Rome", label="place", start=20, end=24),
        beside,
    ]
    model = [
        Mention(name="Bank of Oslo", label="organization", start=2, end=14),
        Mention(name="Curie", label="person", start=0, end=5),
        Mention(name="Rome", label="name", start=20, end=24, of="Old Rome"),
    ]
    assert joined_mentions(rules, model) == (
        Mention(name="Curie", label="person", start=0, end=5, of="Marie Curie"),
        model[0],
        rules[1],
        Mention(name="Rome", label="place", start=20, end=24, of="Old Rome"),
        beside,
    )


def test_sentences_and_findings_get_the_same() -> None:
    document, passages, sentences = chunk(items_reading("a", "", [("", LAMP)], "hash"), "n")
    first, *rest = read_with(reader(ReplayChatModel.of(RECORDED)), document, passages, sentences)
    assert [(one.lemma, one.by) for one in first.statements] == [("stand on", "replay")]
    extract = Extract(document, tuple(findings(document, passages, sentences, None)))
    found = extract_with(reader(ReplayChatModel.of(RECORDED)), extract, passages).findings
    assert [one.statements for one in found] == [one.statements for one in (first, *rest)]
    assert {"Amrum Lighthouse", "Otto Baensch"} <= {m.name for one in found for m in one.mentions}


def test_events_are_chained_anew_whoever_read_them() -> None:
    met = statement(when=Interval(begin=NOW, end=NOW), happens=True, follows="old")
    later = statement("Bo", when=Interval(begin=NOW.replace(year=2025), end=None), happens=True)
    ((one,), (two,)) = chained([[later], [met]], "n")
    assert (one.follows, two.follows) == (event_id("n", met), "")


def test_without_a_date_a_model_dates_nothing_that_needs_one() -> None:
    answer = {
        "sentence": 1,
        "subject": "Ann",
        "predicate": "met",
        "object": "Bo",
        "when": "",
        "happens": True,
    }
    dated = []
    for text, when in (("Ann met Bo yesterday.", "yesterday"), ("Ann met Bo in 1990.", "in 1990")):
        model = Scripted(answers=[json.dumps({"names": [], "facts": [{**answer, "when": when}]})])
        document, passages, sentences = chunk(items_reading("a", "", [("", text)], "hash"), "n")
        (read,) = read_with(reader(model), document, passages, sentences)
        dated.append(read.statements[0].when is not None)
    assert dated == [False, True]


# --- the commands -----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two documents; the model "replay:gpt" plays back what was recorded about them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/memory.db")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lamp.txt").write_text(LAMP, "utf-8")
    (tmp_path / "docs" / "ship.txt").write_text(SHIP, "utf-8")
    use(monkeypatch, *RECORDED)
    return tmp_path / "docs"


def use(monkeypatch: pytest.MonkeyPatch, *passages: Recorded) -> None:
    monkeypatch.setattr(options, "chat_model", lambda name: ReplayChatModel.of(passages, name))


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(build(), [*arguments, "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("pipeline", ["none", "english"])
def test_extract_shows_what_the_model_adds_and_what_it_cost(folder: Path, pipeline: str) -> None:
    if pipeline == "english":
        pytest.importorskip("spacy")
    file = str(folder / "lamp.txt")
    options = ("--now", "2024-05-01", "--pipeline", pipeline, "--llm", "replay:gpt", "--llm-price", "1,2")
    found, said = run("extract", file, *options)
    by = {one["by"] for each in found["sentences"] for one in each["statements"]}
    assert by == ({"replay:gpt"} if pipeline == "none" else {"replay:gpt", "rules"})
    report = found["llm"]
    assert report["passages"] == {"read": 1} and report["calls"] == 1 and report["cost"] > 0
    assert report["dropped"] == {"object": 1} and "model: 1 read passages, 3 statements" in said
    again, said = run("extract", file, *options)
    assert again["sentences"] == found["sentences"]
    assert again["llm"]["passages"] == {"cached": 1} and again["llm"]["calls"] == 0
    fresh, _ = run("extract", file, *options, "--no-llm-cache")
    assert fresh["llm"]["passages"] == {"read": 1}


def test_a_budget_ends_the_calls_and_the_rules_go_on(folder: Path) -> None:
    found, said = run(
        "extract", str(folder), "--pipeline", "none", "--llm", "replay:gpt", "--llm-budget", "0"
    )
    assert found["llm"]["passages"] == {"unread": 2} and "2 passages were not read by the model" in said
    assert all(one["names"] for one in found["sentences"] if "Amrum" in one["text"])


def test_only_the_relations_of_a_file_are_taken(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[stands_on]\npatterns = ["stand on"]\n', "utf-8")
    call = ("extract", str(folder / "lamp.txt"), "--pipeline", "none", "--llm", "replay:gpt")
    found, _ = run(*call, "--llm-relations", str(tmp_path / "own.toml"))
    assert [one["relation"] for each in found["sentences"] for one in each["statements"]] == ["stands_on"]


@pytest.mark.parametrize("pipeline", ["none", "auto"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ingest_commits_what_the_model_adds(folder: Path, pipeline: str, jobs: str) -> None:
    told, said = run("ingest", str(folder), "--pipeline", pipeline, "--jobs", jobs, "--llm", "replay:gpt")
    assert told["added"] == 2 and told["llm"]["passages"] == {"read": 2} and "model: 2 read" in said
    with Memory.open(f"sqlite:///{folder.parent}/memory.db") as memory:
        facts = memory.facts(memory.find("Amrum Lighthouse"))
        assert any("replay:gpt" in {support.by for support in fact.supports} for fact in facts)


def test_an_error_of_the_model_ends_the_run_and_what_was_read_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = json.dumps({"names": RECORDED[0].names, "facts": RECORDED[0].triples})
    model = Scripted(answers=[answer, Status(401)])
    monkeypatch.setattr(options, "chat_model", lambda name: model)
    files = [str(folder / name) for name in ("lamp.txt", "ship.txt")]
    done = CliRunner().invoke(build(), ["ingest", *files, "--pipeline", "none", "--llm", "x:y"])
    assert isinstance(done.exception, ModelError) and "refuses the key" in str(done.exception)
    assert "model: 1 read passages" in done.stderr
    with Memory.open(f"sqlite:///{folder.parent}/memory.db") as memory:
        assert memory.facts(memory.find("Amrum Lighthouse"))
        assert memory.store.info().commits == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--llm-budget", "5"], "--llm provider:model"),
        (["--no-llm-cache"], "--llm provider:model"),
        (["--llm", "x:y", "--llm-price", "cheap"], "0.15,0.60"),
        (["--llm", "x:y", "--llm-price", "nan,1"], "0.15,0.60"),
        (["--llm", "x:y", "--llm-price=-1,1"], "negative"),
        (["--llm", "x:y", "--llm-relations", "nowhere.toml"], "nowhere.toml"),
    ],
)
@pytest.mark.parametrize("command", ["extract", "ingest"])
def test_wrong_options_are_told_before_anything_is_read(
    folder: Path, command: str, arguments: list[str], message: str
) -> None:
    done = CliRunner().invoke(build(), [command, str(folder), *arguments])
    assert isinstance(done.exception, InputError) and message in str(done.exception)
    assert not (folder.parent / "memory.db").exists()


def test_whom_a_model_names_takes_part_in_who_is_who(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.dumps({"names": [{"name": "Otto Baensch", "label": "person"}], "facts": []})
    monkeypatch.setattr(options, "chat_model", lambda name: Scripted(answers=[answer]))
    run("ingest", str(folder / "lamp.txt"), "--pipeline", "none", "--llm", "scripted:one")
    with Memory.open(f"sqlite:///{folder.parent}/memory.db") as memory:
        (unit,) = memory.identity(memory.find("Otto Baensch")).units
        assert unit.label == "person"
