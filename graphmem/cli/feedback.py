"""``graphmem feedback``: say which hits answered a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from graphmem.cli.committing import committed
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
)
from graphmem.errors import InputError
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.ranking import Ranking
from graphmem.types import Commit


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def feedback(
        question: Annotated[str, typer.Argument(help="What was asked.")],
        useful: Annotated[
            list[str] | None, typer.Option(help="A hit that helped: its number, or the id of its passage.")
        ] = None,
        not_useful: Annotated[list[str] | None, typer.Option("--not", help="A hit that did not.")] = None,
        cited: Annotated[list[str] | None, typer.Option(help="A hit that an answer rests on.")] = None,
        clicked: Annotated[
            list[str] | None, typer.Option(help="A hit that was opened; it says least.")
        ] = None,
        k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, help="How many hits there were.")] = 5,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Say which hits of a question helped: it is asked again, and later rankings are better for it."""

        def said(memory: Memory) -> Commit:
            ranking = memory.recall(question, k)
            made = memory.feedback(
                ranking,
                useful=_chosen(ranking, useful),
                not_useful=_chosen(ranking, not_useful),
                cited=_chosen(ranking, cited),
                clicked=_chosen(ranking, clicked),
            )
            if made is None:
                raise InputError(
                    f"none of these hits is of {namespace!r}: say it in the namespace that has them"
                )
            return made

        committed(store, namespace, author, said, json=json)


def _chosen(ranking: Ranking, named: Sequence[str] | None) -> list[str]:
    """The passages that are named by their number in the ranking, from 1, or by id.

    Raises:
        InputError: the ranking has no such number.
    """
    found = []
    for one in named or ():
        number = int(one) if one.isascii() and one.isdigit() else 0
        if one.isascii() and one.isdigit() and not 1 <= number <= len(ranking):
            raise InputError(f"there is no hit {one}: {ranking.query.text!r} has {len(ranking)} (see --k)")
        found.append(ranking[number - 1].passage.id if number else one)
    return found
