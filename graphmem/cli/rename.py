"""``graphmem rename``: an entity by another name."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.committing import committed
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
)
from graphmem.memory import DEFAULT_NAMESPACE


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def rename(
        name: Annotated[str, typer.Argument(help="Name or id of the entity.")],
        to: Annotated[str, typer.Argument(help="The name to show; an empty one takes it back.")],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Show an entity by another name."""
        committed(store, namespace, author, lambda memory: memory.rename(name, to), json=json)
