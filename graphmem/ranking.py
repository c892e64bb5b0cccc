"""What is asked of a memory and what it answers: a query, and a ranking of hits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from graphmem import cards
from graphmem.explanation import Explanation
from graphmem.types import Document, Passage, Sentence, View


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: at most ``k`` passages that answer ``text``, of what ``view`` may see.

    ``now`` is when it is asked, from which "last week" is told. With ``coarse`` vectors are compared by topic
    first (``retrieval.candidates``).
    """

    text: str
    view: View
    k: int = 10
    now: datetime | None = None
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the way from the question to a hit. ``kind``: question, entity or sentence."""

    kind: Literal["question", "entity", "sentence"]
    id: str
    text: str
    weight: float


class Path(tuple[Step, ...]):
    """The way from the question to a hit, over entities and sentences."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return cards.chain(step.text for step in self)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: ``score`` in [0, 1], ``parts`` by retriever, ``path`` from the question to it.

    ``shares`` sum to the score of a turn or a record; of a paragraph's score they are the factors. ``stale``
    tells which facts of the evidence do not hold any more, and why; ``also`` where else the same text stands.
    """

    passage: Passage
    document: Document
    evidence: Sentence
    score: float
    parts: Mapping[str, float]
    path: Path = Path()
    stale: tuple[str, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    also: tuple[Document, ...] = ()

    def _repr_html_(self) -> str:
        rows: dict[str, cards.Cell] = {
            "score": self.score,
            "from": self.document.uri,
            "said by": self.passage.speaker,
            "at": self.passage.at or self.document.written_at,
            "holds no more": "; ".join(self.stale),
            "also in": ", ".join(document.uri for document in self.also),
        }
        why = cards.table((), [("way", cards.chain(step.text for step in self.path)), *self.shares.items()])
        return cards.card("", self.document.title, rows, self._marked(), cards.folded("why", why))

    def _marked(self) -> cards.Html:
        """The passage with its evidence marked."""
        return cards.marked(self.passage.text, self.evidence.start, self.evidence.end)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits, best first, and the entities that the question was linked to.

    ``withheld`` counts passages that are no hits since their sources are not trusted. ``confidence`` is how
    likely it is that the memory tells what is asked, in [0, 1] (see ``graphmem.retrieval.confidence``).
    """

    query: Query
    hits: tuple[Hit, ...]
    seeds: tuple[Step, ...] = ()
    withheld: int = 0
    explanation: Explanation | None = None
    confidence: float = 0.0

    @property
    def doubtful(self) -> bool:
        """Whether the memory likelier does not tell what is asked: its hits are the nearest misses."""
        return bool(self.hits) and self.confidence < 0.5

    def for_reader(self) -> tuple[Hit, ...]:
        """The best first, the second best last, and so on inwards: what stands in the middle is read least.

        So do language models read long prompts (Liu et al. 2023, "Lost in the Middle").
        """
        return (*self.hits[::2], *reversed(self.hits[1::2]))

    def __iter__(self) -> Iterator[Hit]:
        """Best first."""
        return iter(self.hits)

    def __len__(self) -> int:
        """The number of hits."""
        return len(self.hits)

    def __getitem__(self, rank: int) -> Hit:
        """The hit at a rank, from 0."""
        return self.hits[rank]

    def _repr_html_(self) -> str:
        rows = [
            (
                hit.score,
                hit._marked(),
                hit.document.title or hit.document.uri,
                cards.folded("why", cards.chain(step.text for step in hit.path)),
            )
            for hit in self
        ]
        told: dict[str, cards.Cell] = {
            "sure": self.confidence,
            "withheld": f"{self.withheld} untrusted" if self.withheld else "",
        }
        doubt = "the memory likely does not tell this" if self.doubtful else ""
        return cards.card(doubt, self.query.text, told, cards.table(("score", "passage", "from", ""), rows))
