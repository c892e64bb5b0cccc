"""Tables: CSV and TSV files, and the rows of spreadsheets; one record per row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

from graphmem.ingest import moments
from graphmem.ingest.readers import chat
from graphmem.ingest.readers.chat import turns_reading
from graphmem.ingest.readers.decoding import decode
from graphmem.ingest.readers.rendering import Rendering, reading_of
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Content

_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 20
_DATED: Final = 0.5


def _cell(value: Any) -> str:
    """A cell as text; midnight is a day without a time, and 3.0 a whole number."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(str(value).split())


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _names(row: Sequence[str], width: int) -> list[str]:
    """The columns' names if the row is a header, else the empty list."""
    written = [cell for cell in row if cell]
    header = len(written) == len(set(written)) and len(written) * 2 > width
    if not header or any(_is_number(cell) or moments.parse(cell) for cell in written):
        return []
    return [cell or f"column {number}" for number, cell in enumerate([*row, *[""] * (width - len(row))], 1)]


def _date_column(names: Sequence[str], rows: Sequence[Sequence[Any]], order: moments.Order) -> int:
    """The column that says when: named so, and mostly moments; -1 if there is none."""
    ranked = sorted(
        (rank, i) for i, name in enumerate(names) if (rank := moments.field_rank(name)) is not None
    )
    for _, i in ranked:
        cells = [row[i] for row in rows if i < len(row) and _cell(row[i])]
        dated = sum(moments.of_field(names[i], cell, order) is not None for cell in cells)
        if cells and dated >= _DATED * len(cells):
            return i
    return -1


def _table(rows: Sequence[Sequence[Any]]) -> tuple[list[str], Sequence[Sequence[Any]]]:
    """The names of the columns, and the rows below them that hold anything."""
    rows = [row for row in rows if any(map(_cell, row))]
    if not rows:
        return [], []
    width = max(map(len, rows))
    if names := _names([_cell(cell) for cell in rows[0]], width) if len(rows) > 1 else []:
        return names, rows[1:]
    return [f"column {number}" for number in range(1, width + 1)], rows


def add_rows(rendering: Rendering, rows: Sequence[Sequence[Any]], heading: str = "") -> None:
    """Render rows of cells as records "column: value; column: value"; the first may be a header.

    A column that is named like a time and holds mostly moments says when each record was.
    """
    names, rows = _table(rows)
    order = moments.order_of(cell for row in rows for cell in row if isinstance(cell, str))
    when = _date_column(names, rows, order)
    for row in rows:
        pairs = ((name, _cell(cell)) for name, cell in zip(names, row, strict=False))
        text = "; ".join(f"{name}: {cell}" for name, cell in pairs if cell)
        at = moments.of_field(names[when], row[when], order) if 0 <= when < len(row) else None
        rendering.said("record", text, heading=heading, at=at)


def delimiter_of(text: str) -> str:
    """The delimiter by which the first lines have the most columns, as many in each."""
    lines = text.split("\n", _SAMPLE)[:_SAMPLE]
    best, most = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        score = count / (sum(widths.values()) or 1) * (width > 1) + width / 1e6
        if score > most:
            best, most = delimiter, score
    return best


def _rows(content: Content, text: str) -> list[list[str]]:
    try:
        delimiter = "\t" if content.suffix == ".tsv" else delimiter_of(text)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        if delimiter == "\t" and len({len(row) for row in rows if row}) > 1:
            # Tab-separated text is rarely quoted: a lone quotation mark must not swallow fields and lines.
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE))
    except csv.Error as error:
        raise content.error(
            f"not a table that can be read ({error}); look for an unclosed quotation mark"
        ) from error
    return rows


def read(content: Content) -> Reading:
    """A CSV or TSV file: a record per row, or a chat if its columns are those of one.

    Raises:
        SourceError: not text (see ``decode``), or a field that does not end.
    """
    rows = _rows(content, decode(content))
    names, below = _table(rows)
    objects = [dict(zip(names, row, strict=False)) for row in below]
    if {"speaker", "sender", "from", "role"} & set(names) and chat.is_messages(objects):
        return turns_reading(content.uri, content.name, list(chat.messages(objects)), content.hash)
    rendering = Rendering()
    add_rows(rendering, rows)
    return reading_of(content, rendering, kind="records")
