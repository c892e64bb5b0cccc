"""What programs may import is pinned: a name that comes or goes is a decision, not an accident."""

from __future__ import annotations

import graphmem
import graphmem.ingest


def test_names_of_graphmem() -> None:
    assert sorted(graphmem.__all__) == [
        "Conflict",
        "GraphMemError",
        "Hit",
        "InputError",
        "Memory",
        "MissingExtra",
        "NotFound",
        "Query",
        "QueryError",
        "Ranking",
        "SourceError",
        "StoreBusy",
        "StoreError",
        "View",
        "__version__",
    ]
    assert all(hasattr(graphmem, name) for name in graphmem.__all__)


def test_names_of_ingest() -> None:
    assert sorted(graphmem.ingest.__all__) == ["Report", "add", "ingest", "ingest_readings", "ingest_sources"]


def test_verbs_of_a_memory() -> None:
    verbs = {name for name in dir(graphmem.Memory) if not name.startswith("_")}
    assert verbs == {
        "ask",
        "at",
        "attribution",
        "blame",
        "close",
        "commit",
        "diff",
        "different",
        "document",
        "documents",
        "embed",
        "episode",
        "evidence",
        "exact",
        "facts",
        "familiar",
        "find",
        "forget",
        "forget_all",
        "forget_between",
        "forget_entity",
        "grants",
        "history",
        "identity",
        "open",
        "parts",
        "purge",
        "quarantine",
        "questions",
        "recall",
        "restore",
        "same",
        "share",
        "to_networkx",
        "trust",
        "trusts",
        "undo",
        "undoing",
        "unshare",
        "verify",
        "view",
        "timeline",
        "standings",
        "stand",
        "split",
        "retype",
        "retract",
        "rename",
        "relate",
        "pin",
        "move",
        "merger",
        "disputes",
        "correct",
        "admit",
        "write",
    }
