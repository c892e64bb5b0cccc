"""``graphmem different``: a person's word that two names are not one."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.history import commit_json
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


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def different(
        a: Annotated[str, typer.Argument(help="Name, id, or 'NAME @ DOCUMENT' for what one document means.")],
        b: Annotated[str, typer.Argument(help="The other one.")],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Say that two names are not one: it outweighs all evidence, and holds for what is read later."""
        with opened(store, namespace, author, create=False) as memory:
            made = memory.different(a, b)
        if json:
            print_json(commit_json(made))
        else:
            out().print(
                f"{made.message}\ncommit {made.id[:10]} ('graphmem undo {made.id[:10]}' takes it back)"
            )
