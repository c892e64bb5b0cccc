"""The indexes and constraints of a Neo4j store, as numbered migrations that run when it is opened.

The number of migrations that a store has had stands on its one ``…Meta`` node. A migration is never
edited once released. The vector index comes with the first vectors, which give its dimension.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graphmem.errors import StoreFormatError, StoreURLError
from graphmem.stores.neo4j_chain import chain_anew
from graphmem.stores.neo4j_connection import Connection
from graphmem.types import Schema

OLDEST_SERVER: Final = (5, 26)

_NAME: Final = re.compile(r"[a-z][a-z_]{0,39}")

# Kinds are names like "part_of", labels like "PartOf", relationship types like "PART_OF".
# {x} is the store's label. Every node of a store has it, live records also their kind's.
_FIRST: Final = (
    "CREATE CONSTRAINT {x}_meta IF NOT EXISTS FOR (m:{x}Meta) REQUIRE m.name IS UNIQUE",
    "CREATE CONSTRAINT {x}_namespace IF NOT EXISTS FOR (l:{x}Namespace) REQUIRE l.name IS UNIQUE",
    "CREATE CONSTRAINT {x}_id IF NOT EXISTS FOR (n:{x}) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT {x}_key IF NOT EXISTS FOR (n:{x}) REQUIRE n._key IS UNIQUE",
    "CREATE CONSTRAINT {x}_commit_id IF NOT EXISTS FOR (c:{x}Commit) REQUIRE c.id IS UNIQUE",
    "CREATE CONSTRAINT {x}_commit_seq IF NOT EXISTS FOR (c:{x}Commit) REQUIRE c.seq IS UNIQUE",
    "CREATE INDEX {x}_kind IF NOT EXISTS FOR (n:{x}) ON (n.namespace, n.kind)",
    "CREATE INDEX {x}_name IF NOT EXISTS FOR (n:{x}) ON (n.name)",
    # Terms come cut and stemmed, so the analyzer only splits them; a commit's words are there at once.
    "CREATE FULLTEXT INDEX {x}_words IF NOT EXISTS FOR (n:{x}Text) ON EACH [n._words] "
    "OPTIONS {{indexConfig: {{`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: false}}}}",
    # For people and their own queries: the text as it is written.
    "CREATE FULLTEXT INDEX {x}_text IF NOT EXISTS FOR (n:{x}Text) ON EACH [n.text] "
    "OPTIONS {{indexConfig: {{`fulltext.analyzer`: 'english', `fulltext.eventually_consistent`: true}}}}",
)
# Each commit's place in the chain (``chain``), computed when the store is brought up to date.
_CHAINED: Final[tuple[str, ...]] = ()
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, _CHAINED)
FORMAT: Final = len(MIGRATIONS)

# Filters inside the search, since Neo4j 2026: the namespace, the kind and the time.
_FILTERED: Final = (
    "CYPHER 25 CREATE VECTOR INDEX {x}_embedding IF NOT EXISTS FOR (n:{x}Text) ON n.embedding "
    "WITH [n.namespace, n.kind, n._valid_at, n._invalid_at] "
    "OPTIONS {{indexConfig: {{`vector.dimensions`: {d}, `vector.similarity_function`: 'cosine'}}}}"
)
_PLAIN: Final = (
    "CREATE VECTOR INDEX {x}_embedding IF NOT EXISTS FOR (n:{x}Text) ON n.embedding "
    "OPTIONS {{indexConfig: {{`vector.dimensions`: {d}, `vector.similarity_function`: 'cosine'}}}}"
)


@dataclass(frozen=True, slots=True)
class Names:
    """What is called how in the database. All of it is from a closed list, and safe to stand in Cypher."""

    label: str
    labels: dict[str, str]
    types: dict[str, str]

    def __call__(self, query: str) -> str:
        """A query with the store's label in the place of ``{x}``."""
        return query.replace("{x}", self.label)

    def kind_of(self, type: str) -> str:
        """The kind of edge that a relationship type stands for."""
        return type.lower()


def names_of(label: str, schema: Schema) -> Names:
    """Labels and types for the kinds of a schema.

    Raises:
        ValueError: a kind that is no plain word could not be told from Cypher.
    """
    kinds = sorted(schema.logged | schema.derived)
    for kind in (*kinds, *schema.edges):
        if not _NAME.fullmatch(kind):
            raise ValueError(f"the kind {kind!r} is no lower-case word")
    return Names(
        label,
        {kind: kind.title().replace("_", "") for kind in kinds},
        {kind: kind.upper() for kind in sorted(schema.edges)},
    )


def server_version(text: str) -> tuple[int, ...]:
    """(2026, 5) of "2026.05.0"."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def prepare(connection: Connection, names: Names, *, create: bool) -> None:
    """Make or migrate the store if need be.

    Raises:
        StoreURLError: there is none and ``create`` is False.
        StoreFormatError: a newer graphmem made it, or the server is too old.
    """
    address = connection.address
    if server_version(connection.server) < OLDEST_SERVER:
        raise StoreFormatError(f"{address}: Neo4j {connection.server} is too old: use 5.26 or newer")
    found = connection.read(names("MATCH (m:{x}Meta) RETURN m.format"))
    version = int(found[0][0]) if found else 0
    if not found and not create:
        raise StoreURLError(f"there is no store at {address}: ingest something first, or look at the address")
    if version > FORMAT:
        raise StoreFormatError(
            f"{address}: a newer graphmem made this store (format {version}, this one reads {FORMAT}): "
            "pip install --upgrade graphmem"
        )
    if version == FORMAT:
        return
    make_indexes(connection, names, after=version)
    if version:
        connection.write(lambda transaction: chain_anew(transaction, names))
    merge = names(
        "MERGE (m:{x}Meta {name: 'graphmem'}) ON CREATE SET m.seq = 0 "
        "SET m.format = $format, m.epoch = coalesce(m.epoch, 0) "
        "MERGE (k:{x}Keys) ON CREATE SET k.last = 0"
    )
    connection.write(lambda transaction: transaction.run(merge, {"format": FORMAT}).consume())


def make_indexes(connection: Connection, names: Names, after: int = 0) -> None:
    """Run the migrations after that number, all of which leave what is there as it is."""
    for statement in (s for statements in MIGRATIONS[after:] for s in statements):
        connection.define(statement.format(x=names.label))
    await_indexes(connection)


def filters_inside(connection: Connection) -> bool:
    """Whether the server's vector search takes filters."""
    return server_version(connection.server) >= (2026, 1)


def make_vector_index(connection: Connection, names: Names, dimension: int) -> None:
    """The vector index of this dimension; one of another, left by a commit that failed, goes.

    So does one that an older server made, whose searches take no filters.
    """
    if vector_form(connection, names) not in (None, (dimension, filters_inside(connection))):
        connection.define(names("DROP INDEX {x}_embedding IF EXISTS"))
    statement = _FILTERED if filters_inside(connection) else _PLAIN
    connection.define(statement.format(x=names.label, d=int(dimension)))
    await_indexes(connection)


def vector_form(connection: Connection, names: Names) -> tuple[int, bool] | None:
    """The dimension that the vector index takes, and whether its searches take filters; None without it."""
    rows = connection.read(
        "SHOW INDEXES YIELD name, options, properties WHERE name = $name "
        "RETURN options.indexConfig['vector.dimensions'], size(properties)",
        name=names("{x}_embedding"),
    )
    return (int(rows[0][0]), rows[0][1] > 1) if rows else None


def await_indexes(connection: Connection) -> None:
    """Wait until all indexes answer."""
    connection.define("CALL db.awaitIndexes(300)")


def index_states(connection: Connection, names: Names) -> Sequence[tuple[str, str, float]]:
    """Name, state and populated share in percent of the store's indexes."""
    rows = connection.read(
        "SHOW INDEXES YIELD name, state, populationPercent WHERE name STARTS WITH $prefix "
        "RETURN name, state, populationPercent ORDER BY name",
        prefix=f"{names.label}_",
    )
    return [(str(name), str(state), float(share)) for name, state, share in rows]


def constraints(names: Names) -> set[str]:
    """Names of the constraints, each of which has an index of the same name."""
    return {f"{names.label}_{end}" for end in ("meta", "namespace", "id", "key", "commit_id", "commit_seq")}


def expected_indexes(names: Names, *, vectors: bool) -> set[str]:
    """Names of the indexes that a sound store has."""
    ends = {"kind", "name", "words", "text"} | ({"embedding"} if vectors else set())
    return constraints(names) | {f"{names.label}_{end}" for end in ends}
