"""Memory: one namespace of a store, with the verbs that people use."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from graphmem import schema
from graphmem.errors import EncoderMismatch, QueryError
from graphmem.retrieval.recall import recall
from graphmem.types import Query, Ranking, View
from graphmem.verbs.editing import Editing
from graphmem.verbs.forgetting import Forgetting
from graphmem.verbs.history import History
from graphmem.verbs.opened import DEFAULT_NAMESPACE

__all__ = ["DEFAULT_NAMESPACE", "Memory"]


def _asked(query: Query) -> Query:
    """The query as it can be asked: half a character becomes a question mark, kinds are those searched.

    Raises:
        QueryError: it is empty, or not even one passage is asked for.
    """
    if not query.text.strip():
        raise QueryError("the question is empty: ask something")
    if query.k < 1:
        raise QueryError(f"k is {query.k}: ask for at least one passage")
    view = query.view
    if view.kinds is not None:  # a hit is a passage of a document, whatever it was found by
        kinds = view.kinds | {schema.DOCUMENT, schema.PASSAGE, schema.ENTITY}
        view = replace(view, kinds=kinds)
    return replace(query, text=query.text.encode("utf-8", "replace").decode("utf-8"), view=view)


class Memory(Editing, Forgetting, History):
    """Reads and writes one namespace of a store; every write is a commit."""

    def recall(self, question: str | Query, k: int = 10, *, as_of: datetime | None = None) -> Ranking:
        """The passages that answer a question, best first, each with its evidence and its path.

        Raises:
            QueryError: the question is empty, or not even one passage is asked for.
            EncoderMismatch: the store's vectors come from another encoder.
        """
        if isinstance(question, str):
            question = Query(question, View.of(self.namespace, as_of=as_of), k)
        made_by = self.store.encoder()
        if made_by not in (None, self.embedder.name):
            raise EncoderMismatch(
                f"the store's vectors come from {made_by}, the question's would from {self.embedder.name}:"
                f" open the memory with {made_by}, or ingest into a new store"
            )
        return recall(self.store, self.embedder, _asked(question))
