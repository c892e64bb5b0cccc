"""``graphmem trust``: how far sources are trusted."""

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
    print_table,
)
from graphmem.grants import LEVELS, Level
from graphmem.memory import DEFAULT_NAMESPACE, Memory


def list_trust(memory: Memory, json: bool) -> None:
    """What is said of sources, by whom and when."""
    words = memory.trusts()
    if json:
        print_json([{"source": w.source, "level": w.level, "by": w.by, "at": w.at} for w in words])
    elif not words:
        out().print("every source is trusted")
    else:
        rows = [(one.source, one.level, one.by, f"{one.at:%Y-%m-%d %H:%M:%S}") for one in words]
        print_table(("source", "level", "by", "at"), rows, least=9)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def trust(
        source: Annotated[
            str | None,
            typer.Argument(help="A URI or pattern of URIs ('mail/*'), 'speaker:NAME' or 'namespace:NAME'."),
        ] = None,
        level: Annotated[str, typer.Option(help=f"How far: {', '.join(LEVELS)}.")] = LEVELS[0],
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Say how far a source is trusted: facts that only untrusted ones state are in quarantine.

        Without SOURCE, list what was said of sources.
        """
        with opened(store, namespace, author, create=False) as memory:
            if source is None:
                list_trust(memory, json)
                return
            made = memory.trust(source, _level(level))
        if json:
            print_json(commit_json(made))
        else:
            out().print(
                f"{made.message}\ncommit {made.id[:10]} ('graphmem undo {made.id[:10]}' takes it back)"
            )


def _level(text: str) -> Level:
    """The level that a word is.

    Raises:
        typer.BadParameter: it is none.
    """
    for level in LEVELS:
        if level == text:
            return level
    raise typer.BadParameter(f"{text!r} is none of {', '.join(LEVELS)}", param_hint="--level")
