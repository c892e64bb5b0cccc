"""Conversations: message lists of APIs and exports, LoCoMo's sessions, and turns made by callers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from graphmem.ingest import moments
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import Reading, storable

_SPEAKER_FIELDS: Final = ("speaker", "name", "sender", "from", "author", "user", "role")
_TEXT_FIELDS: Final = ("text", "content", "message", "body")
_LISTS: Final = ("messages", "conversation", "conversations", "turns", "dialogue", "dialog", "chat")
_SESSION: Final = re.compile(r"session_(\d+)")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker said at once; ``heading`` names the session, ``metadata`` is kept with the passage."""

    speaker: str
    text: str
    at: datetime | None = None
    heading: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)


def turns_reading(uri: str, title: str, turns: Sequence[Turn], content_hash: str) -> Reading:
    """A reading of turns in their order; turns without text are left out. Naive times are UTC."""
    rendering = Rendering()
    heading = ""
    for turn in turns:
        if turn.heading != heading and turn.text.strip():
            heading = turn.heading
            rendering.line(heading)
        rendering.said(
            "turn",
            turn.text,
            heading=turn.heading,
            speaker=turn.speaker,
            at=turn.at,
            metadata=turn.metadata,
        )
    return storable(Reading(uri, title, "chat", rendering.text(), rendering.blocks(), content_hash))


def _text(value: Any) -> str:
    """A message's text: a string, or a list of parts of which those with text count."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        parts = (part.get("text") if isinstance(part, Mapping) else part for part in value)
        return "\n".join(part for part in parts if isinstance(part, str))
    return ""


def _first(message: Mapping[str, Any], fields: Sequence[str]) -> str | None:
    """The first of the fields that holds a name, a text or nothing; None if there is no such field."""
    return next((field for field in fields if field in message), None)


def _speaker(message: Mapping[str, Any]) -> str:
    values = (message.get(field) for field in _SPEAKER_FIELDS)
    return next((" ".join(value.split()) for value in values if isinstance(value, str) and value.strip()), "")


def _at(message: Mapping[str, Any], order: moments.Order) -> datetime | None:
    """When a message was sent; a field for the day and one for the time of day count together."""
    date, time = message.get("date"), message.get("time")
    if isinstance(date, str) and isinstance(time, str) and (at := moments.parse(f"{date} {time}", order)):
        return at
    named = [(rank, name) for name in message if (rank := moments.field_rank(name)) is not None]
    values = (moments.of_field(name, message[name], order) for _, name in sorted(named))
    return next((value for value in values if value), None)


def _is_message(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and any(isinstance(value.get(field), str) for field in _SPEAKER_FIELDS)
        and (_first(value, _TEXT_FIELDS) is not None or "tool_calls" in value)
        and isinstance(value.get(_first(value, _TEXT_FIELDS) or ""), (str, list, type(None)))
        and not ("title" in value or "subject" in value)
    )


def is_messages(value: Any) -> bool:
    """Whether a JSON value is a list of messages: each says who, and has room for what."""
    return isinstance(value, list) and bool(value) and all(map(_is_message, value))


def _caption(message: Mapping[str, Any]) -> str:
    caption = message.get("blip_caption")
    return f"[shares a photo: {caption}]" if isinstance(caption, str) and caption else ""


def messages(
    values: Sequence[Mapping[str, Any]], heading: str = "", at: datetime | None = None
) -> Iterator[Turn]:
    """The turns of a list of messages; ``at`` is the time of those that have none."""
    dates = (value for message in values for value in message.values() if isinstance(value, str))
    order = moments.order_of(date for date in dates if len(date) < 32)
    for message in values:
        text = _text(message.get(_first(message, _TEXT_FIELDS) or ""))
        said = " ".join(filter(None, (text.strip(), _caption(message))))
        if said:
            yield Turn(_speaker(message), said, _at(message, order) or at, heading)


def _is_exchange(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(said, Mapping) and isinstance(said.get("content"), str) for said in value.values())
    )


def _is_exchanges(value: Any) -> bool:
    """Whether a value is {"turn 1": {"user": {"content": …}, "assistant": {"content": …}}, …}."""
    return isinstance(value, Mapping) and bool(value) and all(map(_is_exchange, value.values()))


def _numbered(name: str) -> tuple[int, str]:
    """Sort key: by the number in a name, so that session_10 comes after session_9."""
    match = _NUMBER.search(name)
    return (int(match[0][:9]) if match else 0), name


def _sessions(value: Mapping[str, Any]) -> list[tuple[int, str]]:
    found = ((_SESSION.fullmatch(key), key) for key in value)
    return sorted((int(m[1][:9]), key) for m, key in found if m and is_messages(value[key]))


def _inner(value: Any) -> tuple[str, Any]:
    """The field of a conversation object that holds its messages, and them."""
    if isinstance(value, Mapping):
        for field in _LISTS:
            inner = value.get(field)
            if is_messages(inner) or _is_exchanges(inner):
                return field, inner
            if isinstance(inner, Mapping) and _sessions(inner):
                return field, inner
        if _sessions(value):
            return "", value
    return "", None


def is_conversation(value: Any) -> bool:
    """Whether a JSON object is a conversation: it has messages, sessions or exchanges."""
    return _inner(value)[1] is not None


def conversation(value: Mapping[str, Any], heading: str = "") -> Iterator[Turn]:
    """The turns of a conversation object; a session's date is that of each of its turns."""
    _, inner = _inner(value)
    titles = (value.get(field) for field in ("title", "subject"))
    heading = next((title for title in titles if isinstance(title, str) and title), heading)
    at = _at(value, "day-first")
    if isinstance(inner, list):
        yield from messages(inner, heading, at)
    elif _is_exchanges(inner):
        for name in sorted(inner, key=_numbered):
            for speaker, said in inner[name].items():
                yield Turn(speaker, said["content"], at, heading)
    else:
        for number, key in _sessions(inner):
            written = inner.get(f"{key}_date_time", inner.get(f"{key}_date"))
            when = moments.parse(written) if isinstance(written, str) else None
            session = " — ".join(filter(None, (heading, f"session {number}")))
            yield from messages(inner[key], session, when or at)
