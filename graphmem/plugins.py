"""Commands of other packages: what stands under the entry point ``graphmem.commands`` joins the CLI."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Final

import typer

GROUP: Final = "graphmem.commands"


def register_all(app: typer.Typer) -> None:
    """Call each ``register(app)`` of the group, by name in order."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        point.load()(app)
