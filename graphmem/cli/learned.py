"""``graphmem learned``: what was learned from feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from graphmem.cli.committing import committed
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
    print_table,
)
from graphmem.cli.why import weights_line
from graphmem.learning.weights import COUNTED, PARTS, Weights
from graphmem.memory import DEFAULT_NAMESPACE


def weights_json(weights: Weights) -> dict[str, Any]:
    """What was learned as JSON values: per kind of question how many lessons, and what each part counts."""
    return {
        "lessons": weights.count,
        "kinds": {
            kind: {"lessons": count, **_rounded(weights.of(kind))} for kind, count in weights.lessons.items()
        },
    }


def _rounded(told: Mapping[str, float]) -> dict[str, dict[str, float]]:
    return {
        "times": {part: round(told[part], 4) for part in PARTS[:COUNTED]},
        "plus": {part: round(told[part], 4) for part in PARTS[COUNTED:]},
    }


def _rows(weights: Weights) -> Iterator[tuple[str, ...]]:
    for kind, count in weights.lessons.items():
        yield kind, f"{count:,}", weights_line(weights.of(kind)) or "as it was"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def learned(
        forget: Annotated[
            bool, typer.Option("--forget", help="Take back all that was learned, as one commit.")
        ] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """List what was learned from feedback, by the kind of a question: what counts more, and what less."""
        if forget:
            committed(store, namespace, author, lambda memory: memory.unlearn(), json=json)
            return
        with opened(store, namespace, create=False) as memory:
            weights = memory.learned()
        if json:
            print_json(weights_json(weights))
        elif not weights.count:
            out().print("nothing was learned yet: 'graphmem feedback' says which hits helped")
        else:
            print_table(("questions", "lessons", "what counts"), list(_rows(weights)), least=9)
