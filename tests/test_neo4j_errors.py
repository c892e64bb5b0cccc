"""Whatever the driver or the server says comes as an error of ours: where, what to do, and no password."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import neo4j
import numpy as np
import pytest
from neo4j import exceptions
from neo4j_stores import Neo4jStores

from graphmem import errors, projection
from graphmem.errors import GraphMemError, MissingExtra, StoreError, StoreFormatError, StoreURLError
from graphmem.stores import neo4j_migrations, open_store
from graphmem.stores.base import Grouping
from graphmem.stores.contract import SCHEMA, commit, creation, direction, note, of_encoder
from graphmem.stores.neo4j import Neo4jStore
from graphmem.stores.neo4j_address import Address
from graphmem.stores.neo4j_connection import translate
from graphmem.types import View

SECRET = "hush4ever"
ADDRESS = Address("neo4j://db.example.com:7687", "ada", SECRET, "notes", "Old")
SHOWN = "neo4j://ada@db.example.com:7687/notes?store=Old"
A = View.of("a")

CLASSES = [
    found
    for _, found in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(found, exceptions.GqlError)
]
OURS = {
    "ServiceUnavailable": errors.StoreUnavailable,
    "RoutingServiceUnavailable": errors.StoreUnavailable,
    "ReadServiceUnavailable": errors.StoreUnavailable,
    "WriteServiceUnavailable": errors.StoreUnavailable,
    "SessionExpired": errors.StoreUnavailable,
    "IncompleteCommit": errors.StoreUnavailable,
    "ConnectionPoolError": errors.StoreUnavailable,
    "DatabaseUnavailable": errors.StoreUnavailable,
    "ConnectionAcquisitionTimeoutError": errors.StoreBusy,
    "TransientError": errors.StoreBusy,
    "AuthError": errors.StoreDenied,
    "TokenExpired": errors.StoreDenied,
    "Forbidden": errors.StoreDenied,
    "ForbiddenOnReadOnlyDatabase": errors.StoreReadOnly,
    "NotALeader": errors.StoreReadOnly,
    "ConfigurationError": errors.StoreURLError,
    "AuthConfigurationError": errors.StoreURLError,
    "CertificateConfigurationError": errors.StoreURLError,
    "UnsupportedServerProduct": errors.StoreURLError,
}


# --- the map ----------------------------------------------------------------------------------


WITH_A_SOURCE = (exceptions.SessionError, exceptions.TransactionError, exceptions.ResultError)


def made(error: type[exceptions.GqlError], *message: str) -> exceptions.GqlError:
    """An exception as the driver makes it of its own accord."""
    source = (None,) if issubclass(error, WITH_A_SOURCE) else ()
    return error(*source, *message)


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
@pytest.mark.parametrize("message", [(), ("",), ("a reason",), ("two\nlines\r\n\tof \u2028reason",)])
def test_every_class_of_the_driver_becomes_an_error_that_helps(
    error: type[exceptions.GqlError], message: tuple[str, ...]
) -> None:
    ours = translate(made(error, *message), ADDRESS)
    assert type(ours) is OURS.get(error.__name__, StoreError)
    text = str(ours)
    assert text.startswith(f"{SHOWN}: ") and len(text.splitlines()) == 1 and SECRET not in text
    assert text[len(SHOWN) + 2 :].split(" (")[0], "what to do"
    assert "reason" in text or not any(message)


def test_every_class_of_the_driver_is_looked_at() -> None:
    names = {error.__name__ for error in CLASSES}
    assert set(OURS) <= names and len(names) >= 30


@pytest.mark.parametrize(
    ("code", "ours", "advice"),
    [
        ("Neo.ClientError.Database.DatabaseNotFound", errors.StoreURLError, "no such database"),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", errors.StoreFull, "give it more"),
        ("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", errors.StoreReadOnly, "takes no writes"),
        ("Neo.DatabaseError.General.StorageDamageDetected", errors.StoreCorrupt, "restore it"),
        ("Neo.DatabaseError.General.IndexCorruptionDetected", errors.StoreCorrupt, "graphmem doctor"),
        ("Neo.ClientError.Security.Unauthorized", errors.StoreDenied, "NEO4J_PASSWORD"),
        ("Neo.TransientError.Transaction.DeadlockDetected", errors.StoreBusy, "try again"),
        ("Neo.ClientError.Some.Unknown", StoreError, "refuses the query"),
        ("no code", StoreError, "look at its log"),
    ],
)
def test_codes_of_the_server_say_more_than_classes(code: str, ours: type[Exception], advice: str) -> None:
    # As the driver makes them of a server's answer.
    error = exceptions.Neo4jError._hydrate_neo4j(code=code, message="said the server")
    told = translate(error, ADDRESS)
    assert type(told) is ours and advice in str(told) and "said the server" in str(told)


def test_a_long_reason_is_cut() -> None:
    assert len(str(translate(made(exceptions.ClientError, "x" * 100_000), ADDRESS))) < 500


# --- what stands in the way of opening --------------------------------------------------------


def test_without_the_driver_the_message_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['neo4j'] = None\n"
        "from graphmem.stores import open_store\n"
        "from graphmem.projection import SCHEMA\n"
        "open_store('bolt://127.0.0.1:1', SCHEMA)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last == "graphmem.errors.MissingExtra: a Neo4j store needs an extra: pip install 'graphmem[neo4j]'"


def test_without_the_driver_a_bad_address_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "neo4j", None)
    with pytest.raises(StoreURLError):
        open_store("bolt://", projection.SCHEMA)
    with pytest.raises(MissingExtra):
        open_store("bolt://127.0.0.1:1", projection.SCHEMA)


def elsewhere(stores: Neo4jStores) -> str:
    """The address of a store that there is not."""
    return stores.url("store").partition("?")[0] + "?store=Nowhere"


def everything(stores: Neo4jStores) -> list[object]:
    """What a store that is made or migrated would change."""
    return [
        stores.run("MATCH (n) RETURN count(n)"),
        stores.run("MATCH (m:{x}Meta) RETURN properties(m)"),
        stores.run("SHOW INDEXES YIELD name RETURN name ORDER BY name"),
        stores.run("SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name"),
    ]


def test_a_server_that_is_too_old_is_told_and_left_alone(
    neo4j_stores: Neo4jStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, before = elsewhere(neo4j_stores), everything(neo4j_stores)
    monkeypatch.setattr(neo4j_migrations, "OLDEST_SERVER", (9999, 1))
    with pytest.raises(StoreFormatError, match="is too old: use 5.26 or newer"):
        open_store(url, SCHEMA)
    assert everything(neo4j_stores) == before


def test_a_store_of_a_newer_format_is_left_alone(neo4j_stores: Neo4jStores) -> None:
    neo4j_stores.open("store", SCHEMA).close()
    neo4j_stores.run("MATCH (m:{x}Meta) SET m.format = m.format + 1")
    before = everything(neo4j_stores)
    try:
        for create in (True, False):
            with pytest.raises(StoreFormatError, match="pip install --upgrade graphmem"):
                neo4j_stores.open("store", SCHEMA, create=create)
        assert everything(neo4j_stores) == before
    finally:
        neo4j_stores.run("MATCH (m:{x}Meta) SET m.format = m.format - 1")


def test_where_there_is_no_store_reading_makes_none(neo4j_stores: Neo4jStores) -> None:
    url, before = elsewhere(neo4j_stores), everything(neo4j_stores)
    with pytest.raises(StoreURLError, match=r"no store at .*\?store=Nowhere: ingest something first"):
        open_store(url, SCHEMA, create=False)
    assert everything(neo4j_stores) == before


@pytest.mark.parametrize("kind", ["A", "a b", "a`", "a)-[r]-(b", "note\n", "", "1a", "_a", "ä", "a" * 41])
@pytest.mark.parametrize("field", ["logged", "derived", "edges"])
def test_a_kind_that_could_be_more_than_a_name_is_refused(kind: str, field: str) -> None:
    # Before the server is asked: there is none.
    with pytest.raises(ValueError, match="is no lower-case word"):
        Neo4jStore("bolt://127.0.0.1:1", replace(SCHEMA, **{field: frozenset({"note", kind})}))


# --- a store that is closed -------------------------------------------------------------------

USES: dict[str, Callable[[Neo4jStore], object]] = {
    "apply": lambda store: store.apply(commit("c2")),
    "apply vectors": lambda store: store.apply(commit("c2"), of_encoder({"n1": direction(1)})),
    "get": lambda store: store.get(A, ["n1"]),
    "scan": lambda store: store.scan(A, "note"),
    "count": lambda store: store.count(A, "note"),
    "neighbours": lambda store: store.neighbours(A, ["n1"], ["cites"]),
    "search_text": lambda store: store.search_text(A, "birch", 3),
    "search_vector": lambda store: store.search_vector(A, direction(1), 3),
    "nearest_groups": lambda store: store.nearest_groups(A, direction(1)[None], 3, Grouping("near", "cites")),
    "vectors": lambda store: store.vectors(A, ["n1"]),
    "cosines": lambda store: store.cosines(A, ["n1"], direction(1)),
    "commits": lambda store: store.commits(A),
    "head": lambda store: store.head(),
    "encoder": lambda store: store.encoder(),
    "info": lambda store: store.info(),
    "check": lambda store: store.check(),
}


def test_a_closed_store_says_so_whatever_is_asked_of_it(neo4j_stores: Neo4jStores) -> None:
    store = neo4j_stores.open("store", SCHEMA)
    store.apply(creation("c1", note("n1", "birch")), of_encoder({"n1": direction(1)}))
    for use in USES.values():
        use(store)
    store.close()
    store.close()
    for name, use in USES.items():
        with pytest.raises(StoreError, match="the store is closed") as error:
            use(store)
        assert type(error.value) is StoreError, name


def test_an_open_that_fails_leaves_no_connection(
    neo4j_stores: Neo4jStores, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    close = neo4j.Driver.close
    monkeypatch.setattr(neo4j.Driver, "close", lambda driver: (close(driver), closed.append(True)))
    with pytest.raises(StoreURLError):
        open_store(elsewhere(neo4j_stores), SCHEMA, create=False)
    with pytest.raises(GraphMemError):
        open_store("bolt://127.0.0.1:1", SCHEMA)
    assert closed == [True, True]


# --- what no store could hold -----------------------------------------------------------------


def test_names_with_half_a_character_find_nothing_and_break_nothing(neo4j_stores: Neo4jStores) -> None:
    half = "\ud800"
    store = neo4j_stores.open("store", SCHEMA, exact_texts=0)
    store.apply(creation("c1", *(note(f"n{number}", "birch") for number in range(9))))
    store.apply(commit("c2"), of_encoder({f"n{number}": direction(1, number) for number in range(9)}))
    for view in (View.of("a", half), View.of("a", kinds=["note", half])):
        assert set(store.get(view, ["n1", half])) == {"n1"}
        assert len(list(store.scan(view, "note"))) == 9 and list(store.scan(view, half)) == []
        assert (store.count(view, "note"), store.count(view, half)) == (9, 0)
        assert [id for id, _ in store.search_text(view, f"birch {half}", 2)] == ["n0", "n1"]
        assert [id for id, _ in store.search_vector(view, direction(1), 2)] == ["n0", "n1"]
        assert set(store.vectors(view, ["n1", half])) == {"n1"}
        assert np.count_nonzero(store.cosines(view, ["n1", half], direction(1))) == 1
        assert len(store.neighbours(view, ["n1", half], ["cites", half]).source) == 0
        assert len(list(store.commits(view))) == 2 and list(store.commits(view, touching=half)) == []
    nobody = View.of(half)
    assert not store.get(nobody, ["n1"]) and not store.count(nobody, "note")
    assert store.search_text(nobody, "birch", 3) == store.search_vector(nobody, direction(1), 3) == []
    store.close()
