"""The server over HTTP: one address, and a token that says whose memory it is.

Each client has a server of its own, with sessions of its own: a request reaches the server of whoever its
token names, so that no session, header or argument can name another's (RFC 6750; MCP, Streamable HTTP).
"""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from typing import Final

from graphmem.errors import InputError, MissingExtra
from graphmem.mcp.clients import Client, who_calls
from graphmem.mcp.desk import Desk
from graphmem.mcp.server import server_of

try:
    import uvicorn
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.types import Receive, Scope, Send
except ImportError as error:
    raise MissingExtra("the MCP server", "mcp") from error

PATH: Final = "/mcp"
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_CLOSING: Final = 3  # seconds that open streams have when the server ends


def _callable_as(names: Sequence[str]) -> TransportSecuritySettings:
    """By which names the server may be called: a page of elsewhere has another (DNS rebinding)."""
    hosts = [host for name in names for host in (name, f"{name}:*")]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


class Door:
    """Lets a request through to the server of the client whose token it bears."""

    def __init__(self, desks: Sequence[Desk], names: Sequence[str]) -> None:
        self._clients = [desk.client for desk in desks]
        # Asked before the token: a page that has no business here learns not even whether there is one.
        self._security = TransportSecurityMiddleware(_callable_as(names))
        self.rooms: dict[Client, StreamableHTTPSessionManager] = {
            desk.client: StreamableHTTPSessionManager(server_of(desk)) for desk in desks
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 or 403 to a wrong host or origin, 401 without a right token, else hand on."""
        request = Request(scope, receive)
        refusal = await self._security.validate_request(request)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        client = who_calls(self._clients, request.headers.get("authorization", ""))
        if client is None:
            told = {"error": "invalid_token", "error_description": "send 'Authorization: Bearer TOKEN'"}
            refusal = JSONResponse(told, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
            await refusal(scope, receive, send)
            return
        await self.rooms[client].handle_request(scope, receive, send)


def application(desks: Sequence[Desk], names: Sequence[str]) -> Starlette:
    """The ASGI application for clients with tokens, to be called by these host names."""
    door = Door(desks, names)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for room in door.rooms.values():
                await stack.enter_async_context(room.run())
            yield

    return Starlette(routes=[Route(PATH, endpoint=door)], lifespan=lifespan)


def names_of(host: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """The names by which a server that listens at ``host`` may be called, ``allowed`` besides."""
    try:
        address = ip_address(host)
    except ValueError:
        own = [host]
    else:
        own = [] if address.is_unspecified else [f"[{host}]" if address.version == 6 else host]
    return tuple(dict.fromkeys((*LOOPBACK, *own, *allowed)))


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is any that is free.

    Raises:
        InputError: the address cannot be listened at.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot listen at {host}:{port} ({why}): give another --port or --host") from error


def serve(app: Starlette, at: socket.socket) -> None:
    """Serve until the process is told to end; logs go to stderr."""
    logging.getLogger("mcp").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_CLOSING,
        lifespan="on",
    )
    uvicorn.Server(config).run(sockets=[at])
