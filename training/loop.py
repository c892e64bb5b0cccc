"""A training loop that can be stopped at any moment and goes on where it last saved.

Which examples a step sees and which units it drops out follow from its number alone, so that a run
that was stopped ends with the same weights as one that was not.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from spacy.language import Language
from spacy.training import Example
from thinc.api import Optimizer, fix_random_seed


class Material(Protocol):
    """What is learned from: the examples of each epoch in batches, and how good a pipeline is."""

    def initial(self, nlp: Language) -> list[Example]:
        """Examples that show all labels."""
        ...

    def epoch(self, nlp: Language, number: int, skip: int) -> Iterator[list[Example]]:
        """The batches of an epoch without the first ones; the same whenever it is asked."""
        ...

    def score(self, nlp: Language) -> dict[str, float]:
        """Figures on the part kept for choosing; ``score`` is the one to choose by."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to train and how: steps, seconds at most, learning rate at its highest, dropout, saving."""

    steps: int
    seconds: float = math.inf
    learn_rate: float = 0.001
    warmup: int = 200
    dropout: float = 0.2
    save_seconds: float = 180.0
    score_steps: int = 1000


def progress(plan: Plan, step: int, seconds: float = 0.0) -> float:
    """How much of a plan is done, by steps or by time: 1 is all."""
    return max(step / plan.steps, seconds / plan.seconds)


def rate(plan: Plan, step: int, seconds: float = 0.0) -> float:
    """The learning rate of a step: rising, then falling to zero in a line."""
    rise = min(1.0, (step + 1) / max(1, plan.warmup))
    return plan.learn_rate * rise * max(0.0, 1.0 - progress(plan, step, seconds))


def _keys(nlp: Language) -> dict[tuple[int, str], str]:
    """A lasting name for each parameter: its node's id differs from process to process."""
    found: dict[tuple[int, str], str] = {}
    for name, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        for place, node in enumerate(model.walk() if model is not None else ()):
            for parameter in node.param_names:
                found.setdefault((node.id, parameter), f"{name}/{place}/{parameter}")
    return found


def save(folder: Path, nlp: Language, optimizer: Optimizer, state: dict[str, Any]) -> None:
    """Write a checkpoint; the one before stays until the new one is whole."""
    new, old = folder / "new", folder / "old"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    nlp.to_disk(new / "model")
    keys = _keys(nlp)
    arrays: dict[str, Any] = {}
    for kind in ("mom1", "mom2", "averages"):
        arrays.update({f"{kind}:{keys[k]}": v for k, v in getattr(optimizer, kind).items()})
    np.savez(new / "optimizer.npz", **arrays)
    counts = {keys[k]: n for k, n in optimizer.nr_update.items()}
    (new / "state.json").write_text(json.dumps({**state, "updates": counts}), "utf-8")
    last = folder / "last"
    shutil.rmtree(old, ignore_errors=True)
    if last.exists():
        os.replace(last, old)
    os.replace(new, last)
    shutil.rmtree(old, ignore_errors=True)


def restore(folder: Path, nlp: Language, optimizer: Optimizer) -> dict[str, Any]:
    """Read the last checkpoint into an initialized pipeline and a new optimizer."""
    last = folder / "last" if (folder / "last").exists() else folder / "old"
    nlp.from_disk(last / "model")
    keys = {name: key for key, name in _keys(nlp).items()}
    with np.load(last / "optimizer.npz") as arrays:
        for stored in arrays.files:
            kind, _, name = stored.partition(":")
            getattr(optimizer, kind)[keys[name]] = arrays[stored]
    state: dict[str, Any] = json.loads((last / "state.json").read_text("utf-8"))
    for name, count in state.pop("updates").items():
        optimizer.nr_update[keys[name]] = count
    return state


def train(
    folder: Path,
    build: Callable[[], Language],
    material: Material,
    plan: Plan,
    log: Callable[[str], None],
    stop: Callable[[], bool] = lambda: False,
    start: Path | None = None,
) -> Language | None:
    """The trained pipeline, with averaged weights; none yet if it was told to ``stop`` before its end.

    Args:
        folder: Where checkpoints and the result are; training goes on from what is there.
        build: Makes the untrained pipeline.
        material: What to learn from.
        plan: How long and how.
        log: Told a line now and then.
        stop: Asked after every step whether to save and end.
        start: A trained pipeline of the same form whose weights are gone on from.
    """
    nlp = build()
    fix_random_seed(0)
    optimizer = Optimizer(plan.learn_rate, L2=0.01, grad_clip=1.0, use_averages=True)
    nlp.initialize(lambda: material.initial(nlp))
    if start is not None:
        nlp.from_disk(start)
    state: dict[str, Any] = {"step": 0, "epoch": 0, "batch": 0, "seconds": 0.0}
    if (folder / "last").exists() or (folder / "old").exists():
        state = restore(folder, nlp, optimizer)
        log(f"goes on at step {state['step']}")
    begun = saved = time.monotonic()
    losses: dict[str, float] = {}
    before, words = state["seconds"], 0
    batches = _onward(nlp, material, state)
    told = False
    while not told and progress(plan, state["step"], state["seconds"]) < 1:
        batch = next(batches)
        fix_random_seed(state["step"] + 1)
        optimizer.learn_rate = rate(plan, state["step"], state["seconds"])
        _step(nlp, optimizer, batch, plan.dropout, losses)
        words += sum(len(example.reference) for example in batch)
        now = time.monotonic()
        state["step"] += 1
        state["seconds"] = before + now - begun
        told = stop()
        ends = told or progress(plan, state["step"], state["seconds"]) >= 1
        if ends or now - saved >= plan.save_seconds:
            save(folder, nlp, optimizer, state)
            saved = now
        if ends or state["step"] % plan.score_steps == 0:
            log(_line(state, words / (now - begun), losses, _averaged(nlp, optimizer, material)))
            losses.clear()
    if progress(plan, state["step"], state["seconds"]) < 1:
        return None
    with nlp.use_params(optimizer.averages):
        nlp.to_disk(folder / "new")
    shutil.rmtree(folder / "best", ignore_errors=True)
    os.replace(folder / "new", folder / "best")
    nlp.from_disk(folder / "best")
    return nlp


def _onward(nlp: Language, material: Material, state: dict[str, Any]) -> Iterator[list[Example]]:
    """Batch after batch, epoch after epoch; the state tells which comes next."""
    while True:
        for batch in material.epoch(nlp, state["epoch"], state["batch"]):
            state["batch"] += 1
            yield batch
        state["epoch"] += 1
        state["batch"] = 0


def _step(
    nlp: Language, optimizer: Optimizer, batch: list[Example], dropout: float, losses: dict[str, float]
) -> None:
    # Inside of update, what the parts pass back to their shared network would wait for the next step, and
    # no checkpoint would have it.
    nlp.update(batch, sgd=False, drop=dropout, losses=losses)  # type: ignore[arg-type]
    for _, pipe in nlp.pipeline:
        pipe.finish_update(optimizer)  # type: ignore[attr-defined]


def _averaged(nlp: Language, optimizer: Optimizer, material: Material) -> dict[str, float]:
    with nlp.use_params(optimizer.averages):
        return material.score(nlp)


def _line(state: dict[str, Any], speed: float, losses: dict[str, float], figures: dict[str, float]) -> str:
    shown = " ".join(f"{name} {value:.4g}" for name, value in {**losses, **figures}.items())
    return f"step {state['step']}, {state['seconds']:.0f} s, {speed:.0f} words/s: {shown}"
