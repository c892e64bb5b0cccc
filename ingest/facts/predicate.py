"""Predicates of a sentence: which words head a clause, with whose subject, and the words of the verb group.

Auxiliaries, relative clauses and control are treated as in PropS (Stanovsky et al. 2016, "Getting More
Out Of Syntax with PropS"); a subject is shared over coordination, participles and infinitives.
"""

from __future__ import annotations

from typing import Final

from graphmem.ingest.facts.fact import Part
from graphmem.ingest.facts.tree import Tree

_VERBAL_ROLES: Final = frozenset(
    """root conj ccomp xcomp advcl acl parataxis csubj dep list appos reparandum orphan obj obl nmod nsubj
    discourse""".split()
)
NEGATION: Final = frozenset({"not", "n't", "never", "neither", "nor", "no", "hardly", "nt"})
RELATIVE: Final = frozenset({"WDT", "WP", "WP$", "WRB"})
_DEEPEST: Final = 40


class Predicates:
    """The predicates of one sentence; remembers subjects, which one verb takes from another."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._subjects: dict[int, list[int]] = {}
        self._passive: dict[int, bool] = {}

    def heads(self) -> list[int]:
        """The heads of all clauses."""
        return [k for k in range(len(self.tree)) if self.is_predicate(k)]

    def is_predicate(self, token: int) -> bool:
        """Whether a word heads a clause: a verb that is no modifier, or anything with a copula."""
        tree = self.tree
        if tree.kid(token, "cop") is not None:
            return True
        if tree.pos[token] not in ("VERB", "AUX") or tree.base[token] not in _VERBAL_ROLES:
            return False
        return tree.pos[token] == "VERB" or tree.kid(token, "nsubj") is not None

    def relative(self, verb: int) -> int | None:
        """The relative word of a relative clause."""
        tree = self.tree
        for kid in tree.children[verb]:
            if kid > verb:
                break
            if tree.tag[kid] in RELATIVE:
                return kid
            if tree.base[kid] in ("nsubj", "obj", "obl"):
                for low in tree.children[kid]:
                    if tree.tag[low] in RELATIVE:
                        return low
        return None

    def antecedent(self, verb: int) -> int | None:
        """The noun that a clause modifies, or None."""
        tree = self.tree
        if tree.dep[verb] != "advcl:relcl":
            return tree.heads[verb] if tree.base[verb] == "acl" else None
        # A relative clause of a whole clause; but "who" is someone who was just named.
        word = self.relative(verb)
        if word is None or tree.low[word] not in ("who", "whom", "whose"):
            return None
        for k in range(word - 1, -1, -1):
            if tree.pos[k] in ("NOUN", "PROPN", "PRON") and tree.base[k] not in ("compound", "flat"):
                return k
        return None

    def subjects(self, verb: int, depth: int = 0) -> list[int]:
        """The heads of the subjects, taken from another clause where this one has none."""
        if verb in self._subjects:
            return self._subjects[verb]
        self._subjects[verb] = []
        if depth < _DEEPEST:
            self._subjects[verb] = self._find_subjects(verb, depth)
        return self._subjects[verb]

    def _find_subjects(self, verb: int, depth: int) -> list[int]:
        tree = self.tree
        own = tree.kids(verb, "nsubj", "csubj")
        if own:
            own = [k for k in own if tree.dep[k] != "nsubj:outer"] or own
            if own[0] != self.relative(verb) or tree.base[verb] not in ("acl", "advcl"):
                return own[:1]
            before = self.antecedent(verb)
            return self._named(before, depth) if before is not None else []
        head, base = tree.heads[verb], tree.base[verb]
        if head == verb:
            return []
        if base == "acl":
            return self._named(head, depth)
        if base == "xcomp" and not self.passive(head):
            # Control: "asked Ann to sing" has Ann sing, "promised to sing" the one who promised.
            target = tree.kid(head, "obj", "iobj")
            if target is not None:
                return [target]
        return self.subjects(head, depth + 1) if base in ("conj", "advcl", "xcomp") else []

    def _named(self, noun: int, depth: int) -> list[int]:
        """Who is described by a noun: "Ann is a singer who lives in Rome" tells where Ann lives."""
        tree = self.tree
        if tree.kid(noun, "cop") is not None and tree.pos[noun] == "NOUN" and tree.kid(noun, "case") is None:
            return self.subjects(noun, depth + 1) or [noun]
        return [noun]

    def passive(self, verb: int, depth: int = 0) -> bool:
        """Whether a verb is passive: by its auxiliary or subject, or shared by coordination."""
        tree = self.tree
        known = self._passive.get(verb)
        if known is not None:
            return known
        result = any(tree.dep[k] in ("aux:pass", "nsubj:pass", "csubj:pass") for k in tree.children[verb])
        if not result and tree.tag[verb] == "VBN":
            bare = tree.kid(verb, "aux", "nsubj") is None
            if bare and tree.base[verb] in ("acl", "advcl"):
                result = True
            elif bare and tree.base[verb] == "conj":
                result = depth < _DEEPEST and self.passive(tree.heads[verb], depth + 1)
        self._passive[verb] = result
        return result

    def group(self, verb: int) -> tuple[list[Part], bool, str]:
        """The words of a verb group, whether it is negated, and its modal verb or ""."""
        tree = self.tree
        tokens, negated = {verb}, False
        for kid in tree.children[verb]:
            if tree.base[kid] == "aux" or tree.dep[kid] == "compound:prt":
                tokens.add(kid)
                # Some hang "not" from the auxiliary.
                denials = [k for k in tree.children[kid] if tree.low[k] in NEGATION]
                tokens.update(denials)
                negated = negated or bool(denials)
            elif tree.base[kid] in ("advmod", "neg", "cc") and tree.low[kid] in NEGATION and kid < verb:
                negated = True
                if tree.base[kid] != "cc":
                    tokens.add(kid)
            elif self._adverb(verb, kid) and (kid + 1 == verb or kid + 1 in tokens or kid - 1 in tokens):
                tokens.add(kid)
        auxiliaries = self._shared_auxiliaries(verb)
        tokens.update(auxiliaries)
        modal = next((tree.lemma[k] for k in sorted(tokens) if tree.tag[k] == "MD"), "")
        return list(sorted(tokens)), negated, modal

    def _adverb(self, verb: int, kid: int) -> bool:
        tree = self.tree
        lone = tree.base[kid] == "advmod" and not tree.children[kid]
        return lone and kid < verb and tree.tag[kid] not in RELATIVE

    def _shared_auxiliaries(self, verb: int) -> list[int]:
        """Those of the first of coordinated verbs of one form: "was cleaned and repaired"."""
        tree = self.tree
        first = tree.heads[verb]
        if tree.base[verb] != "conj" or tree.kid(verb, "aux", "nsubj") is not None:
            return []
        if tree.tag[first] != tree.tag[verb] or tree.tag[verb] not in ("VBN", "VBG", "VB"):
            return []
        return tree.kids(first, "aux") if self.is_predicate(first) else []
