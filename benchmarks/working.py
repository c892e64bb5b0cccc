"""Working memory of an agent over a long trace: ``python -m benchmarks.working``.

A month of one person's phone (LifeBench) is the trace: its records in order of time are the steps, the
days are the subgoals, each finished when the next begins; the last day is still going on. A month is a
memory of its own. Asked are the questions of LifeBench whose evidence all lies in that month, at its end.
Recall of asked facts is the share of a question's gold records whose whole content stands in the context
that is shown for it, word for word: a record that only a summary quotes does not count. A chat counts by
any of its turns, as everywhere in these benchmarks. The whole trace holds all, so its recall is 1.

Tokens are counted by the encoder's own tokenizer, over all that is shown: headings, summaries, opened
steps. The budget is ``SHARE`` of the whole trace. Beside it, with the same budget: the last steps (a window),
steps spread evenly over the trace (uniform), summaries alone, and the best steps by the encoder, by BM25
and by both (a memory without subgoals).

"words" is a measure between: of the words of the answer that the gold records have, the share that stands in
what the context shows of the gold records, whole or quoted.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from benchmarks import episodic
from benchmarks.baselines import Baselines
from benchmarks.bootstrap import paired
from benchmarks.datasets import DEFAULT_DATA, load
from benchmarks.measures import table
from graphmem.agent.trace import Step
from graphmem.agent.working import SHARE, WorkingMemory
from graphmem.embedding import Remembering, SentenceEncoder
from graphmem.ingest.language import AUTOMATIC
from graphmem.memory import Memory

FOLDER: Final = "lifebench_lumingqiang"
_WORD: Final = re.compile(r"\w{3,}")
Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Record:
    """A step and the record that it is of."""

    id: str
    step: Step


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the records that answer it, and the answer's words."""

    text: str
    gold: frozenset[str]
    answer: frozenset[str]


@dataclass(frozen=True, slots=True)
class Month:
    """A trace with what is asked of it."""

    name: str
    records: tuple[Record, ...]
    questions: tuple[Question, ...]


@dataclass(slots=True)
class Rows:
    """Of one way to fill a context, by question: recall, words, and tokens as a share of the trace."""

    recall: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    tokens: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """The means."""
        return {
            name: round(sum(own) / max(len(own), 1), 4)
            for name, own in (("recall", self.recall), ("words", self.words), ("tokens", self.tokens))
        }


def words(text: str) -> frozenset[str]:
    """The words of three letters or more."""
    return frozenset(_WORD.findall(text.lower()))


def months(folder: Path) -> list[Month]:
    """The months of a phone in LifeBench's form."""
    stream = episodic.life(folder)
    answers = {row["question"]: row["answer"] for row in load(folder / "QA" / "QA_clean.json")}
    found: list[tuple[datetime, Record]] = []
    for document in stream.documents:
        for block, event in zip(document.reading.blocks, document.events, strict=True):
            if block.at:
                text = document.reading.text[block.start : block.end]
                step = Step(observation=text, at=block.at, by=block.speaker, title=block.heading)
                found.append((block.at, Record(event, step)))
    found.sort(key=lambda row: row[0])
    month: dict[str, str] = {}
    for at, record in found:
        month.setdefault(record.id, f"{at:%Y-%m}")
    result = []
    for name, rows in groupby(found, key=lambda row: f"{row[0]:%Y-%m}"):
        asked = [one.asked for one in stream.questions if {month.get(e) for e in one.asked.gold} == {name}]
        questions = tuple(Question(q.text, q.gold, words(str(answers[q.text]))) for q in asked)
        if questions:
            result.append(Month(name, tuple(record for _, record in rows), questions))
    return result


def fill(memory: Memory, month: Month, count: Count, pipeline: str) -> WorkingMemory:
    """The month as an agent would have written it, unless it is there."""
    working = WorkingMemory(memory, month.name, count=count, pipeline=pipeline)
    if not working.subgoals():
        for day, rows in groupby(month.records, key=lambda one: f"{one.step.at:%Y-%m-%d}"):
            working.begin(day)
            working.steps([one.step for one in rows])
    return working


@dataclass(frozen=True, slots=True)
class Judge:
    """Measures contexts of one month; ``lines`` are its steps as they are shown, ``costs`` their tokens."""

    month: Month
    lines: tuple[str, ...]
    costs: tuple[int, ...]
    whole: int

    def add(self, rows: Rows, question: Question, text: str, tokens: int) -> None:
        """Measure what a context shows for a question."""
        shown = {one.id for one, line in zip(self.month.records, self.lines, strict=True) if line in text}
        rows.recall.append(len(question.gold & shown) / len(question.gold))
        rows.tokens.append(tokens / self.whole)
        gold = [one.step.text for one in self.month.records if one.id in question.gold]
        full = [one.step.text for one in self.month.records if one.id in question.gold & shown]
        asked = question.answer & words(" ".join(gold))
        quoted = [part for part in text.split("\n") if part.startswith("- ")]
        there = full + [part[2:] for part in quoted if any(part[2:] in " ".join(one.split()) for one in gold)]
        rows.words.append(len(asked & words(" ".join(there))) / len(asked) if asked else 1.0)

    def taken(self, order: Iterable[int], room: float) -> tuple[str, int]:
        """Steps in this order as far as they fit, and their tokens."""
        text, tokens = [], 0
        for row in order:
            if tokens + self.costs[row] <= room:
                text.append(self.lines[row])
                tokens += self.costs[row]
        return "\n".join(text), tokens


def _window(judge: Judge, room: float) -> list[int]:
    """The last steps, none left out between them."""
    left, rows = room, []
    for row in reversed(range(len(judge.lines))):
        left -= judge.costs[row]
        if left < 0:
            break
        rows.append(row)
    return rows


def measure_month(
    month: Month, store: str, encoder: Remembering, count: Count, pipeline: str
) -> dict[str, Rows]:
    """The rows of each way to fill a context."""
    with Memory.open(store, embedder=encoder) as memory:
        working = fill(memory, month, count, pipeline)
        lines = tuple(one.step.line for one in month.records)
        costs = tuple(map(count, lines))
        probe = working.context(budget=1)
        judge = Judge(month, lines, costs, probe.whole)
        room = SHARE * judge.whole
        base = Baselines([(str(row), line) for row, line in enumerate(lines)], encoder)
        evenly = [row for step in (3, 2, 1) for row in range(0, len(lines), step)]
        rows: dict[str, Rows] = {}
        for question in month.questions:
            found = working.context(question.text)
            alone = working.context(budget=int(room / 4))
            ranked = base.rankings(question.text)
            shown = {
                "graphmem": (found.text, found.tokens),
                "summaries": (alone.text, alone.tokens),
                "window": judge.taken(_window(judge, room), room),
                "uniform": judge.taken(dict.fromkeys(evenly), room),
                **{name: judge.taken(map(int, ranked[name]), room) for name in ("minilm", "bm25", "rrf")},
            }
            for name, (text, tokens) in shown.items():
                judge.add(rows.setdefault(name, Rows()), question, text, tokens)
        return rows


def measure(
    folder: Path, keep: Path | None, *, only: Sequence[str] = (), pipeline: str = AUTOMATIC
) -> dict[str, Any]:
    """All figures: of each month, and the means over months and over questions."""
    begin = time.perf_counter()
    encoder = SentenceEncoder()
    count = tokens_by(encoder)
    by_month: dict[str, dict[str, Rows]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        kept = keep or Path(scratch)
        kept.mkdir(parents=True, exist_ok=True)
        for month in months(folder):
            if not only or month.name in only:
                url = f"sqlite:///{kept.resolve()}/trace-{month.name}-{Path(pipeline).name}.db"
                by_month[month.name] = measure_month(month, url, Remembering(encoder), count, pipeline)
    names = list(next(iter(by_month.values())))
    total = {name: Rows() for name in names}
    for rows in by_month.values():
        for name in names:
            for part in ("recall", "words", "tokens"):
                getattr(total[name], part).extend(getattr(rows[name], part))
    best = max((n for n in names if n != "graphmem"), key=lambda n: total[n].figures()["recall"])
    better = paired(total["graphmem"].recall, total[best].recall)
    means = {
        name: {
            part: round(sum(r[name].figures()[part] for r in by_month.values()) / len(by_month), 4)
            for part in ("recall", "words", "tokens")
        }
        for name in names
    }
    return {
        "months": {name: rows["graphmem"].figures() for name, rows in by_month.items()},
        "mean_of_months": means,
        "by_question": {name: rows.figures() for name, rows in total.items()},
        "against": {"best": best, "mean": better.mean, "low": better.low, "high": better.high},
        "questions": len(total["graphmem"].recall),
        "seconds": round(time.perf_counter() - begin, 1),
    }


def tokens_by(encoder: SentenceEncoder) -> Count:
    """Counts the pieces of a text's words as the encoder's tokenizer cuts them."""
    tokenizer = encoder._model.tokenizer  # loaded with the encoder; no model is asked for a count

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False, verbose=False))

    return count


def main(arguments: Sequence[str]) -> None:
    """Measure all months, or those named, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.working", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--life", type=Path, help="folder of a phone in LifeBench's form")
    parser.add_argument("--month", action="append", default=[], help="only this month; may be repeated")
    parser.add_argument("--keep", type=Path, help="folder where the filled stores stay, to be used again")
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    folder = options.life or options.data / "episodic" / FOLDER
    found = measure(folder, options.keep, only=options.month, pipeline=options.pipeline)
    if options.json:
        print(json.dumps({"benchmark": "working", **found}))
        return
    print(f"{found['questions']} questions, {len(found['months'])} months, {found['seconds']} s")
    print(f"mean of months\n{table(found['mean_of_months'])}")
    print(f"graphmem by month\n{table(found['months'])}")
    against = found["against"]
    low, high = against["low"], against["high"]
    print(f"better than {against['best']} by {against['mean']:+.4f} [{low:+.4f}, {high:+.4f}]")


if __name__ == "__main__":
    main(sys.argv[1:])
