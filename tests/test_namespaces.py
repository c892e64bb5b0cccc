"""What is in one namespace can neither be seen nor changed, nor felt in the scores, from another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, records, state
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from graphmem import Conflict, Memory, NotFound, Query, View
from graphmem.cli import build
from graphmem.errors import InputError
from graphmem.retrieval.keyword import keyword_search
from graphmem.statements import Fact
from graphmem.testing import HashEmbedder
from graphmem.types import Change, Document, Entity, Passage, Sentence

MINE = {"mine.md": "# Ash\n\nAda Byron planted the ash in Bergen.\n"}
THEIRS = {
    "theirs.md": "# Heron\n\nAda Byron hid the heron of Whitby in Bergen. The heron sleeps.\n",
    "chat.txt": "[2023-05-08 13:56] Zelda: Where is the heron?\n[2023-05-08 13:57] Ada Byron: In Whitby.\n",
}
THEIRS["chat.txt"] += "".join(
    f"[2023-06-{day:02} 10:00] Zelda: The heron sleeps, day {day}.\n" for day in range(1, 8)
)
SECRETS = ("heron", "whitby", "zelda", "theirs.md", "chat.txt")
QUESTION = "Where did Ada Byron hide the heron of Whitby?"


@dataclass(frozen=True)
class Pair:
    """Two memories of one store."""

    mine: Memory
    theirs: Memory

    @property
    def ids(self) -> list[str]:
        """Ids of all that is theirs, commits included."""
        return [*records(self.theirs), *(commit.id for commit in self.theirs.history())]

    def one(self, kind: type) -> Any:
        """A value of theirs."""
        for id in records(self.theirs):
            if isinstance(value := self.theirs.find(id), kind):
                return value
        raise AssertionError(kind)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with opened(tmp_path, namespace="mine") as mine, opened(tmp_path, namespace="theirs") as theirs:
        put(theirs, THEIRS, pipeline="english")
        put(mine, MINE, pipeline="english")
        yield Pair(mine, theirs)


def tell(value: object, ids: list[str]) -> None:
    """Fail if a value says anything of theirs."""
    said = repr(value).lower()
    assert not [secret for secret in SECRETS if secret in said.replace(QUESTION.lower(), "")]
    assert not [id for id in ids if id in said]


def refuses(verb: Callable[[str], object], *names: str) -> None:
    for name in names:
        with pytest.raises(NotFound):
            verb(name)


def probe_recall(pair: Pair) -> None:
    ranking = pair.mine.recall(QUESTION, k=100)
    assert [hit.document.uri for hit in ranking] == ["mine.md"]
    tell((ranking.hits, ranking.seeds), pair.ids)
    assert not pair.mine.recall("heron", k=100)[0].parts["bm25"]


def probe_find(pair: Pair) -> None:
    refuses(pair.mine.find, *pair.ids, *THEIRS, "Zelda", "Whitby", "heron")
    tell(pair.mine.find("Ada Byron"), pair.ids)
    tell(pair.mine.find("Bergen"), pair.ids)


def probe_evidence(pair: Pair) -> None:
    ours = pair.mine.find("Ada Byron")
    assert isinstance(ours, Entity) and ours.mentions == 1
    tell(pair.mine.evidence(ours, limit=100), pair.ids)
    assert pair.mine.evidence(pair.one(Entity)) == []


def probe_facts(pair: Pair) -> None:
    ours = pair.mine.find("Ada Byron")
    assert isinstance(ours, Entity)
    (planted,) = pair.mine.facts(ours, limit=100)
    tell((planted, pair.mine.evidence(planted, limit=100)), pair.ids)
    assert pair.mine.facts(pair.one(Entity)) == [] == pair.mine.facts(pair.one(Sentence))
    assert pair.mine.evidence(pair.one(Fact)) == []


def probe_identity(pair: Pair) -> None:
    ours = pair.mine.find("Ada Byron")
    assert isinstance(ours, Entity)
    tell(pair.mine.identity(ours), pair.ids)
    theirs = pair.one(Entity)
    assert list(pair.mine.identity(theirs)) == [theirs], "what is given is given back, and nothing besides"


def probe_questions(pair: Pair) -> None:
    pair.theirs.same("Ada Byron", "Bergen")
    put(pair.theirs, {"more.md": "J. Heron met John Heron. Heron slept.\n"}, pipeline="english")
    tell(pair.mine.questions(100), pair.ids)


def probe_word(pair: Pair, verb: str) -> None:
    """No name, id or document of theirs can be spoken of; ours can, and they hear nothing of it."""
    say = getattr(pair.mine, verb)
    for name in (*pair.ids, *THEIRS, "Zelda", "Whitby", "heron", "Ada Byron @ theirs.md", "Zelda @ chat.txt"):
        with pytest.raises(NotFound):
            say("Ada Byron", name)
    head = pair.theirs.store.head()
    say("Ada Byron", "Bergen")
    assert pair.theirs.store.head() == head + 1 and len(list(pair.theirs.history())) == 2
    ours = pair.theirs.find("Ada Byron")
    assert isinstance(ours, Entity) and not pair.theirs.identity(ours).decisions


def probe_episode(pair: Pair) -> None:
    first, *_ = pair.theirs.parts(pair.theirs.document("chat.txt"))
    assert isinstance(first, Passage) and pair.theirs.episode(first) is not None
    assert pair.mine.episode(first) is None


def probe_parts(pair: Pair) -> None:
    assert pair.mine.parts(pair.one(Document)) == [] == pair.mine.parts(pair.one(Passage))


def probe_history(pair: Pair) -> None:
    tell(list(pair.mine.history()), pair.ids)
    assert not [commit for id in (*pair.ids, *THEIRS) for commit in pair.mine.history(id)]


def probe_commit(pair: Pair) -> None:
    for commit in pair.theirs.history():
        refuses(pair.mine.commit, commit.id, commit.id[:12])


def probe_to_networkx(pair: Pair) -> None:
    graph = pair.mine.to_networkx()
    assert set(graph) == records(pair.mine).keys()
    tell((list(graph.nodes(data=True)), list(graph.edges(data=True))), pair.ids)


def probe_undo(pair: Pair) -> None:
    refuses(pair.mine.undo, *(commit.id for commit in pair.theirs.history()))


def probe_write(pair: Pair) -> None:
    """Neither to change or remove what is theirs, nor to learn that it is there."""
    head = pair.mine.store.head()
    for record in records(pair.theirs).values():
        moved = type(record)(record.id, record.kind, "mine", record.body)
        changes = (Change(record, None), Change(None, record), Change(moved, None), Change(None, moved))
        for change in changes:
            with pytest.raises((ValueError, Conflict)) as caught:
                pair.mine.write([change], "steal", vectors={record.id: HashEmbedder().encode(["x"])[0]})
            tell(str(caught.value).replace(record.id, ""), [])
    assert pair.mine.store.head() == head


PROBES: dict[str, Callable[[Pair], None]] = {
    "close": lambda pair: None,
    "commit": probe_commit,
    "different": lambda pair: probe_word(pair, "different"),
    "document": lambda pair: refuses(pair.mine.document, *pair.ids, *THEIRS),
    "documents": lambda pair: tell(list(pair.mine.documents()), pair.ids),
    "embed": lambda pair: tell(list(pair.mine.embed(records(pair.mine).values())), pair.ids),
    "episode": probe_episode,
    "evidence": probe_evidence,
    "facts": probe_facts,
    "find": probe_find,
    "forget": lambda pair: refuses(pair.mine.forget, *pair.ids, *THEIRS),
    "history": probe_history,
    "identity": probe_identity,
    "open": lambda pair: None,  # probed by every other: it gives the namespace that it was asked for
    "parts": probe_parts,
    "questions": probe_questions,
    "recall": probe_recall,
    "same": lambda pair: probe_word(pair, "same"),
    "to_networkx": probe_to_networkx,
    "undo": probe_undo,
    "view": lambda pair: tell(pair.mine.view, ["theirs"]),
    "write": probe_write,
}


@pytest.mark.parametrize("verb", sorted(name for name in vars(Memory) if not name.startswith("_")))
def test_no_verb_of_a_memory_shows_or_changes_what_is_theirs(pair: Pair, verb: str) -> None:
    before, head = state(pair.theirs), pair.theirs.store.head()
    assert verb in PROBES, f"Memory.{verb} is new: say in PROBES how it could leak"
    PROBES[verb](pair)
    if verb == "questions":
        return  # theirs was written to, so that there is something to leak
    assert state(pair.theirs) == before
    assert pair.theirs.store.head() == head + (verb in ("same", "different"))


def test_a_query_sees_the_namespaces_that_it_names_and_no_other(pair: Pair) -> None:
    def uris(*namespaces: str) -> set[str]:
        ranking = pair.mine.recall(Query(QUESTION, View.of(*namespaces), 100))
        return {hit.document.uri for hit in ranking}

    assert uris("mine") == {"mine.md"}
    assert uris("theirs") == set(THEIRS)
    assert uris("mine", "theirs") == {"mine.md", *THEIRS}
    assert uris("nobody") == set()


@pytest.mark.parametrize("name", ["", "A", "a b", "ä", "a/b", "-a", "a" * 65, "a\n", "*", "mine theirs"])
def test_a_name_that_could_mean_more_is_no_namespace(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a namespace"):
        opened(tmp_path, "new", namespace=name)
    assert not list(tmp_path.iterdir()), "and no store is made for it"


COMMANDS: dict[str, list[list[str]]] = {
    "query": [[QUESTION, "--json"], [QUESTION, "--why"]],
    "questions": [[], ["--json"]],
    "same": [["Ada Byron", "Zelda"], ["Ada Byron", "ID"], ["Ada Byron", "Ada Byron @ theirs.md", "--json"]],
    "different": [["Ada Byron", "Zelda"], ["Ada Byron", "ID"], ["Ada Byron", "Ada Byron @ theirs.md"]],
    "show": [["ID"], ["theirs.md"], ["Zelda"], ["heron", "--json"]],
    "history": [[], ["--json"], ["theirs.md", "--json"], ["ID"]],
    "undo": [["COMMIT"]],
    "forget": [["theirs.md"], ["ID"], ["theirs.md", "--dry-run", "--json"]],
    "stats": [["--documents"], ["--documents", "--json"], [], ["--json"]],
    "export": [[], ["-"]],
}
OTHERS = {
    "ingest",
    "import",
    "doctor",
    "copy",
    "extract",
    "ui",
}  # they read no memory, or the whole store for whom it belongs to; test_explorer.py probes the pages of ui


def test_every_command_is_probed() -> None:
    names = {command.name or command.callback.__name__ for command in build().registered_commands}  # type: ignore[union-attr]
    assert names == COMMANDS.keys() | OTHERS


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_or_changes_what_is_theirs(
    pair: Pair, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    before, head, ids = state(pair.theirs), pair.theirs.store.head(), pair.ids
    commit = next(pair.theirs.history()).id
    for arguments in COMMANDS[command]:
        given = [{"ID": ids[0], "COMMIT": commit}.get(a, a) for a in arguments]
        url = pair.mine.store.info().url
        result = CliRunner().invoke(build(), [command, *given, "--store", url, "--namespace", "mine"])
        said = result.output
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            assert isinstance(result.exception, NotFound), result.exception
        for asked in given:
            said = said.replace(asked, "").replace(json.dumps(asked), "")
        tell(said, ids)
    assert state(pair.theirs) == before and pair.theirs.store.head() == head


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
@given(st.lists(texts, min_size=1, max_size=3), st.lists(texts, min_size=1, max_size=6))
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


def test_sentences_and_mentions_of_one_namespace_point_at_its_own_entities(pair: Pair) -> None:
    ours, others = records(pair.mine), records(pair.theirs)
    assert not ours.keys() & others.keys()
    assert {record.namespace for record in ours.values()} == {"mine"}
    assert pair.mine.find("Ada Byron").id != pair.theirs.find("Ada Byron").id
    assert isinstance(pair.one(Sentence), Sentence)
