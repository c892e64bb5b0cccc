"""``graphmem correct``: another object or time for a fact."""

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
    parse_moment,
)
from graphmem.memory import DEFAULT_NAMESPACE


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def correct(
        fact: Annotated[str, typer.Argument(help="Id of the fact or event, as 'facts' and 'show' list it.")],
        object: Annotated[str, typer.Option("--object", help="What it is related to instead.")] = "",
        since: Annotated[str | None, typer.Option(help="From when it holds: 2023-05-08.")] = None,
        until: Annotated[str | None, typer.Option(help="When it ended.")] = None,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Correct a fact: what was read is retracted, and what you say is stated; it outlives re-reading."""
        committed(
            store,
            namespace,
            author,
            lambda memory: memory.correct(
                fact, object=object, since=parse_moment(since), until=parse_moment(until)
            ),
            json=json,
        )
