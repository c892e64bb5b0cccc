"""Hold the benchmarks against their floors: ``python -m benchmarks.gate``.

Floors stand in ``floors.toml``; they are raised as the figures rise and never lowered. A benchmark
whose data is not at hand is left out, loudly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any, Final

from benchmarks import conversation, episodic, extraction, multihop, routines
from benchmarks.datasets import DEFAULT_DATA, DatasetMissing, chats
from graphmem.embedding import SentenceEncoder
from graphmem.ingest.language import ENGLISH, load

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FLOORS: Final = Path(__file__).with_name("floors.toml")
# Of the parts of extraction, the row whose figures have floors.
HEADLINES: Final = {
    "parser": "both",
    "ner": "pipeline",
    "triples": "rules",
    "dates": "DateTimeModel",
    "coreference": "rules",
    "lemmas": "rules after it",
    "llm": "all",
    "resolution": "GUM, merged without asking",
}


def measured(name: str, data: Path) -> dict[str, Any]:
    """The figures of a benchmark, a part of ``extraction``, or a set of ``episodic`` or ``multihop``."""
    if name in HEADLINES:
        return dict(extraction.PARTS[name](data, load(ENGLISH))[HEADLINES[name]])
    if name == "conversation":
        file = data / "conversation" / "locomo_dev5.json"
        return conversation.measure(chats(file), SentenceEncoder())
    if name == "routines":
        return routines.measure(routines.year(data), routines.marked(), SentenceEncoder())
    if name in episodic.SETS:
        return episodic.measure_set(name, data / "episodic" / episodic.SETS[name][0], baselines=False)
    passages, asked = multihop.SETS[name]
    folder = data / "multihop"
    return multihop.measure_set(folder / passages, folder / asked, name, baselines=False)


def misses(name: str, floors: dict[str, float], figures: dict[str, Any]) -> list[str]:
    """The figures that are below their floor, in words; all are printed. A dot leads into one of parts."""
    below = []
    for figure, floor in floors.items():
        found: Any = reduce(getitem, figure.split("."), figures)
        value = float(found)
        print(f"{name:<14}{figure:<14} {value:.4f}  floor {floor:.4f}{'' if value >= floor else '  BELOW'}")
        if value < floor:
            below.append(f"{name} {figure}: {value:.4f} < {floor:.4f}")
    return below


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 if a figure is below its floor."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    options = parser.parse_args(arguments)
    floors = tomllib.loads(FLOORS.read_text("utf-8"))
    below, held = [], 0
    for name, own in floors.items():
        try:
            below += misses(name, own, measured(name, options.data))
            held += 1
        except DatasetMissing:
            print(f"{name:<14}left out: its data is not at hand")
    print(f"{held} of {len(floors)} benchmarks held against their floors, {len(below)} figures below")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
