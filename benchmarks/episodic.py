"""Recall of what happened: ``python -m benchmarks.episodic``.

A book of 120 chapters (EpBench: Huet, Houidi & Rossi 2025, "Episodic Memories Generation and Evaluation
Benchmark for Large Language Models") and a year of one person's phone (LifeBench) go in as a user would
give them: the book as one text file, in which the reader of plain text takes "Chapter 5" for a heading, and
the phone as its JSON files, of which the reader makes a record of each object. What is to be found is a
chapter or a record; it counts once, at the place of its best passage. Questions of which no chapter tells
anything measure abstention alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.baselines import Baselines
from benchmarks.datasets import DEFAULT_DATA, Asked, load, missing
from benchmarks.measures import auroc, averages, percentile, table
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.ingest.keying import key
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import ingest_readings
from graphmem.ingest.readers import read
from graphmem.ingest.reading import Block, Reading
from graphmem.ingest.sources import Source
from graphmem.memory import Memory

CUTS: Final = (5, 10)
DEPTH: Final = 150
"""Passages that are asked for: a chapter is up to a dozen, and ten chapters are to be seen."""
HALF: Final = 0.5
"""What scores at least so much of the best is in the set that is returned; fitted to no labels."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document as a reader made it, and of each of its blocks the event (chapter, record) it belongs to."""

    reading: Reading
    events: tuple[str, ...]

    def event(self, start: int) -> str:
        """The event of the passage that starts there; a block may be cut into passages."""
        return self.events[bisect_right(self.reading.blocks, start, key=lambda block: block.start) - 1]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each block's event and its text, with what the reader wrote before it: heading, date and who."""
        end = 0
        for block, event in zip(self.reading.blocks, self.events, strict=True):
            yield event, self.reading.text[end : block.end].strip()
            end = block.end


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and how it is counted: by the names of the groups that it is in, such as its cue."""

    asked: Asked
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stream:
    """What happened, as documents, and what is asked about it; nothing there answers one without gold."""

    documents: tuple[Labelled, ...]
    questions: tuple[Question, ...]

    def events(self) -> frozenset[str]:
        """All that can be found."""
        return frozenset(event for document in self.documents for event in document.events)


@dataclass(frozen=True, slots=True)
class Answer:
    """Events as ranked, those in the set returned, how sure the ranking is, and milliseconds it took."""

    ranked: list[str]
    returned: frozenset[str]
    score: float
    confidence: float
    ms: float


# --- the sets -------------------------------------------------------------------------------


def _there(path: Path) -> Path:
    return path if path.exists() else missing(path)


def book(folder: Path) -> Stream:
    """A book in EpBench's form: ``book.txt`` with its chapters, ``df_qa.jsonl`` with the questions."""
    reading = read(Source("book.txt", ".txt", _there(folder / "book.txt")))
    lines = _there(folder / "df_qa.jsonl").read_text("utf-8").splitlines()
    questions = tuple(
        Question(
            Asked(
                row["question"],
                frozenset(f"Chapter {n}" for n in row["correct_answer_chapters"]),
                row["cue"],
            ),
            {"cue": row["cue"], "matching events": row["bins_items_correct_answer"]},
        )
        for row in map(json.loads, filter(str.strip, lines))
    )
    return Stream((Labelled(reading, tuple(block.heading for block in reading.blocks)),), questions)


def _blocks(file: Path, row: Mapping[str, Any]) -> tuple[Block, ...]:
    return read(Source(file.name, ".json", data=json.dumps([row]).encode())).blocks


def records(file: Path) -> Labelled:
    """A file of a phone: its records are "TYPE/ID", by the file's name and their own ``phone_id``.

    The reader keeps that id in the text beside the record. It is told here by reading each object by itself:
    it gives as many blocks alone, one for a record and one a turn for a chat, as in its place in the file.

    Raises:
        ValueError: it does not.
    """
    reading = read(Source(file.name, ".json", file))
    events = tuple(f"{file.stem}/{row['phone_id']}" for row in load(file) for _ in _blocks(file, row))
    if len(events) != len(reading.blocks):
        raise ValueError(f"{file}: {len(reading.blocks)} blocks, but {len(events)} of its objects alone")
    return Labelled(reading, events)


def life(folder: Path) -> Stream:
    """A phone in LifeBench's form: ``phone_data/TYPE.json``, and the questions in ``QA/QA_clean.json``.

    All of its files are read, those that no question needs too: they are on the phone. The questions without
    evidence, three, are too few to measure abstention and are left out, as are the choices of multiple-choice
    questions: the question alone is asked.
    """
    files = sorted(_there(folder / "phone_data").glob("*.json"))
    rows = load(folder / "QA" / "QA_clean.json")
    questions = tuple(
        Question(
            Asked(
                row["question"],
                frozenset(f"{e['type']}/{e['id']}" for e in row["evidence"]),
                row["question_type"],
            ),
            {"type": row["question_type"]},
        )
        for row in rows
        if row.get("evidence")
    )
    return Stream(tuple(map(records, files)), questions)


SETS: Final[dict[str, tuple[str, Callable[[Path], Stream]]]] = {
    "epbench": ("epbench_thriller", book),
    "lifebench": ("lifebench_lumingqiang", life),
}


# --- measures -------------------------------------------------------------------------------


def f1(returned: frozenset[str], gold: frozenset[str]) -> float:
    """Harmonic mean of precision and recall of a set; 0 where nothing is in both."""
    return 2 * len(returned & gold) / (len(returned) + len(gold)) if returned else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


# --- asking ---------------------------------------------------------------------------------


def fill(memory: Memory, stream: Stream, pipeline: str) -> None:
    """Ingest the documents that the memory has not got, so that a kept store goes on where it was."""
    there = {document.content_hash for document in memory.documents()}
    readings = [document.reading for document in stream.documents]
    ingest_readings(memory, [r for r in readings if r.content_hash not in there], pipeline=pipeline)


def ask(memory: Memory, stream: Stream) -> list[Answer]:
    """What the memory answers to each question."""
    by_uri = {document.reading.uri: document for document in stream.documents}
    memory.recall("warm up", 1)
    answers = []
    for question in stream.questions:
        start = time.perf_counter()
        ranking = memory.recall(question.asked.text, DEPTH)
        ms = (time.perf_counter() - start) * 1000
        best: dict[str, float] = {}
        for hit in ranking:
            best.setdefault(by_uri[hit.document.uri].event(hit.passage.start), hit.score)
        top = max(best.values(), default=0.0)
        returned = frozenset(event for event, score in best.items() if score >= HALF * top)
        answers.append(Answer(list(best), returned, top, ranking.confidence, ms))
    return answers


def based(stream: Stream, embedder: Embedder) -> tuple[dict[str, list[list[str]]], dict[str, list[float]]]:
    """The baselines' rankings of events for each question, and the encoder's best cosines, by name.

    Over whole chapters and records, and over blocks (paragraphs, records, turns): the encoder reads no more
    than the first 256 tokens of a chapter, but BM25 gains by having it whole, so neither alone is fair.
    """
    blocks = [pair for document in stream.documents for pair in document.texts()]
    whole: dict[str, list[str]] = {}
    for event, text in blocks:
        whole.setdefault(event, []).append(text)
    forms = {
        "": [(event, "\n".join(texts)) for event, texts in whole.items()],
        ", by block": [(f"{event}#{number}", text) for number, (event, text) in enumerate(blocks)],
    }
    rankings: dict[str, list[list[str]]] = defaultdict(list)
    cosines: dict[str, list[float]] = {}
    for form, passages in forms.items():
        base = Baselines(passages, embedder)
        texts = [question.asked.text for question in stream.questions]
        cosines[f"minilm{form}"] = (embedder.encode(texts) @ base.vectors.T).max(axis=1).tolist()
        for text in texts:
            for name, ranking in base.rankings(text).items():
                events = dict.fromkeys(id.partition("#")[0] for id in ranking)
                rankings[name + form].append(list(events))
    return dict(rankings), cosines


# --- figures --------------------------------------------------------------------------------


def figures_of(asked: Sequence[Asked], answers: Sequence[Answer]) -> dict[str, Any]:
    """Recall, and F1 and mean size of the set returned."""
    sets = [answer.returned for answer in answers]
    return {
        "questions": len(asked),
        **averages([answer.ranked for answer in answers], asked, CUTS),
        "f1": _mean([f1(own, question.gold) for own, question in zip(sets, asked, strict=True)]),
        "returned": _mean([float(len(own)) for own in sets]),
    }


def groups(questions: Sequence[Question], answers: Sequence[Answer]) -> dict[str, dict[str, Any]]:
    """The figures of each group: {"cue": {"(t, *, *, *)": {…}, …}, …}."""
    rows: dict[str, dict[str, list[int]]] = {}
    for row, question in enumerate(questions):
        for by, group in question.groups.items():
            rows.setdefault(by, {}).setdefault(group, []).append(row)
    return {
        by: {
            group: figures_of([questions[row].asked for row in own], [answers[row] for row in own])
            for group, own in sorted(found.items(), key=lambda item: item[0].strip("{"))
        }
        for by, found in rows.items()
    }


def abstention(
    stream: Stream, answers: Sequence[Answer], cosines: Mapping[str, Sequence[float]]
) -> dict[str, Any]:
    """AUROC of answerable against unanswerable questions, by each score that may tell them apart.

    Empty where the questions are all of one side.
    """
    right = [bool(question.asked.gold) for question in stream.questions]
    if all(right) or not any(right):
        return {}
    scores: dict[str, Sequence[float]] = {
        "score": [answer.score for answer in answers],
        "confidence": [answer.confidence for answer in answers],
    }
    found = {}
    for name, values in (scores | dict(cosines)).items():
        pairs = list(zip(values, right, strict=True))
        sides = [[value for value, own in pairs if own is side] for side in (True, False)]
        found[name] = round(auroc(*sides), 4)
    return {"answerable": sum(right), "unanswerable": len(right) - sum(right), "auroc": found}


def measure(
    stream: Stream, store: str, embedder: Embedder, *, baselines: bool = True, pipeline: str = AUTOMATIC
) -> dict[str, Any]:
    """All figures of a set, on the store at a URL, which is filled with what it has not got."""
    begin = time.perf_counter()
    with Memory.open(store, embedder=embedder) as memory:
        fill(memory, stream, pipeline)
        key(memory)  # as ``graphmem ingest`` does
        ingest_s = time.perf_counter() - begin
        answers = ask(memory, stream)
    rows = [row for row, question in enumerate(stream.questions) if question.asked.gold]
    questions = [stream.questions[row] for row in rows]
    answered = [answers[row] for row in rows]
    asked = [question.asked for question in questions]
    rankings, cosines = based(stream, embedder) if baselines else ({}, {})
    return {
        "documents": len(stream.documents),
        "events": len(stream.events()),
        **figures_of(asked, answered),
        "by": groups(questions, answered),
        "abstention": abstention(stream, answers, cosines),
        "baselines": {
            name: averages([ranked[row] for row in rows], asked, CUTS) for name, ranked in rankings.items()
        },
        "query_ms_p50": percentile([answer.ms for answer in answers], 50),
        "query_ms_p95": percentile([answer.ms for answer in answers], 95),
        "ingest_s": round(ingest_s, 1),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def measure_set(
    name: str,
    folder: Path,
    *,
    baselines: bool = True,
    pipeline: str = AUTOMATIC,
    keep: Path | None = None,
) -> dict[str, Any]:
    """All figures of ``epbench`` or ``lifebench`` from its folder; the store stays in folder ``keep``.

    A kept store is named after the data and the pipeline, so that no other run's is taken for it. It has
    keys, which those that other benchmarks keep have not.
    """
    stream = SETS[name][1](folder)
    with tempfile.TemporaryDirectory() as scratch:
        kept = keep or Path(scratch)
        kept.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{kept.resolve()}/{folder.resolve().name}-{Path(pipeline).name}-keys.db"
        return measure(stream, url, SentenceEncoder(), baselines=baselines, pipeline=pipeline)


# --- telling --------------------------------------------------------------------------------


def show(name: str, figures: Mapping[str, Any]) -> None:
    """A set's figures as tables."""
    print(
        f"{name}: {figures['documents']} documents, {figures['events']} events,"
        f" {figures['questions']} questions, {figures['seconds']} s"
    )
    own = {key: figures[key] for key in ("recall@5", "recall@10", "f1", "returned")}
    print(table({"graphmem": own, **figures["baselines"]}))
    for by, found in figures["by"].items():
        print(f"by {by}\n{table(found)}")
    if told := figures["abstention"]:
        sides = f"{told['answerable']} answerable, {told['unanswerable']} not"
        print(f"abstention: {sides}; AUROC " + ", ".join(f"{n} {v}" for n, v in told["auroc"].items()))
    print(f"query ms p50 {figures['query_ms_p50']}, p95 {figures['query_ms_p95']}\n")


def main(arguments: Sequence[str]) -> None:
    """Measure the folders that are named, or both sets of the data, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.episodic", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument(
        "--book", type=Path, help="folder of a book in EpBench's form; no other set, unless named"
    )
    parser.add_argument("--life", type=Path, help="folder of a phone in LifeBench's form, likewise")
    parser.add_argument("--keep", type=Path, help="folder where the filled stores stay, to be used again")
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    named = {"epbench": options.book, "lifebench": options.life}
    folders = {name: folder for name, folder in named.items() if folder}
    found = {}
    for name, folder in (folders or {n: options.data / "episodic" / f for n, (f, _) in SETS.items()}).items():
        found[name] = measure_set(name, folder, pipeline=options.pipeline, keep=options.keep)
        if not options.json:
            show(name, found[name])
    if options.json:
        print(json.dumps({"benchmark": "episodic", "sets": found}))


if __name__ == "__main__":
    main(sys.argv[1:])
