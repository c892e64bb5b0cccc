"""``graphmem routines``: what recurs, how often, when next, and when it was otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

import typer

from graphmem.cli.notes import note_json
from graphmem.cli.options import (
    DEFAULT_STORE,
    AlsoOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
)
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.notes import Note
from graphmem.reflection.routines import KIND, due

_LATEST = 3  # days, and departures, that are shown of each


def routine_json(note: Note, now: datetime) -> dict[str, Any]:
    """A routine as JSON values: its note, and the day on which it is expected next."""
    day = due(note, now)
    return {**note_json(note), "next": day.isoformat() if day else None}


def lines(note: Note, now: datetime) -> Iterator[str]:
    """A routine for people: how often and what shows it, when next, what was otherwise, the latest days."""
    first, *days = note.parts
    yield first.text
    if day := due(note, now):
        yield f"  next: {day:%A %Y-%m-%d}"
    departures = note.data.get("departures", [])
    if departures:
        told = ", ".join(f"{day} {what}" for day, what in departures[-_LATEST:])
        yield f"  otherwise: {f'{len(departures)} times, last ' if len(departures) > _LATEST else ''}{told}"
    for part in days[-_LATEST:]:
        yield f"  {part.text}  ({part.sources[0].passage})"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def routines(
        of: Annotated[str, typer.Argument(help="Only those with this in their first line.")] = "",
        limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """List what recurs: how often, when next, when it was otherwise; 'reflect' finds it."""
        with opened(store, namespace, create=False, also=also) as memory:
            there = (note for note in memory.notes(KIND) if note.parts and of.casefold() in _told(note))
            found = sorted(islice(there, limit), key=lambda note: note.title)
            now = memory.clock()
        if json:
            print_json([routine_json(note, now) for note in found])
            return
        if not found:
            out().print("no routines: 'graphmem reflect' looks for them in what is new")
        for note in found:
            first, *others = lines(note, now)
            out().print(first, style="bold")
            for line in others:
                out().print(line)


def _told(note: Note) -> str:
    return f"{note.title} {note.parts[0].text}".casefold()
