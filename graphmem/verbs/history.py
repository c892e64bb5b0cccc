"""What was committed, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphmem import changes as changing
from graphmem import identity
from graphmem.errors import Conflict, NotFound
from graphmem.types import Commit
from graphmem.verbs.opened import Opened


class History(Opened):
    """The verbs of commits."""

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
