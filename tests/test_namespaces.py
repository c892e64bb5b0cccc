"""What is in one namespace can neither be seen nor changed, nor felt in the scores, from another.

Every public verb of a memory, every function that takes a memory or a view, the LangChain retriever and every
command is found by introspection and called: one that nobody has said how to call fails.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from answering_models import repeater
from conftest import opened, put, records, state
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from leak_probes import CALLS, VERBS, WHOLE, WRITES, functions, verbs
from leaks import (
    QUESTION,
    SECRETS,
    THEIRS,
    Given,
    Unknown,
    answer,
    build_world,
    calls,
    remember,
    tell,
    unasked,
    unsaid,
)
from typer.testing import CliRunner

from graphmem import Conflict, Memory, Query, View
from graphmem.cli import build
from graphmem.errors import GraphMemError, InputError, NotShared
from graphmem.retrieval.keyword import keyword_search
from graphmem.testing import HashEmbedder
from graphmem.types import Change, Entity, Vectors

FUNCTIONS = dict(functions())
MODES = {"alone": (), "along": ("team",)}


@dataclass(frozen=True)
class Worlds:
    """Stores with and without secrets, and what they can be asked for."""

    full: str
    bare: str
    given: Given


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    folder = tmp_path_factory.mktemp("worlds")
    full, bare = (build_world(folder, name, secrets=name == "full") for name in ("full", "bare"))
    return Worlds(full, bare, Given.of(full))


def copy(url: str, folder: Path) -> str:
    """The URL of a copy of a store that nobody has open; what was copied there before is gone."""
    target = folder / "copied" / "memory.db"
    shutil.rmtree(target.parent, ignore_errors=True)
    target.parent.mkdir()
    shutil.copy(url.removeprefix("sqlite:///"), target)
    return f"sqlite:///{target}"


@pytest.fixture
def copied(worlds: Worlds, tmp_path: Path) -> str:
    """A store with secrets that a test may write to."""
    return copy(worlds.full, tmp_path)


def tells_the_same(worlds: Worlds, mode: str, folder: Path, ask: Callable[[Memory], Iterator[Any]]) -> None:
    """Fail if anything asked of mine has another answer where theirs is there, or changes anything."""
    answers = []
    for url in (worlds.bare, worlds.full):
        with remember(copy(url, folder), "mine", MODES[mode]) as memory:
            head = memory.store.head()
            answers.append(list(ask(memory)))
            assert memory.store.head() == head, "it writes: give it a line in WRITES"
    assert answers[0] and answers[0] == answers[1]


def asked(name: str, read: Callable[..., Any], memory: Memory, given: Given) -> Iterator[Any]:
    try:
        for arguments in calls(read, memory, given):
            yield answer(read, *arguments)
    except Unknown as unknown:
        pytest.fail(f"{name} takes {unknown}: say in leaks.MADE or leak_probes how to call it")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("verb", sorted(set(verbs()) - WRITES.keys()))
def test_no_verb_tells_what_is_theirs(worlds: Worlds, tmp_path: Path, verb: str, mode: str) -> None:
    def ask(memory: Memory) -> Iterator[Any]:
        if verb in VERBS:
            yield answer(VERBS[verb], memory, worlds.given)
        else:
            yield from asked(f"Memory.{verb}", getattr(memory, verb), memory, worlds.given)

    tells_the_same(worlds, mode, tmp_path, ask)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - WHOLE.keys()))
def test_no_function_tells_what_is_theirs(worlds: Worlds, tmp_path: Path, name: str, mode: str) -> None:
    def ask(memory: Memory) -> Iterator[Any]:
        if name in CALLS:
            yield answer(CALLS[name], memory, worlds.given)
        else:
            yield from asked(name, FUNCTIONS[name], memory, worlds.given)

    tells_the_same(worlds, mode, tmp_path, ask)


def test_the_tables_name_nothing_that_is_gone() -> None:
    assert (WRITES.keys() | VERBS.keys()) <= set(verbs()) and not WRITES.keys() & VERBS.keys()
    assert CALLS.keys() | WHOLE.keys() <= FUNCTIONS.keys()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("verb", WRITES)
def test_a_write_of_one_namespace_never_changes_anothers_records(
    worlds: Worlds, copied: str, verb: str, mode: str
) -> None:
    with remember(copied, "theirs") as theirs, remember(copied, "team") as team:
        before = [(state(one), list(one.history())) for one in (theirs, team)]
        with remember(copied, "mine", MODES[mode]) as mine:
            for name in worlds.given.names:
                try:
                    WRITES[verb](mine, name)
                except (GraphMemError, ValueError) as error:
                    tell(unsaid(str(error), name), worlds.given.theirs)
            assert {commit.namespace for commit in mine.history()} == {"mine"}
        assert [(state(one), list(one.history())) for one in (theirs, team)] == before
        assert theirs.store.check() == []


@pytest.mark.parametrize("verb", sorted(WRITES.keys() - {"share", "unshare"}))
def test_a_write_of_one_namespace_never_hinders_another(worlds: Worlds, tmp_path: Path, verb: str) -> None:
    """What theirs could say of its own before, it can say after mine tried to say it first."""

    def said(url: str, namespace: str) -> list[str]:
        found = []
        with remember(url, namespace) as memory:
            for name in worlds.given.names:
                try:
                    WRITES[verb](memory, name)
                    found.append("done")
                except (GraphMemError, ValueError) as error:
                    found.append(type(error).__name__)
        return found

    free = said(copy(worlds.full, tmp_path), "theirs")
    tried = copy(worlds.full, tmp_path)
    said(tried, "mine")
    assert said(tried, "theirs") == free and "done" in free


def test_no_record_of_theirs_is_taken_over(worlds: Worlds, copied: str) -> None:
    """Neither to change or remove what is theirs, nor to put something else under its id."""
    with remember(copied, "mine") as mine:
        head = mine.store.head()
        for record in worlds.given.theirs.values():
            given = Vectors(mine.embedder.name, {record.id: mine.embedder.encode(["x"])[0]})
            moved = type(record)(record.id, record.kind, "mine", record.body)
            for change in (
                Change(record, None),
                Change(None, record),
                Change(moved, None),
                Change(None, moved),
            ):
                with pytest.raises((InputError, ValueError, Conflict)) as caught:
                    mine.write([change], "steal", vectors=given)
                tell(str(caught.value).replace(record.id, ""))
        assert mine.store.head() == head


def test_a_query_sees_the_namespaces_that_it_names_if_they_share(worlds: Worlds) -> None:
    def uris(memory: Memory, *namespaces: str) -> set[str]:
        return {hit.document.uri for hit in memory.recall(Query(QUESTION, View.of(*namespaces), 100))}

    with remember(worlds.full, "mine") as mine, remember(worlds.full, "third") as third:
        assert uris(mine, "mine", "team") == {"mine.md", "talk.txt", "team.md"}
        assert uris(mine, "team") == {"team.md"}
        assert uris(third, "theirs") == set(THEIRS)
        for memory, namespace in ((mine, "theirs"), (mine, "nobody"), (third, "team"), (third, "mine")):
            with pytest.raises(NotShared):
                uris(memory, namespace)


@pytest.mark.parametrize("name", ["", "A", "a b", "ä", "a/b", "-a", "a" * 65, "a\n", "*", "mine theirs"])
def test_a_name_that_could_mean_more_is_no_namespace(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a namespace"):
        opened(tmp_path, "new", namespace=name)
    assert not list(tmp_path.iterdir()), "and no store is made for it"


# --- the command line -----------------------------------------------------------------------

# What each command is called with; ID, FACT and COMMIT are of theirs.
QUOTES = [["--exact", quote, *more] for quote in ("born in", "heron of", "y") for more in ([], ["--words"])]
COMMANDS: dict[str, list[list[str]]] = {
    "ask": [[QUESTION, "--llm", "a:b", "--no-llm-cache", *more] for more in (["--json"], ["--why"])],
    "add": [["Ada Byron slept."], ["Ada Byron slept.", "--json"]],
    "admit": [["FACT"]],
    "correct": [["FACT", "--object", "Rome"]],
    "disputes": [[], ["--json"], ["--stand", "ID"]],
    "facts": [["Ada Byron"], ["Zelda"], ["ID", "--json"], ["Ada Byron", "--timeline"]],
    "merge": [["Ada Byron", "Zelda", "--dry-run"], ["ID", "Bergen"]],
    "pin": [["FACT"]],
    "purge": [["theirs.md"], ["theirs.md", "--yes"], ["--entity", "Zelda"], ["--forgotten"]],
    "relate": [["Ada Byron", "lives_in", "Rome", "--json"]],
    "rename": [["Zelda", "Ida"], ["ID", "Ida"]],
    "retract": [["FACT"]],
    "retype": [["Zelda", "ship"], ["ID", "ship"]],
    "split": [["Ada Byron", "Ida", "--in", "theirs.md"], ["Zelda", "Ida", "--in", "ID"]],
    "familiar": [["Ada Byron was born in Bergen."], ["Born here.", "--json"]],
    "query": [[QUESTION, "--json"], [QUESTION, "--why"], [QUESTION, "--trusted-only"], *QUOTES],
    "questions": [[], ["--json"]],
    "same": [["Ada Byron", "Zelda"], ["Ada Byron", "ID"], ["Ada Byron", "Ada Byron @ theirs.md", "--json"]],
    "different": [["Ada Byron", "Zelda"], ["Ada Byron", "ID"], ["Ada Byron", "Ada Byron @ theirs.md"]],
    "show": [["ID"], ["theirs.md"], ["Zelda"], ["heron", "--json"], ["Ada Byron"]],
    "history": [[], ["--json"], ["theirs.md", "--json"], ["ID"], ["Zelda"], ["--author", "user"]],
    "diff": [["2000-01-01"], ["2000-01-01", "--json", "--all"], ["COMMIT"]],
    "blame": [["Ada Byron"], ["ID"], ["FACT", "--json"], ["theirs.md"], ["Zelda"]],
    "at": [["2030-01-01", "stats", "--documents"], ["2030-01-01", "show", "Zelda"], ["COMMIT", "stats"]],
    "restore": [["theirs.md", "--to", "2000-01-01"], ["ID", "--to", "COMMIT"]],
    "undo": [["COMMIT"], ["COMMIT..", "--dry-run"], ["--run", "COMMIT"]],
    "forget": [
        ["theirs.md"],
        ["ID"],
        ["theirs.md", "--dry-run", "--json"],
        ["--entity", "ID"],
        ["--between", "1900-01-01", "2100-01-01", "--dry-run"],
        ["--everything", "--dry-run", "--json"],
    ],
    "fade": [["--keep", "50%", "--dry-run", "--json"], ["--keep", "50%"]],
    "wake": [["ID"], ["--json", "ID"]],
    "retention": [[], ["--json"], ["ID"]],
    "feedback": [["Where was Ada Byron born?", "--useful", "1"], ["Where was Ada born?", "--not", "ID"]],
    "learned": [[], ["--json"], ["--forget"]],
    "notes": [[], ["--json"], ["topic", "--about", "heron"]],
    "routines": [[], ["heron", "--json"]],
    "reflect": [["--dry-run"], ["--dry-run", "--json", "--whole"]],
    "stats": [["--documents"], ["--documents", "--json"], [], ["--json"]],
    "export": [[], *(["-", "--format", form] for form in ("graphml", "cypher", "jsonld", "turtle", "csv"))],
    "share": [["mine"], ["mine", "--json"], ["mine", "--with", "theirs"]],
    "unshare": [["mine", "--with", "theirs"], ["mine", "--with", "team"]],
    "tasks": [
        [],
        ["--json"],
        ["--prompt"],
        ["the heron"],
        ["Zelda", "--to", "active"],
        ["ID", "--to", "done"],
    ],
    "trust": [[], ["--json"], ["theirs.md", "--level", "unsure"]],
}
NAMED = {"share", "unshare"}
"""Commands whose namespace is an argument."""
OTHERS = {
    "ingest",
    "import",
    "doctor",
    "copy",
    "extract",
    "mcp",
    "ui",
    "verify",
}  # they read no memory, or the whole store for whom it belongs to; test_explorer.py probes the pages of ui,
# test_mcp_namespaces.py the tools of mcp


def test_every_command_is_probed() -> None:
    names = {command.name or command.callback.__name__ for command in build().registered_commands}  # type: ignore[union-attr]
    assert names == COMMANDS.keys() | OTHERS and not build().registered_groups


@contextmanager
def unchanged(url: str) -> Iterator[None]:
    """Fail if theirs is another afterwards."""
    with remember(url, "theirs") as theirs:
        before = state(theirs), list(theirs.history())
    yield
    with remember(url, "theirs") as theirs:
        assert (state(theirs), list(theirs.history())) == before


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_or_changes_what_is_theirs(
    worlds: Worlds, copied: str, command: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    monkeypatch.setattr("graphmem.cli.ask.chat_model", lambda name: repeater())
    of_kind = {record.kind: id for id, record in worlds.given.theirs.items()}
    named = {"ID": of_kind["entity"], "FACT": of_kind["fact"], "COMMIT": worlds.given.commits[0]}
    environment = {"GRAPHMEM_STORE": copied, "GRAPHMEM_ALSO": " ".join(MODES[mode])}
    environment |= {} if command in NAMED else {"GRAPHMEM_NAMESPACE": "mine"}
    with unchanged(copied):
        for arguments in COMMANDS[command]:
            given = [named.get(argument, argument) for argument in arguments]
            result = CliRunner().invoke(build(), [command, *given], env=environment)
            said = result.output
            if result.exception is not None and not isinstance(result.exception, SystemExit):
                assert isinstance(result.exception, GraphMemError), result.exception
                said += str(result.exception)
            tell(unasked(unsaid(said, *given)), (*worlds.given.theirs, worlds.given.commits[0]))


# --- laws -----------------------------------------------------------------------------------

texts = st.lists(
    st.sampled_from(
        [
            "Ada Byron left Bergen.",
            "Bergen burned in 1702.",
            "The ash fell.",
            "Who is Ada?",
            "Charles Babbage saw the ash of Bergen with Ada Byron.",
            "Rain.",
        ]
    ),
    min_size=1,
    max_size=4,
).map("\n\n".join)


@settings(max_examples=20, deadline=None)
@drawn(st.lists(texts, min_size=1, max_size=3), st.lists(texts, min_size=1, max_size=6))
def test_documents_of_others_change_no_score(
    tmp_path_factory: pytest.TempPathFactory, mine: list[str], theirs: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("scores")
    question = "When did Ada Byron see the ash of Bergen?"

    def scores(memory: Memory) -> tuple[object, ...]:
        vector = memory.embedder.encode([question])[0]
        return (
            keyword_search(memory.store, memory.view, question, 100),
            memory.store.search_vector(memory.view, vector, 100),
            memory.recall(question, k=100),
        )

    with opened(folder, namespace="a") as a, opened(folder, namespace="b") as b:
        put(a, {f"{n}.md": f"# Mine {n}\n\n{text}\n" for n, text in enumerate(mine)})
        before = scores(a)
        put(b, {f"{n}.md": f"# Bergen\n\n{text}\n" for n, text in enumerate(theirs)})
        assert scores(a) == before
        for document in list(b.documents()):
            b.forget(document.id)
        assert scores(a) == before


def test_sentences_and_mentions_of_one_namespace_point_at_its_own_entities(worlds: Worlds) -> None:
    with remember(worlds.full, "mine") as mine, remember(worlds.full, "theirs") as theirs:
        ours, others = records(mine), records(theirs)
        assert ours.keys() and not ours.keys() & others.keys()
        assert {record.namespace for record in ours.values()} == {"mine"}
        ada = mine.find("Ada Byron")
        assert isinstance(ada, Entity) and ada.id != theirs.find("Ada Byron").id
    assert all(secret in repr(others).lower() for secret in SECRETS), "there is something to tell"
