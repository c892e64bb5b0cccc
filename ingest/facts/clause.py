"""Clauses around a verb or a copula: who, what is done, to whom, where and when.

After ClausIE (Del Corro & Gemulla 2013, "ClausIE: Clause-Based Open Information Extraction"): first
the clause with its constituents is found, then propositions are made of it. Negation and modality are
kept apart from the predicate, as in MinIE (Gashteovski et al. 2017).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from graphmem.ingest.facts.fact import Kind, Part, Role
from graphmem.ingest.facts.phrase import role_of, whole
from graphmem.ingest.facts.predicate import NEGATION, RELATIVE, Predicates
from graphmem.ingest.facts.tree import Tree

_OPEN: Final = frozenset({"if", "unless", "whether", "lest"})
_LIFTING: Final = frozenset("in at on during since until before after near".split())
_FUTURE: Final = frozenset({"will", "shall", "'ll", "wo"})
# Verbs whose infinitive is told as a fact: "continued to grow" (Karttunen 1971, implicative verbs).
_FACTUAL: Final = frozenset(
    "continue begin start come go manage happen use help remain get keep stop cease finish end".split()
)
_DENYING: Final = frozenset({"fail", "refuse", "decline", "neglect", "forget"})
# "The first woman to fly": the infinitive is a fact only behind such a word.
_SINGULAR: Final = frozenset({"first", "second", "third", "last", "only", "next", "sole"})


@dataclass(slots=True)
class Slot:
    """A constituent.

    Attributes:
        role: What it is to the predicate.
        head: Its head word.
        case: Its preposition.
        tokens: Its words, where they are not simply all below the head.
        lifted: Times and places that hang from it and stand as constituents of their own.
    """

    role: Role
    head: int
    case: tuple[int, ...] = ()
    tokens: tuple[int, ...] | None = None
    lifted: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Clause:
    """A predicate with its constituents, before coordination is spelled out.

    Attributes:
        implied: It is a participle beside a noun or a clause, with no finite verb.
        merged: The infinitives in the predicate.
        role: The words between a copula and its object: "the capital of"; the minimal predicate has them,
            the maximal object.
        lifted: Times and places of its subject that stand as constituents: "there are lakes in Italy".
    """

    head: int
    kind: Kind
    subjects: list[int]
    parts: list[Part]
    lemma: str
    slots: list[Slot]
    negated: bool = False
    modality: str = ""
    implied: bool = False
    merged: list[int] = field(default_factory=list)
    role: list[int] = field(default_factory=list)
    lifted: list[int] = field(default_factory=list)


def clauses(tree: Tree) -> list[Clause]:
    """The clauses of a sentence, in its order."""
    predicates = Predicates(tree)
    heads = [head for head in predicates.heads() if not _mere_purpose(tree, head)]
    among = set(heads)
    made: dict[int, Clause] = {}
    merged: set[int] = set()
    for head in heads:
        if tree.kid(head, "cop") is not None:
            made[head] = _copula(predicates, head)
        else:
            made[head] = _verb(predicates, head, among)
            merged.update(made[head].merged)
    _share(tree, made)
    question = bool(tree.words) and tree.words[-1] == "?"
    kept = [clause for head, clause in made.items() if head not in merged]
    for clause in kept:
        clause.modality = clause.modality or ("question" if question else "")
    return kept


def _mere_purpose(tree: Tree, verb: int) -> bool:
    """Whether an infinitive behind a noun only says what the noun is about: "the ability to fly"."""
    if tree.dep[verb] != "acl" or tree.tag[verb] != "VB" or tree.kid(verb, "nsubj") is not None:
        return False
    noun = tree.heads[verb]
    return not any(tree.low[k] in _SINGULAR or tree.tag[k] == "JJS" for k in tree.children[noun])


def _copula(predicates: Predicates, head: int) -> Clause:
    """A clause such as "Ann is a singer", "Ann is in Rome", "Ann is old"."""
    tree = predicates.tree
    parts, negated, modal = predicates.group(head)
    copulas = tree.kids(head, "cop")
    words = {k for k in parts if isinstance(k, int)} - {head} | set(copulas)
    # An adverb between copula and complement belongs to the complement, unless it denies.
    late = [k for k in words if tree.base[k] == "advmod" and k > min(copulas, default=head)]
    words -= {k for k in late if tree.low[k] not in NEGATION}
    case = tree.marks(head, "case")
    complement = tuple([k for k in whole(tree, head, clausal=True) if k not in words])
    role = role_of(tree, head, case, "") if case else "complement"
    first = Slot("place" if role == "place" else "complement", head, case, complement or (head,))
    mood = _mood(tree, head, modal)
    clause = Clause(head, "copula", predicates.subjects(head), list(sorted(words)), "be", [], negated, mood)
    of = None if case else _of(tree, head)
    if of is not None:
        clause.role = [*(k for k in complement if k < of.case[0]), *of.case]
        named = [tree.low[k] for k in clause.role if tree.pos[k] not in ("DET", "PUNCT")]
        clause.lemma = " ".join(["be", *named])
        first = Slot("object", of.head, (), complement)
    elif not case:
        # "A song by Ann": the minimal complement would lose Ann.
        clause.slots = _modifiers(tree, head)
        gone = {k for slot in clause.slots for k in tree.under(slot.head)}
        first.tokens = tree.trim([k for k in complement if k not in gone]) or (head,)
        complement = first.tokens
    others = _constituents(tree, head, None)
    clause.slots = [first, *clause.slots, *(slot for slot in others if slot.head not in complement)]
    return clause


def _modifiers(tree: Tree, noun: int) -> list[Slot]:
    """The prepositional phrases behind a noun, as constituents; "of" is part of what names it."""
    found = []
    for kid in tree.kids(noun, "nmod"):
        case = tree.marks(kid, "case")
        if kid > noun and case and tree.low[case[0]] not in ("of", "'s"):
            found.append(Slot(role_of(tree, kid, case, tree.dep[kid]), kid, case))
    return found


def _of(tree: Tree, noun: int) -> Slot | None:
    """What a role is of: "the capital of France"; the predicate is "be capital of"."""
    if tree.pos[noun] != "NOUN" or tree.kid(noun, "conj") is not None:
        return None
    for kid in tree.kids(noun, "nmod"):
        case = tree.marks(kid, "case")
        if case and case[0] > noun:
            plain = tree.low[case[0]] == "of" and tree.kid(kid, "conj") is None
            return Slot("object", kid, case) if plain else None
    return None


def _verb(predicates: Predicates, verb: int, among: set[int]) -> Clause:
    """A clause around a verb, with the infinitives that make one predicate with it."""
    tree = predicates.tree
    parts, negated, modal = predicates.group(verb)
    kind: Kind = "passive" if predicates.passive(verb) else "verb"
    lemma = ["be", tree.low[verb]] if kind == "passive" else [tree.lemma[verb]]
    lemma += [tree.low[k] for k in tree.kids(verb, "compound:prt")]
    mood = _mood(tree, verb, modal)
    clause = Clause(verb, kind, predicates.subjects(verb), parts, "", [], negated, mood)
    clause.implied = (
        tree.dep[verb] in ("acl", "advcl")
        and tree.tag[verb] != "VB"
        and tree.kid(verb, "nsubj", "aux", "mark") is None
    )
    current, chained = verb, _chained(tree, verb, among)
    while chained is not None and chained not in clause.merged:
        clause.slots += _constituents(tree, current, chained)
        lemma += _merge(predicates, clause, current, chained)
        current, chained = chained, _chained(tree, chained, among)
    if current == verb or tree.kid(current, "cop") is None:
        clause.slots += _constituents(tree, current, None)
    clause.lemma = " ".join(lemma)
    _relate(predicates, clause)
    _lift(tree, clause)
    return clause


def _lift(tree: Tree, clause: Clause) -> None:
    """Make times and places of an object constituents of their own: "opened a store in Paris".

    Whether they belong to the verb or to the noun is what parsers know least, and a fact that lacks them
    says less. What "there" says to exist has them too.
    """
    lifted: list[Slot] = []
    for slot in clause.slots:
        if slot.role == "object" and slot.tokens is None:
            found = _circumstances(tree, slot.head)
            slot.lifted += [one.head for one in found]
            lifted += found
    if tree.kid(clause.head, "expl") is not None and not clause.slots:
        for subject in clause.subjects:
            lifted += _circumstances(tree, subject)
        clause.lifted += [one.head for one in lifted]
    clause.slots += lifted


def _circumstances(tree: Tree, noun: int) -> list[Slot]:
    return [
        slot
        for slot in _modifiers(tree, noun)
        if slot.role in ("time", "place") and tree.low[slot.case[0]] in _LIFTING
    ]


def _chained(tree: Tree, verb: int, among: set[int]) -> int | None:
    """The infinitive or participle that makes one predicate with a verb: "plans to build"."""
    if tree.kid(verb, "obj", "iobj", "cop") is not None:
        return None
    found = tree.kid(verb, "xcomp")
    if found is None or found not in among or found < verb:
        return None
    if tree.kid(found, "cop") is not None:
        return found if tree.kid(found, "mark") is not None else None
    return found if tree.tag[found] in ("VB", "VBG", "VBN") else None


def _merge(predicates: Predicates, clause: Clause, verb: int, inner: int) -> list[str]:
    """Take an infinitive into the predicate; returns what it adds to the lemma."""
    tree = predicates.tree
    more, denied, _ = predicates.group(inner)
    marks = [k for k in tree.kids(inner, "mark") if tree.low[k] == "to"]
    clause.negated ^= denied
    clause.merged.append(inner)
    joint = [tree.low[k] for k in marks]
    if tree.lemma[verb] in _DENYING:
        clause.negated = not clause.negated
    elif tree.lemma[verb] not in _FACTUAL and not clause.modality:
        clause.modality = " ".join([tree.lemma[verb], *joint])
    if tree.kid(inner, "cop") is not None:
        last = _copula(predicates, inner)
        clause.parts += [*marks, *last.parts]
        clause.slots += last.slots
        return [*joint, "be"]
    clause.parts += [*marks, *more]
    return [*joint, tree.lemma[inner] if joint else tree.low[inner]]


def _mood(tree: Tree, verb: int, modal: str) -> str:
    """What keeps a clause from being a plain fact: a condition, a modal verb, an infinitive."""
    mark = tree.kid(verb, "mark")
    if mark is not None and tree.low[mark] in _OPEN:
        return tree.low[mark]
    for kid in tree.kids(verb, "advcl"):
        marks = tree.kids(kid, "mark")
        if marks and tree.low[marks[0]] in ("if", "unless"):
            return "conditional"
    if modal:
        return "future" if modal in _FUTURE else modal
    return "to" if tree.tag[verb] == "VB" and mark is not None and tree.low[mark] == "to" else ""


def _constituents(tree: Tree, verb: int, merged: int | None) -> list[Slot]:
    found = [_constituent(tree, verb, kid) for kid in tree.children[verb] if kid != merged]
    return [slot for slot in found if slot is not None]


def _constituent(tree: Tree, verb: int, kid: int) -> Slot | None:
    """What a dependent is to its verb, or None if it is no constituent of its own."""
    base, dep = tree.base[kid], tree.dep[kid]
    if tree.tag[kid] in RELATIVE and kid < verb and tree.base[verb] in ("acl", "advcl"):
        return None
    if base == "obj":
        return Slot("object", kid)
    if base == "iobj":
        return Slot("recipient", kid)
    if base == "obl":
        case = tree.marks(kid, "case")
        if case and tree.low[case[0]] == "according":
            return None
        return Slot("agent" if dep == "obl:agent" else role_of(tree, kid, case, dep), kid, case)
    if base == "xcomp":
        return Slot("complement", kid, tree.marks(kid, "case"))
    if base == "ccomp":
        return Slot("content", kid)
    if kid < verb:
        return None
    if base == "advcl":
        return Slot("clause", kid, tree.marks(kid, "mark", "case"))
    return Slot(role_of(tree, kid, (), dep), kid) if base == "advmod" else None


def _relate(predicates: Predicates, clause: Clause) -> None:
    """Put the antecedent of a relative clause where the relative word, or the gap, stands."""
    tree, verb = predicates.tree, clause.head
    if tree.dep[verb] != "acl:relcl":
        return
    before, word = tree.heads[verb], predicates.relative(verb)
    if before in clause.subjects:
        return
    if word is None:
        if clause.kind == "verb" and not any(slot.role in ("object", "content") for slot in clause.slots):
            clause.slots.insert(0, Slot("object", before))
    elif tree.base[word] == "obj":
        clause.slots.insert(0, Slot("object", before))
    elif tree.base[word] == "obl":
        case = tree.marks(word, "case")
        clause.slots.append(Slot(role_of(tree, before, case, "obl"), before, case))
    elif tree.low[word] in ("where", "when"):
        clause.slots.append(Slot("place" if tree.low[word] == "where" else "time", before))


def _share(tree: Tree, made: dict[int, Clause]) -> None:
    """Give coordinated verbs the object and the opening circumstances that they share."""
    for head, clause in made.items():
        if tree.base[head] != "conj" or tree.kid(head, "nsubj") is not None:
            continue
        first = made.get(tree.heads[head])
        if first is None or "copula" in (first.kind, clause.kind):
            continue
        mine = {slot.role for slot in clause.slots}
        objects = [slot for slot in clause.slots if slot.role == "object" and slot.head > head]
        if not first.slots and objects:
            first.slots += objects[:1]
            continue
        for slot in first.slots:
            if slot.role == "object" and slot.head > head and "object" not in mine:
                clause.slots.insert(0, slot)
            elif slot.role in ("time", "place") and slot.head < first.head and slot.role not in mine:
                clause.slots.append(slot)
