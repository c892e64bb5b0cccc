"""What putting other commits in the place of logged ones comes to: the same for every store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from graphmem.errors import Conflict
from graphmem.stores.soundness import digest
from graphmem.types import Commit, Record

Keep: TypeAlias = Callable[[Commit], Commit]
"""What a commit of the log becomes: fewer changes, or other words; its id, place and moment stay."""


def check_rewrite(commit: Commit) -> None:
    """Refuse to log a rewriting that changes records besides.

    Raises:
        ValueError: the commit has changes.
    """
    if commit.changes:
        raise ValueError(f"{commit.id}: a commit that rewrites the log changes no records")


class Rewriting:
    """Commits of one namespace as they are to be kept, read once in their order.

    Args:
        keep: what each becomes.

    Raises:
        ValueError: ``keep`` gives another commit, or changes that the commit did not have.
    """

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._left: dict[str, bytes | None] = {}
        self._lessened: set[str] = set()

    def kept(self, commits: Iterator[Commit]) -> Iterator[tuple[Commit, set[str]]]:
        """Those that become different, each with the ids that it changes no more."""
        for commit in commits:
            made = self._keep(commit)
            if replace(made, author=commit.author, message=commit.message, changes=commit.changes) != commit:
                raise ValueError(f"{commit.id}: id, namespace, time and place of a logged commit stay")
            for change in made.changes:
                self._left[change.id] = digest(change.after) if change.after else None
            if made != commit:
                if made.changes != commit.changes:
                    self._lessened.update(change.id for change in commit.changes)
                gone = {change.id for change in commit.changes} - {change.id for change in made.changes}
                yield made, gone

    @property
    def lessened(self) -> Collection[str]:
        """Ids whose changes may have become fewer."""
        return self._lessened

    def check(self, current: Mapping[str, Record]) -> None:
        """Refuse a log that would not lead to what is there; ``current`` are the live ones of ``lessened``.

        Raises:
            Conflict: it would not.
        """
        wrong = sorted(
            id
            for id in self._lessened
            if self._left.get(id) != (digest(current[id]) if id in current else None)
        )
        if wrong:
            names = ", ".join(wrong[:3]) + (" …" if len(wrong) > 3 else "")
            raise Conflict(
                f"the log without these changes would not lead to what is there: {names}; nothing was "
                "rewritten: forget them first, or run again if others write",
                tuple(wrong),
            )
