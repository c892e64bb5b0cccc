"""CaRB's scorer, and the figure that the rules reach by it."""

from __future__ import annotations

import pytest

pytest.importorskip("spacy")

from benchmarks import triples  # noqa: E402
from benchmarks.datasets import DEFAULT_DATA, DatasetMissing  # noqa: E402
from graphmem.ingest.language import ENGLISH, load  # noqa: E402

CARB_F1 = 0.558


def test_the_scorer_counts_as_carb_does() -> None:
    gold = triples.Tuple("was born in", ("Ann", "Rome", "in 1950"))
    assert triples.match(gold, gold) == (1.0, 1.0)
    # Of six predicted words five are in the gold's eight, slot by slot, and case counts.
    assert triples.match(gold, triples.Tuple("was born", ("Ann", "in 1950 rome"))) == (5 / 6, 5 / 7)
    assert triples.match(gold, triples.Tuple("lives", ("Ann", "Rome"))) == (0.0, 0.0)
    assert triples.match(gold, triples.Tuple("was born", ("Ann",))) == (0.0, 0.0)
    assert triples.match(gold, triples.Tuple("be", ("Ann", "Rome"))) == (1.0, 3 / 7)
    said = triples.Tuple("said", ("Ann", "it rains"))
    assert triples.match(said, triples.Tuple("said", ("it rains", "Ann"))) == (1.0, 1.0)


def test_precision_pairs_off_and_recall_does_not() -> None:
    gold = [[triples.Tuple("met", ("Ann", "Bob")), triples.Tuple("met", ("Ann", "Cid"))]]
    both = [[triples.Tuple("met", ("Ann", "Bob Cid"), 0.9)]]
    line = triples.curve(gold, both)
    assert line.recall == [1.0] and line.precision == [0.75]
    extra = [[*both[0], triples.Tuple("left", ("Ann", "Bob"), 0.2)]]
    line = triples.curve(gold, extra)
    assert line.thresholds == [0.2, 0.9] and line.precision == [0.375, 0.75] and line.recall == [1.0, 1.0]
    assert line.best()[2:] == (pytest.approx(6 / 7), 0.9)
    assert triples.figures(gold, [[]])["f1"] == 0.0


def test_facts_reach_the_figure_on_carb() -> None:
    try:
        result = triples.measure(DEFAULT_DATA, load(ENGLISH))
    except DatasetMissing:
        pytest.skip(f"no {DEFAULT_DATA / 'openie' / 'carb'}: see benchmarks/triples.py")
    rows = result["triples"]
    assert rows["rules"]["f1"] >= CARB_F1
    assert rows["rules"]["f1"] > rows["subject-verb-object"]["f1"] + 0.2
