"""``graphmem split``: a name means another in some places."""

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
    def split(
        name: Annotated[str, typer.Argument(help="Name or id of the entity.")],
        to: Annotated[str, typer.Argument(help="What the other one is to be called.")],
        where: Annotated[
            list[str],
            typer.Option("--in", help="Id of a sentence, or URI of a document; may be repeated."),
        ],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Say that a name means another one in some sentences or documents: choose where."""
        committed(store, namespace, author, lambda memory: memory.split(name, to, where), json=json)
