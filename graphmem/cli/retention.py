"""``graphmem retention``: how well passages are kept in mind, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any

import typer

from graphmem.cli.fade import AtOption, why
from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_moment,
    print_json,
    print_table,
)
from graphmem.fading import Retention
from graphmem.memory import DEFAULT_NAMESPACE


def retention_json(one: Retention) -> dict[str, Any]:
    """How a passage stands, as JSON values."""
    told = asdict(one) | {"passage": one.passage.id, "text": one.passage.text}
    return told | {"activation": one.activation if one.uses else None}


def _print(one: Retention) -> None:
    console = out()
    console.print(one.passage.text, markup=False)
    console.print(
        f"  {one.state}, {one.layer} layer; {one.retention:.0%} left, strength {one.strength:.0f} days"
    )
    console.print(
        f"  used {one.uses} times, worth {one.value:.2f}, more than {one.below:.0%} of all passages"
    )
    console.print(f"  {why(dict(one.parts))}")
    if one.pinned:
        console.print(f"  never forgotten: {one.pinned}")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def retention(
        passage: Annotated[
            str | None, typer.Argument(help="Id of a passage, as 'query --json' tells it; all if left out.")
        ] = None,
        at: AtOption = None,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Tell how a passage stands: state, layer, what is left of it and why it is kept; or count all."""
        moment = parse_moment(at)
        with opened(store, namespace, create=False) as memory:
            if passage is not None:
                one = memory.retention(passage, at=moment)
                print_json(retention_json(one)) if json else _print(one)
                return
            found = memory.retentions(at=moment)
        if json:
            print_json([retention_json(one) for one in found])
            return
        counts = Counter((one.state, one.layer) for one in found)
        rows = [(state, layer, f"{n:,}") for (state, layer), n in sorted(counts.items())]
        print_table(("state", "layer", "passages"), rows, right=("passages",))
