"""The words of a phrase: all of them, or only those that name it."""

from __future__ import annotations

from typing import Final

from graphmem.ingest.facts.fact import Phrase, Role
from graphmem.ingest.facts.tree import Tree

_NESTED: Final = frozenset({"acl:relcl", "advcl:relcl"})
_ASIDE: Final = _NESTED | {"parataxis", "discourse", "case", "mark", "dislocated"}
_ALONE: Final = _ASIDE | {"conj", "cc", "cc:preconj"}
# What hangs from a nominal predicate but belongs to its clause.
_CLAUSAL: Final = _ASIDE | {
    "nsubj", "nsubj:pass", "nsubj:outer", "csubj", "csubj:pass", "csubj:outer", "cop", "aux", "aux:pass",
    "expl", "advcl", "obl", "obl:tmod", "obl:unmarked", "obl:npmod", "obl:agent", "vocative", "conj", "cc",
    "cc:preconj", "orphan",
}  # fmt: skip
_NAMING: Final = frozenset(
    {"goeswith", "nummod", "amod", "nmod:poss", "nmod:desc", "nmod:unmarked", "nmod:tmod"}
)
_ARTICLES: Final = frozenset({"the", "a", "an"})
_PLACES: Final = frozenset({"place", "gpe", "loc", "fac", "location"})
_TIMES: Final = frozenset({"time", "date"})
_TIME_WORDS: Final = frozenset(
    """second minute hour day week weekend month year decade century millennium season spring summer autumn
    winter morning afternoon evening night midnight noon today tomorrow yesterday tonight now then monday
    tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december moment time era period age birthday christmas easter quarter
    past present future beginning end dawn dusk 1990s 1980s 1970s 1960s""".split()
)
_TIME_CASES: Final = frozenset(
    "in on at by since until till from to during before after for around about".split()
)
_LOCAL_CASES: Final = frozenset({"in", "at", "near", "inside", "outside", "within", "across"})
_PLACE_CASES: Final = frozenset(
    "in at on near from to into inside outside within across along under over".split()
)


def whole(tree: Tree, head: int, *, alone: bool = False, clausal: bool = False) -> tuple[int, ...]:
    """All words of a phrase but its preposition and relative clauses.

    Args:
        tree: The sentence.
        head: The head word.
        alone: Leave out what is coordinated with it.
        clausal: The head is a predicate too: leave out what belongs to its clause.
    """
    without = _CLAUSAL if clausal else _ALONE if alone else _ASIDE
    return tree.trim(tree.under(head, without, _NESTED)) or (head,)


def minimal(tree: Tree, head: int) -> tuple[int, ...]:
    """The words that name it: no article, no relative clause, no apposition, no adverb."""
    kept = {head}
    waiting = [head]
    while waiting:
        token = waiting.pop()
        for kid in tree.children[token]:
            if kid in kept or not _names(tree, token, kid, token == head):
                continue
            kept.add(kid)
            waiting.append(kid)
    return tree.trim(sorted(kept)) or (head,)


def _names(tree: Tree, token: int, kid: int, top: bool) -> bool:
    label, base = tree.dep[kid], tree.base[kid]
    if label in _NAMING or base in ("compound", "flat", "fixed"):
        return True
    if label == "det":
        return tree.low[kid] not in _ARTICLES
    if base == "case":
        return not top and (tree.tag[kid] == "POS" or tree.base[token] == "nmod")
    if base in ("conj", "cc"):
        return True
    if label == "appos":
        # "The film Titanic", but not "the film, Titanic": there each names it.
        named = tree.pos[token] == "NOUN" and tree.pos[kid] == "PROPN"
        return named and kid > token and "," not in tree.low[token + 1 : kid]
    if label == "nmod":
        case = tree.kid(kid, "case")
        return case is not None and tree.low[case] == "of"
    return base == "punct" and tree.low[kid] in ("-", "'", ".") and abs(kid - token) == 1


def role_of(tree: Tree, head: int, case: tuple[int, ...], label: str) -> Role:
    """Whether a circumstance is of time, place, quantity or another kind."""
    entity, lemma, low = tree.entity[head], tree.lemma[head], tree.low[head]
    first = tree.low[case[0]] if case else ""
    year = len(low) == 4 and low.isdigit() and low[0] in "12"
    timely = entity in _TIMES or lemma in _TIME_WORDS or year
    if not timely and tree.tag[head] == "CD":
        # "28 February": some hang the month from the day.
        timely = any(tree.lemma[k] in _TIME_WORDS and tree.tag[k] == "NNP" for k in tree.children[head])
    if label in ("obl:tmod", "nmod:tmod") or timely and (not first or first in _TIME_CASES):
        return "time"
    if entity in _PLACES and (first in _PLACE_CASES or not first):
        return "place"
    # Without an entity to tell, a name behind "in" is a place; behind "to" it may be a person.
    if not entity and first in _LOCAL_CASES and tree.tag[head] in ("NNP", "NNPS"):
        return "place"
    if tree.tag[head] == "CD" or not first and any(tree.tag[k] in ("CD", "$") for k in tree.children[head]):
        return "quantity"
    return "circumstance"


def phrase(
    tree: Tree, head: int, role: Role, case: tuple[int, ...] = (), tokens: tuple[int, ...] | None = None
) -> Phrase:
    """The phrase of a head word; ``tokens``: its words where they are not simply all below it."""
    full = whole(tree, head) if tokens is None else tokens
    if role in ("clause", "content"):
        core = full
    else:
        core = tuple([k for k in minimal(tree, head) if k in full]) or full
    start, last = tree.offset[core[0]], core[-1]
    end = tree.offset[last] + len(tree.words[last])
    return Phrase(role, head, core, full, case, tree.text(core), start, end)
