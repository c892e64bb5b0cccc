"""Who says so: the speaker of a reported clause.

As MinIE keeps attribution (Gashteovski et al. 2017): the fact of a reported clause is kept, and beside
it who is its source, and the verb of saying or thinking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from graphmem.ingest.facts.clause import Clause
from graphmem.ingest.facts.fact import Attribution
from graphmem.ingest.facts.phrase import phrase
from graphmem.ingest.facts.tree import Tree

SAYING: Final = frozenset(
    """say tell add claim report announce argue believe think suggest state note explain declare insist
    admit deny acknowledge allege assert maintain estimate predict warn write reply answer indicate hope
    expect suspect fear feel know find show reveal confirm conclude propose hold observe remark mention
    promise agree complain testify swear recall contend concede stress tweet ask wonder doubt imply""".split()
)


def attributions(tree: Tree, clauses: Sequence[Clause]) -> dict[int, Attribution]:
    """The source of each clause that is reported, by the clause's head."""
    by_head = {clause.head: clause for clause in clauses}
    own: dict[int, Attribution] = {}
    for clause in clauses:
        found = _of(tree, clause.head, by_head)
        if found is not None:
            own[clause.head] = found
    result = {}
    for clause in clauses:
        # What stands inside a reported clause is reported too; the nearest speaker counts.
        found = own.get(clause.head)
        below = clause.head
        for above in tree.above(clause.head) if found is None and own else ():
            if tree.base[below] == "parataxis":
                break
            found, below = own.get(above), above
            if found is not None:
                break
        if found is not None:
            result[clause.head] = found
    return result


def _of(tree: Tree, head: int, by_head: dict[int, Clause]) -> Attribution | None:
    above = tree.heads[head]
    if tree.base[head] == "ccomp" and tree.lemma[above] in SAYING and above != head:
        return _speaker(tree, above, by_head)
    # "It is late, Ann said": the verb of saying hangs beside what is said.
    for kid in tree.kids(head, "parataxis"):
        if tree.lemma[kid] in SAYING and tree.kid(kid, "nsubj") is not None:
            if tree.kid(kid, "obj", "ccomp") is None:
                return _speaker(tree, kid, by_head)
    for kid in tree.kids(head, "obl"):
        case = tree.marks(kid, "case")
        if case and tree.low[case[0]] == "according":
            return Attribution(phrase(tree, kid, "subject"), "accord")
    return None


def _speaker(tree: Tree, verb: int, by_head: dict[int, Clause]) -> Attribution:
    clause = by_head.get(verb)
    subjects = clause.subjects if clause is not None else tree.kids(verb, "nsubj")
    return Attribution(phrase(tree, subjects[0], "subject") if subjects else None, tree.lemma[verb])
