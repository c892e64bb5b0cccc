"""The memory as a server for agents: each tool, over stdio, by the SDK's own client."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp_types", reason="needs graphmem[mcp]")
pytest.importorskip("spacy", reason="facts are read with graphmem[nlp]")

from conftest import opened, put
from mcp import MCPError
from mcp_servers import MODES, call, environment, refused, stdio, told

READING = ["recall", "why", "show", "history", "associate", "notes", "tasks", "context"]
WRITING = ["remember", "correct", "feedback", "forget", "undo", "decide", "reflect", "task", "step"]
ADDING = ["remember", "feedback", "reflect", "task", "step"]  # of these, what takes nothing away
QUESTION = "Where does Ada Byron live?"


def address(folder: Path) -> str:
    return f"sqlite:///{folder}/memory.db"


def test_what_is_remembered_is_recalled_explained_corrected_undone_and_forgotten(tmp_path: Path) -> None:
    async def walk() -> None:
        async with stdio(address(tmp_path), "--pipeline", "english", name="Some Agent") as client:
            text = "Ada Byron lives in Oslo. Bo Bell works for Acme."
            made = await told(client, "remember", text=text, speaker="Cy", at="2023-05-08")
            assert made["new"] and made["source"].startswith("said:mcp:Some-Agent/")
            assert [fact["text"] for fact in made["facts"]][0] == "Ada Byron lives in Oslo"
            again = await told(client, "remember", text=text, speaker="Cy", at="2023-05-08")
            assert not again["new"] and again["document"] == made["document"]

            found = await told(client, "recall", question=QUESTION, k=3)
            (hit,) = found["hits"]
            assert hit["text"] == text and hit["source"] == made["source"] and hit["speaker"] == "Cy"
            assert hit["when"] == "2023-05-08T00:00:00Z" and found["linked"] == ["Ada Byron"]
            for name in ("1", hit["passage"]):
                reasons = await told(client, "why", question=QUESTION, k=3, hit=name)
                assert reasons["hit"] == hit and reasons["path"][0]["text"] == QUESTION
                assert {seed["text"] for seed in reasons["seeds"]} >= {"Ada Byron"}

            (fact,) = (await told(client, "show", name="Ada Byron"))["facts"]
            assert (await told(client, "show", name=fact["id"]))["sentences"][0]["text"] == text
            done = await told(client, "correct", fact=fact["id"], value="Lima")
            assert done["before"]["state"] == "retracted"
            assert [one["text"] for one in done["now"]] == ["Ada Byron lives in Lima"]

            listed = await told(client, "history")
            assert [one["commit"] for one in listed["commits"]] == [done["commit"], made["commit"]]
            assert {one["author"] for one in listed["commits"]} == {"mcp:Some-Agent"}
            back = await told(client, "undo", commit=done["commit"][:10])
            assert back["undone"] == done["message"]
            (fact,) = (await told(client, "show", name="Ada Byron"))["facts"]
            assert fact["state"] == "holds" and fact["text"] == "Ada Byron lives in Oslo"

            plan = await told(client, "forget", document=made["source"])
            assert not plan["done"] and plan["commit"] is None and plan["removed"]["fact"] == 2
            assert (await told(client, "recall", question=QUESTION))["hits"], "nothing was changed yet"
            gone = await told(client, "forget", document=made["source"], confirm=plan["confirm"])
            assert gone["done"] and gone["removed"] == plan["removed"] and gone["confirm"] is None
            empty = await told(client, "recall", question=QUESTION)
            assert empty["hits"] == [] and not empty["answered"]
            assert "nothing" in empty["note"].lower()
            await refused(client, "show", name="Ada Byron")

            await told(client, "undo", commit=gone["commit"])
            assert (await told(client, "recall", question=QUESTION))["hits"][0]["text"] == text

    asyncio.run(walk())
    with opened(tmp_path) as memory:
        assert memory.verify() == ()


def test_feedback_is_learned_from_and_undone(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        turns = (f"[2023-05-0{n} 10:00] Ada: The tern {n} sleeps on Bear Island.\n" for n in range(1, 6))
        put(memory, {"tern.txt": "".join(turns)})

    async def say() -> None:
        async with stdio(address(tmp_path)) as client:
            asked = {"question": "Where does the tern sleep?", "k": 4}
            hits = (await told(client, "recall", **asked))["hits"]
            made = await told(client, "feedback", **asked, cited=[hits[2]["passage"]], not_useful=["1"])
            assert made["lessons"] == 1 and "1 cited, 1 not" in made["message"]
            await told(client, "undo", commit=made["commit"])
            assert [hit["passage"] for hit in (await told(client, "recall", **asked))["hits"]] == [
                hit["passage"] for hit in hits
            ]

    asyncio.run(say())
    with opened(tmp_path) as memory:
        assert not memory.learned().count and memory.verify() == ()


@pytest.mark.parametrize("mode", MODES)
def test_tools_say_what_they_take_answer_and_do(tmp_path: Path, mode: str) -> None:
    async def look() -> None:
        async with stdio(address(tmp_path), mode=mode) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert list(tools) == [*READING, *WRITING]
            for name, tool in tools.items():
                assert tool.description and tool.annotations and tool.output_schema
                assert tool.annotations.read_only_hint is (name in READING)
                assert tool.annotations.destructive_hint is (name in WRITING and name not in ADDING)
                assert tool.annotations.open_world_hint is False
                assert tool.input_schema["additionalProperties"] is False
                given = tool.input_schema["properties"]
                assert all(one.get("description") for one in given.values()), name
                assert not any("namespace" in argument or "author" in argument for argument in given) or (
                    name == "history" and "namespace" not in given
                )
            assert client.instructions and "recall" in client.instructions.lower()
            if mode == "legacy":
                made = await told(client, "remember", text="The tern of Bear Island sleeps.")
                assert made["source"].startswith("said:mcp:tester/")

    asyncio.run(look())


def test_a_reader_is_not_even_told_of_tools_that_write(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"tern.md": "The tern of Bear Island sleeps."})
        before = list(memory.history())

    async def read() -> None:
        async with stdio(address(tmp_path), "--read-only") as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == READING
            assert client.instructions and "remember" not in client.instructions.lower()
            assert (await told(client, "recall", question="Where does the tern sleep?"))["hits"]
            for tool in WRITING:
                said = await refused(client, tool, text="x", document="tern.md", fact="f", commit="cccc")
                assert "may only read" in said and ", ".join(READING) in said

    asyncio.run(read())
    with opened(tmp_path) as memory:
        assert list(memory.history()) == before


LONG = "a" * 50_001
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("recall", {}, "question: Field required"),
    ("recall", {"question": ""}, "at least 1 character"),
    ("recall", {"question": " \n"}, "the question is empty"),
    ("recall", {"question": "a" * 4001}, "at most 4000"),
    ("recall", {"question": 5}, "question: Input should be a valid string"),
    ("recall", {"question": "x", "k": 0}, "k: Input should be greater than or equal to 1"),
    ("recall", {"question": "x", "k": 51}, "less than or equal to 50"),
    ("recall", {"question": "x", "as_of": "someday"}, "write 2023-05-08"),
    ("recall", {"question": "x", "as_of": 1683504000}, "write a date as text"),
    ("recall", {"question": "x", "as_of": "0001-01-01T00:00:00+14:00"}, "before the year 1"),
    ("recall", {"question": "x", "as_of": "9999-12-31T23:00:00-14:00"}, "after 9999"),
    ("recall", {"question": "x", "namespace": "other"}, "recall takes: question, k, as_of"),
    ("why", {"question": "tern", "hit": "9"}, "no hit '9' among its first 5"),
    ("show", {"name": "nobody"}, "nothing is called 'nobody'"),
    ("show", {"name": "x", "limit": -1}, "greater than or equal to 1"),
    ("history", {"limit": 201}, "less than or equal to 200"),
    ("remember", {"text": ""}, "at least 1 character"),
    ("remember", {"text": " \t\n"}, "nothing to add"),
    ("remember", {"text": LONG}, "at most 50000"),
    ("remember", {"text": "x", "author": "user"}, "remember takes: text, speaker, at"),
    ("correct", {"fact": "f123"}, "value, since, until"),
    ("correct", {"fact": "f123", "value": "Rome", "retract": True}, "one of the two"),
    ("correct", {"fact": "f123", "value": "Rome", "reason": "so"}, "a reason is kept of what is retracted"),
    ("correct", {"fact": "f123", "value": "Rome"}, "there is no fact 'f123'"),
    ("feedback", {"question": "tern"}, "nothing is said"),
    ("feedback", {"question": "tern", "useful": ["9"]}, "'9' is no hit of this ranking"),
    ("feedback", {"question": "tern", "useful": ["1"], "not_useful": ["1"]}, "of use and of none"),
    ("forget", {"document": "*"}, "there is no document '*'"),
    ("forget", {"document": "tern.md", "confirm": "00000000"}, "not the word for what would go now"),
    ("undo", {"commit": "cccc"}, "cccc"),
    ("undo", {"commit": "*"}, "commit: String should match pattern"),
    ("undo", {"commit": ["c"]}, "commit: Input should be a valid string"),
    ("associate", {"context": ""}, "at least 1 character"),
    ("associate", {"context": " \n"}, "the context is empty"),
    ("associate", {"context": "x", "k": 51}, "less than or equal to 50"),
    ("notes", {"kind": "day", "limit": 0}, "greater than or equal to 1"),
    ("notes", {"about": "x"}, "notes takes: kind, words, limit"),
    ("tasks", {"by": "ann"}, "tasks takes: limit"),
    ("reflect", {"whole": "perhaps"}, "whole: Input should be a valid boolean"),
    ("task", {"title": " "}, "a task needs a title"),
    ("task", {"title": "sail", "to": "finished"}, "to: Input should be 'open', 'active'"),
    ("task", {"title": "sail", "to": "done"}, "there is no task 'sail': 'tasks' lists"),
    ("task", {"title": "sail", "step_of": "trip"}, "there is no task 'trip'"),
    ("task", {"title": "sail", "to": "done", "needs": ["trip"]}, "one of the two"),
    ("task", {"title": "sail", "outcome": "well"}, "say to which state, with 'to'"),
    ("task", {"title": "sail", "to": "active", "outcome": "well"}, "leave them out when it begins"),
    ("context", {"trace": " "}, "which trace is it?"),
    ("context", {"trace": "trip", "budget": 0}, "greater than or equal to 1"),
    ("step", {"trace": "trip"}, "nothing is to be noted: give an action"),
    ("step", {"trace": "trip", "subgoal": "sail"}, "a subgoal begins with its first step"),
    ("step", {"trace": "trip", "action": "sailed"}, "no subgoal was begun"),
    ("step", {"trace": "trip", "finish": True}, "trip has no subgoal to finish"),
    ("step", {"trace": "trip", "subgoal": "sail", "action": "sailed", "open": "x"}, "in a call of its own"),
    ("step", {"trace": "trip", "open": "sail"}, "trip has no subgoal 'sail'"),
    ("decide", {"text": " \t"}, "nothing to add"),
    ("decide", {"text": "x", "decide": True}, "decide takes: text, speaker, at, dry_run"),
    ("drop_all", {}, "there is no tool 'drop_all': use one of recall, why"),
]


@pytest.mark.parametrize("mode", MODES)
def test_what_cannot_be_done_is_told_with_what_to_do_and_writes_nothing(tmp_path: Path, mode: str) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"tern.md": "The tern of Bear Island sleeps."})
        before = list(memory.history())

    async def ask() -> None:
        async with stdio(address(tmp_path), mode=mode) as client:
            for tool, arguments, message in BAD:
                assert message in await refused(client, tool, **arguments), (tool, arguments)
            assert (await told(client, "recall", question="tern"))["hits"], "and it serves on"

    asyncio.run(ask())
    with opened(tmp_path) as memory:
        assert list(memory.history()) == before


ODD = [
    "\x00\x07 bell",
    "\u202e right to left",
    "𝔘nicode 🦊 ﬁ",
    "' OR 1=1 --",
    "a NEAR b*",
]


def test_odd_texts_are_remembered_and_found(tmp_path: Path) -> None:
    texts = [*ODD, "word " * 9_000]
    calls = [("remember", {"text": f"The tern says {text}"}) for text in texts]
    calls += [("recall", {"question": text[:100]}) for text in texts]
    calls += [("show", {"name": text[:100]}) for text in texts]
    answers = spoken(address(tmp_path), calls)
    for answer in answers[: 2 * len(texts)]:
        assert not answer["result"].get("isError"), answer
    for answer in answers[2 * len(texts) :]:
        assert answer["result"]["isError"] and "nothing is called" in answer["result"]["content"][0]["text"]
    with opened(tmp_path) as memory:
        assert len(list(memory.documents())) == len(texts) and memory.verify() == ()


def spoken(url: str, calls: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The answers to calls of tools that are written by hand; nothing but messages is on stdout."""
    first = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "hand", "version": "1"},
    }
    messages: list[dict[str, Any]] = [
        {"id": 0, "method": "initialize", "params": first},
        {"method": "notifications/initialized"},
    ]
    messages += [
        {"id": n, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(calls, start=1)
    ]
    with subprocess.Popen(
        call(url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        answers = []
        for message in messages:  # one after the other: what is remembered is there to be recalled
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            process.stdin.flush()
            if "id" in message:
                answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.stdout.read() == b"", "it ends when its client is gone, and says nothing more"
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 0
    assert [answer["id"] for answer in answers] == list(range(len(calls) + 1))
    return answers[1:]


def test_what_stands_at_addresses(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(
            memory,
            {
                "tern.md": "The tern sleeps.",
                "talk.txt": "[2023-05-08 13:56] Bo: I sleep.\n[2023-05-08 13:57] Cy: So?\n",
            },
        )
    with opened(tmp_path, namespace="theirs") as memory:
        put(memory, {"heron.md": "The heron hides."})
        theirs = next(iter(memory.documents())).id

    async def read() -> None:
        async with stdio(address(tmp_path)) as client:

            async def text(uri: str) -> str:
                (content,) = (await client.read_resource(uri)).contents
                return str(content.text)  # type: ignore[union-attr]

            stats, documents = [str(one.uri) for one in (await client.list_resources()).resources]
            assert json.loads(await text(stats))["records"]["document"] == 2
            listed = json.loads(await text(documents))
            assert [one["source"] for one in listed["documents"]] == ["talk.txt", "tern.md"]
            (template,) = (await client.list_resource_templates()).resource_templates
            for one, said in zip(
                listed["documents"],
                ["[2023-05-08 13:56] Bo: I sleep.\n\n[2023-05-08 13:57] Cy: So?", "The tern sleeps."],
                strict=True,
            ):
                assert await text(template.uri_template.replace("{id}", one["document"])) == said
            for uri in (
                f"graphmem://document/{theirs}",
                "graphmem://document/heron.md",
                "graphmem://x",
                "file:///etc",
            ):
                with pytest.raises(MCPError, match="there is no document|nothing stands at"):
                    await client.read_resource(uri)

    asyncio.run(read())
