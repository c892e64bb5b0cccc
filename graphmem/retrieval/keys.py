"""Keys: notes by which more is found than by what a passage says itself.

A note of a record holds those that tell of the same event (``graphmem.reflection.related``). What is found
lends to what its note holds: the plan says what the photo does not. Notes are never hits, and bring no
passage that the searches and their surroundings did not: filters and namespaces hold as they did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.notes import note_id
from graphmem.retrieval import constants
from graphmem.retrieval.surroundings import Doubles
from graphmem.stores.base import Store
from graphmem.stores.bm25 import best
from graphmem.types import Passage, View

RELATED: Final = "related"
"""Kind of the notes of records that belong together, each about a passage."""
NEAR: Final = "near"
"""In the data of such a note: how near each of its records is, in (0, 1], by the passage's id."""


def lent_by_notes(
    store: Store, view: View, records: Sequence[Passage], row: Mapping[str, int], scores: Doubles
) -> Doubles | None:
    """What the best records lend to those that their notes hold, best = 1, shape (n,).

    Only the first lend: those further down are found by less, and would lend to what has nothing to do with
    the question. None if there are no notes.

    Args:
        store: where the notes are.
        view: what may be seen of them.
        records: that are scored, shape (n,).
        row: of each in ``records``, by id.
        scores: of each so far, shape (n,).
    """
    first = [records[at] for at in best(scores, constants.RELATED_AMONG)]
    of = {note_id(one.namespace, RELATED, one.id): row[one.id] for one in first}
    notes = store.get(replace(view, kinds=frozenset({schema.NOTE})), list(of))
    if not notes:
        return None
    top = max(float(scores.max(initial=0.0)), 1e-9)
    found = np.zeros(len(records))
    for id, note in notes.items():
        share = max(float(scores[of[id]]), 0.0) / top
        for other, near in note.body.get("data", {}).get(NEAR, {}).items():
            if other in row:
                found[row[other]] = max(found[row[other]], share * near)
    return np.asarray(found / max(float(found.max(initial=0.0)), 1e-9), dtype=np.float64)
