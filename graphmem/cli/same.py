"""``graphmem same``: a person's word that two names are one."""

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
    def same(
        a: Annotated[str, typer.Argument(help="Name, id, or 'NAME @ DOCUMENT' for what one document means.")],
        b: Annotated[str, typer.Argument(help="The other one.")],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Say that two names are one: it outweighs all evidence, and holds for what is read later."""
        committed(store, namespace, author, lambda memory: memory.same(a, b), json=json)
