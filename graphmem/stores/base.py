"""The Store protocol: records, edges, keyword and vector search, and an append-only log.

A store knows nothing of documents or entities: a ``Schema`` tells it how a record is indexed and
what is derived. ``graphmem.testing.StoreContract`` is the executable form of this page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from graphmem.types import Adjacency, Commit, FloatArray, Record, StoreInfo, Tokens, Vectors, View


@dataclass(frozen=True, slots=True)
class Grouping:
    """How a vector search goes from coarse to fine: groups of what is alike, by edges.

    A record with edges of kind ``gathers`` is a group of all records that point, by edges of kind ``part``,
    where these edges point. ``share`` of the vectors in view are compared at most, the keys of groups
    counted, but ``least`` in any case; what no group gathers is always compared.
    """

    gathers: str
    part: str
    share: float = 0.2
    least: int = 2000


class Store(Protocol):
    """Where records live. All methods raise only errors of ``graphmem.errors``."""

    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        """Apply all changes, what they derive, and log the commit, atomically; return it with its ``seq``.

        A commit whose id is already in the log is not applied again; the logged one is returned
        (``Conflict`` if that one is of another namespace).
        All its changes are of records of ``commit.namespace`` (else ValueError).
        ``vectors`` gives vectors of records with text; a record whose ``Index.text`` stays the
        same keeps its vector, one whose text changes loses it unless a new one is given. Its tokens
        come and go with it: a vector that is given without any leaves none.

        Raises:
            Conflict: a record's current state is not ``change.before`` (or exists where ``before`` is
                None); nothing was applied.
            StoreBusy, StoreReadOnly, StoreFull, EncoderMismatch: nothing was applied.
        """
        ...

    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        """Current records by id; those that are not there or not in view are left out."""
        ...

    def scan(self, view: View, kind: str) -> Iterator[Record]:
        """All current records of a kind, by id in ascending order."""
        ...

    def count(self, view: View, kind: str) -> int:
        """How many current records of a kind are in view."""
        ...

    def neighbours(
        self,
        view: View,
        ids: Sequence[str],
        edge_kinds: Sequence[str],
        direction: Literal["out", "in"] = "out",
        degree_cap: int | None = None,
        limit: int | None = None,
    ) -> Adjacency:
        """Edges that leave ("out") or enter ("in") the records ``ids``; both ends are in view.

        ``degree_cap``: edges into a target that more edges of these kinds enter are left out.
        ``limit``: at most so many edges of each id in ``ids``, heaviest first, then by other end's id.
        """
        ...

    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        """The k best records by BM25 over the view's records, best first (then by id).

        Any text is a valid query; words are OR-ed, and no character has a meaning of its own.
        Statistics are those of the view alone: what other namespaces hold changes no score.
        """
        ...

    def search_vector(
        self, view: View, vector: FloatArray, k: int, grouping: Grouping | None = None
    ) -> list[tuple[str, float]]:
        """The k records with the greatest cosine to ``vector`` (shape (d,)), best first (then by id).

        With ``grouping`` the k best of those in the groups nearest to ``vector`` and of those in no group,
        where that saves comparisons. It changes which records of the view are compared, and nothing else.
        """
        ...

    def nearest_groups(
        self, view: View, vectors: FloatArray, k: int, grouping: Grouping, below: int | None = None
    ) -> list[list[tuple[str, float]]]:
        """Of each vector, rows of shape (n, d), the k groups nearest to it, best first (then by id).

        What a group gathers has a vector of length 1 in the direction of the sum of its parts' vectors; the
        group is as near as the mean of their products with the vector. Groups without a part in view are
        left out, and with ``below`` those that gather so many or more. ``share`` and ``least`` of the
        grouping play no part.
        """
        ...

    def vectors(self, view: View, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        """Unit vectors, shape (d,), of those of ``ids`` that are in view and have one."""
        ...

    def tokens(self, view: View, ids: Sequence[str]) -> Mapping[str, Tokens]:
        """Tokens, shape (pieces,), of those of ``ids`` that are in view and have some."""
        ...

    def cosines(self, view: View, ids: Sequence[str], vector: FloatArray) -> FloatArray:
        """Cosines of ``ids`` to a unit vector, shape (len(ids),); 0 for one with no vector in view."""
        ...

    def commits(self, view: View, after: int = 0, touching: str | None = None) -> Iterator[Commit]:
        """Logged commits of the view's namespaces with ``seq > after``, in order.

        With ``touching``, only those that change that record. ``as_of`` and ``kinds`` play no part.
        """
        ...

    def head(self) -> int:
        """``seq`` of the newest commit, 0 if there is none."""
        ...

    def encoder(self) -> str | None:
        """Name of the encoder that made the store's vectors; None before the first."""
        ...

    def info(self) -> StoreInfo:
        """What the store holds."""
        ...

    def check(self) -> list[str]:
        """Every way in which the store is not sound, in words; empty if it is."""
        ...

    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        """Put other commits in the place of logged ones for ever, log that, and erase what is gone.

        The only way in which the log does not just grow. Each logged commit of ``commit.namespace``
        becomes what ``keep`` makes of it: one of the same id, place and moment with fewer changes, or
        with another message or author. Live records stay as they are. The chain is made anew, ids that
        nothing names any more go, and what was freed is overwritten as far as the store's files are in
        our hands. ``commit``, which has no changes, is logged last and returned with its ``seq``.

        All or nothing; what was freed may be overwritten a moment later. As in ``apply``, a commit that
        is in the log already is not applied again.

        Raises:
            Conflict: without the changes that go, the log would not lead to the live records; nothing
                was written.
            ValueError: ``commit`` has changes, or ``keep`` gives another commit; nothing was written.
            StoreBusy: others write or read for too long; running it again goes on.
        """
        ...

    def traces(self, texts: Collection[str]) -> list[str]:
        """Places at which one of these texts still stands, live or not, in words; what is compressed too.

        Texts are found as they are written, whatever the namespace. The store's own vocabulary, such as
        names of its tables, is no trace.
        """
        ...

    def steady(self) -> AbstractContextManager[None]:
        """Inside, reads of this thread need not look for commits that came after it was entered.

        For what asks many questions about one moment, as recall does: a server is asked only once
        whether there is anything new.
        """
        ...

    def repair(self) -> None:
        """Make all that follows from the log anew: records, derived ones, edges and search indexes.

        Vectors stay where there is a text. The log itself is not touched: what is wrong with it stays
        wrong. Other processes that have the store open must open it again.

        Raises:
            StoreBusy: others write meanwhile; run it again.
        """
        ...

    def close(self) -> None:
        """Release files and connections; calling it twice is fine."""
        ...
