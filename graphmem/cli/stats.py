"""``graphmem stats``: what the memory holds."""

from __future__ import annotations

from typing import Annotated

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    print_json,
    print_table,
)
from graphmem.memory import DEFAULT_NAMESPACE, Memory


def list_documents(memory: Memory, json: bool) -> None:
    """Every document with its kind, size and id."""
    documents = sorted(memory.documents(), key=lambda document: document.uri)
    if json:
        print_json(
            [
                {"uri": d.uri, "title": d.title, "kind": d.kind, "characters": d.characters, "id": d.id}
                for d in documents
            ]
        )
        return
    rows = [(d.uri, d.title, d.kind, f"{d.characters:,}") for d in documents]
    print_table(("uri", "title", "kind", "characters"), rows, right=("characters",), least=7)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def stats(
        documents: Annotated[bool, typer.Option("--documents", help="List the documents.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Count what the memory holds."""
        with opened(store, namespace, create=False) as memory:
            if documents:
                list_documents(memory, json)
                return
            info = memory.store.info()
        counts = dict(info.records.get(namespace, {}))
        if json:
            print_json(
                {
                    "store": info.url,
                    "namespace": namespace,
                    "records": counts,
                    "encoder": info.encoder,
                    "whole_store": {
                        "commits": info.commits,
                        "vectors": info.vectors,
                        "bytes": info.bytes,
                    },
                }
            )
            return
        console = out()
        console.print(f"{info.url}, namespace {namespace}")
        for kind, count in counts.items():
            console.print(f"  {kind:<10}{count:>10,}")
        console.print(
            f"  in the whole store: {info.commits:,} commits, {info.vectors:,} vectors"
            + (f", {info.bytes / 1e6:,.1f} MB" if info.bytes is not None else "")
        )
