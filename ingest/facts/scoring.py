"""How far an extraction is to be trusted: a sum of a few plain features.

ClausIE and MinIE leave confidence open; OLLIE and OpenIE 4 learn it from features like these. The weights
were fitted by least squares, to how well extractions match the first half of CaRB's development part,
and rounded.
"""

from __future__ import annotations

from typing import Final

from graphmem.ingest.facts.fact import Kind, Phrase
from graphmem.ingest.facts.tree import Tree

_LONG: Final = 30
_LONG_SUBJECT: Final = 8
_BASE: Final = 0.44
WEIGHTS: Final[dict[str, float]] = {
    "verb": 0.14,
    "passive": 0.19,
    "copula": -0.02,
    "apposition": -0.12,
    "possessive": -0.21,
    "title": -0.09,
    "prepositional": 0.12,
    "root": 0.19,
    "conj": 0.12,
    "parataxis": 0.06,
    "advcl": 0.07,
    "xcomp": -0.05,
    "ccomp": -0.13,
    "shared subject": -0.12,
    "no argument": -0.48,
    "n-ary": 0.11,
    "with object": -0.07,
    "with clause": -0.14,
    "with content": -0.1,
    "long sentence": -0.04,
    "long subject": -0.11,
    "odd subject": -0.08,
}
"""What each feature adds."""


def features(
    tree: Tree, kind: Kind, subject: Phrase, arguments: tuple[Phrase, ...], verb: int | None
) -> list[str]:
    """What is known of an extraction, by name; ``verb``: the head of its clause, if it has one."""
    found: list[str] = [kind]
    if verb is not None:
        found.append(tree.base[verb])
        if tree.kid(verb, "nsubj", "csubj") is None:
            found.append("shared subject")
    if not arguments:
        found.append("no argument")
    elif len(arguments) > 1:
        found.append("n-ary")
    if kind in ("verb", "passive"):
        found += sorted({f"with {a.role}" for a in arguments if a.role in ("clause", "content", "object")})
    if len(tree) > _LONG:
        found.append("long sentence")
    if len(subject.tokens) > _LONG_SUBJECT:
        found.append("long subject")
    if tree.pos[subject.head] not in ("NOUN", "PROPN", "PRON"):
        found.append("odd subject")
    return found


def confidence(
    tree: Tree, kind: Kind, subject: Phrase, arguments: tuple[Phrase, ...], verb: int | None = None
) -> float:
    """From .01 to .99: how likely, and how complete, an extraction is.

    Args:
        tree: The sentence.
        kind: The pattern that found it.
        subject: Its subject.
        arguments: Its arguments.
        verb: The head of its clause, if it has one.
    """
    known = features(tree, kind, subject, arguments, verb)
    return round(min(0.99, max(0.01, _BASE + sum(WEIGHTS.get(name, 0.0) for name in known))), 2)
