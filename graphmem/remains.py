"""What the history holds of each record, live or forgotten, and what belongs together in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from graphmem import schema
from graphmem.identity import entity_id, fold
from graphmem.projection import SCHEMA
from graphmem.stores.base import Store
from graphmem.stores.log import compact_json
from graphmem.types import Change, Record, View

# What is read from a source, and comes and goes with it; all other kinds that are logged are people's words.
SOURCE_KINDS: Final = frozenset(
    {schema.DOCUMENT, schema.PASSAGE, *schema.SENTENCE_KINDS.values(), schema.EPISODE, schema.CAST}
)


@dataclass(frozen=True, slots=True)
class Remains:
    """Of each record of the history its kind, and the number of the last commit that changed it.

    ``parts`` are the records of a passage or document, in all versions; ``uris`` the names of documents;
    ``words`` what people said: of each such record its versions.
    """

    kinds: Mapping[str, str]
    last: Mapping[str, int]
    parts: Mapping[str, Collection[str]]
    uris: Mapping[str, str]
    words: Mapping[str, Sequence[Record]]


def remains(store: Store, view: View) -> Remains:
    """What the history of the view's namespaces holds. Reads all of it, a few commits at a time."""
    kinds: dict[str, str] = {}
    last: dict[str, int] = {}
    parts: dict[str, set[str]] = {}
    uris: dict[str, str] = {}
    words: dict[str, list[Record]] = {}
    for commit in store.commits(view):
        for change in commit.changes:
            record = change.record
            last[record.id], kinds[record.id] = commit.seq, record.kind
            if record.kind not in SOURCE_KINDS:
                words.setdefault(record.id, []).append(record)
            elif record.kind == schema.DOCUMENT:
                uris[record.id] = record.body["uri"]
            else:
                parts.setdefault(whole(record), set()).add(record.id)
    return Remains(kinds, last, parts, uris, words)


def whole(record: Record) -> str:
    """The passage of a sentence; the document of a passage, an episode, a cast."""
    body = record.body
    return str(body["passage"] if "passage" in body else body["document"])


def of_documents(past: Remains, documents: Iterable[str]) -> set[str]:
    """The documents, and all that was ever a part of them."""
    found: set[str] = set()
    new = set(documents)
    while new:
        found |= new
        new = {part for id in new for part in past.parts.get(id, ())} - found
    return found


def of_entity(store: Store, view: View, past: Remains, entity: str) -> set[str]:
    """Records that named an entity in a version that is gone, what they are part of, and episodes of that."""
    named: set[str] = set()
    episodes: dict[str, set[str]] = {}
    for commit in store.commits(view):
        for before in (change.before for change in commit.changes if change.before):
            pointed = targets(before)
            if entity in pointed:
                named.add(before.id)
            if before.kind == schema.EPISODE:
                episodes.setdefault(before.id, set()).update(pointed)
    wholes = {part: id for id, parts in past.parts.items() for part in parts}
    above = {wholes[id] for id in named if id in wholes}
    above |= {wholes[id] for id in above if id in wholes}
    passages = {id for id in above if past.kinds.get(id) == schema.PASSAGE}
    return named | above | {id for id, held in episodes.items() if held & passages}


def naming(uri: str) -> re.Pattern[str]:
    """Where a text names a document, and not one whose name only contains the name."""
    return re.compile(rf"(?<!\w){re.escape(uri)}(?!\w)")


def targets(record: Record) -> set[str]:
    """Ids of what a record points at, and of a cast the names; of a person's word also what it is of.

    A passage asleep points at what the sentences do that it keeps.
    """
    found = {edge.target for one in (record, *schema.sleeping(record)) for edge in SCHEMA.index(one).edges}
    if record.kind == schema.CAST:
        names = (name for _, names in record.body.get("profiles", ()) for name in names)
        found |= {entity_id(record.namespace, fold(name)) for name in names}
    if record.kind not in SOURCE_KINDS:
        found |= {record.body["target"]} if "target" in record.body else set()
        found |= set(record.body.get("documents", {}).values())
        ends = (record.body[end] for end in ("a", "b") if record.kind == schema.DECISION)
        found |= {entity_id(record.namespace, end.split("|")[0]) for end in ends}
    return found


def words_of(
    store: Store, view: View, past: Remains, ids: Collection[str], removal: Sequence[Change]
) -> set[str]:
    """What people said of these records, or of names, facts and units that stand in no others.

    ``removal`` are the changes that take those of them away that are live.
    """
    if not past.words:
        return set()
    pointed: set[str] = set()
    for commit in store.commits(view):
        for record in (change.record for change in commit.changes if change.id in ids):
            pointed |= targets(record)
    said = {target for versions in past.words.values() for record in versions for target in targets(record)}
    alone = set(ids) | _unsupported(store, view, removal, pointed & said)
    named = [naming(uri) for id, uri in past.uris.items() if id in ids]
    return {
        id
        for id, versions in past.words.items()
        for record in versions
        if targets(record) & alone or any(name.search(compact_json(record.body)) for name in named)
    }


def _unsupported(store: Store, view: View, removal: Sequence[Change], ids: Collection[str]) -> set[str]:
    """Those that no source supports after the changes; a unit may be there since a person named it."""
    derived = {change.id: change.after for change in SCHEMA.derive(removal, lambda ids: store.get(view, ids))}
    current = store.get(view, ids)
    found = set()
    for id in ids:
        record = derived.get(id, current.get(id))
        if record is None or (record.kind == schema.UNIT and not record.body.get("called")):
            found.add(id)
    return found
