"""What waits for a person to decide: names that may be one, contradictions, facts that are not sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import nsmallest
from itertools import chain, islice
from typing import Final, Literal, TypeAlias, get_args

from graphmem import schema
from graphmem.corrections import Correction
from graphmem.disputes import Case
from graphmem.identities import Question, Walk
from graphmem.identity import correction_id, decision_id
from graphmem.memory import Memory
from graphmem.statements import Fact
from graphmem.types import Commit

Kind: TypeAlias = Literal["names", "contradictions", "facts"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Item: TypeAlias = Question | Case | Fact
"""What one card asks: whether two names are one, which side is right, whether a fact is so."""
LOW: Final = 0.5
"""A fact is asked about when its surest statement is less sure than this."""
SIZE: Final = 30
"""Items that are read at a time."""
_PAIRS: Final = 10_000
_FACTS: Final = 4_000
"""Pairs of names and facts among which those to decide are looked for at a time: half a second's work."""
_MOST_FACTS: Final = 20_000
_BATCH: Final = 500
_QUICK: Final = 5_000
_AMONG: Final[dict[Kind, tuple[str, ...]]] = {
    "names": (schema.MATCH,),
    "contradictions": (schema.DISPUTE,),
    "facts": (schema.FACT, schema.EVENT),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Items of one kind, those to decide first in front; ``more`` tells that others are behind them."""

    items: tuple[Item, ...]
    more: bool = False


def own(memory: Memory) -> Memory:
    """The memory without what it reads along: only its own contents can be decided."""
    return Memory(
        memory.store,
        namespace=memory.namespace,
        author=memory.author,
        embedder=memory.embedder,
        clock=memory.clock,
    )


def waiting(memory: Memory, kind: Kind, limit: int = SIZE) -> Waiting:
    """What waits of a kind, at most so many; of a large memory any of the likely ones."""
    mine, most = own(memory), limit + 1
    found: list[Item] = []
    if kind == "names":
        found += mine.questions(most, _PAIRS)
    elif kind == "contradictions":
        found += mine.disputes(most)
    else:
        found += _unsure(mine, most)
    return Waiting(tuple(found[:limit]), len(found) > limit)


def _unsure(memory: Memory, limit: int) -> list[Fact]:
    """Facts and events in quarantine, then those of low confidence; one that is both fact and event once."""
    records = chain(memory.store.scan(memory.view, schema.FACT), memory.store.scan(memory.view, schema.EVENT))
    ranked: list[tuple[bool, float, str, str, Fact]] = []
    for _ in range(0, _MOST_FACTS, _FACTS):
        read = (schema.from_record(record) for record in islice(records, _FACTS))
        for batch in _batches(one for one in read if isinstance(one, Fact) and one.retraction is None):
            doubtful = memory.quarantine(batch)
            ranked += [
                (one.id not in doubtful, one.confidence, one.text, one.id, one)
                for one in batch
                if one.id in doubtful or one.confidence < LOW
            ]
        first: dict[str, Fact] = {}
        for *_, text, _, fact in nsmallest(2 * limit, ranked, key=lambda row: row[:4]):
            first.setdefault(text, fact)
        if len(first) >= limit:
            break
    return list(first.values())[:limit]


def _batches(facts: Iterator[Fact]) -> Iterator[list[Fact]]:
    while batch := list(islice(facts, _BATCH)):
        yield batch


def key(item: Item) -> str:
    """What an item is known by: a contradiction that gained or lost a side is another one."""
    if isinstance(item, Question):
        return item.match.id
    if isinstance(item, Case):
        return "-".join((item.dispute.id, *sorted(one.id for one in item.facts)))
    return item.id


def still(memory: Memory, item: Item) -> bool:
    """Whether an item that was read before still waits as it is; a few reads by id."""
    mine = own(memory)
    if isinstance(item, Question):
        return _asked(mine, item)
    if isinstance(item, Case):
        return _disputed(mine, item)
    record = mine.store.get(mine.view, [item.id]).get(item.id)
    fact = schema.from_record(record) if record else None
    if not isinstance(fact, Fact) or fact.retraction is not None:
        return False
    return fact.confidence < LOW or bool(mine.quarantine([fact]))


def _asked(memory: Memory, question: Question) -> bool:
    match, link = question.match, question.match.link
    answer = decision_id(memory.namespace, link.a, link.b)
    found = memory.store.get(memory.view, [match.id, answer, *(one.id for one in question.units)])
    if answer in found or any(one.id not in found for one in question.units):
        return False
    record = found.get(match.id)
    if record is None or schema.from_record(record) != match:
        return False
    one, _ = Walk(memory.store, memory.view, memory.namespace).entity([link.a])
    return link.b not in one


def _disputed(memory: Memory, case: Case) -> bool:
    dispute = case.dispute
    word = correction_id(dispute.slot)
    found = memory.store.get(memory.view, [dispute.id, word])
    record = found.get(dispute.id)
    if record is None or schema.from_record(record) != dispute:
        return False
    said = schema.from_record(found[word]) if word in found else None
    return not (isinstance(said, Correction) and set(dispute.facts) <= said.stand)


# --- what a person may say ------------------------------------------------------------------


def accept(memory: Memory, item: Item) -> Commit:
    """The two are one; all sides of a contradiction may stand; a fact is vouched for."""
    if isinstance(item, Question):
        a, b = item.units
        return memory.same(a.id, b.id)
    if isinstance(item, Case):
        return memory.stand(item.dispute)
    return memory.pin(item.id)


def reject(memory: Memory, item: Item, side: str = "") -> Commit:
    """The two are not one; one side of a contradiction, by id, or a fact is not so."""
    if isinstance(item, Question):
        a, b = item.units
        return memory.different(a.id, b.id)
    if isinstance(item, Case):
        return memory.retract(side, why=f"contradicts what else is known of {item.dispute.subject}")
    return memory.retract(item.id)


# --- one person's work through it -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with an item ("accepted", "rejected", "corrected", "skipped"), and by which commit."""

    item: Item
    kind: Kind
    what: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's place in the queues: what waits of the kinds that were read, what they did, newest last.

    ``head`` is the store's when this was read, or after the last decision made here.
    """

    head: int
    queues: tuple[tuple[Kind, Waiting], ...]
    done: tuple[Done, ...] = ()

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds whose queues were read."""
        return frozenset(kind for kind, _ in self.queues)

    def waiting(self, kind: Kind) -> Waiting:
        """What of a kind is not decided; what was skipped comes last."""
        whole = dict(self.queues)[kind]
        skipped = [key(one.item) for one in self.done if one.kind == kind and one.what == "skipped"]
        last = {id: place for place, id in enumerate(skipped)}
        decided = {key(one.item) for one in self.done if one.what != "skipped"}
        left = [item for item in whole.items if key(item) not in decided]
        return replace(whole, items=tuple(sorted(left, key=lambda item: last.get(key(item), -1))))

    def count(self, what: str) -> int:
        """How many items something was done with."""
        return len({key(one.item) for one in self.done if one.what == what})

    def did(self, done: Done, seq: int | None = None) -> Desk:
        """The desk after something was done with an item, by the commit of this number, if it made one."""
        return replace(self, head=self._after(seq), done=(*self.done, done))

    def back(self, seq: int | None = None) -> Desk:
        """The desk after the last thing was taken back: its item comes first again."""
        last = self.done[-1]
        whole = dict(self.queues)
        if last.kind in whole:
            rest = tuple(item for item in whole[last.kind].items if key(item) != key(last.item))
            whole[last.kind] = replace(whole[last.kind], items=(last.item, *rest))
        return Desk(self._after(seq), tuple(whole.items()), self.done[:-1])

    def _after(self, seq: int | None) -> int:
        """The head to compare with: if others committed in between, none that a store has."""
        return self.head if seq is None else seq if seq == self.head + 1 else -1

    def read(self, other: Desk) -> Desk:
        """The desk with the queues that another one has and this one has not."""
        more = tuple(row for row in other.queues if row[0] not in self.kinds)
        return replace(self, queues=(*self.queues, *more))

    def without(self, kind: Kind, gone: Iterable[Item]) -> Desk:
        """The desk without items that do not wait any more."""
        keys = {key(item) for item in gone}
        whole = dict(self.queues)
        left = tuple(item for item in whole[kind].items if key(item) not in keys)
        whole[kind] = replace(whole[kind], items=left)
        return replace(self, queues=tuple(whole.items()))


def quick(memory: Memory, kind: Kind) -> bool:
    """Whether a queue is read at once: names and facts are looked for among all that there are."""
    view = own(memory).view
    return sum(memory.store.count(view, one) for one in _AMONG[kind]) <= _QUICK


def desk(memory: Memory, chosen: Kind, before: Desk | None = None) -> Desk:
    """The queues as they are now, the chosen one and those that are read at once.

    Of what was done before, all stays that was not taken back elsewhere.
    """
    head = memory.store.head()
    skipped = sum(one.what == "skipped" for one in before.done) if before else 0
    kinds = [kind for kind in KINDS if kind == chosen or quick(memory, kind)]
    queues = tuple((kind, waiting(memory, kind, SIZE + skipped)) for kind in kinds)
    open_now = {key(item) for _, queue in queues for item in queue.items}
    done = before.done if before else ()
    kept = tuple(one for one in done if one.what == "skipped" or key(one.item) not in open_now)
    return Desk(head, queues, kept)
