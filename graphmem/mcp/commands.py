"""``graphmem mcp``: the memory as a server for agents."""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

import typer

from graphmem.cli.options import DEFAULT_STORE, AlsoOption, NamespaceOption, StoreOption, opened, talk
from graphmem.errors import InputError, MissingExtra
from graphmem.identity import checked_namespace
from graphmem.ingest.language import AUTOMATIC
from graphmem.mcp.clients import Client, digest_of, load_clients
from graphmem.mcp.desk import Desk
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.ui.commands import LOOPBACK, is_loopback

TOKEN: Final = "GRAPHMEM_MCP_TOKEN"  # the environment variable that holds it


@contextmanager
def desks(store: str, clients: Sequence[Client], pipeline: str) -> Iterator[list[Desk]]:
    """A desk for each client at one open store, closed at the end; one is made if any of them may write.

    Raises:
        StoreURLError: there is no store, and nobody may make one.
        NotShared: a namespace that is to be read along does not share itself.
    """
    create = not all(client.read_only for client in clients)
    first = clients[0]
    with opened(store, first.namespace, create=create, also=first.also) as memory:
        lock = Lock()
        found = [Desk(memory.store, memory.embedder, client, pipeline, lock) for client in clients]
        for desk in found:
            _ = desk.memory("").view  # what is read along is asked for now, not at the first question
        yield found


def _with_token(client: Client, host: str) -> Client:
    """The client with the token of the environment, or on this machine alone with one that is made up."""
    token = os.environ.get(TOKEN, "")
    if not token and not is_loopback(host):
        raise InputError(
            f"others could use the memory at {host}: set {TOKEN}, give --clients, or leave out --host"
        )
    if not token:
        token = secrets.token_urlsafe(32)
        talk.print(f"token: {token} (made for this run; set {TOKEN} to choose one)", soft_wrap=True)
    return replace(client, digest=digest_of(token, TOKEN))


def _stdio(desk: Desk) -> None:
    # Imported here, as below: the other commands do without the SDK.
    import anyio
    from mcp.server.stdio import stdio_server

    from graphmem.mcp.server import server_of

    async def run() -> None:
        server = server_of(desk)
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    # The thread that waits for stdin cannot be woken: Ctrl-C ends the process, as kill does, and no commit
    # is lost by that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(run)


def _http(
    store: str, clients: Sequence[Client], pipeline: str, at: tuple[str, int], names: Sequence[str]
) -> None:
    from graphmem.mcp.http import PATH, application, listen, names_of, serve

    host, port = at
    with desks(store, clients, pipeline) as found, listen(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}{PATH}"
        talk.print(f"The memory is at {url} (Ctrl-C ends it)", soft_wrap=True)
        serve(application(found, names_of(host, names)), listening)


def _served(file: Path | None, only: Client, host: str) -> tuple[Client, ...]:
    """The clients of a file, or the one with the token of the environment."""
    if file is None:
        return (_with_token(only, host),)
    if only.name:
        raise InputError(f"{file} says who its clients are: leave out --client")
    known = load_clients(file, os.environ)
    return tuple(replace(one, read_only=one.read_only or only.read_only) for one in known)


Http = Annotated[bool, typer.Option("--http", help="Serve HTTP with a token, instead of stdio.")]
Host = Annotated[str, typer.Option(help="With --http: where to listen.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="With --http: the port; 0 is any.")]
AllowHost = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-host", help="With --http: another name by which it may be called; may be repeated."
    ),
]
Clients = Annotated[
    Path | None,
    typer.Option(
        "--clients",
        help="With --http: a TOML file of tokens, each with a namespace of its own (docs/mcp.md).",
    ),
]
ReadOnly = Annotated[bool, typer.Option("--read-only", help="Offer only tools that read.")]
Name = Annotated[
    str,
    typer.Option(
        "--client", help="The name in its commits, after 'mcp:'; what it calls itself, if left out."
    ),
]
Pipeline = Annotated[str, typer.Option(help="What reads what is remembered, as in 'ingest'.")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def mcp(
        http: Http = False,
        host: Host = LOOPBACK,
        port: Port = 8765,
        allow_host: AllowHost = None,
        clients: Clients = None,
        read_only: ReadOnly = False,
        client: Name = "",
        pipeline: Pipeline = AUTOMATIC,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
    ) -> None:
        """Serve the memory to agents by the Model Context Protocol, over stdio or HTTP.

        The namespace is fixed here: no call can name another. HTTP is for this machine alone, and asks for
        the token in the environment variable GRAPHMEM_MCP_TOKEN (made up, if it is not set); another --host
        needs it, or --clients.
        """
        for name in (namespace, *(also or ())):
            checked_namespace(name)
        if not http and (clients or allow_host or host != LOOPBACK):
            raise InputError(
                "--clients, --host and --allow-host are for --http: over stdio there is one client"
            )
        if importlib.util.find_spec("mcp_types") is None:  # which is of the SDK's second version
            raise MissingExtra("the MCP server", "mcp")
        only = Client(namespace, client, tuple(also or ()), read_only)
        if http:
            _http(store, _served(clients, only, host), pipeline, (host, port), allow_host or ())
            return
        with desks(store, [only], pipeline) as found:
            if sys.stdin.isatty():
                talk.print(
                    "Waiting for a client, which starts this by itself: see docs/mcp.md (Ctrl-C ends it)"
                )
            _stdio(found[0])
