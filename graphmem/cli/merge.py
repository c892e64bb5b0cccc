"""``graphmem merge``: what comes together when two names are said to be one, and saying so."""

from __future__ import annotations

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
)
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.merging import Merger, Side


def merger_json(merger: Merger) -> dict[str, Any]:
    """A merger as JSON values."""

    def side(one: Side) -> dict[str, Any]:
        return {
            "names": list(one.names),
            "labels": list(one.labels),
            "sentences": one.sentences,
            "facts": one.facts,
        }

    return {
        "a": side(merger.a),
        "b": side(merger.b),
        "together": merger.together,
        "odds": [
            {"relation": relation, "what": odds.what, "facts": list(odds.facts)}
            for relation, odds in merger.odds
        ],
    }


def _told(merger: Merger) -> None:
    console = out()
    for side in (merger.a, merger.b):
        kinds = f" ({', '.join(side.labels)})" if side.labels else ""
        counts = f"{side.sentences} sentences, {side.facts} facts and events"
        console.print(f"{', '.join(side.names)}{kinds}: {counts}")
    for relation, odds in merger.odds:
        console.print(f"at odds then: {relation}: {odds.what} ({', '.join(odds.facts)})")
    console.print("they are one already" if merger.together else "nothing is changed: leave out --dry-run")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def merge(
        a: Annotated[str, typer.Argument(help="Name or id of an entity.")],
        b: Annotated[str, typer.Argument(help="The other one.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what comes together.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Make two entities one, as 'same' does; --dry-run shows first what comes together."""
        if not dry_run:
            committed(store, namespace, author, lambda memory: memory.same(a, b), json=json)
            return
        with opened(store, namespace, create=False) as memory:
            merger = memory.merger(a, b)
        if json:
            print_json(merger_json(merger))
        else:
            _told(merger)
