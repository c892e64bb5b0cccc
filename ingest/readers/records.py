"""Records: calendar entries, notes, messages and any other JSON objects, one passage each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from graphmem.ingest import moments
from graphmem.ingest.readers.rendering import Rendering

_HEADINGS: Final = ("title", "subject", "headline")
_SPEAKERS: Final = (
    *("speaker", "sender", "from", "author", "contact_name", "contact", "participant", "participants"),
    *("with", "organizer", "caller", "source"),
)
_TEXTS: Final = (
    *("text", "content", "message", "message_content", "body", "description", "note", "caption", "summary"),
)
_IDENTIFIER: Final = re.compile(r"(?:^|_)(?:id|uuid|guid|idx|index)$")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])[A-Z](?=[a-z])")
_LISTS: Final = ("items", "records", "events", "entries", "results", "data", "notes", "documents")

Row = Mapping[str, Any]


def _key(name: str) -> str:
    """A field's name in one way of writing: contactName is contact_name."""
    return _CAMEL.sub(lambda match: f"_{match[0]}", name).replace("-", "_").replace(" ", "_").lower()


def _words(name: str) -> str:
    """A field's name as words: phoneNumber is "phone number"."""
    return " ".join(_CAMEL.sub(lambda match: f" {match[0].lower()}", name).replace("_", " ").split())


def _written(value: Any) -> str:
    """A single value as text; empty for none, and for what only says so."""
    if value is None or isinstance(value, (Mapping, list)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return " ".join(str(value).split())


def flatten(row: Row) -> Iterator[tuple[str, str]]:
    """(path of field names, text) of all values inside; lists of single values become one text."""
    waiting: list[tuple[str, Any]] = [(name, value) for name, value in reversed(list(row.items()))]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            inner = [(f"{name} {key}", item) for key, item in value.items()]
            waiting.extend(reversed(inner))
        elif isinstance(value, list):
            waiting.extend((name, item) for item in reversed(value) if isinstance(item, (Mapping, list)))
            if plain := ", ".join(filter(None, map(_written, value))):
                yield name, plain
        elif text := _written(value):
            yield name, text


def _pick(row: Row, keys: Mapping[str, str], wanted: Sequence[str]) -> tuple[str, str]:
    """The first wanted field that holds a text, and that text."""
    for key in wanted:
        name = keys.get(key, "")
        value = row.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str) and value.strip():
            return name, value.strip()
    return "", ""


def _when(row: Row, order: moments.Order) -> tuple[str, datetime | None]:
    """The field that says best when, and that moment."""
    ranked = [(rank, name) for name in row if (rank := moments.field_rank(name)) is not None]
    for _, name in sorted(ranked):
        if at := moments.of_field(name, row[name], order):
            return name, at
    return "", None


def _shows_time(value: Any) -> bool:
    """Whether a date field says more than the day: the caption has only that."""
    return not isinstance(value, str) or ":" in value


def add(rendering: Rendering, row: Row, order: moments.Order = "day-first") -> None:
    """Render an object as a record: its text first, then "field: value; …" of the other fields.

    The title (or subject) is the heading, the sender or participant the speaker, the best date
    field the time. Identifiers stand before the text, in the note.
    """
    keys = {_key(name): name for name in row}
    date, at = _when(row, order)
    heading_field, heading = _pick(row, keys, _HEADINGS)
    speaker_field, speaker = _pick(row, keys, _SPEAKERS)
    text_field, text = _pick(row, keys, _TEXTS)
    used = {heading_field, speaker_field, text_field, date}
    identifiers = {name for key, name in keys.items() if _IDENTIFIER.search(key)} - used
    rest = {name: value for name, value in row.items() if name not in used | identifiers}
    fields = "; ".join(f"{_words(name)}: {value}" for name, value in flatten(rest))
    note = "; ".join(
        f"{name}: {value}" for name, value in flatten({name: row[name] for name in sorted(identifiers)})
    )
    if date and _shows_time(row[date]):
        note = "; ".join(filter(None, (f"{date}: {_written(row[date])}", note)))
    said = "\n".join(filter(None, (text, fields))) or heading or speaker or note
    rendering.said("record", said, heading=heading, speaker=speaker, at=at, note=note)


def add_all(rendering: Rendering, rows: Sequence[Any]) -> None:
    """Render a list: objects as records, anything else as a record of its text."""
    objects = [row for row in rows if isinstance(row, Mapping)]
    dates = (row[name] for row in objects for name in row if moments.field_rank(name) is not None)
    order = moments.order_of(date for date in dates if isinstance(date, str))
    for row in rows:
        if isinstance(row, Mapping):
            add(rendering, row, order)
        elif isinstance(row, list):
            rendering.said("record", "; ".join(text for _, text in flatten({"": row})))
        else:
            rendering.said("record", _written(row))


def inner_list(value: Row) -> str:
    """The field of an object that holds its records, such as {"events": [{…}, …]}; empty if none."""
    for name in _LISTS:
        inner = value.get(name)
        if isinstance(inner, list) and inner and all(isinstance(row, Mapping) for row in inner):
            return name
    return ""
