"""Parses by hand: sentences from rows of "word TAG dep head", so that tests of rules need no model."""

from __future__ import annotations

import spacy
from spacy.tokens import Doc, Span

from graphmem.ingest.facts import Extracted

BLANK = spacy.blank("en")
COARSE = {
    "NNP": "PROPN", "NNPS": "PROPN", "NN": "NOUN", "NNS": "NOUN", "PRP": "PRON", "WP": "PRON", "WDT": "PRON",
    "EX": "PRON", "VBD": "VERB", "VBZ": "VERB", "VBP": "VERB", "VB": "VERB", "VBG": "VERB", "VBN": "VERB",
    "MD": "AUX", "DT": "DET", "IN": "ADP", "TO": "PART", "RB": "ADV", "RP": "ADP", "CC": "CCONJ", "CD": "NUM",
    "JJ": "ADJ", "POS": "PART", "WRB": "ADV", ".": "PUNCT", ",": "PUNCT",
}  # fmt: skip
LEMMAS = {
    "was": "be", "is": "be", "are": "be", "opened": "open", "sold": "sell", "lives": "live", "plans": "plan",
    "said": "say", "says": "say", "sang": "sing", "met": "meet", "works": "work", "left": "leave",
    "had": "have", "failed": "fail", "wrote": "write", "died": "die", "bought": "buy",
}  # fmt: skip


def parsed(*rows: str, entities: dict[str, str] | None = None) -> Span:
    """A sentence from rows of "word TAG dep head", heads counted from 1, 0 for the root."""
    columns = [row.split() for row in rows]
    words = [column[0] for column in columns]
    heads = [int(column[3]) - 1 if column[3] != "0" else k for k, column in enumerate(columns)]
    deps = [column[2] for column in columns]
    doc = Doc(
        BLANK.vocab,
        words=words,
        tags=[column[1] for column in columns],
        pos=[
            "AUX" if dep.startswith(("aux", "cop")) else COARSE[c[1]]
            for c, dep in zip(columns, deps, strict=True)
        ],
        deps=[dep if column[3] != "0" else "ROOT" for dep, column in zip(deps, columns, strict=True)],
        heads=heads,
        lemmas=[LEMMAS.get(word.lower(), word.lower()) for word in words],
    )
    doc.set_ents(
        [Span(doc, k, k + 1, (entities or {})[w]) for k, w in enumerate(words) if w in (entities or {})]
    )
    return doc[:]


def told(facts: list[Extracted]) -> list[tuple[str, ...]]:
    """Subject, predicate and arguments, in the minimal form."""
    return [(f.subject.text, f.predicate, *(phrase.text for phrase in f.arguments)) for f in facts]
