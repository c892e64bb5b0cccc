"""The nodes and relationships of a Neo4j store as a sidecar reads them: columns of integers, in batches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from graphmem.stores.bm25 import Postings
from graphmem.stores.names import LONGEST
from graphmem.stores.neo4j_connection import Connection
from graphmem.stores.neo4j_head import Head
from graphmem.stores.neo4j_migrations import Names
from graphmem.stores.tables import EDGE, RECORD, Keys, Way
from graphmem.stores.words import terms_of
from graphmem.types import Index, Record

BATCH: Final = 20_000  # nodes whose columns travel in one answer
_CLAUSES: Final = 500  # namespaces in one full-text query; Lucene refuses more than 1,024 clauses
_LONGEST: Final = 64  # characters of a term; Lucene's analyzer would cut one of more than 255


def sendable(name: str) -> bool:
    """Whether a name can be asked for; half a character is in no store."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def term_token(term: str) -> str:
    """A stemmed word as the full-text index holds it."""
    return term if len(term) <= _LONGEST else "_h" + blake2b(term.encode(), digest_size=16).hexdigest()


def repeated_token(term: str) -> str:
    """What stands beside a word in a text that holds it more than once."""
    return term_token(term) + "_r"


def namespace_token(namespace: str) -> str:
    """A namespace as a single token, which no text can hold: its words have no underscore."""
    return "_n" + blake2b(namespace.encode(), digest_size=16).hexdigest()


class Torn(Exception):
    """No error: a node was changed while its properties were read one after the other. Read it again."""


def parallel(columns: list[Any]) -> list[Any]:
    """Columns that were collected of the same nodes. ``collect`` leaves out what a node has no more.

    Raises:
        Torn: they are not equally long.
    """
    if len(set(map(len, columns))) > 1:
        raise Torn
    return columns


class Neo4jTables:
    """``Tables`` of the namespaces that this process serves; each call reads what is there by then.

    ``symbols`` numbers names for this process alone.
    """

    def __init__(
        self,
        connection: Connection,
        names: Names,
        head: Head,
        served: frozenset[str],
        symbols: dict[str, int],
        index: Callable[[Record], Index],
    ) -> None:
        self._connection = connection
        self._names = names
        self._head = head
        self._served = sorted(served)
        self._symbols = symbols
        self._index = index
        self._out: NDArray[np.void] | None = None
        self._moments: set[str | None] = set()

    def _read(self, query: str, **parameters: object) -> list[list[Any]]:
        rows = self._connection.read(self._names(query), **parameters)
        self.note(rows.moment)
        return rows

    def note(self, moment: str | None) -> None:
        """Take note of a read of the server, and of the moment that it is of, if it is one."""
        self._moments.add(moment)

    def is_at(self, seq: int | None) -> bool:
        """Whether all that was read of the server is as it was when that commit was the newest."""
        return not self._moments or self._head.was(seq, self._moments) or self.head() == seq

    def _columns(self, query: str, **parameters: object) -> list[Any]:
        """The columns of a query that returns lists, in one row."""
        (row,) = self._read(query, **parameters)
        return parallel(row)

    def _batches(self, keys: Keys | None) -> Iterator[list[int]]:
        """The nodes asked for, or all of the namespaces, a batch at a time."""
        if keys is None:
            (found,) = self._columns(
                "MATCH (n:{x}) WHERE n.namespace IN $namespaces AND n.kind IS NOT NULL "
                "RETURN collect(n._key)",
                namespaces=self._served,
            )
            wanted = sorted(found)
        else:
            wanted = keys.tolist()
        for start in range(0, len(wanted), BATCH):
            yield wanted[start : start + BATCH]

    def head(self) -> int:
        """See ``Tables.head``."""
        return self._head.read()

    def epoch(self) -> int:
        """See ``Tables.epoch``."""
        ((epoch,),) = self._read("MATCH (m:{x}Meta) RETURN m.epoch")
        return int(epoch)

    def nodes(self) -> int:
        """See ``Tables.nodes``."""
        ((nodes,),) = self._read("MATCH (k:{x}Keys) RETURN k.last")
        return int(nodes)

    def encoder(self) -> tuple[str, int] | None:
        """Name and dimension of the encoder whose vectors the store holds."""
        return encoder(self._connection, self._names)

    def touched(self, after: int) -> Keys:
        """See ``Tables.touched``."""
        rows = self._read(
            "MATCH (c:{x}Commit) WHERE c.seq > $after AND c.namespace IN $namespaces RETURN c._touched",
            after=after,
            namespaces=self._served,
        )
        keys = np.frombuffer(b"".join(blob for (blob,) in rows), dtype="<u4")
        return np.unique(keys).astype(np.int64)

    def records(self, keys: Keys | None) -> NDArray[np.void]:
        """See ``Tables.records``."""
        tables = [np.empty(0, dtype=RECORD)]
        for batch in self._batches(keys):
            columns = self._columns(
                "MATCH (n:{x}) WHERE n._key IN $keys AND n.namespace IN $namespaces AND n.kind IS NOT NULL "
                "RETURN collect(n._key), collect(n.namespace), collect(n.kind), collect(n._valid_at), "
                "collect(n._invalid_at), collect(coalesce(n._length, -1))",
                keys=batch,
                namespaces=self._served,
            )
            columns[1:3] = [self._numbers(column) for column in columns[1:3]]
            table = np.empty(len(columns[0]), dtype=RECORD)
            for name, column in zip(RECORD.names or (), columns, strict=True):
                table[name] = column
            tables.append(table)
        return np.concatenate(tables)

    def vectors(self, keys: Keys | None) -> Iterator[tuple[int, bytes]]:
        """See ``Tables.vectors``."""
        return self._packed("_vector", keys)

    def tokens(self, keys: Keys) -> Iterator[tuple[int, bytes]]:
        """See ``Tables.tokens``."""
        return self._packed("_tokens", keys)

    def _packed(self, name: Literal["_vector", "_tokens"], keys: Keys | None) -> Iterator[tuple[int, bytes]]:
        """A property of bytes by key, of those nodes that have it."""
        for batch in self._batches(keys):
            found, values = self._columns(
                "MATCH (n:{x}) WHERE n._key IN $keys AND n.namespace IN $namespaces "
                f"AND n.{name} IS NOT NULL RETURN collect(n._key), collect(n.{name})",
                keys=batch,
                namespaces=self._served,
            )
            yield from zip(found, values, strict=True)

    def postings(self, terms: Sequence[str]) -> dict[str, Postings]:
        """See ``Tables.postings``. The namespaces are a clause of the full-text query."""
        found: dict[str, Postings] = {}
        parts: dict[str, list[Postings]] = {term: [] for term in terms}
        for start in range(0, len(self._served), _CLAUSES):
            tokens = " ".join(map(namespace_token, self._served[start : start + _CLAUSES]))
            asked = [
                [term, f"+({tokens}) +{term_token(term)}", f"+({tokens}) +{repeated_token(term)}"]
                for term in terms
            ]
            rows = self._read(_POSTINGS, asked=asked, index=self._names("{x}_words"))
            for term, keys, repeated, counts in rows:
                parts[term].append(_counted(term, keys, repeated, counts))
        for term, pieces in parts.items():
            nodes = np.concatenate([keys for keys, _ in pieces])
            order = np.argsort(nodes)
            found[term] = nodes[order], np.concatenate([counts for _, counts in pieces])[order]
        return found

    def words(self, keys: Keys) -> dict[int, Counter[str]]:
        """See ``Tables.words``."""
        records: dict[int, Record] = {}
        for batch in self._batches(keys):
            columns = self._columns(
                "MATCH (n:{x}) WHERE n._key IN $keys AND n.namespace IN $namespaces AND n._words IS NOT NULL "
                "RETURN collect(n._key), collect(n.id), collect(n.kind), collect(n.namespace), "
                "collect(n._body)",
                keys=batch,
                namespaces=self._served,
            )
            for key, id, kind, namespace, body in zip(*columns, strict=True):
                records[key] = Record(id, kind, namespace, json.loads(body))
        return terms_of(records, self._index)

    def edges(self, way: Way, keys: Keys | None, kinds: Sequence[int] | None = None) -> NDArray[np.void]:
        """See ``Tables.edges``."""
        found = self._every_edge(way, keys)
        return found if kinds is None else found[np.isin(found["kind"], kinds)]

    def _every_edge(self, way: Way, keys: Keys | None) -> NDArray[np.void]:
        if way == "degree":
            return self._degrees(keys)
        if way == "out" and keys is None:
            if self._out is None:
                self._out = self._edges(_OUT, None)
            return self._out
        return self._edges(_OUT if way == "out" else _IN, keys)

    def _edges(self, query: str, keys: Keys | None) -> NDArray[np.void]:
        tables = []
        for batch in self._batches(keys):
            near, far, types, weights = self._columns(query, keys=batch, namespaces=self._served)
            table = np.empty(len(near), dtype=EDGE)
            table["near"], table["far"], table["weight"] = near, far, weights
            table["kind"] = self._numbers(map(self._names.kind_of, types))
            tables.append(table)
        return np.concatenate(tables) if tables else np.empty(0, dtype=EDGE)

    def _degrees(self, keys: Keys | None) -> NDArray[np.void]:
        """How many edges of a kind enter a node from a namespace."""
        rows = []
        if keys is None:
            return self._all_degrees()
        for batch in self._batches(keys):
            for key, namespace, kind, count in self._read(
                "MATCH (t:{x}) WHERE t._key IN $keys MATCH (t)<-[r]-(s:{x}) WHERE s.namespace IN $namespaces "
                "RETURN t._key, s.namespace, type(r), count(*)",
                keys=batch,
                namespaces=self._served,
            ):
                place, sort = self._numbers([namespace, self._names.kind_of(kind)])
                rows.append((key, place, sort, count))
        return np.array(rows, dtype=EDGE)

    def _all_degrees(self) -> NDArray[np.void]:
        edges = self.edges("out", None)
        symbols = np.array(self._numbers(self._served), dtype=np.int64)
        if len(symbols) == 1:  # of which all that was read is
            namespaces = np.full(len(edges), symbols[0])
        else:
            records = self.records(None)
            last = max(edges["near"].max(initial=0), records["key"].max(initial=0))
            places = np.zeros(int(last) + 1, dtype=np.int64)
            places[records["key"]] = records["namespace"]
            namespaces = places[edges["near"]]
        # As one number each, which sorts a dozen times as fast as rows of three.
        width = int(max(namespaces.max(initial=0), edges["kind"].max(initial=0))) + 1
        entered = (edges["far"].astype(np.int64) * width + namespaces) * width + edges["kind"]
        different, counts = np.unique(entered, return_counts=True)
        table = np.empty(len(different), dtype=EDGE)
        table["near"], rest = np.divmod(different, width * width)
        table["far"], table["kind"] = np.divmod(rest, width)
        table["weight"] = counts
        return table

    def symbols(self, names: Iterable[str]) -> Mapping[str, int]:
        """See ``Tables.symbols``."""
        wanted = list(names)
        return dict(zip(wanted, self._numbers(wanted), strict=True))

    def _numbers(self, names: Iterable[object]) -> list[int]:
        """A number for each name, new ones for new names."""
        return [self._symbols.setdefault(str(name), len(self._symbols) + 1) for name in names]

    # A node keeps its id and key for ever, so that these two are no reads of what may have changed.

    def ids(self, keys: Keys) -> dict[str, int]:
        """See ``Tables.ids``."""
        found: dict[str, int] = {}
        for batch in self._batches(keys):
            ((ids, numbers),) = self._connection.read(self._names(_IDS), keys=batch)
            found.update(zip(ids, numbers, strict=True))
        return found

    def names(self) -> NDArray[np.bytes_] | None:
        """Ids by node key, of all records; None if one of them is long, empty or not plain ASCII."""
        parts = []
        for batch in self._batches(None):
            ids, keys = self._columns(_IDS, keys=batch)
            if any(not 0 < len(id) <= LONGEST or not id.isascii() or "\0" in id for id in ids):
                return None
            parts.append((keys, np.array(ids, dtype=bytes)))
        width = max((ids.dtype.itemsize for _, ids in parts), default=1)
        found = np.zeros(1 + max((max(keys, default=0) for keys, _ in parts), default=0), dtype=f"S{width}")
        for keys, ids in parts:
            found[keys] = ids
        return found

    def keys(self, ids: Sequence[str]) -> dict[str, int]:
        """See ``Tables.keys``."""
        query = self._names("MATCH (n:{x}) WHERE n.id IN $ids RETURN collect(n.id), collect(n._key)")
        ((found, numbers),) = self._connection.read(query, ids=list(filter(sendable, ids)))
        return dict(zip(found, numbers, strict=True))


_IDS: Final = "MATCH (n:{x}) WHERE n._key IN $keys RETURN collect(n.id), collect(n._key)"
_POSTINGS: Final = """
UNWIND $asked AS asked
CALL (asked) {
  CALL db.index.fulltext.queryNodes($index, asked[1]) YIELD node
  RETURN collect(node._key) AS keys
}
CALL (asked) {
  CALL db.index.fulltext.queryNodes($index, asked[2]) YIELD node
  RETURN collect(node._key) AS repeated, collect(node._repeats) AS counts
}
RETURN asked[0], keys, repeated, counts
"""
_OUT: Final = (
    "MATCH (n:{x}) WHERE n._key IN $keys AND n.namespace IN $namespaces MATCH (n)-[r]->(m:{x}) "
    "RETURN collect(n._key), collect(m._key), collect(type(r)), collect(r.weight)"
)
_IN: Final = (
    "MATCH (n:{x}) WHERE n._key IN $keys MATCH (n)<-[r]-(m:{x}) WHERE m.namespace IN $namespaces "
    "RETURN collect(n._key), collect(m._key), collect(type(r)), collect(r.weight)"
)


def _counted(term: str, keys: Sequence[int], repeated: Sequence[int], counts: Sequence[str]) -> Postings:
    """Postings, whose count is 1 but where the text says how often it repeats the word."""
    parallel([repeated, counts])
    rows = np.array(keys, dtype=np.int64)
    often = np.ones(len(rows), dtype=np.int64)
    times = {key: json.loads(count).get(term, 1) for key, count in zip(repeated, counts, strict=True)}
    for place, key in enumerate(keys) if times else ():
        often[place] = times.get(key, 1)
    return rows, often


def encoder(connection: Connection, names: Names) -> tuple[str, int] | None:
    """Name and dimension of the encoder whose vectors the store holds."""
    ((name, dimension),) = connection.read(names("MATCH (m:{x}Meta) RETURN m.encoder, m.dimension"))
    return (str(name), int(dimension)) if name is not None else None
