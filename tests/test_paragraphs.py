"""The paragraphs that a treebank marks: borders of sentences are looked for within them."""

from __future__ import annotations

import pytest

pytest.importorskip("spacy", reason="pip install 'graphmem[nlp]'")

from benchmarks import parser, treebank  # noqa: E402

MARKED = """\
# newdoc id = a
# newpar
# sent_id = a-1
1\tHi\thi\tINTJ\tUH\t_\t0\troot\t_\t_

# sent_id = a-2
1\tGo\tgo\tVERB\tVB\t_\t0\troot\t_\t_

# newpar id = a-p2
# sent_id = a-3
1\tNo\tno\tINTJ\tUH\t_\t0\troot\t_\t_

# newdoc id = b
# sent_id = b-1
1\tYes\tyes\tINTJ\tUH\t_\t0\troot\t_\t_
"""


def _ids(parts: list[list[treebank.Sentence]]) -> list[list[str]]:
    return [[sentence.id for sentence in part] for part in parts]


def test_borders_are_looked_for_within_paragraphs() -> None:
    sentences = list(treebank.parse(MARKED.splitlines()))
    assert _ids(parser.documents(sentences, paragraphs=True)) == [["a-1", "a-2"], ["a-3"], ["b-1"]]


def test_glued_paragraphs_are_a_document() -> None:
    sentences = list(treebank.parse(MARKED.splitlines()))
    assert _ids(parser.documents(sentences)) == [["a-1", "a-2", "a-3"], ["b-1"]]
    assert _ids(parser.documents(sentences, longest=2)) == [["a-1", "a-2"], ["a-3"], ["b-1"]]
