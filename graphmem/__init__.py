"""graphmem: a knowledge memory on a graph, with evidence for every answer.

>>> from graphmem import Memory
>>> from graphmem.ingest import ingest
>>> with Memory.open("sqlite:///memory.db") as memory:  # doctest: +SKIP
...     ingest(memory, ["documents/"])
...     for hit in memory.recall("Where was the designer of the Tern buoy born?"):
...         print(hit.score, hit.document.uri, hit.evidence.text)
"""

from __future__ import annotations

from importlib.metadata import version

from graphmem.errors import (
    Conflict,
    GraphMemError,
    InputError,
    MissingExtra,
    NotFound,
    QueryError,
    SourceError,
    StoreBusy,
    StoreError,
)
from graphmem.memory import Memory
from graphmem.ranking import Hit, Query, Ranking
from graphmem.types import View

__version__ = version("graphmem")

__all__ = [
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
