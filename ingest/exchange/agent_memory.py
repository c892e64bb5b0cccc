"""neo4j-agent-memory: its graph export (``MemoryClient.get_graph``), or its models as JSON, list by list.

A conversation is a document; so is a preference, said by the user. Facts, relations and entities stand in a
document of the file's name. Traces of reasoning, calls of tools and other nodes are left out: they say what
an agent did, or how the store is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import AliasChoices, BaseModel, Field

from graphmem.ingest.exchange.given import Moment
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.told import (
    Told,
    about,
    add,
    interval,
    is_literal,
    memory,
    named,
    reading,
    triple,
)
from graphmem.ingest.exchange.values import checked_value, records, samples
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import storable
from graphmem.ingest.sources import Content

NAME: Final = "neo4j-agent-memory"
_LISTS: Final = ("conversations", "messages", "entities", "relationships", "facts", "preferences")
_KINDS: Final = {
    "Conversation": "conversations",
    "Message": "messages",
    "Entity": "entities",
    "Fact": "facts",
    "Preference": "preferences",
}
"""The list of the models that a node of a label belongs in."""
_USER: Final = "user"
Rows = dict[str, list[tuple[str, Any]]]


class Node(BaseModel):
    """A node of a memory graph."""

    id: str = Field(min_length=1)
    labels: list[str]
    properties: dict[str, Any] = {}


class Link(BaseModel):
    """A relationship of a memory graph."""

    type: str
    from_node: str
    to_node: str
    properties: dict[str, Any] = {}


class Message(BaseModel):
    """A message; in the graph its moment is called ``timestamp``."""

    id: str = Field(min_length=1)
    role: str = ""
    content: str
    conversation_id: str | None = None
    created_at: Moment = Field(default=None, validation_alias=AliasChoices("timestamp", "created_at"))


class Conversation(BaseModel):
    """A conversation, by its session."""

    id: str = Field(min_length=1)
    session_id: str = ""
    title: str | None = None
    messages: list[Message] = []
    created_at: Moment = None


class Entity(BaseModel):
    """An entity with what it is, and what else it is called."""

    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    canonical_name: str | None = None
    type: str = ""
    description: str | None = None
    aliases: list[str] = []

    @property
    def called(self) -> str:
        """Its full name."""
        return self.canonical_name or self.name


class Relationship(BaseModel):
    """A relation of two entities; in the graph it has a list of evidence."""

    source_id: str
    target_id: str
    type: str = Field(min_length=1)
    id: str = ""
    description: str | None = None
    evidence: list[str] = []
    confidence: float = Field(1.0, ge=0, le=1)
    valid_from: Moment = None
    valid_until: Moment = None
    created_at: Moment = None


class Fact(BaseModel):
    """A triple with its time."""

    id: str = Field(min_length=1)
    subject: str
    predicate: str
    object: str
    confidence: float = Field(1.0, ge=0, le=1)
    valid_from: Moment = None
    valid_until: Moment = None
    created_at: Moment = None


class Preference(BaseModel):
    """What the user prefers."""

    id: str = Field(min_length=1)
    category: str = ""
    preference: str = Field(min_length=1)
    context: str | None = None
    created_at: Moment = None


def fits(value: Any) -> bool:
    """Whether a JSON value is a memory graph, or lists of the models."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("nodes"), list) and isinstance(value.get("relationships"), list):
        return all({"id", "labels", "properties"} <= one.keys() for one in samples(value, "nodes"))
    fields = {"facts": "predicate", "preferences": "preference", "messages": "role", "entities": "type"}
    fields |= {"conversations": "session_id"}
    return any(
        {field, "id"} <= one.keys()
        for name, field in fields.items()
        if isinstance(value.get(name), list)
        for one in samples(value, name)
    )


def read(content: Content) -> Imported:
    """The messages, preferences, entities, relations and facts.

    Raises:
        SourceError: broken JSON.
    """
    imported = Imported(content)
    value = checked_value(imported)
    rows = _graph(imported, value) if isinstance(value, dict) and "nodes" in value else _lists(value)
    _conversations(imported, rows)
    for place, one in imported.checked(Preference, rows["preferences"]):
        text = f"{one.preference} ({one.context})" if one.context else one.preference
        told = about(one.preference, {"category": one.category}, by=NAME)
        uri = f"{content.uri}#{one.id}"
        imported.add(place, memory(uri, text, speaker=_USER, at=one.created_at, told=told))
    rendering = Rendering()
    entities = {one.id: one for _, one in imported.checked(Entity, rows["entities"])}
    for entity in entities.values():
        _entity(rendering, entity)
    add(rendering, _facts(imported, rows["facts"]))
    _relations(imported, rendering, rows["relationships"], entities)
    imported.add("facts", storable(reading(content.uri, content.name, rendering)))
    return imported


def _lists(value: Any) -> Rows:
    return defaultdict(list, {name: list(records(value, name)) for name in _LISTS if name in value})


def _graph(imported: Imported, value: Mapping[str, Any]) -> Rows:
    """The nodes of a memory graph by what they are; its relations are those between entities."""
    rows: Rows = defaultdict(list)
    links = list(imported.checked(Link, records({"relationships": [], **value}, "relationships")))
    of = {link.to_node: link.from_node for _, link in links if link.type == "HAS_MESSAGE"}
    entities: set[str] = set()
    for place, node in imported.checked(Node, records(value, "nodes")):
        kind = next((kind for label, kind in _KINDS.items() if label in node.labels), "")
        if kind:
            rows[kind].append((place, {"conversation_id": of.get(node.id), **node.properties, "id": node.id}))
            entities |= {node.id} if kind == "entities" else set()
    for place, link in links:
        if {link.from_node, link.to_node} <= entities:
            ends = {"source_id": link.from_node, "target_id": link.to_node, "type": link.type}
            rows["relationships"].append((place, {**link.properties, **ends}))
    return rows


def _conversations(imported: Imported, rows: Rows) -> None:
    """A document for each conversation; messages of none that is in the file have one of their own."""
    known = {one.id: one for _, one in imported.checked(Conversation, rows["conversations"])}
    said = {id: list(one.messages) for id, one in known.items()}
    for _, message in imported.checked(Message, rows["messages"]):
        said.setdefault(message.conversation_id or "messages", []).append(message)
    for id, messages in said.items():
        one = known.get(id) or Conversation(id=id)
        messages.sort(key=lambda message: message.created_at.timestamp() if message.created_at else 0.0)
        rendering = Rendering()
        for message in messages:
            rendering.said("turn", message.content, speaker=message.role, at=message.created_at)
        at = one.created_at or (messages[0].created_at if messages else None)
        uri, title = f"{imported.content.uri}#{id}", one.title or one.session_id
        whole = reading(uri, title, rendering, written_at=at, kind="chat")
        imported.add(f"conversation {id}", storable(whole))


def _entity(rendering: Rendering, entity: Entity) -> None:
    others = [name for name in dict.fromkeys([entity.name, *entity.aliases]) if name != entity.called]
    also = f" (also {', '.join(others)})" if others else ""
    text = f"{entity.called}{also}" + (f": {entity.description}" if entity.description else "")
    named(rendering, text, [(name, entity.type) for name in (entity.called, *others)], of=entity.called)


def _facts(imported: Imported, rows: Iterable[tuple[str, Any]]) -> list[Told]:
    told: list[Told] = []

    def one(fact: Fact) -> None:
        told.append(
            triple(
                fact.subject,
                fact.predicate,
                fact.object,
                by=NAME,
                when=interval(fact.valid_from, fact.valid_until),
                literal=is_literal(fact.object),
                at=fact.created_at,
                confidence=fact.confidence,
            )
        )

    imported.each(imported.checked(Fact, rows), one)
    return told


def _relations(
    imported: Imported, rendering: Rendering, rows: Iterable[tuple[str, Any]], entities: Mapping[str, Entity]
) -> None:
    """Relations as facts; one that is given in both directions says only who belongs together.

    The graph export asks for relations without their direction, and so gives each twice.
    """
    found = list(imported.checked(Relationship, rows))
    turned = {(one.target_id, one.source_id, one.type, one.id) for _, one in found if one.id}
    told: list[Told] = []

    def one(link: Relationship) -> None:
        ends = [entities.get(id) for id in (link.source_id, link.target_id)]
        source, target = ends
        words = link.description or " ".join(link.evidence)
        key = (link.source_id, link.target_id, link.type, link.id)
        if source is None or target is None or key in turned:
            names = [(end.called, end.type) for end in ends if end]
            if key not in turned or link.source_id <= link.target_id:
                named(rendering, words or _unstated(link, names), names)
            return
        told.append(
            triple(
                source.called,
                link.type,
                target.called,
                by=NAME,
                when=interval(link.valid_from, link.valid_until),
                labels=(source.type, target.type),
                evidence=words,
                at=link.created_at,
                confidence=link.confidence,
            )
        )

    imported.each(found, one)
    add(rendering, told)


def _unstated(link: Relationship, names: Iterable[tuple[str, str]]) -> str:
    return f"{' and '.join(name for name, _ in names)}: {link.type.replace('_', ' ').lower()}"
