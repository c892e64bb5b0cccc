"""``graphmem export`` and ``graphmem import``: a namespace as JSON lines and back, or for other programs."""

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
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    parse_moment,
    print_json,
    talk,
)
from graphmem.errors import InputError
from graphmem.exchange import OWN, form_of, written
from graphmem.export import export_lines, import_lines
from graphmem.memory import DEFAULT_NAMESPACE, Memory


def _lines(path: Path) -> list[str]:
    """The lines of a file; ``str.splitlines`` would also cut inside a text, at U+2028 and its like."""
    with path.open(encoding="utf-8") as file:
        return file.readlines()


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
    """Add the commands."""

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

    @app.command("import")
    def import_(
        file: Annotated[str, typer.Argument(help="An export; - is stdin.")],
        store: StoreOption = DEFAULT_STORE,
        json: JsonOption = False,
    ) -> None:
        """Bring an export in; commits that are there already are left as they are."""
        try:
            lines = sys.stdin.readlines() if file == "-" else _lines(Path(file))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read {file}: {error}") from error
        with opened(store, DEFAULT_NAMESPACE) as memory:
            new = import_lines(memory.store, lines)
        if json:
            print_json({"commits": new})
        else:
            talk.print(f"imported {new:,} commits")
