"""The explorer in a real browser over Neo4j: the same walk, from a file that goes in to its forgetting."""

from __future__ import annotations

from pathlib import Path

import browser_steps as step
from browser import Tab, chromium, explorer, remember
from neo4j_stores import Neo4jStores

from graphmem.embedding import SentenceEncoder

FIXTURES = (chromium,)


def test_all_that_is_done_on_sqlite_is_done_on_neo4j(
    chromium: object, neo4j_stores: Neo4jStores, tmp_path: Path, encoder: SentenceEncoder
) -> None:
    store = neo4j_stores.url("explorer")
    remember(store, encoder)
    with explorer(store, tmp_path / "log") as address, Tab(chromium, address) as tab:
        step.upload(tab)
        step.ask(tab)
        step.follow(tab)
        tab.open("graph", id="Mara Lindqvist")
        step.click_node(tab, "Jonas Berg")
        step.merge(tab)
        step.undo(tab)
        step.resolve(tab)
        step.forget(tab)
        for path in ("timeline", "history", "health"):
            tab.open(path)
        assert tab.page.get_by_test_id("stException").count() == 0
        assert tab.faults == [] and tab.elsewhere == []
        assert "password" not in (tmp_path / "log").read_text("utf-8").lower()
