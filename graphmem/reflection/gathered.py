"""What reflection reads of passages: their sentences, words and names, and the mean of their vectors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from graphmem import schema
from graphmem.identity import FUNCTION_WORDS, words
from graphmem.notes import Source
from graphmem.stores.base import Store
from graphmem.types import Entity, FloatArray, Passage, Sentence, View

LONGEST: Final = 240
"""Characters of a line of a note."""


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Passages with their sentences in order, those that have any."""

    passages: Mapping[str, Passage]
    sentences: Mapping[str, tuple[Sentence, ...]]


def of_namespace(view: View, namespace: str) -> View:
    """One namespace of a view, with all kinds: notes are made of nothing else."""
    return View(frozenset({namespace}), view.as_of)


def passages(store: Store, view: View, ids: Iterable[str]) -> dict[str, Passage]:
    """The passages of these ids that are there, in the order of time, then of the source."""
    found = map(schema.from_record, store.get(view, sorted(set(ids))).values())
    chosen = [one for one in found if isinstance(one, Passage)]
    return {one.id: one for one in sorted(chosen, key=in_time)}


def in_time(passage: Passage) -> tuple[str, str, int, str]:
    """By time, then by document and place."""
    return passage.at.isoformat() if passage.at else "", passage.document, passage.position, passage.id


def read(store: Store, view: View, ids: Iterable[str]) -> Read:
    """Passages with their sentences; one that has none is left out."""
    told = passages(store, view, ids)
    parts = store.neighbours(view, list(told), [schema.PART_OF], "in")
    of: dict[str, list[Sentence]] = defaultdict(list)
    for one in map(schema.from_record, store.get(view, parts.source).values()):
        if isinstance(one, Sentence):
            of[one.passage].append(one)
    sentences = {id: tuple(sorted(of[id], key=lambda one: (one.start, one.id))) for id in told if of[id]}
    return Read({id: told[id] for id in sentences}, sentences)


def means(store: Store, view: View, found: Read) -> dict[str, FloatArray]:
    """The mean of the vectors of each passage's sentences, shape (d,) and length 1, where there are any."""
    ids = [one.id for of in found.sentences.values() for one in of]
    vectors = store.vectors(view, ids)
    made: dict[str, FloatArray] = {}
    for id, of in found.sentences.items():
        rows = [vectors[one.id] for one in of if one.id in vectors]
        if rows and (norm := float(np.linalg.norm(total := np.sum(rows, axis=0)))) > 0:
            made[id] = np.asarray(total / norm, dtype=np.float32)
    return made


def line(passage: Passage, sentence: Sentence) -> tuple[str, Source]:
    """A sentence as a line of a note, with who says it, and where it stands; a long one is cut at a word."""
    text = sentence.text
    if len(text) > LONGEST:
        text = text[: LONGEST + 1].rpartition(" ")[0] or text[:LONGEST]
    source = Source(passage.id, sentence.start, sentence.start + len(text))
    shown = text if len(text) == len(sentence.text) else f"{text} …"
    return f"{passage.speaker}: {shown}" if passage.speaker else shown, source


def terms(text: str) -> list[str]:
    """The words of a text that mean something by themselves.

    >>> terms("She keeps the lamps of Vardø.")
    ['keeps', 'lamps', 'vardo']
    """
    return [one for one in words(text) if one not in FUNCTION_WORDS and (len(one) > 2 or one.isdigit())]


def names(store: Store, view: View, sentences: Collection[str]) -> dict[str, list[tuple[str, float]]]:
    """The entities of each sentence by name, each with its weight: rare ones say more (idf)."""
    edges = store.neighbours(view, sorted(sentences), [schema.MENTIONS], "out")
    found = store.get(view, sorted(set(edges.target)))
    entities = {id: one for id, r in found.items() if isinstance(one := schema.from_record(r), Entity)}
    count = sum(store.count(view, kind) for kind in schema.SENTENCE_KINDS.values())
    told: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for source, target in zip(edges.source, edges.target, strict=True):
        one = entities.get(target)
        # What mostly opens sentences is a name by its capital alone ("Thanks").
        if one and 2 * one.openings < sum(one.surfaces.values()) and "'" not in one.name:
            weight = float(np.log1p(count / max(edges.degree[target], 1)))
            told[source].append((one.name, weight))
    return told


def keywords(found: Read, named: Mapping[str, Sequence[tuple[str, float]]], most: int) -> tuple[str, ...]:
    """Names and words of highest weight: names by idf, words that several passages share, most first."""
    weights: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for of in found.sentences.values():
        own: set[str] = set()
        for sentence in of:
            for name, weight in named.get(sentence.id, ()):
                key = " ".join(words(name))
                shown.setdefault(key, name)
                weights[key] += weight  # type: ignore[assignment]
            own.update(terms(sentence.text))
        weights.update(own)
    several = [
        key for key, weight in weights.items() if key in shown or weight > 1 or len(found.passages) == 1
    ]
    best = sorted(several, key=lambda key: (-weights[key], key))
    chosen: list[str] = []
    for key in best:
        if not any(set(key.split()) <= set(other.split()) for other in chosen):
            chosen.append(key)
    return tuple(shown.get(key, key) for key in chosen[:most])
