"""``graphmem extract``: what is read out of a text, and that it stands where it says."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from graphmem.cli import build
from graphmem.errors import GraphMemError, InputError
from graphmem.ingest.chunking import chunk
from graphmem.ingest.findings import dates_of, findings, meaning
from graphmem.ingest.language import ENGLISH, load
from graphmem.ingest.readers import read_content
from graphmem.ingest.sources import expand
from graphmem.ingest.sources import load as content_of

TEXT = """Marie Curie discovered radium in Paris in 1898. She did not visit Oslo last year.

The bridge was built by the Romans. It rained."""
NOW = datetime(2024, 5, 1, tzinfo=timezone.utc)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "curie.txt"
    path.write_text(TEXT, "utf-8")
    return path


def extracted(file: Path, *options: str) -> list[dict[str, Any]]:
    done = CliRunner().invoke(build(), ["extract", str(file), "--now", "2024-05-01", "--json", *options])
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)["sentences"]
    return found


def test_everything_stands_where_it_says(file: Path) -> None:
    found = extracted(file)
    assert [TEXT[one["start"] : one["end"]] for one in found] == [one["text"] for one in found]
    for one in found:
        for name in one["names"]:
            assert one["text"][name["start"] : name["end"]] == name["name"]
        for date in one["dates"]:
            assert one["text"][date["start"] : date["end"]] == date["text"]
        assert all(0 <= fact["start"] < fact["end"] <= len(one["text"]) for fact in one["statements"])


def test_names_dates_and_facts_are_told(file: Path) -> None:
    first, second, third, _ = extracted(file)
    assert {"Marie Curie", "Paris"} <= {name["name"] for name in first["names"]}
    (date,) = first["dates"]
    assert date["text"] == "1898" and date["candidates"][0]["begin"].startswith("1898-01-01")
    facts = [(fact["subject"], fact["lemma"].split()[0]) for fact in first["statements"]]
    assert ("Marie Curie", "discover") in facts
    assert any(fact["negated"] for fact in second["statements"])
    (year,) = second["dates"]
    assert year["candidates"][0]["begin"].startswith("2023-01-01")
    assert any(
        "Romans" in argument["text"] for fact in third["statements"] for argument in fact["participants"]
    )


def test_a_pipeline_without_a_parser_gives_no_facts_and_the_rest(file: Path) -> None:
    found = extracted(file, "--pipeline", "blank:en")
    assert not any(one["statements"] for one in found) and found[0]["dates"] and found[0]["names"]


def test_people_read_lines(file: Path) -> None:
    done = CliRunner().invoke(build(), ["extract", str(file)])
    assert done.exit_code == 0
    assert "  event Marie Curie | discovered" in done.stdout
    assert "  date  1898 = 1898\n" in done.stdout


def test_what_is_wrong_is_said(file: Path) -> None:
    for arguments in (["nowhere.txt"], [str(file), "--pipeline", "nowhere"]):
        done = CliRunner().invoke(build(), ["extract", *arguments])
        assert isinstance(done.exception, GraphMemError) and "nowhere" in str(done.exception)
    done = CliRunner().invoke(build(), ["extract", str(file), "--now", "tomorrow"])
    assert isinstance(done.exception, InputError)


def test_a_turn_counts_from_its_own_date(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    turns = [
        {"speaker": "Ana", "text": "I met Bo yesterday.", "date": "2023-03-10"},
        {"speaker": "Bo", "text": "We met again yesterday.", "date": "2023-04-02"},
    ]
    path.write_text(json.dumps(turns), "utf-8")
    (source,) = expand([str(path)])
    found = findings(*chunk(read_content(content_of(source)), "n"), load(ENGLISH), now=NOW)
    days = [date.candidates[0].begin for one in found for date in one.dates if date.text == "yesterday"]
    assert [day.date().isoformat() for day in days if day] == ["2023-03-09", "2023-04-01"]
    assert [one.passage.speaker for one in found] == ["Ana", "Bo"]


def test_one_that_cannot_be_read_keeps_nothing_else_out(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", "utf-8")
    done = CliRunner().invoke(build(), ["extract", str(broken), str(file)])
    assert done.exit_code == 1 and "Marie Curie" in done.stdout and "broken.json" in done.stderr


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("It took two weeks.", "14 days"),
        ("It took an hour and a half.", "90 minutes"),
        ("It took one day.", "1 day"),
        ("It took 75 seconds.", "75 seconds"),
        ("She came in May 2020.", "2020-05"),
        ("She came yesterday.", "2024-04-30"),
    ],
)
def test_a_time_is_told_as_people_say_it(text: str, meant: str) -> None:
    (date,) = dates_of(text, NOW)
    assert meaning(date, NOW) == meant
