"""``graphmem pin``: vouch for a fact."""

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
    def pin(
        fact: Annotated[str, typer.Argument(help="Id of the fact or event, as 'facts' and 'show' list it.")],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Vouch for a fact: it stays when its sources are forgotten."""
        committed(store, namespace, author, lambda memory: memory.pin(fact), json=json)
