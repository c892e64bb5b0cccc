"""A retriever of LangChain over ``Memory.recall``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from graphmem.langchain.documents import to_document
from graphmem.memory import Memory

_MORE: Final = 4
"""So many times more hits are asked for when a filter left too few."""


def _fits(filter: Mapping[str, Any] | Callable[[Document], bool], document: Document) -> bool:
    if callable(filter):
        return filter(document)
    return all(name in document.metadata and document.metadata[name] == filter[name] for name in filter)


class GraphMemRetriever(BaseRetriever):
    """The ``k`` passages of a memory that answer a question, best first.

    With ``order="reader"`` the second best stands last and the least in the middle, as prompts are read best.
    ``as_of`` asks what held at a moment; ``trusted_only`` leaves out what comes from untrusted sources;
    ``at_least`` gives nothing where the memory is less sure than this to tell what is asked, in [0, 1].
    ``filter`` is metadata that a document must have, or a function that says whether it may come: as many
    hits are asked for as it takes to find ``k``, or until there are no more. All of these but ``order`` may
    also be given for one call.

    Metadata: ``score`` in [0, 1], ``source`` (URI), ``at`` and ``written_at`` (ISO), ``speaker``, ``parts``
    (what each retriever says), ``shares`` (what each part gave to the score), ``path`` (from the question
    over entities and sentences), ``evidence`` (the best sentence), ``stale`` (facts of it that do not hold
    any more), where the passage stands, and what the source was given with (``ingest_documents``).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    memory: Memory
    k: int = Field(default=5, ge=1)
    order: Literal["best", "reader"] = "best"
    as_of: datetime | None = None
    trusted_only: bool = False
    at_least: float = Field(default=0.0, ge=0.0, le=1.0)
    filter: Mapping[str, Any] | Callable[[Document], bool] | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        as_of: datetime | None = None,
        trusted_only: bool | None = None,
        at_least: float | None = None,
        filter: Mapping[str, Any] | Callable[[Document], bool] | None = None,
    ) -> list[Document]:
        """Recall; what is given here counts for this call."""
        wanted = self.k if k is None else k
        trusted = self.trusted_only if trusted_only is None else trusted_only
        sure = self.at_least if at_least is None else at_least
        fits = self.filter if filter is None else filter
        asked = wanted
        while True:
            ranking = self.memory.recall(query, asked, as_of=as_of or self.as_of, trusted_only=trusted)
            if ranking.confidence < sure:
                return []
            hits = tuple(hit for hit in ranking if fits is None or _fits(fits, to_document(hit)))
            if len(hits) >= wanted or len(ranking) < asked:
                found = replace(ranking, hits=hits[:wanted])
                return [to_document(hit) for hit in (found if self.order == "best" else found.for_reader())]
            asked *= _MORE
