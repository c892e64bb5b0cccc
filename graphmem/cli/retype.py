"""``graphmem retype``: what an entity is."""

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
    def retype(
        name: Annotated[str, typer.Argument(help="Name or id of the entity.")],
        label: Annotated[str, typer.Argument(help="Person, place …; an empty one takes it back.")],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Say what kind of thing an entity is."""
        committed(store, namespace, author, lambda memory: memory.retype(name, label), json=json)
