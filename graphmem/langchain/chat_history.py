"""The history of a chat as a memory keeps it: each message a turn, read like any chat."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.messages import BaseMessage, message_to_dict, messages_from_dict

from graphmem import schema
from graphmem.errors import InputError
from graphmem.identity import digest, document_id
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import ingest_readings
from graphmem.ingest.readers.chat import Turn, turns_reading
from graphmem.ingest.reading import json_values, storable
from graphmem.memory import Memory
from graphmem.retrying import retrying
from graphmem.types import Document, Passage, View

TOGETHER: Final = 20
"""Turns of a document: what is said around one helps to find it; all are read again when one comes."""
_LOOKED_FOR: Final = 64
_WORDLESS: Final = "…"


class GraphMemChatMessageHistory(BaseChatMessageHistory):
    """The messages of one chat, in a memory that recalls what was said in it.

    Messages come back as they were given, with tool calls and all. In the memory they are turns of the chat
    documents ``chat:SESSION#1``, ``#2``, … of twenty turns each, by speaker and time: names, facts and dates
    are read out of them, "I" is the speaker, and recall finds them. Whole messages are written or none, by as
    many programs at once as there are.

    Args:
        memory: where to.
        session: which chat this is; any text.
        user: who speaks in human messages that have no name.
        assistant: who speaks in messages of a model that have no name.
        pipeline: what reads names, facts and events, as in ``ingest``.

    Raises:
        InputError: the session is empty.
    """

    def __init__(
        self,
        memory: Memory,
        session: str,
        *,
        user: str = "user",
        assistant: str = "assistant",
        pipeline: str | None = AUTOMATIC,
    ) -> None:
        super().__init__()
        if not session:
            raise InputError("which chat is it? give a session, such as the id of the thread")
        self.memory = memory
        self.session = session
        self.pipeline = pipeline
        self._uri = f"chat:{quote(session, safe='')}"
        self._speakers = {"human": user, "ai": assistant}

    @property
    def messages(self) -> list[BaseMessage]:  # type: ignore[override]  # there it is an attribute
        """All messages, in the order in which they came."""
        said = (turn for document in self._documents() for turn in self._turns(document))
        return messages_from_dict([turn.metadata["message"] for turn in said])

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Write messages at the end; each document of turns that they change is one commit.

        Raises:
            InputError: a message holds something that JSON has no form for; nothing was written.
            Conflict: others kept writing to this chat.
        """
        new = list(messages)
        for message in new:
            json_values(message_to_dict(message), f"a message to {self._uri}")
        while new:
            new = new[retrying(partial(self._append, new)) :]

    def clear(self) -> None:
        """Forget the chat, with all that only it supported; ``Memory.undo`` brings it back."""
        if ids := [document.id for document in self._documents()]:
            self.memory.forget(*ids)

    def _documents(self) -> Iterator[Document]:
        """The documents of the chat, in order; one in the middle may have been forgotten."""
        own, begin = View.of(self.memory.namespace), 1
        while True:
            names = [f"{self._uri}#{number}" for number in range(begin, begin + _LOOKED_FOR)]
            ids = [document_id(self.memory.namespace, name) for name in names]
            found = self.memory.store.get(own, ids)
            if not found:
                return
            for document in (schema.from_record(found[id]) for id in ids if id in found):
                assert isinstance(document, Document)
                yield document
            begin += _LOOKED_FOR

    def _turns(self, document: Document) -> list[Turn]:
        """The turns of a document; what a long one was cut into is one again."""
        begun = (part for part in self.memory.parts(document, limit=sys.maxsize) if isinstance(part, Passage))
        return [self._as_turn(part.metadata["message"], part.at) for part in begun if part.metadata]

    def _append(self, messages: Sequence[BaseMessage]) -> int:
        """Write as many as the last document of the chat, or a new one, has room for; how many that was.

        Raises:
            Conflict: others wrote to it meanwhile.
        """
        last = next(iter(deque(self._documents(), maxlen=1)), None)
        turns = self._turns(last) if last else []
        number = int(last.uri.rpartition("#")[2]) if last else 1
        if len(turns) >= TOGETHER:
            number, last, turns = number + 1, None, []
        room = TOGETHER - len(turns)
        at = self.memory.clock()
        turns += [self._as_turn(message_to_dict(message), at) for message in messages[:room]]
        uri, title = f"{self._uri}#{number}", ""
        hash = digest(*(repr(turn) for turn in turns))
        reading = storable(turns_reading(uri, title, turns, hash))
        known = {uri: last.content_hash if last else None}
        ingest_readings(self.memory, [reading], pipeline=self.pipeline, over=known)
        return room

    def _as_turn(self, message: Mapping[str, Any], at: datetime | None) -> Turn:
        data = message["data"]
        speaker = data.get("name") or self._speakers.get(message["type"], message["type"])
        return Turn(speaker, _said(data) or _WORDLESS, at, metadata={"message": message})


def _said(data: Mapping[str, Any]) -> str:
    """What a message says: its text, else which tools it calls."""
    content = data["content"]
    parts = [content] if isinstance(content, str) else content
    texts = (part if isinstance(part, str) else part.get("text", "") for part in parts)
    said = "\n".join(filter(None, texts)).strip()
    calls = (f"{call['name']}({json.dumps(call['args'])})" for call in data.get("tool_calls", ()))
    return said or ", ".join(calls)
