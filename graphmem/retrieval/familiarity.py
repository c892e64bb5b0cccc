"""Familiarity: how well a memory knows a text already, so that what is known need not be remembered twice.

After Broder (1997, "On the resemblance and containment of documents"): texts are sets of shingles, here of
SHINGLE characters, which need no words and so no language. Keyword and vector search name the passages that
are compared; of these the sets are exact, not sketched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.embedding import Embedder
from graphmem.errors import QueryError
from graphmem.retrieval.quotes import equal
from graphmem.stores.base import Store
from graphmem.types import Document, Passage, View

SHINGLE: Final = 8  # characters: about a word and a half
PIECE: Final = 40  # words that are searched for at once
PIECES: Final = 50  # of a longer text so many are compared, evenly spread
OF_PIECE: Final = 10  # sentences that each search gives


@dataclass(frozen=True, slots=True)
class Likeness:
    """A passage like a text: shares of shingles, and the greatest cosine of a sentence to a piece of it.

    ``resemblance`` is the share of what either has that both have (1: the same text); ``containment`` the
    share of the text that stands in the passage.
    """

    passage: Passage
    document: Document
    resemblance: float
    containment: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Familiarity:
    """How well a text is known: ``known`` is the share of it, of 1, that stands in the passages like it.

    ``meant`` is the mean over its pieces of the greatest cosine: what is said in other words counts there.
    ``nearest`` has the likest passages first.
    """

    known: float
    meant: float
    nearest: tuple[Likeness, ...]


def familiarity(store: Store, view: View, embedder: Embedder, text: str, limit: int = 5) -> Familiarity:
    """How well a view's passages know a text.

    Raises:
        QueryError: there is no text, or not even one passage is asked for.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        raise QueryError("the text is empty: say what may be known already")
    if limit < 1:
        raise QueryError(f"k is {limit}: ask for at least one passage")
    pieces = list(_pieces(text))
    vectors = embedder.encode(pieces)
    with store.steady():
        found, best = _like(store, view, pieces, vectors)
        whole = [text] if len(pieces) < PIECES else pieces  # else not all of it is here
        compared = frozenset().union(*map(shingles, whole))
        shared: set[str] = set()
        rows = []
        for passage, document in _read(store, view, found):
            own = shingles(passage.text)
            both = compared & own
            shared |= both
            resemblance = len(both) / (len(compared) + len(own) - len(both))
            row = Likeness(passage, document, resemblance, len(both) / len(compared), found[passage.id])
            rows.append(row)
    rows.sort(key=lambda one: (-one.containment, -round(one.cosine, 6), one.document.uri, one.passage.id))
    return Familiarity(len(shared) / len(compared), float(np.mean(best)), tuple(rows[:limit]))


def shingles(text: str) -> frozenset[str]:
    """All runs of SHINGLE characters of a text, blanks and capitals told alike; a shorter text is one."""
    same = equal(text, case=False).strip()
    return frozenset(same[at : at + SHINGLE] for at in range(max(len(same) - SHINGLE + 1, 1)))


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces of PIECE words, at most PIECES of them."""
    words = text.split()
    starts = range(0, len(words), PIECE)
    for start in starts if len(starts) <= PIECES else np.linspace(0, starts[-1], PIECES).astype(int).tolist():
        yield " ".join(words[start : start + PIECE])


def _like(
    store: Store, view: View, pieces: list[str], vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> tuple[dict[str, float], list[float]]:
    """The passages like any piece, with their greatest cosine; and the greatest cosine of each piece."""
    among = replace(view, kinds=frozenset(schema.SENTENCE_KINDS.values()))
    found: dict[str, float] = {}
    best = []
    for piece, vector in zip(pieces, vectors, strict=True):
        near = dict(store.search_vector(among, vector, OF_PIECE))
        ids = list(dict.fromkeys((*near, *(id for id, _ in store.search_text(among, piece, OF_PIECE)))))
        cosines = dict(zip(ids, store.cosines(among, ids, vector).tolist(), strict=True))
        best.append(max((*near.values(), 0.0)))
        edges = store.neighbours(view, ids, [schema.PART_OF], "out")
        for id, passage in zip(edges.source, edges.target, strict=True):
            found[passage] = max(found.get(passage, 0.0), cosines[id])
    return found, best


def _read(store: Store, view: View, ids: dict[str, float]) -> Iterator[tuple[Passage, Document]]:
    passages = [schema.from_record(record) for record in store.get(view, sorted(ids)).values()]
    known = [one for one in passages if isinstance(one, Passage)]
    records = store.get(view, sorted({one.document for one in known}))
    for passage in known:
        document = schema.from_record(records[passage.document]) if passage.document in records else None
        if isinstance(document, Document):
            yield passage, document
