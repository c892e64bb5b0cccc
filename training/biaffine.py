"""The network of the teacher of syntax: all-MiniLM-L6-v2 with scores of heads, labels, tags and borders.

Heads and labels are scored as Dozat & Manning (2017) do. Borders of sentences are not told: several are read
together, and every word is scored for beginning one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import nn

from benchmarks.treebank import Sentence
from graphmem.ingest.network import shape
from training.corpus import seen
from training.teacher import WIDTH, encoder, piece_numbers, vocabulary
from training.texts import padded

ARC: Final = 256
LABEL: Final = 128
DROPOUT: Final = 0.2
SHAPES: Final = 11
PLACES: Final = 510  # pieces of a text that are read


@dataclass(frozen=True, slots=True)
class Inventory:
    """What words are told apart by: Penn tags, UPOS with features, and labels of arcs."""

    tags: tuple[str, ...]
    morphs: tuple[tuple[str, str], ...]
    deps: tuple[str, ...]


def inventory(sentences: Sequence[Sentence]) -> Inventory:
    """All that occurs in a treebank."""
    return Inventory(
        tuple(sorted({tag for s in sentences for tag in s.xpos})),
        tuple(sorted({(pos, seen(f)) for s in sentences for pos, f in zip(s.upos, s.feats, strict=True)})),
        tuple(sorted({dep for s in sentences for dep in s.deps})),
    )


def _side(width: int) -> nn.Module:
    return nn.Sequential(nn.Linear(WIDTH, width), nn.GELU(), nn.Dropout(DROPOUT))


class Biaffine(nn.Module):
    """The encoder with the shape of words at its start, and heads for arcs, labels, tags, borders."""

    def __init__(self, known: Inventory) -> None:
        super().__init__()
        self.bert = encoder()
        self.shape = nn.Embedding(SHAPES, WIDTH)
        nn.init.normal_(self.shape.weight, std=0.005)
        self.drop = nn.Dropout(DROPOUT)
        self.below, self.above = _side(ARC), _side(ARC)
        self.arc = nn.Parameter(torch.zeros(ARC + 1, ARC))
        self.below_label, self.above_label = _side(LABEL), _side(LABEL)
        self.label = nn.Parameter(torch.zeros(len(known.deps), LABEL + 1, LABEL + 1))
        self.tag = nn.Linear(WIDTH, len(known.tags))
        self.morph = nn.Linear(WIDTH, len(known.morphs))
        self.start = nn.Linear(WIDTH, 2)

    def forward(self, given: dict[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """Vectors (texts, 1 + words, width), the root's first; scores of heads (texts, words, 1 + words)."""
        x = self.bert.embeddings.word_embeddings(given["pieces"]) + self.shape(given["shapes"])
        x = self.bert(inputs_embeds=x, attention_mask=given["mask"]).last_hidden_state
        x = self.drop(torch.gather(x, 1, given["first"].unsqueeze(-1).expand(-1, -1, WIDTH)))
        below = nn.functional.pad(self.below(x[:, 1:]), (0, 1), value=1.0)
        arcs = (below @ self.arc) @ self.above(x).transpose(1, 2)
        hidden = ~given["known"].bool().unsqueeze(1)
        return x, arcs.float().masked_fill(hidden, -1e9)

    def labels(self, x: torch.Tensor, heads: torch.Tensor) -> torch.Tensor:
        """Scores of the labels of arcs to such heads, (texts, words, labels)."""
        above = torch.gather(x, 1, heads.clamp(min=0).unsqueeze(-1).expand(-1, -1, WIDTH))
        below = nn.functional.pad(self.below_label(x[:, 1:]), (0, 1), value=1.0)
        above = nn.functional.pad(self.above_label(above), (0, 1), value=1.0)
        middle = torch.einsum("bnd,lde->bnle", below, self.label)
        return torch.einsum("bnle,bne->bnl", middle, above).float()

    def marks(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Scores of tags, of UPOS with features, and of being the first word, each (texts, words, …)."""
        return tuple(part(x[:, 1:]).float() for part in (self.tag, self.morph, self.start))


class Reader:
    """Texts as numbers for the network."""

    def __init__(self) -> None:
        self._pieces: dict[str, list[int]] = {}

    def batch(self, texts: Sequence[Sequence[str]]) -> dict[str, torch.Tensor]:
        """Texts of words, each with its root before it."""
        vocab = vocabulary()
        rows = []
        for words in texts:
            line, shapes, first = [vocab["[CLS]"]], [0], [0]
            for word in words:
                if word not in self._pieces:
                    self._pieces[word] = piece_numbers(word)
                own = self._pieces[word]
                first.append(min(len(line), PLACES))
                line.extend(own)
                shapes.extend([shape(word)] * len(own))
            line, shapes = [*line[:PLACES], vocab["[SEP]"]], [*shapes[:PLACES], 0]
            rows.append((line, shapes, [1] * len(line), first, [1] * len(first)))
        names = ("pieces", "shapes", "mask", "first", "known")
        found = {}
        for name, column in zip(names, zip(*rows, strict=True), strict=True):
            arrays = [np.array(row, dtype=np.int64) for row in column]
            found[name] = torch.from_numpy(padded(arrays, max(map(len, arrays))))
        return found
