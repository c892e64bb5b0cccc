"""``graphmem forget``: take a source back."""

from __future__ import annotations

from typing import Annotated

import typer

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


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def forget(
        document: Annotated[str, typer.Argument(help="URI or id of the document.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Forget a document and all that only it supported."""
        with opened(store, namespace, author, create=False) as memory:
            receipt = memory.forget(document, dry_run=dry_run)
        commit = receipt.commit.id if receipt.commit else None
        if json:
            print_json({"uri": receipt.uri, "removed": dict(receipt.removed), "commit": commit})
            return
        console = out()
        verb = "would go" if dry_run else "went"
        console.print(
            f"{receipt.uri}: " + ", ".join(f"{n} {k}" for k, n in receipt.removed.items()) + f" {verb}"
        )
        if commit:
            console.print(f"commit {commit[:10]} ('graphmem undo {commit[:10]}' brings it back)")
