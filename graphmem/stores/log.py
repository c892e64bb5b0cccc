"""How the log keeps a commit: its changes as JSON, compressed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graphmem.types import Change, Commit, Record

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


def pack(commit: Commit) -> bytes:
    """The changes, compressed, without their namespace, which is the commit's."""
    changes = (f"[{_written(change.before)},{_written(change.after)}]" for change in commit.changes)
    return zlib.compress(("[" + ",".join(changes) + "]").encode(), 1)


def _read(row: list[Any] | None, namespace: str) -> Record | None:
    return None if row is None else Record(row[0], row[1], namespace, row[2])


def unpack(row: tuple[int, str, str, str, str, str, bytes]) -> Commit:
    """The commit of a row of the log: seq, id, namespace, author, at, message, changes."""
    seq, id, namespace, author, at, message, packed = row
    changes = tuple(
        Change(_read(before, namespace), _read(after, namespace))
        for before, after in json.loads(zlib.decompress(packed))
    )
    return Commit(
        id=id,
        namespace=namespace,
        author=author,
        at=datetime.fromisoformat(at),
        message=message,
        changes=changes,
        seq=seq,
    )
