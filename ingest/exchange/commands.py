"""``graphmem import``: an export of this program, of another memory, or of a graph."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    print_json,
    talk,
)
from graphmem.errors import InputError
from graphmem.export import import_lines
from graphmem.identity import content_hash
from graphmem.ingest.exchange import SYSTEMS, imported, system_of
from graphmem.ingest.exchange.bringing import bring
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.pipeline import Report
from graphmem.ingest.sources import DEFAULT_LIMITS, Content, Source, load
from graphmem.memory import DEFAULT_NAMESPACE

OWN: Final = "graphmem"
_HEAD: Final = 4096


def _is_own(head: bytes) -> bool:
    """Whether a file begins as a lossless export does."""
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0].replace(b" ", b"")
    return first.startswith(b"{") and b'"graphmem":"export"' in first


def _given(file: str) -> tuple[bytes, bytes | None]:
    """How a file begins, and all of it where it comes from standard input."""
    if file == "-":
        data = sys.stdin.buffer.read()
        return data[:_HEAD], data
    try:
        with Path(file).open("rb") as opened_file:
            return opened_file.read(_HEAD), None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {file}: {error}") from error


def _lines(file: str, data: bytes | None) -> list[str]:
    """The lines of an export; ``str.splitlines`` would also cut inside a text, at U+2028 and its like."""
    try:
        text = (Path(file).read_bytes() if data is None else data).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    return [line + "\n" for line in text.split("\n") if line]


def _content(file: str, name: str, data: bytes | None, max_mb: int) -> Content:
    """The bytes of a file that another program wrote."""
    limits = replace(DEFAULT_LIMITS, max_bytes=max_mb * 1_000_000)
    if data is None:
        return load(Source(Path(file).as_posix(), Path(file).suffix.lower(), Path(file)), limits)
    uri = name or f"stdin:{content_hash(data)}"
    return load(Source(uri, Path(name).suffix.lower(), data=data), limits)


def _tell(system: str, report: Report, json: bool) -> None:
    """What came of it: data on stdout, talk on stderr."""
    for error in report.errors:
        talk.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
    counts = {"added": report.added, "replaced": report.replaced, "unchanged": report.unchanged}
    if json:
        errors = [{"uri": error.uri, "reason": error.reason} for error in report.errors]
        print_json({"from": system, **counts, "failed": report.failed, "errors": errors})
        return
    told = [f"{count:,} {outcome}" for outcome, count in counts.items()]
    failed = f", {report.failed:,} broken and left out" if report.failed else ""
    talk.print(f"from {system}: documents: {', '.join(told)}{failed}")


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("import")
    def import_(
        file: Annotated[str, typer.Argument(help="What another program exported; - is stdin.")],
        system: Annotated[
            str,
            typer.Option("--from", help=f"Who wrote it, if it cannot be told: {', '.join(SYSTEMS)}."),
        ] = "",
        name: Annotated[str, typer.Option(help="What to call stdin; its suffix tells the format.")] = "",
        max_mb: Annotated[
            int, typer.Option("--max-mb", min=1, help="Refuse larger files of others (megabytes).")
        ] = DEFAULT_LIMITS.max_bytes // 1_000_000,
        pipeline: Annotated[str, typer.Option(help="What reads texts, as in 'ingest'.")] = AUTOMATIC,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Bring in what graphmem, another memory or a graph program exported.

        What graphmem exported as JSON lines comes in commit by commit, into the namespaces that it names.
        All else becomes documents, a commit each, read and undone like any source: mem0, graphiti,
        LangGraph and LangMem stores, neo4j-agent-memory, GraphML, triples as CSV, RDF. What is there
        already is left alone; a record that is broken is named (exit code 1), the others go in.
        """
        if system and system not in SYSTEMS:
            raise InputError(f"{system!r} is no system that can be read: say {', '.join(SYSTEMS)}")
        head, data = _given(file)
        if system == OWN or (not system and _is_own(head)):
            with opened(store, DEFAULT_NAMESPACE) as memory:
                new = import_lines(memory.store, _lines(file, data))
            if json:
                print_json({"commits": new})
            else:
                talk.print(f"imported {new:,} commits")
            return
        content = _content(file, name, data, max_mb)
        system = system or system_of(content)
        found = imported(content, system)
        with opened(store, namespace, author) as memory:
            report = bring(memory, found, pipeline=pipeline)
        _tell(system, report, json)
        if report.errors:
            raise typer.Exit(1)
