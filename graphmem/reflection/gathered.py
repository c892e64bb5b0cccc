"""What reflection reads of passages: their sentences, words and names, and the mean of their vectors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
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


def means(store: Store, view: View, ids: Collection[str]) -> dict[str, FloatArray]:
    """The mean of the vectors of each passage's sentences, shape (d,) and length 1, where there are any."""
    among = replace(view, kinds=frozenset({schema.PASSAGE, *schema.SENTENCE_KINDS.values()}))
    parts = store.neighbours(among, list(ids), [schema.PART_OF], "in")
    vectors = store.vectors(view, parts.source)
    rows: dict[str, list[FloatArray]] = defaultdict(list)
    for sentence, passage in sorted(zip(parts.source, parts.target, strict=True)):
        if sentence in vectors:
            rows[passage].append(vectors[sentence])
    made: dict[str, FloatArray] = {}
    for id in ids:
        if rows[id] and (norm := float(np.linalg.norm(total := np.sum(rows[id], axis=0)))) > 0:
            made[id] = np.asarray(total / norm, dtype=np.float32)
    return made


def line(passage: Passage, sentence: Sentence) -> tuple[str, Source]:
    """A sentence as a line of a note, with who says it, and where it stands; a long one is cut at a word.

    What is wrapped in its source is not in the line.
    """
    text = sentence.text
    if len(text) > LONGEST:
        text = text[: LONGEST + 1].rpartition(" ")[0] or text[:LONGEST]
    source = Source(passage.id, sentence.start, sentence.start + len(text))
    shown = " ".join(text.split()) + (" …" if len(text) < len(sentence.text) else "")
    return f"{passage.speaker}: {shown}" if passage.speaker else shown, source


def terms(text: str) -> list[str]:
    """The words of a text that mean something by themselves.

    >>> terms("She keeps the lamps of Vardø.")
    ['keeps', 'lamps', 'vardo']
    """
    return [one for one in words(text) if one not in FUNCTION_WORDS and (len(one) > 2 or one.isdigit())]


def names(store: Store, view: View, sentences: Collection[str]) -> list[tuple[str, float]]:
    """The entities of these sentences by name, once a mention, with a weight: rare ones say more."""
    return [one for of in named(store, view, sentences).values() for one in of]


def named(store: Store, view: View, sentences: Collection[str]) -> dict[str, list[tuple[str, float]]]:
    """As ``names``, by sentence; one that names nothing is left out."""
    edges = store.neighbours(view, sorted(sentences), [schema.MENTIONS], "out")
    found = store.get(view, sorted(set(edges.target)))
    entities = {id: one for id, r in found.items() if isinstance(one := schema.from_record(r), Entity)}
    count = sum(store.count(view, kind) for kind in schema.SENTENCE_KINDS.values())
    # What mostly opens sentences is a name by its capital alone ("Thanks").
    weights = {
        id: float(np.log1p(count / max(edges.degree[id], 1)))
        for id, one in entities.items()
        if 2 * one.openings < sum(one.surfaces.values()) and "'" not in one.name
    }
    told: dict[str, list[tuple[str, float]]] = {}
    for sentence, target in zip(edges.source, edges.target, strict=True):
        if target in weights:
            told.setdefault(sentence, []).append((entities[target].name, weights[target]))
    return told


def keywords(texts: Collection[str], named: Iterable[tuple[str, float]], most: int) -> tuple[str, ...]:
    """Names by weight, and words that several of the texts share, heaviest first; none within another."""
    weights: dict[str, float] = defaultdict(float)
    shown: dict[str, str] = {}
    names: dict[str, float] = defaultdict(float)
    for name, weight in named:
        names[name] += weight
    for name, weight in names.items():
        key = " ".join(words(name))
        shown.setdefault(key, name)
        weights[key] += weight
    for text in texts:
        for word in set(terms(text)):
            weights[word] += 1.0
    least = 1 if len(texts) == 1 else 2
    several = [(-round(weight, 6), key) for key, weight in weights.items() if key in shown or weight >= least]
    chosen: list[str] = []
    for _, key in sorted(several):
        if len(chosen) == most:
            break
        if not any(set(key.split()) <= set(other.split()) for other in chosen):
            chosen.append(key)
    return tuple(shown.get(key, key) for key in chosen)
