"""Duplicates: the same text in several documents takes one place of a ranking, not all of them.

Only what is the same counts, but for white space and capitals: texts that resemble each other may differ in
the one number that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem import schema
from graphmem.retrieval import constants
from graphmem.retrieval.quotes import equal
from graphmem.stores.base import Store
from graphmem.types import Record, View


def distinct(
    store: Store, view: View, ranked: Sequence[str], k: int
) -> tuple[list[str], Mapping[str, list[str]]]:
    """The first k passages of a ranking that say different things, and by id the equals that came later.

    Equals that come after the k-th are not looked for.
    """
    kept: dict[tuple[str, ...], str] = {}
    equals: dict[str, list[str]] = {}
    for first in range(0, len(ranked), k):
        ids = ranked[first : first + k]
        found = store.get(view, ids).items()
        records = {id: record for id, record in found if record.kind == schema.PASSAGE}
        documents = store.get(view, sorted({record.body["document"] for record in records.values()}))
        for id in ids:
            if len(kept) == k:
                return list(kept.values()), equals
            key: tuple[str, ...] = (id,)
            if id in records and (document := documents.get(records[id].body["document"])):
                key = _key(records[id], document)
            if (other := kept.setdefault(key, id)) != id:
                equals.setdefault(other, []).append(id)
    return list(kept.values()), equals


def _key(passage: Record, document: Record) -> tuple[str, ...]:
    """What two passages share that say the same: the text; who says it and when; of short ones the title."""
    body = passage.body
    text = equal(body["text"], case=False).strip()
    title = document.body.get("title", "") if len(text) < constants.ALONE else ""
    return body["kind"], text, body.get("speaker", ""), str(body.get("at", "")), title
