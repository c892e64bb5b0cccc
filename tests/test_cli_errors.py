"""What goes wrong on the command line is said in one line that helps, on stderr, with the right exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import opened, put, state

from graphmem import cli
from graphmem.testing import HashEmbedder

GRAPHMEM = Path(sys.executable).parent / "graphmem"
ASH = "# Ash\n\nAda Byron planted the ash in Bergen.\n"
STORE = "sqlite:///memory.db"
READING = [
    ["query", "Who planted the ash?"],
    ["show", "Ada Byron"],
    ["history"],
    ["undo", "c1"],
    ["forget", "ash.md"],
    ["stats"],
    ["stats", "--documents"],
    ["export"],
    ["export", "out.jsonl"],
    ["doctor"],
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, without a store and without a model."""
    monkeypatch.chdir(tmp_path)
    for name in ("GRAPHMEM_STORE", "GRAPHMEM_NAMESPACE", "GRAPHMEM_AUTHOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    (tmp_path / "ash.md").write_text(ASH, encoding="utf-8")
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Path:
    with opened(folder) as memory:
        put(memory, {"ash.md": ASH})
    return folder / "memory.db"


def call(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """The program's main function: exit code, stdout, stderr."""
    monkeypatch.setattr(sys, "argv", ["graphmem", *arguments])
    monkeypatch.setattr(cli.talk, "_file", None)
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def fails(
    arguments: list[str],
    what: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int = 1,
) -> None:
    """One line on stderr, nothing on stdout."""
    ended, out, err = call(arguments, monkeypatch, capsys)
    assert ended == code, err
    assert out == "" and "Traceback" not in err
    assert what in err, err
    if code == 1:
        assert err.startswith("error: ") and err.count("\n") == 1, err


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
@pytest.mark.parametrize("json", [False, True])
def test_a_command_that_reads_makes_no_store(
    arguments: list[str],
    json: bool,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended, out, err = call([*arguments, *(["--json"] if json else [])], monkeypatch, capsys)
    assert ended == 1 and "ingest something first" in err and "memory.db" in err
    assert out == "" or (arguments == ["doctor"] and not json), "the doctor tells of the installation too"
    assert err.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["ash.md"]


WRONG_INPUT = [
    (["query", " "], "the question is empty"),
    (["query", "x", "--as-of", "yesterday"], "'yesterday' is not a date"),
    (["show", "Napoleon"], "nothing is called 'Napoleon'"),
    (["show", ""], "nothing is called ''"),
    (["undo", "c"], "start with 'c'"),
    (["undo", "x"], "graphmem history"),
    (["undo", ""], "graphmem history"),
    (["forget", "gone.md"], "graphmem stats --documents"),
    (["ingest", "gone.md"], "does not exist"),
    (["ingest", "*.nothing"], "no file that can be read matches"),
    (["ingest", "memory.db"], "names no known format"),
    (["import", "gone.jsonl"], "cannot read gone.jsonl"),
    (["import", "ash.md"], "nothing was imported"),
    (["import", "memory.db"], "memory.db: it cannot be told who wrote this"),
    (["export", "no/such/folder/out.jsonl"], "cannot write 'no/such/folder/out.jsonl'"),
    (["stats", "--namespace", "Not A Name"], "cannot name a namespace"),
    (["stats", "--store", "memory.db"], "sqlite:///memory.db"),
    (["stats", "--store", "mysql://x"], "no store is known for 'mysql://'"),
    (["stats", "--store", "sqlite:///no/folder/memory.db"], "there is no directory"),
    (["stats", "--store", "sqlite:///ash.md"], "not a graphmem store"),
    (["stats", "--store", "sqlite://memory.db"], "names no file"),
    (["ingest", "ash.md", "--store", "sqlite:///."], "is a directory"),
    (["ingest", "ash.md", "--pipeline", "no_such_pipeline"], "no spaCy pipeline"),
]


@pytest.mark.parametrize(
    ("arguments", "what"), WRONG_INPUT, ids=lambda v: " ".join(v) if v and list(v) == v else ""
)
def test_wrong_input_is_told_in_a_line_that_helps(
    arguments: list[str],
    what: str,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if len(arguments) == 2 and arguments[0] == "undo":
        with opened(store.parent) as memory:
            put(memory, {"elm.md": "# Elm\n\nElms grow.\n"})
    if "--pipeline" in arguments:
        pytest.importorskip("spacy")
        (store.parent / "ash.md").write_text(ASH + "\nIt fell.\n", encoding="utf-8")
    fails(arguments, what, monkeypatch, capsys)


WRONG_USAGE = [
    (["--no-such-option"], "No such option"),
    (["no-such-command"], "No such command"),
    (["query"], "Missing argument"),
    (["query", "x", "--k", "0"], "Invalid value"),
    (["query", "x", "--k", "many"], "Invalid value"),
    (["ingest"], "Missing argument"),
    (["ingest", "ash.md", "--jobs", "0"], "Invalid value"),
    (["history", "--last", "0"], "Invalid value"),
    (["stats", "surplus"], "unexpected extra argument"),
]


@pytest.mark.parametrize(("arguments", "what"), WRONG_USAGE, ids=[" ".join(a) for a, _ in WRONG_USAGE])
def test_wrong_usage_is_exit_code_2(
    arguments: list[str], what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails(arguments, what, monkeypatch, capsys, code=2)


def test_a_refused_undo_names_the_commit_in_its_way(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(store.parent) as memory:
        receipt = memory.forget("ash.md")
        first = next(memory.history()).id
    assert receipt.commit is not None
    ended, out, err = call(["undo", first], monkeypatch, capsys)
    assert (ended, out) == (1, "") and err.startswith("error: cannot undo") and "Traceback" not in err
    what, later, todo = err.splitlines()
    assert receipt.commit.id in later and "forget ash.md" in later and "nothing was written" in todo


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.md").write_bytes(b"")
    ended, out, err = call(["ingest", ".", "--json"], monkeypatch, capsys)
    assert ended == 1
    counts = json.loads(out)
    assert (counts["added"], counts["failed"]) == (1, 1)
    assert [error["uri"] for error in counts["errors"]] == ["empty.md"]
    assert err == "error: empty.md: empty: there is nothing to read\n"


def test_markup_in_data_is_printed_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "ash.md").write_text(
        "# Ash [bold]x[/bold]\n\nAda [red]Byron[/] [/x] saw [link].\n", encoding="utf-8"
    )
    assert call(["ingest", "ash.md"], monkeypatch, capsys)[0] == 0
    for arguments in (
        ["query", "Ada [/x]"],
        ["show", "ash.md"],
        ["stats", "--documents"],
        ["query", "Ada", "--why"],
    ):
        ended, out, _ = call(arguments, monkeypatch, capsys)
        assert ended == 0 and ("[/x]" in out or "[/bold]" in out)
    fails(["show", "[/nothing]"], "'[/nothing]'", monkeypatch, capsys)


def test_half_a_character_in_an_argument_is_no_reason_to_fail(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["query", "ash \udcff", "--json"], ["query", "ash \udcff", "--why"]):
        assert call(arguments, monkeypatch, capsys)[0] == 0
    done = subprocess.run([GRAPHMEM, "show", b"heron \xff"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.startswith("error: nothing is called 'heron")


def test_wide_data_is_not_folded_where_stdout_is_a_pipe(folder: Path) -> None:
    text = "Ada Byron " + "planted and watered " * 20 + "the ash."
    with opened(folder) as memory:
        put(memory, {"ash.md": f"# Ash\n\n{text}\n"})
        id = next(memory.store.scan(memory.view, "sentence")).id
    done = subprocess.run(
        [GRAPHMEM, "show", id],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "40"},
        check=True,
    )
    assert text in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_data_is_utf8_whatever_the_locale(encoding: str, folder: Path) -> None:
    text = "Łódź 漢字 \U0001f333"
    with opened(folder) as memory:
        put(memory, {"ash.md": f"# Ash\n\nAda Byron saw {text}.\n"})
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    for command in (["export"], ["show", "ash.md", "--json"], ["show", "ash.md"]):
        done = subprocess.run([GRAPHMEM, *command], capture_output=True, env=env, check=True)
        assert text in done.stdout.decode("utf-8")
        if command == ["export"]:
            copy = [GRAPHMEM, "import", "-", "--store", f"sqlite:///{encoding}.db"]
            subprocess.run(copy, input=done.stdout, env=env, check=True, capture_output=True)
    with opened(folder) as memory, opened(folder, encoding) as other:
        assert state(other) == state(memory)


def test_a_reader_that_leaves_early_is_no_failure(folder: Path) -> None:
    with opened(folder) as memory:
        put(memory, {f"{n}.md": f"# Page {n}\n\n" + f"Ada Byron wrote page {n}. " * 100 for n in range(30)})
    arguments = (
        ["export"],
        ["history", "--json"],
        ["stats", "--documents", "--json"],
        ["stats", "--documents"],
    )
    for command in arguments:
        with subprocess.Popen(
            [GRAPHMEM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.read(1)
            process.stdout.close()
            assert process.stderr.read() == ""
        assert process.returncode in (0, 1)
