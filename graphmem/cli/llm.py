"""What commands that ask a language model share: options, its budget, its cache."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from graphmem.errors import InputError
from graphmem.llm import Budget, Cache, Client, Price, chat_model, folder

LlmBudgetOption = Annotated[
    int | None, typer.Option("--llm-budget", min=0, help="Tokens that the model may use at most.")
]
LlmPriceOption = Annotated[
    str | None,
    typer.Option("--llm-price", help="Prices of a million tokens, sent and answered, as 0.15,0.60."),
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


def budget_of(tokens: int | None, price: str | None) -> Budget:
    """What the model may use, as the options say.

    Raises:
        InputError: they mean nothing.
    """
    return Budget(tokens=tokens, price=price_of(price) if price is not None else None)


def cache_of(cached: bool) -> Cache | None:
    """Where answers are kept; None if they are not to be."""
    return Cache(folder()) if cached else None


def client_of(llm: str | None, limit: Budget, *, cached: bool) -> Client | None:
    """The client of the chat model with this name; None without one.

    Raises:
        MissingExtra: LangChain is not installed.
        InputError: no such model, or options for one without one.
    """
    if llm is None:
        if limit.tokens is not None or limit.price is not None or not cached:
            raise InputError("options for a language model need one: --llm provider:model")
        return None
    return Client(chat_model(llm), name=llm, cache=cache_of(cached), budget=limit)
