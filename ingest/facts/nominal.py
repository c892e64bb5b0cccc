"""Facts that noun phrases tell: appositions, titles before names, possessives, places of places.

The patterns are those of MinIE's implicit extractions (Gashteovski et al. 2017, after FINET) and of the
noun-mediated relations of Stanford's and UW's open extractors (Angeli et al. 2015; Pal & Mausam 2016):
"Ann Lee, CEO of Acme", "the Acme CEO", "American senator Ann Lee", "Acme's CEO".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from graphmem.ingest.facts.fact import Kind, Part, Role
from graphmem.ingest.facts.phrase import whole
from graphmem.ingest.facts.tree import Tree

_NOUNS: Final = frozenset({"NOUN", "PROPN"})
_WITHIN: Final = frozenset({"in", "at", "near"})
_PLURAL: Final = frozenset({"NNS", "NNPS"})
_HONORIFICS: Final = frozenset("mr mr. mrs mrs. ms ms. miss dr dr. sir st. st lord lady madam prof.".split())
_TITLES: Final = frozenset(
    """president senator king queen prince princess general pope bishop archbishop cardinal emperor empress
    chancellor minister governor mayor judge justice captain colonel major sergeant lieutenant admiral count
    countess duke duchess baron baroness earl professor coach director secretary chairman chairwoman
    congressman congresswoman representative attorney ambassador commissioner premier vice-president ceo
    sultan tsar saint sheriff inspector detective officer commander chief""".split()
)
Described: TypeAlias = tuple[int, tuple[int, ...]]
"""A phrase by its head and its words."""


@dataclass(slots=True)
class Nominal:
    """A fact of two phrases: heads with their words, and the predicate between them."""

    kind: Kind
    subject: int
    subject_tokens: tuple[int, ...]
    parts: list[Part]
    lemma: str
    role: Role
    object: int
    object_tokens: tuple[int, ...]


def nominals(tree: Tree) -> list[Nominal]:
    """The facts that the noun phrases of a sentence tell."""
    found: list[Nominal] = []
    for token in range(len(tree)):
        dep = tree.dep[token]
        if dep == "appos":
            found += _apposition(tree, token)
        elif dep == "nmod:poss":
            found += _possessive(tree, token)
        elif tree.pos[tree.heads[token]] == "PROPN":
            if dep == "nmod":
                found += _place(tree, token)
            elif dep in ("nmod:desc", "compound"):
                found += _title(tree, token)
    return found


def _is(tree: Tree, head: int, words: tuple[int, ...] = ()) -> str:
    several = tree.tag[head] in _PLURAL or any(k in words for k in tree.kids(head, "conj"))
    return "are" if several else "is"


def _apposition(tree: Tree, token: int) -> list[Nominal]:
    head = tree.heads[token]
    if tree.pos[head] not in _NOUNS or tree.pos[token] not in _NOUNS:
        return []
    clausal = tree.kid(head, "cop") is not None
    first = whole(tree, head, alone=True, clausal=clausal)
    first = tuple([k for k in first if k not in tree.under(token)])
    first, second = tree.trim(first), whole(tree, token)
    if not first or not second:
        return []
    subject, other = (head, first), (token, second)
    if tree.pos[token] == "PROPN" and tree.pos[head] != "PROPN":
        subject, other = other, subject
    return [_being(tree, "apposition", subject, other)]


def _being(tree: Tree, kind: Kind, named: Described, other: Described) -> Nominal:
    """What is what: "is", or "is CEO of" where the description is of something."""
    subject, words = named
    head, description = other
    form = _is(tree, subject, words)
    of = next((k for k in tree.kids(head, "nmod") if _case(tree, k) in ("of", "for", "at")), None)
    if of is not None and tree.pos[head] == "NOUN":
        case, below = tree.kids(of, "case")[0], whole(tree, of)
        before = [k for k in description if k < case]
        if before and below[0] > case:
            noun = tree.text(k for k in before if tree.pos[k] not in ("DET", "PUNCT")).lower()
            lemma = f"be {noun} {tree.low[case]}"
            return Nominal(kind, subject, words, [form, *before, case], lemma, "object", of, below)
    return Nominal(kind, subject, words, [form], "be", "complement", head, description)


def _case(tree: Tree, token: int) -> str:
    case = tree.kid(token, "case")
    return tree.low[case] if case is not None else ""


def _possessive(tree: Tree, token: int) -> list[Nominal]:
    if tree.pos[token] not in _NOUNS:
        return []
    head = tree.heads[token]
    owner = whole(tree, token)
    owned = tuple([k for k in whole(tree, head, alone=True, clausal=True) if k not in tree.under(token)])
    owned = tree.trim(owned)
    if not owned or not owner or head < token:
        return []
    form = "have" if _is(tree, token, owner) == "are" else "has"
    return [Nominal("possessive", token, owner, [form], "have", "object", head, owned)]


def _title(tree: Tree, token: int) -> list[Nominal]:
    """What stands before a name: "President Bush", "American congressman William Jones"."""
    head = tree.heads[token]
    if token > head or tree.low[token] in _HONORIFICS:
        return []
    common = tree.pos[token] == "NOUN" and tree.words[token].islower()
    if not common and tree.low[token] not in _TITLES:
        return []
    name = tuple(k for k in sorted([head, *tree.kids(head, "flat", "compound", "goeswith")]) if k > token)
    if head not in name or any(not tree.words[k][:1].isupper() for k in name):
        return []
    before = [k for k in tree.children[head] if k < token and tree.base[k] in ("amod", "det", "compound")]
    title = tree.trim(sorted({*tree.under(token), *before}))
    if not title:
        return []
    of = tuple(k for k in title if k < token and tree.base[k] == "compound" and tree.pos[k] == "PROPN")
    if of and tree.pos[token] == "NOUN" and of[-1] == token - 1:
        # "Acme CEO Ann Lee": the organization is what she is CEO of.
        parts: list[Part] = [_is(tree, head), token, "of"]
        return [Nominal("title", head, name, parts, f"be {tree.low[token]} of", "object", of[-1], of)]
    return [_being(tree, "title", (head, name), (token, title))]


def _place(tree: Tree, token: int) -> list[Nominal]:
    """A place within a place: "Henry Wood Hall in Glasgow"."""
    head, case = tree.heads[token], tree.kids(token, "case")
    if not case or tree.low[case[0]] not in _WITHIN or tree.pos[token] != "PROPN":
        return []
    if tree.base[head] == "obj":
        # "Opened Ikea in Paris" rather tells where it was opened.
        return []
    where = whole(tree, token)
    what = tree.trim([k for k in whole(tree, head, alone=True, clausal=True) if k < case[0]])
    if not what or not where:
        return []
    parts: list[Part] = [_is(tree, head), case[0]]
    lemma = f"be {tree.low[case[0]]}"
    return [Nominal("prepositional", head, what, parts, lemma, "place", token, where)]
