"""``graphmem purge``: erase for ever what was forgotten."""

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
from graphmem.purging import Purged


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def purge(
        documents: Annotated[
            list[str] | None, typer.Argument(help="URIs or ids of documents, forgotten already or not.")
        ] = None,
        entity: Annotated[str, typer.Option("--entity", help="Instead: what was forgotten of a name.")] = "",
        forgotten: Annotated[
            bool, typer.Option("--forgotten", help="Instead: all that only the history still holds.")
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do it. It cannot be undone.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Erase documents from the memory, its history and its files, for ever: no undo brings them back."""
        with opened(store, namespace, author, create=False) as memory:
            purged = memory.purge(*(documents or ()), entity=entity, forgotten=forgotten, dry_run=not yes)
        if json:
            commit = commit_json(purged.commit) if purged.commit else None
            told = {"records": dict(purged.records), "commits": purged.commits, "first": purged.first}
            print_json({**told, "words": purged.words, "commit": commit})
        else:
            out().print(_told(purged))


def _told(purged: Purged) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in purged.records.items()) or "nothing"
    if purged.commit is None:
        return (
            f"would be erased for ever: {kinds}, from {purged.commits} commits; say --yes to do it. "
            "Until then 'graphmem forget' is enough, which 'graphmem undo' takes back"
        )
    return (
        f"erased for ever: {kinds}, from {purged.commits} commits\n"
        f"0 traces of {purged.words} words searched\n{purged.commit.message}"
    )
