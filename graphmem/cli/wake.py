"""``graphmem wake``: wake passages that sleep."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.errors import InputError
from graphmem.fading import Dormant, Woken
from graphmem.memory import DEFAULT_NAMESPACE, Memory

NEAR: Final = 3
"""Passages that a question wakes, unless another number is asked for."""


def _woken(memory: Memory, ids: list[str], question: str | None, k: int, everything: bool) -> Woken:
    if question is not None:
        return memory.wake(memory.dormant(question, k), reason=f"asked {question!r}")
    found: list[Dormant] | list[str] = memory.dormant() if everything else ids
    return memory.wake(found, reason="all that slept" if everything else "asked for")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def wake(
        passages: Annotated[
            list[str] | None, typer.Argument(help="Ids of passages: 'query --dormant' lists them.")
        ] = None,
        question: Annotated[
            str | None, typer.Option("--question", help="Wake those that fit this question best.")
        ] = None,
        k: Annotated[int, typer.Option("--k", "-k", min=1, help="How many, with --question.")] = NEAR,
        everything: Annotated[bool, typer.Option("--all", help="Wake all that sleeps.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Wake passages that sleep: all that they tell is told again."""
        if sum((bool(passages), question is not None, everything)) != 1:
            raise InputError("say what to wake: ids of passages, --question or --all, one of them")
        with opened(store, namespace, create=False) as memory:
            found = _woken(memory, passages or [], question, k, everything)
        commit = found.commit.id if found.commit else None
        if json:
            print_json({"passages": list(found.passages), "commit": commit})
            return
        if commit is None:
            out().print("nothing of that sleeps")
            return
        out().print(f"{len(found.passages):,} passages woken")
        out().print(f"commit {commit[:10]}; to bring it back: graphmem undo {commit[:10]}")
