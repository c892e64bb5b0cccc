"""Learning from use: ``python -m benchmarks.feedback``. Feedback on four chats is to help on the fifth.

Each chat of LoCoMo is left out in turn. What was useful is simulated from the gold of the other chats'
questions, in their order: of the first ``SHOWN`` hits those in gold are useful, and the others that stand
above the last of these are not; of the rest nothing is said. The weights that follow are asked on the chat
that was left out, against the same recall without them. ``noisy``: 20 % of what is said is the contrary.
``clicks``: only that a hit of the first five in gold was opened is seen.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.bootstrap import paired
from benchmarks.conversation import CUTS, positions
from benchmarks.datasets import DEFAULT_DATA, Asked, Chat, chats
from benchmarks.kept import Place, opened
from benchmarks.measures import averages, recall_at, table
from graphmem.embedding import SentenceEncoder
from graphmem.ingest.language import AUTOMATIC
from graphmem.learning.fitting import learned
from graphmem.learning.forms import Place as Stands
from graphmem.learning.lesson import Judged, Lesson, lessons
from graphmem.learning.weights import Weights
from graphmem.memory import Memory
from graphmem.ranking import Hit
from graphmem.uses import Verdict

SHOWN: Final = 20
"""Hits of which something is said: as many as a model is commonly shown."""
CLICKABLE: Final = 5
WRONG: Final = 0.2
SEED: Final = 2025
SETTINGS: Final = ("feedback", "noisy", "clicks")


def verdicts(right: Sequence[bool], setting: str, random: np.random.Generator) -> list[Verdict]:
    """What is said of hits, best first, of which these are in gold."""
    if setting == "clicks":
        return ["clicked" if one and at < CLICKABLE else "recalled" for at, one in enumerate(right)]
    last = max((at for at, one in enumerate(right) if one), default=0)
    said: list[Verdict] = ["useful" if one else "not" for one in right[:last]]
    said += ["useful" if one else "recalled" for one in right[last:]]
    if setting == "noisy":
        other: Mapping[Verdict, Verdict] = {"useful": "not", "not": "useful"}
        said = [other.get(one, one) if random.random() < WRONG else one for one in said]
    return said


class Turns:
    """The turns of a chat, by where their passages begin: a long one may be cut into several."""

    def __init__(self, chat: Chat) -> None:
        self.ids = positions(chat)
        self.starts = np.array(sorted(self.ids))

    def of(self, hit: Hit) -> str:
        """The turn that a hit is of."""
        return self.ids[int(self.starts[np.searchsorted(self.starts, hit.passage.start, "right") - 1])]


def taught(
    question: Asked, hits: Sequence[Hit], turns: Turns, setting: str, random: np.random.Generator
) -> list[Lesson]:
    """What one question teaches."""
    said = verdicts([turns.of(hit) in question.gold for hit in hits], setting, random)
    if not {"useful", "clicked"} & {*said}:
        return []
    shown = [
        Judged(
            hit.passage.id,
            hit.passage.kind,
            hit.passage.text,
            Stands(hit.passage.document, hit.passage.heading, hit.passage.position),
            hit.shares,
            rank,
            verdict,
        )
        for rank, (hit, verdict) in enumerate(zip(hits, said, strict=True))
    ]
    return lessons(question.text, shown)


def ask(memory: Memory, turns: Turns, asked: Sequence[Asked], weights: Weights) -> list[list[str]]:
    """The turns that are found with what was learned."""
    found = (memory.recall(one.text, max(CUTS), learned=weights) for one in asked)
    return [list(dict.fromkeys(turns.of(hit) for hit in ranking)) for ranking in found]


def measure(data: Path, keep: Path, most: int, pipeline: str = AUTOMATIC) -> dict[str, Any]:
    """All figures: each chat without and with what was learned on the others, and the differences."""
    begin = time.perf_counter()
    found = chats(data / "conversation" / "locomo_dev5.json")
    asked = [chat.questions[:most] for chat in found]
    turns = [Turns(chat) for chat in found]
    rankings: dict[str, list[list[list[str]]]] = {name: [] for name in ("plain", *SETTINGS)}
    counts = {}
    with opened(("locomo",), Place(data, keep, 1, pipeline), SentenceEncoder()) as kept:
        memories = kept["locomo"].memories
        hits = [
            [tuple(memory.recall(one.text, SHOWN, learned=False)) for one in own]
            for memory, own in zip(memories, asked, strict=True)
        ]
        for own, of in zip(hits, turns, strict=True):
            first = [[of.of(hit) for hit in one[: max(CUTS)]] for one in own]
            rankings["plain"].append([list(dict.fromkeys(one)) for one in first])
        for setting in SETTINGS:
            random = np.random.default_rng(SEED)
            given = [
                [
                    one
                    for q, h in zip(asked[n], hits[n], strict=True)
                    for one in taught(q, h, of, setting, random)
                ]
                for n, of in enumerate(turns)
            ]
            counts[setting] = sum(map(len, given))
            for n, memory in enumerate(memories):
                weights = learned([one for m, own in enumerate(given) if m != n for one in own])
                rankings[setting].append(ask(memory, turns[n], asked[n], weights))
    return {
        "chats": len(found),
        "questions": sum(map(len, asked)),
        "lessons": counts,
        **compared(rankings, asked),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def compared(
    rankings: Mapping[str, Sequence[Sequence[Sequence[str]]]], asked: Sequence[Sequence[Asked]]
) -> dict[str, Any]:
    """Recall overall and of each chat, and what learning is worth: mean, interval, least of a chat."""
    every = [one for own in asked for one in own]
    flat = {name: [one for own in of for one in own] for name, of in rankings.items()}
    gains: dict[str, dict[str, Any]] = {}
    for setting in SETTINGS:
        for cut in CUTS:
            own, plain = (
                [recall_at(r, q.gold, cut) for r, q in zip(flat[name], every, strict=True)]
                for name in (setting, "plain")
            )
            difference = paired(own, plain)
            ends = np.cumsum([0, *map(len, asked)])
            of_chats = [
                float(np.mean(own[a:b]) - np.mean(plain[a:b])) for a, b in zip(ends, ends[1:], strict=False)
            ]
            gains.setdefault(f"{setting} recall@{cut}", {}).update(
                mean=round(difference.mean, 4),
                low=round(difference.low, 4),
                high=round(difference.high, 4),
                least_of_a_chat=round(min(of_chats), 4),
            )
    return {
        "overall": {name: averages(of, every, CUTS) for name, of in flat.items()},
        "of_chats": {
            f"chat {n} {name}": averages(rankings[name][n], own, CUTS)
            for n, own in enumerate(asked)
            for name in rankings
        },
        "gains": gains,
    }


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feedback", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--keep", type=Path, help="folder where filled memories are kept, to ask again")
    parser.add_argument("--limit", type=int, default=10**6, help="questions of each chat at most")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        keep = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        figures = measure(options.data, keep, options.limit, options.pipeline)
    if options.json:
        print(json.dumps({"benchmark": "feedback", **figures}))
        return
    print("{chats} chats, {questions} questions, lessons {lessons}, {seconds} s".format_map(figures))
    for name in ("overall", "of_chats", "gains"):
        print(table(figures[name]))


if __name__ == "__main__":
    main(sys.argv[1:])
