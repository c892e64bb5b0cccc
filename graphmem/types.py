"""The vocabulary: frozen values that every layer speaks in.

Two levels. What people mean: Document, Passage, Sentence, Mention, Entity. What stores keep:
Record (an id, a kind, a namespace and a JSON body), with the Index that says how it is to be
found. ``graphmem.schema`` alone translates between the two, so a new kind needs no new store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphmem import cards
from graphmem.statements import Statement

FloatArray: TypeAlias = NDArray[np.float32]
TOKEN: Final = np.dtype([("piece", "<u2"), ("vector", "i1", (64,))])
"""A piece of a word as an encoder reads it in its sentence: its number, and a direction, of length 127."""
Tokens: TypeAlias = NDArray[np.void]
"""The pieces of a text in order, each a ``TOKEN``; shape (pieces,)."""
PassageKind: TypeAlias = Literal["paragraph", "turn", "record"]
Shown: TypeAlias = str | int | float | datetime | list[str]
_UNTOLD: Final = frozenset({"name", "title", "speaker"})
"""Labels that say how something is named, not what it is."""
MentionRole: TypeAlias = Literal["text", "opening", "title", "speaker", "time", "pronoun", "read", "moved"]


# --- what people mean -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source as read. ``content_hash`` is of the bytes; ``written_at`` only if the source says it.

    ``title`` is empty where the source is a list of independent items. ``metadata`` holds JSON values that a
    program gave along with the text: they are kept as they are, and no search looks at them.
    """

    id: str
    namespace: str
    uri: str
    title: str
    kind: Literal["text", "chat", "records"]
    content_hash: str
    characters: int
    written_at: datetime | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def _repr_html_(self) -> str:
        rows = {"address": self.uri, "written": self.written_at, "characters": f"{self.characters:,}"}
        return cards.card("document", self.title, {**rows, "id": self.id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a document that is returned to the user: a paragraph, a turn, a record.

    ``text == document_text[start:end]``. ``position`` counts the document's passages from 0. ``metadata`` is
    as that of a document. A passage ``asleep`` keeps its sentences to itself, and no search finds it but one
    among the dormant.
    """

    id: str
    namespace: str
    document: str
    position: int
    kind: PassageKind
    start: int
    end: int
    text: str
    heading: str = ""
    speaker: str = ""
    at: datetime | None = None
    previous: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)
    asleep: tuple[Sentence, ...] = ()

    def _repr_html_(self) -> str:
        rows = {"said by": self.speaker, "at": self.at, "text": self.text, "id": self.id}
        return cards.card(self.kind, self.heading, rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A span that names an entity: ``name == sentence.text[start:end]``.

    A mention in role ``title``, ``speaker`` or ``time`` stands beside the text and has no span
    (``start`` and ``end`` are 0). ``opening`` is a lone capitalised word that opens a sentence:
    it is a name only if it is one elsewhere. ``of`` is what the document calls the entity in full,
    where the mention says less ("Curie", "she"); a ``pronoun`` names nothing by itself. One
    in role ``read`` is a name that only a pipeline sees in the text; of one in role ``moved`` a person says
    that it names ``of``.
    """

    name: str
    label: str
    start: int = 0
    end: int = 0
    role: MentionRole = "text"
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The unit that is embedded and searched; the smallest evidence.

    ``text == passage.text[start:end]``; ``kind`` is the passage's; ``caption`` (title, or date and
    speaker) is what a reader must know to understand it, and is embedded and indexed with it.
    """

    id: str
    namespace: str
    passage: str
    kind: PassageKind = "paragraph"
    position: int
    start: int
    end: int
    text: str
    caption: str = ""
    at: datetime | None = None
    mentions: tuple[Mention, ...] = ()
    statements: tuple[Statement, ...] = ()

    def _repr_html_(self) -> str:
        return cards.card(
            "sentence", "", {"of": self.caption, "at": self.at, "text": self.text, "id": self.id}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Passages of a document that belong together, by id and in order; it begins where something changes.

    ``reason`` says what, in words; ``surprise`` how much. ``at`` and ``until`` are the first and the
    last moment of its passages.
    """

    id: str
    namespace: str
    document: str
    passages: tuple[str, ...]
    reason: str = ""
    surprise: float = 0.0
    at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What mentions of one folded name stand for; every field but ``key`` is counted from them.

    ``surfaces`` and ``labels`` count mentions; ``openings`` counts those in role ``opening``;
    ``references`` counts parts of the name that stand for it ("Curie") by surface, ``pronouns`` those that
    mean it. ``called`` and ``typed`` are the name and the label that a person gave it.
    """

    id: str
    namespace: str
    key: str
    surfaces: Mapping[str, int]
    labels: Mapping[str, int]
    openings: int = 0
    references: Mapping[str, int] = field(default_factory=dict)
    pronouns: int = 0
    called: str = ""
    typed: str = ""

    @property
    def name(self) -> str:
        """The given name, else the most frequent surface, of equals the first in order; else the key."""
        return self.called or min(self.surfaces, key=lambda s: (-self.surfaces[s], s), default=self.key)

    @property
    def label(self) -> str:
        """The given label, else the most frequent that says what it is, else any; of equals the first."""
        if self.typed:
            return self.typed
        told = self.labels.keys() - _UNTOLD or self.labels.keys()
        return min(told, key=lambda s: (-self.labels[s], s), default="")

    @property
    def aliases(self) -> tuple[str, ...]:
        """The other surfaces and the parts that stand for it, sorted."""
        return tuple(sorted({*self.surfaces, *self.references} - {self.name}))

    @property
    def mentions(self) -> int:
        """How many mentions there are."""
        return sum(self.surfaces.values())

    def _repr_html_(self) -> str:
        rows = {"also": ", ".join(self.aliases), "mentions": f"{self.mentions:,}", "id": self.id}
        return cards.card(self.label, self.name, rows)


# --- what stores keep -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """What a store keeps: ``body`` holds JSON values only."""

    id: str
    kind: str
    namespace: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed edge; it belongs to the record that it leaves and comes and goes with it."""

    kind: str
    target: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Index:
    """How a record is to be found. ``text`` is searched by keyword, and by vector where one is given.

    ``valid_at`` (inclusive) and ``invalid_at`` (exclusive) bound when it is true in the world;
    None is open.
    """

    edges: tuple[Edge, ...] = ()
    text: str | None = None
    valid_at: datetime | None = None
    invalid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Of one record: created (no ``before``), replaced, or removed (no ``after``)."""

    before: Record | None
    after: Record | None

    def __post_init__(self) -> None:
        """A change is of something, and of one record."""
        if self.before is None and self.after is None:
            raise ValueError("a change needs a record before or after")
        if self.before is not None and self.after is not None and self.before.id != self.after.id:
            raise ValueError(f"a change is of one record, not of {self.before.id} and {self.after.id}")

    @property
    def record(self) -> Record:
        """The record after the change, or before it if it was removed."""
        record = self.after or self.before
        assert record is not None
        return record

    @property
    def id(self) -> str:
        """The id of the record."""
        # Asked some ten times for each change of a commit.
        return self.after.id if self.after is not None else self.record.id


@dataclass(frozen=True, slots=True)
class Commit:
    """An atomic list of changes in one namespace, one of a ``run`` of ingest; ``seq`` counts without gaps."""

    id: str
    namespace: str
    author: str
    at: datetime
    message: str
    changes: tuple[Change, ...] = field(repr=False)
    seq: int = 0
    run: str = ""

    def _repr_html_(self) -> str:
        kinds = Counter(change.record.kind for change in self.changes)
        changes = ", ".join(f"{n:,} {kind}" for kind, n in kinds.items())
        rows: dict[str, cards.Cell] = {"by": self.author, "at": self.at, "changes": changes, "id": self.id}
        return cards.card("commit", self.message, rows)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of records, shape (d,) each, and the encoder that made them.

    ``tokens`` are of some of these records: those that are searched piece by piece too.
    """

    encoder: str
    by_id: Mapping[str, FloatArray]
    tokens: Mapping[str, Tokens] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse tokens of another shape, and of records without a vector."""
        if any(own.dtype != TOKEN or own.ndim != 1 for own in self.tokens.values()):
            raise ValueError("tokens are arrays of TOKEN, of one dimension")
        if stray := self.tokens.keys() - self.by_id.keys():
            raise ValueError(f"tokens of {min(stray)}, of which there is no vector")

    def joined(self, other: Vectors) -> Vectors:
        """These and others of the same encoder, which take the place of these."""
        return Vectors(self.encoder, {**self.by_id, **other.by_id}, {**self.tokens, **other.tokens})

    def of(self, ids: Iterable[str]) -> Vectors:
        """Those of these records."""
        own = [id for id in ids if id in self.by_id]
        tokens = {id: self.tokens[id] for id in own if id in self.tokens}
        return Vectors(self.encoder, {id: self.by_id[id] for id in own}, tokens)


@dataclass(frozen=True, slots=True)
class Schema:
    """All that a store knows of kinds.

    ``derive(changes, get)`` gives the changes of derived records (entities) that follow from
    changes of logged ones; the store applies both in one transaction and logs only the first.
    ``get`` reads current records by id inside that transaction. ``edges`` are all kinds of edges,
    and no index names another. ``shown(record)`` is what a person reads of it in a database's own
    browser: fields by name, which no read of the store depends on. ``asked`` are the logged kinds that
    ``derive`` gets by id, besides derived ones.
    """

    logged: frozenset[str]
    derived: frozenset[str]
    edges: frozenset[str]
    index: Callable[[Record], Index]
    derive: Callable[[Sequence[Change], Callable[[Iterable[str]], Mapping[str, Record]]], Sequence[Change]]
    shown: Callable[[Record], Mapping[str, Shown]]
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """What a read may see. Every read takes one, so that a forgotten filter is a type error.

    ``as_of`` hides what is not true at that moment (records without validity are always true).
    """

    namespaces: frozenset[str]
    as_of: datetime | None = None
    kinds: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """An empty view sees nothing, which is never what was meant."""
        if not self.namespaces:
            raise ValueError("a view names at least one namespace")
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise ValueError("as_of needs a time zone: pass datetime(..., tzinfo=timezone.utc)")

    @classmethod
    def of(cls, *namespaces: str, as_of: datetime | None = None, kinds: Iterable[str] | None = None) -> View:
        """The view of these namespaces."""
        return cls(frozenset(namespaces), as_of, None if kinds is None else frozenset(kinds))


@dataclass(frozen=True, slots=True)
class Adjacency:
    """Edges in columns: ``source[i] -kind[i], weight[i]-> target[i]``.

    ``degree`` gives, for every target here, how many edges of the kinds asked for enter it in
    its whole namespace, whatever the limits of the read.
    """

    source: Sequence[str]
    kind: Sequence[str]
    target: Sequence[str]
    weight: FloatArray
    degree: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """``records`` counts live records by kind, for every namespace of the log.

    ``bytes`` is the size on disk, None where a server does not tell.
    """

    url: str
    format: int
    encoder: str | None
    commits: int
    records: Mapping[str, Mapping[str, int]]
    vectors: int
    bytes: int | None
