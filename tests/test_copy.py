"""A copy tells the same history as its source, wherever it was broken off and however often it is run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import typer
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner, Result

from graphmem import Memory
from graphmem.cli import copy as command
from graphmem.copying import Copied, copy
from graphmem.errors import Conflict, EncoderMismatch, InputError, StoreError, StoreURLError
from graphmem.export import export_lines
from graphmem.projection import SCHEMA
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.testing import HashEmbedder
from graphmem.types import Commit, Vectors, View

ASH = "# Ash\n\nAda Byron planted the ash in Bergen. It stands by the river Lee.\n"
ELM = "# Elm\n\nElms grow in Whitby. Charles Babbage drew one.\n"
CHAT = "[2023-05-08 13:56] Ada Byron: I go to London.\n[2023-05-09 08:00] Charles: Bring the notes.\n"
NAMESPACES = ("ada", "bob", "gone")


def at(folder: Path, name: str) -> Store:
    return open_store(f"sqlite:///{folder}/{name}.db", SCHEMA)


def live(folder: Path, name: str = "source") -> None:
    """Write three namespaces by turns: with edits, an undo, and one whose records are all gone."""
    with ExitStack() as stack:
        ada, bob, gone = (stack.enter_context(opened(folder, name, namespace=n)) for n in NAMESPACES)
        put(ada, {"ash.md": ASH})
        put(bob, {"elm.md": ELM, "ash.md": ASH})
        put(gone, {"elm.md": ELM})
        put(ada, {"chat.txt": CHAT, "ash.md": ASH + "\nIt was felled in 1999.\n"})
        receipt = bob.forget("ash.md")
        gone.forget("elm.md")
        ada.forget("chat.txt")
        bob.undo(receipt.commit.id if receipt.commit else "")


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Store]:
    live(tmp_path)
    with closing(at(tmp_path, "source")) as store:
        yield store


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Store]:
    with closing(at(tmp_path, "target")) as store:
        yield store


def exports(store: Store, namespaces: Sequence[str] = NAMESPACES) -> dict[str, list[str]]:
    return {namespace: list(export_lines(store, View.of(namespace))) for namespace in namespaces}


def story(store: Store) -> list[str]:
    return [commit.id for commit in store.commits(View.of(*NAMESPACES))]


class Hooked:
    """A store that lets something happen after each commit."""

    def __init__(self, store: Store, after: Callable[[Commit], None] = lambda commit: None) -> None:
        self.store, self.after = store, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        applied = self.store.apply(commit, vectors)
        self.after(applied)
        return applied


class Breaking(Hooked):
    """A store that is gone after some commits; the one after them is lost, or in and its answer lost."""

    def __init__(self, store: Store, commits: int, *, answered: bool = True) -> None:
        super().__init__(store)
        self.left, self.answered = commits, answered

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        if self.left or not self.answered:
            super().apply(commit, vectors)
        if not self.left:
            raise StoreError("the server is gone")
        self.left -= 1
        return commit


def test_a_copy_is_equal_to_its_source(source: Store, target: Store, tmp_path: Path) -> None:
    assert copy(target, source) == Copied(0, 0), "nothing is there yet"
    assert copy(source, target) == Copied(source.head(), 0)
    assert exports(target) == exports(source)
    assert story(target) == story(source), "in the order of the source's log"
    assert target.check() == [] and target.info().vectors == source.info().vectors > 0
    for n in NAMESPACES:
        with opened(tmp_path, "source", namespace=n) as a, opened(tmp_path, "target", namespace=n) as b:
            assert state(a) == state(b)


def test_a_namespace_whose_records_are_all_gone_is_copied_too(source: Store, target: Store) -> None:
    assert source.count(View.of("gone"), "document") == 0
    copy(source, target)
    assert len(list(target.commits(View.of("gone")))) == 2
    assert exports(target, ["gone"]) == exports(source, ["gone"])


def test_a_later_copy_sends_only_what_is_new(source: Store, target: Store, tmp_path: Path) -> None:
    there = copy(source, target).commits
    assert copy(source, Breaking(target, 0)) == Copied(0, there)
    with opened(tmp_path, "source", namespace="ada") as ada:
        put(ada, {"elm.md": ELM})
    with opened(tmp_path, "source", namespace="new") as new:
        put(new, {"elm.md": ELM})
    assert copy(source, Breaking(target, 2)) == Copied(2, there)
    names = (*NAMESPACES, "new")
    assert exports(target, names) == exports(source, names)


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("commits", range(10))
def test_a_copy_that_broke_off_goes_on(source: Store, target: Store, commits: int, answered: bool) -> None:
    with pytest.raises(StoreError, match="gone"):
        copy(source, Breaking(target, commits, answered=answered))
    assert target.check() == []
    there = commits if answered else commits + 1
    assert story(target) == story(source)[:there]
    assert copy(source, target) == Copied(source.head() - there, there)
    assert exports(target) == exports(source)


KILLED = """
import os, signal, sys
from graphmem.copying import copy
from graphmem.projection import SCHEMA
from graphmem.stores import open_store
source, target = (open_store(url, SCHEMA) for url in sys.argv[1:])
def killed(done, total):
    if done == 4: os.kill(os.getpid(), signal.SIGKILL)
copy(source, target, progress=killed)
"""


def test_a_copy_that_was_killed_goes_on(source: Store, tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("source", "target")]
    done = subprocess.run([sys.executable, "-c", KILLED, *urls], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with closing(at(tmp_path, "target")) as target:
        assert copy(source, target) == Copied(source.head() - 4, 4)
        assert exports(target) == exports(source)


def test_namespaces_can_be_copied_one_by_one(source: Store, target: Store) -> None:
    assert copy(source, target, namespaces=["bob"]) == Copied(4, 0)
    assert exports(target, ["bob"]) == exports(source, ["bob"]) and set(target.info().records) == {"bob"}
    assert copy(source, target, namespaces={"gone", "bob"}) == Copied(2, 4)
    assert copy(source, target) == Copied(source.head() - 6, 6)
    assert exports(target) == exports(source)


def test_a_target_may_hold_other_namespaces(source: Store, target: Store, tmp_path: Path) -> None:
    with opened(tmp_path, "target", namespace="theirs") as theirs:
        put(theirs, {"ash.md": ASH})
    before = exports(target, ["theirs"])
    assert copy(source, target) == Copied(source.head(), 0)
    assert exports(target) == exports(source) and exports(target, ["theirs"]) == before


def test_a_target_with_commits_of_its_own_is_left_alone(source: Store, target: Store, tmp_path: Path) -> None:
    copy(source, Breaking(target, 99), namespaces=["ada"])
    with opened(tmp_path, "target", namespace="gone") as own:
        put(own, {"own.md": ASH})
        (commit,) = own.history()
    before = exports(target)
    with pytest.raises(Conflict, match=f"{commit.id} .ingest own.md. where .*copy into a new store") as error:
        copy(source, target)
    assert next(source.commits(View.of("gone"))).id in str(error.value)
    assert exports(target) == before, "not even namespaces that fit"


def test_a_target_that_is_ahead_is_told(source: Store, target: Store, tmp_path: Path) -> None:
    copy(source, target)
    with opened(tmp_path, "target", namespace="bob") as ahead:
        put(ahead, {"new.md": ELM})
    before = exports(target)
    with pytest.raises(Conflict, match="ingest new.md.* the other way round"):
        copy(source, target)
    assert exports(target) == before
    assert copy(target, source) == Copied(1, target.head() - 1)
    assert exports(target) == exports(source)


def test_a_commit_of_the_same_id_that_says_something_else_is_a_conflict(source: Store, target: Store) -> None:
    first = next(source.commits(View.of("ada")))
    target.apply(Commit(first.id, "ada", first.author, first.at, "another message", first.changes))
    with pytest.raises(Conflict, match="another message"):
        copy(source, target)
    assert target.head() == 1


@pytest.mark.parametrize("namespace", ["ada", "other"])
def test_vectors_of_another_encoder_are_not_mixed_in(
    source: Store, target: Store, tmp_path: Path, namespace: str
) -> None:
    with opened(tmp_path, "target", namespace=namespace, embedder=HashEmbedder(32)) as other:
        put(other, {"elm.md": ELM})
    with pytest.raises(EncoderMismatch, match="copy into a new store"):
        copy(source, target)
    assert target.head() == 1


def test_what_cannot_be_copied_is_told(source: Store, target: Store, tmp_path: Path) -> None:
    with closing(at(tmp_path, "source")) as again:
        for same in (source, again):
            with pytest.raises(InputError, match="onto itself"):
                copy(source, same)
    with pytest.raises(InputError, match="no namespace 'eve'.*ada, bob, gone"):
        copy(source, target, namespaces=["ada", "eve"])
    assert target.head() == 0


class Snapshots(Hooked):
    """A store whose log is read as it was when the reading began, as the protocol lets one."""

    def commits(self, view: View, after: int = 0) -> Iterator[Commit]:
        return iter(list(self.store.commits(view, after)))


@pytest.mark.parametrize("reading", [Hooked, Snapshots])
def test_a_source_that_is_written_meanwhile_is_followed(
    source: Store, target: Store, tmp_path: Path, reading: type[Hooked]
) -> None:
    """Texts whose vectors were still to be read go and change, after the first commit and after the last."""
    with opened(tmp_path, "source", namespace="ada") as ada:
        last = source.head()

        def write(applied: Commit) -> None:
            if applied.seq == 1:
                put(ada, {"ash.md": ELM, "chat.txt": CHAT})
            if applied.seq == last:
                ada.forget("chat.txt")
                put(ada, {"oak.md": ASH})

        assert copy(reading(source), Hooked(target, write)) == Copied(last + 4, 0)
    assert exports(target) == exports(source)


def test_a_source_is_read_one_commit_at_a_time(source: Store, target: Store) -> None:
    waiting: list[str] = []

    class Counted(Hooked):
        def commits(self, view: View, after: int = 0, touching: str | None = None) -> Iterator[Commit]:
            for commit in self.store.commits(view, after, touching):
                waiting.append(commit.id)
                yield commit

        def vectors(self, view: View, ids: Sequence[str]) -> Any:
            (id,) = waiting
            (commit,) = (one for one in self.store.commits(view) if one.id == id)
            assert set(ids) <= {change.id for change in commit.changes}
            return self.store.vectors(view, ids)

    reading = Counted(source)
    copy(reading, Hooked(target, lambda commit: waiting.remove(commit.id)))
    assert exports(target) == exports(source)


def test_progress_goes_along_the_log(source: Store, target: Store) -> None:
    told: list[tuple[int, int]] = []
    copy(source, target, progress=lambda done, total: told.append((done, total)))
    assert told == [(seq, source.head()) for seq in range(1, source.head() + 1)]


# --- the law: whatever was written, and wherever copies broke off, a last copy makes them equal ----

WRITES = st.tuples(
    st.sampled_from(["put", "put", "forget", "undo"]),
    st.sampled_from(["ada", "bob"]),
    st.sampled_from(["x.md", "y.md"]),
    st.sampled_from([ASH, ELM, ASH + ELM, ELM + "\nAda Byron came.\n"]),
)
COPIES = st.tuples(st.just("copy"), st.integers(0, 4), st.booleans(), st.sampled_from([None, ("ada",)]))


def write(memory: Memory, what: str, uri: str, text: str) -> None:
    if what == "put":
        put(memory, {uri: text})
    elif what == "forget" and any(document.uri == uri for document in memory.documents()):
        memory.forget(uri)
    elif what == "undo" and (history := list(memory.history())):
        memory.undo(history[-1].id)


def copy_until_it_breaks(
    source: Store, target: Store, commits: int, answered: bool, only: tuple[str, ...] | None
) -> None:
    chosen = None if only is None else [name for name in only if name in source.info().records]
    try:
        copy(source, Breaking(target, commits, answered=answered), namespaces=chosen)
    except StoreError as error:
        assert "gone" in str(error)


@settings(max_examples=25, deadline=None)
@given(st.lists(WRITES | COPIES, max_size=12))
def test_the_last_of_any_copies_makes_them_equal(steps: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        memories = {n: stack.enter_context(opened(folder, "source", namespace=n)) for n in ("ada", "bob")}
        source = stack.enter_context(closing(at(folder, "source")))
        target = stack.enter_context(closing(at(folder, "target")))
        for what, *rest in steps:
            if what == "copy":
                copy_until_it_breaks(source, target, *rest)
            else:
                write(memories[rest[0]], what, *rest[1:])
        before = target.head()
        assert copy(source, target) == Copied(source.head() - before, before)
        assert exports(target, ["ada", "bob"]) == exports(source, ["ada", "bob"])
        assert target.check() == []


# --- the command ----------------------------------------------------------------------------


def invoke(*arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)  # without it, an only command loses its name
    command.register(app)
    return CliRunner().invoke(app, ["copy", *arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    live(tmp_path)
    monkeypatch.chdir(tmp_path)
    # Of a memory that is named: it must not narrow what is copied.
    monkeypatch.setenv("GRAPHMEM_NAMESPACE", "ada")
    return tmp_path


SRC, DST = "sqlite:///source.db", "sqlite:///target.db"


def test_the_command_copies_all_or_some(folder: Path) -> None:
    some = invoke(SRC, DST, "--namespace", "bob", "-n", "gone", "--json")
    assert (some.exit_code, json.loads(some.stdout), some.stderr) == (0, {"copied": 6, "there": 0}, "")
    rest = invoke(SRC, DST)
    assert (rest.exit_code, rest.stdout) == (0, "")
    assert rest.stderr == "copied 4 commits, 6 were there\n"
    with closing(at(folder, "source")) as source, closing(at(folder, "target")) as target:
        assert exports(target) == exports(source)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((SRC, SRC), InputError),
        (("sqlite:///nowhere.db", DST), StoreURLError),
        ((SRC, "target.db"), StoreURLError),
        ((SRC, DST, "-n", "eve"), InputError),
    ],
)
def test_the_command_says_what_is_wrong(
    folder: Path, arguments: tuple[str, ...], error: type[Exception]
) -> None:
    before = (folder / "source.db").read_bytes()
    done = invoke(*arguments)
    assert done.exit_code == 1 and isinstance(done.exception, error) and done.stdout == ""
    assert not (folder / "nowhere.db").exists() and (folder / "source.db").read_bytes() == before


def test_a_terminal_sees_a_bar(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    monkeypatch.setattr(command, "talk", Console(file=screen, force_terminal=True, highlight=False, width=80))
    assert invoke(SRC, DST).stderr == ""
    assert "copying" in screen.getvalue() and "10/10" in screen.getvalue()
    assert "copied 10 commits" in screen.getvalue()
