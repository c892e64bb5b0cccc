"""Servers of the memory as processes of their own, and the SDK's own client at them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation, TextContent

PROCESS: Final = Path(__file__).with_name("mcp_process.py")
TOKEN: Final = "a-token-that-nobody-guesses"
MODES: Final = ("auto", "legacy")  # the protocol without a handshake, and that of older clients
_AT: Final = re.compile(r"The memory is at (http://\S+) ")


def call(url: str, *options: str) -> list[str]:
    """What starts a server of a store; by rules alone, which load quickly, unless told otherwise."""
    pipeline = [] if "--pipeline" in options else ["--pipeline", "none"]
    return [sys.executable, str(PROCESS), "mcp", "--store", url, *pipeline, *options]


def environment(**given: str) -> dict[str, str]:
    """The environment of a server: nothing of the user's memory is in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRAPHMEM_")}
    return {**kept, **given}


@asynccontextmanager
async def stdio(url: str, *options: str, name: str = "tester", mode: str = "auto") -> AsyncIterator[Client]:
    """A client at a server of its own, over stdin and stdout."""
    program, *rest = call(url, *options)
    server = StdioServerParameters(command=program, args=rest, env=environment())
    async with Client(
        stdio_client(server), mode=mode, client_info=Implementation(name=name, version="1")
    ) as client:
        yield client


@dataclass(frozen=True)
class Served:
    """A server that listens: where, and what it said as it started."""

    url: str
    said: str
    process: subprocess.Popen[str]


@contextmanager
def served(url: str, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """A server over HTTP at a port of its own, ended as a service would be."""
    given = environment(**({"GRAPHMEM_MCP_TOKEN": TOKEN} if env is None else env))
    command = [*call(url, *options), "--http", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=given) as process:
        assert process.stderr is not None
        said, found = "", None
        while found is None:
            line = process.stderr.readline()
            assert line, f"it ended: {said}"
            said, found = said + line, _AT.search(line)
        try:
            yield Served(found[1], said, process)
        finally:
            process.send_signal(signal.SIGTERM)
            rest = process.communicate(timeout=30)[1]
            assert "Traceback" not in rest, rest


@asynccontextmanager
async def http(
    url: str, token: str = TOKEN, *, name: str = "tester", mode: str = "auto"
) -> AsyncIterator[Client]:
    """A client with a token at a server over HTTP."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as carrier:
        transport = streamable_http_client(url, http_client=carrier)
        async with Client(transport, mode=mode, client_info=Implementation(name=name, version="1")) as client:
            yield client


async def told(client: Client, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """What a tool answers, which must go well."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def refused(client: Client, tool: str, /, **arguments: Any) -> str:
    """What a tool says that cannot do what it is asked."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error and result.structured_content is None
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert "Traceback" not in content.text and "pydantic" not in content.text
    return content.text
