"""An open memory: one namespace of a store, and the only way to write to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Final

from graphmem import identity, schema
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.projection import SCHEMA
from graphmem.stores import open_store
from graphmem.stores.base import Store
from graphmem.types import Change, Commit, FloatArray, Record, Vectors, View

if TYPE_CHECKING:
    from typing_extensions import Self

DEFAULT_NAMESPACE: Final = "default"


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Opened:
    """A namespace of a store with what reads and writes need.

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
    ) -> Self:
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
        author, message = storable(author or self.author), storable(message)
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
