"""From what a model claims to what the text holds: each string is looked up, and dropped if it is not there.

A statement is kept if one sentence has its subject or its object; the other may stand elsewhere in the
passage, in its title, or be its speaker, as with "She was born in Paris". Of the predicate's content words
at least half must be in that sentence, or other words for a relation that has a name. So nothing that a
model adds of its own, or was talked into, gets further than here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from graphmem.dates import Tense
from graphmem.identity import fold, words
from graphmem.ingest.llm.answer import Answer, Claim
from graphmem.ingest.llm.evidence import Evidence, Text, evidence, missing
from graphmem.ingest.llm.excerpt import Excerpt
from graphmem.ingest.llm.moment import at, interval, is_time
from graphmem.ingest.llm.predicate import basic, fits, named, support, worded
from graphmem.llm.denial import denies
from graphmem.llm.spans import Place, find, gather, preposition
from graphmem.relations import Schema
from graphmem.statements import SUBJECT, Interval, Participant, Statement
from graphmem.types import Mention

MOST: Final = 60
"""Statements of one sentence."""
_LABELS: Final[Mapping[str, str]] = {
    **{label: label for label in "person organization place event work product date name".split()},
    **dict.fromkeys("location city country gpe loc facility".split(), "place"),
    **dict.fromkeys("org company institution group organisation".split(), "organization"),
    **dict.fromkeys("people per human character".split(), "person"),
    **dict.fromkeys("time year period".split(), "date"),
    **dict.fromkeys("title book film song".split(), "work"),
}
_PRONOUNS: Final = frozenset(
    "i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us"
    " our ours they them their theirs themselves who whom whose which that this".split()
)
_ROLES: Final = frozenset("place time quantity recipient agent circumstance".split())
_MODALITIES: Final[Mapping[str, str]] = {
    **{mood: mood for mood in "may must should future if question".split()},
    **dict.fromkeys(("plan", "plan to", "planned", "intend"), "plan to"),
    **dict.fromkeys(("will", "going to"), "future"),
    **dict.fromkeys(("", "none", "certain", "fact", "factual", "no", "false", "null"), ""),
}
_WEAKENED: Final = "may"
"""Where a model weakens a claim in words of its own."""
_HALF: Final = 0.5
_SURE: Final = 0.9
_LESS: Final = 0.8
"""Each thing that is not as the sentence has it takes a fifth of the confidence, which only ranks."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one sentence says, by a model."""

    mentions: tuple[Mention, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Grounded:
    """What is left of an answer, sentence by sentence, and what was dropped by reason.

    Reasons: ``name`` (nowhere in the passage), ``subject``, ``object`` (likewise), ``apart`` (no sentence
    has one of them and knows the other), ``predicate`` (not what the sentence says), ``relation`` (not in the
    schema that was given), ``speaker`` (said by somebody unknown), ``when``, ``more`` (that part alone),
    ``shape``, ``repeated``, ``many``.
    """

    extractions: tuple[Extraction, ...]
    dropped: Counter[str]

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return not any(one.mentions or one.statements for one in self.extractions)


def _mentions(answer: Answer, excerpt: Excerpt, dropped: Counter[str]) -> Iterator[tuple[Mention, ...]]:
    """The names of an answer in each sentence that has them, once each, by start."""
    found: list[dict[str, Mention]] = [{} for _ in excerpt.sentences]
    for one in answer.names:
        label = _LABELS.get(one.label.casefold(), "name")
        there = find(one.name, excerpt.title) is not None or find(one.name, excerpt.speaker) is not None
        for sentence, mine in zip(excerpt.sentences, found, strict=True):
            if (place := find(one.name, sentence)) is None:
                continue
            there = True
            name = sentence[place.start : place.end]
            if key := fold(name):
                mine.setdefault(key, Mention(name=name, label=label, start=place.start, end=place.end))
        dropped["name"] += not there
    for mine in found:
        yield tuple(sorted(mine.values(), key=lambda m: (m.start, m.end)))


class _Claims:
    """The claims of one answer on their way to statements."""

    def __init__(
        self, text: Text, by: str, relations: Schema, guided: Schema | None, dropped: Counter[str]
    ) -> None:
        self.text = text
        self.by = by
        self.relations = guided or relations
        self.guided = guided is not None
        self.dropped = dropped

    def statement(self, claim: Claim) -> tuple[int, Statement] | str:
        """The statement that a claim makes with the number of its sentence, or why it makes none."""
        if not claim.subject or not fits(claim.predicate):
            return "shape"
        found = evidence(claim, self.text)
        if found is None:
            return missing(claim, self.text)
        sentence = self.text.excerpt.sentences[found.number]
        said_by = self.text.spelled(claim.said_by)
        if claim.said_by and not said_by:
            # Without its speaker it would be told as a fact.
            return "speaker"
        time = self._is_time(found)
        share = support(claim.predicate, sentence)
        lemma = basic(claim.predicate, claim.relation)
        relation = named(lemma, self.relations, time=time)
        chosen = self.guided and not relation and claim.relation in self.relations.relations
        if self.guided and not relation and not chosen:
            return "relation"
        if share < _HALF and not (relation and worded(self.relations.relations[relation], sentence)):
            return "predicate"
        modality = _MODALITIES.get(claim.modality.casefold(), _WEAKENED)
        when = self._when(claim, found, modality, time=time)
        object_ = None if time and when and not relation else found.object
        sides = (found.subject,) if object_ is None else (found.subject, object_)
        role = "time" if time else "complement" if lemma == "be" else "object"
        participants = (
            *(side.participant(part, sentence) for side, part in zip(sides, (SUBJECT, role), strict=False)),
            *self._more(claim, found.number, when),
        )
        doubts = sum((self._loose(found), share < 1, chosen, any(one.place is None for one in sides)))
        start, end = self._extent(participants, found, claim.predicate, sentence)
        name = claim.relation if chosen else relation
        return found.number, Statement(
            predicate=claim.predicate,
            lemma=lemma,
            relation=name,
            functional=bool(name) and self.relations.relations[name].functional,
            permanent=bool(name) and self.relations.relations[name].permanent,
            participants=participants,
            happens=claim.happens,
            negated=claim.negated or denies(claim.predicate),
            modality=modality,
            said_by=said_by,
            when=when,
            confidence=round(_SURE * _LESS**doubts, 2),
            start=start,
            end=end,
            by=self.by,
        )

    def _is_time(self, found: Evidence) -> bool:
        place = found.object.place if found.object else None
        return place is not None and is_time(place, self.text.times[found.number])

    def _loose(self, found: Evidence) -> bool:
        sides = (found.subject, found.object)
        return any(
            one is not None and one.place is not None and one.place.how == "scattered" for one in sides
        )

    def _more(self, claim: Claim, number: int, when: Interval | None) -> Iterator[Participant]:
        """The other things that belong to a claim, but for its time where that is told as such."""
        sentence, times = self.text.excerpt.sentences[number], self.text.times[number]
        for one in claim.more:
            place = find(one.words, sentence) or gather(one.words, sentence)
            if place is None:
                self.dropped["more"] += 1
            elif when is None or not is_time(place, times):
                role = one.role.casefold() if one.role.casefold() in _ROLES else "circumstance"
                case, start = preposition(sentence, place)
                text = sentence[start : place.end]
                entity = self.text.names.get(fold(text), "")
                yield Participant(role=role, text=text, start=start, end=place.end, case=case, entity=entity)

    def _extent(
        self, participants: Iterable[Participant], found: Evidence, predicate: str, sentence: str
    ) -> tuple[int, int]:
        """From the first to the last word that the statement was read from."""
        spans = [(one.start, one.end) for one in participants if one.end]
        places = (found.object.place if found.object else None, find(predicate, sentence))
        spans += [(place.start, place.end) for place in places if place is not None]
        return min(start for start, _ in spans), max(end for _, end in spans)

    def _when(self, claim: Claim, found: Evidence, modality: str, *, time: bool) -> Interval | None:
        """The time that a claim points at, or that its object or another part of it is."""
        sentence, times = self.text.excerpt.sentences[found.number], self.text.times[found.number]
        pointed: Place | None = None
        if claim.when:
            pointed = find(claim.when, sentence) or gather(claim.when, sentence)
            self.dropped["when"] += pointed is None
        elif time:
            pointed = found.object.place if found.object else None
        else:
            timely = (find(one.words, sentence) for one in claim.more if one.role.casefold() == "time")
            pointed = next((place for place in timely if place is not None), None)
        expression = at(pointed, times) if pointed else None
        if expression is None:
            return None
        tense: Tense = "past" if modality in ("", "question") else "future"
        return interval(expression, self.text.excerpt.reference, tense)


def _referring(said: Statement, labels: Mapping[str, str]) -> Iterator[Mention]:
    """The words of a statement that stand for a name and are less than it: "she", "Curie"."""
    for one in said.participants:
        if not one.end or not one.entity or fold(one.text) == fold(one.entity):
            continue
        pronoun = one.text.casefold() in _PRONOUNS
        if pronoun or set(words(one.text)) < set(words(one.entity)):
            yield Mention(
                name=one.text,
                label=labels.get(fold(one.entity), "name"),
                start=one.start,
                end=one.end,
                role="pronoun" if pronoun else "text",
                of=one.entity,
            )


def _joined(named: Iterable[Mention], said: Iterable[Statement], labels: Mapping[str, str]) -> Extraction:
    """What a sentence says; what refers to a longer name stands for that."""
    said = tuple(said)
    found = {(one.start, one.end): one for one in named}
    found |= {(one.start, one.end): one for statement in said for one in _referring(statement, labels)}
    return Extraction(tuple(found[place] for place in sorted(found)), said)


def _same(one: Statement) -> tuple[object, ...]:
    return (
        one.relation,
        one.negated,
        one.modality,
        *((p.role, fold(p.entity or p.text)) for p in one.participants),
    )


def ground(
    answer: Answer, excerpt: Excerpt, *, by: str, relations: Schema, guided: Schema | None = None
) -> Grounded:
    """What of an answer the excerpt holds.

    Args:
        answer: as the model gave it.
        excerpt: the passage that it was asked about.
        by: the name of the model.
        relations: the known relations, for their names.
        guided: those that were asked for; others are dropped. None takes any predicate.
    """
    dropped: Counter[str] = Counter()
    mentions = list(_mentions(answer, excerpt, dropped))
    names = {fold(one.name): one.name for mine in reversed(mentions) for one in mine}
    claims = _Claims(Text(excerpt, names), by, relations, guided, dropped)
    found: list[dict[tuple[object, ...], Statement]] = [{} for _ in excerpt.sentences]
    for claim in answer.facts:
        made = claims.statement(claim)
        if isinstance(made, str):
            dropped[made] += 1
            continue
        number, statement = made
        mine, key = found[number], _same(statement)
        if key in mine:
            dropped["repeated"] += 1
        elif len(mine) >= MOST:
            dropped["many"] += 1
        else:
            mine[key] = statement
    labels = {fold(one.name): one.label for mine in mentions for one in mine}
    pairs = zip(mentions, found, strict=True)
    return Grounded(tuple(_joined(named, mine.values(), labels) for named, mine in pairs), +dropped)
