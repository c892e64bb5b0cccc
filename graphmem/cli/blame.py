"""``graphmem blame``: which source and which commit brought what the memory knows."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graphmem.blaming import Origin
from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    print_json,
    print_table,
)
from graphmem.memory import DEFAULT_NAMESPACE


def origin_json(origin: Origin) -> dict[str, Any]:
    """An origin as JSON values; offsets count characters of the sentence, and of the document's text."""
    sentence = origin.sentence
    return {
        "commit": origin.commit.id,
        "at": origin.commit.at,
        "author": origin.commit.author,
        "message": origin.commit.message,
        "uri": origin.uri or None,
        "record": origin.record,
        "kind": origin.kind,
        "sentence": sentence.text if sentence else None,
        "start": origin.start,
        "end": origin.end,
        "offset": origin.offset,
        "text": origin.text,
    }


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def blame(
        name: Annotated[
            str, typer.Argument(help="Id of a fact, event or other record, URI of a document, or a name.")
        ],
        limit: Annotated[int, typer.Option(min=1, help="How many sentences at most.")] = 20,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Tell where a fact, event, entity or sentence comes from: commits and sentences, earliest first."""
        with opened(store, namespace, create=False) as memory:
            found = memory.blame(name)[:limit]
        if json:
            print_json([origin_json(origin) for origin in found])
            return
        rows = []
        for origin in found:
            where = f"{origin.uri}:{origin.offset}-{origin.offset + origin.end - origin.start}"
            cells = (origin.commit.id[:10], f"{origin.commit.at:%Y-%m-%d %H:%M:%S}", origin.commit.author)
            said = origin.text or origin.commit.message
            rows.append((*cells, where if origin.sentence else origin.uri, said))
        print_table(("commit", "at", "author", "where", "text"), rows, least=10)
