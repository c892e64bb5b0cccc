"""``graphmem notes``: what the memory made of itself."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

import typer

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
from graphmem.notes import TIES, Note


def note_json(note: Note) -> dict[str, Any]:
    """A note as JSON values, each line with the passages that it rests on."""
    return {
        "id": note.id,
        "namespace": note.namespace,
        "kind": note.kind,
        "about": note.about,
        "title": note.title,
        "at": note.at.isoformat() if note.at else None,
        "until": note.until.isoformat() if note.until else None,
        "by": note.by,
        "tags": list(note.tags),
        "links": list(note.links),
        "data": dict(note.data),
        "parts": [
            {"text": part.text, "passages": sorted({source.passage for source in part.sources})}
            for part in note.parts
        ],
    }


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def notes(
        kind: Annotated[str, typer.Argument(help="Only of one kind, such as day or portrait.")] = "",
        about: Annotated[str, typer.Option(help="Only about this: a day, the key of a name.")] = "",
        limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """List what the memory made of itself: summaries, topics, portraits; 'reflect' makes these notes."""
        with opened(store, namespace, create=False, also=also) as memory:
            there = (one for one in memory.notes(kind, about) if one.parts and (kind or one.kind not in TIES))
            found = list(islice(there, limit))
        if json:
            print_json([note_json(note) for note in found])
            return
        if not found:
            out().print("no notes: 'graphmem reflect' makes them of what is new")
        for note in found:
            out().print(f"{note.kind} {note.title or note.about}  ({note.id})", style="bold")
            for part in note.parts:
                many = len({source.passage for source in part.sources})
                out().print(f"  {part.text}  [{many} passage{'' if many == 1 else 's'}]")
