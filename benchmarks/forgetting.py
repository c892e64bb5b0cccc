"""That forgetting every source leaves nothing: ``python -m benchmarks.forgetting``.

Chats (LoCoMo's form) and a year of one person's records (LifeBench's form) are ingested in order, each chat
and each record a document. Every chat comes twice, first half of its sessions, then the whole, so that what
is forgotten had been replaced before. Then all are forgotten one by one in random order, and what is left is
counted: records of every kind, derived ones too, edges, vectors and keyword rows. All must be zero.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.datasets import DEFAULT_DATA, Chat, chats, load, missing
from benchmarks.measures import percentile
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.ingest import ingest_readings, ingest_sources
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.sources import Source
from graphmem.memory import Memory
from graphmem.testing import HashEmbedder

SEED: Final = 20240501
RECORDS: Final = 400
_MOMENTS: Final = ("datetime", "date", "start_time")
_TABLES: Final = {
    "record": "records",
    "edge": "edges",
    "degree": "counted ends of edges",
    "vector": "vectors",
    "word_docsize": "keyword rows",
    "temp.term": "keywords",
}


def life(folder: Path, limit: int) -> list[Source]:
    """The first records of a life in order of time, each a source of its own."""
    if not (folder / "phone_data").is_dir():
        missing(folder / "phone_data")
    rows = [
        (next((str(row[key]) for key in _MOMENTS if row.get(key)), ""), f"{file.stem}/{number}.json", row)
        for file in sorted((folder / "phone_data").glob("*.json"))
        for number, row in enumerate(load(file))
    ]
    rows = sorted((row for row in rows if row[0]), key=lambda row: row[:2])[:limit]
    return [Source(uri, ".json", data=json.dumps([row]).encode()) for _, uri, row in rows]


def half(chat: Chat) -> Chat:
    """The chat as it was when half of its sessions were over."""
    sessions = list(dict.fromkeys(turn.session for turn in chat.turns))
    early = set(sessions[: max(1, len(sessions) // 2)])
    return replace(chat, turns=tuple(turn for turn in chat.turns if turn.session in early))


def fill(memory: Memory, found: Iterable[Chat], records: Iterable[Source], pipeline: str) -> dict[str, int]:
    """Ingest everything; how many documents came and were replaced."""
    read = list(found)
    first = ingest_readings(memory, [half(chat).reading() for chat in read], pipeline=pipeline)
    whole = ingest_readings(memory, [chat.reading() for chat in read], pipeline=pipeline)
    sources = ingest_sources(memory, records, pipeline=pipeline)
    return {
        "documents": first.added + whole.added + sources.added,
        "replaced": whole.replaced + sources.replaced,
        "failed": first.failed + whole.failed + sources.failed,
    }


def left(path: Path, memory: Memory) -> dict[str, int]:
    """How much a store holds: rows of its tables, and records by kind."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.term USING fts5vocab(main, word, row)")
        rows = {
            name: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table, name in _TABLES.items()
        }
    return rows | dict(memory.store.info().records.get(memory.namespace, {}))


def measure(
    found: Sequence[Chat], records: Sequence[Source], embedder: Embedder, pipeline: str = AUTOMATIC
) -> dict[str, Any]:
    """All figures; ``left`` counts what is there after everything was forgotten."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forgetting.db"
        with Memory.open(f"sqlite:///{path}", embedder=embedder) as memory:
            figures: dict[str, Any] = fill(memory, found, records, pipeline)
            ingested = time.perf_counter()
            held = left(path, memory)
            ids = sorted(document.id for document in memory.documents())
            Random(SEED).shuffle(ids)
            times = []
            for id in ids:
                start = time.perf_counter()
                memory.forget(id)
                times.append((time.perf_counter() - start) * 1000)
            return figures | {
                "commits": memory.store.head(),
                "ingest_s": round(ingested - begin, 1),
                "forget_ms_p50": percentile(times, 50),
                "forget_ms_p95": percentile(times, 95),
                "held": held,
                "left": {kind: count for kind, count in left(path, memory).items() if count},
                "unsound": memory.store.check(),
            }


def main(arguments: Sequence[str]) -> int:
    """Measure and print; exit code 1 if anything is left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forgetting", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--chats", type=Path, help="chats in LoCoMo's form")
    parser.add_argument("--life", type=Path, help="folder in LifeBench's form")
    parser.add_argument("--limit", type=int, default=RECORDS, help="the first so many records of the life")
    parser.add_argument("--fast", action="store_true", help="vectors of hashes: for the proof alone")
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    found = chats(options.chats or options.data / "conversation" / "locomo_dev5.json")
    records = life(options.life or options.data / "episodic" / "lifebench_lumingqiang", options.limit)
    embedder: Embedder = HashEmbedder() if options.fast else SentenceEncoder()
    figures = measure(found, records, embedder, options.pipeline)
    if options.json:
        print(json.dumps({"benchmark": "forgetting", "records": len(records), **figures}))
        return 1 if figures["left"] or figures["unsound"] else 0
    print(
        f"{figures['documents']} documents, {figures['replaced']} replaced, {figures['failed']} failed;"
        f" {figures['commits']} commits; ingest {figures['ingest_s']} s"
    )
    print("held: " + ", ".join(f"{count:,} {kind}" for kind, count in figures["held"].items() if count))
    print("left: " + (", ".join(f"{n:,} {kind}" for kind, n in figures["left"].items()) or "nothing"))
    print(f"forget ms p50 {figures['forget_ms_p50']}, p95 {figures['forget_ms_p95']}")
    for problem in figures["unsound"]:
        print(f"unsound: {problem}")
    return 1 if figures["left"] or figures["unsound"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
