"""LangChain: a retriever over ``Memory.recall``."""

from __future__ import annotations

from typing import Any, Literal

from graphmem.errors import MissingExtra
from graphmem.memory import Memory
from graphmem.ranking import Hit

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import ConfigDict, Field
except ImportError as error:
    raise MissingExtra("the LangChain retriever", "langchain") from error


def to_document(hit: Hit) -> Document:
    """A hit as a LangChain document; metadata holds JSON values only."""
    passage = hit.passage
    metadata: dict[str, Any] = {
        "score": hit.score,
        "source": hit.document.uri,
        "namespace": hit.document.namespace,
        "title": hit.document.title,
        "heading": passage.heading,
        "speaker": passage.speaker,
        "at": passage.at.isoformat() if passage.at else None,
        "start": passage.start,
        "end": passage.end,
        "evidence": hit.evidence.text,
        "stale": list(hit.stale),
        "also": [document.uri for document in hit.also],
        "parts": dict(hit.parts),
        "shares": dict(hit.shares),
        "path": [{"kind": step.kind, "text": step.text, "weight": step.weight} for step in hit.path],
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)


class GraphMemRetriever(BaseRetriever):
    """The ``k`` passages of a memory that answer a question, best first.

    With ``order="reader"`` the second best stands last and the least in the middle, as prompts are read best.
    Metadata: ``score`` in [0, 1], ``source`` (URI), ``parts`` (what each retriever says), ``shares``
    (what each part gave to the score), ``path`` (from the question over entities and sentences), ``evidence``
    (the best sentence), ``stale`` (facts of it that do not hold any more), and where the passage stands.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    memory: Memory
    k: int = Field(default=5, ge=1)
    order: Literal["best", "reader"] = "best"

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        """Recall; ``k`` may be given for one call."""
        ranking = self.memory.recall(query, self.k if k is None else k)
        return [to_document(hit) for hit in (ranking if self.order == "best" else ranking.for_reader())]
