"""How a memory forgets."""

from __future__ import annotations

from graphmem import forgetting
from graphmem.verbs.reading import Reading


class Forgetting(Reading):
    """The verbs that take sources back."""

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
