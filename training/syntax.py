"""What syntax is learned from, and how good a parse is."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.training import Example

from benchmarks.parser import figures
from benchmarks.treebank import Sentence
from training.corpus import Group, bare, batches, document, examples, groups, lexicon


@dataclass(frozen=True, slots=True)
class SyntaxMaterial:
    """Sentences to learn from and sentences to choose by."""

    train: Sequence[Sentence]
    dev: Sequence[Sentence]
    words: int = 1000
    noise: float = 0.12
    seed: int = 0

    def initial(self, nlp: Language) -> list[Example]:
        """All sentences: rare labels too."""
        grouped: list[Group] = [(sentence,) for sentence in self.train]
        docs = [document(nlp.vocab, group) for group in grouped]
        return [Example(bare(doc), doc) for doc in docs]

    def epoch(self, nlp: Language, number: int, skip: int) -> Iterator[list[Example]]:
        """The sentences grouped and ordered anew."""
        chance = random.Random(f"{self.seed}/{number}")
        grouped = groups(self.train, chance)
        words = lexicon(self.train)
        for place, batch in enumerate(batches(grouped, self.words)):
            if place >= skip:
                chance = random.Random(f"{self.seed}/{number}/{place}")
                yield examples(nlp, batch, chance, self.noise, words)

    def score(self, nlp: Language) -> dict[str, float]:
        """UPOS, UAS, LAS and sentence borders on what is kept for choosing, borders found by the parser."""
        found = figures(nlp, self.dev, borders=False)
        return {key: found[key] for key in ("tag", "upos", "lemma", "uas", "las", "sentences")}
