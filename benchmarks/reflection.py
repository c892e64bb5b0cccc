"""What notes add to recall: ``python -m benchmarks.reflection``.

Each memory is asked, reflects, and is asked again: chats (LoCoMo), a year of a phone (LifeBench) and a book
(EpBench). What is different is tested by the paired bootstrap over questions.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.bootstrap import paired
from benchmarks.conversation import CATEGORIES
from benchmarks.datasets import DEFAULT_DATA
from benchmarks.kept import Kept, Place, Rankings, opened
from benchmarks.measures import recall_at, table
from graphmem.embedding import SentenceEncoder, encode_tokens
from graphmem.ingest.language import AUTOMATIC
from graphmem.reflection import KEYS
from graphmem.retrieval.asked import asked

SETS: Final = ("locomo", "lifebench", "epbench")
CUTS: Final = (5, 10)
_ALL: Final = 10**6  # questions; no set has as many


@contextmanager
def copied(folder: Path | None) -> Iterator[Path]:
    """A folder of its own with the filled memories of another: they get notes, and those stay as they are."""
    with tempfile.TemporaryDirectory() as scratch:
        for file in folder.glob("*.db") if folder else ():
            shutil.copy(file, scratch)
        yield Path(scratch)


def timed(kept: Kept) -> tuple[Rankings, float]:
    """What the memories rank, and milliseconds of a question, its encoding apart."""
    for question in kept.asked:
        encode_tokens(kept.memories[0].embedder, [asked(question.text)])
    begin = time.perf_counter()
    rankings = kept.rank()
    return rankings, round((time.perf_counter() - begin) * 1000 / len(kept.asked), 1)


def compared(kept: Kept, before: Rankings, after: Rankings, rows: Sequence[int]) -> dict[str, Any]:
    """Recall without and with notes of some of the questions, and by how much it is better for them."""
    found: dict[str, Any] = {"questions": len(rows)}
    for cut in CUTS:
        without, with_ = (
            [recall_at(rankings[row], kept.asked[row].gold, cut) for row in rows]
            for rankings in (before, after)
        )
        gain = paired(with_, without)
        found[f"recall@{cut}"] = round(sum(without) / len(rows), 4)
        found[f"with notes @{cut}"] = round(sum(with_) / len(rows), 4)
        found[f"gain@{cut}"] = [round(value, 4) for value in (gain.mean, gain.low, gain.high)]
    return found


def measure(name: str, kept: Kept) -> dict[str, Any]:
    """The figures of a set: overall and by category, with and without notes."""
    before, ms = timed(kept)
    begin = time.perf_counter()
    told = [memory.reflect(*KEYS) for memory in kept.memories]
    seconds = time.perf_counter() - begin
    after, ms_after = timed(kept)
    names = [CATEGORIES.get(one.category, one.category) for one in kept.asked]
    rows = {one: [row for row, own in enumerate(names) if own == one] for one in sorted(set(names))}
    return {
        "passages": sum(one.passages for one in told),
        "notes": sum(len(one.made) for one in told),
        **compared(kept, before, after, range(len(kept.asked))),
        "by": {one: compared(kept, before, after, own) for one, own in rows.items()},
        "reflection_s": round(seconds, 1),
        "query_ms": ms,
        "query_ms_with_notes": ms_after,
    }


def show(name: str, figures: Mapping[str, Any]) -> None:
    """A set's figures as a table."""
    print(
        f"{name}: {figures['questions']} questions, {figures['passages']} passages, {figures['notes']} notes"
        f" in {figures['reflection_s']} s; ms of a query {figures['query_ms']},"
        f" with notes {figures['query_ms_with_notes']}"
    )
    rows = {"all": figures, **figures["by"]}
    keys = ("questions", *(key for cut in CUTS for key in (f"recall@{cut}", f"with notes @{cut}")))
    print(
        table(
            {
                one: {
                    **{key: row[key] for key in keys},
                    **{
                        f"gain@{cut} (95%)": "{:+.4f} [{:+.4f}, {:+.4f}]".format(*row[f"gain@{cut}"])
                        for cut in CUTS
                    },
                }
                for one, row in rows.items()
            }
        )
    )


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reflection", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--keep", type=Path, help="folder with filled stores, of which copies are asked")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="which sets; all by default")
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    begin = time.perf_counter()
    found = {}
    with copied(options.keep) as folder:
        place = Place(options.data, folder, _ALL, options.pipeline)
        for name in options.sets:
            with opened([name], place, SentenceEncoder()) as sets:
                found[name] = measure(name, sets[name])
            if not options.json:
                show(name, found[name])
    seconds = round(time.perf_counter() - begin, 1)
    print(
        json.dumps({"benchmark": "reflection", "sets": found, "seconds": seconds})
        if options.json
        else f"{seconds} s"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
