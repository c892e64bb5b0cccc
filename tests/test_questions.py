"""Turns are found by each line that they tell and by the questions that they answer, after a reflection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import pytest
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import Memory, schema
from graphmem.ingest import ingest
from graphmem.notes import QUESTION
from graphmem.reflection import AUTHOR
from graphmem.reflection.questions import WORDS, lines
from graphmem.retrieval.addressed import addressed

AT = datetime(2025, 3, 7, 9, tzinfo=timezone.utc)
TALK = (
    "[2024-05-18 09:12] Ada: Good morning! Which instrument do you play these days?\n"
    "[2024-05-18 09:15] Bo: The clarinet. My aunt gave it to me when I was ten.\n"
    "[2024-05-18 09:16] Ada: How nice! I sing in a choir on Mondays.\n"
    "[2024-05-18 09:21] Bo: Wow.\n"
)
LATER = "[2024-05-18 09:22] Ada: Do you still play it every day?\n[2024-05-18 09:30] Bo: No.\n"


def keys(memory: Memory, begins: str) -> set[str]:
    """By which lines the turn is found that begins so."""
    passages = memory.store.scan(memory.view, schema.PASSAGE)
    about = next(one.id for one in passages if one.body["text"].startswith(begins))
    return {note.text for note in memory.notes(QUESTION) if note.passages[0] == about}


def test_a_turn_has_its_lines_and_what_it_answers(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    memory.reflect("questions", at=AT)
    assert keys(memory, "The clarinet") == {
        "Which instrument do you play these days?",
        "My aunt gave it to me when I was ten.",
    }
    assert keys(memory, "Good morning") == set()  # who asks does not answer
    assert keys(memory, "How nice!") == {"I sing in a choir on Mondays."}
    assert keys(memory, "Wow") == set()
    texts = {one.id: one.body["text"] for one in memory.store.scan(memory.view, schema.PASSAGE)}
    for note in memory.notes(QUESTION):
        (part,) = note.parts
        last = part.sources[-1]
        assert texts[last.passage][last.start : last.end] == part.text
    assert not memory.verify()


def test_an_ingest_makes_keys_at_once_and_only_of_what_is_new(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    ingest(memory, [str(tmp_path)])
    assert keys(memory, "How nice!") == {"I sing in a choir on Mondays."}
    head = memory.store.head()
    assert ingest(memory, [str(tmp_path)]).unchanged == 1
    assert memory.store.head() == head  # the same again writes nothing
    (tmp_path / "more.txt").write_text(LATER, encoding="utf-8")
    embedded: list[str] = []
    embed = memory.embed
    monkeypatch.setattr(
        memory, "embed", lambda found: embedded.extend(one.id for one in found) or embed(found)
    )
    ingest(memory, [str(tmp_path)])
    assert {one.text for one in memory.notes(QUESTION)} > {"Do you still play it every day?"}
    assert not {one.id for one in memory.notes(QUESTION) if "choir" in one.text} & set(embedded)


def test_without_turns_or_without_leave_no_keys_are_made(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "ash.md").write_text("# Ash\n\nThe ash is a tree of cool woods.\n", encoding="utf-8")
    ingest(memory, [str(tmp_path)])
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    ingest(memory, [str(tmp_path)], keys=False)
    assert not list(memory.notes(QUESTION)) and len(list(memory.history())) == 2
    ingest(memory, [str(tmp_path)])  # what was not done then is made up for
    assert keys(memory, "How nice!") == {"I sing in a choir on Mondays."}


def test_others_that_make_the_same_keys_are_no_error(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "talk.txt").write_text(TALK, encoding="utf-8")
    write, raced = memory.write, []

    def race(*args: object, **named: object) -> object:
        if named.get("author") == AUTHOR and not raced:
            raced.append(write(*args, **named))  # another process was quicker
        return write(*args, **named)

    monkeypatch.setattr(memory, "write", race)
    ingest(memory, [str(tmp_path)])
    assert raced and keys(memory, "How nice!") == {"I sing in a choir on Mondays."}
    assert sum(one.author == AUTHOR for one in memory.history()) == 1


def test_after_forgetting_only_what_is_touched_is_gone_over(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK, "more.txt": LATER})
    memory.reflect("questions", at=AT)
    made = {one.id for one in memory.notes(QUESTION)}
    memory.forget("more.txt")
    told = memory.reflect("questions", at=AT)
    assert not told.whole and not told.made and {one.id for one in memory.notes(QUESTION)} < made
    assert memory.reflect("questions", at=AT).passages == 0
    memory.undo(list(memory.history(author="user"))[-1].id)
    memory.reflect("questions", at=AT)
    assert {one.id for one in memory.notes(QUESTION)} == made


def test_what_answers_is_found_by_the_question(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    question = "Which instrument does Bo play?"
    before = memory.recall(question, 4)
    memory.reflect("questions", at=AT)
    after = memory.recall(question, 4)
    assert {hit.passage.id for hit in after} == {hit.passage.id for hit in before}
    assert after[0].passage.text.startswith("The clarinet")
    assert after[0].shares["keys"] == max(hit.shares["keys"] for hit in after) > 0
    memory.undo(next(iter(memory.history(newest_first=True))).id)
    again = memory.recall(question, 4)
    assert [(h.passage.id, h.score, h.shares) for h in again] == [
        (h.passage.id, h.score, h.shares) for h in before
    ]


def test_a_turn_without_notes_counts_by_its_words(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    memory.reflect("questions", at=AT)
    new = "[2024-06-01 10:00] Bo: I sold my clarinet to a shop.\n[2024-06-01 10:01] Ada: I see.\n"
    put(memory, {"new.txt": new})
    hits = memory.recall("What did Bo do with the clarinet?", 6)
    sold = next(hit for hit in hits if hit.passage.text.startswith("I sold"))
    assert sold.shares["keys"] > 0


def test_what_was_not_said_yet_is_no_key(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    then = datetime(2024, 5, 18, 9, 13, tzinfo=timezone.utc)
    early = memory.recall("Which instrument?", 4, as_of=then)
    memory.reflect("questions", at=AT)
    late = memory.recall("Which instrument?", 4, as_of=then)
    assert [(hit.passage.id, hit.shares) for hit in late] == [(hit.passage.id, hit.shares) for hit in early]


def test_keys_of_another_namespace_have_no_part(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="other") as other, opened(tmp_path) as memory:
        put(other, {"talk.txt": TALK})
        other.reflect("questions", at=AT)
        put(memory, {"talk.txt": TALK})
        assert not any("keys" in hit.shares for hit in memory.recall("Which instrument does Bo play?", 4))


def test_what_is_changed_or_forgotten_is_no_key_any_more(memory: Memory) -> None:
    put(memory, {"talk.txt": TALK})
    memory.reflect("questions", at=AT)
    put(memory, {"talk.txt": TALK.replace("Which instrument do you play these days?", "Did you sleep well?")})
    assert "Which instrument do you play these days?" not in keys(memory, "The clarinet")
    memory.reflect("questions", at=AT)
    assert "Did you sleep well?" in keys(memory, "The clarinet")
    memory.forget("talk.txt")
    assert not list(memory.notes(QUESTION))


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(1, 6), max_size=4, unique=True).map(sorted))
def test_line_by_line_comes_to_the_same_notes(
    tmp_path_factory: pytest.TempPathFactory, cuts: Sequence[int]
) -> None:
    folder, talk = tmp_path_factory.mktemp("notes"), (TALK + LATER).splitlines(keepends=True)
    with opened(folder, "whole") as whole, opened(folder, "pieces") as pieces:
        put(whole, {"talk.txt": "".join(talk)})
        whole.reflect("questions", at=AT)
        for cut in [*cuts, len(talk)]:
            put(pieces, {"talk.txt": "".join(talk[:cut])})
            pieces.reflect("questions", at=AT)
        assert not pieces.reflect("questions", at=AT).changes
        assert {n.id: n for n in pieces.notes(QUESTION)} == {n.id: n for n in whole.notes(QUESTION)}
        assert state(pieces)[1].keys() == state(whole)[1].keys()


@given(st.text(alphabet="ab .!?\n;[]\t", max_size=60))
def test_lines_are_parts_of_the_text_in_order(text: str) -> None:
    found = lines(text)
    assert all(a < b for a, b in found) and all(x[1] <= y[0] for x, y in zip(found, found[1:], strict=False))
    for begin, end in found:
        assert text[begin:end] == text[begin:end].strip() and "\n" not in text[begin:end]
        assert len(re.findall(r"\w+", text[begin:end])) >= WORDS


def test_a_question_is_put_to_whom_it_is_about() -> None:
    names = ["Melanie Brown", "Caroline", "user"]
    assert addressed("When did Melanie paint?", names) == "When did you paint?"
    assert addressed("Is Melanie Brown’s cat old?", names) == "Is your cat old?"
    assert addressed("Why does Caroline sing?", names) == "Why do you sing?"
    assert addressed("Which user sings?", names) == "Which user sings?"
    assert addressed("Is Carolines hat red?", names) == "Is Carolines hat red?"
    assert addressed("Who sings?", []) == "Who sings?"
