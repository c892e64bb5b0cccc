"""A memory that sleeps and wakes between all else is, once all is woken, what one is that never slept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

import pytest
from conftest import opened, state
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("spacy")

from machine import MEMORY_FOLDER  # noqa: E402
from machine_texts import NAMES, PLACES, Key, prepared  # noqa: E402

from graphmem import Conflict, InputError, Memory, NotFound  # noqa: E402
from graphmem.ingest.pipeline import Ingest  # noqa: E402
from graphmem.types import Entity  # noqa: E402

REFUSED = (Conflict, InputError, NotFound)
Verb = Callable[[Memory], object]


@dataclass
class Twins:
    """Two memories to which the same is done; only one sleeps."""

    sleeper: Memory
    waker: Memory
    done: list[tuple[str, str]] = field(default_factory=list)
    """The commits of each verb, of both."""

    def do(self, verb: Verb) -> None:
        """The same for both."""
        ids = [self._did(one, verb) for one in (self.sleeper, self.waker)]
        assert (ids[0] is None) == (ids[1] is None)
        if ids[0] and ids[1]:
            self.done.append((ids[0], ids[1]))

    @staticmethod
    def _did(memory: Memory, verb: Verb) -> str | None:
        """The first commit of what a verb did; None where it was refused, or there was nothing to do."""
        head = memory.store.head()
        try:
            verb(memory)
        except REFUSED:
            return None
        return next((one.id for one in memory.store.commits(memory.view, after=head)), None)

    def undo(self, back: int) -> None:
        """A verb is taken back in both, however much slept and woke since."""
        if not self.done:
            return
        ids = self.done[-1 - back % len(self.done)]
        self.do(lambda memory: memory.undo(ids[memory is self.waker]))

    def sleep(self, chance: Random) -> None:
        """Some passages of the sleeper fall asleep, or wake."""
        if chance.random() < 0.6:
            self.sleeper.fade(keep=chance.choice([0.2, 0.5, 0.8]))
        else:
            found = self.sleeper.dormant()
            self.sleeper.wake(chance.sample(found, chance.randint(0, len(found))))

    def wake(self) -> None:
        """All wakes."""
        self.sleeper.wake(self.sleeper.dormant())


@contextmanager
def twins() -> Iterator[Twins]:
    """Two empty memories of one clock."""
    with tempfile.TemporaryDirectory(dir=MEMORY_FOLDER) as folder:
        with opened(Path(folder), "sleeper") as sleeper, opened(Path(folder), "waker") as waker:
            yield Twins(sleeper, waker)


def read(key: Key) -> Verb:
    def verb(memory: Memory) -> None:
        ingest = Ingest(memory, lambda uri, outcome: None)
        ingest.add(prepared()[key])
        ingest.flush()

    return verb


def asleep(both: Twins, chance: Random) -> Verb:
    """What may be done while anything sleeps: documents come, go, are cut, and mean another."""
    uris = sorted(one.uri for one in both.waker.documents()) or ["nothing.txt"]
    uri, name, other = chance.choice(uris), chance.choice(NAMES), chance.choice(NAMES)
    begin = datetime(chance.choice([2020, 2021, 2022, 2023]), chance.randint(1, 12), 9, tzinfo=timezone.utc)
    known = all(memory_knows(one, name) for one in (both.sleeper, both.waker))
    verbs: list[Verb] = [
        read(chance.choice(sorted(prepared()))),
        read(chance.choice(sorted(prepared()))),
        lambda memory: memory.forget(uri),
        lambda memory: memory.forget_between(begin, begin + timedelta(days=120)),
    ]
    if known:  # a word on a name that only sleeps is refused until it wakes
        verbs += [
            lambda memory: memory.split(name, other, [uri]),
            lambda memory: memory.rename(name, f"{name} the First"),
            lambda memory: memory.retype(name, "painter"),
        ]
    return chance.choice(verbs)


def memory_knows(memory: Memory, name: str) -> bool:
    try:
        return isinstance(memory.find(name), Entity)
    except NotFound:
        return False


def awake(both: Twins, chance: Random) -> Verb:
    """What reads what is told: a person who says it sees all of it."""
    both.wake()
    name, other, place = chance.choice(NAMES), chance.choice(NAMES), chance.choice(PLACES)
    found = both.waker.find(name) if memory_knows(both.waker, name) else None
    told = both.waker.facts(found, 50) if isinstance(found, Entity) else []
    fact = chance.choice(told).id if told else "f00"
    verbs: list[Verb] = [
        lambda memory: memory.relate(name, "lives in", place),
        lambda memory: memory.retract(fact),
        lambda memory: memory.pin(fact),
        lambda memory: memory.correct(fact, object=place),
        lambda memory: memory.same(name, other),
        lambda memory: memory.forget_entity(name),
    ]
    return chance.choice(verbs)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.integers(0, 10**9).map(Random), st.integers(4, 24))
def test_what_slept_between_is_what_never_slept(chance: Random, steps: int) -> None:
    moment = datetime(2030, 1, 1, tzinfo=timezone.utc)
    with twins() as both:
        for step in range(steps):
            now = moment + timedelta(minutes=step)
            both.sleeper.clock = both.waker.clock = lambda now=now: now
            if step < 3:
                both.do(read(chance.choice(sorted(prepared()))))
            elif chance.random() < 0.35:
                both.undo(chance.randint(0, 5))
            else:
                both.do((asleep if chance.random() < 0.75 else awake)(both, chance))
            both.sleep(chance)
        assert not both.sleeper.verify()
        both.wake()
        assert state(both.sleeper) == state(both.waker)
