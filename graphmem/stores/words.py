"""How texts become words, the same in every store: cut, folded and stemmed by SQLite's FTS5."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Final

from graphmem.types import Index, Record

TOKENIZER: Final = "porter unicode61 remove_diacritics 2"
QUERY_TERMS: Final = 256


def storable(text: str) -> str:
    """Text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def connect_words() -> sqlite3.Connection:
    """A word index of its own in memory, which cuts and stems as the stores do."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute(f"CREATE VIRTUAL TABLE word USING fts5(text, content='', tokenize='{TOKENIZER}')")
    connection.execute("CREATE VIRTUAL TABLE occurrence USING fts5vocab(word, instance)")
    return connection


def query_terms(query: str) -> list[str]:
    """The first 256 different words of a query, cut and stemmed as the index does it, sorted.

    The first and not the rarest: which words are rare would have to be counted over all
    namespaces, or over all the postings of a query as long as a book. Sorted, so that the scores
    of equal stores are summed in the same order and are equal to the bit.
    """
    return list(_query_terms(query))


@lru_cache(maxsize=256)  # recall asks for the same words of each kind of sentence
def _query_terms(query: str) -> tuple[str, ...]:
    with closing(connect_words()) as connection:
        connection.execute("INSERT INTO word(rowid, text) VALUES (1, ?)", (storable(query),))
        rows = connection.execute(
            "SELECT term FROM occurrence GROUP BY term ORDER BY min(offset) LIMIT ?", (QUERY_TERMS,)
        )
        return tuple(sorted(term for (term,) in rows))


def terms_of(records: Mapping[int, Record], index: Callable[[Record], Index]) -> dict[int, Counter[str]]:
    """How often each stemmed word occurs in the texts of records, by what these are called by."""
    texts = {key: text for key, record in records.items() if (text := index(record).text) is not None}
    return dict(zip(texts, text_terms(list(texts.values())), strict=True))


def text_terms(texts: Sequence[str]) -> list[Counter[str]]:
    """How often each stemmed word occurs in each text; the sum of the counts is the text's length."""
    counts: list[Counter[str]] = [Counter() for _ in texts]
    with closing(connect_words()) as connection:
        connection.executemany(
            "INSERT INTO word(rowid, text) VALUES (?, ?)", enumerate(map(storable, texts), start=1)
        )
        for row, term, count in connection.execute(
            "SELECT doc, term, count(*) FROM occurrence GROUP BY doc, term"
        ):
            counts[row - 1][term] = count
    return counts
