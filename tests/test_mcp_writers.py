"""Clients that write at once, to one server or to several on one file, lose nothing; nor does a kill."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")

from conftest import opened
from mcp import Client
from mcp_servers import TOKEN, http, served, stdio, told

EACH = 5


async def remembered(client: Client, who: str) -> set[str]:
    """The documents that a client is told of, each recalled as soon as it is answered."""
    found = set()
    for day in range(1, EACH + 1):
        text = f"The {who} was seen by Ada Byron, day {day}."
        found.add((await told(client, "remember", text=text, at=f"2023-05-{day:02}"))["document"])
        hits = (await told(client, "recall", question=f"Was the {who} seen on day {day}?", k=50))["hits"]
        assert text in {hit["text"] for hit in hits}
    return found


def test_clients_of_three_servers_write_at_once_and_all_of_it_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"

    async def walk(at: str) -> list[set[str]]:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(stdio(url, name=f"s{k}")) for k in range(2)]
            clients += [await stack.enter_async_context(http(at, name=f"h{k}")) for k in range(3)]
            birds = ("tern", "heron", "gull", "crane", "stork")
            return await asyncio.gather(*map(remembered, clients, birds))

    with served(url) as server:
        found = asyncio.run(walk(server.url))
    assert [len(one) for one in found] == [EACH] * 5
    with opened(tmp_path) as memory:
        assert {one.id for one in memory.documents()} == set().union(*found)
        assert {one.author for one in memory.history()} == {
            f"mcp:{k}" for k in ("s0", "s1", "h0", "h1", "h2")
        }
        assert memory.verify() == ()


def test_who_corrects_the_same_fact_at_once_is_told_what_came_of_it(tmp_path: Path) -> None:
    """Each is done or refused as a whole, with words; what holds in the end is what one of them said."""
    url = f"sqlite:///{tmp_path}/memory.db"
    with opened(tmp_path) as memory:
        memory.relate("Ada Byron", "lives_in", "Oslo")
        (fact,) = memory.facts(memory.find("Ada Byron"))
    places = ("Rome", "Lima", "Ghent", "Turin")

    async def walk(at: str) -> list[bool]:
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(stdio(url)) for _ in range(2)]
            clients += [await stack.enter_async_context(http(at)) for _ in range(2)]
            calls = [
                client.call_tool("correct", {"fact": fact.id, "value": place})
                for client, place in zip(clients, places, strict=True)
            ]
            results = await asyncio.gather(*calls)
            assert all("Traceback" not in str(result.content) for result in results)
            return [not result.is_error for result in results]

    with served(url) as server:
        done = asyncio.run(walk(server.url))
    with opened(tmp_path) as memory:
        held = {one.text for one in memory.facts(memory.find("Ada Byron"))}
        assert any(done) and held and held <= {f"Ada Byron lives in {place}" for place in places}
        assert len(list(memory.history())) == 1 + sum(done) and memory.verify() == ()


@pytest.mark.parametrize("texts", [1, 4])
def test_what_was_answered_before_the_server_was_killed_is_there(tmp_path: Path, texts: int) -> None:
    url = f"sqlite:///{tmp_path}/memory.db"
    answered: list[str] = []

    async def write(at: str) -> None:
        async with http(at) as client:
            for day in range(10_000):
                made = await told(client, "remember", text=f"The tern sleeps, day {day}.", at="2023-05-08")
                answered.append(made["document"])

    async def walk() -> None:
        with served(url) as server:
            writing = asyncio.create_task(write(server.url))
            while len(answered) < texts:
                await asyncio.sleep(0.005)
            server.process.kill()
            (ended,) = await asyncio.gather(writing, return_exceptions=True)
            assert isinstance(ended, Exception), "the client is told"

    asyncio.run(walk())
    with opened(tmp_path) as memory:
        there = {one.id for one in memory.documents()}
        assert len(answered) >= texts and set(answered) <= there and len(there) <= len(answered) + 1
        assert memory.verify() == ()
    with served(url) as server:

        async def again() -> None:
            async with http(server.url, TOKEN) as client:
                assert (await told(client, "recall", question="Who sleeps?"))["hits"]

        asyncio.run(again())
