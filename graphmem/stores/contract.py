"""What the store contract is told in: a small schema of its own, and histories of commits.

Notes and cards are logged; how many notes carry a tag is derived. Nothing here knows of documents
or entities, nor of any one store.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import numpy as np

from graphmem.stores.base import Store
from graphmem.types import (
    TOKEN,
    Change,
    Commit,
    Edge,
    FloatArray,
    Index,
    Record,
    Schema,
    Shown,
    Tokens,
    Vectors,
    View,
)

NOTE: Final = "note"
CARD: Final = "card"
TAG: Final = "tag"
NOON: Final = datetime(2024, 5, 17, 12, tzinfo=timezone.utc)
HOUR: Final = timedelta(hours=1)
DIMENSION: Final = 16
ENCODER: Final = "contract-16"

_WORDS: Final = (
    "amber birch cedar delta ember fjord glade heron inlet jetty kelp lagoon meadow nectar otter pebble "
    "quarry reed shore tundra"
).split()


def note(
    id: str,
    text: str | None = None,
    *,
    namespace: str = "a",
    kind: str = NOTE,
    links: Sequence[tuple[str, str, float]] = (),
    tags: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Record:
    """A record of the contract's schema. ``links`` are edges: kind, target and weight."""
    body: dict[str, Any] = {"links": [list(link) for link in links], "tags": list(tags)}
    if text is not None:
        body["text"] = text
    for name, moment in (("since", since), ("until", until)):
        if moment is not None:
            body[name] = moment.isoformat()
    return Record(id, kind, namespace, body)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _index(record: Record) -> Index:
    body = record.body
    return Index(
        edges=tuple(Edge(kind, target, weight) for kind, target, weight in body.get("links", ())),
        text=body.get("text"),
        valid_at=_moment(body.get("since")),
        invalid_at=_moment(body.get("until")),
    )


def _derive(changes: Sequence[Change], get: Callable[[Iterable[str]], Mapping[str, Record]]) -> list[Change]:
    counts: Counter[tuple[str, str]] = Counter()
    for change in changes:
        for record, sign in ((change.before, -1), (change.after, +1)):
            if record is not None:
                for tag in record.body.get("tags", ()):
                    counts[record.namespace, tag] += sign
    current = get([f"tag-{namespace}-{tag}" for namespace, tag in counts])
    derived = []
    for (namespace, tag), count in counts.items():
        id = f"tag-{namespace}-{tag}"
        before = current.get(id)
        total = count + (before.body["notes"] if before else 0)
        after = Record(id, TAG, namespace, {"notes": total}) if total else None
        if before != after:
            derived.append(Change(before, after))
    return derived


def _shown(record: Record) -> Mapping[str, Shown]:
    shown: dict[str, Shown] = {"name": record.id}
    moment = _moment(record.body.get("since"))
    return {**shown, "at": moment} if moment else shown


SCHEMA: Final = Schema(
    logged=frozenset({NOTE, CARD}),
    derived=frozenset({TAG}),
    edges=frozenset({"cites", "near"}),
    index=_index,
    derive=_derive,
    shown=_shown,
)


def commit(id: str, *changes: Change, namespace: str = "a") -> Commit:
    """A commit of these changes."""
    return Commit(
        id=id, namespace=namespace, author="contract", at=NOON, message=f"commit {id}", changes=changes
    )


def creation(id: str, *records: Record, namespace: str = "a") -> Commit:
    """A commit that makes these records."""
    return commit(id, *(Change(None, record) for record in records), namespace=namespace)


def taken_back(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The inverse of changes, last first."""
    return tuple(Change(change.after, change.before) for change in reversed(changes))


def direction(*components: float) -> FloatArray:
    """The unit vector in the direction of these first components."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[: len(components)] = components
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def of_encoder(by_id: Mapping[str, FloatArray], tokens: Mapping[str, Tokens] | None = None) -> Vectors:
    """Vectors of the contract's encoder."""
    return Vectors(ENCODER, by_id, tokens or {})


def pieces(*numbers: int) -> Tokens:
    """Tokens with these numbers, each of a direction of its own."""
    found = np.zeros(len(numbers), dtype=TOKEN)
    found["piece"] = numbers
    found["vector"] = np.random.default_rng(numbers).integers(-127, 128, found["vector"].shape)
    return found


class History:
    """A random but repeatable history of commits, and the state that it must leave."""

    def __init__(self, seed: int, namespaces: Sequence[str] = ("a", "b"), prefix: str = "") -> None:
        self._random = random.Random(seed)
        self._namespaces = namespaces
        self._prefix = prefix
        self._count = 0
        self.records: dict[str, Record] = {}

    def _text(self) -> str:
        # Squared, so that some words are common and some rare.
        picks = (int(len(_WORDS) * self._random.random() ** 2) for _ in range(self._random.randint(1, 12)))
        return " ".join(_WORDS[pick] for pick in picks)

    def _record(self, id: str, namespace: str) -> Record:
        pick = self._random
        targets = [f"{self._prefix}{namespace}{pick.randint(0, 30)}" for _ in range(pick.randint(0, 3))]
        links = [
            (pick.choice(("cites", "near")), target, float(pick.randint(1, 3)))
            for target in sorted(set(targets))
        ]
        since = NOON + HOUR * pick.randint(-5, 5) if pick.random() < 0.4 else None
        until = (since or NOON) + HOUR * pick.randint(1, 5) if pick.random() < 0.3 else None
        tags = sorted({pick.choice(("red", "green", "blue")) for _ in range(pick.randint(0, 2))})
        return note(
            id,
            self._text() if pick.random() < 0.85 else None,
            namespace=namespace,
            kind=pick.choice((NOTE, NOTE, CARD)),
            links=links,
            tags=tags,
            since=since,
            until=until,
        )

    def _vectors(self, changes: Sequence[Change]) -> Vectors | None:
        by_id, tokens = {}, {}
        for change in changes:
            if change.after is not None and "text" in change.after.body and self._random.random() < 0.8:
                components = [self._random.gauss(0, 1) for _ in range(DIMENSION)]
                by_id[change.id] = direction(*components)
                if len(by_id) % 2:
                    tokens[change.id] = pieces(*range(len(by_id)))
        return of_encoder(by_id, tokens) if by_id else None

    def step(self) -> tuple[Commit, Vectors | None]:
        """The next commit; the state follows."""
        self._count += 1
        namespace = self._random.choice(self._namespaces)
        changes = []
        for number in self._random.sample(range(31), self._random.randint(1, 6)):
            id = f"{self._prefix}{namespace}{number}"
            before = self.records.get(id)
            gone = before is not None and self._random.random() < 0.3
            after = None if gone else self._record(id, namespace)
            if after == before:
                continue
            changes.append(Change(before, after))
            if after is None:
                del self.records[id]
            else:
                self.records[id] = after
        made = commit(f"{self._prefix}commit-{self._count}", *changes, namespace=namespace)
        return made, self._vectors(changes)

    def steps(self, count: int) -> Iterator[tuple[Commit, Vectors | None]]:
        """The next commits."""
        return (self.step() for _ in range(count))


def everything(store: Store, *namespaces: str) -> dict[str, Record]:
    """All current records of these namespaces, derived ones too."""
    view = View.of(*namespaces)
    return {record.id: record for kind in (NOTE, CARD, TAG) for record in store.scan(view, kind)}


def raises(error: type[BaseException] | tuple[type[BaseException], ...], call: Callable[[], object]) -> str:
    """The message of the error that a call must raise."""
    try:
        call()
    except error as raised:
        return str(raised)
    raise AssertionError(f"no {error} was raised")


class ContractBase:
    """How the contract comes by stores."""

    def open(self, directory: Path, schema: Schema, name: str) -> Store:
        """The store called ``name`` in a test's own directory: made at first, the same one afterwards."""
        raise NotImplementedError

    @contextmanager
    def store(self, directory: Path, name: str = "store") -> Iterator[Store]:
        """A store of the contract's schema, closed at the end."""
        store = self.open(directory, SCHEMA, name)
        try:
            yield store
        finally:
            store.close()
