"""What is read out of text, part by part: ``python -m benchmarks.extraction --part parser``.

Each part is measured in a module of its own against labelled data, beside a baseline where one exists.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from spacy.language import Language

from benchmarks import anaphora, coreference, cost, dates, lemmas, llm, ner, parser, resolution, triples, wall
from benchmarks.datasets import DEFAULT_DATA
from benchmarks.measures import table
from benchmarks.treebank import read
from graphmem.ingest.language import ENGLISH, load

Figures: TypeAlias = dict[str, dict[str, float]]
"""Named rows of figures."""


def measure_parser(data: Path, nlp: Language) -> Figures:
    """Tags, heads and labels on the test parts of both treebanks; as ``parser.rows`` tells."""
    folder = data / "treebank"
    ewt, gum = read(folder / "ewt-test.conllu"), read(folder / "gum-test.conllu")
    sets = {"EWT": ewt, "GUM": gum, "both": [*ewt, *gum]}
    rows: Figures = {}
    for name, sentences in sets.items():
        rows |= parser.rows(nlp, name, sentences)
    return rows


def measure_ner(data: Path, nlp: Language) -> Figures:
    """Names in the test part of GUM, and what rules find there, with the class most frequent for the form."""
    folder = data / "treebank"
    test = read(folder / "gum-test.conllu")
    return {
        "pipeline": ner.figures(nlp, test),
        "rules": ner.baseline(read(folder / "gum-train.conllu"), test),
    }


def measure_triples(data: Path, nlp: Language) -> Figures:
    """Facts of CaRB's development part, by its own scorer; half of it was not used in the making."""
    found = triples.measure(data, nlp)
    rows: Figures = found["triples"]
    return rows


def measure_dates(data: Path, nlp: Language) -> Figures:
    """Cases of the Recognizers' specification that are right in all; the second file nobody looked at."""
    rows = {}
    for name in ("DateTimeModel", "DateTimeModelComplexCalendar"):
        found = dates.measure(data, (f"{name}.json",))
        spans = ("span_precision", "span_recall", "span_f1")
        figures = ("cases", "resolvable", "accuracy", *spans, "us_per_word")
        rows[name] = {figure: found[figure] for figure in figures}
        rows[f"{name}, dates alone"] = {
            key: value for key, value in found["baseline"].items() if isinstance(value, int | float)
        }
    return rows


def measure_resolution(data: Path, nlp: Language) -> Figures:
    """Names of GUM across documents (B-cubed), and pairs of records."""
    found = resolution.measure(data)
    rows = {f"GUM, {name}": dict(row) for name, row in found["gum"]["rows"].items()}
    for name in resolution.TABLES:
        rows[name] = {key: value for key, value in found[name].items() if key != "baseline"}
        rows[f"{name}, equal {resolution.TABLES[name][1]}"] = dict(found[name]["baseline"])
    return rows


PARTS: Final[Mapping[str, Callable[[Path, Language], Figures]]] = {
    "parser": measure_parser,
    "ner": measure_ner,
    "triples": measure_triples,
    "dates": measure_dates,
    "coreference": coreference.measure,
    "anaphora": anaphora.measure,
    "lemmas": lemmas.measure,
    "resolution": measure_resolution,
    "llm": lambda data, nlp: llm.measure(data),
    "cost": cost.measure,
    "wall": wall.measure,
}


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    options.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    options.add_argument("--part", choices=PARTS, action="append", help="only this part")
    options.add_argument("--pipeline", default="", help="a spaCy pipeline; the bundled one if absent")
    options.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    return options.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure the parts that are named, or all, and print."""
    options = parse(arguments)
    nlp = load(options.pipeline or ENGLISH)
    results: dict[str, Any] = {}
    for part in options.part or PARTS:
        results[part] = PARTS[part](options.data, nlp)
        if not options.json:
            # Many figures and few rows: each figure is a line.
            turned: Figures = {}
            for name, row in results[part].items():
                for figure, value in row.items():
                    turned.setdefault(figure, {})[name] = value
            print(f"{part}\n{table(turned)}\n")
    if options.json:
        print(json.dumps({"benchmark": "extraction", "pipeline": options.pipeline or "bundled", **results}))


if __name__ == "__main__":
    main(sys.argv[1:])
