"""What names are learned from: parsed words, and how likely each is to be what.

Words of a treebank come with gold names, and with two parses: its own and that of a parser which has not
seen them. Other texts come with what a teacher thinks of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from benchmarks.ner import gold_names
from benchmarks.parser import documents, unread
from benchmarks.treebank import TYPES, Sentence, Span, classes
from graphmem.ingest.naming import parsed
from graphmem.ingest.network import LONGEST, Parsed, labels

CLASSES: Final = tuple(sorted(set(TYPES.values())))
LABELS: Final = tuple(labels(CLASSES))
KINDS: Final = (
    *("O", "person", "place", "organization", "event", "time", "object", "abstract"),
    *("animal", "plant", "substance"),
)
"""The types of GUM: of the longest mention that a word heads, whether a name or not."""
BORDERS: Final = ("O", "B", "I", "E", "S")
PASSAGES: Final = ("hotpotqa_train_corpus", "musique_train_corpus", "2wikimultihopqa_corpus")
# How many sentences are read together, drawn; at most so many words.
TOGETHER: Final = (1, 1, 1, 2, 3, 5, 8, 20)
_ATTRIBUTES: Final = ["TAG", "DEP", "HEAD", "SENT_START"]
Floats = NDArray[np.float16]
Drawn = TypeVar("Drawn", bound=Sized)


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one or more parses, and for each word the shares of its labels, kind, and borders.

    ``labels`` (words, 25) are of ``LABELS``, ``kinds`` (words, 11) of ``KINDS``; ``borders`` (words, 5) are
    those of the outermost mentions of any kind, and only known where the text is a treebank's.
    """

    parses: tuple[Parsed, ...]
    labels: Floats
    kinds: Floats
    borders: Floats

    def __len__(self) -> int:
        return len(self.parses[0].words)


def annotate(nlp: Language, docs: Iterable[Doc], path: Path) -> None:
    """Write documents with the syntax that ``nlp`` finds in them."""
    DocBin(attrs=_ATTRIBUTES, docs=nlp.pipe(docs, batch_size=64)).to_disk(path)


def bare(nlp: Language, sentences: Sequence[Sentence]) -> list[Doc]:
    """The words of a treebank's documents, borders of sentences unknown."""
    return [unread(nlp, part, borders=False) for part in documents(sentences)]


def passages(data: Path) -> Iterator[str]:
    """The passages of Wikipedia that come with three sets of questions, each once."""
    seen = set()
    for name in PASSAGES:
        corpus = json.loads((data / "multihop" / f"{name}.json").read_text("utf-8"))
        rows = corpus.values() if isinstance(corpus, dict) else (row["text"] for row in corpus)
        for row in rows:
            text = (" ".join(map(str.strip, row)) if isinstance(row, list) else row).strip()
            if text and text not in seen:
                seen.add(text)
                yield text


def stored(path: Path) -> list[Parsed]:
    """The documents of ``annotate``."""
    return [parsed(doc) for doc in DocBin().from_disk(path).get_docs(Vocab())]


def _shares(numbers: Sequence[int], count: int) -> Floats:
    return np.eye(count, dtype=np.float16)[np.array(numbers, dtype=np.int64)]


def bioes(spans: Iterable[Span], words: int) -> list[str]:
    """The label of each word for spans that do not overlap."""
    found = ["O"] * words
    for span in spans:
        found[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        found[span.start] = f"B-{span.label}"
        found[span.end - 1] = f"{'S' if span.end - span.start == 1 else 'E'}-{span.label}"
    return found


def _outermost(sentence: Sentence) -> Iterator[Span]:
    end = 0
    for span in sorted(sentence.mentions, key=lambda s: (s.start, -s.end)):
        if span.start >= end:
            yield Span(span.start, span.end, "")
            end = span.end


def gold(part: Sequence[Sentence], found: Parsed, *, borders: bool = True) -> Text:
    """A document of a treebank, with the treebank's syntax and with that which was found.

    ``borders``: those of sentences are the treebank's in both.
    """
    starts = np.cumsum([0, *(len(sentence.words) for sentence in part)]).tolist()
    pairs = list(zip(starts, part, strict=False))
    own = Parsed(
        found.words,
        [tag for sentence in part for tag in sentence.xpos],
        [dep for sentence in part for dep in sentence.deps],
        [start + head for start, sentence in pairs for head in sentence.heads],
        starts[:-1],
    )
    names = [LABELS.index(label) for label in bioes(gold_names(part), len(found.words))]
    kinds = [KINDS.index(kind) if kind in KINDS else 0 for s in part for kind in classes(s)]
    outer = [BORDERS.index(b[0]) for s in part for b in bioes(_outermost(s), len(s.words))]
    return Text(
        (replace(found, starts=own.starts) if borders else found, own),
        _shares(names, len(LABELS)),
        _shares(kinds, len(KINDS)),
        _shares(outer, len(BORDERS)),
    )


def golds(sentences: Sequence[Sentence], path: Path, *, borders: bool = True) -> list[Text]:
    """A treebank with gold names and with the syntax of ``annotate``."""
    pairs = zip(documents(sentences), stored(path), strict=True)
    return [gold(part, found, borders=borders) for part, found in pairs]


def silver(found: Sequence[Parsed], path: Path) -> list[Text]:
    """Texts with the shares that a teacher has written."""
    with np.load(path) as arrays:
        rows, kinds = arrays["labels"], arrays["kinds"]
    texts, begin = [], 0
    for one in found:
        end = begin + len(one.words)
        none = np.zeros((len(one.words), len(BORDERS)), dtype=np.float16)
        texts.append(Text((one,), rows[begin:end], kinds[begin:end], none))
        begin = end
    return texts


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring sentences of a text in one of its parses, from word ``start`` to before ``end``."""

    text: int
    parse: int
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


def drawn(texts: Sequence[Text], chance: random.Random) -> Iterator[Stretch]:
    """All texts in stretches of drawn numbers of sentences, each in a drawn parse."""
    for number, text in enumerate(texts):
        borders = [*sorted({0, *text.parses[0].starts}), len(text)]
        place = 0
        while place < len(borders) - 1:
            last = min(place + chance.choice(TOGETHER), len(borders) - 1)
            while last > place + 1 and borders[last] - borders[place] > LONGEST:
                last -= 1
            for start in range(borders[place], borders[last], 2 * LONGEST):
                end = min(borders[last], start + 2 * LONGEST)
                yield Stretch(number, chance.randrange(len(text.parses)), start, end)
            place = last


def batched(stretches: Sequence[Drawn], words: int, chance: random.Random) -> list[list[Drawn]]:
    """Texts of about equal length together, so many words with what is filled up; in drawn order."""
    ahead = list(stretches)
    chance.shuffle(ahead)
    found: list[list[Drawn]] = []
    for begin in range(0, len(ahead), 400):
        batch: list[Drawn] = []
        for one in sorted(ahead[begin : begin + 400], key=len):
            if batch and (len(batch) + 1) * len(one) > words:
                found.append(batch)
                batch = []
            batch.append(one)
        found.append(batch)
    chance.shuffle(found)
    return found


def padded(rows: Sequence[NDArray[Any]], length: int, fill: float = 0) -> NDArray[Any]:
    """Rows of different lengths as one array, filled up at their ends."""
    found = np.full((len(rows), length, *rows[0].shape[1:]), fill, dtype=rows[0].dtype)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found
