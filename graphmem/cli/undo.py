"""``graphmem undo`` and ``graphmem restore``: take commits back, and bring a record back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphmem.cli.committing import committed
from graphmem.cli.history import SinceOption, UntilOption
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_moment,
    parse_point,
    print_json,
)
from graphmem.errors import Conflict
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.undoing import Undoing

# ``--author`` says whose commits are taken back, so who does it has another name here.
ByOption = Annotated[str, typer.Option("--by", envvar="GRAPHMEM_AUTHOR", help="Who makes the commit.")]


def _tell_plan(found: Undoing, json: bool) -> None:
    """What would be taken back, and what would change by it."""
    if json:
        ids = [stamp.id for stamp in found.commits]
        print_json({"commits": ids, "conflict": None, "records": [], **found.counts})
        return
    console = out()
    for stamp in found.commits:
        console.print(f"{stamp.id[:10]}  {stamp.at:%Y-%m-%d %H:%M:%S}  {stamp.author}  {stamp.message}")
    for what, kinds in found.counts.items():
        if kinds:
            console.print(f"{what}: " + ", ".join(f"{count:,} {kind}" for kind, count in kinds.items()))
    console.print("nothing was written: leave out --dry-run to do it")


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def undo(
        commits: Annotated[
            list[str] | None, typer.Argument(help="Ids, or how they start; A..B is a range, A.. until now.")
        ] = None,
        author: Annotated[
            str | None, typer.Option("--author", help="Of these (or of all) only those of this author.")
        ] = None,
        since: SinceOption = None,
        until: UntilOption = None,
        run: Annotated[
            str | None, typer.Option("--run", help="All of the call of ingest that this commit is of.")
        ] = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Only say what would change, or what stands in the way.")
        ] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        by: ByOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Take commits back by a new one, all or nothing; undo that one to have them again."""
        moments = {"since": parse_moment(since), "until": parse_moment(until)}
        which: dict[str, Any] = {"author": author, "run": run, **moments}
        if not dry_run:
            back = "brings it back"
            committed(
                store, namespace, by, lambda one: one.undo(*commits or (), **which), json=json, back=back
            )
            return
        with opened(store, namespace, by, create=False) as memory:
            try:
                _tell_plan(memory.undoing(*commits or (), **which), json)
            except Conflict as conflict:
                if not json:
                    raise
                print_json({"commits": [], "conflict": str(conflict), "records": list(conflict.records)})
                raise typer.Exit(1) from conflict

    @app.command()
    def restore(
        name: Annotated[str, typer.Argument(help="URI or id of a document, or id of a record.")],
        to: Annotated[str, typer.Option("--to", help="Id of a commit, or a moment (ISO date or time).")],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Bring a document with its parts, or a record, back to what it was after a commit."""
        committed(store, namespace, author, lambda one: one.restore(name, parse_point(to)), json=json)
