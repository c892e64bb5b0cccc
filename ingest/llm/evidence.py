"""Which sentence states a claim: the one that has its subject or its object, and the most of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from graphmem.dates import TimeExpression
from graphmem.identity import fold
from graphmem.ingest.llm.answer import Claim
from graphmem.ingest.llm.excerpt import Excerpt
from graphmem.ingest.llm.moment import expressions
from graphmem.ingest.llm.predicate import support
from graphmem.llm.spans import Place, find, gather, short
from graphmem.statements import Participant


@dataclass(frozen=True)
class Text:
    """A passage that claims are looked up in, with the names of the answer that it has by their fold."""

    excerpt: Excerpt
    names: Mapping[str, str]

    @cached_property
    def times(self) -> list[list[TimeExpression]]:
        """The time expressions of each sentence."""
        return [expressions(one, self.excerpt.reference) for one in self.excerpt.sentences]

    def beside(self, phrase: str) -> bool:
        """Whether the title or the speaker has a phrase."""
        return any(find(phrase, text) for text in (self.excerpt.title, self.excerpt.speaker))

    def spelled(self, phrase: str) -> str:
        """A phrase as the passage, its title or its speaker spells it; empty if none has it."""
        for text in (*self.excerpt.sentences, self.excerpt.title, self.excerpt.speaker):
            if place := find(phrase, text):
                return text[place.start : place.end]
        return ""


@dataclass(frozen=True, slots=True)
class Side:
    """A subject or an object: its place in the sentence, if any, and whom it stands for.

    With neither, the passage does not have it.
    """

    place: Place | None = None
    entity: str = ""

    @property
    def known(self) -> bool:
        """Whether the passage has it."""
        return self.place is not None or self.entity != ""

    def participant(self, role: str, sentence: str) -> Participant:
        """It in its role; what the sentence leaves unsaid has its name alone."""
        if self.place is None:
            return Participant(role=role, text=self.entity, entity=self.entity)
        start, end = self.place.start, self.place.end
        return Participant(role=role, text=sentence[start:end], start=start, end=end, entity=self.entity)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence that states a claim, by its number from 0, with both sides; no object, if it has none."""

    number: int
    subject: Side
    object: Side | None


def side(words: str, name: str, sentence: str, text: Text) -> Side:
    """Where the words of a claim, or the name that they stand for, are in a sentence or elsewhere."""
    full = text.spelled(name)
    for phrase in (words, full):
        if place := find(phrase, sentence) or gather(phrase, sentence):
            return Side(place, full or text.names.get(fold(sentence[place.start : place.end]), ""))
    # "She" is told by its name, or the words are those of another sentence.
    full = full or text.spelled(words)
    return Side(short(full, sentence), full) if full else Side()


def _worth(claim: Claim, found: Evidence, sentence: str, text: Text) -> float:
    """How well a sentence fits a claim; 0 if it cannot state it.

    A text goes on about its subject without naming it, but it names what it says of it: the object stands
    in the sentence, or is what all of the passage is about.
    """
    if found.object is not None and found.object.place is None and not text.beside(found.object.entity):
        return 0.0
    sides = [found.subject] if found.object is None else [found.subject, found.object]
    places = [one.place for one in sides if one.place is not None]
    if not places or not all(one.known for one in sides):
        return 0.0
    if found.object is not None and found.subject.place == found.object.place:
        return 0.0
    literal = sum(place.how != "scattered" for place in places)
    told = found.number + 1 == claim.sentence
    return len(places) + 0.3 * literal + support(claim.predicate, sentence) + 0.5 * told


def evidence(claim: Claim, text: Text) -> Evidence | None:
    """The sentence that states a claim best, the first of equals; None if none does."""
    best, most = None, 0.0
    for number, sentence in enumerate(text.excerpt.sentences):
        subject = side(claim.subject, claim.subject_name, sentence, text)
        object_ = side(claim.object, claim.object_name, sentence, text) if claim.object else None
        found = Evidence(number, subject, object_)
        worth = _worth(claim, found, sentence, text)
        if worth > most:
            best, most = found, worth
    return best


def missing(claim: Claim, text: Text) -> str:
    """Why no sentence states a claim: its ``subject`` or ``object`` is nowhere, or they stand ``apart``."""
    for reason, words, name in (
        ("subject", claim.subject, claim.subject_name),
        ("object", claim.object, claim.object_name),
    ):
        if not words and reason == "object":
            continue
        if not any(side(words, name, sentence, text).known for sentence in text.excerpt.sentences):
            return reason
    return "apart"
