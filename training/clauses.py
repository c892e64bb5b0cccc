"""Short clauses about somebody named, put together from the verbs and names of a treebank.

"Bo Bell lives in Oslo." is what people tell a memory, and what a treebank has few of: a parser of it alone
takes the verb for a plural noun, as in a headline. Verbs stand with what they were seen with.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from benchmarks.treebank import Sentence
from training.corpus import Group

VERB: Final = "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"
_NAMES: Final = frozenset({"nsubj", "obj", "obl", "nmod", "root", "ROOT", "conj", "appos", "nmod:poss"})


class Word(NamedTuple):
    """A row of a treebank; ``head`` counts from the first word of the clause, a root has its own."""

    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int
    dep: str


@dataclass(frozen=True, slots=True)
class Clauses:
    """What clauses are made of: forms of verbs with lemmas, with the preposition or "" for an object."""

    verbs: Sequence[tuple[str, str, str]]
    names: Sequence[tuple[str, ...]]
    nouns: Sequence[tuple[str, str]]

    def group(self, chance: random.Random) -> Group:
        """One to three clauses."""
        return tuple(self._sentence(chance) for _ in range(chance.choice((1, 1, 2, 3))))

    def _name(self, chance: random.Random, start: int, head: int, dep: str) -> list[Word]:
        forms = chance.choice(self.names)
        return [
            Word(form, form, "PROPN", "NNP", "Number=Sing", start if k else head, "flat" if k else dep)
            for k, form in enumerate(forms)
        ]

    def _thing(self, chance: random.Random, start: int, head: int, dep: str) -> list[Word]:
        form, lemma = chance.choice(self.nouns)
        article = Word("the", "the", "DET", "DT", "Definite=Def|PronType=Art", start + 1, "det")
        return [article, Word(form, lemma, "NOUN", "NN", "Number=Sing", head, dep)]

    def _sentence(self, chance: random.Random) -> Sentence:
        form, lemma, case = chance.choice(self.verbs)
        words = self._name(chance, 0, 0, "nsubj")
        root = len(words)
        words[0] = words[0]._replace(head=root)
        words.append(Word(form, lemma, "VERB", "VBZ", VERB, root, "ROOT"))
        start = len(words) + bool(case)
        other = self._thing if chance.random() < 0.3 else self._name
        behind = other(chance, start, root, "obl" if case else "obj")
        if case:
            head = start + [word.head for word in behind].index(root)
            behind.insert(0, Word(case, case, "ADP", "IN", "", head, "case"))
        # What is oblique may be left out: "Bo Bell works."
        if not case or chance.random() < 0.8:
            words.extend(behind)
        words.append(Word(".", ".", "PUNCT", ".", "", root, "punct"))
        columns = [tuple(column) for column in zip(*words, strict=True)]
        return Sentence(
            id="",
            document="",
            words=columns[0],
            spaces=(*(True,) * (len(words) - 2), False, True),
            lemmas=columns[1],
            upos=columns[2],
            xpos=columns[3],
            feats=columns[4],
            heads=columns[5],
            deps=columns[6],
            mentions=(),
        )


def clauses(sentences: Sequence[Sentence]) -> Clauses:
    """What a treebank has for clauses."""
    verbs: set[tuple[str, str, str]] = set()
    names: set[tuple[str, ...]] = set()
    nouns: set[tuple[str, str]] = set()
    for s in sentences:
        for k, (word, tag) in enumerate(zip(s.words, s.xpos, strict=True)):
            behind = [j for j, head in enumerate(s.heads) if head == k and j > k]
            if tag == "VBZ" and s.upos[k] == "VERB" and word.isalpha() and word.islower():
                verbs.update((word, s.lemmas[k], case) for case in _cases(s, behind))
            elif tag == "NNP" and s.deps[k] in _NAMES and word[:1].isupper():
                flat = tuple(s.words[j] for j in behind if s.deps[j] == "flat" and s.xpos[j] == "NNP")
                names.add((word, *flat)[:3])
            elif tag == "NN" and s.upos[k] == "NOUN" and word.islower() and word.isalpha():
                nouns.add((word, s.lemmas[k]))
    return Clauses(sorted(verbs), sorted(names), sorted(nouns))


def _cases(s: Sentence, behind: Sequence[int]) -> list[str]:
    """Prepositions of the oblique among the words behind a verb; "" if one is its object."""
    if any(s.deps[j] in {"obj", "ccomp", "xcomp", "compound:prt"} for j in behind):
        return [""] if any(s.deps[j] == "obj" for j in behind) else []
    return [
        s.words[c].lower()
        for j in behind
        if s.deps[j] == "obl"
        for c, head in enumerate(s.heads)
        if head == j and s.deps[c] == "case" and s.xpos[c] == "IN"
    ]
