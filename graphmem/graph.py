"""The memory as a networkx graph, for analysis and drawing in other programs."""

from __future__ import annotations

from typing import Any, Final

import networkx as nx

from graphmem import schema
from graphmem.stores.base import Store
from graphmem.types import Document, Entity, Passage, Sentence, View

KINDS: Final = (schema.DOCUMENT, schema.PASSAGE, *schema.SENTENCE_KINDS.values(), schema.ENTITY)


def _attributes(value: schema.Value) -> dict[str, Any]:
    """What a person would read on a node."""
    if isinstance(value, Document):
        return {"name": value.title or value.uri, "uri": value.uri}
    if isinstance(value, Entity):
        return {"name": value.name, "label": value.label, "mentions": value.mentions}
    assert isinstance(value, Passage | Sentence)
    return {"text": value.text, "at": value.at.isoformat() if value.at else ""}


def to_networkx(store: Store, view: View) -> nx.MultiDiGraph[str]:
    """All records in view as nodes (``kind`` and what is written on them), their edges keyed by kind.

    Edges point as the records do: sentence to entity, sentence to passage, passage to document.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    edges: list[tuple[str, str, str, float]] = []
    for kind in KINDS:
        for record in store.scan(view, kind):
            graph.add_node(record.id, kind=kind, **_attributes(schema.from_record(record)))
            edges += [(record.id, edge.target, edge.kind, edge.weight) for edge in schema.index(record).edges]
    for source, target, edge_kind, weight in edges:
        if target in graph:
            graph.add_edge(source, target, key=edge_kind, weight=weight)
    return graph
