"""A machine that lives a memory's life at random, and holds it against a plain-Python model at every step."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from machine_checks import (
    WAYS,
    found_by,
    lived_at_once,
    same_disputes,
    same_facts,
    same_people,
    same_records,
    sound,
)
from machine_derived import NAMESPACE, SENTENCES, Rows, of_kind, pick
from machine_fading import Fading, refolded
from machine_folding import asleep
from machine_model import RELATIONS, Model, interval
from machine_resting import Resting, followed
from machine_rows import Changes, rows_changed
from machine_texts import NAMES, PLACES, TEXTS, Key, prepared, read

from graphmem import Conflict, InputError, Memory, NotFound, schema
from graphmem.identity import cast_id, document_id, entity_id, fold
from graphmem.ingest.pipeline import Ingest
from graphmem.projection import SCHEMA
from graphmem.slots import Dispute
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.testing import HashEmbedder
from graphmem.types import Commit, View

VIEW: Final = View.of(NAMESPACE)
MEMORY_FOLDER: Final = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where stores are cheap to write: a folder in memory, if there is one."""


def sqlite(folder: str, name: str) -> Store:
    """A store on a file."""
    return open_store(f"sqlite:///{folder}/{name}.db", SCHEMA)


numbers = st.integers(0, 10**6)
uris = st.sampled_from(sorted(TEXTS))
years = st.none() | st.integers(2000, 2031).map(lambda year: datetime(year, 1, 1, tzinfo=timezone.utc))
moments = st.integers(1998 * 12, 2032 * 12).map(
    lambda m: datetime(m // 12, m % 12 + 1, 15, tzinfo=timezone.utc)
)
talks = st.sampled_from([(2020, 2), (2021, 4), (2022, 4), (2023, 4), (2023, 5), (2023, 6)]).map(
    lambda at: datetime(*at, 15, tzinfo=timezone.utc)
)
"""Moments up to a month before turns of the texts."""


class Machine(Fading, Resting, RuleBasedStateMachine):
    """Verbs at random; ``told`` counts steps, commits and refusals over all runs."""

    told: ClassVar[Counter[str]] = Counter()
    every: ClassVar[int] = 20
    """Steps between two looks at all that is dear to look at."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY_FOLDER)
        self.memory = Memory(self.opened("memory"), embedder=HashEmbedder(), clock=lambda: self.model.now)
        self.commits: list[str] = []
        self.authors: list[str] = []
        self.steps = 0
        self.who: Rows = {}

    def opened(self, name: str) -> Store:
        """A store of this run."""
        return sqlite(self.folder.name, name)

    def did(self, verb: str, expect: Callable[[], Changes], act: Callable[[], object]) -> None:
        """Do to the memory what is done to the model, and compare what came of it."""
        self.steps += 1
        self.told["steps"] += 1
        self.memory.author = self.model.author
        changes: Changes | None = None
        wanted = got = None
        try:
            changes = followed(self.model.rows, expect())
        except (Conflict, InputError, NotFound) as error:
            wanted = type(error)
        try:
            act()
        except (Conflict, InputError, NotFound) as error:
            got = type(error)
        assert got is wanted, f"{verb}: {got} for {wanted}"
        written = list(self.memory.store.commits(VIEW, after=len(self.model.log)))
        itself = written[1:] if verb == "ingest" else []
        assert len(written) - len(itself) == (changes is not None), verb
        if changes is None:
            self.told[f"{verb} refused: {wanted.__name__ if wanted else ''}"] += 1
        else:
            self.told["commits"] += 1
            self.told[verb] += 1
            self.committed(written[0], changes)
            for commit in itself:
                self.woke(commit)
            self.compare()
        self.model.now += timedelta(minutes=1)

    def committed(self, commit: Commit, changes: Changes) -> None:
        """A commit says who did what, and changes just what it should."""
        assert (commit.author, commit.at) == (self.model.author, self.model.now)
        assert commit.seq == len(self.model.log) + 1
        if (written := rows_changed(commit)) != changes:  # shown by what differs
            differ = [id for id in {**written, **changes} if written.get(id) != changes.get(id)]
            assert [written.get(id) for id in differ] == [changes.get(id) for id in differ]
        self.model.commit(changes)
        self.commits, self.authors = [*self.commits, commit.id], [*self.authors, commit.author]

    # --- verbs ---------------------------------------------------------------------------------

    @initialize(
        some=st.lists(st.tuples(uris, st.integers(0, 1)), max_size=6), keep=st.sampled_from([None, 0.3, 0.6])
    )
    def begin(self, some: list[Key], keep: float | None) -> None:
        for key in some:
            self.ingest(*key)
        if keep:
            self.fade(keep, "dormant")

    @rule(uri=uris, version=st.integers(0, 1))
    def ingest(self, uri: str, version: int) -> None:
        one = prepared()[uri, version]
        changes = self.model.ingest(one.document.id, read()[uri, version])
        there = one.document.id in self.model.rows
        outcome = "unchanged" if not changes else "replaced" if there else "added"

        def act() -> None:
            outcomes: list[str] = []
            ingest = Ingest(self.memory, lambda _, told: outcomes.append(told))
            ingest.add(one)
            ingest.flush()
            assert outcomes == [outcome]

        if changes:
            self.did("ingest", lambda: changes, act)
        else:
            act()
            assert self.memory.store.head() == len(self.model.log)

    @rule(number=numbers)
    def forget(self, number: int) -> None:
        name = pick(self.model.documents(), number, "nothing.txt")
        self.did("forget", lambda: self.model.forget(name), lambda: self.memory.forget(name))

    @rule(begin=moments | talks, months=st.integers(0, 40))
    def forget_between(self, begin: datetime, months: int) -> None:
        end = begin + timedelta(days=30 * months)
        self.did(
            "forget a time",
            lambda: self.model.forget_between(begin, end),
            lambda: self.memory.forget_between(begin, end),
        )

    @rule(number=numbers)
    def forget_entity(self, number: int) -> None:
        """Which texts name it is not told anew; that it only takes away, and leaves nothing of it, is."""
        name = pick([*NAMES, *self.model.names()], number, "Nobody At All")
        known = entity_id(NAMESPACE, fold(name)) in self.model.derived
        self.memory.author, before = self.model.author, len(self.model.log)
        try:
            kept = self.memory.forget_entity(name).kept
        except (InputError, NotFound) as error:
            assert known or isinstance(error, NotFound)
            assert self.memory.store.head() == before
            return
        (commit,) = self.memory.store.commits(VIEW, after=before)
        changes = rows_changed(commit)
        came = {id for id, (was, _) in changes.items() if was is None}
        assert (known or fold(name) in self.model.sleeping()) and all(
            now is None or now[0] == (was or ("episode",))[0] for was, now in changes.values()
        )
        assert all(id in self.model.rows for id in changes.keys() - came)
        self.did("forget all about", lambda: changes, lambda: None)
        left = fold(name) in self.model.sleeping() or entity_id(NAMESPACE, fold(name)) in self.model.derived
        assert kept or not left, name

    @rule(author=st.sampled_from(["user", "ann"]))
    def another(self, author: str) -> None:
        self.model.author = author

    @rule(
        subject=st.sampled_from([*NAMES, ""]),
        relation=st.sampled_from(sorted(RELATIONS)),
        object=st.sampled_from(PLACES),
        since=years,
        until=years,
        negated=st.integers(0, 4).map(lambda n: n == 0),
        literal=st.integers(0, 4).map(lambda n: n == 0),
    )
    def relate(
        self,
        subject: str,
        relation: str,
        object: str,
        since: datetime | None,
        until: datetime | None,
        negated: bool,
        literal: bool,
    ) -> None:
        how = {"negated": negated, "literal": literal}
        when = interval(since, until)
        self.did(
            "relate",
            lambda: self.model.relate(subject, relation, object, when, **how),
            lambda: self.memory.relate(subject, relation, object, since=since, until=until, **how),
        )

    @rule(number=numbers, since=years)
    def deny(self, number: int, since: datetime | None) -> None:
        """What is told is denied, at once or at a time."""
        told = [
            (slot["subject"], relation, row[1][1:])
            for _, slot in of_kind(self.model.derived, "slot")
            for relation in RELATIONS
            for row in slot["entries"]
            if RELATIONS[relation][0] == slot["relation"] and row[1].startswith("=")
        ]
        if told:
            self.relate(*sorted(told)[number % len(told)], since, None, negated=True, literal=False)

    @rule(number=numbers, object=st.sampled_from(["", *PLACES]), since=years)
    def correct(self, number: int, object: str, since: datetime | None) -> None:
        fact = pick(self.model.facts(), number, "f00")
        self.did(
            "correct",
            lambda: self.model.correct(fact, object, interval(since, None)),
            lambda: self.memory.correct(fact, object=object, since=since),
        )

    @rule(number=numbers, why=st.sampled_from(["", "a joke"]))
    def retract(self, number: int, why: str) -> None:
        fact = pick(self.model.facts(), number, "f00")
        self.did("retract", lambda: self.model.retract(fact, why), lambda: self.memory.retract(fact, why))

    @rule(number=numbers, any_=st.booleans())
    def admit(self, number: int, any_: bool) -> None:
        facts = self.model.facts()
        taken = [id for id in facts if self.model.derived[id][1].get("retraction")]
        fact = pick(facts if any_ else taken, number, "f00")
        self.did("admit", lambda: self.model.admit(fact), lambda: self.memory.admit(fact))

    @rule(number=numbers)
    def pin(self, number: int) -> None:
        fact = pick(self.model.facts(), number, "f00")
        self.did("pin", lambda: self.model.pin(fact), lambda: self.memory.pin(fact))

    @rule(number=numbers, to=st.sampled_from(["", "Mira  Quist-Moe", "Nobody"]))
    def rename(self, number: int, to: str) -> None:
        name = pick(self.model.names(), number, "Nobody At All")
        self.did("rename", lambda: self.model.rename(name, to), lambda: self.memory.rename(name, to))

    @rule(number=numbers, label=st.sampled_from(["", "Painter", "place", "person"]))
    def retype(self, number: int, label: str) -> None:
        name = pick(self.model.names(), number, "Nobody At All")
        self.did("retype", lambda: self.model.retype(name, label), lambda: self.memory.retype(name, label))

    @rule(number=numbers, where=st.lists(numbers, min_size=1, max_size=2), to=st.sampled_from([*NAMES, " "]))
    def split(self, number: int, where: list[int], to: str) -> None:
        name = pick([*NAMES, *self.model.names()], number, "Nobody At All")
        places = [pick(self.model.documents(), one, "nothing.txt") for one in where]
        self.did(
            "split",
            lambda: self.model.split(name, to, places),
            lambda: self.memory.split(name, to, places),
        )

    @rule(number=numbers, to=st.sampled_from(NAMES))
    def move(self, number: int, to: str) -> None:
        sentence = pick(self.model.sentences(), number, "s00")
        row = self.model.rows.get(sentence, ("", {}))[1]
        named = [(*one, "")[5] or one[0] for one in row.get("mentions", ()) if len(one) > 3 and one[4]]
        name = pick(named, number // 7, "Vera Lund")
        self.did(
            "move",
            lambda: self.model.split(name, to, [sentence]),
            lambda: self.memory.move(sentence, name, to),
        )

    def _end(self, number: int) -> str:
        """A name, often as one document means it."""
        names = self.model.names()
        if number % 2:
            return pick(names, number // 2, "Nobody At All")
        uri = pick(self.model.documents(), number // 2, "nothing.txt")
        cast = self.model.rows.get(cast_id(document_id(NAMESPACE, uri)), ("", {}))[1]
        said = sorted(name for _, own in cast.get("profiles", ()) for name in own)
        return f"{pick(said or names, number // 14, 'Nobody At All')} @ {uri}"

    @rule(a=numbers, b=numbers, same=st.booleans())
    def decide(self, a: int, b: int, same: bool) -> None:
        one, other = self._end(a), self._end(b)
        act = self.memory.same if same else self.memory.different
        self.did(
            "same" if same else "different",
            lambda: self.model.decide(one, other, same=same),
            lambda: act(one, other),
        )

    @rule(number=numbers)
    def stand(self, number: int) -> None:
        open_ = sorted(id for id, _ in of_kind(self.model.derived, "dispute"))
        if open_:
            id = open_[number % len(open_)]
            dispute = schema.from_record(self.memory.store.get(VIEW, [id])[id])
            assert isinstance(dispute, Dispute)
            self.did("stand", lambda: self.model.stand(id), lambda: self.memory.stand(dispute))

    @rule(back=st.integers(0, 12))
    def undo(self, back: int) -> None:
        seq = len(self.commits) - 1 - back
        if seq < 0:
            self.did("undo", self.model.unknown, lambda: self.memory.undo("nothing"))
        else:
            id = self.commits[seq]
            self.did("undo", lambda: self.model.undo([seq]), lambda: self.memory.undo(id))

    @rule(back=st.integers(0, 8), size=st.integers(1, 6), author=st.sampled_from([None, None, "user", "ann"]))
    def undo_several(self, back: int, size: int, author: str | None) -> None:
        """A range of commits, or those of one author in it."""
        last = max(0, len(self.commits) - 1 - back)
        first = max(0, last - size + 1)
        if self.commits:
            chosen = [k for k in range(first, last + 1) if author in (None, self.authors[k])]
            span = f"{self.commits[first]}..{self.commits[last]}"
            self.did(
                "undo several",
                lambda: self.model.undo(chosen),
                lambda: self.memory.undo(span, author=author),
            )

    # --- looks ---------------------------------------------------------------------------------

    @rule(number=numbers)
    def recall(self, number: int) -> None:
        every = sorted({body["text"] for rows in read().values() for _, body in of_kind(rows, *SENTENCES)})
        there = sorted({body["text"] for _, body in of_kind(self.model.rows, *SENTENCES)})
        texts = there if number % 2 and there else every
        found_by(self.memory, self.model, texts[number // 2 % len(texts)])
        self.told["recall"] += 1
        self.told["steps"] += 1

    @rule(name=st.sampled_from([*NAMES, *PLACES]), at=moments)
    def look(self, name: str, at: datetime) -> None:
        self.told["look"] += 1
        self.told["steps"] += 1
        for way in WAYS:
            self.told["standings"] += same_facts(self.memory, self.model, self.who, name, way, at)

    def compare(self) -> None:
        """What is read after every step, and now and then what is dear to read."""
        self.who = same_records(self.memory, self.model)
        name = (*NAMES, *PLACES)[self.steps % (len(NAMES) + len(PLACES))]
        way, at = (
            WAYS[self.steps % 5 % len(WAYS)],
            datetime(2000 + self.steps % 33, 7, 1, tzinfo=timezone.utc),
        )
        self.told["standings"] += same_facts(self.memory, self.model, self.who, name, way, at)
        if self.steps % self.every == 0:
            self.compare_all()

    def compare_all(self) -> None:
        same_people(self.memory, self.model)
        same_disputes(self.memory, self.model)
        sound(self.memory)
        self.told["verified"] += 1

    def teardown(self) -> None:
        try:
            self.compare_all()
            if self.steps % 2 and (sleeping := asleep(self.model.rows)):
                everything = refolded(self.model, sleeping, sleep=False)
                self.by("forgetting", "wake all", lambda: everything, lambda: self.memory.wake(sleeping))
            lived_at_once(self.memory, self.model, sqlite(self.folder.name, "fresh"))
            history = [commit.id for commit in self.memory.history()]
            assert history == self.commits
        finally:
            self.memory.close()
            self.folder.cleanup()
        self.told["runs"] += 1
