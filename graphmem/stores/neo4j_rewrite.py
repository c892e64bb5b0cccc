"""Putting other commits in the place of logged ones in a Neo4j store, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from graphmem.stores.log import pack, unpack, written
from graphmem.stores.neo4j_chain import LOG_COLUMNS, chain_anew, log_row, pages
from graphmem.stores.neo4j_migrations import Names
from graphmem.stores.neo4j_rows import Prepared, packed_keys
from graphmem.stores.neo4j_write import Logged, append
from graphmem.stores.plan import logged_already
from graphmem.stores.rewriting import Keep, Rewriting
from graphmem.types import Commit, Record

if TYPE_CHECKING:
    from neo4j import ManagedTransaction

_PAGE: Final = 500
# Writers lock their namespace, then the number: who locks in another order could wait for ever.
_LOCK: Final = """
MATCH (l:{x}Namespace) WITH l ORDER BY l.name
SET l.commits = coalesce(l.commits, 0) + CASE l.name WHEN $namespace THEN 1 ELSE 0 END
WITH count(*) AS namespaces
MATCH (m:{x}Meta) SET m.seq = m.seq, m.epoch = m.epoch + 1
"""
_THERE: Final = f"MATCH (c:{{x}}Commit {{id: $id}}) RETURN {LOG_COLUMNS}"
_KEPT: Final = """
MATCH (c:{x}Commit {seq: $seq}) SET c.author = $author, c.message = $message, c._changes = $changes
WITH c MATCH (c)-[r:CHANGED]->(n:{x}) WHERE n.id IN $gone DELETE r
"""
_CURRENT: Final = "MATCH (n:{x}) WHERE n.id IN $ids AND n.namespace = $namespace RETURN n.id, n.kind, n._body"
_UNNAMED: Final = """
MATCH (n:{x}) WHERE n.kind IS NULL AND NOT EXISTS { (n)--(:{x}|{x}Commit) } DETACH DELETE n
"""


def rewrite(transaction: ManagedTransaction, names: Names, prepared: Prepared, keep: Keep) -> Commit:
    """See ``Store.rewrite``; the transaction is the caller's to commit.

    Raises:
        Logged: the commit is there already.
    """
    commit = prepared.draft.commit
    transaction.run(names(_LOCK), {"namespace": commit.namespace}).consume()
    there = transaction.run(names(_THERE), {"id": commit.id}).single()
    if there is not None:
        raise Logged(logged_already(unpack(log_row(there.values())), commit))
    rewriting = Rewriting(keep)
    first = 0
    own = (unpack(row) for page in pages(transaction, names) for row in page if row[2] == commit.namespace)
    for made, gone in rewriting.kept(own):
        first = first or made.seq
        kept = {"seq": made.seq, "author": made.author, "message": made.message}
        transaction.run(
            names(_KEPT), {**kept, "changes": pack(written(made)), "gone": sorted(gone)}
        ).consume()
    rewriting.check(_current(transaction, names, commit.namespace, rewriting.lessened))
    if first:
        chain_anew(transaction, names, first - 1)
    transaction.run(names(_UNNAMED)).consume()
    return append(transaction, names, prepared, [], packed_keys(()))


def _current(
    transaction: ManagedTransaction, names: Names, namespace: str, ids: Collection[str]
) -> dict[str, Record]:
    wanted = sorted(ids)
    found = {}
    for start in range(0, len(wanted), _PAGE):
        asked = {"ids": wanted[start : start + _PAGE], "namespace": namespace}
        for id, kind, body in transaction.run(names(_CURRENT), asked).values():
            found[id] = Record(id, kind, namespace, json.loads(body))
    return found
