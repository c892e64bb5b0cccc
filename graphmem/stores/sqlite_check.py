"""Whether a SQLite store is sound: the file, and that every table says what the log says."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing

from graphmem.stores import sqlite_chain
from graphmem.stores.log import changed_ids
from graphmem.stores.moments import microseconds
from graphmem.stores.plan import edges_of
from graphmem.stores.soundness import derived_problems, log_problems, tell
from graphmem.stores.sqlite_rewrite import is_unswept
from graphmem.stores.words import connect_words, storable
from graphmem.types import TOKEN, Record, Schema

_PAGE = 2000
_RECORDS = (
    "SELECT r.key, n.id, k.name, s.name, r.valid_at, r.invalid_at, r.body FROM record r "
    "JOIN node n ON n.key = r.key JOIN symbol k ON k.key = r.kind JOIN symbol s ON s.key = r.namespace "
    "WHERE r.key > ? ORDER BY r.key LIMIT ?"
)


def problems(connection: sqlite3.Connection, schema: Schema) -> list[str]:
    """Every way in which the store is not sound, in words."""
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        return [f"the file is damaged: {verdict}"]
    checks: tuple[Callable[[sqlite3.Connection, Schema], Iterator[str]], ...] = (
        _log,
        _edges,
        _words,
        _vectors,
        _derived,
    )
    return [problem for check in checks for problem in check(connection, schema)]


def _stored(connection: sqlite3.Connection) -> Iterator[tuple[int, Record, int | None, int | None]]:
    """Key, record and validity of all records, a page at a time."""
    last = 0
    while rows := connection.execute(_RECORDS, (last, _PAGE)).fetchall():
        for key, id, kind, namespace, valid_at, invalid_at, body in rows:
            yield key, Record(id, kind, namespace, json.loads(body)), valid_at, invalid_at
        last = rows[-1][0]


def _log(connection: sqlite3.Connection, schema: Schema) -> Iterator[str]:
    """The log is one whole chain, doing it all again gives the records, and the trail leads to it."""
    records = (record for _, record, _, _ in _stored(connection))
    yield from log_problems(sqlite_chain.links(connection), sqlite_chain.head(connection), records, schema)
    wrong = []
    for row in sqlite_chain.rows(connection):
        kept = connection.execute(
            "SELECT n.id FROM trail t JOIN node n ON n.key = t.key WHERE t.seq = ?", (row[0],)
        )
        if {id for (id,) in kept} != changed_ids(row):
            wrong.append(f"{row[0]} ({row[1]})")
    yield from tell("commits that are not found by what they changed", wrong)
    if is_unswept(connection):
        yield "what was purged may still stand in freed space: the purge was broken off"


def _edges(connection: sqlite3.Connection, schema: Schema) -> Iterator[str]:
    """Edges and validity are what the bodies say, and degrees what the edges say."""
    names = dict(connection.execute("SELECT key, name FROM symbol"))
    wrong_edges, wrong_times = set(), set()
    for key, record, valid_at, invalid_at in _stored(connection):
        index = schema.index(record)
        times = tuple(at and microseconds(at) for at in (index.valid_at, index.invalid_at))
        if times != (valid_at, invalid_at):
            wrong_times.add(record.id)
        kept = connection.execute(
            "SELECT e.kind, n.id, e.weight FROM edge e JOIN node n ON n.key = e.target WHERE e.source = ?",
            (key,),
        )
        if edges_of(index) != {(names[kind], id): weight for kind, id, weight in kept}:
            wrong_edges.add(record.id)
    yield from tell("records whose edges are not what they say", wrong_edges)
    yield from tell("records whose validity is not what they say", wrong_times)
    orphans = connection.execute(
        "SELECT DISTINCT ifnull(n.id, '?') FROM edge e LEFT JOIN node n ON n.key = e.source "
        "WHERE e.source NOT IN (SELECT key FROM record)"
    )
    yield from tell("edges that leave no record", (id for (id,) in orphans))
    counted = connection.execute(
        "SELECT target, kind, namespace, sum(n) FROM ("
        "SELECT e.target, e.kind, r.namespace, 1 AS n FROM edge e JOIN record r ON r.key = e.source "
        "UNION ALL SELECT target, kind, namespace, -edges FROM degree) GROUP BY 1, 2, 3 HAVING sum(n) != 0"
    ).fetchall()
    if counted:
        yield f"{len(counted)} degrees are not what the edges say"


def _words(connection: sqlite3.Connection, schema: Schema) -> Iterator[str]:
    """The word index holds each text's words: as many tokens for each record, each term as often."""
    sizes = dict(connection.execute("SELECT id, sz FROM word_docsize"))
    terms: Counter[str] = Counter()
    missing = set()
    with closing(connect_words()) as words:
        for key, record, _, _ in _stored(connection):
            text = schema.index(record).text
            if text is None:
                continue
            words.execute("INSERT INTO word(rowid, text) VALUES (1, ?)", (storable(text),))
            (size,) = words.execute("SELECT sz FROM word_docsize").fetchone()
            if sizes.pop(key, None) != size:
                missing.add(record.id)
            terms.update(term for (term,) in words.execute("SELECT term FROM occurrence"))
            words.execute("INSERT INTO word(word) VALUES ('delete-all')")
    yield from tell("records whose words are not indexed as they stand", missing)
    if sizes:
        yield f"the word index holds {len(sizes)} texts that no record has"
    found: Counter[str] = Counter()
    for (term,) in connection.execute("SELECT term FROM occurrence"):
        found[term] += 1
    yield from tell("terms that the word index counts wrong", (found - terms) + (terms - found))


def _vectors(connection: sqlite3.Connection, schema: Schema) -> Iterator[str]:
    """Vectors belong to records with text and have the encoder's dimension; tokens to vectors."""
    texts = {key for (key,) in connection.execute("SELECT id FROM word_docsize")}
    dimension = connection.execute("SELECT value FROM meta WHERE name = 'dimension'").fetchone()
    length = int(dimension[0]) if dimension else -1
    rows = connection.execute(
        "SELECT v.key, length(v.value), n.id FROM vector v JOIN node n ON n.key = v.key"
    )
    wrong = {id for key, size, id in rows if key not in texts or size != length}
    yield from tell("vectors without a text or of another size", wrong)
    stray = connection.execute(
        "SELECT n.id FROM token t JOIN node n ON n.key = t.key LEFT JOIN vector v ON v.key = t.key"
        " WHERE v.key IS NULL OR length(t.value) = 0 OR length(t.value) % ? != 0",
        (TOKEN.itemsize,),
    )
    yield from tell("tokens without a vector or cut short", (id for (id,) in stray))


def _derived(connection: sqlite3.Connection, schema: Schema) -> Iterator[str]:
    """Derived records are what follows from all logged ones together."""
    return derived_problems((record for _, record, _, _ in _stored(connection)), schema)
