"""Trees from the scores of the teacher of syntax, and how good they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.parser import documents
from benchmarks.treebank import Sentence
from training.biaffine import Biaffine, Inventory, Reader
from training.corpus import seen

Scores = NDArray[np.float64]
NEVER: Final = -1e9
WINDOW: Final = 200  # words that are read together
AT_ONCE: Final = 4000
ROOTS: Final = 3  # how many words are tried as the root


def _cycle(heads: Sequence[int]) -> list[int]:
    """Nodes that hang on each other in a circle, if there are such; node 0 is the root."""
    state = [0] * len(heads)
    state[0] = 2
    for start in range(1, len(heads)):
        way = []
        node = start
        while not state[node]:
            state[node] = 1
            way.append(node)
            node = heads[node]
        if state[node] == 1:
            return sorted(way[way.index(node) :])
        for node in way:
            state[node] = 2
    return []


def arborescence(scores: Scores) -> list[int]:
    """The likeliest tree over nodes of which the first is the root, by Chu & Liu (1965) and Edmonds (1967).

    ``scores`` (nodes, nodes) are those of a node's hanging on another; the heads of all nodes come back.
    """
    heads: list[int] = scores.argmax(axis=1).tolist()
    heads[0] = 0
    inside = _cycle(heads)
    if not inside:
        return heads
    outside = [node for node in range(len(heads)) if node not in set(inside)]
    last = len(outside)
    own = scores[inside, [heads[node] for node in inside]]
    entering = scores[np.ix_(inside, outside)] - own[:, None]
    leaving = scores[np.ix_(outside, inside)]
    smaller = np.full((last + 1, last + 1), NEVER)
    smaller[:last, :last] = scores[np.ix_(outside, outside)]
    smaller[last, :last] = entering.max(axis=0) + own.sum()
    smaller[:last, last] = leaving.max(axis=1)
    found = arborescence(smaller)
    for place, node in enumerate(outside[1:], 1):
        inner = found[place] == last
        heads[node] = inside[int(leaving[place].argmax())] if inner else outside[found[place]]
    heads[inside[int(entering[:, found[last]].argmax())]] = outside[found[last]]
    return heads


def tree(scores: Scores) -> list[int]:
    """The heads of a sentence's words, counted from 1, 0 for the one root; scores (words, 1 + words)."""
    words = len(scores)
    whole = np.full((words + 1, words + 1), NEVER)
    whole[1:] = scores
    np.fill_diagonal(whole, NEVER)
    heads: list[int] = whole.argmax(axis=1).tolist()
    if heads[1:].count(0) == 1 and not _cycle([0, *heads[1:]]):
        return heads[1:]
    best, found = -np.inf, heads
    for root in np.argsort(-whole[1:, 0])[:ROOTS] + 1:
        single = whole.copy()
        single[:, 0] = NEVER
        single[root] = NEVER
        single[root, 0] = whole[root, 0]
        heads = arborescence(single)
        total = float(single[range(1, words + 1), heads[1:]].sum())
        if total > best:
            best, found = total, heads
    return found[1:]


@dataclass(slots=True)
class Reading:
    """What the teacher found: heads as in ``Sentence``, labels, tags, UPOS with features, first words."""

    heads: list[int]
    deps: list[str]
    tags: list[str]
    morphs: list[tuple[str, str]]
    starts: list[int]
    sure: list[float]
    """The share of each word's head among all."""


def _windows(sizes: Sequence[int], places: Sequence[int]) -> Iterator[list[tuple[int, int, int]]]:
    """What is read next of texts that are not at their end, in batches: text, start, end."""
    ahead = [
        (k, place, min(size, place + WINDOW))
        for k, (size, place) in enumerate(zip(sizes, places, strict=True))
    ]
    ahead = sorted((row for row in ahead if row[1] < row[2]), key=lambda row: row[2] - row[1])
    batch: list[tuple[int, int, int]] = []
    for row in ahead:
        if batch and (len(batch) + 1) * (row[2] - row[1]) > AT_ONCE:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


class Parser:
    """Reads words by a trained network, window after window; a window ends where a sentence does."""

    def __init__(self, network: Biaffine, known: Inventory) -> None:
        self.network, self.known, self.reader = network.eval(), known, Reader()
        self._root = known.deps.index("ROOT")

    @torch.inference_mode()
    def read(self, texts: Sequence[Sequence[str]]) -> list[Reading]:
        """Sentences, trees and tags of the words of texts."""
        found = [Reading([], [], [], [], [], []) for _ in texts]
        places = [0] * len(texts)
        sizes = list(map(len, texts))
        while batches := list(_windows(sizes, places)):
            for batch in batches:
                self._window(texts, batch, found, places)
        return found

    def _window(
        self,
        texts: Sequence[Sequence[str]],
        batch: list[tuple[int, int, int]],
        found: list[Reading],
        places: list[int],
    ) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            x, arcs = self.network(self.reader.batch([texts[k][start:end] for k, start, end in batch]))
            tags, morphs, starts = self.network.marks(x)
        shares = torch.log_softmax(arcs, -1).double().numpy()
        first = (starts[..., 1] > starts[..., 0]).numpy()
        heads = np.zeros(arcs.shape[:2], dtype=np.int64)
        ends = []
        for row, (k, start, end) in enumerate(batch):
            borders = [0, *(np.flatnonzero(first[row, 1 : end - start]) + 1).tolist(), end - start]
            # The sentence at the end of a window may go on behind it.
            if end < len(texts[k]) and len(borders) > 2:
                borders.pop()
            ends.append(borders[-1])
            for a, b in zip(borders, borders[1:], strict=False):
                own = tree(shares[row, a:b, [0, *range(a + 1, b + 1)]].T)
                heads[row, a:b] = [head and head + a for head in own]
            found[k].starts.extend(start + a for a in borders[:-1])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            deps = self.network.labels(x, torch.from_numpy(heads))
        deps[..., self._root] = NEVER
        marks = [scores.argmax(-1).numpy() for scores in (deps, tags, morphs)]
        for row, (k, start, _) in enumerate(batch):
            self._add(found[k], start, heads[row, : ends[row]], [m[row, : ends[row]].tolist() for m in marks])
            found[k].sure.extend(np.exp(shares[row, range(ends[row]), heads[row, : ends[row]]]).tolist())
            places[k] = start + ends[row]

    def _add(self, found: Reading, start: int, heads: Any, marks: Sequence[list[int]]) -> None:
        deps, tags, morphs = marks
        for k, head in enumerate(heads.tolist()):
            found.heads.append(start + (head - 1 if head else k))
            found.deps.append(self.known.deps[deps[k]] if head else "ROOT")
        found.tags.extend(self.known.tags[tag] for tag in tags)
        found.morphs.extend(self.known.morphs[morph] for morph in morphs)


def figures(
    network: Biaffine, known: Inventory, sentences: Sequence[Sentence], *, paragraphs: bool = True
) -> dict[str, float]:
    """Per cent of words that are right, and F1 of sentences; borders found in paragraphs or documents."""
    parts = documents(sentences, paragraphs=paragraphs)
    read = Parser(network, known).read([[word for s in part for word in s.words] for part in parts])
    right = np.zeros(5)
    words = same = borders = 0
    for part, found in zip(parts, read, strict=True):
        offset = 0
        size = sum(len(s.words) for s in part)
        own = set(zip(found.starts, [*found.starts[1:], size], strict=True))
        borders += len(own) + len(part)
        for s in part:
            for k, dep in enumerate(s.deps):
                head = found.heads[offset + k] - offset == s.heads[k]
                pos, feats = found.morphs[offset + k]
                right += (
                    pos == s.upos[k],
                    found.tags[offset + k] == s.xpos[k],
                    feats == seen(s.feats[k]),
                    head,
                    head and found.deps[offset + k] == dep,
                )
            same += (offset, offset + len(s.words)) in own
            offset += len(s.words)
        words += size
    names = ("upos", "tag", "feats", "uas", "las")
    result = dict(zip(names, (100 * right / words).round(2).tolist(), strict=True))
    return {**result, "sentences": round(200 * same / borders, 2)}
