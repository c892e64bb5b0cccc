"""What each constant of recall is worth: ``python -m benchmarks.sensitivity --keep FOLDER``.

Each constant of ``graphmem.retrieval.constants`` is halved and doubled, each retriever is taken out, and the
same questions are asked again: recall at 5 of multi-hop passages, at 10 of turns and events. A paired
bootstrap over the questions tells which differences are real, those to the baselines too.

What is done is kept in the folder, with the filled memories, so that a run that was stopped goes on; lines of
other constants are of another file. Where the code of recall has changed, take the lines away.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, nullcontext
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from benchmarks.bootstrap import CONFIDENCE, RESAMPLES, paired
from benchmarks.datasets import DEFAULT_DATA
from benchmarks.kept import Kept, Place, opened
from benchmarks.measures import table
from benchmarks.settings import AS_IT_IS, EVERY, FACTORS, TOUCHED, WITHOUT, Setting, applied, parts, steered
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.identity import digest
from graphmem.ingest.language import AUTOMATIC

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "multi-hop": ("2wiki", "hotpot", "musique"),
    "LoCoMo": ("locomo",),
    "EpBench": ("epbench",),
    "LifeBench": ("lifebench",),
}
BASELINES: Final = "baselines"
MOST: Final = 200
Task = tuple[str, str]
"""The name of a setting, or BASELINES, and of a set."""
Done = dict[Task, list[float]]
"""Recall of each question."""


def settings() -> dict[str, Setting]:
    """All settings by name, those first that tell most."""
    return {one.name: one for one in (AS_IT_IS, *WITHOUT, *steered())}


# --- asking ---------------------------------------------------------------------------------


def answered(task: Task, sets: Mapping[str, Kept]) -> Done:
    """The recall of a set's questions under a setting, or by each baseline."""
    name, kept = task[0], sets[task[1]]
    if name == BASELINES:
        return {(f"{BASELINES}: {one}", task[1]): kept.recall(r) for one, r in kept.based().items()}
    setting = settings()[name]
    with applied(setting), kept.blind() if setting.blind else nullcontext():
        return {task: kept.recall(kept.rank())}


class Worker:
    """Sets that a process of its own has opened, and what it answers."""

    sets: Mapping[str, Kept]
    there: Final = ExitStack()
    """What stays open until the process ends."""

    @classmethod
    def open(cls, names: Sequence[str], place: Place, encoder: Callable[[], Embedder]) -> None:
        """Open the sets."""
        cls.sets = cls.there.enter_context(opened(names, place, encoder()))

    @classmethod
    def answered(cls, task: Task) -> Done:
        """See ``answered``."""
        return answered(task, cls.sets)


def run(
    tasks: Sequence[Task], place: Place, encoder: Callable[[], Embedder], processes: int = 1
) -> Iterator[Done]:
    """What each task found, in their order. The memories are filled first, by one process."""
    names = [name for name in EVERY if name in {of for _, of in tasks}]
    if not names:
        return
    with opened(names, place, encoder()) as sets:
        if processes == 1:
            gc.freeze()  # what was opened stays: a fifth less time with LifeBench
            yield from (answered(task, sets) for task in tasks)
            return
    start = get_context("spawn")
    with ProcessPoolExecutor(processes, start, Worker.open, (names, place, encoder)) as pool:
        yield from pool.map(Worker.answered, tasks)


def done(file: Path) -> Done:
    """What a file of lines tells; a last line that was not written to its end tells nothing."""
    found: Done = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[row["setting"], row["set"]] = row["recall"]
    return found


def measure(
    names: Sequence[str], place: Place, encoder: Callable[[], Embedder], processes: int = 1
) -> dict[str, Any]:
    """All figures of these sets; what is not in the kept file is asked, and written there.

    With no process nothing is asked: the figures are of what is there.
    """
    place.keep.mkdir(parents=True, exist_ok=True)
    file = place.keep / f"sensitivity-{digest(json.dumps([parts(), place.most]))[:12]}.jsonl"
    there = done(file)
    based = {of for name, of in there if name.startswith(BASELINES)}
    tasks = [(AS_IT_IS.name, of) for of in names] + [(BASELINES, of) for of in names if of not in based]
    tasks += [(one.name, of) for one in settings().values() for of in one.sets if of in names]
    left = [task for task in dict.fromkeys(tasks) if task not in there] if processes else []
    if not left:
        return figures(there, names)
    with file.open("a", encoding="utf-8") as lines:
        lines.write("\n" if there else "")  # after a line that was cut
        for number, found in enumerate(run(left, place, encoder, processes), 1):
            for (name, of), values in found.items():
                lines.write(json.dumps({"setting": name, "set": of, "recall": values}) + "\n")
            lines.flush()
            there |= found
            sys.stderr.write(f"\r{number} of {len(left)}: {', '.join(left[number - 1])}  \033[K")
    return figures(there, names)


# --- figures --------------------------------------------------------------------------------


def compared(there: Done, one: str, other: str, sets: Sequence[str]) -> dict[str, Any]:
    """The mean of a setting over the questions of sets, and how it differs from another."""
    mine, theirs = ([value for of in sets for value in there[name, of]] for name in (one, other))
    found = paired(mine, theirs)
    interval = [round(found.low, 4), round(found.high, 4)]
    return {
        "recall": _mean(mine),
        "difference": round(found.mean, 4),
        "interval": interval,
        "real": found.real,
    }


def figures(there: Done, names: Sequence[str]) -> dict[str, Any]:
    """Each setting against the constants as they are, and these against the baselines, by column.

    What was not asked of all sets of a column is left out.
    """
    every = settings()
    columns = {column: [of for of in sets if of in names] for column, sets in COLUMNS.items()}
    columns = {c: s for c, s in columns.items() if s and all((AS_IT_IS.name, of) in there for of in s)}

    def row(name: str) -> dict[str, Any]:
        own = {c: s for c, s in columns.items() if all((name, of) in there for of in s)}
        return {column: compared(there, name, AS_IT_IS.name, sets) for column, sets in own.items()}

    def steps(name: str, value: float) -> dict[str, Any]:
        keys = {word: f"{name} {word}" for word in FACTORS if f"{name} {word}" in every}
        found = {word: {"value": every[key].constants[name], **row(key)} for word, key in keys.items()}
        return {"value": value, **found}

    asked = {column: [v for of in sets for v in there[AS_IT_IS.name, of]] for column, sets in columns.items()}
    return {
        "columns": {
            column: {"sets": columns[column], "questions": len(own), "recall": _mean(own)}
            for column, own in asked.items()
        },
        "baselines": {
            of: {
                name.partition(": ")[2]: compared(there, AS_IT_IS.name, name, [of])
                for name, own in there
                if own == of and name.startswith(BASELINES)
            }
            for sets in columns.values()
            for of in sets
        },
        "without": {one.name.partition(" ")[2]: row(one.name) for one in WITHOUT},
        "constants": {
            part: {name: steps(name, value) for name, value in own.items()}
            for part, own in parts().items()
            if TOUCHED[part]
        },
    }


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)


def show(run: Mapping[str, Any]) -> None:
    """What differs for real."""
    for column, own in run["columns"].items():
        print(f"{column}: {own['questions']} questions, recall {own['recall']}")
    rows: dict[str, Mapping[str, Any]] = {}
    for of, own in run["baselines"].items():
        rows |= {f"{of}, graphmem less {name}": row for name, row in own.items()}
    for name, own in run["without"].items():
        rows |= {f"{column}, without {name}": row for column, row in own.items()}
    for own in run["constants"].values():
        for name, steps in own.items():
            for word in FACTORS.keys() & steps.keys():
                cells = {column: row for column, row in steps[word].items() if column != "value"}
                rows |= {f"{column}, {name} {word}": row for column, row in cells.items()}
    real = {name: row for name, row in rows.items() if row["real"]}
    if real:
        cells = {n: (row["difference"], *row["interval"]) for n, row in sorted(real.items())}
        print(
            table({n: dict(zip(("difference", "from", "to"), own, strict=True)) for n, own in cells.items()})
        )
    print(f"{len(real)} of {len(rows)} differences are real, {CONFIDENCE:.0%} sure, {RESAMPLES} resamples")


def main(arguments: Sequence[str]) -> None:
    """Measure what is not measured yet, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sensitivity", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument(
        "--keep", type=Path, required=True, help="folder of filled memories and of what is done"
    )
    parser.add_argument("--set", choices=EVERY, action="append", help="only this set")
    parser.add_argument("--most", type=int, default=MOST, help="questions of a set; of events a third")
    parser.add_argument(
        "--processes", type=int, default=1, help="that ask side by side; 0 tells what is done"
    )
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    place = Place(options.data, options.keep, options.most, options.pipeline)
    names = [name for name in EVERY if name in (options.set or EVERY)]
    run = measure(names, place, SentenceEncoder, options.processes)
    if options.json:
        print(json.dumps({"benchmark": "sensitivity", **run}))
    else:
        show(run)


if __name__ == "__main__":
    main(sys.argv[1:])
