"""Evidence: the sentences of passages as a model is shown them, each behind a number that it can cite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graphmem import schema
from graphmem.answering.fusion import Found
from graphmem.dates.written import times
from graphmem.llm.fence import line
from graphmem.marking import told
from graphmem.stores.base import Store
from graphmem.types import Sentence, View

ROOM: Final = 12_000
"""Characters of evidence in one call: ten long passages or more, for which any model's window has room."""


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence with its passage, the times that it tells in full, and what of it does not hold any more."""

    found: Found
    sentence: Sentence
    when: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """What a reader of it knows: caption, words, times."""
        return "\n".join((self.sentence.caption, self.sentence.text, *self.when))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences by number, from 1, in the order of their passages, and the lines that show them."""

    items: tuple[Item, ...]
    lines: tuple[str, ...]

    def item(self, number: int) -> Item | None:
        """The sentence with a number, None if there is none."""
        return self.items[number - 1] if 0 < number <= len(self.items) else None


def _sentences(store: Store, view: View, passages: Sequence[str]) -> dict[str, list[Sentence]]:
    """The sentences of passages, in order."""
    edges = store.neighbours(view, passages, [schema.PART_OF], "in")
    values = map(schema.from_record, store.get(view, edges.source).values())
    found: dict[str, list[Sentence]] = {}
    for value in values:
        if isinstance(value, Sentence):
            found.setdefault(value.passage, []).append(value)
    return {id: sorted(own, key=lambda one: one.position) for id, own in found.items()}


def _shown(number: int, item: Item) -> str:
    beside = [f"when: {', '.join(item.when)}"] if item.when else []
    beside += [f"no longer so: {'; '.join(item.stale)}"] if item.stale else []
    return line(f"[{number}] {item.sentence.text}" + "".join(f" ({one})" for one in beside))


def evidence(
    store: Store,
    view: View,
    found: Iterable[Found],
    at: datetime,
    reader: str | None = None,
    room: int = ROOM,
) -> Evidence:
    """The sentences of passages, best passage first, as many passages as there is room for.

    What a person retracted is left out, and what was ended says so.

    Args:
        store: where they are.
        view: what may be read.
        found: the passages.
        at: the moment at which facts hold or do not.
        reader: whose words on sources and facts count.
        room: characters of all lines together.
    """
    chosen = list(found)
    of = _sentences(store, view, [one.hit.passage.id for one in chosen])
    stands = told(store, view, [one.id for own in of.values() for one in own], at, reader)
    items: list[Item] = []
    lines: list[str] = []
    for one in chosen:
        own = [s for s in of.get(one.hit.passage.id, ()) if s.id not in stands or not stands[s.id].gone]
        new = [Item(one, s, times(s), stands[s.id].stale if s.id in stands else ()) for s in own]
        head = [line(f"about: {own[0].caption}")] if own and own[0].caption else []
        more = head + [_shown(number, item) for number, item in enumerate(new, len(items) + 1)]
        room -= sum(map(len, more))
        if room < 0 and items:
            break
        items += new
        lines += more
    return Evidence(tuple(items), tuple(lines))
