"""Treebank sentences as spaCy examples: grouped into short texts, some of them noisy as chats are."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final, TypeAlias

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab

from benchmarks.treebank import Sentence

Group: TypeAlias = tuple[Sentence, ...]
"""Neighbouring sentences of one document, read together so that their borders are learned."""
# How many sentences a group has: one often, as texts are read sentence by sentence too.
SIZES: Final = (1, 1, 1, 2, 2, 3, 4, 5)
Lexicon: TypeAlias = dict[tuple[str, ...], list[tuple[str, str]]]
_OPEN: Final = frozenset({"NOUN", "PROPN", "ADJ", "VERB", "NUM"})
# Marks of annotation that the words around do not show.
_UNSEEN: Final = ("Typo=", "ExtPos=", "CorrectForm=")


def groups(
    sentences: Sequence[Sentence],
    chance: random.Random,
    sizes: Sequence[int] = SIZES,
    *,
    paragraphs: bool = False,
) -> list[Group]:
    """The sentences in groups of drawn sizes, in drawn order; of a document each, or of a paragraph."""
    found: list[Group] = []
    for _, whole in groupby(sentences, key=lambda s: (s.document, s.paragraph if paragraphs else 0)):
        left = list(whole)
        while left:
            size = chance.choice(sizes)
            found.append(tuple(left[:size]))
            left = left[size:]
    chance.shuffle(found)
    return found


def batches(grouped: Sequence[Group], words: int) -> Iterator[list[Group]]:
    """Groups together in batches of about so many words."""
    batch: list[Group] = []
    size = 0
    for group in grouped:
        batch.append(group)
        size += sum(len(sentence.words) for sentence in group)
        if size >= words:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _lower(sentence: Sentence) -> Sentence:
    return replace(
        sentence,
        words=tuple(word.lower() for word in sentence.words),
        lemmas=tuple(lemma.lower() for lemma in sentence.lemmas),
    )


def _upper(sentence: Sentence) -> Sentence:
    return replace(sentence, words=tuple(word.upper() for word in sentence.words))


def _curly(sentence: Sentence) -> Sentence:
    marks = {"'": "’", '"': "”", "``": "“", "''": "”", "-": "–", "...": "…"}
    return replace(sentence, words=tuple(marks.get(w, w.replace("'", "’")) for w in sentence.words))


def _open_end(sentence: Sentence) -> Sentence:
    """Without the full stop, if nothing hangs on it."""
    last = len(sentence.words) - 1
    if last < 1 or sentence.words[last] not in {".", "!", "?"} or last in sentence.heads:
        return sentence
    return replace(
        sentence,
        words=sentence.words[:last],
        spaces=(*sentence.spaces[: last - 1], True),
        lemmas=sentence.lemmas[:last],
        upos=sentence.upos[:last],
        xpos=sentence.xpos[:last],
        feats=sentence.feats[:last],
        heads=sentence.heads[:last],
        deps=sentence.deps[:last],
        mentions=tuple(s for s in sentence.mentions if s.end <= last),
    )


def noisy(group: Group, chance: random.Random, share: float) -> Group:
    """The group as is, or with such a share of chance as people type: in lower case or in capitals, say."""
    if chance.random() >= share:
        return group
    change = chance.choice((_lower, _lower, _upper, _curly, _curly, _open_end))
    return tuple(change(sentence) for sentence in group)


def document(vocab: Vocab, group: Group) -> Doc:
    """The group with all that is annotated but its names."""
    words: list[str] = []
    heads: list[int] = []
    for sentence in group:
        offset = len(words)
        words.extend(sentence.words)
        heads.extend(head + offset for head in sentence.heads)
    return Doc(
        vocab,
        words=words,
        spaces=[space for sentence in group for space in (*sentence.spaces[:-1], True)],
        tags=[tag for sentence in group for tag in sentence.xpos],
        pos=[pos for sentence in group for pos in sentence.upos],
        morphs=[seen(feats) for sentence in group for feats in sentence.feats],
        lemmas=[lemma for sentence in group for lemma in sentence.lemmas],
        heads=heads,
        deps=[dep for sentence in group for dep in sentence.deps],
    )


def seen(feats: str) -> str:
    """The features without marks of annotation."""
    return "|".join(part for part in feats.split("|") if not part.startswith(_UNSEEN))


def bare(doc: Doc) -> Doc:
    """The words of a document alone."""
    return Doc(doc.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])


def lexicon(sentences: Iterable[Sentence]) -> Lexicon:
    """All words with their lemmas by tag and features, as often as they occur."""
    found: Lexicon = {}
    for s in sentences:
        for word, lemma, *key in zip(s.words, s.lemmas, s.upos, s.xpos, s.feats, strict=True):
            if key[0] in _OPEN:
                found.setdefault(tuple(key), []).append((word, lemma))
    return found


def exchanged(sentence: Sentence, words: Lexicon, chance: random.Random, share: float) -> Sentence:
    """The sentence with such a share of its nouns, adjectives, verbs, … changed to others of that tag."""
    pairs = list(zip(sentence.words, sentence.lemmas, strict=True))
    for k, key in enumerate(zip(sentence.upos, sentence.xpos, sentence.feats, strict=True)):
        if key in words and chance.random() < share:
            pairs[k] = chance.choice(words[key])
    return replace(sentence, words=tuple(w for w, _ in pairs), lemmas=tuple(lemma for _, lemma in pairs))


def examples(
    nlp: Language,
    batch: Sequence[Group],
    chance: random.Random,
    noise: float,
    words: Lexicon | None = None,
) -> list[Example]:
    """A batch to learn syntax from; with such a share of chance each, noisy and in spaCy's own words.

    With a lexicon, half of the texts have a fifth of their open-class words exchanged: a small treebank is
    soon known by heart.
    """
    found = []
    for group in batch:
        if words and chance.random() < 0.5:
            group = tuple(exchanged(sentence, words, chance, 0.2) for sentence in group)
        gold = document(nlp.vocab, noisy(group, chance, noise))
        own = chance.random() < noise
        found.append(Example(nlp.make_doc(gold.text) if own else bare(gold), gold))
    return found
