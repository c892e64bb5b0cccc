"""``graphmem export``: a namespace as JSON lines that lose nothing, or for other programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    NamespaceOption,
    StoreOption,
    opened,
    parse_moment,
    print_json,
    talk,
)
from graphmem.errors import InputError
from graphmem.exchange import OWN, form_of, written
from graphmem.export import export_lines
from graphmem.memory import DEFAULT_NAMESPACE, Memory


def _write(file: Path, lines: Iterable[str]) -> None:
    """Put a file in its place when it is whole; until then, and on failure, the one before stays."""
    if file.exists() and not file.is_file():  # a device or a pipe, which nothing may take the place of
        with file.open("w", encoding="utf-8") as target:
            target.writelines(lines)
        return
    file = file.resolve()
    part = file.with_name(file.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as target:
            target.writelines(lines)
            target.flush()
            os.fsync(target.fileno())
        os.replace(part, file)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _pieces(memory: Memory, form: str, as_of: datetime | None) -> Iterator[str]:
    """The namespace in a format, in pieces of text."""
    if form == OWN and as_of is not None:
        raise InputError(
            "the lossless export holds every moment: leave --as-of out, or say another format with --format"
        )
    if form == OWN:
        return (line + "\n" for line in export_lines(memory.store, memory.view))
    view = replace(memory.view, as_of=as_of)
    return written(form, memory.store, view, memory.clock(), memory.namespace)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def export(
        file: Annotated[str, typer.Argument(help="Where to write; - is stdout.")] = "-",
        form: Annotated[
            str,
            typer.Option(
                "--format",
                help="What: graphmem (lossless), graphml, cypher, jsonld, turtle, csv; else by the suffix.",
            ),
        ] = "",
        as_of: Annotated[
            str | None, typer.Option(help="Only what held then (ISO date); not for the lossless format.")
        ] = None,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: Annotated[
            bool, typer.Option("--json", help="Print JSON on stdout, for programs; needs a FILE.")
        ] = False,
    ) -> None:
        """Write the namespace as JSON lines with its whole history and vectors, or for other programs."""
        form = form_of(file, form)
        moment = parse_moment(as_of)
        with opened(store, namespace, create=False) as memory:
            lines = _pieces(memory, form, moment)
            if file == "-":
                sys.stdout.writelines(lines)
                return
            try:
                _write(Path(file), lines)
            except OSError as error:
                raise InputError(f"cannot write {file!r}: {error.strerror}") from error
        size = Path(file).stat().st_size
        if json:
            print_json({"file": file, "format": form, "bytes": size})
        else:
            talk.print(f"wrote {file} ({size / 1e6:,.1f} MB)", markup=False)
