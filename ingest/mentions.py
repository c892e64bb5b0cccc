"""Mentions that stand beside the text of a sentence: titles, speakers and dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from graphmem.dates.written import day
from graphmem.identity import fold
from graphmem.ingest.names import title_names
from graphmem.schema import DATE_LABEL, TITLE_LABEL
from graphmem.types import Document, Mention, Passage, Sentence


def _beside(document: Document, passage: Passage) -> Iterator[Mention]:
    """Mentions that stand beside the text of a passage, each name once."""
    # The name of a chat or a table says nothing of a single turn or row; its own heading does.
    titles = [passage.heading]
    if passage.kind == "paragraph":
        titles.append(document.title)
    for title in dict.fromkeys(titles):
        for name in title_names(title):
            yield Mention(name=name, label=TITLE_LABEL, role="title")
    if fold(passage.speaker):
        yield Mention(name=passage.speaker, label="speaker", role="speaker")
    if passage.at:
        yield Mention(name=day(passage.at), label=DATE_LABEL, role="time")


def mentioned(
    document: Document, passages: Sequence[Passage], sentences: Sequence[Sentence]
) -> list[Sentence]:
    """The sentences with the mentions that stand beside their texts after those inside."""
    beside = {passage.id: tuple(_beside(document, passage)) for passage in passages}
    return [
        replace(sentence, mentions=(*sentence.mentions, *beside[sentence.passage])) for sentence in sentences
    ]
