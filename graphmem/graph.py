"""The memory as a networkx graph, for analysis and drawing in other programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import networkx as nx

from graphmem import schema
from graphmem.sharing import PRIVATE
from graphmem.shown import shown
from graphmem.stores.base import Store
from graphmem.types import Record, View

KINDS: Final = (
    schema.DOCUMENT,
    schema.PASSAGE,
    *schema.SENTENCE_KINDS.values(),
    schema.EPISODE,
    schema.ENTITY,
    schema.FACT,
    schema.EVENT,
    schema.CAST,
    schema.UNIT,
    schema.BLOCK,
    schema.MATCH,
    schema.DECISION,
    schema.CORRECTION,
    schema.SLOT,
    schema.DISPUTE,
    schema.GRANT,
    schema.TRUST,
    schema.NOTE,
    schema.USE,
    schema.TASK,
)


def _attributes(record: Record) -> dict[str, Any]:
    """What a person would read on a node; moments as ISO text, which every graph file can hold."""
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in shown(record).items()
    }


def to_networkx(store: Store, view: View) -> nx.MultiDiGraph[str]:
    """All records in view as nodes (``kind`` and what is written on them), their edges keyed by kind.

    Edges point as the records do: sentence to entity, sentence to passage, passage to document. A view of
    several namespaces is without their grants and words on trust.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    edges: list[tuple[str, str, str, float]] = []
    for kind in KINDS:
        if kind in PRIVATE and len(view.namespaces) > 1:
            continue
        for record in store.scan(view, kind):
            graph.add_node(record.id, kind=kind, **_attributes(record))
            edges += [(record.id, edge.target, edge.kind, edge.weight) for edge in schema.index(record).edges]
    for source, target, edge_kind, weight in edges:
        if target in graph:
            graph.add_edge(source, target, key=edge_kind, weight=weight)
    return graph
