"""JSON that is no chat: corpora and records."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from graphmem.ingest.readers import read
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Source


def reading_of(data: Any, suffix: str = ".json") -> Reading:
    text = data if isinstance(data, str) else json.dumps(data)
    return read(Source(f"some_file{suffix}", suffix, data=text.encode()))


def blocks(reading: Reading) -> list[tuple[str, str]]:
    return [(block.heading, reading.text[block.start : block.end]) for block in reading.blocks]


@pytest.mark.parametrize(
    "data",
    [
        [{"title": "Oak", "text": "A tree. Big."}, {"title": "Elm", "text": "Another one."}],
        [
            {"idx": 1, "title": "Oak", "text": "A tree. Big."},
            {"idx": 2, "title": "Elm", "text": "Another one."},
        ],
        {"Oak": ["A tree.", " Big."], "Elm": ["Another one."]},
    ],
)
def test_a_corpus_has_an_item_per_title(data: Any) -> None:
    reading = reading_of(data)
    assert (reading.kind, reading.title) == ("text", "")
    assert blocks(reading) == [("Oak", "A tree. Big."), ("Elm", "Another one.")]
    assert reading.text == "Oak\nA tree. Big.\n\nElm\nAnother one.\n\n"


def test_records_have_a_time_a_heading_and_a_speaker() -> None:
    event = {
        "event_id": 7,
        "title": "Tea with Bo",
        "description": "We met.",
        "start_time": "2023-05-08 13:56:00",
        "datetime": "2023-05-01 09:00:00",
        "place": {"city": "Kent", "poi": ""},
        "tags": ["tea", "", None],
        "contactName": "Bo",
        "done": True,
    }
    reading = reading_of([event])
    (block,) = reading.blocks
    assert (block.kind, block.heading, block.speaker) == ("record", "Tea with Bo", "Bo")
    assert block.at == datetime(2023, 5, 8, 13, 56, tzinfo=timezone.utc)
    assert blocks(reading)[0][1] == (
        "We met.\ndatetime: 2023-05-01 09:00:00; place city: Kent; tags: tea; done: yes"
    )
    assert reading.text.startswith(
        "(8 May 2023) Bo — Tea with Bo [start_time: 2023-05-08 13:56:00; event_id: 7]: We met."
    )


def test_lists_in_objects_lists_of_texts_and_single_objects() -> None:
    reading = reading_of({"name": "Diary", "events": [{"what": "a"}, {"what": "b"}], "owner": "Ann"})
    assert reading.title == "Diary"
    assert [text for _, text in blocks(reading)] == ["name: Diary; owner: Ann", "what: a", "what: b"]
    assert blocks(reading_of(["I like tea.", 3, ["x", "y"]])) == [
        ("", "I like tea."),
        ("", "3"),
        ("", "x, y"),
    ]
    assert blocks(reading_of({"a": {"b": [{"c": 1}, {"c": 2}]}})) == [("", "a b c: 1; a b c: 2")]
    assert blocks(reading_of('"only text"')) == [("", "only text")]


def test_lines_of_json_are_records() -> None:
    reading = reading_of('{"date": "May 8, 2023", "content": "Fair"}\n\n{"content": "Show"}\n', ".jsonl")
    assert [text for _, text in blocks(reading)] == ["Fair", "Show"]
    assert reading.blocks[0].at == datetime(2023, 5, 8, tzinfo=timezone.utc)


def test_what_no_store_can_keep_is_replaced_in_place() -> None:
    reading = reading_of(r'[{"speaker": "A\ud800", "text": "x\ud800y\u0000z \ud83d\ude00"}]')
    (block,) = reading.blocks
    assert block.speaker == "A\ufffd"
    assert reading.text[block.start : block.end] == "x\ufffdy\ufffdz \U0001f600"
    reading.text.encode("utf-8")
