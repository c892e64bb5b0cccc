"""How well a pipeline parses the test parts of two treebanks: the part ``parser`` of benchmarks.extraction.

Words are those of the treebank; every word counts, punctuation too, with its full label, as the CoNLL 2018
shared task scores. The headline finds the borders of sentences itself, within the paragraphs that the
treebanks mark (``# newpar``): raw text has a blank line between paragraphs, in that task as in what a memory
is told, and no sentence goes on behind it. Beside it stand the figures with up to twenty sentences glued,
paragraphs forgotten; those with the treebank's sentences; and without punctuation, as spaCy's own scorer
counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import groupby

from spacy.language import Language
from spacy.tokens import Doc

from benchmarks.treebank import Sentence


def documents(
    sentences: Iterable[Sentence], longest: int = 20, *, paragraphs: bool = False
) -> list[list[Sentence]]:
    """Neighbouring sentences of a document together, or of a paragraph; at most so many."""
    found: list[list[Sentence]] = []
    for _, part in groupby(sentences, key=lambda s: (s.document, s.paragraph if paragraphs else 0)):
        whole = list(part)
        found.extend(whole[k : k + longest] for k in range(0, len(whole), longest))
    return found


def unread(nlp: Language, sentences: Sequence[Sentence], *, borders: bool) -> Doc:
    """The words of sentences as one document, the borders between sentences given or not."""
    starts: list[bool | int | None] = [k == 0 for sentence in sentences for k in range(len(sentence.words))]
    return Doc(
        nlp.vocab,
        words=[word for sentence in sentences for word in sentence.words],
        spaces=[space for sentence in sentences for space in (*sentence.spaces[:-1], True)],
        sent_starts=starts if borders else None,
    )


class _Counts:
    """Words by what is right about them."""

    def __init__(self) -> None:
        self.right: dict[str, int] = {}
        self.of: dict[str, int] = {}

    def add(self, what: str, right: bool) -> None:
        self.right[what] = self.right.get(what, 0) + right
        self.of[what] = self.of.get(what, 0) + 1

    def share(self, what: str) -> float:
        return round(100 * self.right.get(what, 0) / max(1, self.of.get(what, 0)), 2)


def _count(counts: _Counts, doc: Doc, sentences: Sequence[Sentence]) -> None:
    offset = 0
    for sentence in sentences:
        for k, dep in enumerate(sentence.deps):
            token = doc[offset + k]
            head = token.head.i - offset == sentence.heads[k]
            counts.add("upos", token.pos_ == sentence.upos[k])
            counts.add("tag", token.tag_ == sentence.xpos[k])
            counts.add("lemma", token.lemma_ == sentence.lemmas[k])
            counts.add("uas", head)
            counts.add("las", head and token.dep_ == dep)
            counts.add("las_universal", head and token.dep_.partition(":")[0] == dep.partition(":")[0])
            if dep != "punct":
                counts.add("uas_no_punct", head)
                counts.add("las_no_punct", head and token.dep_ == dep)
        offset += len(sentence.words)


def figures(
    nlp: Language, sentences: Sequence[Sentence], *, borders: bool, paragraphs: bool = True
) -> dict[str, float]:
    """Per cent of words that are right, and words per second.

    Args:
        nlp: The pipeline.
        sentences: Of treebanks.
        borders: Whether those of sentences are given, in whole documents.
        paragraphs: Whether borders are found within paragraphs, or in whole documents; of either twenty
            sentences at most are read together.
    """
    parts = documents(sentences, paragraphs=paragraphs and not borders)
    docs = [unread(nlp, part, borders=borders) for part in parts]
    start = time.process_time()
    docs = list(nlp.pipe(docs, batch_size=64))
    seconds = time.process_time() - start
    counts = _Counts()
    gold = found = both = 0
    for doc, part in zip(docs, parts, strict=True):
        _count(counts, doc, part)
        spans, place = set(), 0
        for sentence in part:
            spans.add((place, place + len(sentence.words)))
            place += len(sentence.words)
        own = {(sent.start, sent.end) for sent in doc.sents} if doc.has_annotation("SENT_START") else set()
        gold, found, both = gold + len(spans), found + len(own), both + len(spans & own)
    result = {what: counts.share(what) for what in counts.of}
    result["sentences"] = round(200 * both / max(1, gold + found), 2)
    result["words_per_cpu_second"] = round(sum(len(doc) for doc in docs) / max(seconds, 1e-9))
    return result


def rows(nlp: Language, name: str, sentences: Sequence[Sentence]) -> dict[str, dict[str, float]]:
    """Figures of one set: borders found within paragraphs, "glued", and "given"."""
    return {
        name: figures(nlp, sentences, borders=False),
        f"{name} glued": figures(nlp, sentences, borders=False, paragraphs=False),
        f"{name} given": figures(nlp, sentences, borders=True),
    }
