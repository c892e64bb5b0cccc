"""Tools of an agent: recall, remember and forget, with what goes wrong told to the model."""

from __future__ import annotations

import asyncio

import pytest
from conftest import put

from graphmem import Memory

pytest.importorskip("langchain_core")

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool

from graphmem.langchain import memory_tools

ASH = "Ada Byron planted the ash in Bergen.\n"


@pytest.fixture
def tools(memory: Memory) -> dict[str, BaseTool]:
    put(memory, {"ash.txt": ASH})
    return {tool.name: tool for tool in memory_tools(memory, pipeline=None)}


def called(tool: BaseTool, **args: str) -> ToolMessage:
    answer = tool.invoke({"name": tool.name, "args": args, "id": "1", "type": "tool_call"})
    assert isinstance(answer, ToolMessage)
    return answer


def test_recall_tells_passages_with_their_sources(tools: dict[str, BaseTool]) -> None:
    answer = called(tools["recall_memory"], question="Who planted the ash in Bergen?")
    assert "[1] (ash.txt) Ada Byron planted the ash in Bergen." in answer.text
    assert answer.artifact[0].metadata["source"] == "ash.txt"
    assert asyncio.run(tools["recall_memory"].ainvoke({"question": "Who planted the ash?"}))


def test_an_empty_memory_says_so(memory: Memory) -> None:
    (recall, *_) = memory_tools(memory)
    assert called(recall, question="Who?").text == "The memory holds nothing about this."


def test_what_is_remembered_is_recalled_and_forgotten(tools: dict[str, BaseTool], memory: Memory) -> None:
    answer = called(tools["remember"], text="I moved to Rome.", speaker="Ann Lee").text
    source = answer.removeprefix("Remembered as ").partition(".\n")[0].removesuffix(".")
    assert source in called(tools["recall_memory"], question="Who moved to Rome?").text
    assert "Forgotten: " in called(tools["forget_source"], source=source).text
    assert "Rome" not in called(tools["recall_memory"], question="Who moved to Rome?").text
    memory.undo(next(memory.history(newest_first=True)).id)
    assert "Rome" in called(tools["recall_memory"], question="Who moved to Rome?").text


def test_errors_are_answers_that_say_what_to_do(tools: dict[str, BaseTool]) -> None:
    answer = called(tools["forget_source"], source="nothing.txt")
    assert answer.status == "error"
    assert "nothing.txt" in answer.text
    assert called(tools["recall_memory"], question=" ").status == "error"
    assert called(tools["remember"], text=" ").status == "error"


def test_read_only_has_recall_alone(memory: Memory) -> None:
    assert [tool.name for tool in memory_tools(memory, read_only=True)] == ["recall_memory"]


def test_one_source_is_forgotten_and_never_a_pattern_of_them(memory: Memory) -> None:
    put(memory, {"a.txt": "The ash fell.", "b.txt": "The oak stands."})
    _, _, forget = memory_tools(memory, pipeline=None)
    for pattern in ("*", "*.txt", "[ab].txt"):
        assert "Forgotten" not in forget.invoke({"source": pattern})
    assert len(list(memory.documents())) == 2
    assert "Forgotten" in forget.invoke({"source": "a.txt"})
    assert [one.uri for one in memory.documents()] == ["b.txt"]
