"""LangChain: a retriever, documents of loaders, chat histories and tools over one memory."""

from __future__ import annotations

from graphmem.errors import MissingExtra

try:
    import langchain_core.documents  # noqa: F401  the submodules below need it
except ImportError as error:
    raise MissingExtra("what LangChain uses of a memory", "langchain") from error

from graphmem.langchain.chat_history import GraphMemChatMessageHistory
from graphmem.langchain.documents import ingest_documents, to_document
from graphmem.langchain.retriever import GraphMemRetriever
from graphmem.langchain.tools import memory_tools

__all__ = [
    "GraphMemChatMessageHistory",
    "GraphMemRetriever",
    "ingest_documents",
    "memory_tools",
    "to_document",
]
