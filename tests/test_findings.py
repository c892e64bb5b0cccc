"""What is read out of a document as a whole: whom words mean, when things were, what follows what."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

pytest.importorskip("spacy")

from graphmem.ingest.chunking import chunk  # noqa: E402
from graphmem.ingest.findings import Finding, dates_of, findings  # noqa: E402
from graphmem.ingest.language import ENGLISH, load  # noqa: E402
from graphmem.ingest.readers import read  # noqa: E402
from graphmem.ingest.sources import Source  # noqa: E402
from graphmem.statements import Statement, event_id  # noqa: E402

CHAT = [
    {"speaker": "Alice", "text": "Hi Bob! I moved to Boston last month.", "date": "2023-05-08"},
    {
        "speaker": "Bob",
        "text": "Great. My sister Carol lives there. She works for Acme.",
        "date": "2023-05-08",
    },
    {"speaker": "Alice", "text": "I will visit London next week. Do you like it?", "date": "2023-05-08"},
]


def found(name: str, text: str) -> list[Finding]:
    source = Source(name, "." + name.split(".")[1], data=text.encode())
    return findings(*chunk(read(source), "n"), load(ENGLISH))


def said(found: list[Finding], lemma: str) -> Statement:
    """The only statement with a lemma that starts so."""
    (one,) = [s for finding in found for s in finding.statements if s.lemma.startswith(lemma)]
    return one


def test_i_and_you_are_who_speaks_and_who_is_spoken_to() -> None:
    turns = found("chat.json", json.dumps(CHAT))
    assert said(turns, "move").subject.entity == "Alice"
    assert said(turns, "like").subject.entity == "Bob"


def test_with_three_people_nobody_knows_who_you_is() -> None:
    third = {"speaker": "Dan", "text": "Hello.", "date": "2023-05-08"}
    turns = found("chat.json", json.dumps([*CHAT, third]))
    assert said(turns, "like").subject.entity == ""


def test_a_turn_of_several_sentences_is_read_sentence_by_sentence() -> None:
    turns = found("chat.json", json.dumps(CHAT))
    work = said(turns, "work")
    assert (work.subject.entity, work.participants[1].entity) == ("Carol", "Acme")
    assert said(turns, "live").subject.entity == "Carol"
    text = turns[1].sentence.text
    assert text[work.start : work.end].startswith("She works for Acme")


def test_a_time_is_resolved_on_the_side_that_the_tense_tells() -> None:
    turns = found("chat.json", json.dumps(CHAT))
    moved, visit = said(turns, "move").when, said(turns, "visit")
    assert moved is not None and moved.begin == datetime(2023, 4, 1, tzinfo=timezone.utc)
    assert visit.when is not None and visit.when.begin == datetime(2023, 5, 15, tzinfo=timezone.utc)
    assert visit.modality == "future" and visit.is_event
    assert said(turns, "move").is_event and said(turns, "move").relation == "lives_in"


def test_what_needs_a_date_is_left_open_where_there_is_none() -> None:
    assert dates_of("He came yesterday, in May.", None) == ()
    (year,) = dates_of("He came in 1995, not yesterday.", None)
    assert year.text == "1995"
    assert len(dates_of("He came in 1995, not yesterday.", datetime(2024, 5, 1, tzinfo=timezone.utc))) == 2


def test_a_part_of_a_name_is_the_whole_and_a_pronoun_its_person() -> None:
    text = (
        "Barack Obama was born in Honolulu in 1961. Obama studied at Columbia University.\n\n"
        "Angela Merkel met Barack Obama in Berlin in 2008. She thanked him."
    )
    read = found("a.txt", text)
    assert said(read, "study").subject.entity == "Barack Obama"
    thanked = said(read, "thank")
    assert [one.entity for one in thanked.participants] == ["Angela Merkel", "Barack Obama"]
    pronouns = [m for m in read[3].mentions if m.role == "pronoun"]
    assert [(m.name, m.of) for m in pronouns] == [("She", "Angela Merkel"), ("him", "Barack Obama")]


def test_events_of_a_document_follow_each_other_in_time() -> None:
    read = found(
        "a.txt", "In 1950 Ann Lee visited Rome. Ann Lee had visited Paris in 1930.\n\nIn 1960 she died."
    )
    by_year = {
        s.when.begin.year: s for f in read for s in f.statements if s.is_event and s.when and s.when.begin
    }
    assert set(by_year) == {1930, 1950, 1960}
    assert by_year[1930].follows == ""
    assert by_year[1950].follows == event_id("n", by_year[1930])
    assert by_year[1960].follows == event_id("n", by_year[1950])


def test_a_recurring_time_is_kept_as_such() -> None:
    (one,) = found("a.txt", "Ann Lee visits the dentist every Monday.")
    (visit,) = [s for s in one.statements if s.lemma == "visit"]
    assert visit.when is not None and visit.when.recurring and visit.when.timex == "XXXX-WXX-1"
