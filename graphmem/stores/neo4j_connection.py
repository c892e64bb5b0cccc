"""The driver of a Neo4j store, and the one place where its errors become ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from graphmem.errors import (
    MissingExtra,
    StoreBusy,
    StoreCorrupt,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
    StoreURLError,
)
from graphmem.stores.neo4j_address import Address

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction

T = TypeVar("T")

_CONNECT_SECONDS: Final = 5.0
_IDLE_SECONDS: Final = 30.0  # a connection not used for so long is asked first whether it lives
# A writer that falls silent, its network gone, holds up all others: after so long the server ends it.
_WRITE_SECONDS: Final = 300.0
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0

# What the driver would not try again: a commit without an answer, which is not made twice; a connection
# that proved dead, which is out of the way by then; an index that another process makes at the same time,
# or a node or commit, which the next attempt finds there; a node or edge that went while it was read.
_PASSING: Final = frozenset({"IncompleteCommit", "ConnectionAcquisitionTimeoutError"})
_PASSING_CODES: Final = frozenset(
    f"Neo.ClientError.{name}"
    for name in (
        "Schema.EquivalentSchemaRuleAlreadyExists",
        "Schema.IndexAlreadyExists",
        "Schema.IndexWithNameAlreadyExists",
        "Schema.ConstraintAlreadyExists",
        "Schema.ConstraintWithNameAlreadyExists",
        "Schema.ConstraintValidationFailed",
        "Statement.EntityNotFound",
    )
)

# The driver's exception class -> our error and what to do; the nearest class of an exception counts.
_CAUSES: Final[dict[str, tuple[type[StoreError] | type[StoreURLError], str]]] = {
    "ServiceUnavailable": (StoreUnavailable, "the server is not reached: start it, or look at the address"),
    "SessionExpired": (StoreUnavailable, "the server went away: try again"),
    "IncompleteCommit": (StoreUnavailable, "the server went away during a commit: write it again"),
    "ConnectionAcquisitionTimeoutError": (StoreBusy, "no connection answers in time: try again"),
    "ConnectionPoolError": (StoreUnavailable, "no connection can be had: try again"),
    "AuthError": (StoreDenied, "the server refuses the user or the password: look at NEO4J_PASSWORD"),
    "Forbidden": (StoreDenied, "the user may not do this: ask the administrator for the right"),
    "ForbiddenOnReadOnlyDatabase": (StoreReadOnly, "the database takes no writes"),
    "NotALeader": (StoreReadOnly, "this member of the cluster takes no writes: use neo4j:// for bolt://"),
    "DatabaseUnavailable": (StoreUnavailable, "the database is not available: start it"),
    "TransientError": (StoreBusy, "the server is busy, or another process writes for too long: try again"),
    "ConfigurationError": (StoreURLError, "the address does not fit the server"),
    "DatabaseError": (StoreError, "the server failed: look at its log"),
    "ClientError": (StoreError, "the server refuses the query"),
    "Neo4jError": (StoreError, "the server refuses the query"),
    "DriverError": (StoreError, "the driver failed"),
    "GqlError": (StoreError, "the server or the driver failed: look at the server's log"),
}
_ENDED: Final = (StoreBusy, "the server ended the transaction, which took or waited too long: try again")
_CODES: Final[dict[str, tuple[type[StoreError] | type[StoreURLError], str]]] = {
    "Neo.ClientError.Database.DatabaseNotFound": (StoreURLError, "the server has no such database"),
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError": (
        StoreFull,
        "the server's memory does not suffice: give it more (server.memory.heap.max_size)",
    ),
    "Neo.ClientError.Security.AuthenticationRateLimit": (
        StoreDenied,
        "too many wrong passwords: wait a few seconds, and look at NEO4J_PASSWORD",
    ),
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration": _ENDED,
    "Neo.ClientError.Transaction.TransactionTimedOut": _ENDED,
    "Neo.ClientError.Transaction.LockClientStopped": _ENDED,
    "Neo.ClientError.Transaction.Terminated": _ENDED,
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase": (StoreReadOnly, "the database takes no writes"),
    "Neo.DatabaseError.General.StorageDamageDetected": (StoreCorrupt, "the database is damaged: restore it"),
    "Neo.DatabaseError.General.IndexCorruptionDetected": (
        StoreCorrupt,
        "an index is damaged: 'graphmem doctor --repair' makes it anew",
    ),
}


def _is_passing(error: Any) -> bool:
    """Whether the same may succeed a little later."""
    return (
        error.is_retryable()
        or type(error).__name__ in _PASSING
        or getattr(error, "code", None) in _PASSING_CODES
    )


def translate(error: Exception, address: Address) -> StoreError | StoreURLError:
    """The error of ours that says what the driver's means; every class of the driver has an answer."""
    code = getattr(error, "code", None) or ""
    kind, advice = _CODES.get(code) or next(
        _CAUSES[cls.__name__] for cls in type(error).__mro__ if cls.__name__ in _CAUSES
    )
    # The driver's own errors have their reason in ``args``, and a ``message`` that says nothing.
    reason = str(*error.args[:1]) or getattr(error, "message", None) or type(error).__name__
    return kind(f"{address}: {advice} ({' '.join(reason.split())[:300]})")


class Rows(list[list[Any]]):
    """The rows of an answer.

    ``moment`` is a bookmark, which names a state of the database, if they are of that state alone: nothing
    at all was committed from before the read until its end. Else it is None.
    """

    moment: str | None = None


class Connection:
    """A driver, and transactions that are tried again while the server says that it may help.

    Reads and writes carry bookmarks: what this connection has seen or written, it sees again on any
    member of a cluster, and a commit that it has seen is whole, in all indexes.

    Args:
        address: the server.
        busy_seconds: for how long a transaction is tried again.

    Raises:
        MissingExtra: the driver is not installed.
        StoreUnavailable, StoreDenied, StoreURLError: the server cannot be used.
    """

    def __init__(self, address: Address, busy_seconds: float) -> None:
        self.address = address
        self._busy_seconds = busy_seconds
        self._driver: Driver | None = None
        try:
            import neo4j
        except ImportError as error:
            raise MissingExtra("a Neo4j store", "neo4j") from error
        # Its warnings, which nobody asked for, would go to stderr: what matters comes as an error.
        logging.getLogger("neo4j").addHandler(logging.NullHandler())
        self._errors = (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError)
        self._limited = neo4j.unit_of_work(timeout=_WRITE_SECONDS)
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        try:
            with self._translated():
                self._driver = neo4j.GraphDatabase.driver(
                    address.uri,
                    auth=(address.user, address.password) if address.password else None,
                    max_transaction_retry_time=0,  # its pauses begin at a second: ``_again`` tries again
                    connection_timeout=_CONNECT_SECONDS,
                    liveness_check_timeout=_IDLE_SECONDS,
                    connection_acquisition_timeout=_CONNECT_SECONDS,
                    telemetry_disabled=True,
                    notifications_min_severity="OFF",
                    user_agent="graphmem",
                )
                info = self._driver.get_server_info()
        except BaseException:
            self.close()
            raise
        self.server = str(info.agent).removeprefix("Neo4j/")
        self.bolt = tuple(info.protocol_version)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise translate(error, self.address) from error

    def _open(self) -> Driver:
        if self._driver is None:
            raise StoreError(f"{self.address}: the store is closed")
        return self._driver

    def check_open(self) -> None:
        """Say so if the connection is closed.

        Raises:
            StoreError: it is.
        """
        self._open()

    def read(self, query: str, /, **parameters: Any) -> Rows:
        """The rows of a query, by a member that reads; a read can always be tried again."""
        driver = self._open()

        def once() -> Rows:
            seen = frozenset(self._bookmarks.get_bookmarks())
            with driver.session(
                database=self.address.database,
                bookmark_manager=self._bookmarks,
                default_access_mode="READ",
            ) as session:
                rows = Rows(list(row.values()) for row in session.run(query, parameters))
                # The server waits until it has applied what it is told was seen, and says at the end what it
                # committed last: if that was seen, no commit can have been there in part.
                last = session.last_bookmarks().raw_values
                if len(last) == 1 and last <= seen:
                    (rows.moment,) = last
                return rows

        return self._again(once)

    def write(self, work: Callable[[ManagedTransaction], T]) -> T:
        """What a managed transaction returns. It must be such that it can be done again after all.

        What may have taken effect, because the connection was lost after COMMIT was sent, is tried again
        like what certainly did not.
        """
        driver = self._open()

        def once() -> T:
            with driver.session(database=self.address.database, bookmark_manager=self._bookmarks) as session:
                return session.execute_write(self._limited(work))

        return self._again(once)

    def bookmark(self) -> None:
        """Let later reads see at least what the member that writes holds by now."""
        self.define("RETURN 1")

    def define(self, statement: str, /, **parameters: Any) -> None:
        """Run a statement that makes or drops an index or constraint, in a transaction of its own."""
        driver = self._open()

        def once() -> None:
            with driver.session(database=self.address.database, bookmark_manager=self._bookmarks) as session:
                session.run(statement, parameters).consume()

        self._again(once)

    def _again(self, once: Callable[[], T]) -> T:
        until = time.monotonic() + self._busy_seconds
        pause = _FIRST_PAUSE
        with self._translated():
            while True:
                try:
                    return once()
                except self._errors as error:
                    if time.monotonic() + pause > until or not _is_passing(error):
                        raise
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def close(self) -> None:
        """Close all connections; twice is fine."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None
