"""The facts of a sentence: clauses and patterns of noun phrases spelled out into propositions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING, Final, TypeAlias

from graphmem.ingest.facts.attribution import attributions
from graphmem.ingest.facts.clause import Clause, Slot, clauses
from graphmem.ingest.facts.fact import Attribution, Extracted, Kind, Part, Phrase
from graphmem.ingest.facts.nominal import Nominal, nominals
from graphmem.ingest.facts.phrase import phrase, whole
from graphmem.ingest.facts.scoring import confidence
from graphmem.ingest.facts.tree import Tree, read

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

MOST: Final = 60
"""Facts of one sentence."""
_MOST_OF_ONE: Final = 8
_MOST_ARGUMENTS: Final = 8
_FIRST: Final = {"object": 0, "complement": 0, "content": 1, "recipient": 1}
_NOMINAL: Final = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "SYM", "X"})
_NOBODY: Final = frozenset({"nobody", "none", "nothing", "no-one", "neither"})
Choice: TypeAlias = tuple[int, tuple[int, ...]]
"""One of the coordinated phrases of a constituent: its head and all its words."""


def find_facts(sentence: Doc | Span) -> list[Extracted]:
    """The facts that a sentence tells, in the order of their predicates.

    Verb-centred clauses as in ClausIE (Del Corro & Gemulla 2013), with coordination spelled out, then
    what noun phrases tell (Gashteovski et al. 2017). Where a sentence has a denial, a modal verb, a
    condition or a speaker, the fact says so. Time and number of facts are bounded.

    Args:
        sentence: A sentence parsed with Universal Dependencies, or a document of such sentences.
            Evidence counts from the start of its sentence.

    Returns:
        The facts; none where there is no parse.
    """
    from spacy.tokens import Span

    if not isinstance(sentence, Span):
        if not sentence.has_annotation("DEP") or not sentence.has_annotation("SENT_START"):
            return []
        return [fact for span in sentence.sents for fact in find_facts(span)]
    tree = read(sentence)
    if tree is None:
        return []
    made = clauses(tree)
    speakers = attributions(tree, made)
    found: list[Extracted] = []
    for clause in made:
        if clause.subjects and len(found) < MOST and _says(tree, clause.subjects[0]):
            found += _spelled(tree, clause, speakers.get(clause.head))
    for nominal in nominals(tree):
        found.append(_named(tree, nominal))
    return found[:MOST]


def _says(tree: Tree, head: int) -> bool:
    """Whether a phrase has more than signs."""
    return bool(tree.children[head]) or any(c.isalnum() for c in tree.words[head])


def _spelled(tree: Tree, clause: Clause, attribution: Attribution | None) -> list[Extracted]:
    """The propositions of a clause, one for each combination of coordinated phrases."""
    slots = _ordered(tree, clause)
    parts: list[Part] = list(clause.parts)
    if len(slots) > 1 and clause.kind != "copula":
        for slot in [s for s in slots if s.head == clause.head + 1 and _adverb(tree, s.head)]:
            slots.remove(slot)
            parts.append(slot.head)
    # A participle without a finite verb: the tense of what is left out is unknown.
    if clause.implied:
        parts.insert(0, "be")
    promoted = _promoted(tree, clause, slots)
    choices = [_subjects(tree, clause), *(_choices(tree, clause, slot, slot is promoted) for slot in slots)]
    found = []
    for subject, *rest in islice(product(*choices), _MOST_OF_ONE):
        words, lemma, arguments = list(parts), clause.lemma, []
        for slot, (head, tokens) in zip(slots, rest, strict=True):
            case = slot.case
            if slot is promoted:
                words += case
                lemma = f"{lemma} {tree.text(case).lower()}"
                case = ()
            if slot.role == "content" and len(tokens) > 1 and tree.low[tokens[0]] == "that":
                words.append(tokens[0])
                tokens = tokens[1:]
            lent = tree.text(slot.case) if slot is promoted else ""
            arguments.append(replace(phrase(tree, head, slot.role, case, tokens), lent=lent))
        who = phrase(tree, subject[0], "subject", (), subject[1])
        trust = confidence(tree, clause.kind, who, tuple(arguments), clause.head)
        found.append(
            _extracted(tree, clause.kind, who, words, lemma, tuple(arguments), trust, clause, attribution)
        )
    return found


def _ordered(tree: Tree, clause: Clause) -> list[Slot]:
    """Object or complement first, then what follows the verb, then what opens the sentence."""

    def key(slot: Slot) -> tuple[int, bool, bool, int]:
        fronted = slot.head < clause.head and clause.kind != "copula"
        return _FIRST.get(slot.role, 2), fronted, slot.role in ("time", "clause"), slot.head

    # A participle clause without a conjunction is a fact of its own, and no argument.
    kept = [slot for slot in clause.slots if slot.role != "clause" or slot.case]
    kept = [slot for slot in kept if _says(tree, slot.head)]
    return sorted(kept, key=key)[:_MOST_ARGUMENTS]


def _adverb(tree: Tree, token: int) -> bool:
    return tree.base[token] == "advmod" and not tree.children[token]


def _promoted(tree: Tree, clause: Clause, slots: Sequence[Slot]) -> Slot | None:
    """The constituent whose preposition belongs to the predicate: "works for" Acme."""
    if not slots or not slots[0].case:
        return None
    first = slots[0]
    behind = first.head >= clause.head
    return first if behind and first.role != "clause" and tree.base[first.head] != "xcomp" else None


def _conjuncts(tree: Tree, head: int) -> list[int]:
    """A head and the nominal heads coordinated with it."""
    others = [k for k in tree.kids(head, "conj") if tree.pos[k] in _NOMINAL]
    return [head, *(k for k in others if tree.kid(k, "cop", "nsubj") is None)]


def _subjects(tree: Tree, clause: Clause) -> list[Choice]:
    first = clause.subjects[0]
    heads = _conjuncts(tree, first)
    found = []
    for head in heads:
        clausal = tree.kid(head, "cop") is not None
        tokens = _without(tree, head, whole(tree, head, alone=len(heads) > 1, clausal=clausal), clause.lifted)
        found.append((head, _without_clause(tree, head, clause.head, tokens)))
    return found


def _without_clause(tree: Tree, head: int, verb: int, tokens: tuple[int, ...]) -> tuple[int, ...]:
    """The phrase without the modifying clause that this very fact is about."""
    if verb not in tokens or verb == head:
        return tokens
    path = [verb, *tree.above(verb)]
    branch = path[path.index(head) - 1] if head in path else verb
    return _without(tree, head, tokens, [branch])


def _without(tree: Tree, head: int, tokens: tuple[int, ...], branches: Sequence[int]) -> tuple[int, ...]:
    if not branches:
        return tokens
    gone = {k for branch in branches for k in tree.under(branch)}
    return tree.trim([k for k in tokens if k not in gone]) or (head,)


def _choices(tree: Tree, clause: Clause, slot: Slot, promoted: bool) -> list[Choice]:
    """A constituent, or each of its coordinated phrases where it is an object or a complement."""
    if slot.tokens is not None:
        others = _conjuncts(tree, slot.head)[1:] if slot.role == "complement" else []
        return [(slot.head, slot.tokens), *((k, whole(tree, k, alone=True)) for k in others)]
    if slot.role in ("content", "clause", "complement"):
        tokens = tree.trim([k for k in tree.under(slot.head) if k not in slot.case])
        return [(slot.head, tokens or (slot.head,))]
    heads = _conjuncts(tree, slot.head) if slot.role == "object" or promoted else [slot.head]
    found = []
    for head in heads:
        tokens = _without(tree, head, whole(tree, head, alone=len(heads) > 1), slot.lifted)
        found.append((head, _without_clause(tree, head, clause.head, tokens)))
    return found


def _named(tree: Tree, nominal: Nominal) -> Extracted:
    subject = phrase(tree, nominal.subject, "subject", (), nominal.subject_tokens)
    arguments = (phrase(tree, nominal.object, nominal.role, (), nominal.object_tokens),)
    trust = confidence(tree, nominal.kind, subject, arguments)
    return _extracted(tree, nominal.kind, subject, nominal.parts, nominal.lemma, arguments, trust)


def _none(tree: Tree, argument: Phrase) -> bool:
    """Whether a phrase denies its fact: "no one", "no evidence"."""
    if argument.role in ("content", "clause"):
        return False
    head = argument.head
    return tree.low[head] in _NOBODY or any(tree.low[k] == "no" for k in tree.kids(head, "det"))


def _extracted(
    tree: Tree,
    kind: Kind,
    subject: Phrase,
    parts: Sequence[Part],
    lemma: str,
    arguments: tuple[Phrase, ...],
    trust: float,
    clause: Clause | None = None,
    attribution: Attribution | None = None,
) -> Extracted:
    places = [part for part in parts if isinstance(part, int)]
    for argument in (subject, *arguments):
        places += argument.tokens
        places += argument.case
    first, last = min(places), max(places)
    role = clause.role if clause is not None else []
    denied = clause is not None and clause.negated or any(_none(tree, p) for p in (subject, *arguments[:1]))
    return Extracted(
        subject=subject,
        predicate=" ".join([tree.words[p] if isinstance(p, int) else p for p in (*parts, *role)]),
        lemma=lemma,
        arguments=arguments,
        kind=kind,
        negated=denied,
        modality=clause.modality if clause is not None else "",
        attribution=attribution,
        confidence=trust,
        evidence=(tree.offset[first], tree.offset[last] + len(tree.words[last])),
        span=(first, last + 1),
        parts=tuple(parts),
        words=tree.words,
    )
