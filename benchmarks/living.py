"""Sections of the page of figures for a memory that lives: forgetting, reflection, learning, agents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

Figures = Mapping[str, Any]
SECTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "fading": ("Forgetting by policy", "recall@10 of a memory of which a part was put to sleep"),
    "reflection": ("Notes as keys", "recall without and with notes; gains as mean, low, high"),
    "summaries": ("Summaries", "turns of a session that people noted, in a summary of seven"),
    "reflection_cost": ("Cost of a reflection", "milliseconds a new record, by records that are there"),
    "routines": ("Routines", "recurring records of a year's calendar that are found"),
    "feedback": ("Learning from feedback", "learned on four chats, asked on the fifth, in turn"),
    "coarse": ("Coarse to fine", "vectors that are compared, and what that finds"),
    "working": ("Working memory", "a month as an agent's trace: what its context holds of what is asked"),
    "association": ("Association", "other evidence that the first brings to mind, without the question"),
}
"""By benchmark the title of its section, and what it measures."""

_FOLDERS: Final = frozenset({"sets", "rows"})
"""Names in a run that say nothing by themselves."""


def section(name: str, run: Figures) -> Iterator[str]:
    """The figures of a run as tables."""
    title, told = SECTIONS[name]
    yield f"\n## {title}\n"
    yield f"`python -m benchmarks.{name}`: {told}."
    yield from tables("", {key: value for key, value in run.items() if key != "benchmark"})


def tables(heading: str, figures: Figures) -> Iterator[str]:
    """Figures as they are nested: what stands alone in a line, rows of figures as a table, others below."""
    alone = {name: value for name, value in figures.items() if not isinstance(value, Mapping)}
    inner = {name: value for name, value in figures.items() if isinstance(value, Mapping)}
    rows = {name: value for name, value in inner.items() if _flat(value)}
    if heading and (alone or rows):
        yield f"\n### {heading}"
    if alone:
        yield "\n" + ", ".join(f"{name.replace('_', ' ')} {_told(value)}" for name, value in alone.items())
    if rows:
        yield ""
        yield from _rows(rows)
    for name, value in inner.items():
        if name not in rows:
            yield from tables(", ".join(filter(None, (heading, "" if name in _FOLDERS else name))), value)


def _flat(value: Figures) -> bool:
    return not any(isinstance(one, Mapping) for one in value.values())


def _rows(rows: Mapping[str, Figures]) -> Iterator[str]:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    yield "| | " + " | ".join(column.replace("_", " ") for column in columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for name, row in rows.items():
        cells = (_told(row[column]) if column in row else "" for column in columns)
        yield f"| {name} | " + " | ".join(cells) + " |"


def _told(value: Any) -> str:
    """A figure; three are a gain with its interval."""
    if isinstance(value, list) and len(value) == 3 and all(isinstance(one, float) for one in value):
        return "{:+.4f} [{:+.4f}, {:+.4f}]".format(*value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value).strip()


WRITERS: Final[Mapping[str, Callable[[Figures], Iterable[str]]]] = {
    name: partial(section, name) for name in SECTIONS
}
