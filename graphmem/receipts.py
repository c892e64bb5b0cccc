"""The receipt of a forgetting: what goes, what comes back, what comes apart and what stays, told beforehand.

It is all computed from the changes and what follows from them, so that it is the same for a dry run.
"""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from graphmem import cards, schema
from graphmem.casts import Match, Word
from graphmem.foreseen import foreseen
from graphmem.forgetting import Plan
from graphmem.identities import Walk, bare
from graphmem.identity import entity_id, slot_id
from graphmem.projection import SCHEMA
from graphmem.slots import Slot
from graphmem.standing import current
from graphmem.statements import Fact
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, Entity, View

EXAMPLES: Final = 5
"""Of each kind, those with most evidence."""
_STAYS_CUT: Final = (
    "what is cut keeps the content hash of its source: reading the same file again changes nothing and"
    " brings nothing back, a changed file is read anew as a whole"
)
_COMES_BACK: Final = "a source that is gone is read anew if it is ingested again"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What forgetting comes to; ``commit`` is None for a dry run.

    Attributes:
        asked: what was asked to go, in words.
        removed: how many records go, by kind, those included that lose their last mention or statement.
        changed: how many stay, but say less or otherwise, by kind.
        examples: names of what goes, by kind: entities (no dates), facts, events; most evidence first.
        documents: URIs of the documents that go whole.
        cut: URIs of the documents that stay with fewer passages.
        returned: facts that hold again, since what had ended them goes.
        apart: names that were one and are not any more, a row for each that comes apart.
        kept: what stays although it was asked about, and why.
        notes: what to know when sources are read again.
        undo: the command that brings it all back; empty for a dry run.
        purge: the command that takes it out of the log as well, for ever.
        commit: the one that did it.
    """

    asked: str
    removed: Mapping[str, int]
    changed: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]]
    documents: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    kept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    undo: str = ""
    purge: str = ""
    commit: Commit | None = None

    def _repr_html_(self) -> str:
        rows = {
            "removed": ", ".join(f"{n:,} {kind}" for kind, n in self.removed.items()),
            "whole documents": ", ".join(self.documents),
            "cut documents": ", ".join(self.cut),
            **{f"gone of kind {kind}": "; ".join(names) for kind, names in self.examples.items()},
            "hold again": "; ".join(self.returned),
            "come apart": "; ".join(" / ".join(names) for names in self.apart),
            "kept": "; ".join(self.kept),
            "to bring it back": self.undo,
        }
        return cards.card("" if self.commit else "nothing was done: a dry run", self.asked, rows)


def receipt(store: Store, view: View, plan: Plan, at: datetime) -> Receipt:
    """What a plan comes to; ``at`` is the moment at which facts stand or not."""
    derived = SCHEMA.derive(plan.changes, lambda ids: store.get(view, ids))
    changes = [*plan.changes, *derived]
    after = foreseen(store, changes)
    return Receipt(
        asked=plan.asked,
        removed=_counted(change for change in changes if change.after is None),
        changed=_counted(change for change in changes if change.before and change.after),
        examples=_examples(derived),
        documents=tuple(one.uri for one in plan.whole),
        cut=tuple(one.uri for one in plan.cut),
        returned=tuple(_returned(store, after, view, derived, at)),
        apart=tuple(_apart(store, after, view, changes)),
        kept=plan.kept,
        notes=(*([_STAYS_CUT] if plan.cut else []), *([_COMES_BACK] if plan.whole else [])),
        purge=shlex.join(["graphmem", "purge", *plan.purge]),
    )


def committed(told: Receipt, commit: Commit) -> Receipt:
    """The receipt of what a commit did."""
    return replace(told, commit=commit, undo=f"graphmem undo {commit.id[:10]}")


def _counted(changes: Iterable[Change]) -> dict[str, int]:
    return dict(sorted(Counter(change.record.kind for change in changes).items()))


def _examples(derived: Iterable[Change]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for change in derived:
        if change.before is None or change.after is not None:
            continue
        if change.before.kind in (schema.ENTITY, schema.FACT, schema.EVENT):
            value = schema.from_record(change.before)
            if isinstance(value, Entity) and value.label != schema.DATE_LABEL:
                found[schema.ENTITY].append((-value.mentions, value.name))
            elif isinstance(value, Fact):
                found[change.before.kind].append((-value.stated, value.text))
    return {kind: tuple(name for _, name in sorted(own)[:EXAMPLES]) for kind, own in sorted(found.items())}


# --- what comes back --------------------------------------------------------------------------


def _returned(
    before: Store, after: Store, view: View, derived: Iterable[Change], at: datetime
) -> Iterator[str]:
    """The facts that something forgotten had ended or taken back, and that stand now."""
    rivals = _rivals(before, view, derived)
    stood = current(before, view, rivals, at)
    now = current(after, view, [id for id in rivals if id not in stood], at)
    for record in after.get(view, sorted(now)).values():
        value = schema.from_record(record)
        assert isinstance(value, Fact)
        yield value.text


def _rivals(store: Store, view: View, derived: Iterable[Change]) -> list[str]:
    """The facts whose standing may be another: those that changed, and those of a slot that lost some."""
    found: dict[str, None] = {}
    for change in derived:
        if change.before is None:
            continue
        if change.after is not None and change.record.kind in (schema.FACT, schema.EVENT):
            found[change.id] = None
        if change.record.kind == schema.SLOT:
            slot = schema.from_record(change.before)
            assert isinstance(slot, Slot)
            found |= dict.fromkeys(_entries(store, view, slot))
    return list(found)


def _entries(store: Store, view: View, slot: Slot) -> Iterator[str]:
    """The facts of a slot, and of the same slot of all other names of its subject."""
    walk = Walk(store, view, slot.namespace)
    start = [one.unit.profile.id for one in walk.called(entity_id(slot.namespace, slot.subject))]
    keys, _ = walk.entity([*start, bare(slot.subject)])
    names = {slot.subject, *(one.key for one in walk.names(sorted(keys)))}
    ids = [slot_id(slot.namespace, name, slot.relation) for name in sorted(names)]
    for record in store.get(view, ids).values():
        one = schema.from_record(record)
        assert isinstance(one, Slot)
        yield from one.entries


# --- what comes apart -------------------------------------------------------------------------


def _loose(changes: Iterable[Change]) -> set[str]:
    """The units that lose what joined them to others, or get what holds them apart."""
    found: set[str] = set()
    for change in changes:
        if change.record.kind == schema.DECISION and change.before:
            word = schema.from_record(change.before)
            assert isinstance(word, Word)
            found |= {word.decision.a, word.decision.b}
        elif change.record.kind == schema.MATCH:
            old, new = (schema.from_record(one) if one else None for one in (change.before, change.after))
            joined = isinstance(old, Match) and old.link.band == "same"
            joins = isinstance(new, Match) and new.link.band == "same"
            if isinstance(old, Match) and joined and not joins:
                found |= {old.link.a, old.link.b}
            elif isinstance(new, Match) and new.link.conflict:
                found |= {new.link.a, new.link.b}
    return found


def _apart(before: Store, after: Store, view: View, changes: Iterable[Change]) -> Iterator[tuple[str, ...]]:
    """The names of those that were one and are not after the changes, by what they become."""
    loose = sorted(_loose(changes))
    if not loose:
        return
    (namespace,) = view.namespaces
    then, now = Walk(before, view, namespace), Walk(after, view, namespace)
    seen: set[str] = set()
    for unit in loose:
        if unit in seen:
            continue
        whole, _ = then.entity([unit])
        seen |= whole
        left = {key for key, one in now.named(whole).items() if one.unit.called}
        parts: list[tuple[str, ...]] = []
        while left:
            part = now.entity([min(left)])[0] | {min(left)}
            parts.append(tuple(sorted({then.units[key].name for key in part & left if key in then.units})))
            left -= part
        if len(parts) > 1:
            yield tuple(", ".join(part) for part in sorted(parts))
