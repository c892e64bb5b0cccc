"""Many processes on one store: ``python -m benchmarks.writers --store URL --seconds 60``.

Writers ingest small documents and forget them, replace the same few documents, and count in them: each
reads a number, adds one and writes it, again where another was first. Readers recall, scan, and look for
what is torn. At the end the log must hold each commit that was acknowledged once and no other, each number
must be that of its successful increments, and ``verify`` must find nothing. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.synchronize import Barrier
from typing import Any, Final

from graphmem import schema
from graphmem.edits import document_records
from graphmem.errors import Conflict, GraphMemError, StoreBusy
from graphmem.ingest import ingest_sources
from graphmem.ingest.sources import Source
from graphmem.memory import Memory
from graphmem.retrying import retrying
from graphmem.testing import HashEmbedder
from graphmem.types import Change, Commit, Record, Vectors

COUNTERS: Final = 3
SHARED: Final = 4
PEOPLE: Final = ("Ada Byron", "Charles Babbage", "Mary Somerville", "Luigi Menabrea")
PLACES: Final = ("London", "Turin", "Bergen", "Paris")


class Noting(Memory):
    """A memory that notes the commits that it was told are made."""

    made: list[str]

    def write(
        self,
        changes: Sequence[Change],
        message: str,
        *,
        author: str | None = None,
        vectors: Vectors | None = None,
        run: str = "",
    ) -> Commit:
        """As a memory's."""
        commit = super().write(changes, message, author=author, vectors=vectors, run=run)
        self.made.append(commit.id)
        return commit


@dataclass
class Work:
    """What one process did: commits, increments by counter, acts and refusals; and what must not be."""

    made: list[str] = field(default_factory=list)
    counted: Counter[int] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    """How many processes, and for how long: seconds, or rounds of each."""

    url: str
    writers: int = 8
    readers: int = 8
    seconds: float = 0.0
    rounds: int = 0

    def turns(self) -> Iterator[int]:
        """The rounds of one process."""
        end = time.monotonic() + self.seconds
        turn = 0
        while turn < self.rounds or (not self.rounds and time.monotonic() < end):
            yield turn
            turn += 1


def _put(memory: Memory, uri: str, text: str) -> None:
    report = ingest_sources(memory, [Source(uri, ".md", data=text.encode())], pipeline=None)
    assert not report.failed, report


def _letter(number: int, turn: int) -> str:
    one, other = PEOPLE[(number + turn) % 4], PEOPLE[(number * 3 + turn // 4) % 4]
    return f"# Letter {number}\n\n{one} wrote letter {turn} to {other} from {PLACES[turn % 4]}.\n"


def _counter(number: int) -> str:
    return f"counter-{number}.md"


def _sentence(memory: Memory, uri: str) -> tuple[Record, Record]:
    """The passage and the sentence of a counter, read at one moment."""
    parts = document_records(memory.store, memory.view, memory.document(uri).id)
    passage = next(one for one in parts if one.kind == schema.PASSAGE)
    sentence = next(one for one in parts if one.kind == schema.SENTENCE)
    return passage, sentence


def _count(memory: Memory, number: int) -> None:
    """Add one to the number in a document's text."""
    passage, sentence = _sentence(memory, _counter(number))
    value = f"{int(sentence.body['text'].split()[-1].rstrip('.')) + 1:09}"
    changes = []
    for record in (passage, sentence):
        text = record.body["text"][:-10] + f"{value}."
        changes.append(Change(record, replace(record, body={**record.body, "text": text})))
    memory.write(changes, f"count {value}")


def _write_turn(memory: Memory, work: Work, number: int, turn: int) -> None:
    own = f"own-{number}-{turn}.md"
    acts: dict[str, Callable[[], object]] = {
        "ingest": lambda: _put(memory, own, _letter(number, turn)),
        "count": lambda: _count(memory, turn % COUNTERS),
        "replace": lambda: _put(memory, f"shared-{turn % SHARED}.md", _letter(number, turn)),
        "forget": lambda: memory.forget(own),
    }
    if turn % 3 == 0:
        del acts["forget"]  # some stay
    for name, act in acts.items():

        def tried(act: Callable[[], object] = act, name: str = name) -> None:
            try:
                act()
            except (Conflict, StoreBusy) as error:
                work.acts[type(error).__name__] += 1
                raise

        retrying(tried, attempts=1000)
        work.acts[name] += 1
        if name == "count":
            work.counted[turn % COUNTERS] += 1


def _read_turn(memory: Memory, work: Work, turn: int) -> None:
    memory.recall(f"Who wrote letter {turn} to {PEOPLE[turn % 4]} from {PLACES[turn % 4]}?", 5)
    work.acts["recall"] += 1
    work.acts["scanned"] += sum(1 for _ in memory.store.scan(memory.view, schema.SENTENCE))
    uri = _counter(turn % COUNTERS)
    parts = document_records(memory.store, memory.view, memory.document(uri).id)
    texts = {one.body["text"] for one in parts if one.kind in (schema.PASSAGE, schema.SENTENCE)}
    if len(texts) != 1:
        work.errors.append(f"{uri} was read half written: {sorted(texts)}")


def _process(load: Load, number: int, reads: bool, ready: Barrier, done: Any) -> None:
    work = Work()
    try:
        with Noting.open(load.url, author=f"process-{number}", embedder=HashEmbedder()) as memory:
            memory.made = work.made
            ready.wait(120)
            for turn in load.turns():
                if reads:
                    retrying(lambda turn=turn: _read_turn(memory, work, turn))  # type: ignore[misc]
                else:
                    _write_turn(memory, work, number, turn)
    except (GraphMemError, AssertionError, LookupError, ValueError, OSError) as error:
        work.errors.append(f"process {number}: {type(error).__name__}: {error}")
    done.put((reads, work))


def run(load: Load) -> tuple[list[str], dict[str, Any]]:
    """Fill the store, let all loose, and say what is wrong at the end, with the figures."""
    with Noting.open(load.url, embedder=HashEmbedder()) as memory:
        memory.made = setup = list[str]()
        for number in range(COUNTERS):
            _put(memory, _counter(number), "It stands at 000000000.\n")
        for number in range(SHARED):
            _put(memory, f"shared-{number}.md", _letter(0, number))
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(load.writers + load.readers), context.Queue()
    arguments = [(load, n, n >= load.writers, ready, done) for n in range(load.writers + load.readers)]
    processes = [context.Process(target=_process, args=given) for given in arguments]
    for process in processes:
        process.start()
    works = [done.get(timeout=load.seconds + 600) for _ in processes]
    for process in processes:
        process.join()
    made = [*setup, *(id for _, work in works for id in work.made)]
    acts: Counter[str] = Counter()
    counted: Counter[int] = Counter()
    for _, work in works:
        acts.update(work.acts)
        counted.update(work.counted)
    wrong = [error for _, work in works for error in work.errors]
    with Memory.open(load.url, embedder=HashEmbedder()) as memory:
        wrong += _wrong(memory, made, counted)
        figures = {"writers": load.writers, "readers": load.readers, "commits": memory.store.head()}
    return wrong, {**figures, **dict(sorted(acts.items())), "wrong": len(wrong)}


def _wrong(memory: Memory, made: Sequence[str], counted: Counter[int]) -> Iterator[str]:
    """What must not be, once all are done."""
    logged = [commit.id for commit in memory.history()]
    yield from (f"commit {id} was acknowledged and is lost" for id in set(made) - set(logged))
    yield from (f"commit {id} is nobody's" for id in set(logged) - set(made))
    yield from (f"commit {id} is there twice" for id, n in Counter(logged).items() if n > 1)
    for number in range(COUNTERS):
        _, sentence = _sentence(memory, _counter(number))
        value = int(sentence.body["text"].split()[-1].rstrip("."))
        if value != counted[number]:
            yield f"counter {number} stands at {value}, {counted[number]} increments were acknowledged"
    yield from map(str, memory.verify())


def main(arguments: Sequence[str]) -> None:
    """Run and print; exit code 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writers", description=__doc__)
    parser.add_argument(
        "--store", default="", help="URL of an empty store; a temporary SQLite file if absent"
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        url = options.store or f"sqlite:///{temporary}/writers.db"
        wrong, figures = run(Load(url, options.writers, options.readers, options.seconds))
    if options.json:
        print(json.dumps({"benchmark": "writers", **figures, "faults": wrong[:20]}))
    else:
        print(", ".join(f"{name} {value}" for name, value in figures.items()))
        for one in wrong[:20]:
            print(f"wrong: {one}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
