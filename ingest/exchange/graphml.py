"""GraphML of this program, networkx, Gephi or yEd: an edge is a fact, and so is a node's attribute."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import networkx as nx

from graphmem.identity import fold
from graphmem.ingest.exchange.given import Given
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.told import Told, add, interval, moment_of, reading, triple
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.sources import Content

NAME: Final = "graphml"
_STATED: Final = frozenset({"fact", "event"})
_NAMES: Final = ("name", "label", "title", "d0")
_KINDS: Final = ("type", "kind", "category", "labels")
_RELATIONS: Final = ("relation", "predicate", "relationship", "type", "kind", "name", "label", "key")
_SINCE: Final = ("valid_at", "valid_from", "since", "start", "begin")
_UNTIL: Final = ("invalid_at", "valid_to", "valid_until", "until", "end")
_WORDS: Final = ("fact", "evidence", "text", "sentence", "description")
_LINKED: Final = "is linked to"
"""What an edge says that has no name."""

Row = Mapping[str, Any]


def read(content: Content) -> Imported:
    """The facts of a graph.

    Raises:
        SourceError: no GraphML, at which line where it is broken.
    """
    try:
        graph = nx.read_graphml(io.BytesIO(content.data), force_multigraph=True)
    except ParseError as error:
        raise content.error(f"broken XML ({error}); nothing was imported") from None
    except (nx.NetworkXError, KeyError, ValueError, TypeError) as error:
        raise content.error(f"no GraphML that can be read ({error}); nothing was imported") from None
    imported = Imported(content)
    nodes: dict[str, Row] = dict(graph.nodes(data=True))
    if any(row.get("kind") in _STATED and "participants" in row for row in nodes.values()):
        told = list(_own(imported, nodes))
    else:
        told = _foreign(imported, nodes, graph)
    rendering = Rendering()
    add(rendering, told)
    imported.add("it", reading(content.uri, content.name, rendering))
    return imported


# --- as this program writes it ----------------------------------------------------------------


def _own(imported: Imported, nodes: Mapping[str, Row]) -> Iterator[Told]:
    """Its facts, and the events that no fact tells."""
    facts = {id: row for id, row in nodes.items() if row.get("kind") == "fact"}
    covered = {row.get("event") for row in facts.values()}
    events = {id: row for id, row in nodes.items() if row.get("kind") == "event" and id not in covered}
    labels = {fold(str(row.get("name"))): row.get("label") for row in nodes.values() if "mentions" in row}
    rows = ((f"node {id}", _given(row, nodes, labels)) for id, row in {**facts, **events}.items())
    for _, given in imported.checked(Given, rows):
        yield given.told(NAME)


def _given(row: Row, nodes: Mapping[str, Row], labels: Mapping[str, Any]) -> Row:
    parts = _json(row.get("participants"))
    evidence = _json(row.get("evidence"))
    named = [part[3] if isinstance(part, list) and len(part) == 4 else "" for part in parts]
    place = next((nodes[id] for id in evidence if id in nodes), {})
    return {
        **row,
        "participants": parts,
        "labels": [str(labels.get(fold(str(name))) or "") for name in named],
        "said_by": ", ".join(map(str, _json(row.get("said_by")))),
        "text": place.get("text", ""),
        "at": place.get("at"),
    }


def _json(text: object) -> list[Any]:
    """A list that was written as JSON; empty if it is none."""
    try:
        value = json.loads(text) if isinstance(text, str) else []
    except (ValueError, RecursionError):
        return []
    return value if isinstance(value, list) else []


# --- as others write it -----------------------------------------------------------------------


def _foreign(imported: Imported, nodes: Mapping[str, Row], graph: nx.MultiGraph) -> list[Told]:
    told: list[Told] = []
    names = {id: _first(row, _NAMES) or id for id, row in nodes.items()}
    kinds = {id: _first(row, _KINDS) for id, row in nodes.items()}

    def edge(ends: tuple[str, str, Row]) -> None:
        source, target, row = ends
        since, until = (_moment(row, fields) for fields in (_SINCE, _UNTIL))
        told.append(
            triple(
                names[source],
                _first(row, _RELATIONS) or _LINKED,
                names[target],
                by=NAME,
                when=interval(since, until),
                labels=(kinds[source], kinds[target]),
                evidence=_first(row, _WORDS),
                at=_moment(row, ("created_at", "at")),
            )
        )

    def attribute(held: tuple[str, str, Any]) -> None:
        id, field, value = held
        told.append(triple(names[id], field, str(value), by=NAME, literal=True, labels=(kinds[id], "")))

    edges = ((f"edge {a} to {b}", (a, b, row)) for a, b, row in graph.edges(data=True))
    imported.each(edges, edge)
    used = {*_NAMES, *_KINDS}
    held = (
        (f"node {id}", (id, field, value))
        for id, row in nodes.items()
        for field, value in row.items()
        if field not in used and str(value).strip()
    )
    imported.each(held, attribute)
    return told


def _first(row: Row, fields: tuple[str, ...]) -> str:
    return next((str(row[field]).strip() for field in fields if str(row.get(field) or "").strip()), "")


def _moment(row: Row, fields: tuple[str, ...]) -> datetime | None:
    values = (row[field] for field in fields if row.get(field) not in (None, ""))
    return next((at for value in values if (at := moment_of(value))), None)
