"""Whether all that a store holds hangs together: what each kind of record promises of the others.

A store by itself knows records and edges: it checks the chain of the log, that records are what the log
says, and that all it has made of them is right (``Store.check``). What a sentence owes its passage is known
here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from graphmem import resting, schema
from graphmem.errors import StoreBusy
from graphmem.projection import SCHEMA
from graphmem.remains import SOURCE_KINDS
from graphmem.stores.base import Store
from graphmem.types import Record, View

_BATCH: Final = 500
_ATTEMPTS: Final = 3
_SHOWN: Final = 5
_REPAIR: Final = "'graphmem doctor --repair' makes it anew from the log"
_BACKUP: Final = "nothing can repair the log: restore a backup, or an export made before"
_SOURCE: Final = "ingest the source again, or forget it; 'graphmem blame' says which commit left it so"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, with which records (the first few, and how many in all), and what to do about it."""

    what: str
    records: tuple[str, ...]
    count: int
    advice: str

    def __str__(self) -> str:
        """One line."""
        more = f" and {self.count - len(self.records)} more" if self.count > len(self.records) else ""
        where = f": {', '.join(self.records)}{more}" if self.records else ""
        return f"{self.what}{where} ({self.advice})"


class _Faults:
    """Faults by what they are, of which the first few records are kept."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[list[str], int]] = {}

    def add(self, what: str, id: str) -> None:
        names, count = self._found.setdefault(what, ([], 0))
        if len(names) < _SHOWN:
            names.append(id)
        self._found[what] = names, count + 1

    def told(self) -> Iterator[Fault]:
        for what, (names, count) in self._found.items():
            yield Fault(what, tuple(names), count, _SOURCE)


def verify(store: Store) -> tuple[Fault, ...]:
    """Every way in which a store is not as it must be, in all its namespaces; none if all is well.

    Reads everything once or twice, a batch at a time; what grows with the store are one digest a record
    and what follows from the logged records. A fault that a commit meanwhile may have feigned is looked
    for again.

    Raises:
        StoreBusy: others write without a pause.
    """
    for _ in range(_ATTEMPTS):
        head = store.head()
        found = [_of_store(problem) for problem in store.check()]
        for namespace in sorted(store.info().records):
            found += structure(store, View.of(namespace))
        if not found or store.head() == head:
            return tuple(found)
    raise StoreBusy("others write without a pause: verify when they rest")


def _of_store(problem: str) -> Fault:
    if problem.startswith("the log"):
        return Fault(problem, (), 0, _BACKUP)
    if problem.startswith("the file"):
        return Fault(problem, (), 0, "restore a backup, or try `sqlite3 FILE .recover`")
    if problem.startswith("what was purged"):
        return Fault(problem, (), 0, "any command that opens the store for writing ends it")
    return Fault(problem, (), 0, _REPAIR)


def structure(store: Store, view: View) -> list[Fault]:
    """Where records of one namespace do not fit each other."""
    faults = _Faults()
    for kind in sorted(SCHEMA.logged):
        for batch in _batches(store.scan(view, kind)):
            if kind in SOURCE_KINDS:
                _check_edges(store, view, batch, faults)
            if kind in _CHECKS:
                _CHECKS[kind](store, view, batch, faults)
    for kind, support in _SUPPORTS.items():
        for batch in _batches(store.scan(view, kind)):
            _check_support(store, view, kind, batch, support, faults)
    return list(faults.told())


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _check_edges(store: Store, view: View, batch: Sequence[Record], faults: _Faults) -> None:
    """All that a record points at is there."""
    kinds = sorted(SCHEMA.edges)
    there = store.neighbours(view, [record.id for record in batch], kinds)
    found = set(zip(there.source, there.kind, there.target, strict=True))
    for record in batch:
        for edge in SCHEMA.index(record).edges:
            if (record.id, edge.kind, edge.target) not in found:
                faults.add(f"{record.kind} points ({edge.kind}) at what is not there", record.id)


def _wholes(store: Store, view: View, batch: Sequence[Record], name: str, kind: str) -> Mapping[str, Record]:
    """What the records of a batch are a part of."""
    found = store.get(view, sorted({record.body[name] for record in batch}))
    return {id: record for id, record in found.items() if record.kind == kind}


def _check_passages(store: Store, view: View, batch: Sequence[Record], faults: _Faults) -> None:
    """A passage is of a document that is there, and follows the one before it in that."""
    documents = _wholes(store, view, batch, "document", schema.DOCUMENT)
    before = store.get(view, sorted({one.body["previous"] for one in batch if one.body.get("previous")}))
    followed = Counter(store.neighbours(view, list(before), [schema.FOLLOWS], "in").target)
    for record in batch:
        body = record.body
        document = documents.get(body["document"])
        if document is None:
            faults.add("passage without its document", record.id)
        elif not 0 <= body["start"] <= body["end"] or len(body["text"]) != body["end"] - body["start"]:
            faults.add("passage whose text is not as long as its place", record.id)
        elif any(body["text"][o["start"] : o["end"]] != o["text"] for _, o in body.get("asleep", ())):
            faults.add("passage asleep with a sentence that does not stand in it", record.id)
        if (previous := body.get("previous")) is None:
            continue
        other = before.get(previous)
        if other is None or other.body.get("document") != body["document"]:
            faults.add("passage that follows none of its document", record.id)
        elif other.body["position"] >= body["position"] or followed[previous] > 1:
            faults.add("passage that does not follow the one before it", record.id)


def _check_sentences(store: Store, view: View, batch: Sequence[Record], faults: _Faults) -> None:
    """A sentence is a slice of its passage, a mention of its sentence, a statement within it."""
    passages = _wholes(store, view, batch, "passage", schema.PASSAGE)
    for record in batch:
        body = record.body
        text, passage = body["text"], passages.get(body["passage"])
        if passage is None:
            faults.add(f"{record.kind} without its passage", record.id)
        elif passage.body["text"][body["start"] : body["end"]] != text:
            faults.add(f"{record.kind} that does not stand in its passage", record.id)
        for name, _, _, *span in body.get("mentions", ()):
            if span and span[1] and text[span[0] : span[1]] != name:
                faults.add("mention that does not stand in its sentence", record.id)
        for statement in body.get("statements", ()):
            start, end = statement["span"]
            if not 0 <= start <= end <= len(text):
                faults.add("statement that does not stand in its sentence", record.id)


def _check_episodes(store: Store, view: View, batch: Sequence[Record], faults: _Faults) -> None:
    """An episode holds passages of its document."""
    passages = store.get(view, sorted({id for record in batch for id in record.body["passages"]}))
    for record in batch:
        held = (passages.get(id) for id in record.body["passages"])
        if not all(one and one.body.get("document") == record.body["document"] for one in held):
            faults.add("episode of passages that are not in its document", record.id)
    _check_wholes(store, view, batch, faults)


def _check_wholes(store: Store, view: View, batch: Sequence[Record], faults: _Faults) -> None:
    """A cast or an episode is of a document that is there."""
    documents = _wholes(store, view, batch, "document", schema.DOCUMENT)
    for record in batch:
        if record.body["document"] not in documents:
            faults.add(f"{record.kind} without its document", record.id)


def _check_resting(store: Store, view: View, batch: Sequence[Record], faults: _Faults) -> None:
    """A note or a use rests on passages that are there."""
    of = {one.id: {e.target for e in schema.index(one).edges if e.kind in resting.EDGES} for one in batch}
    there = store.get(view, sorted(set().union(*of.values()))).keys()
    for record in batch:
        if not of[record.id] <= there:
            faults.add(f"{record.kind} that rests on a passage that is not there", record.id)


_CHECKS: Final[Mapping[str, Callable[[Store, View, Sequence[Record], _Faults], None]]] = {
    schema.PASSAGE: _check_passages,
    **dict.fromkeys(schema.SENTENCE_KINDS.values(), _check_sentences),
    schema.EPISODE: _check_episodes,
    schema.CAST: _check_wholes,
    **dict.fromkeys(resting.KINDS, _check_resting),
}
# What must point at a derived record that is there, and how it is called that nothing does.
_SUPPORTS: Final[Mapping[str, tuple[Collection[str], str]]] = {
    schema.ENTITY: ((*schema.ENTITY_EDGES, schema.NAMES, schema.REFERS), "entity that no sentence names"),
    schema.FACT: ((schema.STATES,), "fact that no sentence states"),
    schema.EVENT: ((schema.TELLS,), "event that no sentence tells"),
}


def _check_support(
    store: Store,
    view: View,
    kind: str,
    batch: Sequence[Record],
    support: tuple[Collection[str], str],
    faults: _Faults,
) -> None:
    edges, what = support
    found = set(store.neighbours(view, [record.id for record in batch], sorted(edges), "in", limit=1).target)
    for record in batch:
        if record.id not in found:
            faults.add(what, record.id)
