"""What is given to a model: the sentences of one passage, and what a reader must know beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from graphmem.types import Document, Passage, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The sentences of a passage in order, with its title and its speaker.

    ``reference`` is the moment that its time expressions count from, None where nobody knows it; it is not
    sent.
    """

    sentences: tuple[str, ...]
    reference: datetime | None
    title: str = ""
    speaker: str = ""

    @property
    def beside(self) -> str:
        """What stands beside the sentences and may be named by them."""
        return "\n".join(filter(None, (self.title, self.speaker)))


def excerpts(
    document: Document,
    passages: Sequence[Passage],
    sentences: Sequence[Sentence],
    now: datetime | None = None,
) -> Iterator[Excerpt]:
    """An excerpt for each passage that has sentences, in the order of the sentences.

    Args:
        document: where they are from.
        passages: its passages.
        sentences: their sentences, those of one passage together.
        now: what time expressions count from where neither turn nor document has a date; those that need
            one are left out without it.
    """
    by_id = {passage.id: passage for passage in passages}
    for id, group in groupby(sentences, key=lambda sentence: sentence.passage):
        passage = by_id[id]
        yield Excerpt(
            sentences=tuple(sentence.text for sentence in group),
            reference=passage.at or document.written_at or now,
            title=" — ".join(dict.fromkeys(filter(None, (document.title, passage.heading)))),
            speaker=passage.speaker,
        )
