"""Whether facts still hold: which a later one ended, which a person took back, which are in dispute.

Nothing of this is written down. It follows, at every read, from the facts that are there, from who is who,
and from what people say: so it is the same for any order of sources, and a fact that another had ended
comes back when that one is forgotten. A fact is ended only by one of the same subject in the same functional
relation that began later; two who bear one name end nothing of each other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

from graphmem import schema, trust
from graphmem.casts import Named
from graphmem.identities import Walk, bare, documents
from graphmem.identity import entity_id, slot_id
from graphmem.slots import Course, Entry, Same, Slot, Stretch, alike, course
from graphmem.slotting import place
from graphmem.statements import Fact
from graphmem.stores.base import Store
from graphmem.types import View

State: TypeAlias = Literal["holds", "ahead", "over", "ended", "retracted", "quarantined"]
_BEARERS: Final = 2
"""Units of one name from which on its facts are told apart by their documents."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a fact stands at a moment.

    Attributes:
        state: it "holds"; it is "ahead" or "over" by its own time; a later fact has "ended" it; a person
            "retracted" it; it is "quarantined" as only sources say so that are not trusted.
        stretches: when it holds.
        by: the fact that ended it, or that a person put in its place, by id.
        why: that in words.
        odds: the facts that it is at odds with, by id.
    """

    state: State
    stretches: tuple[Stretch, ...] = ()
    by: str = ""
    why: str = ""
    odds: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether a later fact or a person left it standing."""
        return self.state in ("holds", "ahead", "over")

    @property
    def told(self) -> str:
        """It in words, for people: "ended from 2022-05-01 on: …"."""
        return self.why if self.why.startswith(self.state) else " ".join((self.state, self.why)).strip()


def standings(
    store: Store, view: View, facts: Iterable[Fact], at: datetime, reader: str | None = None
) -> dict[str, Standing]:
    """How facts stand at a moment, by id; ``reader`` is whose trust in sources counts."""
    given = tuple(facts)
    reading = _Reader(store, view, reader)
    found = {fact.id: reading.standing(fact, at) for fact in given}
    for id, sources in trust.quarantine(store, reading.view, given, reader).items():
        if found[id].current:
            found[id] = replace(found[id], state="quarantined", why=trust.told(sources))
    return found


def current(store: Store, view: View, ids: Iterable[str], at: datetime) -> frozenset[str]:
    """Those of some facts and events, given by id, that nothing ended or took back."""
    values = [schema.from_record(record) for record in store.get(view, list(ids)).values()]
    facts = [value for value in values if isinstance(value, Fact)]
    return frozenset(id for id, one in standings(store, view, facts, at).items() if one.current)


class _Reader:
    """Reads slots and who is who, each once for however many facts."""

    def __init__(self, store: Store, view: View, reader: str | None) -> None:
        self.store = store
        self.reader = reader
        # What held later is known only to who sees it: time is looked at here, not by the store.
        self.view = replace(view, as_of=None)
        self._courses: dict[tuple[str, str, str], dict[str, tuple[Stretch, ...]]] = {}
        self._odds: dict[str, set[str]] = {}

    def standing(self, fact: Fact, at: datetime) -> Standing:
        """How a fact stands."""
        if fact.retraction:
            said = fact.retraction
            why = f"retracted: {said.by or 'somebody'} says that it is not so" + (
                f": {said.why}" if said.why else ""
            )
            return Standing("retracted", (), said.instead, why)
        own = place(fact)
        if own is None:
            return _by_itself(fact, at)
        key = (own.namespace, own.subject, own.relation)
        if key not in self._courses:
            self._courses[key] = self._course(own)
        stretches = self._courses[key].get(fact.id)
        if stretches is None:  # it is not in view
            return _by_itself(fact, at)
        return self._placed(stretches, tuple(sorted(self._odds.get(fact.id, ()))), at)

    def _placed(self, stretches: tuple[Stretch, ...], odds: tuple[str, ...], at: datetime) -> Standing:
        if any(one.covers(at) for one in stretches):
            return Standing("holds", stretches, odds=odds)
        past = [one for one in stretches if one.end is not None and one.end <= at]
        last = max(past, key=lambda one: one.end or at, default=None)
        if last is None or not last.by:
            return Standing("over" if last else "ahead", stretches, odds=odds)
        later = self.store.get(self.view, [last.by]).get(last.by)
        value = schema.from_record(later) if later else None
        text = value.text if isinstance(value, Fact) else last.by
        assert last.end is not None
        return Standing("ended", stretches, last.by, f"from {last.end:%Y-%m-%d} on: {text}", odds)

    def _course(self, own: Slot) -> dict[str, tuple[Stretch, ...]]:
        """When each fact of a slot holds, those of the subject's other names with it."""
        walk = Walk(self.store, self.view, own.namespace)
        units = walk.called(entity_id(own.namespace, own.subject))
        held: dict[str, tuple[Stretch, ...]] = {}
        if len(units) < _BEARERS:
            keys, _ = walk.entity([*(one.unit.profile.id for one in units), bare(own.subject)])
            names = {one.key for one in walk.names(sorted(keys))} | {own.subject}
            self._add(self._union(own, names), held)
        else:
            whole = self._union(own, {own.subject})
            for mine in self._apart(whole, units, walk):
                self._add(mine, held)
        return held

    def _add(self, slot: Slot, held: dict[str, tuple[Stretch, ...]]) -> None:
        found: Course = course(slot, self._same(slot))
        for id, stretches in found.held.items():
            held[id] = (*held.get(id, ()), *stretches)
        for one in found.odds:
            for id in one.facts:
                self._odds.setdefault(id, set()).update(set(one.facts) - {id})

    def _union(self, own: Slot, names: Iterable[str]) -> Slot:
        """The slot with the entries of those of all names of its subject."""
        ids = [slot_id(own.namespace, name, own.relation) for name in sorted(names)]
        found = map(schema.from_record, self.store.get(self.view, ids).values())
        entries: dict[str, Entry] = {}
        for slot in found:
            if isinstance(slot, Slot):
                entries |= slot.entries
        return replace(own, entries=self._trusted(entries))

    def _trusted(self, entries: Mapping[str, Entry]) -> dict[str, Entry]:
        """Entries, those that only untrusted sources state as hearsay: they end nothing."""
        values = map(schema.from_record, self.store.get(self.view, list(entries)).values())
        facts = [value for value in values if isinstance(value, Fact)] if len(entries) > 1 else []
        doubtful = trust.quarantined(self.store, self.view, facts, self.reader)
        return {id: replace(one, hearsay=True) if id in doubtful else one for id, one in entries.items()}

    def _apart(self, slot: Slot, units: Sequence[Named], walk: Walk) -> Iterable[Slot]:
        """The slot of each who bears its subject's name: the facts of the documents that mean them."""
        bearers: dict[str, set[str]] = {}
        for unit in units:
            for document in documents(self.store, self.view, unit):
                bearers.setdefault(document, set()).add(unit.id)
        stated = self._documents(slot.entries)
        ids = {one.unit.profile.id: one.id for one in units}
        for bearer in {walk.entity([key])[0] for key in ids}:
            theirs = {ids[key] for key in bearer if key in ids}
            mine = {
                id: one
                for id, one in slot.entries.items()
                if any(theirs & bearers.get(document, set()) for document in stated.get(id, ()))
            }
            if mine:
                yield replace(slot, entries=mine)

    def _documents(self, facts: Iterable[str]) -> dict[str, set[str]]:
        """The documents that state each fact."""
        stated = self.store.neighbours(self.view, list(facts), [schema.STATES], "in")
        sentences = self.store.get(self.view, list(dict.fromkeys(stated.source)))
        passages = self.store.get(self.view, list({one.body["passage"] for one in sentences.values()}))
        found: dict[str, set[str]] = {}
        for sentence, fact in zip(stated.source, stated.target, strict=True):
            home = passages.get(sentences[sentence].body["passage"]) if sentence in sentences else None
            if home is not None:
                found.setdefault(fact, set()).add(home.body["document"])
        return found

    def _same(self, slot: Slot) -> Same:
        """Whether two objects of a slot are one: alike as words, or names of one."""
        names: Mapping[str, frozenset[str]] = self._names(slot)

        def same(a: str, b: str) -> bool:
            return alike(a, b) or bool(names.get(a, frozenset()) & names.get(b, frozenset()))

        return same

    def _names(self, slot: Slot) -> dict[str, frozenset[str]]:
        """The units of each object that has a name, where there is more than one to compare."""
        objects = sorted({one.object for one in slot.entries.values() if one.object.startswith("=")})
        if len(objects) < _BEARERS or len(objects) > _COMPARED:
            return {}
        walk = Walk(self.store, self.view, slot.namespace)
        found: dict[str, frozenset[str]] = {}
        for object in objects:
            called = walk.called(entity_id(slot.namespace, object[1:]))
            if len(called) == 1:
                found[object], _ = walk.entity([called[0].unit.profile.id])
        return found


_COMPARED: Final = 16
"""Objects of a slot whose names are looked up."""


def _by_itself(fact: Fact, at: datetime) -> Standing:
    """A fact that no other can end: it holds in its own time."""
    when = fact.when
    own = Stretch(when.begin, None if fact.happens else when.end) if when else Stretch(None, None)
    over = own.end is not None and own.end <= at
    return Standing("holds" if own.covers(at) else "over" if over else "ahead", (own,))
