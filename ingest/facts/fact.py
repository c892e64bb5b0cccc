"""What an extraction is: a predicate with its subject and arguments, and where it stands in the sentence.

One extraction has two renderings. The minimal one (``Phrase.text``, ``Extracted.predicate``) keeps
what names the thing and leaves out what only describes it, as MinIE does (Gashteovski et al. 2017,
"MinIE: Minimizing Facts in Open Information Extraction"). The maximal one (``surface``) has whole
phrases, as the sentence has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Role: TypeAlias = Literal[
    "subject", "object", "recipient", "agent", "complement", "content", "place", "time", "quantity",
    "circumstance", "clause",
]  # fmt: skip
Kind: TypeAlias = Literal["verb", "passive", "copula", "apposition", "possessive", "title", "prepositional"]
Part: TypeAlias = int | str
"""A word of the sentence by its place, or a word that the sentence leaves unsaid."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A subject or argument.

    Attributes:
        role: What it is to the predicate.
        head: Its head word, counted from the start of the sentence.
        core: The words that name it; the minimal form.
        tokens: All its words, without its preposition; the maximal form.
        case: Its preposition.
        text: The minimal form as text.
        start: Where the minimal form starts in the sentence's text.
        end: Where it ends.
        lent: Its preposition as text, where that closes the predicate: "works for".
    """

    role: Role
    head: int
    core: tuple[int, ...]
    tokens: tuple[int, ...]
    case: tuple[int, ...]
    text: str
    start: int
    end: int
    lent: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says it, and the saying verb as a lemma; under "deny" or "doubt" nobody claims the fact."""

    speaker: Phrase | None
    verb: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """One fact as a sentence has it.

    Attributes:
        subject: The subject.
        predicate: The predicate as it stands, with auxiliaries and the preposition of a lone argument.
        lemma: The predicate in its basic form, without auxiliaries, negation and adverbs.
        arguments: The object or complement first, then the rest in the order of the sentence.
        kind: The pattern that found it.
        negated: Whether it is denied.
        modality: "" for plain facts, else what weakens it: "may", "plan to", "if", "future" …
        attribution: Who says so, where the sentence tells.
        confidence: From 0 to 1.
        evidence: First and last character of the words it was read from, in the sentence's text.
        span: First and last word of them.
        parts: The predicate in words; for ``surface``.
        words: The words of the sentence.
    """

    subject: Phrase
    predicate: str
    lemma: str
    arguments: tuple[Phrase, ...]
    kind: Kind
    negated: bool
    modality: str
    attribution: Attribution | None
    confidence: float
    evidence: tuple[int, int]
    span: tuple[int, int]
    parts: tuple[Part, ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)

    def role(self, role: Role) -> Phrase | None:
        """The first argument in that role."""
        return next((phrase for phrase in self.arguments if phrase.role == role), None)


def surface(fact: Extracted, words: Sequence[str] | None = None) -> tuple[str, tuple[str, ...]]:
    """The maximal rendering: whole phrases, as gold data for open extraction has them.

    Args:
        fact: What was extracted.
        words: The words to render with, one for each of the sentence; its own if absent.

    Returns:
        The relation, and the arguments with the subject first.
    """
    words = words if words is not None else fact.words
    relation = " ".join([words[part] if isinstance(part, int) else part for part in fact.parts])
    phrases = (fact.subject, *fact.arguments)
    return relation, tuple(" ".join([words[k] for k in (*p.case, *p.tokens)]) for p in phrases)
