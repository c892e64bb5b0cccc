"""Facts that a person adds: each a small document of one sentence, found, shown and forgotten like any other.

It supports the same fact as a source that says the same, and stays when that source is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from graphmem.casting import cast
from graphmem.casts import Cast
from graphmem.identity import content_hash, document_id, fold, passage_id, sentence_id
from graphmem.statements import Participant, Statement
from graphmem.types import Document, Mention, Passage, Sentence

SCHEME: Final = "said:"
"""How the URI of what a person says begins."""


@dataclass(frozen=True, slots=True)
class Said:
    """A person's sentence as the memory keeps it."""

    document: Document
    passage: Passage
    sentence: Sentence
    cast: Cast | None


def uri_of(author: str, text: str) -> str:
    """The address of what a person says: by the same person in the same words it is the same."""
    return f"{SCHEME}{author}/{content_hash(text.encode('utf-8', 'replace'))[:12]}"


def is_said(uri: str) -> bool:
    """Whether a document is what a person says."""
    return uri.startswith(SCHEME)


def worded(statement: Statement, labels: Sequence[str]) -> tuple[str, Statement, tuple[Mention, ...]]:
    """A statement as a sentence: its text, the places of its participants, and the names among them.

    ``labels`` are what the participants are ("person", "place"), in order.
    """
    parts: list[str] = []
    participants: list[Participant] = []
    mentions: list[Mention] = []

    def add(word: str) -> int:
        start = len(" ".join(parts)) + bool(parts)
        parts.append(word)
        return start

    for k, (one, label) in enumerate(zip(statement.participants, labels, strict=True)):
        if k == 1:
            add(_predicate(statement))
        if one.case:
            add(one.case)
        name = one.entity or one.text
        start = add(name)
        participants.append(replace(one, text=name, start=start, end=start + len(name)))
        if fold(one.entity):  # signs alone name nothing
            mentions.append(Mention(name=name, label=label, start=start, end=start + len(name)))
    if len(participants) == 1:
        add(_predicate(statement))
    if statement.when and statement.when.text:
        add(f"({statement.when.text})")
    text = " ".join(parts) + "."
    placed = replace(statement, participants=tuple(participants), start=0, end=len(text))
    return text, placed, tuple(mentions)


def _predicate(statement: Statement) -> str:
    words = statement.predicate or statement.lemma
    return f"not {words}" if statement.negated and " not " not in f" {words} " else words


def said(namespace: str, author: str, at: datetime, statement: Statement, labels: Sequence[str]) -> Said:
    """What a person states at a moment, as a document of one sentence."""
    text, placed, mentions = worded(replace(statement, by=author), labels)
    uri = uri_of(author, text)
    document = Document(
        id=document_id(namespace, uri),
        namespace=namespace,
        uri=uri,
        title="",
        kind="text",
        content_hash=content_hash(text.encode("utf-8", "replace")),
        characters=len(text),
        written_at=at,
    )
    passage = Passage(
        id=passage_id(document.id, "paragraph", text, 0),
        namespace=namespace,
        document=document.id,
        position=0,
        kind="paragraph",
        start=0,
        end=len(text),
        text=text,
        at=at,
    )
    sentence = Sentence(
        id=sentence_id(passage.id, text, 0),
        namespace=namespace,
        passage=passage.id,
        position=0,
        start=0,
        end=len(text),
        text=text,
        at=at,
        mentions=mentions,
        statements=(placed,),
    )
    return Said(document, passage, sentence, cast(document, [passage], [sentence]))
