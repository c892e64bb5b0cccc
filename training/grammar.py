"""What the teacher of syntax learns: heads, labels, tags and borders of sentences of a treebank."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import nn

from benchmarks.treebank import Sentence
from graphmem.ingest.network import Integers
from training.biaffine import Biaffine, Inventory, Reader
from training.corpus import Group, groups, noisy, seen
from training.texts import batched, padded
from training.trees import figures

WORDS: Final = 1100  # of a batch
NOISE: Final = 0.12
SIZES: Final = (1, 1, 2, 3, 4, 5, 8)  # sentences that are read together, drawn


@dataclass(frozen=True, slots=True)
class Lesson:
    """Words to read and what is right about each: head (0 is the root's), label, tag, morph, border.

    ``gold`` (words, 5) has -1 for what is not known.
    """

    words: tuple[str, ...]
    gold: Integers

    def __len__(self) -> int:
        return len(self.words)


def lesson(group: Group, known: Inventory) -> Lesson:
    """Neighbouring sentences as one lesson."""
    tags = {tag: k for k, tag in enumerate(known.tags)}
    morphs = {morph: k for k, morph in enumerate(known.morphs)}
    deps = {dep: k for k, dep in enumerate(known.deps)}
    rows, offset = [], 0
    for s in group:
        for k in range(len(s.words)):
            head = 0 if s.heads[k] == k else offset + s.heads[k] + 1
            morph = morphs.get((s.upos[k], seen(s.feats[k])), -1)
            rows.append((head, deps.get(s.deps[k], -1), tags.get(s.xpos[k], -1), morph, int(k == 0)))
        offset += len(s.words)
    return Lesson(tuple(word for s in group for word in s.words), np.array(rows, dtype=np.int64))


def _cost(scores: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    return nn.functional.cross_entropy(scores.flatten(0, 1), right.flatten(), ignore_index=-1)


class Lessons:
    """The task: heads, labels, tags and borders of a treebank."""

    def __init__(self, known: Inventory, train: Sequence[Sentence], dev: Sequence[Sentence]) -> None:
        self.known, self.train, self.dev, self.reader = known, train, dev, Reader()

    def epoch(self, number: int) -> Sequence[list[Lesson]]:
        """The sentences grouped anew, every other time within paragraphs; some noisy."""
        chance = random.Random(f"biaffine/{number}")
        grouped = groups(self.train, chance, SIZES, paragraphs=number % 2 == 1)
        drawn = [lesson(noisy(group, chance, NOISE), self.known) for group in grouped]
        return batched(drawn, WORDS, chance)

    def loss(self, network: nn.Module, batch: list[Lesson]) -> torch.Tensor:
        """Cross-entropy of heads, labels, tags, features and borders."""
        assert isinstance(network, Biaffine)
        gold = torch.from_numpy(padded([one.gold for one in batch], max(map(len, batch)), -1))
        heads, deps, *others = gold.unbind(-1)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            x, arcs = network(self.reader.batch([one.words for one in batch]))
            labels = network.labels(x, heads)
            marks = network.marks(x)
        total = _cost(arcs, heads) + _cost(labels, deps)
        for scores, right in zip(marks, others, strict=True):
            total = total + _cost(scores, right)
        return total

    def score(self, network: nn.Module) -> dict[str, float]:
        """How well the network parses what is kept for choosing, within paragraphs."""
        assert isinstance(network, Biaffine)
        return figures(network, self.known, self.dev)
