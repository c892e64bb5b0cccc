"""``graphmem relate``: a fact of the user's own."""

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
    def relate(
        subject: Annotated[str, typer.Argument(help="Whom or what it is about.")],
        relation: Annotated[str, typer.Argument(help="A known relation (lives_in) or a verb in quotes.")],
        object: Annotated[str, typer.Argument(help="To whom or what it is related.")],
        since: Annotated[str | None, typer.Option(help="From when it holds: 2023-05-08.")] = None,
        until: Annotated[str | None, typer.Option(help="When it ended.")] = None,
        negated: Annotated[bool, typer.Option("--not", help="That it is not so.")] = False,
        literal: Annotated[bool, typer.Option("--literal", help="The object is a text, not a name.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Add a fact: it is found like what a source says, and stays until it is undone or forgotten."""
        committed(
            store,
            namespace,
            author,
            lambda memory: memory.relate(
                subject,
                relation,
                object,
                since=parse_moment(since),
                until=parse_moment(until),
                negated=negated,
                literal=literal,
            ),
            json=json,
        )
