"""An open memory: one namespace of a store, and the only way to write to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Final

from graphmem import deciding, identity, schema, sharing
from graphmem.embedding import Embedder, SentenceEncoder, check_comparable, embed
from graphmem.errors import NotOwned, NotShared
from graphmem.projection import SCHEMA
from graphmem.resting import followed
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, Record, Vectors, View

if TYPE_CHECKING:
    from typing_extensions import Self

DEFAULT_NAMESPACE: Final = "default"


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Opened:
    """A namespace of a store with what reads and writes need.

    ``clock`` tells the time of commits; ``also`` are the namespaces that are read along, of those that share
    themselves with this one. A memory closes its store when it is closed.
    """

    def __init__(
        self,
        store: Store,
        *,
        namespace: str = DEFAULT_NAMESPACE,
        author: str = "user",
        embedder: Embedder | None = None,
        clock: Callable[[], datetime] = _now,
        also: Iterable[str] = (),
    ) -> None:
        self.store = store
        self.namespace = identity.checked_namespace(namespace)
        self.author = author
        self.embedder: Embedder = embedder or SentenceEncoder()
        self.clock = clock
        names = dict.fromkeys(map(identity.checked_namespace, also))
        self.also = tuple(name for name in names if name != namespace)

    @classmethod
    def open(
        cls,
        url: str = "sqlite:///memory.db",
        *,
        namespace: str = DEFAULT_NAMESPACE,
        author: str = "user",
        embedder: Embedder | None = None,
        create: bool = True,
        also: Iterable[str] = (),
    ) -> Self:
        """The memory in the store at a URL; an SQLite file that does not exist is made, if ``create``.

        Raises:
            StoreURLError: the URL names no store, or there is none and ``create`` is False.
            InputError: a namespace cannot be named so; no store is made.
            NotShared: a namespace of ``also`` does not share itself with this one.
        """
        names = tuple(map(identity.checked_namespace, (namespace, *also)))
        store = open_store(url, SCHEMA, create=create)
        try:
            sharing.view_of(store, namespace, names)
        except NotShared:
            store.close()
            raise
        return cls(store, namespace=namespace, author=author, embedder=embedder, also=names)

    @property
    def view(self) -> View:
        """What this memory reads: its own namespace, now, and those read along, each of which is asked for.

        Raises:
            NotShared: one of them does not share itself any more.
        """
        return sharing.view_of(self.store, self.namespace, self.also)

    def _own(self, *names: str) -> View:
        """The own namespace alone: what a write reads, and what only concerns its owner.

        Raises:
            NotOwned: one of these names or ids means something only in a namespace that is read along.
        """
        own = View.of(self.namespace)
        if not names or not self.also:
            return own
        try:
            view = self.view
        except NotShared:  # what one does with one's own needs no grant
            return own
        for name in (part for one in names for part in dict.fromkeys((one, one.rpartition(deciding.IN)[2]))):
            if owner := sharing.whose(self.store, view, self.namespace, name):
                self._check_own(owner, name)
        return own

    def _check_own(self, owner: str, what: str) -> None:
        """Refuse to change what is another namespace's.

        Raises:
            NotOwned: it is.
        """
        if owner != self.namespace:
            raise NotOwned(
                f"{what!r} is {owner}'s, and {self.namespace} cannot change it:"
                f" do so there, with '--namespace {owner}'"
            )

    def _check_encoder(self) -> None:
        """Refuse to compare vectors of two encoders.

        Raises:
            EncoderMismatch: the store's vectors come from another one.
        """
        check_comparable(self.store.encoder(), self.embedder)

    def write(
        self,
        changes: Sequence[Change],
        message: str,
        *,
        author: str | None = None,
        vectors: Vectors | None = None,
        run: str = "",
    ) -> Commit:
        """Commit changes of this namespace: the only way in, for everybody.

        Sentences that are new get their vectors here, but for those given in ``vectors``. Commits of one
        ``run`` can be undone together. What rests on passages that go is taken along (see ``resting``).

        Raises:
            Conflict: a record is not what a change expects; nothing was written.
            NotOwned: a record is of another namespace; nothing was written.
        """
        for record in (one for change in changes for one in (change.before, change.after) if one):
            self._check_own(record.namespace, record.id)
        changes = followed(self.store, View.of(self.namespace), changes)
        given = vectors or Vectors(self.embedder.name, {})
        lacking = [c.after for c in changes if c.after and c.id not in given.by_id and schema.text_is_new(c)]
        given = given.joined(self.embed(lacking))
        at = self.clock()
        # The head tells apart what one tick of a clock may hold: ingest, forget, ingest again.
        author, message = storable(author or self.author), storable(message)
        written = (self.namespace, author, at.isoformat(), str(self.store.head()), message)
        commit = Commit(
            id="c" + identity.digest(*written, *(c.id for c in changes)),
            namespace=self.namespace,
            author=author,
            at=at,
            message=message,
            changes=changes,
            run=run,
        )
        return self.store.apply(commit, given if given.by_id else None)

    def embed(self, records: Iterable[Record]) -> Vectors:
        """Vectors of those records that are searched by text, and tokens of turns and records."""
        return embed(self.embedder, records)

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def storable(text: str) -> str:
    """Text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
