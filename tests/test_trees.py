"""Trees from scores, raw text that a teacher has read, and short clauses: what syntax is learned from."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch", reason="pip install 'graphmem[embeddings]'")
spacy = pytest.importorskip("spacy", reason="pip install 'graphmem[nlp]'")

from benchmarks.treebank import Sentence  # noqa: E402
from training import readings, trees  # noqa: E402
from training.clauses import Clauses, clauses  # noqa: E402

WORDS = ("Bo", "Bell", "lives", "in", "Oslo", ".")


def _is_tree(heads: tuple[int, ...]) -> bool:
    """Whether all words lead to the one that hangs on 0."""
    for start in range(1, len(heads) + 1):
        node, steps = start, 0
        while node and steps <= len(heads):
            node, steps = heads[node - 1], steps + 1
        if node:
            return False
    return heads.count(0) == 1


@st.composite
def scores(draw: st.DrawFn) -> np.ndarray:
    words = draw(st.integers(1, 4))
    cells = st.floats(-9, 0, allow_nan=False, width=32)
    flat = draw(st.lists(cells, min_size=words * (words + 1), max_size=words * (words + 1)))
    return np.array(flat, dtype=np.float64).reshape(words, words + 1)


@given(scores())
def test_no_tree_is_likelier(table: np.ndarray) -> None:
    words = len(table)
    found = tuple(trees.tree(table))
    assert _is_tree(found)

    def total(heads: tuple[int, ...]) -> float:
        return float(table[range(words), heads].sum())

    every = (heads for heads in product(range(words + 1), repeat=words) if _is_tree(heads))
    # Of four words, three are tried as the root: those likeliest to be.
    if words <= trees.ROOTS:
        assert total(found) == pytest.approx(max(map(total, every)))


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_long_sentences_are_trees_too(words: int, seed: int) -> None:
    table = np.random.default_rng(seed).normal(size=(words, words + 1))
    assert _is_tree(tuple(trees.tree(table)))


class Said:
    """A teacher that has read "Bo Bell lives in Oslo." twice, sure of the first time alone."""

    def read(self, texts: list[list[str]]) -> list[trees.Reading]:
        heads = [2, 0, 2, 4, 2, 2]
        deps = ["nsubj", "flat", "ROOT", "case", "obl", "punct"]
        tags = ["NNP", "NNP", "VBZ", "IN", "NNP", "."]
        morphs = [("PROPN", "Number=Sing")] * 2 + [("VERB", "Person=3"), ("ADP", "")]
        morphs += [("PROPN", "Number=Sing"), ("PUNCT", "")]
        sure = [0.3] * 6 + [0.9] * 6
        both = [*heads, *(head + 6 for head in heads)]
        assert all(text == [*WORDS, *WORDS] for text in texts)
        return [trees.Reading(both, deps * 2, tags * 2, morphs * 2, [0, 6], sure) for _ in texts]


def test_what_a_teacher_read_comes_back_as_sentences(tmp_path: Path) -> None:
    text = "Bo Bell lives in Oslo. Bo Bell lives in Oslo."
    readings.write(spacy.blank("en"), Said(), [text, "", text], tmp_path / "read.spacy")  # type: ignore[arg-type]
    found = readings.stored(tmp_path / "read.spacy")
    assert [sentence.document for sentence in found] == ["0", "1"]
    assert {sentence.words for sentence in found} == {WORDS}
    assert found[0].heads == (2, 0, 2, 4, 2, 2)
    assert found[0].deps == ("nsubj", "flat", "ROOT", "case", "obl", "punct")
    assert found[0].feats == ("Number=Sing", "Number=Sing", "Person=3", "", "Number=Sing", "")
    assert found[0].spaces == (True, True, True, True, False, False)
    assert set(found[0].lemmas) == {""}


def _sentence() -> Sentence:
    return Sentence(
        id="",
        document="",
        words=WORDS,
        spaces=(True,) * 6,
        lemmas=("Bo", "Bell", "live", "in", "Oslo", "."),
        upos=("PROPN", "PROPN", "VERB", "ADP", "PROPN", "PUNCT"),
        xpos=("NNP", "NNP", "VBZ", "IN", "NNP", "."),
        feats=("",) * 6,
        heads=(2, 0, 2, 4, 2, 2),
        deps=("nsubj", "flat", "ROOT", "case", "obl", "punct"),
        mentions=(),
    )


def test_clauses_are_made_of_what_a_treebank_has() -> None:
    made = clauses([_sentence()])
    assert made.verbs == [("lives", "live", "in")]
    assert made.names == [("Bo", "Bell"), ("Oslo",)]


@given(st.integers(0, 2**32 - 1))
def test_clauses_are_trees(seed: int) -> None:
    made = Clauses(
        [("lives", "live", "in"), ("leads", "lead", "")], [("Bo", "Bell"), ("Oslo",)], [("lab", "lab")]
    )
    for sentence in made.group(random.Random(seed)):
        heads = tuple(0 if head == k else head + 1 for k, head in enumerate(sentence.heads))
        assert _is_tree(heads)
        assert sentence.deps[heads.index(0)] == "ROOT"
        assert len(sentence.words) == len(sentence.spaces) == len(sentence.feats)
