"""Recall of chat turns: ``python -m benchmarks.conversation``. Each question asks its own chat's memory.

Abstention: how well the confidence of a ranking tells the questions that a chat answers from those of a false
premise (who is asked about is the other one) and from questions that were put to another chat.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.baselines import Baselines
from benchmarks.datasets import DEFAULT_DATA, Asked, Chat, chats
from benchmarks.measures import auroc, averages, percentile, table
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.ingest.keying import key
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import ingest_readings
from graphmem.memory import Memory

CUTS: Final = (5, 10)
STRANGERS: Final = 25
"""Questions of each other chat that a chat is asked."""
PREMISE: Final = "adversarial"
CATEGORIES: Final = {"1": "multi_hop", "2": "temporal", "3": "open", "4": "single_hop", "5": "adversarial"}


def fill(memory: Memory, chat: Chat, pipeline: str = AUTOMATIC) -> dict[int, str]:
    """Ingest a chat; the ids of its turns by their position."""
    ingest_readings(memory, [chat.reading()], pipeline=pipeline)
    return positions(chat)


def positions(chat: Chat) -> dict[int, str]:
    """The ids of a chat's turns by where they begin."""
    return {b.start: turn.id for b, turn in zip(chat.reading().blocks, chat.turns, strict=True)}


def based(chat: Chat, embedder: Embedder) -> Baselines:
    """The baselines over the turns of a chat, with who says them and when."""
    return Baselines([(t.id, f"({t.at:%d %B %Y}) {t.speaker}: {t.text}") for t in chat.turns], embedder)


@dataclass(slots=True)
class Answers:
    """What chats answered: ranked turn ids, confidence and milliseconds of each question."""

    rankings: list[list[str]] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


def ask(memory: Memory, ids: dict[int, str], asked: Sequence[Asked], answers: Answers) -> None:
    """Add what a chat answers."""
    starts = sorted(ids)
    for question in asked:
        start = time.perf_counter()
        ranking = memory.recall(question.text, max(CUTS))
        answers.times.append((time.perf_counter() - start) * 1000)
        answers.confidences.append(ranking.confidence)
        # A long turn may be cut into passages: each counts as the turn in which it starts.
        turn_of = (max(s for s in starts if s <= hit.passage.start) for hit in ranking)
        answers.rankings.append(list(dict.fromkeys(ids[s] for s in turn_of)))


def strange(memory: Memory, chat: Chat, found: Sequence[Chat]) -> list[float]:
    """Confidences in the answers to questions of other chats, spread evenly over each."""
    texts = []
    for other in found:
        own = [asked.text for asked in other.questions if CATEGORIES.get(asked.category) != PREMISE]
        if other is not chat:
            texts += own[:: -(-len(own) // STRANGERS)]
    return [memory.recall(text, 1).confidence for text in texts]


def abstention(asked: Sequence[Asked], own: Sequence[float], others: Sequence[float]) -> dict[str, float]:
    """AUROC of the confidence in answers that a chat has, against each kind of those it has not."""
    false = [CATEGORIES.get(question.category) == PREMISE for question in asked]
    told = [sure for sure, is_false in zip(own, false, strict=True) if not is_false]
    sides = {"false_premise": [sure for sure, is_false in zip(own, false, strict=True) if is_false]}
    sides["another_chat"] = list(others)
    return {name: round(auroc(told, side), 4) for name, side in sides.items() if told and side}


def measure(found: Sequence[Chat], embedder: Embedder, pipeline: str = AUTOMATIC) -> dict[str, Any]:
    """All figures: overall, per category, and the baselines'."""
    begin = time.perf_counter()
    asked: list[Asked] = []
    answers, others = Answers(), list[float]()
    rankings: dict[str, list[list[str]]] = {"minilm": [], "bm25": [], "rrf": []}
    with tempfile.TemporaryDirectory() as folder:
        for number, chat in enumerate(found):
            # One store for all chats: each is a namespace, as each user's memory is.
            url = f"sqlite:///{folder}/conversation.db"
            with Memory.open(url, namespace=f"chat{number}", embedder=embedder) as memory:
                ids = fill(memory, chat, pipeline)
                key(memory)  # as ``graphmem ingest`` does
                ask(memory, ids, chat.questions, answers)
                others += strange(memory, chat, found)
            asked.extend(chat.questions)
            base = based(chat, embedder)
            for question in chat.questions:
                for name, ranking in base.rankings(question.text).items():
                    rankings[name].append(ranking)
    figures = averages(answers.rankings, asked, CUTS)
    return {
        "chats": len(found),
        "turns": sum(len(chat.turns) for chat in found),
        "questions": len(asked),
        **figures,
        "categories": categories(answers.rankings, asked),
        "abstention": abstention(asked, answers.confidences, others),
        "baselines": {name: averages(ranked, asked, CUTS) for name, ranked in rankings.items()},
        "query_ms_p50": percentile(answers.times, 50),
        "query_ms_p95": percentile(answers.times, 95),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def categories(rankings: Sequence[Sequence[str]], asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    """The figures of each category by its name."""
    found = {}
    for category in sorted({question.category for question in asked}):
        rows = [row for row, question in enumerate(asked) if question.category == category]
        figures = averages([rankings[row] for row in rows], [asked[row] for row in rows], CUTS)
        found[CATEGORIES.get(category, category)] = {"questions": len(rows), **figures}
    return found


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conversation", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--chats", type=Path, help="chats in LoCoMo's form")
    parser.add_argument("--corrections", type=Path, help="corrections of evidence in locomo-audit's form")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    options = parser.parse_args(arguments)
    file = options.chats or options.data / "conversation" / "locomo_dev5.json"
    figures = measure(chats(file, options.corrections), SentenceEncoder(), options.pipeline)
    if options.json:
        print(json.dumps({"benchmark": "conversation", **figures}))
        return
    print(f"{figures['chats']} chats, {figures['turns']} turns, {figures['questions']} questions")
    own = {key: figures[key] for key in ("recall@5", "recall@10")}
    print(table({"graphmem": own, **figures["baselines"]}))
    print(table(figures["categories"]))
    print("abstention, AUROC: " + ", ".join(f"{n} {v}" for n, v in figures["abstention"].items()))
    print(f"query ms p50 {figures['query_ms_p50']}, p95 {figures['query_ms_p95']}; {figures['seconds']} s")


if __name__ == "__main__":
    main(sys.argv[1:])
