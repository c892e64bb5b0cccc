"""``graphmem reflect``: go over what is new and make notes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from graphmem.cli.llm import LlmBudgetOption, LlmPriceOption, NoLlmCacheOption, budget_of, client_of
from graphmem.cli.notes import note_json
from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_span,
    print_json,
    talk,
)
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.notes import TIES, Note
from graphmem.reflection import REFLECTORS, Reflection, Worded


def reflection_json(found: Reflection) -> dict[str, Any]:
    """A reflection as JSON values."""
    return {
        "passages": found.passages,
        "whole": found.whole,
        "made": [note_json(note) for note in found.made],
        "remade": [note_json(note) for note in found.remade],
        "gone": [note_json(note) for note in found.gone],
        "commits": [commit.id for commit in found.commits],
        "worded": asdict(found.worded) if found.worded else None,
    }


def lines(found: Reflection, dry_run: bool) -> Iterator[str]:
    """A reflection for people: what came, what says something else, what went."""
    if found.worded:
        yield _worded(found.worded, dry_run)
    over = f"{found.passages:,} passage{'' if found.passages == 1 else 's'}"
    if not found.changes:
        yield "nothing is new since the last reflection"
        return
    yield f"went over {'all of the memory, ' if found.whole else ''}{over}"
    for sign, notes in (("+", found.made), ("~", found.remade), ("-", found.gone)):
        yield from (f"{sign} {_line(note)}" for note in notes if note.kind not in TIES)
        if ties := sum(note.kind in TIES for note in notes):
            yield f"{sign} {_notes(ties)} by which recall finds more, unlisted (keys of turns, ties)"
    if found.commits:
        first, last = found.commits[0].id[:10], found.commits[-1].id[:10]
        yield f"to take it back: graphmem undo {first if first == last else f'--run {first}'}"
    elif dry_run:
        yield "nothing was written: leave out --dry-run to make these notes"


def _worded(told: Worded, dry_run: bool) -> str:
    """What a model had to do with it, in a line."""
    if dry_run:
        return f"{told.by} would be asked for {_notes(told.asked)}"
    line = f"{told.by} was asked for {_notes(told.asked)} and worded {told.written}"
    if told.dropped:
        line += f"; {told.dropped} line{'' if told.dropped == 1 else 's'} that no sentence carries left out"
    if told.useless:
        line += f"; of {_notes(told.useless)} nothing was of use: made without it"
    if told.left:
        line += f"; {_notes(told.left)} left for the next reflection: {told.trouble}"
    return line


def _notes(count: int) -> str:
    return f"{count:,} note{'' if count == 1 else 's'}"


def _line(note: Note) -> str:
    first = note.parts[0].text if note.parts else ""
    return f"{note.kind} {note.title or note.about}: {first}"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def reflect(
        only: Annotated[
            list[str] | None, typer.Option(help=f"Only this of {', '.join(REFLECTORS)}; may be repeated.")
        ] = None,
        whole: Annotated[bool, typer.Option("--whole", help="Go over all of the memory again.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")] = False,
        every: Annotated[
            str, typer.Option(help="Do it again and again, so long apart ('1d', '6h'), until it is stopped.")
        ] = "",
        llm: Annotated[
            str | None,
            typer.Option(
                "--llm",
                help="Let a chat model word summaries, topics and portraits, as openai:gpt-4o-mini;"
                " sentences are sent to it.",
            ),
        ] = None,
        llm_budget: LlmBudgetOption = None,
        llm_price: LlmPriceOption = None,
        no_llm_cache: NoLlmCacheOption = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Go over what is new and make notes of it: summaries, topics, portraits; 'undo' takes them back."""
        wait = parse_span(every) if every else timedelta()
        limit = budget_of(llm_budget, llm_price)
        client = client_of(llm, limit, cached=not no_llm_cache)
        while True:
            with opened(store, namespace, create=False) as memory:
                try:
                    found = memory.reflect(*(only or ()), whole=whole, dry_run=dry_run, llm=client)
                finally:
                    if client is not None and not dry_run:
                        talk.print(limit.line(), soft_wrap=True)
            if json:
                print_json(reflection_json(found))
            else:
                for line in lines(found, dry_run):
                    out().print(line)
            if not every:
                return
            talk.print(f"the next reflection is in {every}; Ctrl-C stops it")
            time.sleep(wait.total_seconds())
