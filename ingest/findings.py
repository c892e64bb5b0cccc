"""What is read out of a document, sentence by sentence: names, dates and statements, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Final

from graphmem.chaining import chained
from graphmem.dates import TimeExpression, find_dates
from graphmem.ingest.facts import find_facts
from graphmem.ingest.fields import found_at, record_statements
from graphmem.ingest.language import joined, parses
from graphmem.ingest.names import names
from graphmem.ingest.references import Read, referred
from graphmem.ingest.statements import Namer, Said, statements
from graphmem.relations import Schema
from graphmem.relations import load as load_relations
from graphmem.schema import DATE_LABEL
from graphmem.statements import Interval, Statement
from graphmem.types import Document, Mention, Passage, Sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

AT_ONCE: Final = 20_000
"""Characters that are parsed together. A text may have a token for each, and a token of those that are in the
matrices of the pipeline at the same time takes some 30 kB."""
_UNITS: Final = (("day", 86_400), ("hour", 3600), ("minute", 60))
_DATED: Final = re.compile(r"\d{4}(-\d\d){0,2}")
"""The timex of a year, month or day."""
_ANY: Final = (datetime(1999, 12, 31, tzinfo=timezone.utc), datetime(2012, 6, 13, tzinfo=timezone.utc))
"""Two references: what a time expression means against both, it means by itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one sentence says; offsets are those in its text.

    ``reference`` is the moment that its time expressions were resolved against: that of the turn or
    record, else that of the document, else the one given; without any, those that need one are left out.
    """

    sentence: Sentence
    passage: Passage
    reference: datetime | None
    mentions: tuple[Mention, ...]
    dates: tuple[TimeExpression, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """A document with what its sentences say, in order."""

    document: Document
    findings: tuple[Finding, ...]


def dates_of(text: str, reference: datetime | None) -> tuple[TimeExpression, ...]:
    """The time expressions of a sentence; without a reference those that mean the same against any."""
    found = find_dates(text, reference or _ANY[0], inclusive=True)
    if reference is not None or all(map(_absolute, found)):
        return tuple(found)
    other = set(find_dates(text, _ANY[1], inclusive=True))
    return tuple(date for date in found if date in other)


def _absolute(date: TimeExpression) -> bool:
    """Whether a time expression says the year itself, so that it means the same against any reference."""
    return bool(_DATED.fullmatch(date.timex)) and date.timex[:4] in date.text


def _name_of(mentions: Sequence[Mention], parse: Doc) -> Namer:
    """The longest mention inside a phrase that covers its head, or follows it ("my sister" Carol).

    A parse that cuts a name in two is wrong: then it is the mention that covers the head.
    """
    names = [m for m in mentions if m.end and m.label != DATE_LABEL]

    @cache
    def at() -> dict[int, Token]:
        return {token.idx: token for token in parse}

    def name(start: int, end: int, head: int) -> Mention | None:
        fits = [m for m in names if start <= m.start <= head < m.end <= end]
        if not fits:
            token = at().get(head)
            fits = [m for m in names if m.role != "pronoun" and _twins(token, at().get(m.start))]
        if not fits:
            fits = [m for m in names if m.start <= start and m.start <= head < m.end]
        return max(fits, key=lambda m: (m.end - m.start, m.role != "opening"), default=None)

    return name


def _twins(head: Token | None, next: Token | None) -> bool:
    """Whether a name stands right after a noun in its place."""
    if head is None or next is None or next.i != head.i + 1:
        return False
    return next.head == head or (next.dep_ == head.dep_ and next.head == head.head)


def _length(seconds: float) -> str:
    """A length of time in the largest unit that it is a whole number of: "14 days"."""
    unit, size = next((one for one in _UNITS if seconds >= one[1] and seconds % one[1] == 0), ("second", 1))
    count = seconds / size
    return f"{count:,.0f} {unit}{'' if count == 1 else 's'}"


def meaning(date: TimeExpression, reference: datetime | None) -> str:
    """What a time expression most likely means, for people: its interval, or its length."""
    best = date.best("past", reference)
    if best is None:
        return date.timex
    if best.seconds is not None:
        return _length(best.seconds)
    return Interval(begin=best.begin, end=best.end, precision=date.precision, timex=best.timex).text


def findings(
    document: Document,
    passages: Iterable[Passage],
    sentences: Sequence[Sentence],
    nlp: Language | None,
    *,
    now: datetime | None = None,
    relations: Schema | None = None,
) -> list[Finding]:
    """What the sentences of a document say, in order.

    Args:
        document: the document.
        passages: its passages.
        sentences: its sentences.
        nlp: gives the parse; one without a parser gives no statements, None only names by rules and dates.
        now: the reference of time expressions where the source has no date.
        relations: the known relations; the bundled ones if left out.
    """
    schema = relations or load_relations()
    passage_of = {passage.id: passage for passage in passages}
    found = []
    read = _read(document, passage_of, sentences, nlp) if nlp else [(None, names(s.text)) for s in sentences]
    for sentence, (parse, mentions) in zip(sentences, read, strict=True):
        passage = passage_of[sentence.passage]
        reference = sentence.at or passage.at or document.written_at or now
        dates = dates_of(sentence.text, reference)
        said = (
            tuple(_statements(sentence.text, parse, dates, reference, mentions, schema))
            if parse is not None
            else ()
        )
        if parse is not None and passage.kind == "record":
            fields = found_at(sentence.text)
            formal = record_statements(passage, sentence, mentions)
            said = (*(statement for statement in said if statement.start < fields), *formal)
        if sentence.at is None and document.written_at is not None:
            said = tuple(replace(one, at=document.written_at) if one.functional else one for one in said)
        found.append(Finding(sentence, passage, reference, mentions, dates, said))
    said_in = chained([one.statements for one in found], document.namespace)
    return [replace(one, statements=said) for one, said in zip(found, said_in, strict=True)]


def batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts in order, as many together as are parsed at once; at least one."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and characters + len(text) > AT_ONCE:
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch


def _read(
    document: Document, passage_of: Mapping[str, Passage], sentences: Sequence[Sentence], nlp: Language
) -> list[tuple[Doc, tuple[Mention, ...]]]:
    """The parse of each sentence, and its mentions with whom they mean."""
    docs = (doc for batch in batches([one.text for one in sentences]) for doc in parses(nlp, batch))
    read = [
        Read(passage_of[sentence.passage], sentence.text, doc, joined(doc))
        for sentence, doc in zip(sentences, docs, strict=True)
    ]
    return [(one.parse, found) for one, found in zip(read, referred(document, read), strict=True)]


def _statements(
    text: str,
    parse: Doc,
    dates: Sequence[TimeExpression],
    reference: datetime | None,
    mentions: Sequence[Mention],
    schema: Schema,
) -> Iterator[Statement]:
    if not parse.has_annotation("DEP"):
        return
    name_of = _name_of(mentions, parse)
    for span in parse.sents:
        places = [token.idx for token in span]
        moment, dated = reference or _ANY[0], reference is not None
        said = Said(text, span.start_char, places, dates, moment, name_of, dated)
        yield from statements(find_facts(span), said, schema)
