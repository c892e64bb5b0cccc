"""What recurs in a calendar: ``python -m benchmarks.routines [--data DIR] [--json]``.

A calendar of one person's year (LifeBench) goes in as a user would give it, and the routines that the memory
makes of it are compared with marks. The data says nowhere what recurs: the marks, in ``routines_marks.toml``,
are ours, made by reading all its records before there was a detector; that file says by which rule, and of
each group which records say themselves that they recur ("said") and which were only seen to ("seen"). A
record is found if it is a day of any routine. The likenesses at which the detector joins records were chosen
on this same calendar, as there is no other: for another one these figures are an upper bound.

A rhythm is right if the routine that has most of a marked group's records comes as often as their words say
("period"), and on the same days ("days"). Baselines in the same run: titles that stand there again on
another day; words of titles whose days have a period between 2 and 31 days (Rayleigh's test, one in twenty
by chance); all records.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.datasets import DEFAULT_DATA, load, missing
from benchmarks.measures import table
from graphmem import schema
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.identity import fold
from graphmem.ingest import ingest_sources
from graphmem.ingest.sources import expand
from graphmem.memory import Memory
from graphmem.notes import Note
from graphmem.reflection.alike import terms
from graphmem.reflection.routines import routines
from graphmem.reflection.rule import read_rule

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MARKS: Final = Path(__file__).with_name("routines_marks.toml")
FOLDER: Final = "lifebench_lumingqiang"
LEAST: Final = 3
"""Days that a word of titles has at least, for a baseline to look for their period."""
PERIODS: Final = range(2, 32)
CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Marked:
    """A group of records that recur, by number, and how often their words say that they do."""

    name: str
    rule: str
    said: frozenset[int]
    seen: frozenset[int]

    @property
    def records(self) -> frozenset[int]:
        """All of them."""
        return self.said | self.seen


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the calendar."""

    number: int
    title: str
    at: datetime


def marked(file: Path = MARKS) -> list[Marked]:
    """The marks."""
    return [
        Marked(
            one["name"],
            one.get("rule", ""),
            frozenset(one.get("said", ())),
            frozenset(one.get("seen", ())),
        )
        for one in tomllib.loads(file.read_text("utf-8"))["series"]
    ]


def year(data: Path) -> Path:
    """The calendar of LifeBench's year in the folder of the datasets."""
    return data / "episodic" / FOLDER / "phone_data" / "calendar.json"


def calendar(file: Path) -> list[Row]:
    """The records in their order."""
    rows = load(file if file.exists() else missing(file))
    return [Row(row["phone_id"], row["title"], datetime.fromisoformat(row["start_time"])) for row in rows]


def figures(found: Collection[int], gold: Collection[int]) -> dict[str, float]:
    """Precision, recall and F1 of records, and how many were found."""
    both = len(set(found) & set(gold))
    precision, recall = both / max(len(set(found)), 1), both / max(len(gold), 1)
    f1 = 2 * precision * recall / (precision + recall) if both else 0.0
    rounded = {"precision": precision, "recall": recall, "f1": f1}
    return {**{name: round(value, 3) for name, value in rounded.items()}, "found": len(set(found))}


def by_title(rows: Sequence[Row]) -> set[int]:
    """Those whose title stands there on another day too."""
    days = defaultdict(set)
    for row in rows:
        days[fold(row.title)].add(row.at.date())
    return {row.number for row in rows if len(days[fold(row.title)]) > 1}


def by_period(rows: Sequence[Row]) -> set[int]:
    """Those with a word in their titles whose days have a period, by Rayleigh's test over the periods."""
    with_word: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for word in terms(row.title):
            with_word[word].append(row)
    found: set[int] = set()
    for own in with_word.values():
        days = {row.at.toordinal() for row in own}
        if len(days) >= LEAST and max(_power(days, period) for period in PERIODS) > math.log(
            len(PERIODS) / CHANCE
        ):
            found |= {row.number for row in own}
    return found


def _power(days: Collection[int], period: int) -> float:
    """How strongly days keep a period: exponentially distributed, of mean 1, if they do not."""
    angles = [2 * math.pi * day / period for day in days]
    cosine, sine = sum(map(math.cos, angles)), sum(map(math.sin, angles))
    return (cosine**2 + sine**2) / len(angles)


def rhythms(notes: Mapping[str, tuple[Note, set[int]]], marks: Sequence[Marked]) -> dict[str, Any]:
    """How many of the groups whose words say how often were found, and with the right rhythm."""
    right = Counter[str]()
    wrong = []
    for one in marks:
        overlap, id = max(((len(own & one.records), id) for id, (_, own) in notes.items()), default=(0, ""))
        if not one.rule:
            continue
        right["told"] += 1
        if not overlap:
            continue
        right["found"] += 1
        written = notes[id][0].data["rule"]
        rule, gold = (read_rule(written) if written else None), read_rule(one.rule)
        same = rule is not None and (rule.unit, rule.every) == (gold.unit, gold.every)
        right["period"] += same
        right["days"] += same and rule is not None and (not gold.weekdays or rule.weekdays == gold.weekdays)
        if not same or (rule and gold.weekdays and rule.weekdays != gold.weekdays):
            wrong.append(f"{one.name}: {written or notes[id][0].data['often']}, not {one.rule}")
    found = max(right["found"], 1)
    return {
        "told": right["told"],
        "found": right["found"],
        "period_accuracy": round(right["period"] / found, 3),
        "days_accuracy": round(right["days"] / found, 3),
        "wrong": wrong,
    }


def measure(file: Path, marks: Sequence[Marked], embedder: Embedder) -> dict[str, Any]:
    """All figures of a calendar."""
    begin = time.perf_counter()
    rows = calendar(file)
    gold = frozenset[int]().union(*(one.records for one in marks)) & {row.number for row in rows}
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory.open(f"sqlite:///{folder}/routines.db", embedder=embedder) as memory,
    ):
        ingest_sources(memory, expand([str(file)]), pipeline=None)
        records = list(memory.store.scan(memory.view, schema.PASSAGE))
        numbers = {one.id: rows[one.body["position"]].number for one in records}
        start = time.perf_counter()
        made = routines(
            memory.store, memory.view, memory.namespace, list(numbers), datetime.now().astimezone()
        )
        notes = {one.id: (one, {numbers[id] for id in one.passages}) for one in made}
        seconds = time.perf_counter() - start
    found = {number for _, own in notes.values() for number in own}
    said = frozenset[int]().union(*(one.said for one in marks))
    baselines = {
        "same title": by_title(rows),
        "period of a word": by_period(rows),
        "all records": {*numbers.values()},
    }
    return {
        "records": len({row.number for row in rows}),
        "marked": len(gold),
        "said": len(gold & said),
        "routines": len(notes),
        **figures(found, gold),
        "recall_said": round(len(found & gold & said) / len(gold & said), 3),
        "recall_seen": round(len((found & gold) - said) / len(gold - said), 3),
        "rhythm": rhythms(notes, marks),
        "baselines": {name: figures(own, gold) for name, own in baselines.items()},
        "reflect_s": round(seconds, 1),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routines", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--calendar", type=Path, help="a calendar in LifeBench's form")
    parser.add_argument("--marks", type=Path, default=MARKS, help="which of its records recur")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    file = options.calendar or year(options.data)
    found = measure(file, marked(options.marks), SentenceEncoder())
    if options.json:
        print(json.dumps({"benchmark": "routines", **found}))
        return 0
    names = ("precision", "recall", "f1", "found")
    print(f"{found['records']} records, {found['marked']} marked, {found['said']} of which say it themselves")
    print(table({"routines": {name: found[name] for name in names}, **found["baselines"]}))
    print(f"recall of those that say it {found['recall_said']}, of those only seen {found['recall_seen']}")
    rhythm = found["rhythm"]
    print(
        f"{found['routines']} routines; of {rhythm['told']} groups that say how often"
        f" {rhythm['found']} found, period right {rhythm['period_accuracy']},"
        f" and its days {rhythm['days_accuracy']}"
    )
    for line in rhythm["wrong"]:
        print(f"  {line}")
    print(f"{found['reflect_s']} s of {found['seconds']} s to find them")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
