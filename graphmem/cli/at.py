"""``graphmem at``: any reading command on the memory as it was."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from graphmem.cli.options import at as reading_at
from graphmem.cli.options import parse_point
from graphmem.errors import InputError


def _command(context: typer.Context, name: str) -> Any:
    """The command of this name, if it can be asked about the past.

    Raises:
        InputError: there is none, or it reads no memory.
    """
    group = context.parent.command if context.parent else None
    assert isinstance(group, TyperGroup)
    command = group.get_command(context, name)
    options = {option for parameter in command.params for option in parameter.opts} if command else set()
    # What prints no data (a server), or names no single store, would show the present.
    if command is None or not {"--store", "--json"} <= options:
        raise InputError(
            f"'{name}' cannot be asked about the past: use query, show, stats or another that reads"
        )
    return command


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(
        context_settings={
            "ignore_unknown_options": True,
            "allow_extra_args": True,
            "allow_interspersed_args": False,
        }
    )
    def at(
        context: typer.Context,
        point: Annotated[
            str, typer.Argument(metavar="TIME", help="A moment (ISO date or time), or the id of a commit.")
        ],
        command: Annotated[str, typer.Argument(help="The command that is asked, such as query.")],
        arguments: Annotated[
            list[str] | None, typer.Argument(help="Its own arguments and options, --store among them.")
        ] = None,
    ) -> None:
        """Run a command that reads on the memory as it was then: at 2024-05-01 query "Who …?".

        The memory as it was is made anew in a temporary file. A date is its first moment, UTC.
        """
        asked = _command(context, command)
        parse_point(point)
        with reading_at(point), asked.make_context(command, list(arguments or ()), parent=context) as inner:
            asked.invoke(inner)
