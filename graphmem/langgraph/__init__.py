"""LangGraph: a store of long-term items over one memory, each read like a source, and nodes that use it."""

from __future__ import annotations

from graphmem.errors import MissingExtra

try:
    import langgraph.store.base  # noqa: F401  the submodules below need it
except ImportError as error:
    raise MissingExtra("what LangGraph uses of a memory", "langgraph") from error

from graphmem.langgraph.nodes import (
    associate_node,
    context_node,
    recall_node,
    remember_node,
    step_node,
    task_node,
)
from graphmem.langgraph.store import GraphMemStore

__all__ = [
    "GraphMemStore",
    "associate_node",
    "context_node",
    "recall_node",
    "remember_node",
    "step_node",
    "task_node",
]
