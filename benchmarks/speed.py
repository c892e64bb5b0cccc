"""Speed and size on real text: ``python -m benchmarks.speed --passages 1000,6119``.

Times are told beside a time that anyone has to pay, taken in the same run: ingest beside splitting,
parsing and encoding the same text, recall beside the same walk on the whole graph. The two alternate, so
that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.datasets import DEFAULT_DATA, Asked, Item, corpus, questions
from benchmarks.measures import percentile, table
from benchmarks.multihop import SETS, fill
from benchmarks.wholegraph import WholeGraph
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.identity import digest
from graphmem.ingest import ingest_readings, sentences
from graphmem.ingest.language import ENGLISH, load, parses
from graphmem.ingest.readers import items_reading
from graphmem.memory import Memory
from graphmem.projection import SCHEMA
from graphmem.retrieval import constants
from graphmem.retrieval.candidates import candidates
from graphmem.retrieval.linking import link
from graphmem.retrieval.recall import softmax_best
from graphmem.stores.base import Store
from graphmem.stores.chain import GENESIS, content, linked
from graphmem.stores.log import canonical, pack, written
from graphmem.types import Commit, FloatArray, Vectors, View

CHUNK: Final = 400  # passages ingested between two measurements of the bare work
PRPACK_QUESTIONS: Final = 5


class Remembered:
    """An encoder that has seen the questions already: recall is timed without encoding them."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self.embedder = embedder
        self.name, self.dimension = embedder.name, embedder.dimension
        self.vectors: dict[str, FloatArray] = dict(zip(texts, embedder.encode(texts), strict=True))

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Vectors as the encoder's, shape (len(texts), d)."""
        if len(texts) == 1 and texts[0] in self.vectors:
            return self.vectors[texts[0]][None, :]
        return self.embedder.encode(texts)


def bare(items: Sequence[Item], embedder: Embedder) -> float:
    """Seconds to split the passages, parse their sentences and encode them, and nothing else."""
    nlp = load(ENGLISH)
    begin = time.perf_counter()
    found = [(item.title, item.text[a:b]) for item in items for a, b in sentences.split(item.text)]
    for _ in parses(nlp, [text for _, text in found]):
        pass
    embedder.encode([f"{title}: {text}" for title, text in found])
    return time.perf_counter() - begin


def ingest_beside_bare(memory: Memory, items: Sequence[Item], embedder: Embedder) -> tuple[float, float]:
    """Seconds of the ingest and of the bare work, in turns over the same chunks."""
    ingest_s = bare_s = 0.0
    shuffled = sorted(items, key=lambda item: digest(item.uri))
    embedder.encode(["warm up"])
    load(ENGLISH)
    for number, start in enumerate(range(0, len(shuffled), CHUNK)):
        chunk = shuffled[start : start + CHUNK]
        first = number % 2 == 0
        if first:
            bare_s += bare(chunk, embedder)
        begin = time.perf_counter()
        fill(memory, chunk)
        ingest_s += time.perf_counter() - begin
        if not first:
            bare_s += bare(chunk, embedder)
    return ingest_s, bare_s


def recall_beside_whole(memory: Memory, asked: Sequence[Asked]) -> dict[str, float]:
    """Milliseconds of recall and of the walk on the whole graph, and how far their first ten agree."""
    whole = WholeGraph(memory)
    local_ms, whole_ms, prpack_ms, overlap = [], [], [], []
    memory.recall(asked[0].text)
    for number, question in enumerate(asked):
        begin = time.perf_counter()
        memory.recall(question.text, 10)
        local_ms.append((time.perf_counter() - begin) * 1000)
        vector = memory.embedder.encode([question.text])[0]
        found = candidates(memory.store, memory.view, question.text, vector)
        relevance: dict[str, float] = {}
        for kind in found.values():
            cosines = {id: float(whole.vectors[whole.row[id]] @ vector) for id in kind.ids}
            relevance |= kind.relevance(cosines)
        seeds = list(link(memory.store, memory.view, question.text))
        restart = whole.restart(seeds, softmax_best(relevance), constants.SEED_SHARE)
        mass, taken = whole.walk(vector, *restart)
        whole_ms.append(taken)
        if number < PRPACK_QUESTIONS:
            prpack_ms.append(whole.prpack_ms(vector, *restart))
        best = set(sorted(mass, key=lambda id: -mass[id])[:10])
        overlap.append(len(best & local_mass(memory, question.text)) / max(len(best), 1))
    return {
        "recall_ms_p50": percentile(local_ms, 50),
        "recall_ms_p95": percentile(local_ms, 95),
        "whole_walk_ms_p50": percentile(whole_ms, 50),
        "recall_over_whole": round(float(np.median(local_ms) / np.median(whole_ms)), 2),
        "prpack_ms_p50": percentile(prpack_ms, 50),
        "top10_overlap": round(float(np.mean(overlap)), 4),
    }


def local_mass(memory: Memory, question: str) -> set[str]:
    """The ten passages to which recall's own walk brings most."""
    hits = memory.recall(question, 60)
    return {hit.passage.id for hit in sorted(hits, key=lambda hit: -hit.parts["walk"])[:10]}


def edit_visible_ms(memory: Memory) -> float:
    """Milliseconds from a commit to the end of the recall that finds it."""
    times = []
    for number in range(5):
        name = f"Zorblat{number}"
        ingest_readings(memory, [items_reading(name, name, [("", f"{name} keeps the seventh lamp.")], name)])
        begin = time.perf_counter()
        ranking = memory.recall(f"What does {name} keep?", 3)
        times.append((time.perf_counter() - begin) * 1000)
        assert ranking[0].document.uri == name, "an edit was not in the next recall"
    return percentile(times, 50)


class Timed:
    """A store that notes how long each commit took, and how long its place in the chain alone takes."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.commit_ms: list[float] = []
        self.chain_ms: list[float] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        """As the store's."""
        begin = time.perf_counter()
        applied = self.store.apply(commit, vectors)
        self.commit_ms.append((time.perf_counter() - begin) * 1000)
        changes = written(commit)
        begin = time.perf_counter()
        linked(GENESIS, applied.seq, content(commit, changes))
        self.chain_ms.append((time.perf_counter() - begin) * 1000)
        return applied


def history_size(store: Store) -> dict[str, float]:
    """Bytes of the log's packed changes, against those of the bodies of the records that are there."""
    view = View.of(*store.info().records)
    log = sum(len(pack(written(commit))) for commit in store.commits(view))
    bodies = {
        kind: sum(len(canonical(record.body).encode()) for record in store.scan(view, kind))
        for kind in SCHEMA.logged | SCHEMA.derived
    }
    logged = sum(bodies[kind] for kind in SCHEMA.logged)
    return {
        "history_mb": round(log / 1e6, 2),
        "live_mb": round(sum(bodies.values()) / 1e6, 2),
        "history_over_live": round(log / sum(bodies.values()), 3),
        "history_over_logged": round(log / logged, 3),
    }


def measure(items: Sequence[Item], asked: Sequence[Asked], store: str) -> dict[str, Any]:
    """All figures of one size."""
    encoder = SentenceEncoder()
    embedder = Remembered(
        encoder, [q.text for q in asked] + [f"What does Zorblat{n} keep?" for n in range(5)]
    )
    with Memory.open(store, embedder=embedder) as memory:
        memory.store = timed = Timed(memory.store)
        ingest_s, bare_s = ingest_beside_bare(memory, items, encoder)
        info = memory.store.info()
        figures: dict[str, Any] = {
            "passages": len(items),
            "sentences": info.vectors,
            "ingest_docs_s": round(len(items) / ingest_s, 1),
            "ingest_over_bare": round(ingest_s / bare_s, 3),
            "bare_s": round(bare_s, 1),
            "commit_ms_p50": percentile(timed.commit_ms, 50),
            "chain_ms_p50": round(float(np.median(timed.chain_ms)), 4),
            **history_size(memory.store),
            **recall_beside_whole(memory, asked),
            "edit_visible_ms": edit_visible_ms(memory),
        }
        if info.bytes is not None:  # a server does not tell
            figures["disk_mb"] = round(info.bytes / 1e6, 1)
            figures["disk_bytes_a_sentence"] = round(info.bytes / info.vectors)
    figures["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return figures


def main(arguments: Sequence[str]) -> None:
    """Measure each size and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--passages", default="1000,6119", help="sizes, with commas between")
    parser.add_argument(
        "--store", default="", help="URL of an empty store; a temporary SQLite file if absent"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    folder = options.data / "multihop"
    items = corpus(folder / SETS["2wiki"][0])
    asked = questions(folder / SETS["2wiki"][1], "2wiki", items)
    sizes = [int(size) for size in options.passages.split(",")]
    if max(sizes) > len(items):
        parser.error(f"there are {len(items)} passages, no more")
    if options.store and len(sizes) > 1:
        parser.error("--store takes one size: each needs an empty store")
    results = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as temporary:
            store = options.store or f"sqlite:///{temporary}/speed.db"
            results[str(size)] = measure(items[:size], asked, store)
    if options.json:
        print(json.dumps({"benchmark": "speed", "sizes": results}))
    else:
        print(table({key: {s: r[key] for s, r in results.items()} for key in next(iter(results.values()))}))


if __name__ == "__main__":
    main(sys.argv[1:])
