"""Memory: one namespace of a store, with the verbs that people use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Final, TypeVar

from graphmem import changes as changing
from graphmem import deciding, forgetting, identities, identity, schema
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.errors import Conflict, EncoderMismatch, NotFound, QueryError
from graphmem.projection import SCHEMA
from graphmem.retrieval.recall import recall
from graphmem.statements import Fact
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.types import (
    Change,
    Commit,
    Document,
    Entity,
    Episode,
    FloatArray,
    Passage,
    Query,
    Ranking,
    Record,
    Sentence,
    Vectors,
    View,
)

if TYPE_CHECKING:
    import networkx as nx

DEFAULT_NAMESPACE: Final = "default"
T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _asked(query: Query) -> Query:
    """The query as it can be asked: half a character becomes a question mark, kinds are those searched.

    Raises:
        QueryError: it is empty, or not even one passage is asked for.
    """
    if not query.text.strip():
        raise QueryError("the question is empty: ask something")
    if query.k < 1:
        raise QueryError(f"k is {query.k}: ask for at least one passage")
    view = query.view
    if view.kinds is not None:  # a hit is a passage of a document, whatever it was found by
        kinds = view.kinds | {schema.DOCUMENT, schema.PASSAGE, schema.ENTITY}
        view = replace(view, kinds=kinds)
    return replace(query, text=query.text.encode("utf-8", "replace").decode("utf-8"), view=view)


# A sentence that an entity is the title of is about it.
_EVIDENCE: Final = (
    schema.TITLED,
    schema.MENTIONS,
    schema.SPOKEN_BY,
    schema.NAMES,
    schema.REFERS,
    schema.DATED,
    schema.OPENS,
    schema.STATES,
    schema.TELLS,
)


class Memory:
    """Reads and writes one namespace of a store; every write is a commit.

    ``clock`` tells the time of commits. A memory closes its store when it is closed.
    """

    def __init__(
        self,
        store: Store,
        *,
        namespace: str = DEFAULT_NAMESPACE,
        author: str = "user",
        embedder: Embedder | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.store = store
        self.namespace = identity.checked_namespace(namespace)
        self.author = author
        self.embedder: Embedder = embedder or SentenceEncoder()
        self.clock = clock

    @classmethod
    def open(
        cls,
        url: str = "sqlite:///memory.db",
        *,
        namespace: str = DEFAULT_NAMESPACE,
        author: str = "user",
        embedder: Embedder | None = None,
        create: bool = True,
    ) -> Memory:
        """The memory in the store at a URL; an SQLite file that does not exist is made, if ``create``.

        Raises:
            StoreURLError: the URL names no store, or there is none and ``create`` is False.
            InputError: ``namespace`` cannot name a namespace; no store is made.
        """
        identity.checked_namespace(namespace)
        store = open_store(url, SCHEMA, create=create)
        return cls(store, namespace=namespace, author=author, embedder=embedder)

    @property
    def view(self) -> View:
        """What this memory reads: its own namespace, now."""
        return View.of(self.namespace)

    def write(
        self,
        changes: Sequence[Change],
        message: str,
        *,
        author: str | None = None,
        vectors: dict[str, FloatArray] | None = None,
    ) -> Commit:
        """Commit changes of this namespace: the only way in, for everybody.

        Sentences that are new get their vectors here, but for those given in ``vectors``.

        Raises:
            Conflict: a record is not what a change expects; nothing was written.
        """
        given = vectors or {}
        lacking = [c.after for c in changes if c.after and c.id not in given and schema.text_is_new(c)]
        given = {**given, **self.embed(lacking)}
        at = self.clock()
        # The head tells apart what one tick of a clock may hold: ingest, forget, ingest again.
        author, message = _storable(author or self.author), _storable(message)
        written = (self.namespace, author, at.isoformat(), str(self.store.head()), message)
        commit = Commit(
            id="c" + identity.digest(*written, *(c.id for c in changes)),
            namespace=self.namespace,
            author=author,
            at=at,
            message=message,
            changes=tuple(changes),
        )
        return self.store.apply(commit, Vectors(self.embedder.name, given) if given else None)

    def embed(self, records: Iterable[Record]) -> dict[str, FloatArray]:
        """Vectors, shape (d,), by id, of those records that are searched by text."""
        texts = {record.id: text for record in records if (text := schema.searched_text(record))}
        if not texts:
            return {}
        return dict(zip(texts, self.embedder.encode(list(texts.values())), strict=True))

    def recall(self, question: str | Query, k: int = 10, *, as_of: datetime | None = None) -> Ranking:
        """The passages that answer a question, best first, each with its evidence and its path.

        Raises:
            QueryError: the question is empty, or not even one passage is asked for.
            EncoderMismatch: the store's vectors come from another encoder.
        """
        if isinstance(question, str):
            question = Query(question, View.of(self.namespace, as_of=as_of), k)
        made_by = self.store.encoder()
        if made_by not in (None, self.embedder.name):
            raise EncoderMismatch(
                f"the store's vectors come from {made_by}, the question's would from {self.embedder.name}:"
                f" open the memory with {made_by}, or ingest into a new store"
            )
        return recall(self.store, self.embedder, _asked(question))

    def documents(self) -> Iterator[Document]:
        """All documents of the namespace, by id."""
        for record in self.store.scan(self.view, schema.DOCUMENT):
            document = schema.from_record(record)
            assert isinstance(document, Document)
            yield document

    def document(self, name: str) -> Document:
        """The document with this id or URI.

        Raises:
            NotFound: there is none.
        """
        ids = [name, identity.document_id(self.namespace, name)]
        for record in self.store.get(self.view, ids).values():
            if record.kind == schema.DOCUMENT:
                document = schema.from_record(record)
                assert isinstance(document, Document)
                return document
        raise NotFound(f"no document {name!r}: 'graphmem stats --documents' lists what is there")

    def find(self, name: str) -> schema.Value:
        """The record with this id, the document with this URI, or the entity with this name.

        Raises:
            NotFound: there is none.
        """
        document = identity.document_id(self.namespace, name)
        entity = identity.entity_id(self.namespace, identity.fold(name))
        found = self.store.get(self.view, [name, document, entity])
        for id in (name, document, entity):
            if id in found:
                return schema.from_record(found[id])
        raise NotFound(f"nothing is called {name!r} in namespace {self.namespace!r}")

    def evidence(self, of: Entity | Fact, limit: int = 10) -> list[Sentence]:
        """Sentences that name an entity, those about it first; those that state a fact or an event."""
        return self._values(self._sources(of.id, _EVIDENCE, limit), Sentence)

    def facts(self, of: Entity | Sentence, limit: int = 10) -> list[Fact]:
        """Facts and events of an entity, its own first; those that a sentence tells."""
        if isinstance(of, Entity):
            return self._values(self._sources(of.id, schema.PARTICIPANT_EDGES, limit), Fact)
        told = self.store.neighbours(self.view, [of.id], [schema.STATES, schema.TELLS], "out")
        return self._values(sorted(told.target)[:limit], Fact)

    def episode(self, passage: Passage) -> Episode | None:
        """The episode that a passage is in; None in a document that is too short to have any."""
        found = self.store.neighbours(self.view, [passage.id], [schema.HOLDS], "in").source
        return next(iter(self._values(found, Episode)), None)

    def identity(self, of: Entity) -> identities.Identity:
        """The entities that are one with an entity, itself first, and why; with what it may be besides."""
        return identities.identity(self.store, self.view, of)

    def questions(self, limit: int = 10) -> list[identities.Question]:
        """Pairs of names that may be one, most likely first; ``same`` and ``different`` answer them."""
        return identities.questions(self.store, self.view, limit)

    def same(self, a: str, b: str) -> Commit:
        """Say that two names are one; it outweighs all evidence, until it is undone or another word is said.

        A name may be the id of a unit or an entity, or "NAME @ DOCUMENT" for what one document means by it.

        Raises:
            NotFound: nothing is called so.
            InputError: several are, or both are one name.
        """
        return self._decide(a, b, same=True)

    def different(self, a: str, b: str) -> Commit:
        """Say that two names are not one; as ``same`` otherwise.

        Raises:
            NotFound: nothing is called so.
            InputError: several are, or both are one name.
        """
        return self._decide(a, b, same=False)

    def _decide(self, a: str, b: str, *, same: bool) -> Commit:
        word = deciding.Answer(same, _storable(self.author), self.clock())
        changes = deciding.decided(self.store, self.view, self.namespace, (a, b), word)
        return self.write(changes, f"{a} is {'' if same else 'not '}{b}")

    def _sources(self, target: str, kinds: Iterable[str], limit: int) -> list[str]:
        """The records that point at one, by kind of edge in the order given."""
        found: dict[str, None] = {}
        for kind in kinds:
            edges = self.store.neighbours(self.view, [target], [kind], "in", limit=limit)
            found |= dict.fromkeys(edges.source)
        return list(found)[:limit]

    def parts(self, whole: Document | Episode | Passage, limit: int = 10) -> Sequence[Passage | Sentence]:
        """The first passages of a document or an episode, or sentences of a passage."""
        if isinstance(whole, Episode):
            return self._values(whole.passages[:limit], Passage)
        ids = self.store.neighbours(self.view, [whole.id], [schema.PART_OF], "in").source
        passages, sentences = self._values(ids, Passage), self._values(ids, Sentence)
        found: list[Passage | Sentence] = [*passages, *sentences]
        return sorted(found, key=lambda part: part.position)[:limit]

    def _values(self, ids: Sequence[str], kind: type[T]) -> list[T]:
        """The values of these ids in their order, those of another type left out."""
        records = self.store.get(self.view, ids)
        values = [schema.from_record(records[id]) for id in ids if id in records]
        return [value for value in values if isinstance(value, kind)]

    def forget(self, name: str, *, dry_run: bool = False) -> forgetting.Receipt:
        """Take a document back, given by id or URI, with all that only it supported; ``undo`` brings it back.

        Raises:
            NotFound: there is no such document.
        """
        document = self.document(name)
        changes = forgetting.forget_changes(self.store, self.view, document.id)
        removed = forgetting.removed(self.store, self.view, changes)
        commit = None if dry_run else self.write(changes, f"forget {document.uri}")
        return forgetting.Receipt(document.uri, removed, commit)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The namespace as a graph: records as nodes (with their kind and name or text), edges by kind."""
        # Imported here: no other verb needs networkx, and every command would wait for it.
        from graphmem.graph import to_networkx

        return to_networkx(self.store, self.view)

    def history(self, record: str | None = None) -> Iterator[Commit]:
        """Commits of this namespace in order, or those that changed one record, given by id or URI."""
        if record is not None and not any(self.store.commits(self.view, touching=record)):
            record = identity.document_id(self.namespace, record)
        return self.store.commits(self.view, touching=record)

    def commit(self, id: str) -> Commit:
        """The commit with this id, or the only one whose id starts so.

        Raises:
            NotFound: there is none, or more than one.
        """
        found = [commit for commit in self.history() if id and commit.id.startswith(id)]
        exact = [commit for commit in found if commit.id == id]
        if len(exact or found) != 1:
            raise NotFound(f"{len(found) or 'no'} commits start with {id!r}: 'graphmem history' lists them")
        return (exact or found)[0]

    def undo(self, id: str) -> Commit:
        """Commit the inverse of a commit; the undo of an undo is a redo.

        Raises:
            NotFound: there is no such commit.
            Conflict: a later commit changed one of its records; the message names it, nothing was written.
        """
        commit = self.commit(id)
        back = changing.inverse(commit.changes)
        current = self.store.get(self.view, [change.id for change in back])
        misfits = changing.misfits(back, current)
        if misfits:
            raise Conflict(self._why_not(commit, misfits), misfits)
        return self.write(back, f"undo {commit.id}: {commit.message}")

    def _why_not(self, commit: Commit, misfits: Sequence[str]) -> str:
        """The message of a refused undo: which later commits stand in the way."""
        later = {
            other.id: other
            for record in misfits[:100]
            for other in self.store.commits(self.view, after=commit.seq, touching=record)
        }
        names = ", ".join(f"{c.id} ({c.message})" for c in sorted(later.values(), key=lambda c: -c.seq))
        return (
            f"cannot undo {commit.id} ({commit.message}): {len(misfits)} of its records were changed later"
            f" by {names}; undo the later ones first, newest first"
        )

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> Memory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _storable(text: str) -> str:
    """Text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
