"""What syntax is learned from, and how good a parse is."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.training import Example

from benchmarks.parser import figures
from benchmarks.treebank import Sentence
from training.clauses import clauses
from training.corpus import Group, bare, batches, document, examples, groups, lexicon


@dataclass(frozen=True, slots=True)
class SyntaxMaterial:
    """Sentences to learn from and sentences to choose by.

    Args:
        train: Of treebanks: all of them in every epoch, every other time grouped within paragraphs.
        dev: To choose by.
        read: As a teacher reads them, without lemmas: in every epoch ``share`` times as many words as of
            treebanks, drawn anew.
        share: How many words of those.
        short: How many groups of short clauses there are in an epoch.
        words: Of a batch.
        noise: Share of texts that are changed, see ``corpus.noisy``.
        seed: Of all that is drawn.
    """

    train: Sequence[Sentence]
    dev: Sequence[Sentence]
    read: Sequence[Sentence] = ()
    share: float = 1.5
    short: int = 0
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
        grouped = groups(self.train, chance, paragraphs=number % 2 == 1)
        most = self.share * sum(len(sentence.words) for sentence in self.train)
        for group in groups(self.read, chance):
            most -= sum(len(sentence.words) for sentence in group)
            if most < 0:
                break
            grouped.append(group)
        if self.short:
            made = clauses(self.train)
            grouped.extend(made.group(chance) for _ in range(self.short))
        chance.shuffle(grouped)
        words = lexicon(self.train)
        for place, batch in enumerate(batches(grouped, self.words)):
            if place >= skip:
                chance = random.Random(f"{self.seed}/{number}/{place}")
                yield examples(nlp, batch, chance, self.noise, words)

    def score(self, nlp: Language) -> dict[str, float]:
        """Figures on what is kept for choosing, borders of sentences found, in paragraphs and glued."""
        found = figures(nlp, self.dev, borders=False)
        glued = figures(nlp, self.dev, borders=False, paragraphs=False)
        shown = {key: found[key] for key in ("tag", "upos", "lemma", "uas", "las", "sentences")}
        return shown | {f"glued_{key}": glued[key] for key in ("uas", "las", "sentences")}
