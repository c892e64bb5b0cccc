"""How well time expressions are found and resolved: ``python -m benchmarks.dates [--file F …] [--json]``.

The cases are the specification of Microsoft's Recognizers-Text for English (GitHub
microsoft/Recognizers-Text, Specs/DateTime/English; MIT): a sentence, the date that it is read
against, and every expression in it with span, type and resolved values, both candidates where the
past and the future have one.

``accuracy`` is strict: the share of resolvable cases where the spans, the types, the modifiers
("before", "mid", …) and all values are those of the specification, with no expression missing and
none too many; a sentence without any is right only if nothing is found in it. Values are compared
as sets. Where the specification has no value ("not resolved": recurring sets, seasons, fiscal
years, 30 February) its timex is compared instead, so that these count too.

Excluded, and counted by reason, is only what the specification itself gives up: ``unsupported``,
the cases whose ``NotSupported`` names ``dotnet``, the implementation that the file is the test of.

Other files of the same folder hold the cases of the implementation's other modes, which change what
is right: in ExperimentalMode a range holds its last day (``find_dates(…, inclusive=True)`` is measured
there), CalendarMode takes every number for an hour ("before 4") and "for the day" for a duration,
ComplexCalendar and ExtendedTypes add types of alternatives (``datetimealt``) and time zones, Tasks and
SplitDateAndTime take dates and times apart. Four in five of their sentences stand in DateTimeModel too.

``timex`` is the share that has every timex right as well; ``span_f1`` is over found spans only. The
baseline is dateparser's ``search_dates``, if it is installed, with the same strict measure over the
cases where every expression is a date or a datetime (an expression is right if one of the expected
values is found at its span, give or take "on" and "the"), beside ours on those cases.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.datasets import DEFAULT_DATA, missing
from graphmem.dates import Candidate, TimeExpression, find_dates

FILES: Final = ("DateTimeModel.json",)
# The mode whose ranges hold their last day or year.
_INCLUSIVE: Final = frozenset({"DateTimeModelExperimentalMode.json"})
_UNDATED: Final = datetime(2019, 1, 1)
_UNRESOLVED: Final = "not resolved"
_FORMATS: Final = {
    "date": "%Y-%m-%d",
    "daterange": "%Y-%m-%d",
    "time": "%H:%M:%S",
    "timerange": "%H:%M:%S",
    "datetime": "%Y-%m-%d %H:%M:%S",
    "datetimerange": "%Y-%m-%d %H:%M:%S",
}
Value = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An expression as the specification writes it; ``values`` are timexes where there are none."""

    start: int
    end: int
    kind: str
    values: frozenset[Value]
    timexes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, its reference and what is to be found; ``excluded`` says why it does not count."""

    text: str
    reference: datetime
    gold: tuple[Found, ...]
    excluded: str
    inclusive: bool


def _gold(result: dict[str, Any]) -> Found:
    kind = str(result.get("TypeName") or result.get("Typename")).removeprefix("datetimeV2.")
    values = (result.get("Resolution") or {}).get("values") or []
    resolved = [value for value in values if value.get("value") != _UNRESOLVED]
    return Found(
        start=result["Start"],
        end=result["End"] + 1,
        kind=kind,
        values=frozenset(
            (value.get("Mod", ""), value.get("value", ""), value.get("start", ""), value.get("end", ""))
            for value in resolved
        )
        or frozenset((value.get("timex", ""),) for value in values),
        timexes=frozenset(value.get("timex", "") for value in values),
    )


def cases(path: Path) -> list[Case]:
    """The cases of a file of the specification."""
    if not path.exists():
        missing(path)
    found = []
    for entry in json.loads(path.read_text("utf-8-sig")):
        said = (entry.get("Context") or {}).get("ReferenceDateTime")
        unsupported = "dotnet" in entry.get("NotSupported", "").lower()
        found.append(
            Case(
                text=entry["Input"],
                reference=datetime.fromisoformat(said[:19]) if said else _UNDATED,
                gold=tuple(_gold(result) for result in entry["Results"]),
                excluded="unsupported" if unsupported else "",
                inclusive=path.name in _INCLUSIVE,
            )
        )
    return found


def _shown(moment: datetime | None, kind: str, *, last: bool) -> str:
    if moment is None:
        return ""
    # strftime does not pad years below 1000.
    text = moment.strftime(_FORMATS[kind].replace("%Y", f"{moment.year:04}"))
    # A night ends at midnight, which the specification writes as its last second.
    return text.replace("00:00:00", "23:59:59") if last and kind == "timerange" else text


def _value(candidate: Candidate, found: TimeExpression) -> Value:
    begin, end, kind = candidate.begin, candidate.end, found.kind
    if kind == "duration":
        return (found.modifier, f"{candidate.seconds:.10g}", "", "")
    if kind in ("date", "time", "datetime"):
        return (found.modifier, _shown(begin, kind, last=False), "", "")
    shown = _shown(end, kind, last=True)
    if kind == "datetimerange" and candidate.timex.endswith("TNI"):
        shown = f"{_shown(begin, 'date', last=False)} 23:59:59"
    return (found.modifier, "", _shown(begin, kind, last=False), shown)


def read(case: Case) -> tuple[Found, ...]:
    """What graphmem finds in a case."""
    return tuple(
        Found(
            start=found.start,
            end=found.end,
            kind=found.kind,
            values=frozenset(_value(candidate, found) for candidate in found.candidates)
            or frozenset({(found.timex,)}),
            timexes=frozenset(candidate.timex for candidate in found.candidates) or frozenset({found.timex}),
        )
        for found in find_dates(case.text, case.reference, inclusive=case.inclusive)
    )


def _same(found: Sequence[Found], gold: Sequence[Found]) -> bool:
    """Whether both are the same but for the timex."""

    def bare(part: Sequence[Found]) -> set[tuple[object, ...]]:
        return {(one.start, one.end, one.kind, one.values) for one in part}

    return bare(found) == bare(gold)


def _loose(text: str, start: int, end: int) -> str:
    words = text[start:end].lower().split()
    while words and words[0] in ("on", "the", "at", "in"):
        del words[0]
    return " ".join(words).strip(" .,")


def _by_dateparser() -> Callable[[Case], bool] | None:
    """Whether dateparser reads a case right; None where it is not installed."""
    try:
        from dateparser.search import search_dates  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return None

    def right(case: Case) -> bool:
        settings = {"RELATIVE_BASE": case.reference, "PREFER_DATES_FROM": "future"}
        found = search_dates(case.text, languages=["en"], settings=settings) or []
        if len(found) != len(case.gold):
            return False
        for (text, moment), gold in zip(found, case.gold, strict=True):
            values = {value[1] for value in gold.values if len(value) > 1}
            shown = moment.strftime(_FORMATS[gold.kind])
            if _loose(text, 0, len(text)) != _loose(case.text, gold.start, gold.end) or shown not in values:
                return False
        return True

    return right


def _baseline(counted: Sequence[tuple[Case, tuple[Found, ...]]]) -> dict[str, Any]:
    right = _by_dateparser()
    dated = [
        (case, found)
        for case, found in counted
        if case.gold and all(gold.kind in ("date", "datetime") for gold in case.gold)
    ]
    ours = sum(_same(found, case.gold) for case, found in dated) / max(1, len(dated))
    result: dict[str, Any] = {"cases": len(dated), "graphmem": round(ours, 4)}
    if right is None:
        return result | {"dateparser": None, "note": "pip install dateparser to compare with it"}
    result["dateparser"] = round(sum(right(case) for case, _ in dated) / max(1, len(dated)), 4)
    return result


def _spans(counted: Sequence[tuple[Case, tuple[Found, ...]]]) -> dict[str, float]:
    gold = sum(len(case.gold) for case, _ in counted)
    found = sum(len(found) for _, found in counted)
    both = sum(
        len({(one.start, one.end) for one in found} & {(one.start, one.end) for one in case.gold})
        for case, found in counted
    )
    return {
        "span_precision": round(both / max(1, found), 4),
        "span_recall": round(both / max(1, gold), 4),
        "span_f1": round(2 * both / max(1, gold + found), 4),
    }


def _by_type(counted: Sequence[tuple[Case, tuple[Found, ...]]]) -> dict[str, float]:
    right: dict[str, list[bool]] = {}
    for case, found in counted:
        bare = {(one.start, one.end, one.kind, one.values) for one in found}
        for gold in case.gold:
            same = (gold.start, gold.end, gold.kind, gold.values) in bare
            right.setdefault(gold.kind, []).append(same)
        if not case.gold:
            right.setdefault("nothing", []).append(not found)
    return {kind: round(sum(marks) / len(marks), 4) for kind, marks in sorted(right.items())}


def measure(data: Path, files: Sequence[str] = FILES) -> dict[str, Any]:
    """The figures of one or more files of ``data/dates`` together.

    Args:
        data: the folder of the data sets.
        files: names of files in its folder ``dates``.

    Returns:
        ``cases``, ``excluded`` (by reason), ``resolvable``; ``accuracy`` (strict) and ``timex`` as
        shares of the resolvable; ``span_precision``, ``span_recall``, ``span_f1``; ``by_type``, the
        share of expected expressions that are right ("nothing": sentences without any);
        ``us_per_word``; ``baseline``, on the cases that hold dates and datetimes only.

    Raises:
        DatasetMissing: a file is not there.
    """
    every = [case for name in files for case in cases(data / "dates" / name)]
    start = time.process_time()
    found = [read(case) for case in every]
    seconds = time.process_time() - start
    counted = [(case, one) for case, one in zip(every, found, strict=True) if not case.excluded]
    reasons = [case.excluded for case in every if case.excluded]
    whole = [
        _same(one, case.gold) and [f.timexes for f in one] == [g.timexes for g in case.gold]
        for case, one in counted
    ]
    return {
        "files": list(files),
        "cases": len(every),
        "excluded": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
        "resolvable": len(counted),
        "accuracy": round(sum(_same(one, case.gold) for case, one in counted) / max(1, len(counted)), 4),
        "timex": round(sum(whole) / max(1, len(counted)), 4),
        **_spans(counted),
        "by_type": _by_type(counted),
        "us_per_word": round(1e6 * seconds / max(1, sum(len(case.text.split()) for case in every)), 1),
        "baseline": _baseline(counted),
    }


def _misses(data: Path, files: Sequence[str]) -> None:
    for name in files:
        for number, case in enumerate(cases(data / "dates" / name)):
            found = read(case)
            if case.excluded or _same(found, case.gold):
                continue
            print(f"{name} {number} [{case.reference:%Y-%m-%d %H:%M}] {case.text[:300]}")
            for mark, part in (("-", set(case.gold) - set(found)), ("+", set(found) - set(case.gold))):
                for one in sorted(part, key=lambda one: one.start):
                    values = " ; ".join(" ".join(filter(None, value)) for value in sorted(one.values))
                    shown = case.text[one.start : one.end]
                    print(f"  {mark} {one.kind} <{shown}> {' '.join(sorted(one.timexes))} | {values}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dates", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="the folder of the data sets")
    parser.add_argument("--file", action="append", metavar="F", help="a file of its folder dates")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--misses", action="store_true", help="show the cases that are wrong")
    options = parser.parse_args(arguments)
    files = tuple(options.file or FILES)
    if options.misses:
        _misses(options.data, files)
        return
    figures = measure(options.data, files)
    if options.json:
        json.dump(figures, sys.stdout)
        print()
        return
    for name, figure in figures.items():
        print(f"{name:16}{figure}")


if __name__ == "__main__":
    main()
