"""Opening SQLite files, one transaction at a time, and the one place where SQLite's errors become ours."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Literal

from graphmem.errors import (
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFormatError,
    StoreFull,
    StoreGone,
    StoreReadOnly,
    StoreURLError,
)
from graphmem.stores.sqlite_migrations import APPLICATION_ID, FORMAT, migrate

Access = Literal["rw", "ro", "immutable"]

_ALMOST_NOTHING: Final = 1 << 20  # free bytes on a disk that count as full
_CACHE_KIB: Final = 65_536  # at most: ids are random, so a commit writes all over their index

# What SQLite's message contains -> our error and what to do. The messages have been stable since 2004
# (sqlite3ErrStr), and Python 3.10 gives no error codes.
_FULL: Final = "the disk is full, or a quota or file size limit is reached: make room and try again"
_DAMAGED: Final = "the file is damaged: restore a backup, or try `sqlite3 FILE .recover`"
_CAUSES: Final[tuple[tuple[str, type[StoreError], str], ...]] = (
    ("is locked", StoreBusy, "another process is writing for too long: try again when it is done"),
    ("readonly database", StoreReadOnly, "the file, its directory or its disk takes no writes"),
    ("database or disk is full", StoreFull, _FULL),
    ("malformed", StoreCorrupt, _DAMAGED),
    ("corrupt", StoreCorrupt, _DAMAGED),
    ("vtable constructor failed", StoreCorrupt, _DAMAGED),
    ("no such table", StoreCorrupt, _DAMAGED),
    ("could not decode to utf-8", StoreCorrupt, _DAMAGED),
    ("file is not a database", StoreFormatError, "the file is not a graphmem store: give another address"),
    ("unable to open database", StoreError, "the file cannot be opened: look at its permissions"),
    ("closed database", StoreError, "the store is closed"),
)


def translate(error: sqlite3.Error, path: Path) -> StoreError:
    """The error of ours that says what SQLite's means; every one has an answer."""
    message = str(error).lower()
    for part, kind, advice in _CAUSES:
        if part in message:
            return kind(f"{path}: {advice} ({error})")
    if "disk i/o error" in message:
        name = getattr(error, "sqlite_errorname", "")  # Python >= 3.11
        if name == "SQLITE_IOERR_WRITE" or shutil.disk_usage(path.parent).free < _ALMOST_NOTHING:
            return StoreFull(f"{path}: {_FULL} ({error})")
        return StoreError(f"{path}: the disk fails: see whether it is full or a limit is reached ({error})")
    return StoreError(f"{path}: {error}")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Inside, SQLite's errors and unreadable rows become errors of ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error
    except (zlib.error, json.JSONDecodeError) as error:
        raise StoreCorrupt(f"{path}: {_DAMAGED} ({error})") from error


def connect(path: Path, access: Access, busy_seconds: float, *, create: bool = False) -> sqlite3.Connection:
    """A connection in autocommit mode that any thread may use, one at a time."""
    mode = "mode=rwc" if create else "mode=ro&immutable=1" if access == "immutable" else f"mode={access}"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    # What a query needs for itself (its words, a sort) never asks for a writable disk.
    connection.execute("PRAGMA temp_store = MEMORY")
    # FULL: the log is on the disk before ``apply`` returns, so that a commit survives not only kill -9,
    # for which NORMAL would do (the pages are in the kernel's hands), but also a loss of power.
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _judge(path: Path, application: int, version: int) -> None:
    """Refuse a file that is not ours or is newer than we are."""
    if application != APPLICATION_ID:
        raise StoreFormatError(f"{path}: the file is not a graphmem store: give another address")
    if version > FORMAT:
        raise StoreFormatError(
            f"{path}: a newer graphmem made this store (format {version}, this one reads {FORMAT}): "
            "pip install --upgrade graphmem"
        )


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _version(connection: sqlite3.Connection) -> tuple[int, int]:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version


@contextmanager
def reached(path: Path) -> Iterator[None]:
    """Inside, what the file system refuses becomes an error of ours."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise StoreURLError(f"{str(path)!r} is too long for a file: give a shorter address") from error
        raise StoreError(
            f"{path}: the file cannot be reached ({error.strerror}): "
            "look at its permissions and those of its folders"
        ) from error


def _check_name(path: Path) -> None:
    """Refuse a name that no file can have."""
    try:
        name = os.fsencode(path)
    except UnicodeEncodeError as error:
        raise StoreURLError(f"{str(path)!r} holds half a character: give another address") from error
    if b"\0" in name:
        raise StoreURLError(f"{str(path)!r} holds a NUL character: give another address")


def inspect(path: Path) -> bool:
    """Whether there is a store at ``path``, without touching it; False where there is nothing yet.

    The file is read as one that nobody changes, so that a stranger's journal is not rolled back and
    no file is left beside it; and by SQLite, since a file that Python opens and closes takes with it
    the locks that other connections of this process have on it (POSIX).

    Raises:
        StoreURLError: ``path`` is a directory, or in none.
        StoreFormatError: the file is not ours, or newer than we are.
        OSError: the file system does not let us look.
    """
    try:
        path.stat()  # ``is_dir`` and ``exists`` take some refusals for an absence
    except (FileNotFoundError, NotADirectoryError):
        pass
    if path.is_dir():
        raise StoreURLError(f"{path} is a directory: name a file in it")
    if not path.exists():
        if not path.parent.is_dir():
            raise StoreURLError(f"there is no directory {path.parent}: make it first")
        return False
    if not path.stat().st_size:
        return False
    try:
        with translated(path), closing(connect(path, "immutable", 0)) as connection:
            _judge(path, *_version(connection))
    except StoreCorrupt:
        # A process killed while it merged the write-ahead log leaves a file that is sound only with
        # that log, with which it is read next.
        if not _wal(path).exists():
            raise
    return True


def prepare(path: Path, busy_seconds: float, *, create: bool) -> Access:
    """Make or migrate the store if need be, and say how it can be opened.

    Raises:
        StoreURLError: there is none and ``create`` is False, or the address names no file.
        StoreFormatError: the file is not ours, or newer than we are; it is untouched.
        StoreReadOnly: it is older than we are and takes no writes.
        StoreError: the file system does not let us reach it.
    """
    _check_name(path)
    with reached(path):
        return _prepare(path, busy_seconds, create=create)


def _prepare(path: Path, busy_seconds: float, *, create: bool) -> Access:
    found = inspect(path)
    if not found and not create:
        raise StoreURLError(f"there is no store at {path}: ingest something first, or look at the address")
    with translated(path):
        if not found:
            _migrate(path, busy_seconds)
            return "rw"
        if _wal(path).exists():  # the header may be newer there, and a writer would merge it
            with closing(connect(path, "ro", busy_seconds)) as connection:
                _judge(path, *_version(connection))
        access = _reach(path, busy_seconds)
        with closing(connect(path, access, busy_seconds)) as connection:
            _, version = _version(connection)
            (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        if access == "rw" and (version < FORMAT or mode != "wal"):
            _migrate(path, busy_seconds)
        elif version < FORMAT:
            raise StoreReadOnly(
                f"{path}: an older graphmem made this store (format {version}); "
                "open it once where it can be written, to bring it up to date"
            )
    return access


def _reach(path: Path, busy_seconds: float) -> Access:
    """The most that the file system allows."""
    if os.access(path, os.W_OK):
        # SQLite needs to make files beside a store that it shares with other processes.
        try:
            with closing(connect(path, "rw", busy_seconds)) as connection:
                _version(connection)
            return "rw"
        except sqlite3.OperationalError as error:
            if not any(reason in str(error) for reason in ("unable to open", "readonly")):
                raise
    try:
        with closing(connect(path, "ro", busy_seconds)) as connection:
            _version(connection)
        return "ro"
    except sqlite3.OperationalError:
        # Nobody can write beside the file, so nobody writes to it: it can be read as it stands,
        # unless commits wait in a write-ahead log that only a writer can merge.
        if _wal(path).exists() and _wal(path).stat().st_size:
            raise
    return "immutable"


def _migrate(path: Path, busy_seconds: float) -> None:
    with closing(connect(path, "rw", busy_seconds, create=True)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            application, version = _version(connection)
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if application or version or tables:
                _judge(path, application, version)
            migrate(connection)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        # After the tables: a file whose header does not say yet that it is ours must not be in WAL
        # mode, where the header may lag behind.
        connection.execute("PRAGMA journal_mode = WAL")


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a path names; None if it names none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Channel:
    """One connection and the lock that hands it from thread to thread.

    A store has two, one that reads and one that writes: a thread that waits for another process's
    write does not stop the threads that read. A connection for each thread would leave those of
    dead threads open and give each its own page cache.
    """

    def __init__(self, path: Path, access: Access, busy_seconds: float) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        with translated(path):
            self._connection: sqlite3.Connection | None = connect(path, access, busy_seconds)
        self._where = path.absolute()  # which a change of the working directory leaves as it is
        self._file = _identity(self._where)

    @contextmanager
    def transaction(self, begin: Literal["BEGIN", "BEGIN IMMEDIATE"]) -> Iterator[sqlite3.Connection]:
        """A transaction that is committed at the end and rolled back on any error."""
        with translated(self._path), self._held() as connection:
            if _identity(self._where) != self._file:
                # SQLite would go on with the open file, which nobody finds again.
                raise StoreGone(
                    f"{self._path}: the file was moved, replaced or deleted while it was open, and nothing"
                    " was written: bring it back, or open what is there now"
                )
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # SQLite itself has rolled back after some errors, a full disk among them.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _held(self) -> Iterator[sqlite3.Connection]:
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise StoreBusy(f"{self._path}: another thread holds the store for too long: try again")
        try:
            if self._connection is None:
                raise StoreError(f"{self._path}: the store is closed")
            yield self._connection
        finally:
            self._lock.release()

    @contextmanager
    def setup(self) -> Iterator[sqlite3.Connection]:
        """The connection outside of a transaction, for what SQLite does not allow inside."""
        with translated(self._path), self._held() as connection:
            yield connection

    def close(self) -> None:
        """Close the connection when the thread that holds it is done; twice is fine."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
