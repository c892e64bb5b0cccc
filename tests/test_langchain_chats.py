"""Chat histories: messages come back as they were, are recalled as turns, and no writer loses one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import opened, records
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmem import InputError, Memory

pytest.importorskip("langchain_core")

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from graphmem.langchain import GraphMemChatMessageHistory
from graphmem.langchain.chat_history import TOGETHER

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
MESSAGES = st.builds(
    lambda kind, text, name: kind(content=text, name=name or None),
    st.sampled_from([HumanMessage, AIMessage, SystemMessage]),
    TEXTS,
    st.sampled_from(["", "Ann"]),
)


def history(memory: Memory, session: str = "s") -> GraphMemChatMessageHistory:
    return GraphMemChatMessageHistory(memory, session, pipeline=None)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(MESSAGES, max_size=TOGETHER + 5), max_size=3), TEXTS.filter(bool))
def test_messages_come_back_as_they_were(
    memory: Memory, batches: Sequence[list[BaseMessage]], session: str
) -> None:
    chat = history(memory, session)
    for batch in batches:
        chat.add_messages(batch)
    assert history(memory, session).messages == [message for batch in batches for message in batch]
    chat.clear()
    assert chat.messages == []
    assert records(memory) == {}


def test_tool_calls_and_parts_come_back(memory: Memory) -> None:
    call = {"name": "search", "args": {"q": "ash"}, "id": "1", "type": "tool_call"}
    said = [
        HumanMessage(content=[{"type": "text", "text": "Where is"}, {"type": "text", "text": "the ash?"}]),
        AIMessage(content="", tool_calls=[call], usage_metadata=None),
        ToolMessage(content="in Bergen", tool_call_id="1"),
        AIMessage(content="", response_metadata={"model": "m"}),
    ]
    chat = history(memory)
    chat.add_messages(said)
    assert chat.messages == said
    texts = [hit.passage.text for hit in memory.recall("Where is the ash?", 4)]
    assert {"Where is\nthe ash?", 'search({"q": "ash"})', "in Bergen"} <= set(texts)


def test_turns_are_recalled_with_who_and_when(memory: Memory) -> None:
    chat = GraphMemChatMessageHistory(memory, "s", user="Ada Byron", pipeline=None)
    chat.add_user_message("I planted the ash in Bergen.")
    chat.add_ai_message("Good.")
    hit = memory.recall("Who planted the ash?")[0]
    assert (hit.passage.speaker, hit.passage.text) == ("Ada Byron", "I planted the ash in Bergen.")
    assert hit.passage.at is not None
    assert hit.document.uri == "chat:s#1"


def test_a_new_message_writes_what_is_new(memory: Memory) -> None:
    chat = history(memory)
    chat.add_messages([HumanMessage("Ada planted the ash."), AIMessage("Where?")])
    before = records(memory)
    chat.add_messages([HumanMessage("In Bergen.")])
    commit = next(memory.history(newest_first=True))
    assert {change.record.kind for change in commit.changes} == {"document", "passage", "utterance"}
    memory.undo(commit.id)
    assert records(memory) == before


def test_chats_do_not_mix(memory: Memory) -> None:
    one, other = history(memory, "a/b"), history(memory, "a%2Fb")
    one.add_user_message("Ada planted the ash.")
    other.add_user_message("Bob felled it.")
    assert [message.content for message in one.messages] == ["Ada planted the ash."]
    other.clear()
    other.clear()
    assert len(one.messages) == 1


def test_a_forgotten_part_leaves_the_rest(memory: Memory) -> None:
    chat = history(memory)
    chat.add_messages([HumanMessage(f"This is number {n}.") for n in range(3 * TOGETHER)])
    memory.forget("chat:s#2")
    chat.add_user_message("The last.")
    numbers = [*range(TOGETHER), *range(2 * TOGETHER, 3 * TOGETHER)]
    assert [m.content for m in chat.messages] == [*(f"This is number {n}." for n in numbers), "The last."]
    assert memory.document("chat:s#4")


def test_two_writers_lose_nothing(tmp_path: Path) -> None:
    def write(name: str) -> None:
        with opened(tmp_path) as memory:
            for n in range(8):
                history(memory).add_messages([HumanMessage(f"{name} {n}"), AIMessage(f"to {name} {n}")])

    opened(tmp_path).close()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, "abc"))
    with opened(tmp_path) as memory:
        said = [str(message.content) for message in history(memory).messages]
    assert sorted(said) == sorted(f"{to}{name} {n}" for name in "abc" for n in range(8) for to in ("", "to "))
    for name in "abc":
        assert [one for one in said if one.startswith(name)] == [f"{name} {n}" for n in range(8)]
        assert all(said.index(f"to {name} {n}") == said.index(f"{name} {n}") + 1 for n in range(8))


def test_async_is_the_same(memory: Memory) -> None:
    chat = history(memory)

    async def talk() -> list[BaseMessage]:
        await chat.aadd_messages([HumanMessage("Ada planted the ash.")])
        return await chat.aget_messages()

    assert asyncio.run(talk()) == chat.messages


def test_what_cannot_be_kept_writes_nothing(memory: Memory) -> None:
    chat = history(memory)
    with pytest.raises(InputError, match="a message to chat:s cannot be kept"):
        chat.add_messages([HumanMessage("Well."), HumanMessage("No.", additional_kwargs={"x": {1}})])
    assert records(memory) == {}
    with pytest.raises(InputError, match="which chat is it"):
        history(memory, "")
