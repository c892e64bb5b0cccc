"""A parsed sentence as plain columns: what the rules read, and far quicker than asking each token."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from graphmem.ingest.lemmas import basic

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

LONGEST: Final = 250
"""Words of a sentence that are read; what is longer is no sentence."""
_QUOTES: Final = frozenset({'"', "“", "”", "''", "``", "«", "»"})
_PAIRS: Final = {
    **dict.fromkeys(_QUOTES, _QUOTES),
    **dict.fromkeys("()", frozenset("()")),
    **dict.fromkeys("[]", frozenset("[]")),
}
_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(slots=True)
class Tree:
    """The words of a sentence with their syntax; ``heads`` and ``children`` count from its start.

    ``base`` is the label without its subtype, ``offset`` where a word starts in the sentence's text.
    """

    words: tuple[str, ...]
    low: list[str]
    lemma: list[str]
    pos: list[str]
    tag: list[str]
    dep: list[str]
    base: list[str]
    heads: list[int]
    children: list[list[int]]
    offset: list[int]
    entity: list[str]
    _under: dict[tuple[int, frozenset[str], frozenset[str]], tuple[int, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.words)

    def kids(self, token: int, *labels: str) -> list[int]:
        """The dependents with one of these labels; a label without subtype means all its subtypes."""
        base, dep = self.base, self.dep
        return [k for k in self.children[token] if base[k] in labels or dep[k] in labels]

    def kid(self, token: int, *labels: str) -> int | None:
        """The first such dependent."""
        base, dep = self.base, self.dep
        for k in self.children[token]:
            if base[k] in labels or dep[k] in labels:
                return k
        return None

    def marks(self, token: int, *labels: str) -> tuple[int, ...]:
        """The words that mark a phrase or clause, with those fixed to them ("because of")."""
        found: list[int] = []
        for kid in self.kids(token, *labels):
            found.append(kid)
            found += self.kids(kid, "fixed")
        return tuple(found)

    def under(
        self, token: int, without: frozenset[str] = _NOTHING, never: frozenset[str] = _NOTHING
    ) -> tuple[int, ...]:
        """A word with all below it, in order.

        Args:
            token: The word.
            without: Labels of branches that are left out where they hang from the word itself.
            never: Labels of branches that are left out at any depth.
        """
        key = (token, without, never)
        known = self._under.get(key)
        if known is not None:
            return known
        dep = self.dep
        found = {token}
        waiting = [k for k in self.children[token] if dep[k] not in without and dep[k] not in never]
        while waiting:
            k = waiting.pop()
            if k not in found:
                found.add(k)
                waiting += [x for x in self.children[k] if dep[x] not in never]
        result = tuple(sorted(found))
        self._under[key] = result
        return result

    def above(self, token: int) -> list[int]:
        """The words above a word, the nearest first."""
        found: list[int] = []
        while self.heads[token] != token and len(found) < len(self):
            token = self.heads[token]
            found.append(token)
        return found

    def trim(self, tokens: Iterable[int]) -> tuple[int, ...]:
        """Without punctuation at both ends and "and" before; a quote or bracket stays with its pair."""
        kept = list(tokens)
        last = len(kept)
        while last and self._loose(kept[last - 1], kept):
            last -= 1
        first = 0
        while first < last and (self.base[kept[first]] == "cc" or self._loose(kept[first], kept)):
            first += 1
        return tuple(kept[first:last])

    def _loose(self, token: int, among: list[int]) -> bool:
        if self.base[token] != "punct" and self.pos[token] != "PUNCT":
            return False
        word = self.words[token]
        pair = _PAIRS.get(word)
        if pair is not None:
            return sum(self.words[k] in pair for k in among) < 2
        return word not in "$%#"

    def text(self, tokens: Iterable[int]) -> str:
        """The words with single blanks."""
        return " ".join([self.words[k] for k in tokens])


def _lemma(token: Token, low: str) -> str:
    """The basic form of a word; a trained lemmatizer splits verbs that it has not seen ("prais")."""
    return basic(token.text, token.tag_) if token.pos_ == "VERB" else (token.lemma_ or low).lower()


def read(sentence: Span) -> Tree | None:
    """The columns of a sentence, or None where it has no parse, or too many words.

    Heads outside the sentence count as roots, so that any span can be read.
    """
    size = len(sentence)
    if not size or size > LONGEST or not sentence[0].doc.has_annotation("DEP"):
        return None
    tokens = list(sentence)
    first, start = tokens[0].i, tokens[0].idx
    heads = [token.head.i - first for token in tokens]
    heads = [head if 0 <= head < size else k for k, head in enumerate(heads)]
    children: list[list[int]] = [[] for _ in tokens]
    for k, head in enumerate(heads):
        if head != k:
            children[head].append(k)
    dep = [token.dep_ for token in tokens]
    words = tuple([token.text for token in tokens])
    low = [word.lower().replace("’", "'") for word in words]
    return Tree(
        words=words,
        low=low,
        lemma=[_lemma(token, word) for token, word in zip(tokens, low, strict=True)],
        pos=[token.pos_ for token in tokens],
        tag=[token.tag_ for token in tokens],
        dep=dep,
        base=[label.partition(":")[0].lower() for label in dep],
        heads=heads,
        children=children,
        offset=[token.idx - start for token in tokens],
        entity=[token.ent_type_.lower() for token in tokens],
    )
