"""Copying of a store into another, commit by commit, until both tell the same history.

All that a store holds follows from its log and its vectors, so these are all that is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from graphmem import schema
from graphmem.errors import Conflict, EncoderMismatch, InputError
from graphmem.stores.base import Store
from graphmem.types import Commit, Vectors, View


@dataclass(frozen=True, slots=True)
class Copied:
    """How many commits were copied now, and how many of them the target had already."""

    commits: int
    there: int


def copy(
    source: Store,
    target: Store,
    *,
    namespaces: Collection[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Copied:
    """Bring the commits that the target lacks, with their vectors, in the order of the source's log.

    Broken off at any point, it goes on where it stopped when it is called again. A source that is
    written meanwhile is followed to its newest commit, since a store keeps no vectors of texts that
    are gone: the two are equal only there. Namespaces that begin meanwhile are left to the next call.

    Args:
        source: what is read, one commit at a time.
        target: what is written; of these namespaces it holds nothing, or the beginning of the source's log.
        namespaces: which to copy; None is every one that the source's log names.
        progress: called after each commit with its place in the source's log, and the log's length.

    Raises:
        InputError: both are one store, or the source has no such namespace; nothing was copied.
        EncoderMismatch: the target's vectors come from another encoder; nothing was copied.
        Conflict: the target has commits of its own in one of the namespaces; nothing was copied, unless
            they were made while this ran.
        StoreError: one of the two cannot serve; what was copied stays, and copying again goes on.
    """
    chosen = _namespaces(source, target, namespaces)
    _check_encoders(source, target)
    # All are compared before the first commit is applied: where one does not fit, none is begun.
    shared = {namespace: _shared(source, target, namespace) for namespace in chosen}
    there = sum(commits for _, commits in shared.values())
    if not shared:
        return Copied(0, there)
    new, head = 0, source.head()
    for commit in _followed(source, View.of(*shared), min(place for place, _ in shared.values())):
        place, _ = shared[commit.namespace]
        if commit.seq > place:
            target.apply(commit, vectors_of(source, commit))
            new += 1
        if progress is not None:
            progress(commit.seq, max(commit.seq, head))
    return Copied(new, there)


def _namespaces(source: Store, target: Store, asked: Collection[str] | None) -> list[str]:
    """The namespaces to copy."""
    info = source.info()
    if source is target or info.url == target.info().url:
        raise InputError(f"{info.url} cannot be copied onto itself: name another store as the target")
    if asked is None:
        return sorted(info.records)
    for namespace in asked:
        if namespace not in info.records:
            known = ", ".join(sorted(info.records)[:10]) or "none yet"
            raise InputError(f"the source has no namespace {namespace!r}: name one of its own ({known})")
    return sorted(set(asked))


def _check_encoders(source: Store, target: Store) -> None:
    """Refuse to mix vectors, before anything is written."""
    ours, theirs = source.encoder(), target.encoder()
    if ours and theirs and ours != theirs:
        raise EncoderMismatch(
            f"the source's vectors come from {ours}, the target's from {theirs}: copy into a new store"
        )


def _shared(source: Store, target: Store, namespace: str) -> tuple[int, int]:
    """Where in the source's log the commits end that the target has of a namespace, and how many they are."""
    view = View.of(namespace)
    ours = source.commits(view)
    place = there = 0
    for theirs in target.commits(view):
        commit = next(ours, None)
        if commit is None:
            raise Conflict(
                f"{_named(theirs)} of namespace {namespace!r} is in the target and not in the source: "
                "copy the other way round, or into a new store; nothing was copied"
            )
        if replace(commit, seq=0) != replace(theirs, seq=0):
            raise Conflict(
                f"after {there} commits of namespace {namespace!r} the target has {_named(theirs)} where "
                f"the source has {_named(commit)}: copy into a new store; nothing was copied"
            )
        place, there = commit.seq, there + 1
    return place, there


def _named(commit: Commit) -> str:
    return f"commit {commit.id} ({commit.message})"


def _followed(store: Store, view: View, after: int) -> Iterator[Commit]:
    """Commits after a place in the log, also those that come while they are read, until none is left."""
    before = -1
    while before != after:
        before = after
        for commit in store.commits(view, after=after):
            after = commit.seq
            yield commit


def vectors_of(source: Store, commit: Commit) -> Vectors | None:
    """The current vectors of the records that a commit leaves with a text.

    A text that a later commit takes away has none, or another's, until that commit is copied too.
    """
    left = {change.id: change.after for change in commit.changes}
    texts = [id for id, record in left.items() if record and schema.searched_text(record) is not None]
    view = View.of(commit.namespace)
    found = source.vectors(view, texts) if texts else {}
    encoder = source.encoder() if found else None
    return Vectors(encoder, found, source.tokens(view, list(found))) if encoder else None
