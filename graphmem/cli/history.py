"""``graphmem history``: what was committed."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    parse_moment,
    print_json,
    print_table,
)
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.types import Commit

SinceOption = Annotated[
    str | None, typer.Option("--since", help="Only commits from then on (ISO date or time).")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="Only commits up to then (ISO date or time).")
]


def commit_json(commit: Commit) -> dict[str, Any]:
    """A commit as JSON values, its changes counted."""
    return {
        "commit": commit.id,
        "seq": commit.seq,
        "at": commit.at,
        "author": commit.author,
        "message": commit.message,
        "run": commit.run or None,
        "created": sum(change.before is None for change in commit.changes),
        "replaced": sum(change.before is not None and change.after is not None for change in commit.changes),
        "removed": sum(change.after is None for change in commit.changes),
    }


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def history(
        record: Annotated[
            str | None,
            typer.Argument(help="Only commits of this: a record's id, a document's URI, an entity's name."),
        ] = None,
        author: Annotated[str | None, typer.Option("--author", help="Only commits of this author.")] = None,
        since: SinceOption = None,
        until: UntilOption = None,
        message: Annotated[
            str, typer.Option("--message", help="Only commits with this in their message.")
        ] = "",
        last: Annotated[int, typer.Option("--last", min=1, help="The newest so many.")] = 50,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """List commits, newest last: who changed what, when and why.

        Entities, facts and events have the commits that changed what sources and people say of them.
        """
        with opened(store, namespace, create=False) as memory:
            found = memory.history(
                record,
                author=author,
                since=parse_moment(since),
                until=parse_moment(until),
                message=message,
                newest_first=True,
            )
            # Counted one by one: their changes are not kept.
            commits = [commit_json(commit) for commit in islice(found, last)][::-1]
        if json:
            print_json(commits)
            return
        rows = []
        for c in commits:
            at = f"{c['at']:%Y-%m-%d %H:%M:%S}"
            numbers = (str(c["created"]), str(c["replaced"]), str(c["removed"]))
            rows.append((c["commit"][:10], at, c["author"], *numbers, c["message"]))
        print_table(("commit", "at", "author", "+", "~", "-", "message"), rows, least=10)
