"""Options that all commands share, and how they open a memory and print."""

from __future__ import annotations

import json
import re
import sys
import webbrowser
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graphmem.errors import InputError
from graphmem.memory import Memory

StoreOption = Annotated[
    str, typer.Option("--store", envvar="GRAPHMEM_STORE", help="Where the memory is.", show_envvar=True)
]
NamespaceOption = Annotated[
    str, typer.Option("--namespace", "-n", envvar="GRAPHMEM_NAMESPACE", help="Whose memory it is.")
]
AlsoOption = Annotated[
    list[str] | None,
    typer.Option(
        "--also", envvar="GRAPHMEM_ALSO", help="Read this namespace along, if it shares; may be repeated."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for programs.")]
AuthorOption = Annotated[
    str, typer.Option("--author", envvar="GRAPHMEM_AUTHOR", help="Who makes the commit.")
]

DEFAULT_STORE = "sqlite:///memory.db"

# stdout is data, stderr is talk.
talk = Console(stderr=True, highlight=False, markup=False, emoji=False)


_POINT: Final[ContextVar[str | None]] = ContextVar("point", default=None)


@contextmanager
def opened(
    store: str,
    namespace: str,
    author: str = "user",
    *,
    create: bool = True,
    also: Sequence[str] | None = None,
) -> Iterator[Memory]:
    """The memory of a command, closed when it ends; commands that fill no store make none.

    Inside ``at`` it is the memory as it was then.
    """
    point, names = _POINT.get(), also or ()
    create = create and point is None
    with Memory.open(store, namespace=namespace, author=author, create=create, also=names) as memory:
        if point is None:
            yield memory
        else:
            with memory.at(parse_point(point)) as then:
                yield then


@contextmanager
def at(point: str) -> Iterator[None]:
    """Let the commands inside read memories as they were at a moment or after a commit."""
    before = _POINT.set(point)
    try:
        yield
    finally:
        _POINT.reset(before)


def print_json(value: Any) -> None:
    """One JSON value on a line of stdout; half a character of an argument becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")


def show_page(file: Path, *, browser: bool) -> None:
    """Say where a page was written, and open it where somebody looks on."""
    talk.print(f"wrote {file}", markup=False, soft_wrap=True)
    if browser and sys.stdout.isatty():
        webbrowser.open(file.resolve().as_uri())


def out() -> Console:
    """A console on stdout; text that is data is printed as it is, never as markup."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


_NO_CELL: Final = str.maketrans("\t\r\n", "   ")


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Container[str] = (), least: int = 0
) -> None:
    """A table that cuts nothing: folded to fit a terminal, else lines of cells with tabs between them.

    ``least``: characters of each column that a narrow terminal leaves whole.
    """
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            sys.stdout.write("\t".join(cell.translate(_NO_CELL) for cell in row) + "\n")
        return
    table = Table(box=None, pad_edge=False)
    for place, column in enumerate(columns):
        widest = max((len(row[place]) for row in rows), default=0)
        justify: Literal["left", "right"] = "right" if column in right else "left"
        table.add_column(column, justify=justify, overflow="fold", min_width=min(widest, least))
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out().print(table)


def parse_moment(text: str | None) -> datetime | None:
    """An ISO date or time; UTC where it names no zone.

    Raises:
        InputError: it is not one.
    """
    if text is None:
        return None
    # Python 3.10 reads no Z.
    iso = text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError as error:
        raise InputError(f"{text!r} is not a date: write 2023-05-08 or 2023-05-08T13:56") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


_HOURS: Final = {"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}


def parse_span(text: str) -> timedelta:
    """A length of time: a number and its unit, as in "6h", "90d", "2w", "1y".

    Raises:
        InputError: it is not one, or no time at all.
    """
    number, hours = text.strip()[:-1], _HOURS.get(text.strip()[-1:].lower(), 0)
    if not number.isdecimal() or not int(number) * hours:
        raise InputError(f"{text!r} is no length of time: write 6h, 90d, 2w or 1y")
    try:
        return timedelta(hours=int(number) * hours)
    except OverflowError as error:
        raise InputError(f"{text!r} is too long a time: write 6h, 90d, 2w or 1y") from error


_DATED: Final = re.compile(r"\d{4}-")


def parse_point(text: str) -> str | datetime:
    """A moment, or else the id of a commit, or how it starts.

    Raises:
        InputError: it is meant as a date and is none.
    """
    try:
        moment = parse_moment(text)
    except InputError:
        if _DATED.match(text):
            raise
        return text
    assert moment is not None
    return moment
