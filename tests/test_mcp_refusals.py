"""What is refused though the words are right: the moment, the owner or the store stands against it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")

from conftest import opened, put
from mcp import Client as Caller
from mcp import MCPError
from mcp_servers import refused, told

from graphmem import Memory
from graphmem.mcp.clients import Client
from graphmem.mcp.desk import MOST_NAMES, Desk
from graphmem.mcp.server import server_of
from graphmem.testing import HashEmbedder

Walk = Callable[[Caller], Awaitable[None]]


def desk(memory: Memory, *also: str) -> Desk:
    return Desk(memory.store, HashEmbedder(), Client(memory.namespace, "ann", also), "none")


def walked(at: Desk, walk: Walk) -> None:
    """Walk with a client of a server at a desk."""

    async def go() -> None:
        async with Caller(server_of(at)) as caller:
            await walk(caller)

    asyncio.run(go())


def test_the_word_to_forget_stands_for_what_would_have_gone_then(memory: Memory) -> None:
    put(memory, {"tern.md": "The tern of Bear Island sleeps."})

    async def walk(caller: Caller) -> None:
        plan = await told(caller, "forget", document="tern.md")
        assert plan == await told(caller, "forget", document="tern.md")
        await told(caller, "remember", text="The gull of Bear Island wakes.")
        said = await refused(caller, "forget", document="tern.md", confirm=plan["confirm"])
        assert "not the word for what would go now" in said and memory.documents()
        now = await told(caller, "forget", document="tern.md")
        assert now["removed"] != plan["removed"]
        assert (await told(caller, "forget", document="tern.md", confirm=now["confirm"]))["done"]
        assert "there is no document" in await refused(caller, "forget", document="tern.md")

    walked(desk(memory), walk)


def test_what_another_changed_later_is_not_undone(memory: Memory) -> None:
    async def walk(caller: Caller) -> None:
        made = await told(caller, "remember", text="The tern sleeps.")
        plan = await told(caller, "forget", document=made["source"])
        await told(caller, "forget", document=made["source"], confirm=plan["confirm"])
        before = await told(caller, "history")
        said = await refused(caller, "undo", commit=made["commit"])
        assert "later" in said
        assert await told(caller, "history") == before

    walked(desk(memory), walk)


def test_what_was_said_of_sharing_is_not_an_agents_to_undo(memory: Memory) -> None:
    commit = memory.share("theirs")

    async def walk(caller: Caller) -> None:
        assert "only a person takes that back" in await refused(caller, "undo", commit=commit.id)

    walked(desk(memory), walk)


def test_what_is_read_along_is_named_and_not_changed_and_ends_with_the_grant(tmp_path: Path) -> None:
    with opened(tmp_path) as memory, opened(tmp_path, namespace="team") as team:
        put(team, {"tern.md": "The tern of Bear Island sleeps."})
        team.relate("Ada Byron", "lives_in", "Oslo")
        team.share("default")
        (fact,) = team.facts(team.find("Ada Byron"))

        async def walk(caller: Caller) -> None:
            hits = (await told(caller, "recall", question="Where does the tern sleep?"))["hits"]
            assert {hit["namespace"] for hit in hits} == {"team"}
            assert (await told(caller, "show", name=fact.id))["namespace"] == "team"
            assert (await told(caller, "history"))["commits"] == []
            own = hits[0]["document"]
            for tool, arguments in (
                ("correct", {"fact": fact.id, "value": "Rome"}),
                ("correct", {"fact": fact.id, "retract": True}),
                ("forget", {"document": own}),
            ):
                assert "team's" in await refused(caller, tool, **arguments), tool
            team.unshare("default")
            for tool, arguments in (("recall", {"question": "tern"}), ("show", {"name": own})):
                assert "share" in await refused(caller, tool, **arguments)
            with pytest.raises(MCPError, match="share"):
                await caller.read_resource("graphmem://stats")

        head = team.store.head()
        walked(desk(memory, "team"), walk)
        assert team.store.head() == head + 1, "the grant that was taken back is all"


def test_a_write_that_others_keep_waiting_is_told_and_not_done(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.mcp.server.WAIT", 0.05)
    at = desk(memory)

    async def walk(caller: Caller) -> None:
        with at.writing:
            assert "nothing was written" in await refused(caller, "remember", text="The tern sleeps.")
            assert (await told(caller, "history"))["commits"] == [], "who reads does not wait"
        await told(caller, "remember", text="The tern sleeps.")

    walked(at, walk)


def test_a_file_that_is_taken_away_is_told(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"tern.md": "The tern of Bear Island sleeps."})

        async def walk(caller: Caller) -> None:
            (tmp_path / "memory.db").rename(tmp_path / "elsewhere.db")
            for tool, arguments in (("remember", {"text": "Gone."}), ("recall", {"question": "tern"})):
                assert "must be started again" in await refused(caller, tool, **arguments)

        walked(desk(memory), walk)


def test_a_client_of_many_names_fills_no_memory(memory: Memory) -> None:
    at = Desk(memory.store, HashEmbedder(), Client("default"), "none")
    for number in range(3 * MOST_NAMES):
        assert at.memory(f"name {number}").author == f"mcp:name-{number}"
    assert len(at._memories) <= MOST_NAMES
    assert at.memory("name 299") is at.memory("name 299")
