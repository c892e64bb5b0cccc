"""Measure the directions that ``graphmem.tokens`` keeps of pieces: ``python -m training.tokens``.

A mean and the main directions of how all-MiniLM-L6-v2 reads the words of the treebanks' training parts; no
text that anything is measured on is read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np

from benchmarks.datasets import DEFAULT_DATA
from benchmarks.treebank import Sentence, read
from graphmem.embedding import SentenceEncoder
from graphmem.types import TOKEN

SENTENCES: Final = 16_000
WRITTEN: Final = Path(__file__).parents[1] / "graphmem" / "tokens.npy"


def text_of(sentence: Sentence) -> str:
    """A sentence as it is written."""
    pairs = zip(sentence.words, sentence.spaces, strict=True)
    return "".join(word + " " * space for word, space in pairs).strip()


def states(texts: list[str]) -> Any:
    """What the encoder says of each piece, unit length; shape (pieces, 384)."""
    found: Any = SentenceEncoder()._model.encode(texts, output_value="token_embeddings")
    rows = np.concatenate([one.float().numpy()[1:-1] for one in found])  # without the marks of both ends
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m training.tokens", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    data = parser.parse_args().data
    parts = [data / "treebank" / f"{name}-train.conllu" for name in ("ewt", "gum")]
    texts = [text_of(sentence) for part in parts for sentence in read(part)]
    rows = states(Random(0).sample(texts, SENTENCES))
    mean = rows.mean(axis=0)
    _, directions = np.linalg.eigh((rows - mean).T @ (rows - mean))
    main_ones = directions[:, ::-1][:, : TOKEN["vector"].shape[0]].T
    np.save(WRITTEN, np.vstack([mean, main_ones]).astype(np.float16))
    sys.stderr.write(f"{len(rows)} pieces of {SENTENCES} sentences: {WRITTEN}\n")


if __name__ == "__main__":
    main()
