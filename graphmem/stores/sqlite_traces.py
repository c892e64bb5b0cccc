"""Where texts stand in a SQLite store: in the bytes of its files, and in every row as it is read."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from graphmem.errors import StoreError
from graphmem.stores import sqlite_chain
from graphmem.stores.sqlite_sidecar import files
from graphmem.stores.words import text_terms

_PAGE: Final = 500
_TABLES: Final = (  # what to call a row by, then its texts
    ("record", "SELECT n.id, r.body FROM record r LEFT JOIN node n ON n.key = r.key"),
    ("node", "SELECT key, id FROM node"),
    ("symbol", "SELECT key, name FROM symbol"),
    ("meta", "SELECT name, value FROM meta"),
    ("commit", "SELECT seq, id, author, message FROM log"),
)
# In a process of its own: one that opens and closes a file loses the locks that its other connections have
# on it (POSIX), and with them what keeps a writer from a reader.
_SEARCH: Final = """
import json, mmap, os, sys
texts = json.load(sys.stdin)
found = []
for path in sys.argv[1:]:
    if os.path.exists(path) and os.path.getsize(path):
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            found += [[path, text] for text in texts if raw.find(text.encode("utf-8", "replace")) >= 0]
json.dump(found, sys.stdout)
"""


def traces(connection: sqlite3.Connection, path: Path, texts: Collection[str]) -> list[str]:
    """See ``Store.traces``."""
    own = "\n".join(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql NOT NULL"))
    wanted = [text for text in dict.fromkeys(texts) if text and text not in own]
    return [*_in_files(path, wanted), *_in_rows(connection, wanted), *_in_words(connection, wanted)]


def _in_files(path: Path, texts: Sequence[str]) -> Iterator[str]:
    """In the file, the write-ahead log and its index, and the sidecar, byte by byte, free pages included."""
    paths = [str(path), f"{path}-wal", f"{path}-shm", f"{path}-journal", *map(str, files(path))]
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _SEARCH, *paths],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        raise StoreError(f"{path}: its bytes cannot be searched ({ran.stderr.strip()[-300:]})")
    for place, text in json.loads(ran.stdout):
        yield f"{text!r} in the bytes of {place}"


def _in_rows(connection: sqlite3.Connection, texts: Sequence[str]) -> Iterator[str]:
    """In rows of tables, and in the changes of commits, which are compressed."""
    for table, query in _TABLES:
        rows = connection.execute(query)
        while page := rows.fetchmany(_PAGE):
            yield from _in_page(table, page, texts)
    for row in sqlite_chain.rows(connection):
        changes = zlib.decompress(row[-1]).decode()
        yield from (f"{text!r} in the changes of commit {row[0]}" for text in texts if text in changes)


def _in_page(table: str, page: Sequence[tuple[Any, ...]], texts: Sequence[str]) -> Iterator[str]:
    whole = "\n".join(str(cell) for row in page for cell in row[1:])
    for text in texts:
        if text in whole:  # then, which row
            yield from (
                f"{text!r} in {table} {row[0]}" for row in page if any(text in str(c) for c in row[1:])
            )


def _in_words(connection: sqlite3.Connection, texts: Sequence[str]) -> Iterator[str]:
    """Among the terms of the word index, where words are cut and stemmed, and share their beginnings."""
    for text, terms in zip(texts, text_terms(texts), strict=True):
        held = [
            term
            for term in terms
            if connection.execute("SELECT 1 FROM occurrence WHERE term = ? LIMIT 1", (term,)).fetchone()
        ]
        if len(terms) == 1 and held:  # words of several may each stand there on their own
            yield f"{text!r} in the word index, as {held[0]!r}"
