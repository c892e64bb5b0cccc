"""A large memory for measurements: the multi-hop corpora once, then again and again under other names.

The corpora are read as any document is. Each further copy is made of the records of the first: every name
is written with other letters, of the same number, so that all offsets stay; dates and ordinary words stay
as they are, and a vector moves a little. So a copy costs its commit alone, and no parser or encoder.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import count, islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.datasets import Item, corpus
from benchmarks.multihop import SETS
from graphmem import schema
from graphmem.changes import diff
from graphmem.edits import document_records
from graphmem.embedding import SentenceEncoder
from graphmem.identity import (
    WORD,
    cast_id,
    digest,
    document_id,
    episode_id,
    fold_word,
    passage_id,
    sentence_id,
)
from graphmem.ingest import ingest_readings
from graphmem.ingest.readers import items_reading
from graphmem.memory import Memory
from graphmem.types import FloatArray, Record, Vectors

PER_DOCUMENT: Final = 10  # passages
AT_ONCE: Final = 20  # documents
NOISE: Final = 0.02  # a component of a vector, which stays within a cosine of about .93
_VOWELS: Final = "aeiou"
_CONSONANTS: Final = "bcdfghjklmnpqrstvwxyz"
_CALENDAR: Final = frozenset(
    "january february march april may june july august september october november december"
    " monday tuesday wednesday thursday friday saturday sunday".split()
)


def names_of(items: Sequence[Item]) -> frozenset[str]:
    """The folded words that are written with a capital and never without: what a copy writes otherwise."""
    capital: set[str] = set()
    small = set(_CALENDAR)
    for item in items:
        for word in WORD.findall(f"{item.title} {item.text}"):
            (capital if word[0].isupper() else small).add(fold_word(word))
    return frozenset(w for w in capital - small if len(w) > 2 and w.isascii() and w.isalpha())


def renamed(text: str, names: frozenset[str], number: int) -> str:
    """A text with its names in the letters of a copy: as many letters, vowels for vowels.

    >>> renamed("Ada lives in Rome.", frozenset({"ada", "rome"}), 1)
    'Efe lives in Supi.'
    """
    table = _letters(number)

    def write(match: re.Match[str]) -> str:
        word = match[0]
        if fold_word(word) not in names:
            return word
        own = word.casefold().removesuffix("'s")
        return word[: len(own)].translate(table) + word[len(own) :]

    return WORD.sub(write, text)


@cache
def _letters(number: int) -> dict[int, str]:
    """The letters of a copy, as ``str.translate`` takes them."""
    turned = {
        letter: kind[(kind.index(letter) + number) % len(kind)]
        for kind in (_VOWELS, _CONSONANTS)
        for letter in kind
    }
    return str.maketrans(turned | {old.upper(): new.upper() for old, new in turned.items()})


def _mapped(value: Any, ids: dict[str, str], names: frozenset[str], number: int) -> Any:
    """A JSON value with ids and names of the copy."""
    again = partial(_mapped, ids=ids, names=names, number=number)
    if isinstance(value, str):
        return ids.get(value) or renamed(value, names, number)
    if isinstance(value, dict):
        return {again(key): again(item) for key, item in value.items()}
    return [again(item) for item in value] if isinstance(value, list | tuple) else value


def copied(
    records: Sequence[Record], names: frozenset[str], number: int
) -> tuple[list[Record], dict[str, str]]:
    """The records of a document as another document, and the ids of these by those of the first."""
    document, ids = records[0], {}
    ids[document.id] = document_id(document.namespace, copied_uri(document.body["uri"], names, number))
    ids[cast_id(document.id)] = cast_id(ids[document.id])
    met: Counter[tuple[str, ...]] = Counter()
    order = (schema.PASSAGE, *schema.SENTENCE_KINDS.values(), schema.EPISODE)
    for record in sorted(records[1:], key=lambda one: order.index(one.kind) if one.kind in order else -1):
        if record.kind == schema.EPISODE:
            ids[record.id] = episode_id(ids[record.body["passages"][0]])
        elif record.kind in order:
            make, whole = (
                (partial(passage_id, kind=record.body["kind"]), ids[document.id])
                if record.kind == schema.PASSAGE
                else (sentence_id, ids[record.body["passage"]])
            )
            text = renamed(record.body["text"], names, number)
            ids[record.id] = make(whole, text=text, occurrence=met[whole, text])
            met[whole, text] += 1
    made = [
        Record(ids[one.id], one.kind, one.namespace, _mapped(one.body, ids, names, number)) for one in records
    ]
    made[0] = Record(
        made[0].id,
        schema.DOCUMENT,
        document.namespace,
        {**made[0].body, "uri": copied_uri(document.body["uri"], names, number)},
    )
    return made, ids


def copied_uri(uri: str, names: frozenset[str], number: int) -> str:
    """Where a copy comes from.

    >>> copied_uri("0/Rome.txt", frozenset({"rome"}), 1)
    '1/Supi.txt'
    """
    return f"{number}/{renamed(uri.partition('/')[2], names, number)}"


def moved(vector: FloatArray, id: str) -> FloatArray:
    """A unit vector a little off another, by a noise drawn from an id, shape (d,)."""
    draw = np.random.default_rng(int(digest(id)[:12], 16))
    near = vector + draw.standard_normal(len(vector)) * NOISE
    return np.asarray(near / np.linalg.norm(near), dtype=np.float32)


def documents(items: Sequence[Item]) -> Iterator[tuple[str, Sequence[Item]]]:
    """The corpora in documents of ten passages, by URI."""
    for start in range(0, len(items), PER_DOCUMENT):
        yield f"0/{items[start].uri}.txt", items[start : start + PER_DOCUMENT]


def fill(store: str, data: Path, passages: int) -> None:
    """Bring a store to so many passages; what is there already is left as it is.

    Raises:
        DatasetMissing: the corpora are not there.
    """
    items = [item for file, _ in SETS.values() for item in corpus(data / "multihop" / file)]
    names = names_of(items)
    with Memory.open(store, embedder=SentenceEncoder()) as memory:
        first = _read(memory, documents(items), passages)
        for number in count(1):
            left = iter(first)
            while block := list(islice(left, AT_ONCE)):
                if told(memory, passages):
                    return
                _copy(memory, block, names, number)


def told(memory: Memory, passages: int) -> bool:
    """Whether there are so many; how far it is stands on stderr."""
    there = memory.store.count(memory.view, schema.PASSAGE)
    sys.stderr.write(f"\r{there:,} of {passages:,} passages ")
    return there >= passages


def _read(memory: Memory, all_: Iterator[tuple[str, Sequence[Item]]], passages: int) -> list[str]:
    """Read the corpora, as far as they are needed; the ids of the documents."""
    ids: list[str] = []
    while block := list(islice(all_, AT_ONCE)):
        known = {uri: document_id(memory.namespace, uri) for uri, _ in block}
        there = memory.store.get(memory.view, list(known.values()))
        new = [(uri, part) for uri, part in block if known[uri] not in there]
        if new and told(memory, passages):
            break
        ingest_readings(memory, [_reading(uri, part) for uri, part in new])
        ids += known.values()
    return ids


def _reading(uri: str, part: Sequence[Item]) -> Any:
    texts = [(item.title, item.text) for item in part]
    return items_reading(uri, part[0].title, texts, digest(str(texts)))


def _copy(memory: Memory, block: Sequence[str], names: frozenset[str], number: int) -> None:
    """Documents under other names, those that are not there; all are read before the first is written."""
    for old in [document_records(memory.store, memory.view, id) for id in block]:
        uri = copied_uri(old[0].body["uri"], names, number)
        if memory.store.get(memory.view, [document_id(memory.namespace, uri)]):
            continue
        new, ids = copied(old, names, number)
        vectors = memory.store.vectors(memory.view, [record.id for record in old])
        near = Vectors(
            memory.embedder.name, {ids[one]: moved(vector, ids[one]) for one, vector in vectors.items()}
        )
        memory.write(diff((), new), f"ingest {uri}", vectors=near, run=f"copy{number}")
