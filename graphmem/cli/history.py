"""``graphmem history``: what was committed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    print_json,
    print_table,
)
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.types import Commit


def commit_json(commit: Commit) -> dict[str, Any]:
    """A commit as JSON values, its changes counted."""
    return {
        "commit": commit.id,
        "seq": commit.seq,
        "at": commit.at,
        "author": commit.author,
        "message": commit.message,
        "created": sum(change.before is None for change in commit.changes),
        "replaced": sum(change.before is not None and change.after is not None for change in commit.changes),
        "removed": sum(change.after is None for change in commit.changes),
    }


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def history(
        record: Annotated[
            str | None, typer.Argument(help="Only commits that changed this record or URI.")
        ] = None,
        last: Annotated[int, typer.Option("--last", min=1, help="The newest so many.")] = 50,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """List commits, newest last: who changed what, when and why."""
        with opened(store, namespace, create=False) as memory:
            commits = [commit_json(commit) for commit in memory.history(record)][-last:]
        if json:
            print_json(commits)
            return
        rows = []
        for c in commits:
            at = f"{c['at']:%Y-%m-%d %H:%M:%S}"
            numbers = (str(c["created"]), str(c["replaced"]), str(c["removed"]))
            rows.append((c["commit"][:10], at, c["author"], *numbers, c["message"]))
        print_table(("commit", "at", "author", "+", "~", "-", "message"), rows, least=10)
