"""``graphmem familiar``: how well the memory knows a text already."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    AlsoOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.retrieval.familiarity import Familiarity


def _print(found: Familiarity) -> None:
    console = out()
    console.print(f"{found.known:.0%} of it is known word for word, {found.meant:.2f} by meaning")
    for one in found.nearest:
        told = f"{one.containment:.0%} of it · resemblance {one.resemblance:.2f} · meaning {one.cosine:.2f}"
        console.print(f"{told} · {one.document.uri}", style="dim")
        console.print(f"   {' '.join(one.passage.text.split())}")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def familiar(
        text: Annotated[str, typer.Argument(help="The text; - is stdin.")],
        k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, help="How many passages at most.")] = 5,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """Tell how well the memory knows a text already, and what is like it. Nothing is written."""
        with opened(store, namespace, create=False, also=also) as memory:
            found = memory.familiar(sys.stdin.read() if text == "-" else text, k)
        if not json:
            _print(found)
            return
        nearest = [
            {
                "resemblance": round(one.resemblance, 4),
                "containment": round(one.containment, 4),
                "cosine": round(one.cosine, 4),
                "text": one.passage.text,
                "namespace": one.document.namespace,
                "uri": one.document.uri,
                "passage": one.passage.id,
                "document": one.document.id,
            }
            for one in found.nearest
        ]
        print_json({"known": round(found.known, 4), "meant": round(found.meant, 4), "nearest": nearest})
