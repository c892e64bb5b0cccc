"""What is purged is nowhere any more: not in the present, nor the history, nor the bytes of the files."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import opened, put, records, state
from neo4j_stores import Neo4jStores
from typer.testing import CliRunner

from graphmem import Conflict, InputError, Memory, NotFound
from graphmem.cli import build
from graphmem.copying import copy
from graphmem.errors import StoreError
from graphmem.export import export_lines, import_lines
from graphmem.projection import SCHEMA
from graphmem.purging import PURGED, traces
from graphmem.stores import open_store
from graphmem.stores.sqlite import SQLiteStore
from graphmem.testing import HashEmbedder
from graphmem.types import View

SECRET = "secret/zorblat.md"
FIRST = "# Zorblat Quuxington\n\nZorblat Quuxington hid the kryptonite in Bergen. Ada Byron met him there.\n"
SECOND = "# Zorblat Quuxington\n\nZorblat Quuxington hid the argonautic lamp in Bergen in 1840.\n"
OPEN = "# Ash\n\nAda Byron planted the ash in Bergen. Charles Babbage met her in Turin in 1834.\n"
OTHER = "# Oak\n\nCharles Babbage sold the oak in London. The object of the sale was money.\n"
WORDS = ("Zorblat", "Quuxington", "zorblat", "quuxington", "kryptonite", "argonautic", SECRET, "zorblat.md")


def filled(memory: Memory) -> None:
    """A document in two versions, two others, a word on a name that it alone has, and one on others'."""
    put(memory, {SECRET: FIRST, "ash.md": OPEN}, pipeline="english")
    put(memory, {SECRET: SECOND, "oak.md": OTHER}, pipeline="english")
    memory.same("Zorblat Quuxington", "Charles Babbage")
    memory.different("Ada Byron", "Charles Babbage")
    memory.write([], f"look at {SECRET} again", author=f"reader of {SECRET}")


def found_by_any_read(memory: Memory) -> list[str]:
    """Which words any read of the memory still tells."""
    said = [repr(record) for record in records(memory).values()]
    said += [repr((c, c.changes)) for c in memory.history()]
    said += list(export_lines(memory.store, View.of(memory.namespace)))
    told = "\n".join(said)
    found = [word for word in WORDS if word in told]
    found += [word for word in WORDS if memory.store.search_text(memory.view, word, 5)]
    return found


def without_it(folder: Path) -> dict[str, object]:
    """The records of a memory that never had the document."""
    with opened(folder, "never") as memory:
        put(memory, {"ash.md": OPEN, "oak.md": OTHER}, pipeline="english")
        memory.different("Ada Byron", "Charles Babbage")
        return {id: one for id, one in records(memory).items() if one.kind != "decision"}


def test_a_document_is_purged_from_everywhere(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        filled(memory)
        url, other = f"sqlite:///{tmp_path}/memory.db", list(memory.history())
        assert found_by_any_read(memory) and traces(url, WORDS)
        purged = memory.purge(SECRET)
        assert purged.records["document"] == 1 and purged.records["decision"] == 1 and purged.words > 5
        assert found_by_any_read(memory) == [] and traces(url, WORDS) == []
        assert memory.verify() == ()
        kept = {id: one for id, one in records(memory).items() if one.kind != "decision"}
        assert kept == without_it(tmp_path)
        # What others did is as it was, and what was done to it has lost its name alone.
        after = {commit.id: commit for commit in memory.history()}
        assert [c for c in other if "ash.md" in c.message] == [
            c for c in after.values() if "ash.md" in c.message
        ]
        look = after[other[-1].id]
        assert (look.message, look.author) == (f"look at {PURGED} again", f"reader of {PURGED}")
        assert [c.seq for c in after.values()] == list(range(1, len(other) + 3))
        assert purged.commit == list(after.values())[-1] and purged.commit.changes == ()
        assert purged.commit.message.startswith("purge of 1 document (")
    for file in tmp_path.glob("memory.db*"):
        assert not [word for word in WORDS if word.encode() in file.read_bytes()]


@pytest.mark.parametrize("first", ["forget", "dry run"])
def test_what_was_forgotten_before_is_purged_too(tmp_path: Path, first: str) -> None:
    with opened(tmp_path) as memory:
        filled(memory)
        if first == "forget":
            memory.forget(SECRET)
        before = state(memory), list(memory.history())
        told = memory.purge(SECRET, dry_run=True)
        assert told.commit is None and told.words == 0 and told.records["document"] == 1
        assert (state(memory), list(memory.history())) == before
        purged = memory.purge(SECRET)
        assert purged.records == told.records and purged.first == told.first == 1
        assert found_by_any_read(memory) == [] and memory.verify() == ()
        with pytest.raises(NotFound, match="neither the present nor the history"):
            memory.purge(SECRET)


def test_what_was_purged_cannot_be_undone_and_the_rest_can(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        filled(memory)
        memory.purge(SECRET)
        for commit in list(memory.history()):
            if commit.message == PURGED:
                with pytest.raises(Conflict, match="was purged"):
                    memory.undo(commit.id)
        different = next(c for c in memory.history() if "is not" in c.message)
        memory.undo(different.id)
        assert memory.verify() == () and found_by_any_read(memory) == []


def test_the_document_can_be_read_again(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        filled(memory)
        memory.purge(SECRET)
        put(memory, {SECRET: SECOND}, pipeline="english")
        assert memory.recall("Where did Zorblat Quuxington hide the lamp?")[0].document.uri == SECRET
        assert memory.verify() == ()


def test_only_what_is_left_by_nobody_else_goes(tmp_path: Path) -> None:
    """Two documents that say the same, of which one is purged: names and facts of the other stay."""
    with opened(tmp_path) as memory:
        put(memory, {"one.md": FIRST, "two.md": FIRST}, pipeline="english")
        memory.same("Zorblat Quuxington", "Ada Byron")
        memory.purge("one.md")
        assert memory.find("Zorblat Quuxington") and memory.verify() == ()
        assert [c.message for c in memory.history()][2] == "Zorblat Quuxington is Ada Byron"
        assert traces(f"sqlite:///{tmp_path}/memory.db", ["one.md"]) == []


def test_all_that_was_forgotten(tmp_path: Path) -> None:
    """Older versions and forgotten documents go; all that is there stays, to the byte."""
    with opened(tmp_path) as memory:
        filled(memory)
        memory.forget("oak.md")
        before = state(memory)
        purged = memory.purge(forgotten=True)
        assert state(memory) == before and memory.verify() == () and purged.words
        url = f"sqlite:///{tmp_path}/memory.db"
        assert traces(url, ["kryptonite", "object of the sale", "oak.md"]) == []
        assert traces(url, ["argonautic"]) and memory.document(SECRET)
        assert memory.purge(forgotten=True).records == {}


def test_what_was_forgotten_of_a_name(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        filled(memory)
        with pytest.raises(NotFound, match="nothing that names"):
            memory.purge(entity="Charles Babbage")
        memory.forget("oak.md")
        memory.purge(entity="Charles Babbage")
        assert memory.verify() == () and memory.find("Charles Babbage")
        url = f"sqlite:///{tmp_path}/memory.db"
        assert traces(url, ["sold the oak"]) == [] and traces(url, ["kryptonite"])


def test_a_name_that_was_forgotten_is_purged(tmp_path: Path) -> None:
    """Sentences that named it, and the passages, casts and titles that did; all else can still be undone."""
    with opened(tmp_path) as memory:
        put(memory, {"log.md": f"# Log\n\n{SECOND[22:]}\n\nAda Byron planted the ash in Turin.\n"}, "english")
        memory.forget_entity("Zorblat Quuxington")
        assert memory.purge(entity="Zorblat Quuxington").words
        url = f"sqlite:///{tmp_path}/memory.db"
        assert traces(url, ["Zorblat", "Quuxington", "argonautic"]) == [] and memory.verify() == ()


@pytest.mark.parametrize("arguments", [{}, {"entity": "x", "forgotten": True}])
def test_what_to_purge_is_said_in_one_way(tmp_path: Path, arguments: dict[str, object]) -> None:
    with opened(tmp_path) as memory, pytest.raises(InputError, match="say what to purge"):
        memory.purge(**arguments)  # type: ignore[arg-type]


def test_another_namespace_keeps_what_it_has(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="mine") as mine, opened(tmp_path, namespace="theirs") as theirs:
        put(theirs, {"lamp.md": SECOND}, pipeline="english")
        filled(mine)
        before = state(theirs), list(theirs.history())
        mine.purge(SECRET)
        assert (state(theirs), list(theirs.history())) == before and mine.verify() == ()
        assert traces(f"sqlite:///{tmp_path}/memory.db", ["kryptonite"]) == []


def test_a_copy_and_an_export_of_a_purged_memory_are_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as memory, opened(tmp_path, "copy") as target, opened(tmp_path, "import") as read:
        filled(memory)
        memory.purge(SECRET)
        copy(memory.store, target.store)
        import_lines(read.store, export_lines(memory.store, memory.view))
        for other in (target, read):
            assert state(other) == state(memory) and other.verify() == ()
            assert [c.id for c in other.history()] == [c.id for c in memory.history()]


def test_a_trace_that_is_left_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the freed space not overwritten, purge would say so: it looks at the bytes."""
    with opened(tmp_path) as memory:
        filled(memory)
        monkeypatch.setattr("graphmem.stores.sqlite_rewrite.sweep", lambda *_: None)
        with pytest.raises(StoreError, match="traces are left.*in the bytes of"):
            memory.purge(SECRET)


def hidden_in_log(store: SQLiteStore) -> None:
    """A commit whose changes hold a word, compressed, where no read of records would find it."""
    packed = zlib.compress(json.dumps([[["x", "document", {"title": "kryptonite"}], None]]).encode())
    with store._writing() as connection:
        connection.execute("UPDATE log SET changes = ? WHERE seq = 1", (packed,))


def hidden_in_body(store: SQLiteStore) -> None:
    with store._writing() as connection:
        connection.execute('UPDATE record SET body = \'{"a": "kryptonite"}\' WHERE key = 1')


def hidden_in_words(store: SQLiteStore) -> None:
    with store._writing() as connection:
        connection.execute("INSERT INTO word(rowid, text) VALUES (9999, 'kryptonite')")


def hidden_in_free_space(store: SQLiteStore) -> None:
    with store._writing() as connection:
        connection.execute("CREATE TABLE spare(text)")
        connection.execute("INSERT INTO spare VALUES (?)", ("kryptonite " * 1000,))
    with store._writing() as connection:
        connection.execute("DROP TABLE spare")


@pytest.mark.parametrize("hide", [hidden_in_log, hidden_in_body, hidden_in_words, hidden_in_free_space])
def test_a_search_for_traces_looks_everywhere(tmp_path: Path, hide: Callable[[SQLiteStore], None]) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"ash.md": OPEN})
        url = f"sqlite:///{tmp_path}/memory.db"
        assert traces(url, ["kryptonite"]) == []
        assert isinstance(memory.store, SQLiteStore)
        hide(memory.store)
        assert traces(url, ["kryptonite"])


def test_the_command_asks_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"
    with opened(tmp_path) as memory:
        filled(memory)
        head = memory.store.head()
        said = CliRunner().invoke(build(), ["purge", SECRET, "--store", url])
        assert said.exit_code == 0 and "--yes" in said.output and "1 document" in said.output
        assert memory.store.head() == head
        said = CliRunner().invoke(build(), ["purge", SECRET, "--store", url, "--yes"])
        assert said.exit_code == 0 and "0 traces of" in said.output and "for ever" in said.output
        assert found_by_any_read(memory) == []


# --- on a server ----------------------------------------------------------------------------


@pytest.fixture
def served(neo4j_stores: Neo4jStores) -> Iterator[Memory]:
    with closing(neo4j_stores.open("store", SCHEMA)) as store:
        yield Memory(store, embedder=HashEmbedder())


def test_a_server_tells_nothing_of_what_was_purged(served: Memory, neo4j_stores: Neo4jStores) -> None:
    filled(served)
    with closing(neo4j_stores.open("store", SCHEMA)) as other:  # has all in memory already
        assert other.search_text(served.view, "Zorblat", 5)
        purged = served.purge(SECRET)
        assert not other.search_text(served.view, "Zorblat", 5)
    assert purged.words > 5 and found_by_any_read(served) == []
    assert served.store.traces(WORDS) == [] and served.verify() == ()
    nodes = neo4j_stores.run(
        "MATCH (n) WHERE any(l IN labels(n) WHERE l STARTS WITH '{x}') RETURN properties(n)"
    )
    told = "\n".join(str({k: v for k, v in p.items() if k != "_changes"}) for (p,) in nodes)
    assert len(nodes) > 10 and not [word for word in WORDS if word in told]
    label = neo4j_stores.label("store")
    for index in (f"{label}_words", f"{label}_text"):
        neo4j_stores.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
        query = f"CALL db.index.fulltext.queryNodes('{index}', 'zorblat') YIELD node RETURN count(node)"
        assert [list(row) for row in neo4j_stores.run(query)] == [[0]]
    put(served, {SECRET: SECOND}, pipeline="english")
    assert served.verify() == ()


def test_a_copy_of_a_server_holds_nothing_either(served: Memory, tmp_path: Path) -> None:
    """The complete way, as docs/neo4j.md says: copy what is left, and delete the old database."""
    filled(served)
    served.purge(SECRET)
    url = f"sqlite:///{tmp_path}/copy.db"
    with closing(open_store(url, SCHEMA)) as target:
        copy(served.store, target)
        assert target.check() == []
    assert traces(url, WORDS) == []
