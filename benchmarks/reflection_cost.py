"""What reflecting on one new day costs, whatever is there: ``python -m benchmarks.reflection_cost``.

LifeBench's year is lived again and again, each year under fresh names and dates, until there are so many
records. All of them are reflected on, and the memory is opened again, as by a job at night; then single days
are added to a small and to a large memory in turns, and the time is taken that each reflector needs for the
day: processor time, so that what else runs on a machine plays no part. Encoding is left out: a hash of the
words stands in for the model, the same in both, and what notes cost to be encoded depends on how many change.

Beside the sum of the reflectors stands all of ``Memory.reflect``: what it finds to be new, and its commit.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.datasets import DEFAULT_DATA, Item
from benchmarks.episodic import SETS
from benchmarks.library import names_of, renamed
from benchmarks.measures import table
from graphmem import schema
from graphmem.ingest import ingest_readings
from graphmem.ingest.readers import Turn, turns_reading
from graphmem.ingest.reading import Reading
from graphmem.memory import Memory
from graphmem.reflection import REFLECTORS
from graphmem.testing import HashEmbedder

SIZES: Final = (1_000, 100_000)
DAYS: Final = 10
BOUND: Final = 1.5
LATER: Final = 400  # years, after all that any memory holds: its days are the new ones
DIMENSION: Final = 384
AT_ONCE: Final = 100  # days of an ingest,
A_DAY: Final = 40  # of about so many records at most
WHOLE: Final = "with commit"

Day = list[Turn]


def year(data: Path) -> tuple[list[Day], frozenset[str]]:
    """The records of a year by day, each under the heading of its kind, and the words that are names."""
    folder, of_folder = SETS["lifebench"]
    days: dict[str, Day] = defaultdict(list)
    texts = []
    for document in of_folder(data / "episodic" / folder).documents:
        reading = document.reading
        for block in reading.blocks:
            if block.at is not None:
                text = reading.text[block.start : block.end]
                texts.append(Item(reading.uri, "", text))
                who = block.speaker or reading.title
                days[block.at.date().isoformat()].append(Turn(who, text, block.at, reading.uri))
    return [days[one] for one in sorted(days)], names_of(texts)


def lived(days: Sequence[Day], names: frozenset[str], first: int = 0) -> Iterator[Reading]:
    """The days, year after year, each a source of its own; from the second year on under other names."""
    for number in count(first):
        shift = timedelta(days=366 * number)
        for day in days:
            turns = [
                Turn(
                    renamed(one.speaker, names, number) if number else one.speaker,
                    renamed(one.text, names, number) if number else one.text,
                    one.at + shift if one.at else None,
                    one.heading,
                )
                for one in day
            ]
            assert turns[0].at is not None
            uri = f"{turns[0].at.date().isoformat()}.json"
            yield turns_reading(uri, uri, turns, uri)


def filled(file: Path, readings: Iterator[Reading], records: int) -> None:
    """Live so many records, in a memory at a path, and reflect on them."""
    with Memory.open(f"sqlite:///{file}", embedder=HashEmbedder(DIMENSION)) as memory:
        there = 0
        while there < records:
            lacking = min(max((records - there) // A_DAY, 1), AT_ONCE)
            block = [next(readings) for _ in range(lacking)]
            ingest_readings(memory, block, pipeline=None)
            there = memory.store.count(memory.view, schema.PASSAGE)
            sys.stderr.write(f"\r{there:,} of {records:,} records ")
        begin = time.process_time()
        memory.reflect()
        sys.stderr.write(f"\n{there:,} records reflected on in {time.process_time() - begin:.0f} seconds\n")


def lives(file: Path, readings: Iterator[Reading], records: int, keep: Path | None) -> Memory:
    """A memory of so many records, reflected on; it is made once, if there is a folder to keep it in."""
    kept = keep / file.name if keep else None
    if kept and kept.exists():
        shutil.copy(kept, file)
    else:
        filled(file, readings, records)
    if kept and not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        half = kept.with_suffix(".part")
        shutil.copy(file, half)
        half.rename(kept)
    return Memory.open(f"sqlite:///{file}", embedder=HashEmbedder(DIMENSION))


def one_day(memory: Memory, readings: Iterator[Reading]) -> dict[str, float]:
    """Milliseconds of each reflector for one new day."""
    before = memory.store.head()
    ingest_readings(memory, [next(readings)], pipeline=None)
    changes = (change for commit in memory.store.commits(memory.view, before) for change in commit.changes)
    new = [change.id for change in changes if change.record.kind == schema.PASSAGE]
    told = {"records": float(len(new))}
    memory.recall("warm up", 1)  # arrays take the commit in: that is recall's cost, not reflection's
    now = datetime.now(timezone.utc)
    for name in REFLECTORS:
        make = partial(REFLECTORS[name].make, memory.store, memory.view, memory.namespace, new, now)
        told[name] = milliseconds(lambda make=make: list(make()))  # type: ignore[misc]
    told[WHOLE] = milliseconds(lambda: memory.reflect())
    return told


def milliseconds(run: Callable[[], object]) -> float:
    """Of processor time."""
    begin = time.process_time()
    run()
    return (time.process_time() - begin) * 1000


def measure(data: Path, sizes: Sequence[int], folder: Path, keep: Path | None) -> dict[str, dict[str, Any]]:
    """Milliseconds a new record of each size, by reflector, and what the largest costs over the smallest."""
    days, names = year(data)
    told: dict[int, list[Mapping[str, float]]] = {size: [] for size in sizes}
    with ExitStack() as stack:
        led = {}
        for size in sizes:
            memory = lives(folder.resolve() / f"{size}.db", lived(days, names), size, keep)
            led[size] = stack.enter_context(memory), lived(days, names, LATER)  # the same days for all
            one_day(*led[size])  # reads what it was opened for
        for _ in range(DAYS):
            for size, (memory, readings) in led.items():
                told[size].append(one_day(memory, readings))
    rows: dict[str, dict[str, Any]] = {}
    for name in (*REFLECTORS, "all", WHOLE):
        of = tuple(REFLECTORS) if name == "all" else (name,)
        each = {
            size: float(np.median([sum(day[one] for one in of) / day["records"] for day in found]))
            for size, found in told.items()
        }
        rows[name] = {f"{size:,}": round(value, 2) for size, value in each.items()}
        rows[name]["ratio"] = round(each[sizes[-1]] / each[sizes[0]], 2)
        rows[name]["bound"] = f"<= {BOUND}" if name in ("all", WHOLE) else ""
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reflection_cost", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--records", default=",".join(map(str, SIZES)), help="sizes, with a comma between")
    parser.add_argument("--keep", type=Path, help="folder of the memories, used again")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args()
    begin = time.perf_counter()
    sizes = [int(size) for size in options.records.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(options.data, sizes, Path(folder), options.keep)
    seconds = round(time.perf_counter() - begin)
    if options.json:
        print(json.dumps({"benchmark": "reflection_cost", "seconds": seconds, "rows": rows}))
    else:
        print(f"milliseconds a new record, by records that are there; {DAYS} days, {seconds} seconds")
        print(table(rows))


if __name__ == "__main__":
    main()
