"""Where records live: one module per store, one protocol for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from graphmem.errors import StoreURLError
from graphmem.stores.base import Store
from graphmem.stores.neo4j_address import SCHEMES as NEO4J_SCHEMES
from graphmem.stores.neo4j_address import without_password
from graphmem.stores.sqlite import SQLiteStore
from graphmem.types import Schema


def _open_sqlite(rest: str, schema: Schema, create: bool, busy_seconds: float) -> Store:
    # "sqlite:///notes.db" is relative and "sqlite:////srv/notes.db" absolute, as in SQLAlchemy.
    if not rest.startswith("/") or rest in {"/", "/:memory:"}:
        raise StoreURLError(
            f"'{without_password(f'sqlite://{rest}')}' names no file: write sqlite:///notes.db (relative) "
            "or sqlite:////srv/notes.db (absolute)"
        )
    return SQLiteStore(Path(rest[1:]), schema, create=create, busy_seconds=busy_seconds)


def _open_neo4j(scheme: str) -> Callable[[str, Schema, bool, float], Store]:
    def opened(rest: str, schema: Schema, create: bool, busy_seconds: float) -> Store:
        # Imported here: what is not used needs no driver.
        from graphmem.stores.neo4j import Neo4jStore

        return Neo4jStore(f"{scheme}://{rest}", schema, create=create, busy_seconds=busy_seconds)

    return opened


_OPEN: Final[Mapping[str, Callable[[str, Schema, bool, float], Store]]] = MappingProxyType(
    {"sqlite": _open_sqlite, **{scheme: _open_neo4j(scheme) for scheme in NEO4J_SCHEMES}}
)


def open_store(url: str, schema: Schema, *, create: bool = True, busy_seconds: float = 10.0) -> Store:
    """Open the store at an address, or make it there.

    Args:
        url: ``sqlite:///notes.db`` (relative path) or ``sqlite:////srv/notes.db`` (absolute path);
            ``neo4j://USER@HOST:7687/DATABASE`` (also ``neo4j+s://``, ``bolt://``), with the password in
            NEO4J_PASSWORD.
        schema: what the store is told of kinds.
        create: make a new store if there is none.
        busy_seconds: how long a write waits for another process before StoreBusy.

    Raises:
        StoreURLError: the address names no store, or none is there and ``create`` is False.
        StoreFormatError: the file is not a graphmem store, or a newer graphmem made it.
        StoreError: the store cannot be read or made; its subclasses say why.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        path = url.removeprefix("sqlite:") or "notes.db"
        raise StoreURLError(
            f"'{without_password(url)}' is no store address: for a file write sqlite:///{without_password(path)}"
        )
    if scheme not in _OPEN:
        known = ", ".join(f"{name}://" for name in sorted(_OPEN))
        raise StoreURLError(f"no store is known for '{without_password(scheme)}://': use one of {known}")
    return _OPEN[scheme](rest, schema, create, busy_seconds)
