"""Whatever is done to a memory, and taken back, it is what a plain model says; and laws."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from random import Random

import pytest
from conftest import opened, records, state
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

pytest.importorskip("spacy")

from machine import MEMORY_FOLDER, Machine  # noqa: E402
from machine_texts import NAMES, PLACES, TEXTS, Key, prepared  # noqa: E402

from graphmem import InputError, Memory, NotFound  # noqa: E402
from graphmem.changes import diff  # noqa: E402
from graphmem.export import export_lines, import_lines  # noqa: E402
from graphmem.ingest.pipeline import Ingest  # noqa: E402
from graphmem.projection import SCHEMA  # noqa: E402
from graphmem.types import Commit, Record  # noqa: E402

STEPS = int(os.environ.get("GRAPHMEM_MACHINE_STEPS", "10000"))
"""As many as are asked of one run at least; ``python -m benchmarks.machine`` takes more."""


VERBS = {"ingest", "forget", "relate", "correct", "retract", "admit", "pin", "rename", "retype", "split"}
VERBS |= {"move", "same", "different", "undo", "undo several", "stand", "forget a time", "use", "note"}
VERBS |= {"fade", "wake", "woken by itself", "archive", "reflect"}


def test_a_memory_is_what_its_model_says_after_every_step() -> None:
    """Example by example, since a run may come to an end before all its steps are taken.

    Some verbs rarely find what they need: it goes on until each was done, three times as long at most.
    """
    Machine.told.clear()
    told = Machine.told
    while told["steps"] < STEPS or (not told.keys() >= VERBS and told["steps"] < 3 * STEPS):
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=100,
                stateful_step_count=50,
                deadline=None,
                database=None,
                derandomize=False,  # the same examples again and again would tell nothing new
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert told.keys() >= VERBS, "every verb had its turn"
    assert told["undo refused: Conflict"] and told["standings"] > STEPS / 4


# --- laws -------------------------------------------------------------------------------------

keys = st.lists(st.sampled_from(sorted(prepared())), max_size=7, unique_by=lambda key: key[0])
chance = st.integers(0, 10**9).map(Random)
law = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)


@contextmanager
def memories(*names: str) -> Iterator[list[Memory]]:
    """Empty memories whose clocks go alike."""
    with tempfile.TemporaryDirectory(dir=MEMORY_FOLDER) as folder, ExitStack() as stack:
        made = [stack.enter_context(opened(Path(folder), name)) for name in names]
        for memory in made:
            memory.clock = minutes()
        yield made


def minutes() -> object:
    """A clock that goes on by a minute whenever it is looked at."""
    passed = count()
    return lambda: datetime(2030, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=next(passed))


def ingest(memory: Memory, found: Sequence[Key]) -> None:
    for key in found:  # one after the other, so that their order is theirs
        ingest = Ingest(memory, lambda uri, outcome: None)
        ingest.add(prepared()[key])
        ingest.flush()


def live(memory: Memory, chance: Random, steps: int) -> None:
    """Verbs at random, those that are refused left out."""
    for _ in range(steps):
        try:
            step(memory, chance)
        except (InputError, NotFound):
            continue


def step(memory: Memory, chance: Random) -> None:
    name, other, place = chance.choice(NAMES), chance.choice(NAMES), chance.choice(PLACES)
    facts = sorted(id for id, record in records(memory).items() if record.kind in ("fact", "event"))
    fact = chance.choice(facts or ["f00"])
    uri = chance.choice(sorted(one.uri for one in memory.documents()) or ["nothing.txt"])
    verbs = [
        lambda: ingest(memory, [chance.choice(sorted(prepared()))]),
        lambda: memory.forget(uri),
        lambda: memory.relate(name, "lives in", place),
        lambda: memory.correct(fact, object=place),
        lambda: memory.retract(fact),
        lambda: memory.pin(fact),
        lambda: memory.rename(name, "Somebody"),
        lambda: memory.retype(place, "city"),
        lambda: memory.split(name, other, [uri]),
        lambda: memory.same(name, other),
        lambda: memory.different(name, other),
    ]
    chance.choice([verbs[0], verbs[0], *verbs])()


@law
@given(keys, st.integers(0, 7), chance)
def test_what_is_forgotten_was_never_there(found: list[Key], kept: int, chance: Random) -> None:
    with memories("all", "kept") as (everything, only):
        shuffled = list(found)
        chance.shuffle(shuffled)
        ingest(everything, shuffled)
        gone = [uri for uri, _ in found[kept:]]
        chance.shuffle(gone)
        for uri in gone:
            everything.forget(uri)
        ingest(only, found[:kept])
        assert state(everything) == state(only)


@law
@given(chance, st.integers(1, 15))
def test_undo_after_do_is_nothing_done(chance: Random, steps: int) -> None:
    with memories("memory") as (memory,):
        states = [state(memory)]
        for _ in range(steps):
            before = memory.store.head()
            live(memory, chance, 1)
            states += [state(memory)] * (memory.store.head() - before)
        done = list(memory.history())
        for commit, before, after in reversed(list(zip(done, states, states[1:], strict=False))):
            assert state(memory) == after
            if commit.changes:
                memory.undo(commit.id)
            assert state(memory) == before


@law
@given(chance, st.integers(0, 15))
def test_an_import_of_an_export_is_the_memory(chance: Random, steps: int) -> None:
    with memories("one", "other") as (one, other):
        live(one, chance, steps)
        lines = list(export_lines(one.store, one.view))
        import_lines(other.store, lines)
        assert state(other) == state(one)
        assert list(other.history()) == list(one.history())
        assert list(export_lines(other.store, other.view)) == lines


@law
@given(chance, st.integers(0, 20))
def test_what_follows_does_not_depend_on_the_order_of_documents_and_words(chance: Random, steps: int) -> None:
    with memories("lived", "told") as (lived, told):
        live(lived, chance, steps)
        logged = [record for record in records(lived).values() if record.kind in SCHEMA.logged]
        parts: dict[str, list[Record]] = {}
        for record in logged:
            parts.setdefault(home_of(record, {one.id: one for one in logged}), []).append(record)
        names = sorted(parts)
        chance.shuffle(names)
        vectors = told.embed(logged)
        for number, name in enumerate(names):
            changes = diff([], parts[name])
            given = vectors.of(change.id for change in changes)
            commit = Commit(f"c{number}", told.namespace, "user", told.clock(), name, changes)
            told.store.apply(commit, given if given.by_id else None)
        assert state(told) == state(lived)


def home_of(record: Record, logged: dict[str, Record]) -> str:
    """The document that a record is of, or itself."""
    body = record.body
    if "passage" in body:
        body = logged[body["passage"]].body
    return str(body.get("document", record.id))


def test_the_documents_are_worth_reading() -> None:
    """What the machine is to meet is there to be met."""
    assert len(TEXTS) >= 10 and len(prepared()) == 2 * len(TEXTS)
    statements = [one for p in prepared().values() for s in p.sentences for one in s.statements]
    assert any(one.permanent for one in statements) and any(one.is_event for one in statements)
    assert any(one.negated for one in statements) and any(one.modality for one in statements)
    assert any(one.follows for one in statements) and any(one.said_by for one in statements)
    assert any(m.role == "pronoun" for p in prepared().values() for s in p.sentences for m in s.mentions)
