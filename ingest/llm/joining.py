"""What a model reads, joined to what the rules read, sentence by sentence.

Of a name that both have at the same place, the model's is taken: it sees the whole passage. Of two
statements that say the same, that of the rules stays: it is the same with every model and without one, so
that what is in the memory changes by what a model adds and by nothing else. Only where the model knows when
it was and the rules do not, the model's takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from graphmem.chaining import chained
from graphmem.ingest.findings import Extract
from graphmem.ingest.llm.excerpt import excerpts
from graphmem.ingest.llm.extractor import Extractor
from graphmem.statements import Statement
from graphmem.types import Document, Mention, Passage, Sentence

_UNKNOWN = "name"
"""The label of a name of which nobody says what it is."""


def _named(rule: Mention, model: Mention) -> Mention:
    """The model's mention of a place; what it leaves open is as the rules have it."""
    label = rule.label if model.label == _UNKNOWN else model.label
    return replace(model, label=label, of=model.of or rule.of)


def joined_mentions(rules: Sequence[Mention], model: Iterable[Mention]) -> tuple[Mention, ...]:
    """The mentions of both by start, one at each place; those beside the text stay behind them."""
    beside = tuple(mention for mention in rules if not mention.end)
    found = {(mention.start, mention.end): mention for mention in rules if mention.end}
    for mention in model:
        place = mention.start, mention.end
        found[place] = _named(found[place], mention) if place in found else mention
    return (*(found[place] for place in sorted(found)), *beside)


def says_the_same(one: Statement, other: Statement) -> bool:
    """Whether two statements have one subject, one object, and one relation or basic form of the predicate.

    A denial, and what is only planned or possible, says something else than what is plainly so.
    """
    if (one.subject.key, one.negated, one.modality) != (other.subject.key, other.negated, other.modality):
        return False
    if (one.object and one.object.key) != (other.object and other.object.key):
        return False
    return one.lemma == other.lemma or (one.relation != "" and one.relation == other.relation)


def joined_statements(rules: Sequence[Statement], model: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements of the rules, then those that the model alone has."""
    found = list(rules)
    for statement in model:
        same = next((k for k, mine in enumerate(found) if says_the_same(mine, statement)), None)
        if same is None:
            found.append(statement)
        elif statement.when and not found[same].when:
            found[same] = statement
    return tuple(found)


def read_with(
    extractor: Extractor,
    document: Document,
    passages: Sequence[Passage],
    sentences: Sequence[Sentence],
    *,
    now: datetime | None = None,
) -> list[Sentence]:
    """The sentences of a document with what a model reads in them beside what they have already.

    Args:
        extractor: asks the model.
        document: the document.
        passages: its passages.
        sentences: its sentences, those of one passage together.
        now: what time expressions count from where the source has no date.

    Raises:
        ModelError: the model refuses the user, does not exist, or cannot be reached.
    """
    asked = excerpts(document, passages, sentences, now)
    read = [extraction for found in extractor.each(asked) for extraction in found]
    pairs = list(zip(sentences, read, strict=True))
    said = chained(
        [joined_statements(one.statements, new.statements) for one, new in pairs], document.namespace
    )
    return [
        replace(one, mentions=joined_mentions(one.mentions, new.mentions), statements=mine)
        for (one, new), mine in zip(pairs, said, strict=True)
    ]


def extract_with(
    extractor: Extractor, extract: Extract, passages: Sequence[Passage], *, now: datetime | None = None
) -> Extract:
    """An extract with what a model reads; arguments and errors as those of ``read_with``."""
    sentences = [
        replace(one.sentence, mentions=one.mentions, statements=one.statements) for one in extract.findings
    ]
    read = read_with(extractor, extract.document, passages, sentences, now=now)
    return replace(
        extract,
        findings=tuple(
            replace(one, mentions=new.mentions, statements=new.statements)
            for one, new in zip(extract.findings, read, strict=True)
        ),
    )
