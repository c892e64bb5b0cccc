"""``graphmem copy``: a whole store into another, of whichever kind."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from graphmem.cli.options import JsonOption, opened, print_json, talk
from graphmem.copying import copy as copy_store
from graphmem.memory import DEFAULT_NAMESPACE


def _progress() -> Progress:
    """A bar along the source's log, on stderr; nothing where that is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=talk,
        transient=True,
        disable=not talk.is_terminal,
    )


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def copy(
        src: Annotated[str, typer.Argument(help="The STORE to copy, such as sqlite:///memory.db.")],
        dst: Annotated[str, typer.Argument(help="The STORE to fill; made where there is none.")],
        namespace: Annotated[
            list[str] | None,
            typer.Option("--namespace", "-n", help="Only this one; give it again for more. [default: all]"),
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """Copy a whole store into another: all namespaces, their history and their vectors.

        Commits that are there already are left as they are, so a copy that broke off goes on when it is
        run again, and a later one brings what is new. The target may hold other namespaces, but no
        commits of its own in these.
        """
        with (
            opened(src, DEFAULT_NAMESPACE, create=False) as source,
            opened(dst, DEFAULT_NAMESPACE) as target,
            _progress() as progress,
        ):
            task = progress.add_task("copying", total=None)
            copied = copy_store(
                source.store,
                target.store,
                namespaces=namespace or None,
                progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        if json:
            print_json({"copied": copied.commits, "there": copied.there})
        else:
            talk.print(f"copied {copied.commits:,} commits, {copied.there:,} were there")
