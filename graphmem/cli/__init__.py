"""The command line: one command per file."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer

from graphmem import plugins
from graphmem.cli import (
    admit,
    ask,
    at,
    blame,
    copy,
    correct,
    diff,
    different,
    disputes,
    doctor,
    export,
    facts,
    fade,
    familiar,
    feedback,
    forget,
    history,
    learned,
    merge,
    notes,
    pin,
    purge,
    query,
    questions,
    reflect,
    relate,
    rename,
    retention,
    retract,
    retype,
    routines,
    same,
    share,
    show,
    split,
    stats,
    trust,
    undo,
    verify,
    wake,
)
from graphmem.cli.options import talk
from graphmem.errors import GraphMemError


def build() -> typer.Typer:
    """The application, with the commands of installed plugins."""
    app = typer.Typer(
        name="graphmem",
        help="A knowledge memory on a graph: answers with evidence, without an LLM, a key or a server.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    plugins.register_all(app)
    for command in (
        query,
        ask,
        familiar,
        feedback,
        learned,
        show,
        facts,
        disputes,
        questions,
        reflect,
        notes,
        routines,
        same,
        different,
        merge,
        split,
        relate,
        correct,
        retract,
        admit,
        pin,
        rename,
        retype,
        share,
        trust,
        history,
        diff,
        blame,
        at,
        undo,
        forget,
        fade,
        wake,
        retention,
        purge,
        stats,
        verify,
        doctor,
        export,
        copy,
    ):
        command.register(app)
    return app


def _data_is_utf8() -> None:
    """Pipes and files carry UTF-8 whatever the locale; a terminal shows ? for what it lacks."""
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "replace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors=errors)


def main() -> None:
    """Run a command: 0 all is well, 1 something failed (stderr says what and what to do), 2 wrong usage."""
    _data_is_utf8()
    try:
        build()()
    except GraphMemError as error:
        talk.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)
