"""The options of commands that read with a model, and the extractor that they ask for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from graphmem import relations
from graphmem.cli.llm import budget_of, cache_of
from graphmem.cli.options import talk
from graphmem.errors import InputError
from graphmem.ingest.llm.extractor import Extractor
from graphmem.llm import chat_model

LlmOption = Annotated[
    str | None,
    typer.Option("--llm", help="Also read with a chat model, as openai:gpt-4o-mini; texts are sent to it."),
]
LlmRelationsOption = Annotated[
    Path | None, typer.Option("--llm-relations", help="Take only these relations (TOML) and the known ones.")
]


def extractor_of(
    llm: str | None, budget: int | None, price: str | None, schema: Path | None, *, cached: bool
) -> Extractor | None:
    """The extractor that the options ask for; None without a model.

    Raises:
        MissingExtra: LangChain is not installed.
        InputError: no such model, or options that mean nothing.
    """
    if llm is None:
        if budget is not None or price is not None or schema is not None or not cached:
            raise InputError("options for a language model need one: --llm provider:model")
        return None
    limit = budget_of(budget, price)
    guided = relations.load(schema) if schema is not None else None
    return Extractor(chat_model(llm), name=llm, cache=cache_of(cached), budget=limit, guided=guided)


@contextmanager
def told_at_the_end(extractor: Extractor | None) -> Iterator[None]:
    """Say on stderr what the model did and cost, however the run ends."""
    try:
        yield
    finally:
        if extractor is not None:
            for line in extractor.report.lines():
                talk.print(line, markup=False, soft_wrap=True)
