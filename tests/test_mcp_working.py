"""The tools of an agent at work: what comes to mind, notes, tasks, and what a statement is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")
pytest.importorskip("spacy", reason="facts are read with graphmem[nlp]")

from conftest import put
from mcp import Client as Caller
from mcp_servers import refused, told
from noted import noted

from graphmem import Memory
from graphmem.mcp.clients import Client
from graphmem.mcp.desk import Desk
from graphmem.mcp.server import server_of
from graphmem.testing import HashEmbedder

SEA = {
    "tern.txt": "The Tern buoy was designed by Ingrid Solvang.",
    "ingrid.txt": "Ingrid Solvang was born in Vardø.",
    "vardo.txt": "Vardø is the easternmost town of Norway.",
    "oak.txt": "Oak is hard wood that ships are built of.",
}
TALK = "".join(
    f"[2023-05-{day:02} 10:00] Ada: I went to the harbour of Bergen to see the Tern buoy.\n"
    f"[2023-05-{day:02} 10:01] Bo: The harbour of Bergen was full of ships on day {day}.\n"
    for day in range(1, 9)
)


def walked(
    memory: Memory,
    *walks: Callable[[Caller], Awaitable[None]],
    pipeline: str = "none",
    read_only: bool = False,
) -> None:
    """Walk with clients of one store and namespace, ann and bob."""

    async def go() -> None:
        for name, walk in zip(("ann", "bob"), walks, strict=False):
            client = Client(memory.namespace, name, read_only=read_only)
            async with Caller(server_of(Desk(memory.store, HashEmbedder(), client, pipeline))) as caller:
                await walk(caller)

    asyncio.run(go())
    assert memory.verify() == ()


def test_what_comes_to_mind_is_new_and_leads_on(memory: Memory) -> None:
    put(memory, SEA)

    async def walk(caller: Caller) -> None:
        first, *_ = (await told(caller, "associate", context=SEA["tern.txt"], k=1))["found"]
        assert first["source"] == "ingrid.txt" and first["over"][0] == "Ingrid Solvang"
        assert first["text"] == SEA["ingrid.txt"] and 0 < first["score"] <= 1
        seen = [first["passage"]]
        then = (await told(caller, "associate", context=SEA["tern.txt"], seen=seen))["found"]
        assert "ingrid.txt" not in {one["source"] for one in then}
        assert (await told(caller, "show", name=first["passage"]))["text"] == first["text"]
        every = " ".join(SEA.values())
        assert "nothing" in (await told(caller, "associate", context=every))["note"]

    walked(memory, walk)


def test_notes_are_made_listed_with_what_they_rest_on_and_undone(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})

    async def walk(caller: Caller) -> None:
        empty = await told(caller, "notes")
        assert empty["notes"] == [] and "reflect makes them" in empty["note"]
        made = await told(caller, "reflect")
        assert made["made"] and not made["remade"] and not made["gone"]
        assert sum(made["kinds"].values()) == made["made"] and "session" in made["kinds"]
        again = await told(caller, "reflect")
        assert again["commits"] == [] and "nothing is new" in again["note"].lower()

        days = await told(caller, "notes", kind="session", limit=50)
        assert len(days["notes"]) == made["kinds"]["session"] and not days["more"]
        until = [one["until"] for one in days["notes"]]
        assert until == sorted(until, reverse=True), "newest first"
        (rest, *_) = days["notes"][0]["lines"][0]["rests_on"]
        shown = await told(caller, "show", name=rest["passage"])
        assert rest["source"] == "talk.txt" and rest["said"].split("…")[0] in shown["text"]
        assert (await told(caller, "show", name=days["notes"][0]["id"]))["kind"] == "note"

        assert (await told(caller, "notes", limit=1))["more"]
        assert "related" not in {one["kind"] for one in (await told(caller, "notes", limit=50))["notes"]}
        found = await told(caller, "notes", words="harbour", kind="session")
        assert found["notes"] and all("harbour" in str(one).lower() for one in found["notes"])
        assert "use others" in (await told(caller, "notes", words="zebra"))["note"]
        assert "there are " in (await told(caller, "notes", kind="dream"))["note"]

        for commit in made["commits"]:
            await told(caller, "undo", commit=commit)
        assert (await told(caller, "notes"))["notes"] == []
        assert (await told(caller, "reflect", whole=True))["made"] == made["made"]

    walked(memory, walk)


def test_a_line_tells_some_of_many_passages_and_counts_the_others(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    passages = list(memory.parts(memory.document("talk.txt"), 100))
    note = noted(memory, "buoy", [("All went to the harbour.", passages)], title="The buoy")  # type: ignore[list-item]

    async def walk(caller: Caller) -> None:
        (one,) = (await told(caller, "notes"))["notes"]
        (line,) = one["lines"]
        assert one["id"] == note.id and one["title"] == "The buoy" and line["text"] == note.text
        assert len(line["rests_on"]) + line["more"] == len(passages) and line["more"] > 0
        assert [rest["passage"] for rest in line["rests_on"]] == [p.id for p in passages[:5]]

    walked(memory, walk)


def test_tasks_are_added_begun_done_and_undone(memory: Memory) -> None:
    put(memory, SEA)

    async def walk(caller: Caller) -> None:
        assert (await told(caller, "tasks"))["prompt"] == "Nothing is being done."
        made = await told(caller, "task", title="plan the trip")
        assert made["task"]["state"] == "open" and made["commit"] and "plan the trip" in made["prompt"]
        same = await told(caller, "task", title="Plan the  trip")
        assert same["task"]["id"] == made["task"]["id"] and same["commit"] is None
        await told(caller, "task", title="find the captain", step_of="plan the trip")
        tied = {"step_of": "plan the trip", "needs": ["find the captain"]}
        last = (await told(caller, "task", title="write to her", **tied))["task"]
        assert last["needs"] == last["waits_for"] == ["find the captain"]
        assert "cannot begin" in await refused(caller, "task", title="write to her", to="active")
        assert "cannot be done" in await refused(caller, "task", title="plan the trip", to="done")
        circle = {"title": "find the captain", "needs": ["write to her"]}
        assert "leave one tie out" in await refused(caller, "task", **circle)

        begun = await told(caller, "task", title="find the captain", to="active")
        assert "now: find the captain" in begun["prompt"] and "for: plan the trip" in begun["prompt"]
        (hit, *_) = (await told(caller, "recall", question="Who designed the Tern buoy?"))["hits"]
        came = {"title": "find the captain", "to": "done", "outcome": "Ingrid Solvang"}
        assert "no passage 'p1'" in await refused(caller, "task", **came, shows=["p1"])
        done = await told(caller, "task", **came, shows=[hit["passage"]])
        assert done["task"]["by"] == "mcp:ann" and done["task"]["shows"] == [hit["passage"]]
        assert "cannot become done" in await refused(caller, "task", **came)

        await told(caller, "task", title="write to her", to="active")
        listed = await told(caller, "tasks")
        assert "[done] find the captain: Ingrid Solvang" in listed["prompt"]
        assert [(one["title"], one["state"]) for one in listed["tasks"]] == [
            ("plan the trip", "open"),
            ("write to her", "active"),
            ("find the captain", "done"),
        ]
        few = await told(caller, "tasks", limit=1)
        assert len(few["tasks"]) == 1 and few["more"] == 2

        await told(caller, "undo", commit=done["commit"])
        states = {one["title"]: one["state"] for one in (await told(caller, "tasks"))["tasks"]}
        assert states["find the captain"] == "open", "two are not done at once by one author"

    async def other(caller: Caller) -> None:
        assert "Nothing is being done." in (await told(caller, "tasks"))["prompt"]
        said = await refused(caller, "task", title="write to her", to="active")
        assert "find the captain" in said or "mcp:ann is doing" in said

    walked(memory, walk, other)
    assert {one.author for one in memory.history() if one.message.startswith("start")} == {"mcp:ann"}


def test_a_statement_is_added_updated_known_denied_and_taken_back(memory: Memory) -> None:
    async def walk(caller: Caller) -> None:
        async def lives() -> list[str]:
            facts = (await told(caller, "show", name="Mira Quist"))["facts"]
            return [one["text"] for one in facts if one["state"] == "holds"]

        oslo = {"text": "Mira Quist lives in Oslo.", "at": "2023-05-08"}
        plan = await told(caller, "decide", **oslo, dry_run=True)
        assert plan["operation"] == "add" and not plan["written"] and plan["commits"] == []
        await refused(caller, "show", name="Mira Quist")
        made = await told(caller, "decide", **oslo)
        assert made["decisions"] == plan["decisions"] and made["source"].startswith("said:mcp:ann/")
        again = await told(caller, "decide", **oslo)
        assert again["operation"] == "noop" and not again["written"] and again["document"] is None
        assert again["decisions"][0]["records"] and "known" in again["decisions"][0]["reason"]

        moved = await told(caller, "decide", text="Mira Quist lives in Bergen.", at="2023-06-08")
        assert moved["operation"] == "update" and await lives() == ["Mira Quist lives in Bergen"]
        for commit in moved["commits"]:
            await told(caller, "undo", commit=commit)
        assert await lives() == ["Mira Quist lives in Oslo"]

        likes = "Mira Quist likes jazz."
        await told(caller, "decide", text=likes)
        denied = await told(caller, "decide", text="Mira Quist does not like jazz.")
        assert denied["operation"] == "delete" and len(denied["commits"]) == 2
        assert "Mira Quist likes jazz" not in await lives()
        for commit in denied["commits"]:
            await told(caller, "undo", commit=commit)
        assert "Mira Quist likes jazz" in await lives()

    walked(memory, walk, pipeline="english")


def test_a_trace_is_noted_summed_up_opened_asked_and_taken_back(memory: Memory) -> None:
    found = "The harbour master says that the Aurelia lies in Bergen."

    async def walk(caller: Caller) -> None:
        assert (await told(caller, "context", trace="trip"))["subgoals"] == []
        first = await told(
            caller, "step", trace="trip", subgoal="find the ship", action="asked", observation=found
        )
        assert first["subgoal"]["state"] == "active" and len(first["commits"]) == 1
        await told(caller, "step", trace="trip", subgoal="find  the ship", action="thanked him")
        done = await told(caller, "step", trace="trip", subgoal="write", action="looked for a pen")
        assert done["subgoal"]["title"] == "write" and len(done["commits"]) == 2  # it finished the other
        shown = await told(caller, "context", trace="trip", question="Where is the Aurelia?")
        assert "Bergen" in shown["text"] and 0 < shown["tokens"][0] <= shown["tokens"][1]
        assert [(one["title"], one["state"], one["steps"]) for one in shown["subgoals"]] == [
            ("find the ship", "finished", 2),
            ("write", "active", 1),
        ]
        assert shown["subgoals"][0]["summary"]
        assert (await told(caller, "recall", question="Aurelia Bergen"))["hits"][0]["text"].count("Aurelia")
        await told(caller, "step", trace="trip", open="find the ship")
        assert (await told(caller, "context", trace="trip"))["subgoals"][0]["state"] == "opened"
        await told(caller, "step", trace="trip", close="find the ship")
        await told(caller, "undo", commit=done["commits"][0])
        assert len((await told(caller, "context", trace="trip"))["subgoals"]) == 1

    async def other(caller: Caller) -> None:
        assert "Bergen" in (await told(caller, "context", trace="trip"))["text"], "one namespace, one trace"

    walked(memory, walk, other)


def test_a_reader_sees_notes_and_tasks_and_makes_none(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    memory.reflect()
    before = list(memory.history())

    async def walk(caller: Caller) -> None:
        assert (await told(caller, "notes"))["notes"] and (await told(caller, "tasks"))["tasks"] == []
        for tool, given in (
            ("task", {"title": "sail"}),
            ("reflect", {}),
            ("decide", {"text": "The tern sleeps.", "dry_run": True}),
            ("step", {"trace": "trip", "subgoal": "sail", "action": "sailed"}),
        ):
            assert "may only read" in await refused(caller, tool, **given)

    walked(memory, walk, read_only=True)
    assert list(memory.history()) == before
