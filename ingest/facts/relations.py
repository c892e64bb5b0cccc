"""Which known relation an extracted fact is, and which of its arguments is the object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graphmem.ingest.facts.fact import Extracted, Phrase
from graphmem.relations import Relation, Schema

_PROMOTED: Final = frozenset({"agent", "place", "time", "quantity", "circumstance"})


def relation_of(fact: Extracted, schema: Schema) -> tuple[Relation, Phrase] | None:
    """The named relation of a fact with the argument that is its object, or None.

    Args:
        fact: What was extracted.
        schema: The relations; see ``load``.
    """
    for key, phrase in _keys(fact):
        found = schema.find(key, phrase.role)
        if found is not None:
            return found, phrase
    return None


def _keys(fact: Extracted) -> Iterator[tuple[str, Phrase]]:
    """The predicate with the preposition of each argument; "be CEO of" where a complement is of something."""
    first = fact.arguments[0] if fact.arguments else None
    plain = fact.lemma
    if first is not None and not first.case and first.role in _PROMOTED and fact.kind != "copula":
        # The preposition of the first argument stands in the predicate: "move from" London "to" Rome.
        plain = fact.lemma.rpartition(" ")[0] or fact.lemma
    for k, phrase in enumerate(fact.arguments):
        if phrase.role in ("content", "clause") or k and fact.kind == "copula":
            continue
        case = " ".join([fact.words[c].lower() for c in phrase.case])
        if k == 0 and not case:
            yield fact.lemma.lower(), phrase
        elif case:
            yield f"{plain} {case}".lower(), phrase
