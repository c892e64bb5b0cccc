"""What the kinds of records are: how each is written as a body, read back and indexed.

The one place that knows both levels of ``graphmem.types``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from graphmem.identity import entity_id, fold
from graphmem.types import (
    Change,
    Document,
    Edge,
    Entity,
    Index,
    Mention,
    MentionRole,
    Passage,
    PassageKind,
    Record,
    Sentence,
    Shown,
)

DOCUMENT: Final = "document"
PASSAGE: Final = "passage"
SENTENCE: Final = "sentence"
UTTERANCE: Final = "utterance"
ENTRY: Final = "entry"
ENTITY: Final = "entity"

# Edge kinds. A sentence points at its entities by the role of the mention.
PART_OF: Final = "part_of"
FOLLOWS: Final = "follows"
MENTIONS: Final = "mentions"
OPENS: Final = "opens"
TITLED: Final = "titled"
SPOKEN_BY: Final = "spoken_by"
DATED: Final = "dated"
DATE_LABEL: Final = "date"
TITLE_LABEL: Final = "title"  # label of a mention in role title: what a document or section is about
EDGE_OF_ROLE: Final = {
    "text": MENTIONS,
    "opening": OPENS,
    "title": TITLED,
    "speaker": SPOKEN_BY,
    "time": DATED,
}
# Sentences of paragraphs, turns and records are kinds of their own: each is searched among its like, since
# a name that every turn begins with would otherwise pass for a rare word of the paragraphs.
SENTENCE_KINDS: Final[Mapping[PassageKind, str]] = {
    "paragraph": SENTENCE,
    "turn": UTTERANCE,
    "record": ENTRY,
}
ENTITY_EDGES: Final = tuple(sorted(EDGE_OF_ROLE.values()))

Value = Document | Passage | Sentence | Entity


def searched_text(record: Record) -> str | None:
    """What is embedded and indexed of a sentence: the caption, then the text; None for other kinds."""
    if record.kind not in SENTENCE_KINDS.values():
        return None
    caption, text = record.body.get("caption", ""), str(record.body["text"])
    return f"{caption}: {text}" if caption else text


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _parse_moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _compact(body: Mapping[str, Any]) -> dict[str, Any]:
    """Without fields at their default: bodies are stored a million times."""
    return {key: value for key, value in body.items() if value not in (None, "", [], {})}


def _write_document(d: Document) -> dict[str, Any]:
    return {
        "uri": d.uri,
        "title": d.title,
        "kind": d.kind,
        "content_hash": d.content_hash,
        "characters": d.characters,
        "written_at": _moment(d.written_at),
    }


def _read_document(id: str, namespace: str, body: Mapping[str, Any]) -> Document:
    return Document(
        id=id,
        namespace=namespace,
        uri=body["uri"],
        title=body.get("title", ""),
        kind=body["kind"],
        content_hash=body["content_hash"],
        characters=body["characters"],
        written_at=_parse_moment(body.get("written_at")),
    )


def _write_passage(p: Passage) -> dict[str, Any]:
    return {
        "document": p.document,
        "position": p.position,
        "kind": p.kind,
        "start": p.start,
        "end": p.end,
        "text": p.text,
        "heading": p.heading,
        "speaker": p.speaker,
        "at": _moment(p.at),
        "previous": p.previous,
    }


def _read_passage(id: str, namespace: str, body: Mapping[str, Any]) -> Passage:
    return Passage(
        id=id,
        namespace=namespace,
        document=body["document"],
        position=body["position"],
        kind=body["kind"],
        start=body["start"],
        end=body["end"],
        text=body["text"],
        heading=body.get("heading", ""),
        speaker=body.get("speaker", ""),
        at=_parse_moment(body.get("at")),
        previous=body.get("previous"),
    )


def _write_mention(m: Mention) -> list[Any]:
    return [m.name, m.label, m.role, m.start, m.end] if m.end else [m.name, m.label, m.role]


def _read_mention(row: list[Any]) -> Mention:
    name, label, role, *span = row
    start, end = span or (0, 0)
    return Mention(name=name, label=label, role=role, start=start, end=end)


def _write_sentence(s: Sentence) -> dict[str, Any]:
    return {
        "kind": None if s.kind == "paragraph" else s.kind,
        "passage": s.passage,
        "position": s.position,
        "start": s.start,
        "end": s.end,
        "text": s.text,
        "caption": s.caption,
        "at": _moment(s.at),
        "mentions": [_write_mention(m) for m in s.mentions],
    }


def _read_sentence(id: str, namespace: str, body: Mapping[str, Any]) -> Sentence:
    return Sentence(
        id=id,
        namespace=namespace,
        kind=body.get("kind", "paragraph"),
        passage=body["passage"],
        position=body["position"],
        start=body["start"],
        end=body["end"],
        text=body["text"],
        caption=body.get("caption", ""),
        at=_parse_moment(body.get("at")),
        mentions=tuple(_read_mention(row) for row in body.get("mentions", ())),
    )


def _write_entity(e: Entity) -> dict[str, Any]:
    return {
        "key": e.key,
        "surfaces": dict(e.surfaces),
        "labels": dict(e.labels),
        "openings": e.openings or None,
    }


def _read_entity(id: str, namespace: str, body: Mapping[str, Any]) -> Entity:
    return Entity(
        id=id,
        namespace=namespace,
        key=body["key"],
        surfaces=body["surfaces"],
        labels=body["labels"],
        openings=body.get("openings", 0),
    )


_KIND_OF: Final[dict[type, str]] = {Document: DOCUMENT, Passage: PASSAGE, Entity: ENTITY}
_WRITE: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    DOCUMENT: _write_document,
    PASSAGE: _write_passage,
    **dict.fromkeys(SENTENCE_KINDS.values(), _write_sentence),
    ENTITY: _write_entity,
}
_READ: Final[dict[str, Callable[[str, str, Mapping[str, Any]], Value]]] = {
    DOCUMENT: _read_document,
    PASSAGE: _read_passage,
    **dict.fromkeys(SENTENCE_KINDS.values(), _read_sentence),
    ENTITY: _read_entity,
}


def to_record(value: Value) -> Record:
    """The record that keeps a value; ``from_record`` is its inverse."""
    kind = SENTENCE_KINDS[value.kind] if isinstance(value, Sentence) else _KIND_OF[type(value)]
    return Record(value.id, kind, value.namespace, _compact(_WRITE[kind](value)))


def from_record(record: Record) -> Value:
    """The value that a record keeps."""
    return _READ[record.kind](record.id, record.namespace, record.body)


def _index_passage(record: Record) -> Index:
    edges = [Edge(PART_OF, record.body["document"])]
    if record.body.get("previous"):
        edges.append(Edge(FOLLOWS, record.body["previous"]))
    return Index(edges=tuple(edges), valid_at=_parse_moment(record.body.get("at")))


def named(record: Record) -> Iterator[tuple[str, str, MentionRole]]:
    """Name, label and role of each mention of a sentence's record; none of other kinds.

    Straight from the body: every write counts all mentions, and making values of them costs more
    than the counting.
    """
    if record.kind in SENTENCE_KINDS.values():
        for name, label, role, *_ in record.body.get("mentions", ()):
            yield name, label, role


def _index_sentence(record: Record) -> Index:
    weights: dict[tuple[str, str], float] = {}
    for name, label, role in named(record):
        # A date is a date wherever it stands: walks weigh it less than a name.
        kind = DATED if label == DATE_LABEL else EDGE_OF_ROLE[role]
        edge = (kind, entity_id(record.namespace, fold(name)))
        weights[edge] = weights.get(edge, 0.0) + 1.0
    edges = [Edge(kind, target, weight) for (kind, target), weight in sorted(weights.items())]
    return Index(
        edges=(Edge(PART_OF, record.body["passage"]), *edges),
        text=searched_text(record),
        valid_at=_parse_moment(record.body.get("at")),
    )


def index(record: Record) -> Index:
    """How a record is to be found."""
    if record.kind == PASSAGE:
        return _index_passage(record)
    if record.kind in SENTENCE_KINDS.values():
        return _index_sentence(record)
    return Index()


_READABLE: Final = ("text", "caption", "position", "start", "end", "heading", "speaker")


def shown(record: Record) -> dict[str, Shown]:
    """What a person reads of a record in a graph browser: a name, and fields worth querying."""
    body = record.body
    fields: dict[str, Shown | None]
    if record.kind == DOCUMENT:
        written_at = _parse_moment(body.get("written_at"))
        fields = {"name": body.get("title") or body["uri"], "uri": body["uri"], "written_at": written_at}
    elif record.kind == ENTITY:
        entity = _read_entity(record.id, record.namespace, body)
        fields = {
            "name": entity.name,
            "label": entity.label,
            "aliases": list(entity.aliases) or None,
            "mentions": entity.mentions,
        }
    else:  # every write shows all passages and sentences: straight from the body
        fields = {key: body.get(key) for key in _READABLE}
        fields |= {"name": excerpt(body["text"]), "at": _parse_moment(body.get("at"))}
    return {key: field for key, field in fields.items() if field is not None}


def excerpt(text: str, characters: int = 60) -> str:
    """The beginning of a text on one line, cut at a word where one ends."""
    begin = text[: 4 * characters]
    line = " ".join(begin.split())
    if len(line) <= characters and len(begin) == len(text):
        return line
    head = line[: characters - 1]
    return (head.rpartition(" ")[0] or head) + "…"


def text_is_new(change: Change) -> bool:
    """Whether a change leaves a searched text that was not there before it."""
    before = searched_text(change.before) if change.before else None
    after = searched_text(change.after) if change.after else None
    return after is not None and after != before
