"""graphiti: episodes, entity nodes and entity edges, as its pydantic models write them (graphiti-core).

An episode is a document, and the facts that graphiti read out of it stand in it: they go with it.
Facts of no episode in the file, summaries and attributes stand in a document of the file's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from graphmem.ingest.exchange.given import Moment
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.told import Told, add, interval, named, reading, triple
from graphmem.ingest.exchange.values import checked_value, records, samples
from graphmem.ingest.readers import records as rows
from graphmem.ingest.readers.records import flatten
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import storable
from graphmem.ingest.sources import Content

NAME: Final = "graphiti"
_LISTS: Final = ("episodes", "nodes", "edges", "communities")
_ACTOR: Final = re.compile(r"([^:\n]{1,60}):\s+(.*)", re.DOTALL)
_PARAGRAPHS: Final = re.compile(r"\n\s*\n")


class Episode(BaseModel):
    """An ``EpisodicNode``."""

    uuid: str = Field(min_length=1)
    name: str = ""
    source: str = "text"
    source_description: str = ""
    content: str
    valid_at: Moment = None
    created_at: Moment = None


class Node(BaseModel):
    """An ``EntityNode`` or a ``CommunityNode``."""

    uuid: str = Field(min_length=1)
    name: str = Field(min_length=1)
    labels: list[str] = []
    summary: str = ""
    attributes: dict[str, Any] = {}

    @property
    def label(self) -> str:
        """What it is, beside an entity."""
        return next((one for one in self.labels if one not in ("Entity", "Community")), "")


class Edge(BaseModel):
    """An ``EntityEdge``; ``expired_at`` is when graphiti took it for over."""

    uuid: str = Field(min_length=1)
    source_node_uuid: str
    target_node_uuid: str
    name: str = Field(min_length=1)
    fact: str = ""
    episodes: list[str] = []
    created_at: Moment = None
    expired_at: Moment = None
    valid_at: Moment = None
    invalid_at: Moment = None
    reference_time: Moment = None


def fits(value: Any) -> bool:
    """Whether a JSON value is graphiti's: an edge has a fact, an episode its source."""
    if isinstance(value, dict) and isinstance(value.get("episode"), dict):
        return "source_description" in value["episode"]
    found = samples(value, *_LISTS)
    return any(
        {"uuid", "fact"} <= one.keys()
        or {"uuid", "content", "source_description"} <= one.keys()
        or {"uuid", "group_id", "name", "summary"} <= one.keys()
        for one in found
    )


def read(content: Content) -> Imported:
    """Episodes, entities and edges: ``SearchResults``, ``AddEpisodeResults``, a list of them, or JSON lines.

    Raises:
        SourceError: broken JSON.
    """
    imported = Imported(content)
    value = checked_value(imported)
    if isinstance(value, dict) and isinstance(value.get("episode"), dict):
        value = {**value, "episodes": [value["episode"]]}
    found = list(records(value, *_LISTS))
    episodes = [one for _, one in imported.checked(Episode, _with(found, "content"))]
    edges = list(imported.checked(Edge, _with(found, "source_node_uuid")))
    nodes = [one for _, one in imported.checked(Node, _neither(found))]
    told, loose = _told(imported, edges, {one.uuid: one for one in nodes}, {one.uuid for one in episodes})
    for episode in episodes:
        _episode(imported, episode, told.get(episode.uuid, []))
    rendering = Rendering()
    add(rendering, [*told.get("", []), *_attributes(nodes)])
    for text, names in loose:
        named(rendering, text, names)
    used = {id for _, edge in edges for id in (edge.source_node_uuid, edge.target_node_uuid)}
    for node in nodes:
        if node.summary.strip():
            rendering.said("record", node.summary, heading=" ".join(node.name.split()))
        elif node.uuid not in used and not node.attributes:
            named(rendering, node.name, [(node.name, node.label)])
    imported.add("facts", storable(reading(content.uri, content.name, rendering)))
    return imported


def _with(found: Iterable[tuple[str, Any]], field: str) -> Iterator[tuple[str, Any]]:
    return ((place, one) for place, one in found if isinstance(one, Mapping) and field in one)


def _neither(found: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """What is neither an episode nor an edge; edges between episodes and entities say nothing more."""
    for place, one in found:
        if not isinstance(one, Mapping) or not ("content" in one or "source_node_uuid" in one):
            yield place, one


Loose = tuple[str, list[tuple[str, str]]]


def _told(
    imported: Imported, edges: Iterable[tuple[str, Edge]], nodes: Mapping[str, Node], episodes: set[str]
) -> tuple[dict[str, list[Told]], list[Loose]]:
    """The facts by the episode that they stand in, "" for none; and those whose ends are not in the file."""
    told: dict[str, list[Told]] = {}
    loose: list[Loose] = []

    def one(edge: Edge) -> None:
        ends = [nodes.get(id) for id in (edge.source_node_uuid, edge.target_node_uuid)]
        source, target = ends
        if source is None or target is None:
            loose.append((edge.fact or edge.name, [(end.name, end.label) for end in ends if end]))
            return
        fact = triple(
            source.name,
            edge.name,
            target.name,
            by=NAME,
            when=interval(edge.valid_at, edge.invalid_at or edge.expired_at),
            labels=(source.label, target.label),
            evidence=edge.fact,
            at=edge.reference_time or edge.created_at,
        )
        for id in [id for id in edge.episodes if id in episodes] or [""]:
            told.setdefault(id, []).append(fact)

    imported.each(edges, one)
    return told, loose


def _attributes(nodes: Iterable[Node]) -> Iterator[Told]:
    for node in nodes:
        for name, value in flatten(node.attributes):
            if name.strip() and value.strip():
                yield triple(node.name, name, value, by=NAME, literal=True, labels=(node.label, ""))


def _episode(imported: Imported, episode: Episode, told: list[Told]) -> None:
    rendering = Rendering()
    kind: Literal["text", "chat", "records"] = "text"
    if episode.source == "message":
        kind = "chat"
        _turns(rendering, episode)
    elif episode.source == "json" and _rendered(rendering, episode.content):
        kind = "records"
    else:
        for paragraph in _PARAGRAPHS.split(episode.content):
            rendering.paragraph(paragraph)
    add(rendering, told)
    uri, at = f"{imported.content.uri}#{episode.uuid}", episode.valid_at or episode.created_at
    one = storable(reading(uri, episode.name, rendering, written_at=at, kind=kind))
    imported.add(f"episode {episode.uuid}", one)


def _turns(rendering: Rendering, episode: Episode) -> None:
    """The turns of "actor: content" lines; a line without an actor goes on the one before."""
    turns: list[tuple[str, str]] = []
    for line in episode.content.split("\n"):
        match = _ACTOR.fullmatch(line.strip())
        if match or not turns:
            turns.append((match[1], match[2]) if match else ("", line))
        else:
            turns[-1] = (turns[-1][0], f"{turns[-1][1]}\n{line}")
    for speaker, text in turns:
        rendering.said("turn", text, speaker=speaker, at=episode.valid_at or episode.created_at)


def _rendered(rendering: Rendering, content: str) -> bool:
    """Render a JSON episode as records; whether it was one."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    rows.add_all(rendering, value if isinstance(value, list) else [value])
    return bool(rendering.blocks())
