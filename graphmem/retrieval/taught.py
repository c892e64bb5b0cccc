"""Taught: the scores of passages as what was learned from use changes them."""

from __future__ import annotations

import numpy as np

from graphmem import schema
from graphmem.learning.forms import Place
from graphmem.learning.kinds import kind_of
from graphmem.learning.lesson import LOG, Judged, rows
from graphmem.learning.weights import START, Weights
from graphmem.ranking import Query
from graphmem.retrieval import constants
from graphmem.retrieval.shares import Scores
from graphmem.stores.base import Store
from graphmem.types import Passage


def taught(store: Store, query: Query, scores: Scores, weights: Weights | None) -> Scores:
    """The scores of one kind of passage with what was learned of such questions, as one step more.

    A sum gets what its parts give more or less; a product is multiplied by its factors to the powers that
    they gain. The best scores as the best did. Only those are touched that may become hits
    (``TAUGHT_AMONG``): what was learned, was learned of such. Without lessons the scores are as they were.
    """
    if weights is None or not weights.count or not scores.final:
        return scores
    final = scores.final
    most = max(constants.TAUGHT_AMONG, 2 * query.k)
    first = sorted(final, key=lambda id: (-round(final[id], constants.TIE), id))[:most]
    found = map(schema.from_record, store.get(query.view, first).values())
    passages = {one.id: one for one in found if isinstance(one, Passage)}
    among = [id for id in first if id in passages]
    judged = [_shown(passages[id], scores, id, rank) for rank, id in enumerate(among)]
    more = rows(query.text, judged) @ (weights.row(kind_of(query.text)) - START)
    if scores.how == "product":
        new = {id: final[id] * float(np.exp(by / LOG)) for id, by in zip(among, more.tolist(), strict=True)}
    else:
        new = {id: max(final[id] + by, 0.0) for id, by in zip(among, more.tolist(), strict=True)}
    after = {**final, **new}
    best = max(after.values())
    if best <= 0:
        return scores
    share = max(final.values()) / best
    return scores.then("learned", {id: value * share for id, value in after.items()})


def _shown(passage: Passage, scores: Scores, id: str, rank: int) -> Judged:
    """A passage as a lesson would have it."""
    place = Place(passage.document, passage.heading, passage.position)
    return Judged(id, passage.kind, passage.text, place, scores.shares(id), rank, "recalled")
