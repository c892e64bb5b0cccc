"""A parsed document in columns, with what resolution asks of it: roles, clauses, subjects, quotations."""

from __future__ import annotations

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
_BEGIN: Final = frozenset(("“", "``", "`"))
_END: Final = frozenset(("”", "''", "\n"))


class Reading:
    """The columns of a parsed document; roles are worked out once."""

    def __init__(self, doc: Doc) -> None:
        self.doc, tokens = doc, list(doc)
        self.words = [token.text for token in tokens]
        self.low = [token.lower_ for token in tokens]
        self.pos = [token.pos_ for token in tokens]
        self.dep = [token.dep_.lower() for token in tokens]
        self.base = [dep.split(":")[0] for dep in self.dep]
        self.heads = [token.head.i for token in tokens]
        self.kids: list[list[int]] = [[] for _ in tokens]
        self.sentence: list[int] = []
        self.clause: list[bool] = []
        self.quoted: list[bool] = []
        number, quoted = 0, False
        for token in tokens:
            if self.heads[token.i] != token.i:
                self.kids[self.heads[token.i]].append(token.i)
            number += bool(token.i and token.is_sent_start)
            self.sentence.append(number)
            verbal = self.base[token.i] == "conj" and token.pos_ in {"VERB", "AUX"}
            self.clause.append(verbal or self.base[token.i] in _CLAUSES)
            word = token.text
            quoted = not quoted if word == '"' else (quoted or word in _BEGIN) and word not in _END
            self.quoted.append(quoted)
        self.role = [self._role(k) for k in range(len(tokens))]
        found = [(e.start, e.end) for e in doc.ents if e.label_.lower() in {"person", "per"}]
        self.persons = sorted(found, key=lambda s: (s[0] - s[1], s))

    def above(self, token: int) -> list[int]:
        """The words above a word, the nearest first."""
        found: list[int] = []
        while self.heads[token] != token and len(found) < len(self.heads):
            token = self.heads[token]
            found.append(token)
        return found

    def _role(self, token: int) -> str:
        part = NAMED | {"conj"}
        chain = (k for k in (token, *self.above(token)) if not part & {self.dep[k], self.base[k]})
        top = next(chain, token)
        return _ROLES.get(self.dep[top]) or _ROLES.get(self.base[top], "other")

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
