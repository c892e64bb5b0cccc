"""Triples as CSV or TSV: a fact a row, with its time and its words where there are columns for them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from graphmem.errors import InputError
from graphmem.exchange.csv import COLUMNS, unguarded
from graphmem.ingest.exchange.given import Given
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.told import Told, add, interval, is_literal, moment_of, reading, triple
from graphmem.ingest.readers.decoding import decode
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.readers.table import delimiter_of
from graphmem.ingest.sources import Content

NAME: Final = "csv"
_CALLED: Final = {
    "subject": ("subject", "head", "s", "from", "source"),
    "predicate": ("predicate", "relation", "relationship", "property", "verb", "p", "type", "edge"),
    "object": ("object", "tail", "target", "value", "o", "to"),
    "valid_from": ("valid_from", "valid_at", "since", "start", "begin"),
    "valid_to": ("valid_to", "invalid_at", "valid_until", "until", "end"),
    "evidence": ("evidence", "text", "sentence", "fact", "context"),
    "at": ("at", "created_at", "date", "timestamp"),
    "confidence": ("confidence", "score", "weight"),
    "subject_label": ("subject_label", "subject_type", "head_type"),
    "object_label": ("object_label", "object_type", "tail_type"),
}
"""What columns may be called; the first that is there is taken."""
_NEEDED: Final = ("subject", "predicate", "object")

Row = Mapping[str, str]


def read(content: Content) -> Imported:
    """The facts of a table: with a header that names subject, predicate and object, or three bare columns.

    Raises:
        SourceError: not text, no table, or none of triples.
    """
    imported = Imported(content)
    text = decode(content)
    # ``decode`` gives line feeds alone, and so does the writer of the export.
    delimiter = "\t" if content.suffix == ".tsv" else delimiter_of(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    told: list[Told] = []
    try:
        header = next(rows, [])
        if set(header) >= {"fact", "lemma", *_NEEDED} and set(header) <= set(COLUMNS):
            told += _own(imported, _rows(imported, rows, header))
        else:
            columns = _columns(content, header)
            if header[:1] and not columns:
                columns = dict(zip(_NEEDED, header, strict=True))
                _foreign(imported, told, iter([("line 1", dict(zip(header, header, strict=True)))]), columns)
            _foreign(imported, told, _rows(imported, rows, header), columns)
    except csv.Error as error:
        raise content.error(
            f"line {rows.line_num}: {error}; a quotation mark is not closed; nothing was imported"
        ) from None
    rendering = Rendering()
    add(rendering, told)
    imported.add("it", reading(content.uri, content.name, rendering))
    return imported


def _columns(content: Content, header: list[str]) -> dict[str, str]:
    """The column of each part; empty for three columns without names."""
    names = {name.strip().lower().replace(" ", "_"): name for name in header}
    found: dict[str, str] = {}
    for part, called in _CALLED.items():
        name = next((names[one] for one in called if one in names and names[one] not in found.values()), None)
        if name is not None:
            found[part] = name
    if all(part in found for part in _NEEDED):
        return found
    if len(header) == len(_NEEDED) == len(set(header)) and not any(part in found for part in _NEEDED):
        return {}
    raise content.error(
        "no table of triples: call its columns subject, predicate and object (or head, relation and tail),"
        " or read it with 'graphmem ingest', as records"
    )


def _rows(imported: Imported, rows: Iterator[list[str]], header: list[str]) -> Iterator[tuple[str, Row]]:
    """The rows below the header, each by its line; one that is too long or too short is a fault."""
    before = 1
    while (row := next(rows, None)) is not None:
        place, before = f"line {before + 1}", getattr(rows, "line_num")  # noqa: B009
        if len(row) != len(header):
            if row:
                imported.fault(place, f"{len(row)} cells below {len(header)} columns; it was left out")
            continue
        yield place, {name: unguarded(cell) for name, cell in zip(header, row, strict=True)}


def _own(imported: Imported, rows: Iterator[tuple[str, Row]]) -> Iterator[Told]:
    """The facts of an export: the rows of one fact are its participants."""
    facts: dict[str, tuple[str, list[Row]]] = {}
    for place, row in rows:
        facts.setdefault(row["fact"], (place, []))[1].append(row)
    for _, given in imported.checked(Given, ((place, _given(rows)) for place, rows in facts.values())):
        yield given.told(NAME)


def _given(rows: list[Row]) -> dict[str, object]:
    first = rows[0]
    participants = [("subject", "", first["subject"], _entity(first, "subject"))]
    participants += [
        (row["role"], row["case"], row["object"], _entity(row, "object")) for row in rows if row["object"]
    ]
    return {
        **first,
        "participants": participants,
        "labels": [first["subject_label"], *(row["object_label"] for row in rows if row["object"])],
        "valid_at": first["valid_from"],
        "invalid_at": first["valid_to"],
        "text": first["evidence"],
    }


def _entity(row: Row, part: str) -> str:
    return "" if part in row["literal"].split() else row[part]


def _foreign(
    imported: Imported, told: list[Told], rows: Iterator[tuple[str, Row]], columns: Mapping[str, str]
) -> None:
    """Add the facts of another program's rows."""

    def one(row: Row) -> None:
        cell = {part: row[name].strip() for part, name in columns.items()}
        begin, end, at = (_moment(part, cell.get(part, "")) for part in ("valid_from", "valid_to", "at"))
        told.append(
            triple(
                cell["subject"],
                cell["predicate"],
                cell["object"],
                by=NAME,
                when=interval(begin, end),
                literal=is_literal(cell["object"]),
                labels=(cell.get("subject_label", ""), cell.get("object_label", "")),
                evidence=cell.get("evidence", ""),
                at=at,
                confidence=_share(cell.get("confidence", "")),
            )
        )

    imported.each(rows, one)


def _moment(part: str, text: str) -> datetime | None:
    """The moment in a cell; None if it is empty.

    Raises:
        InputError: it is none.
    """
    if not text:
        return None
    at = moment_of(text)
    if at is None:
        raise InputError(f"{part}: {text!r} is no date: write 2023-05-08 or 2023-05-08T13:56")
    return at


def _share(text: str) -> float:
    """A confidence; what is none is left out of account."""
    try:
        share = float(text)
    except ValueError:
        return 1.0
    return share if 0 <= share <= 1 else 1.0
