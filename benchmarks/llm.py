"""What of a language model's output the text holds: ``python -m benchmarks.llm``.

The answers are those that GPT-3.5 really gave about the passages of MuSiQue, as HippoRAG keeps them (names,
then triples of free words); they are played back, so that it costs nothing and is the same each time. It
tells how much a model writes that cannot be told from the text, not whether the rest is right.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

from benchmarks.datasets import DEFAULT_DATA, missing
from benchmarks.measures import table
from graphmem.ingest import sentences
from graphmem.ingest.llm import Excerpt, Extractor
from graphmem.ingest.llm.replay import Recorded, ReplayChatModel, recorded

FILE: Final = Path("multihop") / "musique_train_openie_gpt35.json"
NOW: Final = datetime(2024, 1, 1, tzinfo=timezone.utc)
DEVELOPED_ON: Final = 945
"""Passages at the start of the file that were looked at while building."""


def figures(passages: Sequence[Recorded]) -> dict[str, float]:
    """Shares of the names and triples that were grounded, and what was dropped, a hundred of either."""
    reader = Extractor(ReplayChatModel.of(passages, "gpt-3.5"))
    count: Counter[str] = Counter()
    for one in passages:
        spans = sentences.split(one.text)
        excerpt = Excerpt(sentences=tuple(one.text[a:b] for a, b in spans), reference=NOW, title=one.title)
        for found in reader(excerpt):
            count["surely"] += sum(statement.confidence >= 0.9 for statement in found.statements)
            count["dated"] += sum(statement.when is not None for statement in found.statements)
            count["named"] += sum(statement.relation != "" for statement in found.statements)
    report = reader.report
    names, triples = sum(len(one.names) for one in passages), sum(len(one.triples) for one in passages)
    kept = report.statements + report.dropped["repeated"]
    rows: dict[str, float] = {
        "passages": report.passages["read"],
        "names": names,
        "names_grounded": 1 - report.dropped["name"] / names,
        "triples": triples,
        "triples_grounded": kept / triples,
        **{f"dropped_{why}": report.dropped[why] / triples for why in _REASONS},
        "verbatim": count["surely"] / report.statements,
        "with_relation": count["named"] / report.statements,
        "with_time": count["dated"] / report.statements,
    }
    return {name: round(value, 4) for name, value in rows.items()}


_REASONS: Final = ("subject", "object", "apart", "predicate", "shape")


def measure(data: Path) -> dict[str, Any]:
    """Both halves of the passages, apart and together."""
    path = data / FILE
    if not path.exists():
        missing(path)
    passages = list(recorded(path))
    return {
        "all": figures(passages),
        "first half": figures(passages[:DEVELOPED_ON]),
        "second half": figures(passages[DEVELOPED_ON:]),
    }


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.llm", description=__doc__)
    options.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    options.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    chosen = options.parse_args(arguments)
    rows = measure(chosen.data)
    if chosen.json:
        print(json.dumps({"benchmark": "llm", **rows}))
    else:
        turned = {name: {half: row[name] for half, row in rows.items()} for name in rows["all"]}
        print(table(turned))


if __name__ == "__main__":
    main(sys.argv[1:])
