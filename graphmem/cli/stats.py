"""``graphmem stats``: what the memory holds."""

from __future__ import annotations

from typing import Annotated

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
    print_table,
)
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.sharing import PRIVATE


def list_documents(memory: Memory, json: bool) -> None:
    """Every document with its kind, size and id."""
    documents = sorted(memory.documents(), key=lambda document: document.uri)
    if json:
        print_json(
            [
                {
                    "uri": d.uri,
                    "title": d.title,
                    "kind": d.kind,
                    "characters": d.characters,
                    "id": d.id,
                    "namespace": d.namespace,
                }
                for d in documents
            ]
        )
        return
    rows = [(d.namespace, d.uri, d.title, d.kind, f"{d.characters:,}") for d in documents]
    columns = ("namespace", "uri", "title", "kind", "characters")
    own = 0 if memory.also else 1  # of one namespace it goes without saying
    print_table(columns[own:], [row[own:] for row in rows], right=("characters",), least=7)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def stats(
        documents: Annotated[bool, typer.Option("--documents", help="List the documents.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """Count what the memory holds."""
        with opened(store, namespace, create=False, also=also) as memory:
            if documents:
                list_documents(memory, json)
                return
            along = sorted(memory.view.namespaces - {namespace})
            info = memory.store.info()
            dormant = len(memory.dormant())
        counts = dict(info.records.get(namespace, {}))
        others = {
            name: {kind: n for kind, n in info.records.get(name, {}).items() if kind not in PRIVATE}
            for name in along
        }
        if json:
            print_json(
                {
                    "store": info.url,
                    "namespace": namespace,
                    "records": counts,
                    "dormant": dormant,
                    "also": others,
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
        for name, found in {namespace: counts, **others}.items():
            if name != namespace:
                console.print(f"read along: {name}")
            for kind, count in found.items():
                console.print(f"  {kind:<10}{count:>10,}")
        if dormant:
            console.print(f"  of the passages {dormant:,} sleep: 'graphmem wake --all' wakes them")
        console.print(
            f"  in the whole store: {info.commits:,} commits, {info.vectors:,} vectors"
            + (f", {info.bytes / 1e6:,.1f} MB" if info.bytes is not None else "")
        )
