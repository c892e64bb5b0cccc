"""Parsed text in columns, with what resolution asks of it: roles, clauses, subjects, quotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spacy.tokens import Doc

_ROLES: Final = {
    "nsubj": "subject", "csubj": "subject", "obj": "object", "iobj": "object", "obl": "oblique",
    "nmod:poss": "possessive", "vocative": "other", "nmod": "noun", "root": "predicate",
}  # fmt: skip
_CLAUSES: Final = frozenset(("root", "ccomp", "xcomp", "advcl", "acl", "csubj", "parataxis"))
NAMED: Final = frozenset(("flat", "compound", "appos", "nmod:desc"))
"""Labels of what belongs to a name or says the same."""
_PART: Final = NAMED | {"conj"}
_VERBS: Final = frozenset(("VERB", "AUX"))
_BEGIN: Final = frozenset(("“", "``", "`"))
_END: Final = frozenset(("”", "''", "\n"))


def _quoted(words: Iterable[str]) -> Iterator[bool]:
    """Which words stand in quotation marks."""
    quoted = False
    for word in words:
        quoted = not quoted if word == '"' else (quoted or word in _BEGIN) and word not in _END
        yield quoted


class Reading:
    """The columns of a document, given as parsed texts one after the other; words count from its start.

    Roles are worked out once. Without a parse, ``parsed`` is false and there is nothing to resolve.
    """

    def __init__(self, *docs: Doc) -> None:
        tokens = [token for doc in docs for token in doc]
        starts = [0, *accumulate(map(len, docs))]
        self.parsed = all(doc.has_annotation("DEP") for doc in docs)
        self.words = [token.text for token in tokens]
        self.low = [token.lower_ for token in tokens]
        self.pos = [token.pos_ for token in tokens]
        self.tag = [token.tag_ for token in tokens]
        self.dep = [token.dep_.lower() for token in tokens]
        self.base = [dep.partition(":")[0] for dep in self.dep]
        self.heads = [start + token.head.i for start, doc in zip(starts, docs, strict=False) for token in doc]
        self.opens = [token.i == 0 or bool(token.is_sent_start) for token in tokens]
        self.kids: list[list[int]] = [[] for _ in tokens]
        for k, head in enumerate(self.heads):
            if head != k:
                self.kids[head].append(k)
        self.sentence = [number - 1 for number in accumulate(map(int, self.opens))]
        self.clause = [
            base in _CLAUSES or (base == "conj" and pos in _VERBS)
            for base, pos in zip(self.base, self.pos, strict=True)
        ]
        self.quoted = list(_quoted(self.words))
        self.role = [self._role(k) for k in range(len(tokens))]
        named = [
            (start + e.start, start + e.end, e.label_.lower())
            for start, doc in zip(starts, docs, strict=False)
            for e in doc.ents
        ]
        self.named = {k for first, last, _ in named for k in range(first, last)}
        found = [(first, last) for first, last, label in named if label in {"person", "per"}]
        self.persons = sorted(found, key=lambda s: (s[0] - s[1], s))

    def root(self, start: int, end: int) -> int:
        """The highest of some words in the parse, the first of several; a mark only of marks."""
        inside = range(start, end)
        tops = [k for k in inside if self.heads[k] == k or self.heads[k] not in inside]
        words = [k for k in tops if self.kids[k] or any(map(str.isalnum, self.words[k]))] or tops or inside
        return words[0] if len(words) == 1 else min(words, key=lambda k: len(self.above(k)))

    def above(self, token: int) -> list[int]:
        """The words above a word, the nearest first."""
        found: list[int] = []
        while self.heads[token] != token and len(found) < len(self.heads):
            token = self.heads[token]
            found.append(token)
        return found

    def _role(self, token: int) -> str:
        top, dep, base = token, self.dep, self.base
        for _ in dep:
            if dep[top] not in _PART and base[top] not in _PART:
                break
            if self.heads[top] == top:
                top = token
                break
            top = self.heads[top]
        return _ROLES.get(dep[top]) or _ROLES.get(base[top], "other")

    def clauses(self, token: int) -> list[int]:
        """The heads of the clauses around a word, the innermost first."""
        return [k for k in self.above(token) if self.clause[k]]

    def subject(self, clause: int) -> int | None:
        """The subject of a clause, or the one that it shares with the clause above."""
        for _ in self.heads:
            for k in self.kids[clause]:
                if self.base[k] in {"nsubj", "csubj"}:
                    return k
            for k in self.kids[self.heads[clause]] if self.base[clause] == "xcomp" else ():
                if self.base[k] == "obj":
                    return k
            if self.base[clause] not in {"conj", "xcomp", "advcl"} or self.heads[clause] == clause:
                return None
            clause = self.heads[clause]
        return None
