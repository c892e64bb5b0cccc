"""How a memory fades: what is worth least is put to sleep, and wakes when something touches it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from graphmem.errors import InputError, NotFound
from graphmem.fading import dormancy
from graphmem.fading.budget import Budget, going
from graphmem.fading.dormancy import To
from graphmem.fading.dormant import Dormant, asleep, search
from graphmem.fading.faded import Faded, Verdict, Woken, awake
from graphmem.fading.held import Held, held
from graphmem.fading.policy import POLICY, Policy, Worth, worths
from graphmem.fading.retention import Retention
from graphmem.ranking import Hit
from graphmem.types import Passage, Vectors
from graphmem.verbs.opened import storable
from graphmem.verbs.reading import Reading

AUTHOR: Final = "forgetting"


class Fading(Reading):
    """The verbs of forgetting by policy; each writes one commit, by the author "forgetting"."""

    def fade(
        self,
        *,
        keep: float | None = None,
        most: int | None = None,
        older_than: timedelta | None = None,
        to: To = "dormant",
        policy: Policy = POLICY,
        at: datetime | None = None,
        dry_run: bool = False,
    ) -> Faded:
        """Put to sleep, or archive, what is worth least; what a person said, pinned or corrected stays.

        With no budget all go of which next to nothing is left (``policy.FAINT``). What sleeps is found by
        ``dormant`` alone and woken by ``wake``; what is archived is in the history alone, and ``undo`` of the
        commit brings it back. Reads all of the namespace.

        Args:
            keep: the share of all passages, asleep or not, that stays awake.
            most: how many sentences stay awake at most.
            older_than: only what was neither told nor used for so long goes; what has no moment stays.
            to: what becomes of them: "dormant" or "archived", which takes those asleep first.
            policy: the weights by which they are judged.
            at: when they are judged; now if it is not given.
            dry_run: commit nothing, only tell what would go and why.

        Raises:
            InputError: the budget cannot be, there is no such state, or the moment has no time zone.
        """
        if to not in ("dormant", "archived"):
            raise InputError(f"{to!r} is no state that passages fade to: say 'dormant' or 'archived'")
        budget = Budget(keep, most, older_than)
        moment = self._moment(at)
        own = self._own()
        with self.store.steady():
            found = worths(held(self.store, own), moment, policy)
            gone = going(found, budget, moment, dormant=to == "archived")
            passages = [one.held.passage for one in gone]
            take = dormancy.slept if to == "dormant" else dormancy.archived
            changes = () if dry_run else take(self.store, own, passages)
        told = Faded(
            asked=budget.told(),
            to=to,
            at=moment,
            gone=tuple(map(Verdict.of, gone)),
            passages=awake(found, gone)[0],
            sentences=awake(found, gone)[1],
            pinned=dict(Counter(one.held.pinned for one in found if one.held.pinned)),
        )
        if not changes:
            return told
        message = f"{len(gone):,} passages {_TOLD[to]}: {budget.told()}"
        vectors = self._meant(one.held for one in gone) if to == "dormant" else None
        return replace(told, commit=self.write(changes, message, author=AUTHOR, vectors=vectors))

    def _meant(self, passages: Iterable[Held]) -> Vectors | None:
        """The vectors of passages that go to sleep, from those of their sentences."""
        name = self.store.encoder()
        found = {one.passage.id: one.vector for one in passages if one.vector is not None}
        return Vectors(name, found) if name == self.embedder.name else None

    def wake(
        self, passages: Iterable[Dormant | Hit | Passage | str], *, reason: str = "asked for", run: str = ""
    ) -> Woken:
        """Wake passages: their sentences are found, and all that they tell is told, as before they slept.

        Args:
            passages: what ``dormant`` found, passages, or their ids; those that are awake are passed over.
            reason: why, for the history.
            run: the call of ingest that it belongs to, with which it is undone.

        Raises:
            NotFound: no passage of this namespace has an id that is given.
        """
        ids = [_id(one) for one in passages]
        found = {one.id: one for one in self._values(ids, Passage) if one.namespace == self.namespace}
        if lost := [id for id in ids if id not in found]:
            raise NotFound(f"no passage {lost[0]!r} is here: 'graphmem query --dormant' lists what sleeps")
        sleeping = [one for one in found.values() if one.asleep]
        changes = dormancy.woken(self.store, self._own(), sleeping)
        if not changes:
            return Woken(())
        many = f"{len(sleeping):,} passage{'s' if len(sleeping) > 1 else ''}"
        commit = self.write(changes, f"{many} woken: {storable(reason)}", author=AUTHOR, run=run)
        return Woken(tuple(one.id for one in sleeping), commit)

    def dormant(self, question: str = "", k: int = 10) -> list[Dormant]:
        """The passages asleep that fit a question best; ``wake`` takes them. Without a question all, by id.

        Raises:
            InputError: not even one passage is asked for.
            EncoderMismatch: the store's vectors come from another encoder.
        """
        if k < 1:
            raise InputError(f"k is {k}: ask for at least one passage")
        view = self.view
        if question.strip():
            self._check_encoder()
            vector = self.embedder.encode([storable(question)])[0]
            return search(self.store, view, storable(question), vector, k)
        sleeping = asleep(self.store, view)
        documents = {one.id: one for one in self.documents()} if sleeping else {}
        return [Dormant(one, documents[one.document], 0.0, 0.0) for one in sleeping]

    def retention(
        self, passage: Hit | Passage | str, *, policy: Policy = POLICY, at: datetime | None = None
    ) -> Retention:
        """How a passage stands: state, layer, strength, what is left of it, and what it is worth and why.

        Reads all of the namespace, since what a passage is worth depends on all others.

        Raises:
            NotFound: no passage of this namespace has the id.
            InputError: the moment has no time zone.
        """
        found = self._worths(policy, at)
        id = _id(passage)
        for one in found:
            if one.held.passage.id == id:
                return Retention.of(one, sorted(other.value for other in found))
        raise NotFound(f"no passage {id!r} is here: give a hit of a ranking, or the id of its passage")

    def retentions(self, *, policy: Policy = POLICY, at: datetime | None = None) -> list[Retention]:
        """How all passages of this namespace stand, those of least worth first."""
        found = self._worths(policy, at)
        values = sorted(one.value for one in found)
        told = (Retention.of(one, values) for one in found)
        return sorted(told, key=lambda one: (one.value, one.passage.id))

    def _worths(self, policy: Policy, at: datetime | None) -> list[Worth]:
        moment = self._moment(at)
        with self.store.steady():
            return worths(held(self.store, self._own()), moment, policy)

    def _moment(self, at: datetime | None) -> datetime:
        moment = at or self.clock()
        if moment.tzinfo is None:
            raise InputError("a moment needs a time zone: pass datetime(..., tzinfo=timezone.utc)")
        return moment


_TOLD: Final = {"dormant": "put to sleep", "archived": "archived"}


def _id(one: Dormant | Hit | Passage | str) -> str:
    return one if isinstance(one, str) else one.id if isinstance(one, Passage) else one.passage.id
