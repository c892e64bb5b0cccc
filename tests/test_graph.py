"""The memory as a networkx graph: all records are nodes, and none of another namespace is."""

from __future__ import annotations

from pathlib import Path

import networkx as nx

from graphmem.ingest import ingest
from graphmem.memory import Memory
from graphmem.testing import HashEmbedder


def test_the_graph_holds_every_record_and_its_edges(tmp_path: Path) -> None:
    (tmp_path / "ada.md").write_text("# Ada Lovelace\n\nAda Lovelace wrote to Charles Babbage.\n")
    (tmp_path / "babbage.md").write_text("# Charles Babbage\n\nHe built an engine in London.\n")
    url = f"sqlite:///{tmp_path}/memory.db"
    with Memory.open(url, embedder=HashEmbedder()) as memory:
        ingest(memory, [str(tmp_path)])
        graph = memory.to_networkx()
        counts = memory.store.info().records["default"]
    with Memory.open(url, namespace="other", embedder=HashEmbedder()) as other:
        assert len(other.to_networkx()) == 0
    kinds = nx.get_node_attributes(graph, "kind").values()
    assert {kind: list(kinds).count(kind) for kind in set(kinds)} == counts
    names = {data["name"]: node for node, data in graph.nodes(data=True) if data["kind"] == "entity"}
    assert nx.has_path(graph.to_undirected(), names["Ada Lovelace"], names["London"])
    assert {key for _, _, key in graph.edges(keys=True)} == {
        "part_of",
        "mentions",
        "titled",
        "states",
        "subject",
        "place",
        "participant",
        "casts",
        "called",
    }
