"""What a passage brings to mind, without a question: ``python -m benchmarks.association``.

Of each question of a multi-hop set the first gold passage is the reasoning so far, and nothing else is
told. What is to be found are its other gold passages: recall at 5 of what ``associate`` brings, beside
the encoder, BM25 and both, asked for what is like that passage. Which passage is first is told by the
set: of MuSiQue the first step of the question's decomposition, of 2Wiki the first gold title. Most of
what a passage leads to is not what this one question went on with, so no method comes near 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import multihop
from benchmarks.baselines import Baselines
from benchmarks.bootstrap import paired
from benchmarks.datasets import DEFAULT_DATA, Item, corpus, load
from benchmarks.measures import table
from graphmem.agent import associate
from graphmem.embedding import Remembering, SentenceEncoder
from graphmem.memory import Memory
from graphmem.types import Passage

CUT: Final = 5
SETS: Final = ("2wiki", "musique")


@dataclass(frozen=True, slots=True)
class Case:
    """The passage that is known, and those that it should lead to."""

    first: str
    others: frozenset[str]


def cases(name: str, file: Path, items: Sequence[Item]) -> list[Case]:
    """Each question with two gold passages or more, its first gold one apart."""
    by_content = {(item.title, item.text): item.uri for item in reversed(items)}
    found = []
    for row in load(file):
        gold = row.get("gold_titles", [])
        if name == "musique":
            own = {p["idx"]: by_content[p["title"], p["paragraph_text"]] for p in row["paragraphs"]}
            steps = (step["paragraph_support_idx"] for step in row["question_decomposition"])
            gold = [own[idx] for idx in steps if idx in own]
            gold += [own[p["idx"]] for p in row["paragraphs"] if p["is_supporting"]]
        order = list(dict.fromkeys(gold))
        if len(order) > 1:
            found.append(Case(order[0], frozenset(order[1:])))
    return found


def measure(name: str, data: Path, keep: Path, encoder: SentenceEncoder, limit: int | None) -> dict[str, Any]:
    """All figures of a set; its memory stays in folder ``keep``."""
    begin = time.perf_counter()
    files = [data / "multihop" / file for file in multihop.SETS[name]]
    items = corpus(files[0])[:limit]
    texts = {item.uri: f"{item.title}\n{item.text}" for item in items}
    asked = [one for one in cases(name, files[1], items) if {one.first, *one.others} <= texts.keys()]
    base = Baselines(list(texts.items()), encoder)
    rows: dict[str, list[float]] = {}
    url = f"sqlite:///{keep.resolve()}/{name}{f'-{limit}' if limit else ''}-auto.db"
    with Memory.open(url, embedder=Remembering(encoder)) as memory:
        there = {document.uri: document for document in memory.documents()}
        multihop.fill(memory, [item for item in items if item.uri not in there])
        for case in asked:
            own = memory.parts(memory.document(case.first), limit=1000)
            seen = [part.id for part in own if isinstance(part, Passage)]
            brought = associate(memory, texts[case.first], seen, 3 * CUT)
            ranked = {"graphmem": [one.document.uri for one in brought], **base.rankings(texts[case.first])}
            for method, uris in ranked.items():
                first = [uri for uri in dict.fromkeys(uris) if uri != case.first][:CUT]
                rows.setdefault(method, []).append(len(case.others & set(first)) / len(case.others))
    best = max((m for m in rows if m != "graphmem"), key=lambda method: sum(rows[method]))
    better = paired(rows["graphmem"], rows[best])
    return {
        "passages": len(items),
        "questions": len(asked),
        "recall@5": {method: round(sum(own) / len(own), 4) for method, own in rows.items()},
        "best other": best,
        "ahead by": [better.mean, better.low, better.high],
        "seconds": round(time.perf_counter() - begin, 1),
    }


def main(arguments: Sequence[str]) -> None:
    """Measure both sets, or the one that is named, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.association", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--set", choices=SETS, action="append", help="only this set")
    parser.add_argument("--keep", type=Path, help="folder where the filled stores stay, to be used again")
    parser.add_argument("--limit-passages", type=int, help="the first so many passages only")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        keep = options.keep or Path(scratch)
        keep.mkdir(parents=True, exist_ok=True)
        for name in options.set or SETS:
            found[name] = measure(name, options.data, keep, SentenceEncoder(), options.limit_passages)
    if options.json:
        print(json.dumps({"benchmark": "association", "sets": found}))
        return
    for name, figures in found.items():
        size = f"{figures['passages']} passages, {figures['questions']} questions"
        print(f"{name}: {size}, {figures['seconds']} s")
        print(table({"recall@5": figures["recall@5"]}))
        mean, low, high = figures["ahead by"]
        print(f"better than {figures['best other']} by {mean:+.4f} [{low:+.4f}, {high:+.4f}]\n")


if __name__ == "__main__":
    main(sys.argv[1:])
