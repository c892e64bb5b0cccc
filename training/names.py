"""What names are learned from: sentences with the syntax that a parser not trained on them has found."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span, Token
from spacy.training import Example
from spacy.vocab import Vocab

from benchmarks.ner import found_names, scores
from benchmarks.parser import unread
from benchmarks.treebank import Sentence, classes, names
from training.corpus import SIZES, document

_PROPER: Final = frozenset({"NNP", "NNPS"})
_KEPT: Final = ["TAG", "POS", "DEP", "HEAD", "SENT_START", "ENT_IOB", "ENT_TYPE"]


def annotate(nlp: Language, sentences: Sequence[Sentence], path: Path) -> None:
    """Write sentences with the syntax that ``nlp`` finds in them and their gold names."""
    stored = DocBin(attrs=_KEPT, store_user_data=True)
    docs = nlp.pipe([unread(nlp, [sentence], borders=True) for sentence in sentences], batch_size=256)
    for doc, sentence in zip(docs, sentences, strict=True):
        doc.set_ents([Span(doc, s.start, s.end, s.label) for s in names(sentence)])
        doc.user_data.update(document=sentence.document, classes=classes(sentence))
        stored.add(doc)
    stored.to_disk(path)


def with_gold(vocab: Vocab, sentences: Sequence[Sentence], path: Path) -> None:
    """Write sentences with their gold syntax and gold names."""
    stored = DocBin(attrs=_KEPT, store_user_data=True)
    for sentence in sentences:
        doc = document(vocab, (sentence,), named=True)
        doc.user_data.update(document=sentence.document, classes=classes(sentence))
        stored.add(doc)
    stored.to_disk(path)


def unnamed(doc: Doc) -> Doc:
    """A document without its names."""
    copy = doc.copy()
    copy.set_ents([], default="missing")
    return copy


Pool: TypeAlias = dict[tuple[str, str], list[str]]
"""Words of names by class of the name and place in it."""


def pool(docs: Iterable[Doc]) -> Pool:
    """The words that are proper nouns in names."""
    found: Pool = {}
    for doc in docs:
        for token in doc:
            if token.ent_type_ and token.tag_ in _PROPER:
                found.setdefault((token.ent_type_, _place(token)), []).append(token.text)
    return found


def _place(token: Token) -> str:
    after = token.nbor() if token.i + 1 < len(token.doc) else None
    last = after is None or after.ent_iob_ != "I" or after.tag_ not in _PROPER
    return f"{token.ent_iob_}{last}"


def renamed(doc: Doc, words: Pool, chance: random.Random, share: float) -> Doc:
    """The text with such a share of its names changed to other words of names of the same class.

    Texts repeat their names, so that their form alone would be learned by heart.
    """
    new = [token.text for token in doc]
    for span in doc.ents:
        if chance.random() < share:
            for token in span:
                if token.tag_ in _PROPER and token.dep_ != "ROOT":
                    new[token.i] = chance.choice(words.get((span.label_, _place(token)), [token.text]))
    changed = Doc(
        doc.vocab,
        words=new,
        spaces=[bool(token.whitespace_) for token in doc],
        tags=[token.tag_ for token in doc],
        deps=[token.dep_ for token in doc],
        heads=[token.head.i for token in doc],
    )
    ends = [Span(changed, span.start, span.end, span.label_) for span in doc.ents]
    changed.set_ents(ends)
    return changed


def example(group: list[Doc], words: Pool, chance: random.Random, share: float) -> Example:
    """Annotated sentences as one text; the class of each word stands in the place of its tag."""
    gold = Doc.from_docs(group, exclude=["user_data"])  # type: ignore[call-arg]
    assert gold is not None
    if share:
        gold = renamed(gold, words, chance, share)
    given = unnamed(gold)
    labels = [label for doc in group for label in doc.user_data["classes"]]
    for token, label in zip(gold, labels, strict=True):
        token.tag_ = label
    return Example(given, gold)


class NamesMaterial:
    """Files of annotated sentences to learn from, and one to choose by.

    Args:
        train: Sentences to learn from.
        dev: Sentences to choose by.
        words: Words of a batch.
        renaming: Share of names that get other words.
        seed: Which order, groups and words are drawn.
    """

    def __init__(
        self,
        train: Sequence[Path],
        dev: Path,
        *,
        words: int = 800,
        renaming: float = 0.3,
        seed: int = 0,
    ) -> None:
        self.train, self.dev = train, dev
        self.words, self.renaming, self.seed = words, renaming, seed
        self._read: list[Doc] = []
        self._pool: Pool = {}

    def initial(self, nlp: Language) -> list[Example]:
        """All sentences."""
        self._read = list(_docs(nlp, self.train))
        self._pool = pool(self._read)
        chance = random.Random(self.seed)
        return [example([doc], self._pool, chance, 0.0) for doc in self._read]

    def epoch(self, nlp: Language, number: int, skip: int) -> Iterator[list[Example]]:
        """Neighbouring sentences grouped and ordered anew."""
        chance = random.Random(f"{self.seed}/{number}")
        grouped: list[list[Doc]] = []
        for _, whole in groupby(self._read, key=lambda doc: doc.user_data["document"]):
            left = list(whole)
            while left:
                size = chance.choice(SIZES)
                grouped.append(left[:size])
                left = left[size:]
        chance.shuffle(grouped)
        for place, batch in enumerate(_batches(grouped, self.words)):
            if place >= skip:
                chance = random.Random(f"{self.seed}/{number}/{place}")
                yield [example(group, self._pool, chance, self.renaming) for group in batch]

    def score(self, nlp: Language) -> dict[str, float]:
        """Precision, recall and F1 on what is kept for choosing."""
        docs = list(_docs(nlp, [self.dev]))
        found = nlp.pipe([unnamed(doc) for doc in docs])
        return scores([(found_names(gold), found_names(own)) for gold, own in zip(docs, found, strict=True)])


def _docs(nlp: Language, paths: Iterable[Path]) -> Iterator[Doc]:
    for path in paths:
        yield from DocBin().from_disk(path).get_docs(nlp.vocab)


def _batches(grouped: Iterable[list[Doc]], words: int) -> Iterator[list[list[Doc]]]:
    batch: list[list[Doc]] = []
    size = 0
    for group in grouped:
        batch.append(group)
        size += sum(len(doc) for doc in group)
        if size >= words:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
