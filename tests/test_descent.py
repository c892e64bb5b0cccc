"""Training in PyTorch that can be stopped: the same weights come out as of a run that was not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("spacy")

from training import descent, loop  # noqa: E402


class Line:
    """A straight line through drawn points."""

    def epoch(self, number: int) -> list[Any]:
        draw = torch.Generator().manual_seed(number)
        return list(torch.rand((4, 8, 1), generator=draw))

    def loss(self, network: Any, batch: Any) -> Any:
        return ((network(torch.nn.functional.dropout(batch, 0.1)) - 3 * batch) ** 2).mean()

    def score(self, network: Any) -> dict[str, float]:
        return {"weight": float(network.weight.detach())}


def descended(folder: Path, stops: tuple[int, ...]) -> Any:
    """Twenty steps, stopped after each of the given numbers of steps and taken up again."""
    plan = loop.Plan(20, learn_rate=0.5, warmup=1, score_steps=10)
    lines: list[str] = []
    for steps in (*stops, 100):
        torch.manual_seed(7)
        network = torch.nn.Linear(1, 1)
        left = iter(range(steps - 1))
        groups = [{"params": list(network.parameters()), "lr": 0.5}]

        def stop(left: Iterator[int] = left) -> bool:
            return next(left, None) is None

        done = descent.descend(folder, network, groups, Line(), plan, lines.append, stop)
        assert done == (steps == 100)
    assert len([line for line in lines if line.startswith("goes on")]) == len(stops)
    return network


def test_a_descent_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    whole, parted = descended(tmp_path / "whole", ()), descended(tmp_path / "parted", (3, 6))
    assert torch.equal(whole.weight, parted.weight)
    assert torch.equal(whole.weight, descended(tmp_path / "whole", ()).weight)
