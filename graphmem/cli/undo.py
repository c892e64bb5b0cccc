"""``graphmem undo``: take a commit back."""

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
    def undo(
        commit: Annotated[str, typer.Argument(help="Id of the commit, or how it starts.")],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Take a commit back by a new one; undo that one to have it again."""
        with opened(store, namespace, author, create=False) as memory:
            made = memory.undo(commit)
        if json:
            print_json(commit_json(made))
        else:
            out().print(
                f"{made.message}\ncommit {made.id[:10]} ('graphmem undo {made.id[:10]}' brings it back)"
            )
