"""A model decides what a statement is where the rules leave it open, and only among what it was shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs a chat model: pip install 'graphmem[llm]'")
pytest.importorskip("spacy", reason="needs the language pipeline: pip install 'graphmem[nlp]'")

from answering_models import Shown, client, player
from conftest import state
from lives import hours

from graphmem import Memory
from graphmem.agent import remember
from graphmem.notes import RULES


@pytest.fixture
def known(memory: Memory) -> Memory:
    """Where Ada lives, what she plays."""
    hours(memory)
    for text in ("Ada Byron lives in Oslo.", "Ada Byron plays the harp.", "Bo Lind likes tea."):
        assert remember(memory, text).operation == "add"
    return memory


def says(operation: str, words: str = "", reason: str = "It says the same.") -> Any:
    """A model that takes a statement for this, of what it is shown with these words."""

    def said(shown: Shown) -> dict[str, Any]:
        numbers = [shown.number(words)] if words else []
        return {"operation": operation, "numbers": numbers, "reason": reason}

    return player(judge=said)


def standing(memory: Memory) -> dict[str, str]:
    facts = memory.facts("Ada Byron", retired=True)
    return {one.text: memory.standings([one])[one.id].state for one in facts if not one.negated}


def test_what_is_known_in_other_words_is_not_written(known: Memory) -> None:
    before = state(known)
    model = says("noop", "plays harp", "Who plays an instrument performs on it.")
    told = remember(known, "Ada Byron performs on the harp.", llm=client(model))
    (decision,) = told.decisions
    assert (decision.operation, decision.by) == ("noop", "player") and decision.reason.startswith("Who plays")
    assert known.find(decision.records[0]) and told.document is None and state(known) == before
    shown = model.seen[0][2]
    assert shown.field("statement") == "Ada Byron performs on harp" and "tea" not in shown.data


def test_what_is_updated_ends_and_what_is_deleted_is_retracted(known: Memory) -> None:
    before = state(known)
    done = remember(
        known, "Ada Byron resides near Rome.", llm=client(says("update", "lives in Oslo", "Moved."))
    )
    assert done.operation == "update" and done.document is not None
    now = known.clock() + timedelta(days=1)
    old = [one for one in known.facts("Ada Byron", retired=True) if one.text == "Ada Byron lives in Oslo"]
    assert old and not any(known.standings([one], at=now)[one.id].state == "holds" for one in old)
    assert any(one.when and one.when.end for one in old), "it is kept as the past"
    known.undo(*done.commits)
    assert state(known) == before
    done = remember(known, "Ada Byron hates the harp.", llm=client(says("delete", "plays harp", "Never.")))
    assert done.operation == "delete" and standing(known)["Ada Byron plays harp"] == "retracted"
    known.undo(*done.commits)
    assert state(known) == before


@pytest.mark.parametrize(
    "answer",
    [
        "no JSON",
        {"operation": "burn", "numbers": [1], "reason": "So."},
        {"operation": "noop", "numbers": [9], "reason": "So."},
        {"operation": "noop", "numbers": [], "reason": "So."},
        {"operation": "update", "numbers": [1], "reason": ""},
        {"operation": "noop", "numbers": [1, 2], "reason": "It lacks a name of the statement."},
        {"operation": "add", "numbers": [], "reason": "It is new."},
    ],
    ids=str,
)
def test_an_answer_that_cannot_be_taken_leaves_it_to_the_rules(known: Memory, answer: Any) -> None:
    text = "Ada Byron performs at the Lyric."
    plain = remember(known, text, dry_run=True)
    told = remember(known, text, dry_run=True, llm=client(player(judge=answer)))
    assert told == plain and told.decisions[0].by == RULES


def test_a_model_is_asked_only_where_the_rules_leave_it_open(known: Memory) -> None:
    model = says("noop", "lives in Oslo")
    for text in ("Ada Byron lives in Oslo.", "Ada Byron lives in Rome.", "Cy Holt likes tea."):
        told = remember(known, text, dry_run=True, llm=client(model))
        assert told == remember(known, text, dry_run=True) and not model.seen


def test_what_may_be_so_ends_nothing(known: Memory) -> None:
    told = remember(
        known, "Ada Byron may reside in Rome.", dry_run=True, llm=client(says("update", "Oslo", "So."))
    )
    assert told.operation == "add" and told.decisions[0].by == RULES


def test_a_text_without_a_fact_is_weighed_against_what_recall_finds(known: Memory) -> None:
    model = says("noop", "plays the harp")
    told = remember(known, "Well, well!", dry_run=True, llm=client(model))
    assert told.operation == "noop" and told.decisions[0].by == "player" and "[1]" in model.seen[0][2].data


def test_a_model_that_cannot_be_reached_leaves_it_to_the_rules(known: Memory) -> None:
    model = player(judge=ConnectionError("no network"))
    told = remember(known, "Ada Byron performs at the Lyric.", llm=client(model))
    assert told.operation == "add" and told.document is not None and "no network" in told.trouble


def test_other_namespaces_are_not_shown(known: Memory) -> None:
    other = Memory(known.store, namespace="other", embedder=known.embedder, clock=known.clock)
    remember(other, "Ada Byron owns a secret boat.")
    model = says("noop", "plays harp")
    remember(known, "Ada Byron performs on the harp.", dry_run=True, llm=client(model))
    remember(known, "Secret boat, ahoy!", dry_run=True, llm=client(model))
    assert model.seen and all("owns" not in shown.data for _, _, shown in model.seen)
