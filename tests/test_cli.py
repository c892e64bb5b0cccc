"""The command line: what each command does, prints and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner, Result

from benchmarks import multihop
from graphmem.cli import build
from graphmem.cli.doctor import EXTRAS
from graphmem.cli.manual import manual
from graphmem.cli.options import out, parse_moment, print_table, talk
from graphmem.errors import Conflict, InputError
from graphmem.memory import Memory
from graphmem.stores.base import Store
from graphmem.testing import HashEmbedder
from graphmem.types import View

GRAPHMEM = Path(sys.executable).parent / "graphmem"
COMMANDS = sorted(
    """add admit ask at blame copy correct diff different disputes doctor export extract facts fade
    familiar feedback forget history import ingest learned mcp merge notes pin purge query questions
    reflect relate rename restore retention retract retype routines same share show split stats
    tasks trust ui undo unshare verify wake""".split()
)
ASH = "# Ash\n\nAda Byron planted the ash in Bergen.\n"
CHAT = "[2023-05-08 13:56] Ada Byron: I go to London.\n[2023-05-09 08:00] Charles: Bring the notes.\n"
group = typer.main.get_command(build())
assert isinstance(group, TyperGroup)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory, with documents, a store address in the environment, and no model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHMEM_STORE", "sqlite:///memory.db")
    monkeypatch.delenv("GRAPHMEM_NAMESPACE", raising=False)
    monkeypatch.delenv("GRAPHMEM_AUTHOR", raising=False)
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    (tmp_path / "ash.md").write_text(ASH, encoding="utf-8")
    (tmp_path / "chat.txt").write_text(CHAT, encoding="utf-8")
    yield tmp_path


def run(*arguments: str, input: str | None = None) -> Result:
    """A command that must go well."""
    result = CliRunner().invoke(build(), list(arguments), input=input, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def data(*arguments: str, input: str | None = None) -> Any:
    """The one JSON value that a command prints on stdout."""
    printed = run(*arguments, "--json", input=input).stdout
    assert printed.count("\n") == 1 and printed.endswith("\n")
    return json.loads(printed)


def script(*arguments: str, cwd: Path, input: str | None = None) -> subprocess.CompletedProcess[str]:
    """The installed program, as a user runs it."""
    return subprocess.run(
        [GRAPHMEM, *arguments],
        cwd=cwd,
        input=input,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "GRAPHMEM_STORE": "sqlite:///memory.db", "COLUMNS": "200"},
    )


def test_every_command_is_tested() -> None:
    assert sorted(group.commands) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_each_of_its_options_is_explained(command: str) -> None:
    assert group.commands[command].help
    for parameter in group.commands[command].params:
        text = getattr(parameter, "help", None)
        assert text and text[0].isupper() or text.startswith("- "), f"{command} {parameter.name}: {text}"
    help = run(command, "--help").stdout
    assert "Usage" in help and "--help" in help
    assert command in ("import", "extract", "at") or "GRAPHMEM_STORE" in help or "STORE" in help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_print_json(command: str) -> None:
    names = {name for parameter in group.commands[command].params for name in parameter.opts}
    assert "--json" in names or command in ("mcp", "ui", "at"), "a server has no data to print"
    if command in ("extract", "at"):
        return  # these read no store, or the one of the command that they are given
    assert "--store" in names or command == "copy", "copy names two stores"
    whole, named = ("doctor", "import", "verify"), ("share", "unshare")
    assert "--namespace" in names or command in (*whole, *named), (
        "of the whole store, or of one that is named"
    )


def test_the_page_of_commands_is_up_to_date() -> None:
    page = Path(__file__).parent.parent / "docs" / "cli.md"
    if not page.exists():
        pytest.skip("there is no page of commands")
    text = page.read_text("utf-8")
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("## ")] == COMMANDS
    assert text.strip() == manual().strip(), "python -m graphmem.cli.manual > docs/cli.md"


def test_ingest_counts_by_outcome(folder: Path) -> None:
    assert data("ingest", "ash.md", "chat.txt") == {
        "added": 2,
        "replaced": 0,
        "unchanged": 0,
        "failed": 0,
        "errors": [],
    }
    (folder / "ash.md").write_text(ASH + "\nIt fell.\n", encoding="utf-8")
    result = run("ingest", ".")
    assert result.stdout == "" and "0 added, 1 replaced, 1 unchanged, 0 failed" in result.stderr


def test_ingest_reads_standard_input_under_a_name(folder: Path) -> None:
    assert data("ingest", "-", "--name", "notes/elm.md", input="# Elm\n\nElms grow.\n")["added"] == 1
    assert [document["uri"] for document in data("stats", "--documents")] == ["notes/elm.md"]


def test_who_is_who_is_asked_answered_and_shown(folder: Path) -> None:
    (folder / "ada.md").write_text("J. Quill met Ada Byron.\n", encoding="utf-8")
    (folder / "bea.md").write_text("John Quill met Ada Mary Byron.\n", encoding="utf-8")
    run("ingest", "ada.md", "bea.md", "--pipeline", "english")
    shown = data("show", "Ada Byron")
    assert [one["text"] for one in shown["same_as"]] == ["Ada Mary Byron"]
    assert shown["because"][0]["text"].startswith("ada byron / ada mary byron: more names")
    (perhaps,) = data("show", "J. Quill")["perhaps"]
    assert perhaps["text"].startswith("j quill / john quill: initials") and 0.35 < perhaps["score"] < 0.93
    (question,) = data("questions")
    assert [unit["name"] for unit in question["units"]] == ["J. Quill", "John Quill"]
    assert question["reasons"][0]["weight"] == 1.5 and len(question["evidence"]) == 2
    table = run("questions").stdout.splitlines()
    assert len(table) == 2 and table[1].split("\t")[1:3] == ["J. Quill", "John Quill"]
    made = data("same", *(unit["id"] for unit in question["units"]))
    assert (made["created"], made["author"]) == (1, "user") and " is " in made["message"]
    assert "no questions" in run("questions").stdout
    assert data("show", "J. Quill")["decisions"] == [{"text": "j quill is john quill, says user"}]
    run("undo", made["commit"])
    assert len(data("questions")) == 1
    assert "takes it back" in run("different", "J. Quill", "John Quill", "--author", "ann").stdout
    assert "j quill is not john quill, says ann" in run("show", "J. Quill").stdout
    assert data("questions") == []


def test_what_a_memory_keeps_of_who_is_who_can_be_shown(folder: Path) -> None:
    (folder / "ada.md").write_text("Ada Byron and Ada Mary Byron met J. Byron in Oslo.\n", encoding="utf-8")
    run("ingest", "ada.md", "--pipeline", "english")
    run("same", "Ada Byron", "Oslo")
    with Memory.open("sqlite:///memory.db", embedder=HashEmbedder()) as memory:
        for kind in ("cast", "unit", "block", "match", "decision"):
            for record in memory.store.scan(memory.view, kind):
                assert record.id in run("show", record.id).stdout
                assert data("show", record.id)["kind"] == kind
        assert len(list(memory.store.scan(memory.view, "decision"))) == 1


def test_query_gives_hits_with_where_and_why(folder: Path) -> None:
    run("ingest", ".")
    answer = data("query", "Who planted the ash in Bergen?", "-k", "2")
    assert answer["question"] == "Who planted the ash in Bergen?" and answer["seeds"]
    first = answer["hits"][0]
    assert (first["rank"], first["uri"], first["score"]) == (1, "ash.md", 1.0)
    assert ASH[first["start"] : first["end"]] == first["text"] and first["evidence"] in first["text"]
    assert {"walk", "cosine", "bm25"} <= first["parts"].keys()
    assert [step["kind"] for step in first["path"]][0] == "question"
    text = run("query", "Who planted the ash in Bergen?", "--why").stdout
    assert "Ada Byron planted the ash in Bergen." in text and "→" in text and "walk" in text


def test_query_as_of_hides_what_was_said_later(folder: Path) -> None:
    run("ingest", "chat.txt")
    question = "Who brings the notes?"
    assert len(data("query", question)["hits"]) == 2
    assert len(data("query", question, "--as-of", "2023-05-09")["hits"]) == 1
    assert data("query", question, "--as-of", "2023-05-08T13:00")["hits"] == []
    assert "Nothing in this memory" in run("query", question, "--as-of", "2020-01-01").stdout


def test_show_tells_all_of_a_record(folder: Path) -> None:
    run("ingest", ".")
    entity = data("show", "ada byron")
    assert (entity["kind"], entity["name"]) == ("entity", "Ada Byron") and len(entity["sentences"]) == 2
    assert len(data("show", "Ada Byron", "--limit", "1")["sentences"]) == 1
    document = data("show", "ash.md")
    assert (document["kind"], document["form"]) == ("document", "text") and len(document["parts"]) == 1
    passage = data("show", document["parts"][0]["id"])
    sentence = data("show", passage["parts"][0]["id"])
    assert (passage["kind"], passage["form"], sentence["kind"]) == ("passage", "paragraph", "sentence")
    assert {mention["name"] for mention in sentence["mentions"]} >= {"Ada Byron", "Bergen", "Ash"}
    assert "Ada Byron" in run("show", "ash.md").stdout


def test_history_undo_and_forget_work_together(folder: Path) -> None:
    run("ingest", ".", "--author", "ada")
    first, second, keys = data("history")
    assert (first["author"], first["seq"], second["message"]) == ("ada", 1, "ingest chat.txt")
    assert (keys["author"], keys["seq"]) == ("reflection", 3)
    assert data("forget", "ash.md", "--dry-run")["commit"] is None
    forgotten = data("forget", "ash.md", "--author", "bob")
    assert forgotten["documents"] == ["ash.md"] and forgotten["removed"]["document"] == 1
    assert [commit["author"] for commit in data("history", "ash.md")] == ["ada", "bob"]
    assert len(data("history", "--last", "1")) == 1
    undone = data("undo", forgotten["commit"][:10])
    assert undone["created"] == data("history")[3]["removed"]
    assert len(data("stats", "--documents")) == 2
    for command in (["history"], ["undo", undone["commit"]], ["forget", "chat.txt"]):
        assert run(*command).stdout


def test_stats_count_what_there_is(folder: Path) -> None:
    run("ingest", ".", "--no-keys")
    counted = data("stats")
    assert counted["records"]["document"] == 2 and counted["namespace"] == "default"
    assert counted["whole_store"]["commits"] == 2 and counted["whole_store"]["vectors"] > 0
    assert counted["store"] == "sqlite:///memory.db"
    assert not {"commits", "vectors", "bytes"} & counted.keys() and counted["whole_store"]["bytes"] > 0
    sentences = counted["records"]["sentence"]
    run("ingest", "ash.md", "--namespace", "other")  # no chat: nothing to make keys of
    again = data("stats")
    assert again["records"] == counted["records"] and again["whole_store"]["commits"] == 3
    assert again["whole_store"]["vectors"] > counted["whole_store"]["vectors"] >= sentences
    assert "in the whole store: 3 commits" in run("stats").stdout
    assert "document" in run("stats").stdout and "ash.md" in run("stats", "--documents", "-n", "other").stdout


def test_doctor_finds_a_sound_store_sound(folder: Path) -> None:
    run("ingest", ".")
    report = data("doctor")
    assert report["problems"] == [] and report["extras"]
    assert "the store is sound" in run("doctor").stdout


@pytest.mark.parametrize("stdin", [False, True])
def test_export_and_import_bring_a_store_over(folder: Path, stdin: bool) -> None:
    odd = "# Odd\n\nOne\u2028two\x85three\x0bfour \U0001f333.\n"
    (folder / "odd.md").write_text(odd, encoding="utf-8")
    run("ingest", ".")
    assert data("export", "out.jsonl")["bytes"] == (folder / "out.jsonl").stat().st_size
    lines = run("export").stdout
    assert (folder / "out.jsonl").read_text("utf-8") == lines
    other = ("--store", "sqlite:///other.db")
    source = "-" if stdin else "out.jsonl"
    assert data("import", source, *other, input=lines if stdin else None) == {"commits": 4}
    assert data("import", source, *other, input=lines if stdin else None) == {"commits": 0}
    assert run("export", *other).stdout == lines


def test_namespaces_are_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("ingest", "ash.md", "--namespace", "a")
    run("ingest", "chat.txt", "-n", "b")
    assert [d["uri"] for d in data("stats", "--documents", "-n", "a")] == ["ash.md"]
    monkeypatch.setenv("GRAPHMEM_NAMESPACE", "b")
    assert [d["uri"] for d in data("stats", "--documents")] == ["chat.txt"]


def test_an_option_goes_before_the_environment(folder: Path) -> None:
    run("ingest", "ash.md", "--store", "sqlite:///other.db")
    assert (folder / "other.db").exists() and not (folder / "memory.db").exists()


def test_the_installed_program_does_it_all(tmp_path: Path) -> None:
    """Every command once as a user runs it, with the encoder that users get."""
    (tmp_path / "ash.md").write_text(ASH, encoding="utf-8")
    steps = [
        ["ingest", "ash.md", "--json"],
        ["query", "Who planted the ash?", "--json"],
        ["show", "Ada Byron", "--json"],
        ["stats", "--json"],
        ["doctor", "--json"],
        ["export", "out.jsonl", "--json"],
        ["import", "out.jsonl", "--store", "sqlite:///other.db", "--json"],
        ["forget", "ash.md", "--json"],
        ["history", "--json"],
    ]
    for step in steps:
        done = script(*step, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        value = json.loads(done.stdout)
    done = script("undo", value[-1]["commit"], cwd=tmp_path)
    assert done.returncode == 0 and "brings it back" in done.stdout


LONG = "q" * 150


def test_tables_cut_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / f"{LONG}.md").write_text(ASH, encoding="utf-8")
    run("ingest", ".")
    monkeypatch.setenv("COLUMNS", "40")
    for command in (["stats", "--documents"], ["history"]):
        lines = run(*command).stdout.splitlines()
        assert sum(f"{LONG}.md" in line for line in lines) == 1
        assert len({line.count("\t") for line in lines}) == 1 and "\t" in lines[0]


@pytest.mark.parametrize("width", ["40", "80"])
def test_tables_are_folded_to_fit_a_terminal(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_table(("commit", "message"), [("0123456789", f"{LONG} :smile: [b]")], least=10)
    printed = capsys.readouterr().out
    assert printed.count("q") == 150 and "…" not in printed and "0123456789" in printed
    rows = printed.splitlines()[1:]
    folded = "".join(row.removeprefix("0123456789").replace(" ", "") for row in rows)
    assert folded.endswith(":smile:[b]") and max(map(len, rows)) <= int(width)


def test_consoles_print_data_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    out().print("a :smile: [b]x[/b]")
    assert capsys.readouterr().out == "a :smile: [b]x[/b]\n"
    with talk.capture() as said:
        talk.print("a :smile: [b]x[/b]")
    assert said.get() == "a :smile: [b]x[/b]\n"


def test_a_moment_may_end_in_z() -> None:
    assert parse_moment("2023-05-08T13:56:00Z") == datetime(2023, 5, 8, 13, 56, tzinfo=timezone.utc)
    assert parse_moment("2023-05-08T13:56:00+02:00") != parse_moment("2023-05-08T13:56:00z")
    with pytest.raises(InputError, match="'Z' is not a date"):
        parse_moment("Z")


def test_an_export_that_fails_leaves_the_one_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("ingest", ".")
    run("export", "out.jsonl")
    good = (folder / "out.jsonl").read_bytes()

    def failing(store: Store, view: View) -> Iterator[str]:
        yield "half"
        raise Conflict("the store was written while it was exported: run again")

    before = sorted(folder.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr("graphmem.cli.export.export_lines", failing)
        for file in ("out.jsonl", "new.jsonl"):
            failed = CliRunner().invoke(build(), ["export", file])
            assert failed.exit_code == 1 and isinstance(failed.exception, Conflict)
    assert sorted(folder.iterdir()) == before and (folder / "out.jsonl").read_bytes() == good
    (folder / "link.jsonl").symlink_to("out.jsonl")
    (folder / "out.jsonl").write_text("old", encoding="utf-8")
    run("export", "link.jsonl")
    assert (folder / "link.jsonl").is_symlink() and (folder / "out.jsonl").read_bytes() == good
    run("export", os.devnull)
    assert not Path(os.devnull).is_file()


def test_an_odd_file_name_is_told_as_it_is(folder: Path) -> None:
    run("ingest", ".")
    assert "wrote [red]:smile:.jsonl (" in run("export", "[red]:smile:.jsonl").stderr


def test_the_doctor_looks_for_all_that_readers_need() -> None:
    assert {"markdown_it", "cryptography"} <= set(EXTRAS["readers"])


def test_a_benchmark_store_takes_one_set(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--set", "2wiki", "--set", "hotpot"]):
        with pytest.raises(SystemExit) as ended:
            multihop.parse(["--store", "sqlite:///x.db", *arguments])
        assert ended.value.code == 2 and "name it with --set" in capsys.readouterr().err
    assert multihop.parse(["--store", "sqlite:///x.db", "--set", "2wiki"]).set == ["2wiki"]
    assert multihop.parse([]).store == ""
