"""``graphmem verify``: does all that the store holds hang together."""

from __future__ import annotations

from dataclasses import asdict

import typer

from graphmem.cli.options import DEFAULT_STORE, JsonOption, StoreOption, opened, out, print_json
from graphmem.memory import DEFAULT_NAMESPACE


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def verify(store: StoreOption = DEFAULT_STORE, json: JsonOption = False) -> None:
        """Prove that the store is sound, in all namespaces; exit code 1 and what to do if it is not.

        The log is one whole chain; records are what it says, and all that follows from them is right; no
        sentence is without its passage, no fact without its sentence.
        """
        with opened(store, DEFAULT_NAMESPACE, create=False) as memory:
            faults = memory.verify()
            info = memory.store.info()
        if json:
            print_json(
                {"store": info.url, "commits": info.commits, "faults": [asdict(one) for one in faults]}
            )
        else:
            console = out()
            for fault in faults:
                console.print(f"wrong: {fault}", style="red")
            records = sum(sum(kinds.values()) for kinds in info.records.values())
            told = f"{info.url}: {info.commits} commits, {records} records, {info.vectors} vectors"
            console.print(f"{told}: {f'{len(faults)} faults' if faults else 'all is sound'}")
        if faults:
            raise typer.Exit(1)
