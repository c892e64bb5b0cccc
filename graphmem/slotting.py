"""Slots and disputes as they follow from facts that come, change and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Final

from graphmem import schema
from graphmem.identity import slot_id
from graphmem.slots import Entry, Slot, dispute_of
from graphmem.statements import Event, Fact
from graphmem.types import Change, Record

_PLAIN: Final = 7
"""Values of a support that says of no functional relation."""


def place(fact: Fact) -> Slot | None:
    """The slot that a fact is in, with it alone; None if it is in none.

    It is in one if its relation is functional, it says of something with a name what it is related to,
    plainly or in denial, and nobody retracted it.
    """
    if not fact.functional or isinstance(fact, Event) or fact.modality or fact.retraction:
        return None
    if len(fact.participants) < 2 or not fact.participants[0].key.startswith("="):
        return None
    subject = fact.participants[0].key[1:]
    when = fact.when
    told = {datetime.fromisoformat(one.at).astimezone(timezone.utc) for one in fact.supports if one.at}
    entry = Entry(
        fact=fact.id,
        object=fact.participants[1].key,
        begin=when.begin.astimezone(timezone.utc) if when and when.begin else None,
        end=when.end.astimezone(timezone.utc) if when and when.end and not fact.happens else None,
        told=tuple(sorted(told)),
        negated=fact.negated,
        hearsay=bool(fact.said_by),
        permanent=fact.permanent,
    )
    return Slot(
        id=slot_id(fact.namespace, subject, fact.relation),
        namespace=fact.namespace,
        subject=subject,
        relation=fact.relation,
        entries={fact.id: entry},
    )


def _placed(record: Record | None) -> Slot | None:
    if record is None or not any(len(row) > _PLAIN for row in record.body["supports"]):
        return None  # most facts: straight from the body
    value = schema.from_record(record)
    return place(value) if isinstance(value, Fact) else None


def slots(
    changes: Sequence[Change], get: Callable[[Iterable[str]], Mapping[str, Record]]
) -> Iterator[Change]:
    """The changes of slots and disputes that follow from changes of facts."""
    moves: dict[str, list[tuple[Slot | None, Slot | None]]] = {}
    for change in changes:
        old, new = _placed(change.before), _placed(change.after)
        if old == new:
            continue
        for one in {id(slot): slot for slot in (old, new) if slot}.values():
            moves.setdefault(one.id, []).append((old if one is old else None, new if one is new else None))
    found = get(moves) if moves else {}
    for id_, pairs in moves.items():
        before = schema.from_record(found[id_]) if id_ in found else None
        assert before is None or isinstance(before, Slot)
        after = _moved(before, pairs)
        if after != before:
            yield _change(before, after)
            yield from _disputed(before, after)


def _moved(slot: Slot | None, pairs: Iterable[tuple[Slot | None, Slot | None]]) -> Slot | None:
    """A slot with what went taken out and what came put in."""
    for old, new in sorted(pairs, key=lambda pair: pair[0] is None):
        if old is not None and slot is not None:
            slot = replace(slot, entries={k: v for k, v in slot.entries.items() if k not in old.entries})
        if new is not None:
            entries = {**slot.entries, **new.entries} if slot else new.entries
            slot = replace(new, entries=dict(sorted(entries.items())))
    return slot if slot is not None and slot.entries else None


def _disputed(before: Slot | None, after: Slot | None) -> Iterator[Change]:
    old, new = (dispute_of(slot) if slot else None for slot in (before, after))
    if old != new:
        yield _change(old, new)


def _change(before: schema.Value | None, after: schema.Value | None) -> Change:
    return Change(schema.to_record(before) if before else None, schema.to_record(after) if after else None)
