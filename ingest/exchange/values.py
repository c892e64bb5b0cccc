"""The JSON values of a file: a document, or one in each line; which record stands where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphmem.errors import SourceError
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.readers.decoding import decode
from graphmem.ingest.sources import Content


def value_of(content: Content) -> Any:
    """The JSON value of a file; of JSON lines the list of those that can be read.

    Raises:
        SourceError: no JSON, at which line and column; nothing is read of it.
    """
    return _value(content, None)


def checked_value(imported: Imported) -> Any:
    """The same, with a fault noted for each line of JSON lines that cannot be read."""
    return _value(imported.content, imported)


def _value(content: Content, imported: Imported | None) -> Any:
    text = decode(content)
    try:
        return json.loads(text)
    except RecursionError:
        raise content.error("JSON nested too deeply to be read; nothing was imported") from None
    except ValueError as error:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2 or not _parses(lines[0][1]):
            raise _broken(content, error) from None
    values = []
    for number, line in lines:
        try:
            values.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            if imported is not None:
                imported.fault(f"line {number}", f"no JSON ({error}); it was left out")
    return values


def _parses(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _broken(content: Content, error: ValueError) -> SourceError:
    at = f" at line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return content.error(f"broken JSON{at}: {reason}; nothing was imported")


def records(value: Any, *fields: str) -> Iterator[tuple[str, Any]]:
    """The records of a value, each by its place: a list, the lists in some fields, or one alone."""
    if isinstance(value, list):
        yield from ((f"record {number}", one) for number, one in enumerate(value, 1))
    elif isinstance(value, Mapping):
        held = [name for name in fields if isinstance(value.get(name), list)]
        for name in held:
            yield from ((f"{name} {number}", one) for number, one in enumerate(value[name], 1))
        if not held:
            yield "record 1", value


def samples(value: Any, *fields: str) -> list[Mapping[str, Any]]:
    """The first few records of a value that are objects, to tell by whom it was written."""
    found = (one for _, one in records(value, *fields) if isinstance(one, Mapping))
    return [one for one, _ in zip(found, range(5), strict=False)]
