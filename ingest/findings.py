"""What is read out of a document, sentence by sentence: names, dates and statements, with their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final

from graphmem.ingest.dates import TimeExpression, find_dates
from graphmem.ingest.facts import Schema, find_facts
from graphmem.ingest.facts import load as load_relations
from graphmem.ingest.fields import found_at, record_statements
from graphmem.ingest.language import joined, parses
from graphmem.ingest.references import Read, referred
from graphmem.ingest.statements import Namer, Said, statements
from graphmem.schema import DATE_LABEL
from graphmem.statements import Statement, event_id
from graphmem.types import Document, Mention, Passage, Sentence

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

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


def dates_of(text: str, reference: datetime | None) -> tuple[TimeExpression, ...]:
    """The time expressions of a sentence; without a reference those that mean the same against any."""
    found = find_dates(text, reference or _ANY[0], inclusive=True)
    if reference is not None or not found:
        return tuple(found)
    other = set(find_dates(text, _ANY[1], inclusive=True))
    return tuple(date for date in found if date in other)


def _name_of(mentions: Sequence[Mention], parse: Doc) -> Namer:
    """The longest mention inside a phrase that covers its head, or follows it ("my sister" Carol)."""
    names = [m for m in mentions if m.end and m.label != DATE_LABEL]
    at = {token.idx: token for token in parse}

    def name(start: int, end: int, head: int) -> Mention | None:
        inside = [m for m in names if start <= m.start and m.end <= end]
        at_head = [m for m in inside if m.start <= head < m.end]
        after = [m for m in names if m.role == "text" and _twins(at.get(head), at.get(m.start))]
        return max(at_head or after, key=lambda m: (m.end - m.start, m.role != "opening"), default=None)

    return name


def _twins(head: Token | None, next: Token | None) -> bool:
    """Whether a name stands right after a noun in its place."""
    if head is None or next is None or next.i != head.i + 1:
        return False
    return next.head == head or (next.dep_ == head.dep_ and next.head == head.head)


def _chained(found: Sequence[Finding], namespace: str) -> list[Finding]:
    """Each event with the id of the one before it in time; of equal ones in the order of the text."""
    dated = [
        (statement.when.begin, k, n)
        for k, finding in enumerate(found)
        for n, statement in enumerate(finding.statements)
        if statement.is_event and statement.when and statement.when.begin
    ]
    follows: dict[tuple[int, int], str] = {}
    last, seen = "", set[str]()
    for _, k, n in sorted(dated):
        id = event_id(namespace, found[k].statements[n])
        if id not in seen:
            if last:
                follows[k, n] = last
            last = id
            seen.add(id)
    return [
        replace(
            finding,
            statements=tuple(
                replace(statement, follows=follows[k, n]) if (k, n) in follows else statement
                for n, statement in enumerate(finding.statements)
            ),
        )
        for k, finding in enumerate(found)
    ]


def findings(
    document: Document,
    passages: Iterable[Passage],
    sentences: Sequence[Sentence],
    nlp: Language,
    *,
    now: datetime | None = None,
    relations: Schema | None = None,
) -> list[Finding]:
    """What the sentences of a document say, in order.

    Args:
        document: the document.
        passages: its passages.
        sentences: its sentences.
        nlp: gives the parse; one without a parser gives no statements.
        now: the reference of time expressions where the source has no date.
        relations: the known relations; the bundled ones if left out.
    """
    schema = relations or load_relations()
    passage_of = {passage.id: passage for passage in passages}
    docs = list(parses(nlp, [sentence.text for sentence in sentences]))
    read = [
        Read(passage_of[sentence.passage], doc, joined(doc))
        for sentence, doc in zip(sentences, docs, strict=True)
    ]
    found = []
    for sentence, one, mentions in zip(sentences, read, referred(document, read), strict=True):
        reference = sentence.at or one.passage.at or document.written_at or now
        dates = dates_of(sentence.text, reference)
        said = tuple(_statements(one.parse, dates, reference, mentions, schema))
        if one.passage.kind == "record":
            fields = found_at(sentence.text)
            formal = record_statements(one.passage, sentence, mentions)
            said = (*(statement for statement in said if statement.start < fields), *formal)
        found.append(Finding(sentence, one.passage, reference, mentions, dates, said))
    return _chained(found, document.namespace)


def _statements(
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
        said = Said(parse.text, span.start_char, places, dates, reference or _ANY[0], name_of)
        yield from statements(find_facts(span), said, schema)
