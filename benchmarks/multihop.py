"""Recall of passages for multi-hop questions: ``python -m benchmarks.multihop``.

Every passage is a document of its own, ingested in an order drawn from its content, so that nothing
can use the order of the file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.baselines import Baselines
from benchmarks.datasets import DEFAULT_DATA, Asked, Item, corpus, questions
from benchmarks.measures import averages, percentile, table
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.identity import digest
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import ingest_readings
from graphmem.memory import Memory

CUTS: Final = (2, 5, 10)
SETS: Final = {
    "2wiki": ("2wikimultihopqa_corpus.json", "2wikimultihopqa_dev40.json"),
    "hotpot": ("hotpotqa_train_corpus.json", "hotpotqa_train.json"),
    "musique": ("musique_train_corpus.json", "musique_train.json"),
}


@dataclass(frozen=True, slots=True)
class Recalled:
    """What graphmem ranked, and how long each recall took in milliseconds."""

    rankings: list[list[str]]
    query_ms: list[float]


def fill(memory: Memory, items: Sequence[Item], pipeline: str = AUTOMATIC) -> None:
    """Ingest the passages, each as a document."""
    shuffled = sorted(items, key=lambda item: digest(item.uri))
    ingest_readings(memory, (item.reading() for item in shuffled), pipeline=pipeline)


def ask(memory: Memory, asked: Sequence[Asked], k: int) -> Recalled:
    """Rank documents for each question."""
    rankings, times = [], []
    memory.recall("warm up", 1)
    for question in asked:
        start = time.perf_counter()
        # A long article is several passages: each document counts once.
        ranking = memory.recall(question.text, 3 * k)
        times.append((time.perf_counter() - start) * 1000)
        rankings.append(list(dict.fromkeys(hit.document.uri for hit in ranking)))
    return Recalled(rankings, times)


def based(items: Sequence[Item], embedder: Embedder) -> Baselines:
    """The baselines over passages with their titles."""
    return Baselines([(item.uri, f"{item.title}\n{item.text}") for item in items], embedder)


def measure(
    items: Sequence[Item],
    asked: Sequence[Asked],
    store: str,
    embedder: Embedder,
    *,
    baselines: bool = True,
    pipeline: str = AUTOMATIC,
) -> dict[str, Any]:
    """All figures of one set, on the store at a URL (which should be empty)."""
    start = time.perf_counter()
    with Memory.open(store, embedder=embedder) as memory:
        if not memory.store.head():
            fill(memory, items, pipeline)
        ingest_s = time.perf_counter() - start
        recalled = ask(memory, asked, max(CUTS))
    figures: dict[str, Any] = {
        "passages": len(items),
        "questions": len(asked),
        **averages(recalled.rankings, asked, CUTS, all_gold=8),
        "query_ms_p50": percentile(recalled.query_ms, 50),
        "query_ms_p95": percentile(recalled.query_ms, 95),
        "ingest_s": round(ingest_s, 1),
    }
    if baselines:
        base = based(items, embedder)
        ranked = [base.rankings(question.text) for question in asked]
        figures["baselines"] = {
            name: averages([r[name] for r in ranked], asked, CUTS, all_gold=8) for name in ranked[0]
        }
    figures["seconds"] = round(time.perf_counter() - start, 1)
    return figures


def measure_set(
    corpus_file: Path,
    questions_file: Path,
    form: str,
    *,
    limit: int | None = None,
    store: str = "",
    baselines: bool = True,
    pipeline: str = AUTOMATIC,
) -> dict[str, Any]:
    """All figures of the set in these files, on a store of its own unless one is named."""
    items = corpus(corpus_file)
    asked = questions(questions_file, form, items)
    if limit is not None:
        items = items[:limit]
        there = {item.uri for item in items}
        asked = [question for question in asked if question.gold <= there]
    with tempfile.TemporaryDirectory() as folder:
        url = store or f"sqlite:///{folder}/multihop.db"
        return measure(items, asked, url, SentenceEncoder(), baselines=baselines, pipeline=pipeline)


def show(name: str, figures: dict[str, Any]) -> None:
    """A set's figures as a table."""
    own = {key: figures[key] for key in ("recall@2", "recall@5", "recall@10", "all_gold@8")}
    print(f"{name}: {figures['passages']} passages, {figures['questions']} questions, {figures['seconds']} s")
    print(table({"graphmem": own, **figures.get("baselines", {})}))
    print(f"query ms p50 {figures['query_ms_p50']}, p95 {figures['query_ms_p95']}\n")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.multihop", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--set", choices=SETS, action="append", help="only this set of the folder")
    parser.add_argument("--corpus", type=Path, help="passages of another set")
    parser.add_argument("--questions", type=Path, help="questions of another set")
    parser.add_argument("--format", choices=SETS, default="musique", help="the form of those files")
    parser.add_argument("--limit-passages", type=int, help="the first so many passages only")
    parser.add_argument(
        "--store", default="", help="store URL; an SQLite file in a temporary folder if absent"
    )
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    if (options.corpus is None) != (options.questions is None):
        parser.error("--corpus and --questions go together")
    if options.store and not options.corpus and len(set(options.set or SETS)) > 1:
        parser.error("--store takes one set: name it with --set")
    return options


def main(arguments: Sequence[str]) -> None:
    """Measure the set that is named, or all of the folder, and print."""
    options = parse(arguments)
    if options.corpus:
        files = {options.corpus.stem: (options.corpus, options.questions, options.format)}
    else:
        folder = options.data / "multihop"
        files = {name: (folder / SETS[name][0], folder / SETS[name][1], name) for name in options.set or SETS}
    results = {}
    for name, (passages, asked, form) in files.items():
        results[name] = measure_set(
            passages,
            asked,
            form,
            limit=options.limit_passages,
            store=options.store,
            pipeline=options.pipeline,
        )
        if not options.json:
            show(name, results[name])
    mean = {k: round(sum(r[k] for r in results.values()) / len(results), 4) for k in ("recall@2", "recall@5")}
    if options.json:
        print(json.dumps({"benchmark": "multihop", "mean": mean, "sets": results}))
    else:
        print(f"mean of {len(results)}: recall@2 {mean['recall@2']}, recall@5 {mean['recall@5']}")


if __name__ == "__main__":
    main(sys.argv[1:])
