"""``graphmem retract``: a fact is not so."""

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
    def retract(
        fact: Annotated[str, typer.Argument(help="Id of the fact or event, as 'facts' and 'show' list it.")],
        why: Annotated[str, typer.Option(help="The reason, for the history.")] = "",
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Say that a fact is not so, whatever source says it again."""
        committed(store, namespace, author, lambda memory: memory.retract(fact, why), json=json)
