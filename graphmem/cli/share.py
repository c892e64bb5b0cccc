"""``graphmem share`` and ``unshare``: who else may read a namespace along."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.history import commit_json
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    StoreOption,
    opened,
    out,
    print_json,
    print_table,
)
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.types import Commit

SharedArgument = Annotated[
    str, typer.Argument(metavar="NAMESPACE", envvar="GRAPHMEM_NAMESPACE", help="What is shared.")
]


def list_grants(memory: Memory, json: bool) -> None:
    """To whom a namespace shows itself, since when and by whose word."""
    grants = memory.grants()
    if json:
        print_json([{"with": one.reader, "by": one.by, "at": one.at} for one in grants])
    elif not grants:
        out().print(f"{memory.namespace} shares with nobody")
    else:
        rows = [(one.reader, one.by, f"{one.at:%Y-%m-%d %H:%M:%S}") for one in grants]
        print_table(("with", "by", "at"), rows, least=4)


def told(made: Commit) -> str:
    """A commit for people, and how to take it back."""
    back = f"graphmem undo {made.id[:10]} --namespace {made.namespace}"
    return f"{made.namespace}: {made.message}\ncommit {made.id[:10]} ('{back}' takes it back)"


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def share(
        namespace: SharedArgument = DEFAULT_NAMESPACE,
        with_: Annotated[
            list[str] | None,
            typer.Option("--with", help="Who may read it along, '*' for all; repeatable."),
        ] = None,
        store: StoreOption = DEFAULT_STORE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Let other namespaces read one along, by --also; without --with, list those that may."""
        with opened(store, namespace, author, create=False) as memory:
            if not with_:
                list_grants(memory, json)
                return
            commits = [memory.share(reader) for reader in with_]
        if json:
            print_json([commit_json(made) for made in commits])
            return
        for made in commits:
            out().print(told(made))

    @app.command()
    def unshare(
        namespace: SharedArgument = DEFAULT_NAMESPACE,
        with_: Annotated[
            list[str], typer.Option("--with", help="Who may not read it any more. May be repeated.")
        ] = ...,  # type: ignore[assignment]
        store: StoreOption = DEFAULT_STORE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Share a namespace no more: the next read of the others sees nothing of it."""
        with opened(store, namespace, author, create=False) as memory:
            commits = [memory.unshare(reader) for reader in with_]
        if json:
            print_json([commit_json(made) for made in commits])
            return
        for made in commits:
            out().print(told(made))
