"""What README and the pages show can be typed: each page's examples run in order, in an own folder."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from conftest import put
from foreign import GRAPHITI
from lives import TEXTS, hours
from snippets import Snippet, agrees, snippets
from typer.testing import CliRunner

from graphmem import Memory
from graphmem.cli import build
from graphmem.embedding import SentenceEncoder
from graphmem.ingest import ingest_sources
from graphmem.ingest.sources import Source

pytest.importorskip(
    "sentence_transformers", reason="the pages use the encoder: pip install 'graphmem[embeddings]'"
)
pytest.importorskip("spacy", reason="needs the language pipeline: pip install 'graphmem[nlp]'")

ROOT = Path(__file__).parent.parent
PAGES = {
    str(page.relative_to(ROOT)): tuple(snippets(page))
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
}
STORE = "sqlite:///memory.db"


MEM0 = {"results": [{"id": "m1", "memory": "I moved to Oslo in 2023.", "user_id": "ann"}]}


@dataclass(frozen=True, slots=True)
class Given:
    """What a page takes for granted: names of its Python, and words that stand for others."""

    names: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


def readme(folder: Path) -> Given:
    """A checkout with documents of one's own beside it."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copytree(ROOT / "examples" / "documents", folder / "docs")
    (folder / "notes").mkdir()
    (folder / "notes" / "today.md").write_text("Jon Vesper met Mira Quist in Oslo today.\n", "utf-8")
    (folder / "chat.json").write_text('[{"role": "user", "content": "I have a dog."}]', "utf-8")
    (folder / "mem0.json").write_text(json.dumps(MEM0), "utf-8")
    return Given(words={"undo c1f3": "undo $(last)"})


def history(folder: Path) -> Given:
    """ada's ash, bob's oak, ada's other ash."""
    with Memory.open(STORE) as memory:
        hours(memory)
        for author, uri, version in [("ada", "ash.md", 0), ("bob", "oak.md", 0), ("ada", "ash.md", 1)]:
            memory.author = author
            text = TEXTS[uri][version].encode()
            ingest_sources(memory, [Source(uri, ".md", data=text)], pipeline=None)
            (folder / uri).write_bytes(text)
        commits = [commit.id for commit in memory.history()]
    return Given(words={"$FIRST": commits[0], "$LAST": commits[-1]})


def namespaces(folder: Path) -> Given:
    """A document of the team's."""
    with Memory.open(STORE, namespace="team") as memory:
        put(memory, {"mail/plover.txt": "The Plover was built by Mira Quist."})
    return Given(names={"Memory": Memory, "url": STORE})


def learning(folder: Path) -> Given:
    """What was said of a buoy, and of who designed it."""
    turns = (
        "[2024-05-01 10:00] Ann: The Tern buoy was designed by Ingrid Solvang.",
        "[2024-05-01 10:01] Bob: And where was Ingrid Solvang born?",
        "[2024-05-01 10:02] Ann: Ingrid Solvang was born in Vardø.",
    )
    with Memory.open(STORE) as memory:
        put(memory, {"talk.txt": "\n".join(turns)})
    return Given()


def truth(folder: Path) -> Given:
    """Somebody of whom nothing is said yet."""
    with Memory.open(STORE) as memory:
        put(memory, {"guests.txt": "Mira Quist!"})
    return Given()


def exchange(folder: Path) -> Given:
    """A document of one's own, and what two other memories exported."""
    with Memory.open(STORE) as memory:
        put(memory, {"plover.txt": "The Plover was built by Mira Quist."})
    (folder / "mem0.json").write_text(json.dumps(MEM0), "utf-8")
    (folder / "dump.json").write_text(json.dumps(GRAPHITI), "utf-8")
    return Given()


def reflection(folder: Path) -> Given:
    """Documents of one's own, of which one is read already."""
    shutil.copytree(ROOT / "examples" / "documents", folder / "docs")
    with Memory.open(STORE) as memory:
        put(memory, {"plover.txt": "The Plover was built by Mira Quist."})
    return Given()


def routines(folder: Path) -> Given:
    """A calendar with a course on Mondays, and a chat."""
    days = (f"2026-0{month}-{day:02}" for month, first in ((1, 5), (2, 2)) for day in range(first, 28, 7))
    rows = [{"title": "Swimming", "start_time": f"{day} 18:00:00"} for day in days]
    (folder / "calendar.json").write_text(json.dumps(rows), "utf-8")
    (folder / "chat.txt").write_text("[2026-01-05 20:00] Ann: My sister Eva swims every Monday.\n", "utf-8")
    return Given()


GIVEN: Mapping[str, Callable[[Path], Given]] = {
    "README.md": readme,
    "docs/exchange.md": exchange,
    "docs/history.md": history,
    "docs/learning.md": learning,
    "docs/namespaces.md": namespaces,
    "docs/reflection.md": reflection,
    "docs/routines.md": routines,
    "docs/truth.md": truth,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: SentenceEncoder) -> Iterator[Path]:
    """An empty folder to work in; the encoder is the real one, loaded once for all pages."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GRAPHMEM_") and name != "GRAPHMEM_DATA"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GRAPHMEM_STORE", STORE)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", lambda: encoder)
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    yield tmp_path


def typed(statement: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a line of a shell prints; commands of graphmem run in this process, which has the encoder."""
    if "$(last)" in statement:
        with Memory.open(STORE) as memory:
            *_, last = memory.history()
        statement = statement.replace("$(last)", last.id)
    words = shlex.split(statement, comments=True)
    if words[0] == "export":
        for name, _, value in (word.partition("=") for word in words[1:]):
            monkeypatch.setenv(name, value)
        return ""
    if words[0] == "graphmem" and not any(sign in statement for sign in ("|", "&&", "$(", "<", " > ", "`")):
        result = CliRunner().invoke(build(), words[1:])
        assert result.exit_code == 0, f"{statement}\n{result.output}{result.exception!r}"
        return result.output
    done = subprocess.run(["bash", "-euc", statement], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{statement}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def done(snippet: Snippet, page: str, given: Given, names: dict[str, Any], patch: pytest.MonkeyPatch) -> None:
    text = snippet.text
    for word, meant in given.words.items():
        text = text.replace(word, meant)
    if snippet.language == "python":
        out = StringIO()
        with redirect_stdout(out):
            exec(compile("\n" * (snippet.line - 1) + text, page, "exec"), names)
        printed = out.getvalue()
    else:
        printed = typed(text, patch)
    if snippet.printed is not None:
        assert agrees(printed, snippet.printed), f"{page}:{snippet.line} {text}\nprints\n{printed}"


@pytest.mark.parametrize(
    "page", [page for page, all_ in PAGES.items() if any(not one.reason for one in all_)]
)
def test_a_page_does_what_it_says(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = GIVEN.get(page, lambda _: Given())(folder)
    names: dict[str, Any] = {"__name__": "page", **given.names}
    for snippet in PAGES[page]:
        if not snippet.reason:
            done(snippet, page, given, names, monkeypatch)


def test_what_is_not_run_says_why(record_property: Callable[[str, object], None]) -> None:
    """``pytest -s`` lists it; so does the report of a run."""
    every = [one for snippets_ in PAGES.values() for one in snippets_]
    left = [(page, one) for page in PAGES for one in PAGES[page] if one.reason]
    told = [f"{page}:{one.line} not run: {one.reason}\n    {one.text.splitlines()[0]}" for page, one in left]
    told.append(f"{len(every) - len(left)} of {len(every)} statements are run")
    sys.stdout.write("\n" + "\n".join(told) + "\n")
    record_property("not run", told)
    assert all(len(one.reason) > 10 for _, one in left)
    assert any(one.printed for one in every)


@pytest.mark.parametrize(
    ("printed", "shown", "same"),
    [
        ("a\nb\nc\n", "a\nb\nc", True),
        ("a\nb\nc\n", "a\n…", True),
        ("a\nb\nc\n", "…\nc", True),
        ("commit c12 of 3\n", "commit … of 3", True),
        ("commit c12 of 4\n", "commit … of 3", False),
        ("a\nb\n", "a", False),
    ],
)
def test_what_is_printed_is_compared(printed: str, shown: str, same: bool) -> None:
    assert agrees(printed, shown) is same
