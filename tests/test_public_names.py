"""What programs may import is pinned: a name that comes or goes is a decision, not an accident."""

from __future__ import annotations

import graphmem
import graphmem.ingest

VERBS = """
    admit ask at attribution blame close commit correct diff different disputes document documents
    dormant embed episode evidence exact facts fade familiar feedback find forget forget_all
    forget_between forget_entity grants history identity learned merger move note notes open parts
    pin purge quarantine questions recall reflect relate rename restore retention retentions retract
    retype same share split stand standings timeline to_networkx trust trusts undo undoing unlearn
    unshare use uses verify view wake write
"""


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
    assert verbs == set(VERBS.split())
