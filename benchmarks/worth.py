"""What the constants of recall are worth, as tables of docs/recall.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.bootstrap import CONFIDENCE, RESAMPLES
from benchmarks.settings import FACTORS


def sensitivity(run: Mapping[str, Any]) -> Iterator[str]:
    """The baselines, the retrievers taken out, and each constant halved and doubled, in points of recall."""
    rows = list(differences(run))
    real, chance = sum(row["real"] for row in rows), len(rows) * (1 - CONFIDENCE)
    told = [
        f"{name} {100 * own['recall']:.1f} of {own['questions']} questions"
        for name, own in run["columns"].items()
    ]
    yield "`python -m benchmarks.sensitivity --keep FOLDER`, in points of recall (of 100), among 5 passages"
    yield "of the multi-hop sets and 10 turns, chapters or records. As it is:"
    yield f"{'; '.join(told)}."
    yield f"**Bold**, with its interval: real, by {CONFIDENCE:.0%} of {RESAMPLES:,} resamples of questions"
    yield f"(paired bootstrap). Of {len(rows)} differences {real} are; up to {chance:.0f} may be by chance."
    yield "\n### Against the baselines\n"
    names = list(dict.fromkeys(name for own in run["baselines"].values() for name in own))
    yield from _table("graphmem is better than", names, run["baselines"])
    yield "\n### Without a retriever\n"
    yield from _table("without", list(run["columns"]), {n: row for n, row in run["without"].items() if row})
    for part, own in run["constants"].items():
        steps = {
            f"`{name}` {values['value']:g} → {values[word]['value']:g}": values[word]
            for name, values in own.items()
            for word in FACTORS
            if len(values.get(word, ())) > 1
        }
        if steps:
            yield f"\n### Constants: {part}\n"
            touched = [column for column in run["columns"] if any(column in row for row in steps.values())]
            yield from _table("", touched, steps)


def differences(run: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All that were measured."""
    for rows in (run["baselines"], run["without"]):
        for row in rows.values():
            yield from row.values()
    for own in run["constants"].values():
        for values in own.values():
            for word in FACTORS:
                yield from (row for row in values.get(word, {}).values() if isinstance(row, Mapping))


def _table(head: str, columns: Sequence[str], rows: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    yield f"| {head} | " + " | ".join(columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for name, row in rows.items():
        yield f"| {name} | " + " | ".join(_cell(row.get(column)) for column in columns) + " |"


def _cell(row: Mapping[str, Any] | None) -> str:
    """A difference in points; with its interval, if it is real; nothing where it was not asked."""
    if row is None:
        return ""
    mean, low, high = (100 * value for value in (row["difference"], *row["interval"]))
    if row["real"]:
        return f"**{mean:+.1f}** [{low:+.1f}, {high:+.1f}]"
    return f"{mean:+.1f}" if round(mean, 1) else "0"
