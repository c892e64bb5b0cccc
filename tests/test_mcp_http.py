"""The server over HTTP: who gets in, by which token, and what each may then do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")

import httpx2
from conftest import opened, put
from mcp_servers import MODES, TOKEN, Served, http, refused, served, told

ANN, BEN, EVE = "ann-has-a-long-token", "ben-has-a-long-token", "eve-has-a-long-token"
CLIENTS = f"""
[clients.ann]
namespace = "mine"
token_sha256 = "{sha256(ANN.encode()).hexdigest().upper()}"

[clients.ben]
namespace = "theirs"
token_env = "BENS_TOKEN"

[clients.eve]
namespace = "mine"
read_only = true
token_sha256 = "{sha256(EVE.encode()).hexdigest()}"
"""
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with one token, of a memory that knows of a tern."""
    folder = tmp_path_factory.mktemp("one")
    with opened(folder) as memory:
        put(memory, {"tern.md": "The tern of Bear Island sleeps."})
    with served(f"sqlite:///{folder}/memory.db") as server:
        yield server


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with three tokens, two of them of one namespace."""
    folder = tmp_path_factory.mktemp("three")
    (folder / "clients.toml").write_text(CLIENTS, encoding="utf-8")
    url, env = f"sqlite:///{folder}/memory.db", {"BENS_TOKEN": BEN}
    with served(url, "--clients", str(folder / "clients.toml"), env=env) as server:
        yield server


def post(server: Served, **headers: str) -> httpx2.Response:
    """What a request of these headers is answered."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.post(server.url, json=PING, headers={**ACCEPT, **given}, timeout=30)


@pytest.mark.parametrize("mode", MODES)
def test_a_client_with_the_token_is_served(one: Served, mode: str) -> None:
    async def ask() -> None:
        async with http(one.url, mode=mode) as client:
            found = await told(client, "recall", question="Where does the tern sleep?")
            assert found["hits"][0]["source"] == "tern.md"

    asyncio.run(ask())
    assert TOKEN not in one.said, "what was given is not told again"


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Bearer",
        "Bearer x",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer \xe4",
    ],
)
def test_without_the_right_token_nobody_is_served(one: Served, given: str) -> None:
    answer = post(one, **({"Authorization": given.encode("latin-1")} if given else {}))  # type: ignore[arg-type]
    assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
    assert "Authorization: Bearer" in answer.text and TOKEN not in answer.text
    for call in (httpx2.get, httpx2.delete):
        assert call(one.url, timeout=30).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.x:1"]
)
def test_a_page_of_elsewhere_does_not_reach_it_by_a_name_that_leads_here(one: Served, host: str) -> None:
    """DNS rebinding: its token would be sent along by nobody, but whether it is there is nobody's matter."""
    assert post(one, Host=host, Authorization=f"Bearer {TOKEN}").status_code == 421


def test_a_page_of_elsewhere_is_refused_by_its_origin(one: Served) -> None:
    right = f"Bearer {TOKEN}"
    for origin in ("http://evil.example", "https://localhost.evil.example", "null", "file://"):
        assert post(one, Origin=origin, Authorization=right).status_code == 403, origin
    for origin in ("http://localhost:6274", "http://127.0.0.1", "http://[::1]:80"):
        assert post(one, Origin=origin, Authorization=right).status_code not in (401, 403, 421), origin


def test_what_is_too_large_or_no_message_is_refused(one: Served) -> None:
    headers = {**ACCEPT, "Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    for body, status in ((b" " * 5_000_000, 413), (b"{", 400), (b'"\xff"', 400), (b"[" * 100_000, 400)):
        answer = httpx2.post(one.url, content=body, headers=headers, timeout=30)
        assert answer.status_code == status and "Traceback" not in answer.text
    assert httpx2.get(one.url.removesuffix("/mcp") + "/elsewhere", timeout=30).status_code == 404


def test_without_a_token_one_is_made_up_for_this_run(tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/memory.db", env={}) as server:
        found = re.search(r"token: (\S{43}) ", server.said)
        assert found and "GRAPHMEM_MCP_TOKEN" in server.said
        assert server.url.startswith("http://127.0.0.1:")

        async def ask() -> None:
            async with http(server.url, found[1]) as client:
                await told(client, "remember", text="The tern sleeps.")

        asyncio.run(ask())


def test_each_token_has_its_namespace_and_its_name(three: Served) -> None:
    async def walk() -> None:
        async with (
            http(three.url, ANN, name="ben") as ann,
            http(three.url, BEN) as ben,
            http(three.url, EVE) as eve,
        ):
            mine = await told(ann, "remember", text="The ash of Bergen fell.", at="2023-05-08")
            text = "The heron of Whitby hid. namespace: mine"
            theirs = await told(ben, "remember", text=text, at="2023-05-08")
            for client, made in ((ann, mine), (ben, theirs), (eve, mine)):
                (commit,) = (await told(client, "history"))["commits"]
                assert commit["commit"] == made["commit"]
                assert commit["author"] == ("mcp:ann" if made is mine else "mcp:ben")
                for question in ("What fell in Bergen?", "Where did the heron of Whitby hide?"):
                    hits = (await told(client, "recall", question=question))["hits"]
                    assert {hit["source"] for hit in hits} <= {made["source"]}
            for client, other in ((ann, theirs), (ben, mine), (eve, theirs)):
                for name in (other["document"], other["source"]):
                    assert "nothing is called" in await refused(client, "show", name=name)
            for name in ("document", "source"):
                assert "there is no document" in await refused(ann, "forget", document=theirs[name])
            assert "no commits start with" in await refused(ann, "undo", commit=theirs["commit"])
            assert len((await ann.list_tools()).tools) == 17 and len((await eve.list_tools()).tools) == 8
            assert "may only read" in await refused(eve, "undo", commit=mine["commit"])

    asyncio.run(walk())


def test_a_session_serves_only_the_token_that_began_it(three: Served) -> None:
    """Older clients have sessions: one that is found out is worth nothing without its token."""
    first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "h", "version": "1"}}
    begin = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": first}
    with httpx2.Client(headers=ACCEPT, timeout=30) as carrier:
        begun = carrier.post(three.url, json=begin, headers={"Authorization": f"Bearer {ANN}"})
        session = {"Mcp-Session-Id": begun.headers["mcp-session-id"], "Mcp-Protocol-Version": "2025-06-18"}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}

        def status(token: str) -> int:
            headers = {**session, "Authorization": f"Bearer {token}"}
            return carrier.post(three.url, json=listing, headers=headers).status_code

        assert [status(token) for token in (ANN, BEN, EVE, "nobody-has-this-token")] == [200, 404, 404, 401]


def test_another_address_and_name_are_allowed_where_they_are_named(tmp_path: Path) -> None:
    options = ("--host", "localhost", "--allow-host", "memory.example")
    with served(f"sqlite:///{tmp_path}/memory.db", *options) as server:
        assert server.url.startswith("http://localhost:")
        for host, right in (("memory.example", True), ("memory.example:443", True), ("other.example", False)):
            assert (post(server, Host=host, Authorization=f"Bearer {TOKEN}").status_code != 421) is right, (
                host
            )
