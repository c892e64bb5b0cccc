"""Faults at random moments of a Neo4j store's life, and a witness of what the store said meanwhile."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from conftest import put
from neo4j_server import Neo4jServer
from tcp_proxy import Proxy

from graphmem import Memory
from graphmem.errors import Conflict, NotFound, StoreBusy, StoreUnavailable
from graphmem.stores.base import Store
from graphmem.stores.contract import History
from graphmem.stores.neo4j import Neo4jStore
from graphmem.stores.sqlite import SQLiteStore
from graphmem.types import Commit, Record, Schema, Vectors, View

T = TypeVar("T")
Strike = Callable[[], None]
Again = Callable[[Callable[[], object]], Any]
Action = Callable[[Memory, Again], object]

MOMENTS = int(os.environ.get("GRAPHMEM_FAULTS", "200"))
KILLS = max(MOMENTS // 50, 1)  # one takes as long as fifty other faults: the server starts again
PATIENCE = 120.0  # seconds for what must succeed in the end
PEOPLE = ("Ada Byron", "Charles Babbage", "Mary Somerville", "Luigi Menabrea")
GONE = (StoreUnavailable, StoreBusy)  # what a fault may look like, and nothing else


def at_port(url: str, port: int) -> str:
    """The same address at another port of this machine."""
    parts = urlsplit(url)
    user, _, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}@127.0.0.1:{port}").geturl()


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of an address, and the address of the same store through it."""
    port = urlsplit(url).port
    assert port is not None
    with Proxy(port) as proxy:
        yield proxy, at_port(url, proxy.port)


# Faults


def cut(proxy: Proxy, chance: random.Random) -> None:
    proxy.cut()


def half(proxy: Proxy, chance: random.Random) -> None:
    """An answer breaks off after so many bytes."""
    proxy.half(chance.randrange(3000))


def lose_answer(proxy: Proxy, chance: random.Random) -> None:
    proxy.lose_answer(quiet=0.03)


def stall(proxy: Proxy, chance: random.Random) -> None:
    """Nothing comes for a while; then all that was held back, or the end of the connection."""
    proxy.stall()
    time.sleep(chance.uniform(0, 0.2))
    if chance.random() < 0.5:
        proxy.cut()
    proxy.heal()


def refuse(proxy: Proxy, chance: random.Random) -> None:
    """Nobody is there for a while."""
    proxy.refuse()
    time.sleep(chance.uniform(0, 0.2))
    proxy.heal()


FAULTS = (cut, half, lose_answer, stall, cut, half, lose_answer, refuse)


def network_faults(proxy: Proxy, count: int, seed: int) -> Iterator[Strike]:
    """So many faults of all sorts, each of which waits for its moment."""
    chance = random.Random(seed)
    for fault in islice(cycle(FAULTS), count):

        def strike(fault: Callable[[Proxy, random.Random], None] = fault) -> None:
            time.sleep(chance.uniform(0, 0.2))
            fault(proxy, chance)

        yield strike


def kills(server: Neo4jServer, count: int, seed: int) -> Iterator[Strike]:
    """The server ends at once and starts again, so many times."""
    chance = random.Random(seed)

    def strike() -> None:
        time.sleep(chance.uniform(0, 1))
        server.kill()
        server.start()

    yield from [strike] * count


def under(faults: Iterable[Strike], work: Callable[[], None]) -> None:
    """Work while faults strike from beside, and once before and after."""
    work()
    failed = threading.Event()

    def strike_all() -> None:
        for strike in faults:
            if failed.is_set():
                return
            strike()

    striking = threading.Thread(target=strike_all, name="faults")
    striking.start()
    try:
        while striking.is_alive():
            work()
    except BaseException:
        failed.set()
        raise
    finally:
        striking.join()
    work()


# Work


def insist(act: Callable[[], T]) -> T:
    """What one does whose server comes and goes: the same again, until it is done."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except GONE:
            assert time.monotonic() < until, "the store does not recover"
            time.sleep(0.02)


def histories(store: WitnessedStore, chance: random.Random) -> Callable[[], None]:
    """Work of commits that are tried again when they fail, or are given up, and with them their history."""
    numbers = count()

    def work() -> None:
        number = next(numbers)
        for commit, vectors in History(number, ("a",), prefix=f"h{number}-").steps(6):
            while commit.id not in store.acknowledged:
                with suppress(*GONE):
                    store.apply(commit, vectors)
                    continue
                if chance.random() < 0.2:
                    return

    return work


def some_action(chance: random.Random) -> Action:
    """What a user may do to a memory of a few letters: take new ones in, forget one, undo what was last."""
    uris = [f"letter{chance.randrange(6)}.md" for _ in range(chance.randint(1, 2))]
    letters = {
        uri: f"# {uri}\n\n" + " ".join(f"{chance.choice(PEOPLE)} wrote." for _ in range(chance.randint(1, 5)))
        for uri in uris
    }

    def undo(memory: Memory, again: Again) -> None:
        commits = again(lambda: [commit.id for commit in memory.history()])
        with suppress(Conflict):  # it was undone when it seemed to fail
            again(lambda: commits and memory.undo(commits[-1]))

    def forget(memory: Memory, again: Again) -> None:
        with suppress(NotFound):
            again(lambda: memory.forget(uris[0]))

    def ingest(memory: Memory, again: Again) -> None:
        again(lambda: put(memory, letters))

    return chance.choices((ingest, forget, undo), weights=(6, 2, 2))[0]


def edited(memory: Memory, chance: random.Random, done: list[Action]) -> Callable[[], None]:
    """Work of random actions, which are remembered, each insisted on until it succeeds."""

    def work() -> None:
        done.append(some_action(chance))
        done[-1](memory, insist)

    return work


# What was said


class WitnessedStore(Neo4jStore):
    """A store that remembers which commits were tried, and which of them it acknowledged."""

    def __init__(self, url: str, schema: Schema, **options: Any) -> None:
        super().__init__(url, schema, **options)
        self.tried: dict[str, tuple[Commit, Vectors | None]] = {}
        self.acknowledged: dict[str, Commit] = {}

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        self.tried[commit.id] = commit, vectors
        made = super().apply(commit, vectors)
        self.acknowledged[commit.id] = made
        return made


def contents(store: Store, schema: Schema, view: View) -> tuple[dict[str, Record], dict[str, bytes]]:
    """All records, derived ones too, and all vectors."""
    records = {r.id: r for kind in sorted(schema.logged | schema.derived) for r in store.scan(view, kind)}
    vectors = store.vectors(view, sorted(records))
    return records, {id: vector.tobytes() for id, vector in vectors.items()}


def assert_kept(witness: WitnessedStore, url: str, schema: Schema, namespace: str, folder: Path) -> None:
    """What was acknowledged is there once; all else is there wholly, or not at all.

    Seen over a connection without faults, and held against a store that never saw any.
    """
    view = View.of(namespace)
    with closing(Neo4jStore(url, schema)) as store:
        assert store.check() == []
        log = list(store.commits(view))
        kept = contents(store, schema, view)
    assert [commit.seq for commit in log] == list(range(1, len(log) + 1))
    logged = {commit.id: commit for commit in log}
    assert len(logged) == len(log), "a commit is there twice"
    assert {id: logged.get(id) for id in witness.acknowledged} == witness.acknowledged
    with closing(SQLiteStore(folder / "replayed.db", schema)) as sound:
        for commit in log:
            tried, vectors = witness.tried[commit.id]
            assert commit.changes == tried.changes
            sound.apply(tried, vectors)
        assert kept == contents(sound, schema, view)
