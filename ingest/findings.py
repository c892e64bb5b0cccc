"""What is read out of a text, sentence by sentence: names, moments and facts, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from graphmem.ingest.chunking import chunk
from graphmem.ingest.dates import TimeExpression, find_dates
from graphmem.ingest.facts import Extracted, find_facts
from graphmem.ingest.language import joined, parses
from graphmem.ingest.reading import Reading
from graphmem.types import Mention

if TYPE_CHECKING:
    from spacy.language import Language

_NAMESPACE = "default"  # of records that are never written


@dataclass(frozen=True, slots=True)
class Finding:
    """What one sentence says. ``start`` and ``end`` are its place in the text of the source.

    ``reference`` is the moment that its time expressions were resolved against: that of the turn or
    record, else that of the document, else the one given. Offsets in ``names``, ``dates`` and ``facts``
    are those in ``text``.
    """

    text: str
    start: int
    end: int
    reference: datetime
    speaker: str
    names: tuple[Mention, ...]
    dates: tuple[TimeExpression, ...]
    facts: tuple[Extracted, ...]


def findings(reading: Reading, nlp: Language, now: datetime) -> Iterator[Finding]:
    """What the sentences of a source say, in order.

    Args:
        reading: the source as read.
        nlp: gives the parse; one without a parser gives no facts.
        now: the reference of time expressions where the source has no date.
    """
    document, passages, sentences = chunk(reading, _NAMESPACE)
    passage_of = {passage.id: passage for passage in passages}
    parsed = parses(nlp, [sentence.text for sentence in sentences])
    for sentence, parse in zip(sentences, parsed, strict=True):
        passage = passage_of[sentence.passage]
        reference = sentence.at or passage.at or document.written_at or now
        yield Finding(
            text=sentence.text,
            start=passage.start + sentence.start,
            end=passage.start + sentence.end,
            reference=reference,
            speaker=passage.speaker,
            names=joined(parse),
            dates=tuple(find_dates(sentence.text, reference)),
            facts=tuple(find_facts(parse)),
        )
