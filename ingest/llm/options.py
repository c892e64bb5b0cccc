"""The options of commands that read with a model, and the extractor that they ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from graphmem import relations
from graphmem.cli.options import talk
from graphmem.errors import InputError
from graphmem.ingest.llm.budget import Budget, Price
from graphmem.ingest.llm.cache import Cache, folder
from graphmem.ingest.llm.extractor import Extractor
from graphmem.ingest.llm.model import chat_model

LlmOption = Annotated[
    str | None,
    typer.Option("--llm", help="Also read with a chat model, as openai:gpt-4o-mini; texts are sent to it."),
]
LlmBudgetOption = Annotated[
    int | None, typer.Option("--llm-budget", min=0, help="Tokens that the model may use at most.")
]
LlmPriceOption = Annotated[
    str | None,
    typer.Option("--llm-price", help="Prices of a million tokens, sent and answered, as 0.15,0.60."),
]
LlmRelationsOption = Annotated[
    Path | None, typer.Option("--llm-relations", help="Take only these relations (TOML) and the known ones.")
]
NoLlmCacheOption = Annotated[
    bool, typer.Option("--no-llm-cache", help="Ask again what was answered before, and keep nothing.")
]


def price_of(text: str) -> Price:
    """Two prices of a million tokens, with a comma between.

    Raises:
        InputError: it is not that.
    """
    try:
        sent, answered = (float(part) for part in text.split(","))
        if not math.isfinite(sent + answered):
            raise ValueError(text)
    except ValueError:
        raise InputError(
            f"--llm-price {text!r}: write the prices of a million tokens, as 0.15,0.60"
        ) from None
    return Price(sent, answered)


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
    limit = Budget(tokens=budget, price=price_of(price) if price is not None else None)
    guided = relations.load(schema) if schema is not None else None
    cache = Cache(folder()) if cached else None
    return Extractor(chat_model(llm), name=llm, cache=cache, budget=limit, guided=guided)


@contextmanager
def told_at_the_end(extractor: Extractor | None) -> Iterator[None]:
    """Say on stderr what the model did and cost, however the run ends."""
    try:
        yield
    finally:
        if extractor is not None:
            for line in extractor.report.lines():
                talk.print(line, markup=False, soft_wrap=True)
