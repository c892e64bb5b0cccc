"""How the log keeps a commit: its changes as JSON, compressed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from graphmem.types import Change, Commit, Record

LogRow: TypeAlias = tuple[int, str, str, str, str, str, bytes]
"""A commit as stores keep it: seq, id, namespace, author, at, message, packed changes."""

_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_ENCODE_ASCII = json.JSONEncoder(allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def compact_json(value: Any) -> str:
    """JSON without blanks, keys in order."""
    return _ENCODE(value)


def canonical(body: Mapping[str, Any]) -> str:
    """The JSON of a body: equal for equal bodies, and always text that SQLite can hold.

    Raises:
        ValueError, TypeError: the body holds what JSON cannot, such as NaN.
    """
    text = _ENCODE(body if isinstance(body, dict) else dict(body))
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, from a broken source
        return _ENCODE_ASCII(dict(body))
    return text


def _written(record: Record | None) -> str:
    if record is None:
        return "null"
    return f"[{_ENCODE_ASCII(record.id)},{_ENCODE_ASCII(record.kind)},{canonical(record.body)}]"


def written(commit: Commit) -> bytes:
    """The changes as canonical JSON, without their namespace, which is the commit's; with its run, if any."""
    changes = (f"[{_written(change.before)},{_written(change.after)}]" for change in commit.changes)
    rows = "[" + ",".join(changes) + "]"
    return (f'{{"changes":{rows},"run":{_ENCODE_ASCII(commit.run)}}}' if commit.run else rows).encode()


def pack(changes: bytes) -> bytes:
    """What ``written`` gives, compressed."""
    return zlib.compress(changes, 1)


def _unpacked(packed: bytes) -> tuple[list[Any], str]:
    """Changes and run of a commit."""
    value = json.loads(zlib.decompress(packed))
    return (value["changes"], value["run"]) if isinstance(value, dict) else (value, "")


def _read(row: list[Any] | None, namespace: str) -> Record | None:
    return None if row is None else Record(row[0], row[1], namespace, row[2])


def unpack(row: LogRow) -> Commit:
    """The commit of a row of the log."""
    seq, id, namespace, author, at, message, packed = row
    rows, run = _unpacked(packed)
    changes = tuple(Change(_read(before, namespace), _read(after, namespace)) for before, after in rows)
    return Commit(
        id=id,
        namespace=namespace,
        author=author,
        at=datetime.fromisoformat(at),
        message=message,
        changes=changes,
        seq=seq,
        run=run,
    )


def changed_ids(row: LogRow) -> set[str]:
    """Ids of the records that a row of the log changes; none if it cannot be read, which others tell."""
    try:
        return {(after or before)[0] for before, after in _unpacked(row[-1])[0]}
    except (zlib.error, ValueError):
        return set()
