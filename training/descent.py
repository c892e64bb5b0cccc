"""Training in PyTorch that can be stopped at any moment and goes on where it last saved."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from training.loop import Plan, rate


class Task(Protocol):
    """What is learned: the batches of each epoch, what a batch costs, and how good a network is."""

    def epoch(self, number: int) -> Sequence[Any]:
        """The batches of an epoch; the same whenever it is asked."""
        ...

    def loss(self, network: nn.Module, batch: Any) -> torch.Tensor:
        """How far the network is from what a batch says."""
        ...

    def score(self, network: nn.Module) -> dict[str, float]:
        """Figures on the part kept for choosing."""
        ...


def _save(folder: Path, name: str, state: Any) -> None:
    """Write a file that is whole or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(state, folder / "new.pt")
    os.replace(folder / "new.pt", folder / name)


def _step(network: nn.Module, optimizer: torch.optim.Optimizer, task: Task, batch: Any) -> float:
    network.train()
    loss = task.loss(network, batch)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def descend(
    folder: Path,
    network: nn.Module,
    groups: list[dict[str, Any]],
    task: Task,
    plan: Plan,
    log: Callable[[str], None],
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Train a network; whether it is done, or was told to ``stop`` before its end.

    Args:
        folder: Where checkpoints are; the weights of a network that is done are in ``best.pt``.
        network: What is trained, in place.
        groups: Parameters with the highest learning rate of each group, for AdamW (Loshchilov & Hutter 2019).
        task: What to learn.
        plan: How long, how often to save and to score.
        log: Told a line now and then.
        stop: Asked after every step whether to save and end.
    """
    best = folder / "best.pt"
    if best.exists():
        network.load_state_dict(torch.load(best))
        return True
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98))
    highest = [group["lr"] for group in optimizer.param_groups]
    step = epoch = place = 0
    if (folder / "last.pt").exists():
        state = torch.load(folder / "last.pt")
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        step, epoch, place = state["at"]
        log(f"goes on at step {step}")
    batches = task.epoch(epoch)
    told, losses, saved = False, list[float](), time.monotonic()
    while step < plan.steps and not told:
        if place == len(batches):
            epoch, place = epoch + 1, 0
            batches = task.epoch(epoch)
        # What is dropped out follows from the step, so that a run may be stopped.
        torch.manual_seed(step)
        for group, top in zip(optimizer.param_groups, highest, strict=True):
            group["lr"] = top * rate(plan, step) / plan.learn_rate
        losses.append(_step(network, optimizer, task, batches[place]))
        step, place = step + 1, place + 1
        told = stop()
        if told or time.monotonic() - saved >= plan.save_seconds:
            at = (step, epoch, place)
            state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "at": at}
            _save(folder, "last.pt", state)
            saved = time.monotonic()
        if step % plan.score_steps == 0 or step == plan.steps:
            shown = " ".join(f"{name} {value:.4g}" for name, value in task.score(network).items())
            log(f"step {step}: loss {sum(losses) / len(losses):.4f} {shown}")
            losses.clear()
    if step < plan.steps:
        return False
    _save(folder, "best.pt", network.state_dict())
    (folder / "last.pt").unlink(missing_ok=True)
    return True
