"""What a statement is to a memory: new, newer, a denial or known; told before it is written, and undoable."""

from __future__ import annotations

import pytest
from conftest import put, state
from lives import hours

from graphmem import Memory
from graphmem.agent import remember
from graphmem.agent.remembering import Remembered
from graphmem.errors import InputError

pytest.importorskip("spacy", reason="needs the language pipeline: pip install 'graphmem[nlp]'")


@pytest.fixture
def known(memory: Memory) -> Memory:
    """Where Ada lives, what she plays, where she was born."""
    hours(memory)
    for text in ("Ada Byron lives in Oslo.", "Ada Byron plays the harp.", "Ada Byron was born in Paris."):
        assert remember(memory, text).operation == "add"
    return memory


@pytest.mark.parametrize(
    ("text", "operation", "reason"),
    [
        ("Ada Byron lives in Oslo.", "noop", "known: Ada Byron lives in Oslo"),
        ("Ada Byron lives in Rome.", "update", "Ada Byron lives in Oslo held till now"),
        ("Ada Byron does not live in Oslo.", "delete", "it ends: Ada Byron lives in Oslo"),
        ("Ada Byron does not play the harp.", "delete", "it denies: Ada Byron plays harp"),
        ("Ada Byron was born in London.", "add", "at odds with: Ada Byron was born in Paris"),
        ("Ada Byron plays the lute.", "add", "nothing says that yet"),
        ("Ada Byron may live in Rome.", "add", "nothing says that yet"),
        ("Charles Babbage lives in Rome.", "add", "nothing says that yet"),
        ("Well, well!", "add", "nothing says that word for word"),
    ],
)
def test_a_statement_is_told_before_it_is_written(
    known: Memory, text: str, operation: str, reason: str
) -> None:
    before = state(known)
    told = remember(known, text, dry_run=True)
    assert told.operation == operation and reason in told.decisions[0].reason
    assert not told.commits and told.document is None and state(known) == before
    done = remember(known, text)
    assert done.decisions == told.decisions
    assert bool(done.commits) == (done.document is not None) == (operation != "noop")
    if done.commits:
        assert remember(known, text, dry_run=True).operation == "noop", "now it is known"
        known.undo(*done.commits)
    assert state(known) == before


def standing(memory: Memory, name: str = "Ada Byron") -> dict[str, str]:
    facts = memory.facts(name, retired=True)
    return {fact.text: memory.standings([fact])[fact.id].state for fact in facts if not fact.negated}


def test_what_was_told_is_what_comes_of_it(known: Memory) -> None:
    remember(known, "Ada Byron lives in Rome.")
    assert standing(known)["Ada Byron lives in Oslo"] == "ended"
    remember(known, "Ada Byron does not live in Rome.")
    assert standing(known)["Ada Byron lives in Rome"] == "ended"
    remember(known, "Ada Byron does not play the harp.")
    assert standing(known)["Ada Byron plays harp"] == "retracted"
    again = remember(known, "Ada Byron plays the harp.")
    assert again.operation == "noop" and "took that back: admit f" in again.decisions[0].reason
    back = remember(known, "Ada Byron lives in Oslo.")
    assert back.operation == "add" and "it held before, and does again" in back.decisions[0].reason
    assert standing(known)["Ada Byron lives in Oslo"] == "holds"


def test_each_statement_is_decided_by_itself(known: Memory) -> None:
    found = remember(known, "Ada Byron lives in Oslo. Ada Byron plays the lute.")
    assert [one.operation for one in found.decisions] == ["noop", "add"] and found.operation == "add"


def test_i_is_who_speaks(known: Memory) -> None:
    assert remember(known, "I live in Oslo.", speaker="Ada Byron", dry_run=True).operation == "noop"
    assert remember(known, "I live in Rome.", speaker="Ada Byron", dry_run=True).operation == "update"


def test_what_a_document_says_is_known(memory: Memory) -> None:
    put(memory, {"ada.txt": "Ada Byron lives in Oslo."}, pipeline="english")
    found: Remembered = remember(memory, "Ada Byron lives in Oslo.")
    assert found.operation == "noop" and memory.find(found.decisions[0].records[0])


def test_other_namespaces_decide_nothing(known: Memory) -> None:
    other = Memory(known.store, namespace="other", embedder=known.embedder, clock=known.clock)
    assert remember(other, "Ada Byron lives in Oslo.", dry_run=True).operation == "add"
    assert remember(other, "Ada Byron lives in Rome.").decisions[0].reason == "nothing says that yet"
    assert standing(known)["Ada Byron lives in Oslo"] == "holds"


def test_nothing_is_no_statement(memory: Memory) -> None:
    with pytest.raises(InputError, match="nothing to add"):
        remember(memory, "  ")
