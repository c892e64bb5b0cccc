"""Conversations in the forms that programs and people keep them in."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from graphmem.ingest.readers import read
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Source

AFTERNOON = datetime(2023, 5, 8, 13, 56, tzinfo=timezone.utc)


def reading_of(name: str, data: Any) -> Reading:
    text = data if isinstance(data, str) else json.dumps(data)
    return read(Source(name, Path(name).suffix, data=text.encode("utf-8")))


def turns(reading: Reading) -> list[tuple[str, str]]:
    assert reading.kind == "chat"
    return [(block.speaker, reading.text[block.start : block.end]) for block in reading.blocks]


def test_messages_of_an_api() -> None:
    messages = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "assistant", "content": [{"type": "text", "text": "Hello"}, {"type": "image_url"}, "there"]},
    ]
    expected = [("user", "Hi"), ("assistant", "Hello\nthere")]
    assert turns(reading_of("a.json", messages)) == expected
    assert turns(reading_of("a.json", {"title": "Talk", "messages": messages})) == expected
    assert turns(reading_of("a.jsonl", "\n".join(map(json.dumps, messages)))) == expected
    lines = "\n".join(json.dumps({"messages": messages}) for _ in range(2))
    reading = reading_of("a.jsonl", lines)
    assert [block.heading for block in reading.blocks] == ["conversation 1"] * 2 + ["conversation 2"] * 2


@pytest.mark.parametrize(
    "message",
    [
        {"speaker": "Ann", "text": "Hi", "timestamp": 1683554160},
        {"name": "Ann", "content": "Hi", "created_at": "2023-05-08T13:56:00Z"},
        {"from": "Ann", "message": "Hi", "date": "8 May 2023 13:56"},
        {"sender": "Ann", "text": "Hi", "date": "2023-05-08", "time": "13:56"},
    ],
)
def test_messages_of_exports(message: dict[str, Any]) -> None:
    reading = reading_of("a.json", [message])
    assert turns(reading) == [("Ann", "Hi")] and reading.blocks[0].at == AFTERNOON


def locomo(number: int) -> dict[str, Any]:
    turn = {"speaker": "Ann", "dia_id": "D1:1", "text": f"turn {number}"}
    return {f"session_{number}": [turn], f"session_{number}_date_time": f"1:56 pm on {number} May, 2023"}


def test_sessions_are_read_by_number_and_date_their_turns() -> None:
    sessions = {"speaker_a": "Ann", **locomo(10), **locomo(2), **locomo(1)}
    sessions["session_2"].append({"speaker": "Bo", "text": "Look", "blip_caption": "a photo of a dog"})
    sample = {"sample_id": "conv-1", "qa": [], "conversation": sessions}
    reading = reading_of("chats.json", [sample, {"sample_id": "conv-2", "conversation": locomo(1)}])
    assert turns(reading) == [
        ("Ann", "turn 1"),
        ("Ann", "turn 2"),
        ("Bo", "Look [shares a photo: a photo of a dog]"),
        ("Ann", "turn 10"),
        ("Ann", "turn 1"),
    ]
    assert [block.at and block.at.day for block in reading.blocks] == [1, 2, 2, 10, 1]
    assert reading.blocks[0].heading == "conv-1 — session 1"
    assert len(turns(reading_of("chat.json", sample))) == 4


def test_numbered_exchanges() -> None:
    exchange = {"user": {"action": "ask", "content": "Why?"}, "assistant": {"content": "So."}}
    data = [{"date": "2023-05-08", "conversation": {"turn 10": exchange, "turn 2": exchange}}]
    reading = reading_of("a.json", data)
    assert turns(reading) == [("user", "Why?"), ("assistant", "So.")] * 2
    assert reading.blocks[0].at == AFTERNOON.replace(hour=0, minute=0)


@pytest.mark.parametrize(
    "form",
    [
        "[2023-05-08 13:56] {who}: {text}",
        "2023-05-08 13:56 {who}: {text}",
        "8/5/2023, 13:56 - {who}: {text}",
        "\u200e[8/5/23, 1:56:00\u202fPM] {who}: {text}",
        "{who} (2023-05-08 13:56): {text}",
    ],
)
def test_dated_logs(form: str) -> None:
    lines = [("Ann Lee", "Hi, note: tea?"), ("Bob", "Yes!\nsecond line"), ("Ann Lee", "Ok")]
    reading = reading_of("log.txt", "\n".join(form.format(who=who, text=text) for who, text in lines))
    assert turns(reading) == lines
    assert {block.at for block in reading.blocks} == {AFTERNOON}


def test_a_month_first_export_is_seen_by_its_other_dates() -> None:
    log = "5/8/23, 1:56 PM - Ann: Hi\n5/9/23, 1:56 PM - Encrypted.\n5/13/23, 1:56 PM - Ann: Bye\n"
    reading = reading_of("log.txt", log)
    assert turns(reading) == [("Ann", "Hi"), ("", "Encrypted."), ("Ann", "Bye")]
    assert reading.blocks[0].at == AFTERNOON


def test_undated_logs_below_dates() -> None:
    reading = reading_of("log.txt", "--- 8 May 2023 ---\nAnn: Hi\nBob: Hello\nmore\n\nAnn: Bye\n")
    assert turns(reading) == [("Ann", "Hi"), ("Bob", "Hello\nmore"), ("Ann", "Bye")]
    assert reading.blocks[2].at == AFTERNOON.replace(hour=0, minute=0)


@pytest.mark.parametrize(
    "text",
    [
        "Name: Bob\nAge: 3\nCity: Kent\n",
        "Note: one\nTodo: two\nNote: three\nTodo: four\n",
        "It is late. He said: go.\nWe left.\n",
        "2023-05-08 was a Monday.\nIt rained.\n",
    ],
)
def test_texts_that_are_no_chats(text: str) -> None:
    assert reading_of("a.txt", text).kind == "text"


def test_a_table_of_messages_is_a_chat() -> None:
    reading = reading_of("a.csv", "date,sender,text\n2023-05-08 13:56,Ann,Hi\n2023-05-08 13:57,Bob,Yes\n")
    assert turns(reading) == [("Ann", "Hi"), ("Bob", "Yes")] and reading.blocks[0].at == AFTERNOON
