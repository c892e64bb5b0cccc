"""A connection or a server that fails at any moment takes back nothing that was said, and is said clearly."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import neo4j
import neo4j_server
import pytest
from conftest import state
from neo4j_faults import (
    KILLS,
    MOMENTS,
    PATIENCE,
    Action,
    WitnessedStore,
    assert_kept,
    edited,
    histories,
    kills,
    network_faults,
    proxied,
    under,
)
from neo4j_server import VERSIONS, Neo4jServer, free_port, serving
from neo4j_stores import Neo4jStores
from tcp_proxy import Proxy

import graphmem.stores.neo4j
from graphmem import Memory, projection
from graphmem.errors import StoreBusy, StoreDenied, StoreUnavailable, StoreURLError
from graphmem.stores import neo4j_connection, open_store
from graphmem.stores.contract import DIMENSION, NOTE, SCHEMA, History, creation, direction, everything, note
from graphmem.stores.neo4j import Neo4jStore
from graphmem.testing import HashEmbedder
from graphmem.types import View

VIEW = View.of("a")
WRITERS = 4
SOON = 8.0  # seconds in which a user must hear that something is wrong
# Less than most faults last, so that the user meets some; most others are met by the store alone.
SHORT = 0.3


# --- 200 moments ------------------------------------------------------------------------------


def test_commits_survive_a_network_that_fails_at_random_moments(
    neo4j_stores: Neo4jStores, tmp_path: Path
) -> None:
    url = neo4j_stores.url("store")
    with (
        proxied(url) as (proxy, broken),
        closing(WitnessedStore(broken, SCHEMA, busy_seconds=SHORT)) as store,
    ):
        faults = network_faults(proxy, (MOMENTS - KILLS) // 2, seed=1)
        under(faults, histories(store, random.Random(2)))
        assert_kept(store, url, SCHEMA, "a", tmp_path)


def assert_same_as_without_faults(memory: Memory, done: list[Action], folder: Path) -> None:
    """The memory and its log are those of one to which the same was done in peace."""
    with Memory.open(f"sqlite:///{folder}/peace.db", embedder=HashEmbedder()) as peace:
        for action in done:
            action(peace, lambda act: act())
        assert [c.changes for c in memory.history()] == [c.changes for c in peace.history()]
        assert state(memory) == state(peace)


def test_ingest_and_edit_survive_a_network_that_fails_at_random_moments(
    neo4j_stores: Neo4jStores, tmp_path: Path
) -> None:
    url = neo4j_stores.url("store")
    done: list[Action] = []
    with proxied(url) as (proxy, broken):
        store = WitnessedStore(broken, projection.SCHEMA, busy_seconds=SHORT)
        with Memory(store, embedder=HashEmbedder()) as memory:
            faults = network_faults(proxy, MOMENTS - KILLS - (MOMENTS - KILLS) // 2, seed=3)
            under(faults, edited(memory, random.Random(4), done))
            assert_same_as_without_faults(memory, done, tmp_path)
            assert_kept(store, url, projection.SCHEMA, "default", tmp_path)


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server of this file's own, to be killed; it tells its clients to give it up when it says nothing."""
    quick = "server.bolt.connection_keep_alive=1s\nserver.bolt.connection_keep_alive_probes=1\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neo4j_server, "CONF", neo4j_server.CONF + quick)
        with serving(VERSIONS[0], tmp_path_factory.mktemp("mortal")) as server:
            yield server


def test_ingest_and_edit_survive_a_server_that_is_killed(mortal: Neo4jServer, tmp_path: Path) -> None:
    url = Neo4jStores(mortal).url("store")
    done: list[Action] = []
    store = WitnessedStore(url, projection.SCHEMA, busy_seconds=SHORT)
    with Memory(store, embedder=HashEmbedder()) as memory:
        under(kills(mortal, KILLS, seed=5), edited(memory, random.Random(6), done))
        assert_same_as_without_faults(memory, done, tmp_path)
        assert_kept(store, url, projection.SCHEMA, "default", tmp_path)


# --- once, and seen ---------------------------------------------------------------------------


def at_commit(monkeypatch: pytest.MonkeyPatch, fault: Callable[[], object]) -> None:
    """Let a fault come once, after the last statement of a transaction and before its COMMIT is sent."""
    write, left = graphmem.stores.neo4j.write_commit, [fault]

    def hit(*args: Any, **options: Any) -> Any:
        made = write(*args, **options)
        if left:
            left.pop()()
        return made

    monkeypatch.setattr(graphmem.stores.neo4j, "write_commit", hit)


FAULTS_AT_COMMIT: dict[str, Callable[[Proxy], None]] = {
    "COMMIT does not arrive": Proxy.cut,
    "the answer to COMMIT does not arrive": Proxy.lose_answer,
    "half of the answer arrives": lambda proxy: proxy.half(5),
}


@pytest.mark.parametrize("fault", FAULTS_AT_COMMIT)
def test_a_commit_whose_connection_dies_is_made_once(
    neo4j_stores: Neo4jStores, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with (
        proxied(neo4j_stores.url("store")) as (proxy, broken),
        closing(Neo4jStore(broken, SCHEMA)) as store,
    ):
        at_commit(monkeypatch, lambda: FAULTS_AT_COMMIT[fault](proxy))
        wanted = creation("first", note("one"))
        made = store.apply(wanted)
        assert (made.id, made.seq) == ("first", 1)
        assert store.apply(wanted) == made
        assert list(store.commits(VIEW)) == [made]
        assert store.get(VIEW, ["one"]) == {"one": note("one")}
        assert store.apply(creation("next", note("two"))).seq == 2


def newest_bookmark(url: str) -> set[str]:
    """What a reader must wait for to see all that the server holds by now."""
    parts = urlsplit(url)
    auth = parts.username, parts.password
    with neo4j.GraphDatabase.driver(f"bolt://127.0.0.1:{parts.port}", auth=auth) as driver:
        driver.execute_query("RETURN 1")
        return set(driver.execute_query_bookmark_manager.get_bookmarks())


def test_a_commit_whose_answer_was_lost_is_waited_for_by_the_next_read(
    neo4j_stores: Neo4jStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a cluster another member may answer, which must have the commit by then."""
    bookmarks = neo4j.GraphDatabase.bookmark_manager()
    monkeypatch.setattr(neo4j.GraphDatabase, "bookmark_manager", lambda: bookmarks)
    url = neo4j_stores.url("store")
    with proxied(url) as (proxy, broken), closing(Neo4jStore(broken, SCHEMA)) as store:
        at_commit(monkeypatch, proxy.lose_answer)
        store.apply(creation("first", note("one")))
        assert set(bookmarks.get_bookmarks()) == newest_bookmark(url)


def test_what_one_store_writes_another_sees_in_its_next_call(neo4j_stores: Neo4jStores) -> None:
    url = neo4j_stores.url("store")
    with closing(Neo4jStore(url, SCHEMA)) as writer, closing(Neo4jStore(url, SCHEMA)) as reader:
        for number in range(1, 6):
            writer.apply(creation(f"c{number}", note(f"n{number}", "amber")))
            for store in (writer, reader):
                assert store.head() == store.count(VIEW, NOTE) == number
                assert f"n{number}" in store.get(VIEW, [f"n{number}"])
                assert len(store.search_text(VIEW, "amber", 9)) == number


def test_all_who_begin_a_store_at_once_lose_nothing(neo4j_stores: Neo4jStores, tmp_path: Path) -> None:
    url = neo4j_stores.url("store") + "Begun"  # one that has no index yet
    together = threading.Barrier(WRITERS, timeout=PATIENCE)

    def write(seed: int) -> WitnessedStore:
        together.wait()
        with closing(WitnessedStore(url, SCHEMA)) as store:
            together.wait()
            for commit, vectors in History(seed, ("a",), prefix=f"w{seed}-").steps(5):
                store.apply(commit, vectors)
        return store

    with ThreadPoolExecutor(WRITERS) as threads:
        one, *others = threads.map(write, range(WRITERS))
    for other in others:
        one.tried |= other.tried
        one.acknowledged |= other.acknowledged
    assert len(one.acknowledged) == 5 * WRITERS
    assert_kept(one, url, SCHEMA, "a", tmp_path)
    label = url.rpartition("=")[2]
    neo4j_stores.run("MATCH (n) WHERE head(labels(n)) STARTS WITH $label DETACH DELETE n", label=label)


# --- reads that break off ---------------------------------------------------------------------


def filled(store: Neo4jStore) -> Neo4jStore:
    """The store with some notes in it, and as many removed."""
    for commit, vectors in History(9, ("a",)).steps(6):
        store.apply(commit, vectors)
    return store


READS: dict[str, Callable[[Neo4jStore], object]] = {
    "get": lambda store: store.get(VIEW, [f"a{number}" for number in range(31)]),
    "scan": lambda store: everything(store, "a"),
    "commits": lambda store: list(store.commits(VIEW)),
    "neighbours": lambda store: store.neighbours(VIEW, ["a1", "a2", "a3"], ["cites", "near"]).source,
    "search_text": lambda store: store.search_text(VIEW, "amber birch", 20),
    "search_vector": lambda store: store.search_vector(VIEW, direction(*range(1, DIMENSION + 1)), 20),
}


def test_a_read_that_is_cut_off_is_tried_again(neo4j_stores: Neo4jStores) -> None:
    with proxied(neo4j_stores.url("store")) as (proxy, url), closing(Neo4jStore(url, SCHEMA)) as store:
        filled(store)
        for name, read in READS.items():
            expected = read(store)
            assert expected
            proxy.cut()
            assert read(store) == expected, f"{name}, cut between two calls"
            for length in (1, 60, 300):
                proxy.half(length)
                assert read(store) == expected, f"{name}, cut within an answer"
                proxy.heal()


def test_a_search_that_failed_leaves_nothing_half_read(neo4j_stores: Neo4jStores) -> None:
    """The arrays that searches keep are loaded whole, or anew by the next one."""
    with proxied(neo4j_stores.url("store")) as (proxy, url):
        for name in ("neighbours", "search_text", "search_vector"):
            read, failures = READS[name], 0
            with closing(Neo4jStore(url, SCHEMA)) as patient:
                expected = read(filled(patient))
            for length in range(0, 3000, 150):
                with closing(Neo4jStore(url, SCHEMA, busy_seconds=0)) as store:
                    proxy.half(length)
                    try:
                        read(store)
                    except StoreUnavailable:
                        failures += 1
                    proxy.heal()
                    assert read(store) == expected, f"{name} after {length} bytes"
            assert failures


def test_a_server_that_goes_away_is_told_and_served_again_when_it_is_back(
    neo4j_stores: Neo4jStores,
) -> None:
    url = neo4j_stores.url("store")
    with (
        proxied(url) as (proxy, through),
        closing(Neo4jStore(through, SCHEMA, busy_seconds=SHORT)) as store,
    ):
        store.apply(creation("first", note("one")))
        proxy.refuse()
        for call in (store.head, lambda: store.apply(creation("next", note("two")))):
            assert_told(StoreUnavailable, call, through)
        proxy.heal()
        assert store.apply(creation("next", note("two"))).seq == store.head() == 2


# --- servers that cannot be used --------------------------------------------------------------

SECRET = "sesame-0-open"


def assert_told(error: type[Exception], call: Callable[[], object], url: str) -> None:
    """One line in seconds that names the address and what to do; the password is nowhere."""
    parts = urlsplit(url)
    began = time.monotonic()
    with pytest.raises(error) as raised:
        call()
    assert time.monotonic() - began < SOON
    message = str(raised.value)
    assert message.startswith(f"{parts.scheme}://{parts.username}@127.0.0.1:{parts.port}")
    assert ": the server " in message and "\n" not in message
    assert parts.password not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "neo4j+s"])
def test_a_server_that_is_down_is_one_clear_error(scheme: str) -> None:
    url = f"{scheme}://neo4j:{SECRET}@127.0.0.1:{free_port()}"
    assert_told(StoreUnavailable, lambda: open_store(url, SCHEMA), url)


def test_a_server_that_accepts_and_says_nothing_is_one_clear_error(
    neo4j_stores: Neo4jStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neo4j_connection, "_CONNECT_SECONDS", 1.0)
    with proxied(neo4j_stores.url("store")) as (proxy, url):
        proxy.stall()
        assert_told(StoreUnavailable, lambda: open_store(url, SCHEMA), url)


def test_a_wrong_password_and_a_wrong_database_are_told(neo4j_stores: Neo4jStores) -> None:
    url = neo4j_stores.url("store")
    port = urlsplit(url).port
    wrong = f"bolt://neo4j:{SECRET}@127.0.0.1:{port}"
    assert_told(StoreDenied, lambda: open_store(wrong, SCHEMA), wrong)
    nowhere = url.replace("?", "/nowhere?")
    assert_told(StoreURLError, lambda: open_store(nowhere, SCHEMA), nowhere)


# --- silence ----------------------------------------------------------------------------------


def test_a_server_that_falls_silent_is_given_up_when_its_keep_alive_is_over(mortal: Neo4jServer) -> None:
    """After 2 minutes, unless the server is set to another time."""
    with (
        proxied(Neo4jStores(mortal).url("store")) as (proxy, url),
        closing(Neo4jStore(url, SCHEMA, busy_seconds=SHORT)) as store,
    ):
        store.apply(creation("first", note("one")))
        for call in (store.head, lambda: store.apply(creation("next", note("two")))):
            assert store.head() == 1
            proxy.stall()
            assert_told(StoreUnavailable, call, url)
            proxy.heal()


def test_a_connection_that_died_in_silence_while_idle_is_replaced(
    neo4j_stores: Neo4jStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a firewall forgets it, or the machine has slept: its packets go nowhere, and no reset comes."""
    monkeypatch.setattr(neo4j_connection, "_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(neo4j_connection, "_CONNECT_SECONDS", 0.5)
    with proxied(neo4j_stores.url("store")) as (proxy, url), closing(Neo4jStore(url, SCHEMA)) as store:
        proxy.stall()
        healing = threading.Timer(0.6, proxy.heal)
        healing.start()
        began = time.monotonic()
        assert store.head() == 0
        assert time.monotonic() - began < SOON
        healing.join()


def test_a_writer_that_falls_silent_does_not_hold_up_others_for_ever(
    neo4j_stores: Neo4jStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction is ended by the server, and it hears so if it is still there."""
    url = neo4j_stores.url("store")
    late, stalled = creation("late", note("one")), threading.Event()
    monkeypatch.setattr(neo4j_connection, "_WRITE_SECONDS", 1.0)
    with proxied(url) as (proxy, through), closing(Neo4jStore(through, SCHEMA)) as silent:
        monkeypatch.undo()
        at_commit(monkeypatch, lambda: (proxy.stall(), stalled.set()))
        with ThreadPoolExecutor(1) as beside, closing(Neo4jStore(url, SCHEMA)) as other:
            writing = beside.submit(silent.apply, late)
            assert stalled.wait(SOON)
            began = time.monotonic()
            assert other.apply(creation("first", note("two"))).seq == 1
            assert time.monotonic() - began < SOON
            proxy.heal()
            assert isinstance(writing.exception(), StoreBusy)
            assert other.get(VIEW, ["one", "two"]).keys() == {"two"}
            assert silent.apply(late).seq == 2
