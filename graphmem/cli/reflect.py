"""``graphmem reflect``: go over what is new and make notes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

import typer

from graphmem.cli.notes import note_json
from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_span,
    print_json,
    talk,
)
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.notes import Note
from graphmem.reflection import REFLECTORS, Reflection


def reflection_json(found: Reflection) -> dict[str, Any]:
    """A reflection as JSON values."""
    return {
        "passages": found.passages,
        "whole": found.whole,
        "made": [note_json(note) for note in found.made],
        "remade": [note_json(note) for note in found.remade],
        "gone": [note_json(note) for note in found.gone],
        "commits": [commit.id for commit in found.commits],
    }


def lines(found: Reflection, dry_run: bool) -> Iterator[str]:
    """A reflection for people: what came, what says something else, what went."""
    over = f"{found.passages:,} passage{'' if found.passages == 1 else 's'}"
    if not found.changes:
        yield "nothing is new since the last reflection"
        return
    yield f"went over {'all of the memory, ' if found.whole else ''}{over}"
    for sign, notes in (("+", found.made), ("~", found.remade), ("-", found.gone)):
        yield from (f"{sign} {_line(note)}" for note in notes)
    if found.commits:
        first, last = found.commits[0].id[:10], found.commits[-1].id[:10]
        yield f"to take it back: graphmem undo {first if first == last else f'--run {first}'}"
    elif dry_run:
        yield "nothing was written: leave out --dry-run to make these notes"


def _line(note: Note) -> str:
    first = note.parts[0].text if note.parts else ""
    return f"{note.kind} {note.title or note.about}: {first}"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def reflect(
        only: Annotated[
            list[str] | None, typer.Option(help=f"Only this of {', '.join(REFLECTORS)}; may be repeated.")
        ] = None,
        whole: Annotated[bool, typer.Option("--whole", help="Go over all of the memory again.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")] = False,
        every: Annotated[
            str, typer.Option(help="Do it again and again, so long apart ('1d', '6h'), until it is stopped.")
        ] = "",
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Go over what is new and make notes of it: summaries, topics, portraits; 'undo' takes them back."""
        wait = parse_span(every) if every else timedelta()
        while True:
            with opened(store, namespace, create=False) as memory:
                found = memory.reflect(*(only or ()), whole=whole, dry_run=dry_run)
            if json:
                print_json(reflection_json(found))
            else:
                for line in lines(found, dry_run):
                    out().print(line)
            if not every:
                return
            talk.print(f"the next reflection is in {every}; Ctrl-C stops it")
            time.sleep(wait.total_seconds())
