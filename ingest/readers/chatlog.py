"""Chats kept as text: "Name: text" lines, with or without a date before the name.

Forms: ``[2023-05-08 13:56] Ann: text``, ``8/5/2023, 13:56 - Ann: text`` (phone exports),
``2023-05-08 13:56 Ann: text``, ``Ann (13:56): text``, ``Ann: text`` below lines that hold a date.
Lines that open no turn go on the turn before them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graphmem.ingest import moments
from graphmem.ingest.readers.chat import Turn

_NAME = r"(?P<name>[^\W\d_][^:\n\[\]()<>{}\"“”?!;/\\=|]{0,39})"
_DIGITAL = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T,]?\s*\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AaPp]\.?[Mm]\.?)?)?Z?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\s*[AaPp]\.?[Mm]\.?)?"
_TURN_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"\[(?P<when>[^\]\n]{{4,40}})\]\s*(?:[-–]\s*)?(?:{_NAME}:\s+)?(?P<text>.*)",
        rf"(?P<when>{_DIGITAL})\s+[-–]\s+(?:{_NAME}:\s+)?(?P<text>.*)",
        rf"(?P<when>{_DIGITAL}|{_CLOCK}),?\s+{_NAME}:\s+(?P<text>.*)",
        rf"{_NAME}\s*[\[(](?P<when>[^\])\n]{{4,40}})[\])]:\s+(?P<text>.*)",
        rf"{_NAME}:(?:\s+(?P<text>.*))?",
    )
)
_PLAIN_FORM: Final = len(_TURN_FORMS) - 1
_RULES: Final = " \t-=*#_—–[]()"
_TIME_OF_DAY: Final = re.compile(_CLOCK)
_LABELS: Final = frozenset(
    "note notes todo warning tip example summary subject title date to from cc re q a question answer"
    " http https error info debug".split()
)
_INVISIBLE: Final = str.maketrans(
    {"\u200e": None, "\u200f": None, "\ufeff": None, "\u202f": " ", "\xa0": " "}
)
_LONGEST_NAME: Final = 4
_MOST_LOOSE: Final = 0.6


@dataclass(slots=True)
class _Line:
    """A line that opens a turn (``form`` is at least 0), is a date of its own (-1) or goes on (-2)."""

    text: str
    form: int = -2
    name: str = ""
    when: str = ""


def _opening(line: str) -> _Line | None:
    for number, form in enumerate(_TURN_FORMS):
        match = form.fullmatch(line)
        if match is None:
            continue
        parts = match.groupdict()
        when, name = parts.get("when") or "", (parts["name"] or "").strip()
        dated = moments.parse(when) is not None or bool(_TIME_OF_DAY.fullmatch(when))
        if (dated or number == _PLAIN_FORM) and len(name.split()) <= _LONGEST_NAME:
            return _Line(parts["text"] or "", number, name, when)
    return None


def _line(line: str) -> _Line:
    line = line.translate(_INVISIBLE).strip()
    if opening := _opening(line):
        return opening
    header = line.strip(_RULES)
    if moments.parse(header):
        return _Line("", -1, when=header)
    return _Line(line)


def _is_log(lines: Sequence[_Line]) -> bool:
    """Whether most of a text is turns: many are dated, or speakers come back."""
    written = [line for line in lines if line.text or line.form >= 0]
    opened = [line for line in written if line.form >= 0]
    dated = [line for line in opened if line.form != _PLAIN_FORM and line.name]
    if not opened or written[0].form < 0:
        return False
    if len(dated) >= 2 and len(dated) >= 0.8 * len(opened):
        return len({line.name for line in dated}) < len(dated) or len(opened) == len(written)
    names = {line.name for line in opened}
    return (
        1 < len(names) < len(opened)
        and len(opened) >= _MOST_LOOSE * len(written)
        and len(opened) >= 2 * len(names) - 1
        and not _LABELS.intersection(name.lower() for name in names)
    )


def _moment(when: str, day: datetime | None, order: moments.Order) -> datetime | None:
    """A date, or a time of day on the day of the last header."""
    if not when:
        return day
    if moment := moments.parse(when, order):
        return moment
    return moments.parse(f"{day:%Y-%m-%d} {when}") if day else None


def parse(text: str) -> list[Turn]:
    """The turns of a chat log; empty if the text is none.

    Undated logs need speakers that come back and no label ("Note:", "To:") among them, so that a
    list of "key: value" lines stays a text.
    """
    lines = [_line(line) for line in text.split("\n")]
    if not _is_log(lines):
        return []
    order = moments.order_of(line.when for line in lines)
    turns: list[tuple[_Line, datetime | None, list[str]]] = []
    day: datetime | None = None
    undated = all(line.form in (_PLAIN_FORM, -1, -2) for line in lines)
    for line in lines:
        if line.form == -1:
            day = moments.parse(line.when, order)
        elif line.form >= 0 and (undated or line.form != _PLAIN_FORM):
            turns.append((line, _moment(line.when, day, order), [line.text]))
        elif turns:
            turns[-1][2].append(f"{line.name}: {line.text}" if line.name else line.text)
    return [Turn(line.name, "\n".join(said).strip(), at) for line, at, said in turns]
