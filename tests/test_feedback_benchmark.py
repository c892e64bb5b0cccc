"""``python -m benchmarks.feedback``: what is said of hits, and what the figures compare."""

from __future__ import annotations

import numpy as np

from benchmarks.datasets import Asked
from benchmarks.feedback import SETTINGS, compared, verdicts

RIGHT = [False, True, False, False, True, False, True]


def test_what_is_said_of_hits() -> None:
    random = np.random.default_rng(0)
    assert verdicts(RIGHT, "feedback", random) == ["not", "useful", "not", "not", "useful", "not", "useful"]
    assert verdicts(RIGHT[:6], "feedback", random)[4:] == ["useful", "recalled"]
    assert verdicts([False] * 3, "feedback", random) == ["recalled"] * 3
    clicks = verdicts(RIGHT, "clicks", random)
    assert [at for at, one in enumerate(clicks) if one == "clicked"] == [1, 4] and clicks[6] == "recalled"


def test_a_fifth_of_what_is_said_is_wrong() -> None:
    right = [True] * 5_000
    said = verdicts(right, "noisy", np.random.default_rng(1))
    assert 0.18 < said.count("not") / len(said) < 0.22 and said.count("recalled") == 0


def test_chats_are_compared_one_by_one() -> None:
    asked = [
        [Asked("a", frozenset({"x"}), "1"), Asked("b", frozenset({"y"}), "1")],
        [Asked("c", frozenset({"z"}), "1")],
    ]
    plain = [[["w"], ["y"]], [["z"]]]
    better = [[["x"], ["y"]], [["w"]]]
    told = compared({"plain": plain, **dict.fromkeys(SETTINGS, better)}, asked)
    assert told["overall"]["plain"] == {"recall@5": 0.6667, "recall@10": 0.6667}
    gain = told["gains"]["feedback recall@10"]
    assert gain["mean"] == 0 and gain["least_of_a_chat"] == -1 and gain["low"] <= 0 <= gain["high"]
    assert told["of_chats"]["chat 0 feedback"]["recall@5"] == 1
