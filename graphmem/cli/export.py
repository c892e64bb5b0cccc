"""``graphmem export`` and ``graphmem import``: a store as JSON lines and back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    print_json,
    talk,
)
from graphmem.errors import InputError
from graphmem.export import export_lines, import_lines
from graphmem.memory import DEFAULT_NAMESPACE


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


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def export(
        file: Annotated[str, typer.Argument(help="Where to write; - is stdout.")] = "-",
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: Annotated[
            bool, typer.Option("--json", help="Print JSON on stdout, for programs; needs a FILE.")
        ] = False,
    ) -> None:
        """Write the namespace with its whole history and vectors as JSON lines."""
        with opened(store, namespace, create=False) as memory:
            lines = (line + "\n" for line in export_lines(memory.store, memory.view))
            if file == "-":
                sys.stdout.writelines(lines)
                return
            try:
                _write(Path(file), lines)
            except OSError as error:
                raise InputError(f"cannot write {file!r}: {error.strerror}") from error
        size = Path(file).stat().st_size
        if json:
            print_json({"file": file, "bytes": size})
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
