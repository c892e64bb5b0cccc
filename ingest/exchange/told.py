"""What other systems say outright, as sentences that state it: who, what, whom, since when.

The words that a system gives with a fact are its evidence where they name all who take part; else a sentence
that does stands before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from graphmem.correcting import NAME, related
from graphmem.identity import content_hash, fold
from graphmem.ingest.fields import LONGEST
from graphmem.ingest.moments import aware, of_field, parse
from graphmem.ingest.readers.records import flatten
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import Reading, storable, storable_text
from graphmem.saying import worded
from graphmem.statements import SUBJECT, Interval, Participant, Statement
from graphmem.types import Mention

LABELS: Final = {"organization": "org", "organisation": "org", "location": "place", "human": "person"}
"""What others call the kinds of names, in this memory's words; any other word stays as it is."""


_PERIOD: Final = re.compile(r"\d{4}(-\d\d)?")


@dataclass(frozen=True, slots=True)
class Told:
    """A statement with what its participants are, in order, and the words, speaker and moment that it has."""

    statement: Statement
    labels: tuple[str, ...]
    evidence: str = ""
    speaker: str = ""
    at: datetime | None = None

    @property
    def place(self) -> tuple[str, str, datetime | None]:
        """Where it stands: what has words, speaker and moment in common is one sentence."""
        return self.evidence, self.speaker, self.at


def label_of(word: str | None) -> str:
    """A kind of names in this memory's words."""
    label = storable_text(word or "").strip().lower()
    return LABELS.get(label, label) or NAME


def moment_of(value: object) -> datetime | None:
    """The moment that a value writes, of a year or a month the first one; None if it is none."""
    text = str(value).strip()
    if period := _PERIOD.fullmatch(text):
        text += "-01" if period[1] else "-01-01"
    return parse(text) or of_field("at", value)


def interval(since: datetime | None, until: datetime | None) -> Interval | None:
    """When something holds; an end that does not come after the beginning is what counts of the two."""
    begin, end = (None if one is None else aware(one) for one in (since, until))
    if begin is None and end is None:
        return None
    if begin is not None and end is not None and end <= begin:
        begin = None
    days = all(one.hour == one.minute == one.second == one.microsecond == 0 for one in (begin, end) if one)
    return Interval(begin=begin, end=end, precision="day" if days else "second")


def triple(
    subject: str,
    relation: str,
    object: str,
    *,
    by: str,
    when: Interval | None = None,
    literal: bool = False,
    labels: Sequence[str] = ("", ""),
    evidence: str = "",
    speaker: str = "",
    at: datetime | None = None,
    confidence: float = 1.0,
) -> Told:
    """A fact of three, as ``Memory.relate`` takes it; ``by`` is the system that says so.

    Raises:
        InputError: a part of it is empty.
    """
    subject, relation, object = (" ".join(storable_text(one).split()) for one in (subject, relation, object))
    words = relation.lower() if relation.isupper() else relation
    statement = related(subject, words, object, when=when, literal=literal)
    return Told(
        replace(statement, by=by, confidence=confidence),
        tuple(map(label_of, labels)),
        storable_text(evidence).strip(),
        storable_text(speaker).strip(),
        None if at is None else aware(at),
    )


def add(rendering: Rendering, told: Iterable[Told]) -> None:
    """Render what is told as records, one for each sentence, in their order."""
    groups: dict[object, list[Told]] = {}
    for number, one in enumerate(told):
        groups.setdefault(one.place if one.evidence else number, []).append(one)
    for group in groups.values():
        _, speaker, at = group[0].place
        text, states, names = _sentence(group)
        rendering.said("record", text, speaker=speaker, at=at, states=states, names=names)


def _sentence(group: Sequence[Told]) -> tuple[str, tuple[Statement, ...], tuple[Mention, ...]]:
    """The text of what stands in the same words, what it states, and whom it names."""
    evidence = group[0].evidence
    found = {number: placed for number, one in enumerate(group) if (placed := _found(one, evidence))}
    lines: list[str] = []
    states: list[Statement] = []
    names: dict[tuple[int, int], Mention] = {}
    for number, one in enumerate(group):
        if number not in found:
            text, statement, mentions = worded(_stripped(one.statement), one.labels)
            start = sum(len(line) + 1 for line in lines)
            lines.append(text)
            states.append(_moved(statement, start))
            names |= {(m.start + start, m.end + start): m for m in mentions}
    start = sum(len(line) + 1 for line in lines)
    for statement, mentions in found.values():
        states.append(_moved(statement, start))
        names |= {(m.start + start, m.end + start): m for m in mentions}
    placed_names = tuple(replace(m, start=span[0], end=span[1]) for span, m in sorted(names.items()))
    return "\n".join([*lines, *([evidence] if evidence else [])]), tuple(states), placed_names


def _stripped(statement: Statement) -> Statement:
    """Without blanks around names, so that places count from where the text begins."""
    parts = (replace(p, text=p.text.strip(), entity=p.entity.strip()) for p in statement.participants)
    return replace(statement, participants=tuple(parts))


def _moved(statement: Statement, by: int) -> Statement:
    parts = tuple(
        replace(one, start=one.start + by, end=one.end + by) if one.end else one
        for one in statement.participants
    )
    return replace(statement, participants=parts, start=statement.start + by, end=statement.end + by)


def _found(told: Told, evidence: str) -> tuple[Statement, tuple[Mention, ...]] | None:
    """The statement with its places in the evidence, and the names there; None if it lacks one of them."""
    participants: list[Participant] = []
    mentions: list[Mention] = []
    if not evidence:
        return None
    for one, label in zip(told.statement.participants, told.labels, strict=True):
        span = next(_places(one.entity or one.text, evidence), None)
        if one.entity and span is None:
            return None
        start, end = span or (0, 0)
        text = evidence[start:end] if span else one.text
        participants.append(replace(one, text=text, start=start, end=end))
        if fold(one.entity):
            mentions.append(Mention(name=one.entity, label=label, start=start, end=end))
    placed = replace(told.statement, participants=tuple(participants), start=0, end=len(evidence))
    return placed, tuple(mentions)


def _places(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a text has a name as words of its own."""
    name = name.strip()
    if name:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            yield match.span()


def about(text: str, fields: Mapping[str, object], *, by: str) -> Iterator[Told]:
    """What is told of a text by fields beside it ("category": "food"): each a fact of the text itself."""
    subject = Participant(role=SUBJECT, text=" ".join(storable_text(text).split())[:LONGEST])
    for name, value in flatten(fields):
        words = " ".join(storable_text(name).replace("_", " ").split())
        if words and subject.text and value:
            object = Participant(role="object", text=storable_text(value))
            statement = Statement(predicate=words, lemma=words.lower(), participants=(subject, object), by=by)
            yield Told(statement, ("", ""))


def memory(
    uri: str, text: str, *, speaker: str = "", at: datetime | None = None, told: Iterable[Told] = ()
) -> Reading:
    """What somebody had another memory keep: a document of one turn, as ``add`` makes it."""
    rendering = Rendering()
    rendering.said("turn", text, speaker=" ".join(speaker.split()), at=at)
    add(rendering, told)
    return storable(reading(uri, "", rendering, written_at=at, kind="chat"))


def is_literal(text: str) -> bool:
    """Whether a text is a number or a moment, which names nothing."""
    try:
        float(text.replace(",", ""))
    except ValueError:
        return parse(text) is not None
    return True


def named(rendering: Rendering, text: str, names: Iterable[tuple[str, str]], of: str = "") -> None:
    """Render a text that names something and states nothing; ``names`` are names in it, and what they are.

    All of them are names ``of`` one thing, if one is given.
    """
    text = storable_text(text).strip()
    found: dict[tuple[int, int], Mention] = {}
    for name, label in names:
        for start, end in islice(_places(storable_text(name), text), 1):
            said = text[start:end]
            if fold(said):
                full = of if fold(said) != fold(of) else ""
                found[start, end] = Mention(name=said, label=label_of(label), start=start, end=end, of=full)
    rendering.said("record", text, names=tuple(found.values()))


def reading(
    uri: str,
    title: str,
    rendering: Rendering,
    *,
    written_at: datetime | None = None,
    kind: Literal["text", "chat", "records"] = "records",
) -> Reading:
    """The document of what was rendered; its content hash is of all that is told, not of the text alone."""
    text, blocks = rendering.text(), rendering.blocks()
    told = repr((title, written_at, text, blocks))
    return Reading(
        uri=storable_text(uri),
        title=storable_text(" ".join(title.split())),
        kind=kind,
        text=text,
        blocks=blocks,
        content_hash=content_hash(told.encode("utf-8", "replace")),
        written_at=None if written_at is None else aware(written_at),
    )
