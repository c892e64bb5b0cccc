"""What reading costs beside the parse: the part ``cost`` of benchmarks.extraction.

Facts, events, dates, parts of names and pronouns against the pipeline alone, on the same passages and
turns in the same run, in turns, so that a busy machine slows both. Times are those of the processor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from spacy.language import Language

from benchmarks.datasets import chats, corpus
from graphmem.identity import digest
from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import findings
from graphmem.ingest.language import parses
from graphmem.ingest.reading import Reading
from graphmem.types import Document, Passage, Sentence

PASSAGES: Final = 240
ROUNDS: Final = 4
Chunked = tuple[Document, Sequence[Passage], Sequence[Sentence]]


def readings(data: Path) -> dict[str, list[Reading]]:
    """Passages of MuSiQue, each a document, and a chat."""
    items = sorted(corpus(data / "multihop" / "musique_train_corpus.json"), key=lambda item: digest(item.uri))
    chat = chats(data / "conversation" / "locomo_dev5.json")[0]
    return {"passages": [item.reading() for item in items[:PASSAGES]], "turns": [chat.reading()]}


def _timed(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _figures(documents: Sequence[Chunked], nlp: Language) -> dict[str, float]:
    words = sum(len(sentence.text.split()) for _, _, sentences in documents for sentence in sentences)

    def parse() -> None:
        for _, _, sentences in documents:
            list(parses(nlp, [sentence.text for sentence in sentences]))

    def read() -> None:
        for document in documents:
            findings(*document, nlp)

    parse()
    read()
    alone = whole = 0.0
    for _ in range(ROUNDS):
        alone += _timed(parse)
        whole += _timed(read)
    return {
        "words": words,
        "pipeline_us_word": round(1e6 * alone / ROUNDS / words, 1),
        "reading_us_word": round(1e6 * whole / ROUNDS / words, 1),
        "ratio": round(whole / alone, 3),
    }


def measure(data: Path, nlp: Language) -> dict[str, dict[str, float]]:
    """Microseconds a word of the pipeline alone and of all reading, and their ratio, by kind of text."""
    return {
        name: _figures([chunk(reading, "n") for reading in found], nlp)
        for name, found in readings(data).items()
    }
