"""SQLite and Neo4j side by side: ``NEO4J_PASSWORD=… python -m benchmarks.stores --neo4j bolt://localhost:7687``.

Two parts. ``--size N``: a population of N sentences (``benchmarks.population``) and its tenant, in both
stores; writes, recall and edits in turns. ``--hits``: every question of the multi-hop sets and of the chats,
asked of both. The encoder is apart in all times: what it takes is taken off.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks import conversation
from benchmarks.curve import QUESTIONS, Stopwatch, stores_of
from benchmarks.datasets import DEFAULT_DATA, Asked, chats, corpus, questions
from benchmarks.measures import percentile
from benchmarks.multihop import SETS, fill
from benchmarks.population import TENANTS
from graphmem.copying import copy, vectors_of
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.ingest.pipeline import ingest_readings
from graphmem.ingest.readers import items_reading
from graphmem.memory import Memory
from graphmem.projection import SCHEMA
from graphmem.ranking import Ranking
from graphmem.stores import open_store
from graphmem.stores.neo4j import Neo4jStore
from graphmem.types import FloatArray, View

WRITERS: Final = (1, 2)
WRITTEN: Final = 20_000  # sentences at most, to time writing
TIE: Final = 1e-4  # hits whose scores differ by less may stand in either order


def differing(first: Sequence[Ranking], second: Sequence[Ranking]) -> int:
    """Rankings that differ by more than the order of ties."""
    return sum(not _alike(one, other) for one, other in zip(first, second, strict=True))


def _alike(first: Ranking, second: Ranking) -> bool:
    scores = {hit.passage.id: hit.score for hit in first}
    others = {hit.passage.id: hit.score for hit in second}
    last = min(min(scores.values(), default=0), min(others.values(), default=0))
    return all(abs(scores.get(id, last) - others.get(id, last)) < TIE for id in scores.keys() | others.keys())


def in_turns(
    asked: Sequence[str], clock: Stopwatch, *memories: Memory
) -> tuple[list[list[Ranking]], list[list[float]]]:
    """Rankings and milliseconds of each memory, a question asked of all before the next, by turns first."""
    rankings: list[list[Ranking]] = [[] for _ in memories]
    times: list[list[float]] = [[] for _ in memories]
    for number, question in enumerate(asked):
        clock.encode([question])
        for place in (range(len(memories)), reversed(range(len(memories))))[number % 2]:
            clock.seconds, begin = 0.0, time.perf_counter()
            rankings[place].append(memories[place].recall(question, 10))
            times[place].append((time.perf_counter() - begin - clock.seconds) * 1000)
    return rankings, times


def edit_visible_ms(clock: Stopwatch, *memories: Memory) -> list[float]:
    """Milliseconds from a commit to the end of the recall that finds it, of each memory."""
    taken = []
    for memory in memories:
        own: list[float] = []
        for number in range(5):
            name = f"Zorblat{number}"
            ingest_readings(memory, [items_reading(name, name, [("", f"{name} keeps the lamp.")], name)])
            clock.seconds, begin = 0.0, time.perf_counter()
            ranking = memory.recall(f"What does {name} keep?", 3)
            own.append((time.perf_counter() - begin - clock.seconds) * 1000)
            assert ranking[0].document.uri == name, "an edit was not in the next recall"
        taken.append(percentile(own, 50))
    return taken


def large(neo4j: str, data: Path, sentences: int, folder: Path) -> dict[str, Any]:
    """Figures of the large memory."""
    items = [item for passages, _ in SETS.values() for item in corpus(data / "multihop" / passages)]
    asked, others = (
        [one.text for one in questions(data / "multihop" / SETS[name][1], name, items)][:QUESTIONS]
        for name in ("2wiki", "musique")
    )
    stores, alone = stores_of([sentences], folder, data, items)
    sqlite = stores[str(sentences)]
    _copied(sqlite, neo4j)
    figures: dict[str, Any] = {"sentences": _sentences(neo4j)}
    # Then on the same server, which is warm by now.
    for writers in WRITERS:
        url = _beside(neo4j, f"By{writers}")
        figures[f"writes_sentences_s_{writers}"] = written(sqlite, url, writers, min(sentences // 5, WRITTEN))
    clock = Stopwatch(SentenceEncoder())
    with (
        Memory.open(sqlite, embedder=clock) as here,
        Memory.open(neo4j, embedder=clock) as there,
    ):
        figures["records"] = sum(here.store.info().records["default"].values())
        in_turns(others, clock, here, there)
        rankings, times = in_turns(asked, clock, here, there)
        figures["recall_ms_p50"] = [percentile(taken, 50) for taken in times]
        figures["recall_ms_p95"] = [percentile(taken, 95) for taken in times]
        figures["recall_neo4j_over_sqlite"] = round(
            float(np.median(times[1])) / float(np.median(times[0])), 2
        )
        figures["hits_differ"] = f"{differing(*rankings)} of {len(asked)}"
        figures["edit_visible_ms"] = edit_visible_ms(clock, here, there)
    figures["tenant"] = _tenant(neo4j, alone, clock, asked)
    figures["vector_index"] = _vector_index(neo4j, clock, asked)
    return figures


def written(source: str, target: str, writers: int, limit: int) -> int:
    """Sentences a second that processes write at the same time, all indexes on line.

    Each applies its share of the source's first commits, which do not build on one another here. What
    it takes to read and unpack them counts for nothing.
    """
    open_store(target, SCHEMA).close()  # it is made before the clock runs
    context = multiprocessing.get_context("spawn")
    begin, done = context.Barrier(writers), context.Queue()
    processes = [
        context.Process(target=_write, args=(source, target, place, writers, limit, begin, done))
        for place in range(writers)
    ]
    for process in processes:
        process.start()
    seconds: float = max(done.get() for _ in processes)
    for process in processes:
        process.join()
    return round(_sentences(target) / seconds)


def _write(source: str, target: str, place: int, writers: int, limit: int, begin: Any, done: Any) -> None:
    """One of the processes of ``written``."""
    with closing(open_store(source, SCHEMA, create=False)) as one:
        commits, sentences = [], 0
        for number, commit in enumerate(one.commits(View.of("default"))):
            vectors = vectors_of(one, commit)
            sentences += len(vectors.by_id) if vectors else 0
            if sentences > limit:
                break
            if number % writers == place:
                commits.append((commit, vectors))
    gc.freeze()  # what a program that reads as it writes would not hold
    with closing(open_store(target, SCHEMA)) as other:
        begin.wait()
        start = time.perf_counter()
        for commit, vectors in commits:
            other.apply(commit, vectors)
        done.put(time.perf_counter() - start)


def _beside(url: str, store: str) -> str:
    """The address of another store of a database."""
    return f"{url.partition('?')[0]}?store={store}"


def _sentences(url: str) -> int:
    with closing(open_store(url, SCHEMA)) as store:
        return store.info().vectors


def _copied(source: str, target: str) -> None:
    with (
        closing(open_store(source, SCHEMA, create=False)) as one,
        closing(open_store(target, SCHEMA)) as other,
    ):
        copy(one, other)


def _tenant(neo4j: str, alone: str, clock: Stopwatch, asked: Sequence[str]) -> dict[str, Any]:
    """Whether the small tenant of the large store gets what a store of its own would give it."""
    with (
        Memory.open(neo4j, namespace=TENANTS, embedder=clock) as shared,
        Memory.open(alone, namespace=TENANTS, embedder=clock) as own,
    ):
        rankings, _ = in_turns(asked, clock, shared, own)
        return {
            "sentences": own.store.info().vectors,
            "answers_differ": f"{differing(*rankings)} of {len(asked)}",
        }


def _vector_index(neo4j: str, embedder: Embedder, asked: Sequence[str]) -> dict[str, Any]:
    """The server's vector index, which serves views too large for exact search, beside exact search."""
    figures: dict[str, Any] = {}
    with (
        closing(Neo4jStore(neo4j, SCHEMA)) as exact,
        closing(Neo4jStore(neo4j, SCHEMA, exact_texts=0)) as index,
    ):
        for namespace in ("default", TENANTS):
            view = View.of(namespace)
            found: dict[str, list[list[str]]] = {}
            for name, store in (("exact", exact), ("index", index)):
                search = partial(store.search_vector, view, k=20)
                found[name], taken = _nearest(search, embedder, asked)
                figures[f"{namespace}_{name}_ms_p50"] = percentile(taken, 50)
            shares = [len(set(a) & set(b)) / max(len(a), 1) for a, b in zip(*found.values(), strict=True)]
            figures[f"{namespace}_recall@20"] = round(float(np.mean(shares)), 4)
    return figures


def _nearest(
    search: Callable[[FloatArray], list[tuple[str, float]]], embedder: Embedder, asked: Sequence[str]
) -> tuple[list[list[str]], list[float]]:
    ids, taken = [], []
    search(embedder.encode(["warm up"])[0])
    for question in asked:
        vector = embedder.encode([question])[0]
        begin = time.perf_counter()
        ids.append([id for id, _ in search(vector)])
        taken.append((time.perf_counter() - begin) * 1000)
    return ids, taken


def same_hits(neo4j: str, data: Path, folder: str) -> dict[str, str]:
    """Of each set, how many questions get other hits on Neo4j than on SQLite."""
    encoder = SentenceEncoder()
    figures = {}
    for name, (passages, asked_file) in SETS.items():
        items = corpus(data / "multihop" / passages)
        asked = questions(data / "multihop" / asked_file, name, items)
        url, other = f"sqlite:///{folder}/{name}.db", _beside(neo4j, f"Hits{name}")
        with Memory.open(url, embedder=encoder) as memory:
            if not memory.store.head():
                fill(memory, items)
        _copied(url, other)
        figures[name] = _hits_differ(url, other, "default", asked, encoder)
    url, other = f"sqlite:///{folder}/chats.db", _beside(neo4j, "Hitschats")
    found = chats(data / "conversation" / "locomo_dev5.json", None)
    for number, chat in enumerate(found):
        with Memory.open(url, namespace=f"chat{number}", embedder=encoder) as memory:
            if not memory.store.count(memory.view, "document"):
                conversation.fill(memory, chat)
    _copied(url, other)
    differ = [
        _hits_differ(url, other, f"chat{number}", chat.questions, encoder)
        for number, chat in enumerate(found)
    ]
    figures["conversation"] = "; ".join(differ)
    return figures


def _hits_differ(sqlite: str, neo4j: str, namespace: str, asked: Sequence[Asked], embedder: Embedder) -> str:
    clock = Stopwatch(embedder)
    with (
        Memory.open(sqlite, namespace=namespace, embedder=clock) as here,
        Memory.open(neo4j, namespace=namespace, embedder=clock) as there,
    ):
        rankings, _ = in_turns([question.text for question in asked], clock, here, there)
    return f"{differing(*rankings)} of {len(asked)}"


def main(arguments: Sequence[str]) -> None:
    """Measure what is asked for and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stores", description=__doc__)
    parser.add_argument("--neo4j", required=True, help="URL of a store that is new, or holds this population")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--size", type=int, help="sentences of the population, as in benchmarks.curve")
    parser.add_argument("--hits", action="store_true", help="ask every question of both stores")
    parser.add_argument("--keep", help="folder for the SQLite stores; those that lie there are used again")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    figures: dict[str, Any] = {"benchmark": "stores"}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        if options.size:
            figures["large"] = large(options.neo4j, options.data, options.size, Path(folder))
        if options.hits:
            figures["hits_differ"] = same_hits(options.neo4j, options.data, folder)
    print(json.dumps(figures, indent=None if options.json else 2))


if __name__ == "__main__":
    main(sys.argv[1:])
