"""JSON and JSON lines: corpora, chats and records, told apart by their shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from graphmem.ingest.moments import field_rank
from graphmem.ingest.readers import chat, records
from graphmem.ingest.readers.decoding import decode
from graphmem.ingest.readers.items import items_reading
from graphmem.ingest.readers.rendering import Rendering, reading_of
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Content

_ITEM_TEXTS: Final = ("text", "content", "contents", "paragraph_text", "paragraph", "body", "passage")
_ITEM_EXTRAS: Final = frozenset("id _id idx doc_id docid url uri".split())


def _parsed(content: Content, text: str, line: int = 0) -> Any:
    """The value of a JSON text; ``line`` is its line in a file of JSON lines."""
    where = f"line {line}: " if line else ""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {line or error.lineno}, column {error.colno}"
        raise content.error(f"broken JSON at {place}: {error.msg}") from None
    except RecursionError:
        raise content.error(f"{where}JSON nested too deeply to be read; flatten it") from None
    except ValueError as error:  # a number of thousands of digits
        raise content.error(f"{where}JSON that cannot be read: {error}") from None


def _item(value: Any) -> tuple[str, str] | None:
    """(title, text) of {"title": …, "text": …}; other fields than identifiers make it a record."""
    if not isinstance(value, Mapping) or not isinstance(value.get("title"), str):
        return None
    field = next((name for name in _ITEM_TEXTS if name in value), "")
    text = _sentences(value.get(field))
    if text is None or set(value) - {"title", field} - _ITEM_EXTRAS:
        return None
    return value["title"], text


def _sentences(value: Any) -> str | None:
    """The text of a string, or of a list of sentences."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return " ".join(part.strip() for part in value)
    return value if isinstance(value, str) else None


def _items(value: Any) -> list[tuple[str, str]]:
    """The items of a corpus: a list of {title, text}, or a map of titles to their sentences."""
    if isinstance(value, Mapping):
        lists = all(isinstance(part, list) and part for part in value.values())
        pairs = [(title, _sentences(part) or "") for title, part in value.items()] if lists else []
        return pairs if all(" " in text for _, text in pairs) else []
    items = [_item(part) for part in value] if isinstance(value, list) else []
    return [item for item in items if item] if all(items) else []


def _turns(value: Any) -> list[chat.Turn]:
    """The turns of a chat in any form; empty if it is none."""
    if chat.is_messages(value):
        return list(chat.messages(value))
    if isinstance(value, Mapping) and chat.is_conversation(value):
        return list(chat.conversation(value))
    if isinstance(value, list) and value and all(map(chat.is_conversation, value)):
        names = [_conversation_name(part, number) for number, part in enumerate(value, 1)]
        pairs = zip(value, names if len(value) > 1 else [""], strict=True)
        return [turn for part, name in pairs for turn in chat.conversation(part, name)]
    return []


def _conversation_name(value: Mapping[str, Any], number: int) -> str:
    name = value.get("sample_id")
    return name if isinstance(name, str) and name else f"conversation {number}"


def _title(value: Any) -> str:
    title = value.get("title", value.get("name")) if isinstance(value, Mapping) else None
    return title if isinstance(title, str) else ""


def _records(content: Content, value: Any) -> Reading:
    rendering = Rendering()
    title = ""
    if isinstance(value, Mapping) and (name := records.inner_list(value)):
        title, rows = _title(value), value[name]
        around = {key: part for key, part in value.items() if key != name}
        if any(field_rank(key) is None and key not in ("title", "name") for key in around):
            records.add(rendering, around)
        records.add_all(rendering, rows)
    else:
        records.add_all(rendering, value if isinstance(value, list) else [value])
    return reading_of(content, rendering, kind="records", title=title)


def _reading(content: Content, value: Any) -> Reading:
    if turns := _turns(value):
        return chat.turns_reading(content.uri, _title(value) or content.name, turns, content.hash)
    if items := _items(value):
        return items_reading(content.uri, "", items, content.hash)
    return _records(content, value)


def read(content: Content) -> Reading:
    """A JSON file: a chat, a corpus of titled texts, or records, by its shape.

    Raises:
        SourceError: not text, or broken JSON (with line and column).
    """
    return _reading(content, _parsed(content, decode(content)))


def read_lines(content: Content) -> Reading:
    """A file of JSON values, one in each line; empty lines are skipped.

    Raises:
        SourceError: not text, or broken JSON (with its line).
    """
    lines: Sequence[str] = decode(content).split("\n")
    values = [_parsed(content, line, number) for number, line in enumerate(lines, 1) if line.strip()]
    return _reading(content, values)
