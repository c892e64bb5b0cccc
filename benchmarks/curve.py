"""How recall's cost grows with the memory: ``python -m benchmarks.curve --sentences 10000,100000,1000000``.

Populations (``benchmarks.population``) stand open side by side and are asked the same questions in turns, so
that a busy machine slows all of them: each figure of time is to be read against another of the same run.
Encoding is apart: what an encoder takes is taken off. Every question is new to the store: nothing of it is
in memory but what other questions, of another set, brought.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np

from benchmarks import population
from benchmarks.datasets import DEFAULT_DATA, Item, corpus, questions
from benchmarks.measures import percentile, table
from benchmarks.multihop import SETS
from benchmarks.wholegraph import WholeGraph
from graphmem import schema
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.ingest import ingest_readings
from graphmem.ingest.readers import items_reading
from graphmem.memory import Memory
from graphmem.retrieval import constants
from graphmem.retrieval import recall as recalling
from graphmem.retrieval.candidates import candidates
from graphmem.retrieval.linking import link
from graphmem.retrieval.recall import softmax_best
from graphmem.types import FloatArray

QUESTIONS: Final = 40
WHOLE: Final = 20  # questions whose walk is computed on the whole graph
PRPACK: Final = 3  # and by igraph
EDITS: Final = 7
HITS: Final = 10
BOUNDS: Final = {  # of a million sentences
    "recall_ms_p95": "<= 80",
    "over_first": "<= 2",
    "disk_bytes_a_sentence": "<= 1000",
    "open_s": "<= 3",
    "rss_mb": "<= 2048",
    "tenant_over_alone": "about 1",
    "tenant_equal_hits": "1",
    "prpack_over_recall": ">= 100",
    "top10_overlap": ">= .98",
    "edit_taken_in_ms_p50": "<= 10",
}


class Stopwatch:
    """An encoder that says how long it took, and encodes no text twice: a store apart has no part in it."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self.name, self.dimension = embedder.name, embedder.dimension
        self.seconds = 0.0
        self._known: dict[str, FloatArray] = {}

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Vectors as the encoder's, shape (len(texts), d)."""
        begin = time.perf_counter()
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self.embedder.encode(new), strict=True))
        found = np.array([self._known[text] for text in texts])
        self.seconds += time.perf_counter() - begin
        return found


def recall_ms(memory: Memory, clock: Stopwatch, question: str) -> tuple[float, list[str]]:
    """Milliseconds of a recall without the encoder's, and the ids of its hits."""
    clock.seconds, begin = 0.0, time.perf_counter()
    ranking = memory.recall(question, HITS)
    taken = time.perf_counter() - begin - clock.seconds
    return taken * 1000, [hit.passage.id for hit in ranking]


def in_turns(
    memories: Mapping[str, Memory], clock: Stopwatch, asked: Sequence[str]
) -> dict[str, list[float]]:
    """Milliseconds of each question in each memory, in an order that turns."""
    times: dict[str, list[float]] = {name: [] for name in memories}
    for number, question in enumerate(asked):
        clock.encode([question])
        names = list(memories)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            times[name].append(recall_ms(memories[name], clock, question)[0])
    return times


def whole(memory: Memory, clock: Stopwatch, asked: Sequence[str]) -> dict[str, float]:
    """The exact walk on the whole graph, igraph's PageRank on it, and how far the first ten agree."""
    graph = WholeGraph(memory)
    own, exact, prpack, overlap = [], [], [], []
    for number, question in enumerate(asked):
        vector = clock.encode([question])[0]
        found = candidates(memory.store, memory.view, question, vector)
        relevance: dict[str, float] = {}
        for kind in found.values():
            relevance |= kind.relevance({id: float(graph.vectors[graph.row[id]] @ vector) for id in kind.ids})
        restart = graph.restart(
            list(link(memory.store, memory.view, question)), softmax_best(relevance), constants.SEED_SHARE
        )
        mass, taken = graph.walk(vector, *restart)
        exact.append(taken)
        if number < PRPACK:
            prpack.append(graph.prpack_ms(vector, *restart))
        # The walk of the question itself: a second hop asks other questions on the way.
        with patch.object(recalling, "bridges", lambda *_: []):
            hits = memory.recall(question, 60)
        walked = sorted(hits, key=lambda hit: -hit.parts["walk"])[:HITS]
        best = set(sorted(mass, key=lambda id: -mass[id])[:HITS])
        overlap.append(len(best & {hit.passage.id for hit in walked}) / max(len(best), 1))
        own.append(recall_ms(memory, clock, question)[0])
    return {
        "whole_walk_ms_p50": percentile(exact, 50),
        "prpack_ms_p50": percentile(prpack, 50),
        "prpack_over_recall": round(float(np.median(prpack) / np.median(own)), 1),
        "top10_overlap": round(float(np.mean(overlap)), 4),
    }


def edits(memory: Memory) -> dict[str, float]:
    """Milliseconds of the first read after a commit, which takes it in, and of the recall that finds it."""
    taken, found = [], []
    memory.recall("What does anybody keep?", 3)
    for number in range(EDITS):
        name = f"Zorblat{number} {time.time_ns()}"
        ingest_readings(memory, [items_reading(name, name, [("", f"{name} keeps the lamp.")], name)])
        begin = time.perf_counter()
        memory.store.count(memory.view, schema.SENTENCE)
        taken.append((time.perf_counter() - begin) * 1000)
        ranking = memory.recall(f"What does {name} keep?", 3)
        found.append((time.perf_counter() - begin) * 1000)
        assert ranking[0].document.uri == name, "an edit was not in the next recall"
    return {"edit_taken_in_ms_p50": percentile(taken, 50), "edit_recall_ms_p50": percentile(found, 50)}


def _resident() -> dict[str, float]:
    """Megabytes of this process in memory, in all and without those of files, which the kernel may drop."""
    lines = Path("/proc/self/status").read_text().splitlines()
    told = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "RssAnon"))}
    return {name: round(int(told.get(name, 0)) / 1024) for name in ("VmRSS", "RssAnon")}


def alone(store: str, asked: Sequence[str]) -> dict[str, float]:
    """In a process of its own: seconds from opening to the first answer, and what is resident at the end."""
    clock = Stopwatch(SentenceEncoder())
    clock.encode(asked)
    before = _resident()
    begin = time.perf_counter()
    with Memory.open(store, embedder=clock, create=False) as memory:
        clock.seconds = 0.0
        memory.recall(asked[0], HITS)
        opened = time.perf_counter() - begin - clock.seconds
        for question in asked:
            memory.recall(question, HITS)
        after = _resident()
    return {
        "open_s": round(opened, 2),
        "rss_mb": after["VmRSS"],
        "rss_of_encoder_mb": before["VmRSS"],
        "rss_not_of_files_mb": after["RssAnon"],
    }


def tenant(
    store: str, single: str, clock: Stopwatch, asked: Sequence[str], others: Sequence[str]
) -> dict[str, float]:
    """A small namespace within a large store against the same alone: times in turns, and equal hits."""
    with ExitStack() as stack:
        memories = {
            name: stack.enter_context(
                Memory.open(url, embedder=clock, namespace=population.TENANTS, create=False)
            )
            for name, url in (("within", store), ("alone", single))
        }
        in_turns(memories, clock, others)
        times = in_turns(memories, clock, asked)
        hits = [[recall_ms(memory, clock, one)[1] for one in asked] for memory in memories.values()]
    equal = [first == other for first, other in zip(*hits, strict=True)]
    return {
        "tenant_ms_p50": percentile(times["within"], 50),
        "tenant_over_alone": round(float(np.median(times["within"]) / np.median(times["alone"])), 2),
        "tenant_equal_hits": round(float(np.mean(equal)), 3),
    }


@contextmanager
def opened(stores: Mapping[str, str], clock: Stopwatch, others: Sequence[str]) -> Iterator[dict[str, Memory]]:
    """Memories by size, each asked what others want to know."""
    with ExitStack() as stack:
        memories = {
            size: stack.enter_context(Memory.open(url, embedder=clock, create=False))
            for size, url in stores.items()
        }
        in_turns(memories, clock, others)
        yield memories


def measure(
    stores: Mapping[str, str], single: str, asked: Sequence[str], others: Sequence[str], *, compare: bool
) -> dict[str, dict[str, Any]]:
    """All figures by size; ``compare`` computes the walk on whole graphs too."""
    clock = Stopwatch(SentenceEncoder())
    found: dict[str, dict[str, Any]] = {size: {} for size in stores}
    with opened(stores, clock, others) as memories:  # arrays are made and kept here, where they were not
        times = in_turns(memories, clock, asked)
        first = next(iter(stores))
        for size, memory in memories.items():
            info = memory.store.info()
            found[size] = {
                "sentences": info.vectors,
                "records": sum(sum(of.values()) for of in info.records.values()),
                "recall_ms_p50": percentile(times[size], 50),
                "recall_ms_p95": percentile(times[size], 95),
                "over_first": round(float(np.median(times[size]) / np.median(times[first])), 2),
                "disk_bytes_a_sentence": round((info.bytes or 0) / info.vectors),
            }
    spawn = multiprocessing.get_context("spawn")
    for size, url in stores.items():
        with spawn.Pool(1) as pool:
            found[size] |= pool.apply(alone, (url, asked))
        found[size] |= tenant(url, single, clock, asked, others)
        with opened({size: url}, clock, others[:3]) as memories:
            if compare:
                found[size] |= whole(memories[size], clock, asked[:WHOLE])
            found[size] |= edits(memories[size])
        sys.stderr.write(f"{table({size: found[size]})}\n")
    return found


def stores_of(
    sizes: Sequence[int], folder: Path, data: Path, items: Sequence[Item]
) -> tuple[dict[str, str], str]:
    """Addresses of the populations by size, and of the tenant alone; made where they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder.resolve()}/"
    stores, single = {str(size): f"{url}population-{size}.db" for size in sizes}, f"{url}tenant.db"
    lacking = [size for size in sizes if population.sentences(stores[str(size)]) < size]
    if lacking or not population.sentences(single, population.TENANTS):
        first = population.lean_documents(population.read(f"{url}read.db", data))
        for size in lacking:
            population.fill(stores[str(size)], first, items, size)
        population.fill_tenant(single, first)
    return stores, single


def main(arguments: Sequence[str]) -> None:
    """Make what is not there, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curve", description=__doc__)
    parser.add_argument("--sentences", default="10000,100000", help="sizes, with commas between")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--keep", type=Path, required=True, help="folder for the stores, used again if there")
    parser.add_argument("--no-whole", action="store_true", help="leave out the walk on the whole graph")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    folder = options.data / "multihop"
    items = [item for file, _ in SETS.values() for item in corpus(folder / file)]
    asked, others = (
        [one.text for one in questions(folder / SETS[name][1], name, items)][:QUESTIONS]
        for name in ("2wiki", "musique")
    )
    sizes = [int(size) for size in options.sentences.split(",")]
    stores, single = stores_of(sizes, options.keep, options.data, items)
    found = measure(stores, single, asked, others, compare=not options.no_whole)
    if options.json:
        print(json.dumps({"benchmark": "curve", "bounds": BOUNDS, "sizes": found}))
    else:
        names = next(iter(found.values()))
        of = {name: {size: row[name] for size, row in found.items()} for name in names}
        print(table({name: {**row, "bound": BOUNDS.get(name, "")} for name, row in of.items()}))


if __name__ == "__main__":
    main(sys.argv[1:])
