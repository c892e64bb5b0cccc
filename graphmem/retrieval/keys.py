"""Keys: notes by which more is found than by what a passage says itself.

A note of a record holds those that tell of the same event (``graphmem.reflection.related``). What is found
lends to what its note holds: the plan says what the photo does not. Notes of a turn are lines that it tells
and questions that it answers (``graphmem.reflection.questions``): the best of them counts for it. Notes are
never hits, and bring no passage that the searches and their surroundings did not: filters and namespaces
hold as they did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.notes import note_id
from graphmem.retrieval import constants
from graphmem.retrieval.surroundings import Doubles
from graphmem.stores.base import Store
from graphmem.stores.bm25 import best
from graphmem.types import Adjacency, FloatArray, Passage, View

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


def by_keys(
    store: Store, view: View, turns: Sequence[Passage], asked: Callable[[], FloatArray]
) -> Doubles | None:
    """The greatest cosine of each turn's keys, shape (n,); of its sentences, where there are no notes of it.

    So a turn that came after the last reflection is told neither better nor worse than by its words. None if
    no turn has notes.

    Args:
        store: where the notes are.
        view: what may be seen of them.
        turns: that are scored, shape (n,).
        asked: gives the vector, shape (d,), of the question put to whoever is named in it
            (``graphmem.retrieval.addressed``); it is not called where there are no notes.
    """
    row = {one.id: number for number, one in enumerate(turns)}
    keys = _into(store, view, schema.NOTE, list(row), schema.LEADS_TO)
    if not (keyed := set(keys.target)):
        return None
    without = [id for id in row if id not in keyed]
    sentences = _into(store, view, schema.SENTENCE_KINDS["turn"], without, schema.PART_OF)
    vector, found = asked(), np.zeros(len(turns))
    for edges in (keys, sentences):
        cosines = store.cosines(view, edges.source, vector)
        np.maximum.at(found, np.array([row[id] for id in edges.target], dtype=np.int64), cosines)
    return found


def _into(store: Store, view: View, kind: str, passages: Sequence[str], edge: str) -> Adjacency:
    """The edges of a kind from records of a kind into these passages."""
    among = replace(view, kinds=frozenset({kind, schema.PASSAGE}))
    return store.neighbours(among, passages, [edge], "in")
