"""``graphmem forget``: take back sources, all about an entity, what is of a time, or everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Annotated, Any

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_moment,
    print_json,
)
from graphmem.errors import InputError
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.receipts import Receipt

Span = tuple[str, str]


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON values, its commit by id."""
    told = {field.name: getattr(receipt, field.name) for field in fields(receipt)}
    return told | {"commit": receipt.commit.id if receipt.commit else None}


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.items())


def lines(receipt: Receipt) -> Iterator[str]:
    """A receipt for people."""
    gone, less = ("went", "say less") if receipt.commit else ("would go", "would say less")
    yield f"{receipt.asked}: {_counts(receipt.removed)} {gone}"
    if receipt.changed:
        yield f"  {_counts(receipt.changed)} stay and {less}, or otherwise"
    for title, row in (
        ("whole documents", receipt.documents),
        ("cut documents", receipt.cut),
        *((f"gone of kind {kind}", names) for kind, names in receipt.examples.items()),
        ("holds again", receipt.returned),
    ):
        if row:
            yield f"  {title}: {'; '.join(row)}"
    yield from (f"  comes apart: {' / '.join(names)}" for names in receipt.apart)
    yield from (f"  kept: {line}" for line in receipt.kept)
    yield from (f"  note: {line}" for line in receipt.notes)
    if receipt.commit:
        yield f"commit {receipt.commit.id[:10]}; to bring it back: {receipt.undo}"
        yield f"the log holds it still; to take it out of that, too, for ever: {receipt.purge}"


def _forget(memory: Memory, names: list[str], entity: str | None, between: Span | None, dry: bool) -> Receipt:
    if entity is not None:
        return memory.forget_entity(entity, dry_run=dry)
    if between is not None:
        begin, end = (parse_moment(text) for text in between)
        assert begin is not None and end is not None
        return memory.forget_between(begin, end, dry_run=dry)
    return memory.forget(*names, dry_run=dry) if names else memory.forget_all(dry_run=dry)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def forget(
        documents: Annotated[
            list[str] | None, typer.Argument(help="URIs or ids of documents, or patterns such as 'notes/*'.")
        ] = None,
        entity: Annotated[
            str | None, typer.Option("--entity", help="All about an entity: name, id, or 'NAME @ DOCUMENT'.")
        ] = None,
        between: Annotated[
            Span | None,
            typer.Option("--between", metavar="BEGIN END", help="What is from BEGIN on and before END."),
        ] = None,
        everything: Annotated[
            bool, typer.Option("--everything", help="All of the namespace, what people said included.")
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Needed with --everything.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Forget sources and all that only they supported, all about an entity, or what is of a time."""
        ways = [bool(documents), entity is not None, between is not None, everything]
        if sum(ways) != 1:
            raise InputError(
                "say what to forget: documents, --entity, --between or --everything, one of them"
            )
        if everything and not (yes or dry_run):
            raise InputError(f"--everything takes all of namespace {namespace!r}: add --yes if that is meant")
        with opened(store, namespace, author, create=False) as memory:
            receipt = _forget(memory, documents or [], entity, between, dry_run)
        if json:
            print_json(receipt_json(receipt))
            return
        for line in lines(receipt):
            out().print(line)
