"""Exact search: the passages that hold a quote, all of them.

Who holds a quote holds each word that stands whole inside it, so the keyword index gives candidates by its
rarest word, and their texts are read. A quote of which no such word is known, or only common ones, is looked
for in one passage after the other, up to a limit that is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from graphmem import schema
from graphmem.errors import QueryError
from graphmem.retrieval.quotes import Span, occurrences
from graphmem.stores.base import Store
from graphmem.stores.words import query_terms
from graphmem.types import Document, Passage, Record, Sentence, View

CANDIDATES: Final = 5_000  # sentences; a word of more is common
SCANNED: Final = 100_000  # passages that are read one after the other
AT_ONCE: Final = 500  # passages
LOOKED_UP: Final = 16  # words of a quote, the longest first
_LONGEST: Final = 400  # characters of a word: longer ones may be cut where sentences are
_WORDS: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that holds the quote at ``spans`` of its text, and the sentences in which these are."""

    passage: Passage
    document: Document
    spans: tuple[Span, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """The first passages that hold a quote, by document and place; ``total`` counts all that were seen.

    ``scanned`` counts passages that were read without help of the index. If ``complete`` is not, there were
    more of them: then all that hold the quote in whole words are here, but not all that hold it inside longer
    words or in a script without blanks, unless its words are all common.
    """

    quote: str
    found: tuple[Found, ...]
    total: int
    scanned: int = 0
    complete: bool = True


def exact(
    store: Store, view: View, quote: str, limit: int = 10, *, case: bool = False, words: bool = False
) -> Quoted:
    """The passages in view that hold a quote; see ``quotes.occurrences``.

    Raises:
        QueryError: there is nothing to look for, or not even one passage is asked for.
    """
    quote = quote.encode("utf-8", "replace").decode("utf-8")
    if not quote.strip():
        raise QueryError("the quote is empty: say what to look for")
    if limit < 1:
        raise QueryError(f"k is {limit}: ask for at least one passage")
    with store.steady():
        inner, edges = _words(quote)
        candidates = _candidates(store, view, inner + edges if words else inner)
        if candidates is not None:
            found = _holding(_read(store, view, candidates), quote, case, words)
            return _quoted(store, view, quote, found, limit)
        whole = [] if words else _candidates(store, view, edges) or []
        found = _holding(_read(store, view, whole), quote, case, words)
        seen, scan = set(whole), islice(store.scan(view, schema.PASSAGE), SCANNED)
        found |= _holding((record for record in scan if record.id not in seen), quote, case, words)
        there = store.count(view, schema.PASSAGE)
        quoted = _quoted(store, view, quote, found, limit)
        return replace(quoted, scanned=min(there, SCANNED), complete=there <= SCANNED)


def _words(quote: str) -> tuple[list[str], list[str]]:
    """The words of a quote that the index knows as wholes: those inside, those at its ends; longest first.

    One at an end may be a part of a longer word of the text.
    """
    quote = unicodedata.normalize("NFC", quote.strip())
    inner: dict[str, None] = {}
    edges: dict[str, None] = {}
    for chunk in re.finditer(r"\S+", quote):
        parts = [] if len(chunk[0]) > _LONGEST else list(_WORDS.finditer(quote, *chunk.span()))
        if not chunk[0].isascii() and not _is_cut_so(chunk[0], [part[0] for part in parts]):
            continue
        for part in parts:
            at_end = part.start() == 0 or part.end() == len(quote)
            (edges if at_end else inner)[part[0]] = None
    return sorted(inner, key=len, reverse=True), sorted(edges, key=len, reverse=True)


def _is_cut_so(chunk: str, parts: list[str]) -> bool:
    """Whether these are the words of a chunk to the index too, the same however they are written."""
    every: list[str] = []
    for part in parts:
        terms = {tuple(query_terms(form)) for form in _forms(part)}
        if len(terms) != 1 or len(words := terms.pop()) != 1:
            return False
        every += words
    return all(set(query_terms(form)) == set(every) for form in _forms(chunk))


def _forms(text: str) -> set[str]:
    """A text in small letters and in capitals, with accents on their letters and after them."""
    cases = {text, text.lower(), text.upper()}
    return {unicodedata.normalize(form, one) for form in ("NFC", "NFD") for one in cases}


def _candidates(store: Store, view: View, words: list[str]) -> list[str] | None:
    """The passages that hold the rarest of these words; None if there is none but common ones."""
    among = replace(view, kinds=frozenset(schema.SENTENCE_KINDS.values()))
    rarest: list[str] | None = None
    for word in words[:LOOKED_UP]:
        most = CANDIDATES if rarest is None else len(rarest)
        found = [id for id, _ in store.search_text(among, word, most + 1)]
        if len(found) <= most:
            rarest = found
        if not rarest and rarest is not None:
            return []
    if rarest is None:
        return None
    return list(dict.fromkeys(store.neighbours(view, rarest, [schema.PART_OF], "out").target))


def _read(store: Store, view: View, ids: list[str]) -> Iterator[Record]:
    for first in range(0, len(ids), AT_ONCE):
        yield from store.get(view, ids[first : first + AT_ONCE]).values()


def _holding(
    records: Iterable[Record], quote: str, case: bool, words: bool
) -> dict[str, tuple[Record, tuple[Span, ...]]]:
    """Those of these passages that are awake and hold a quote, by id."""
    return {
        record.id: (record, tuple(spans))
        for record in records
        if record.kind == schema.PASSAGE
        and not record.body.get("asleep")
        and (spans := occurrences(str(record.body["text"]), quote, case=case, words=words))
    }


def _quoted(
    store: Store, view: View, quote: str, found: dict[str, tuple[Record, tuple[Span, ...]]], limit: int
) -> Quoted:
    """The first of these passages with their documents and sentences."""
    ids = sorted({record.body["document"] for record, _ in found.values()})
    documents = {record.id: schema.from_record(record) for record in _read(store, view, ids)}
    rows = []
    for record, spans in found.values():
        passage, document = schema.from_record(record), documents.get(record.body["document"])
        if isinstance(passage, Passage) and isinstance(document, Document):
            rows.append((document.uri, passage.position, passage.id, passage, document, spans))
    rows.sort(key=lambda row: row[:3])
    first = [
        Found(passage, document, spans, _sentences(store, view, passage, spans))
        for *_, passage, document, spans in rows[:limit]
    ]
    return Quoted(quote, tuple(first), len(rows))


def _sentences(store: Store, view: View, passage: Passage, spans: tuple[Span, ...]) -> tuple[Sentence, ...]:
    """The sentences of a passage that share a character with one of these spans, in order."""
    ids = store.neighbours(view, [passage.id], [schema.PART_OF], "in").source
    values = map(schema.from_record, store.get(view, ids).values())
    held = [
        one
        for one in values
        if isinstance(one, Sentence) and any(one.start < end and start < one.end for start, end in spans)
    ]
    return tuple(sorted(held, key=lambda one: one.position))
