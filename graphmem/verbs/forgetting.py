"""How a memory forgets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from graphmem import forgetting
from graphmem.receipts import Receipt, committed, receipt
from graphmem.resting import followed
from graphmem.verbs.reading import Reading


class Forgetting(Reading):
    """The verbs that take back what was read and said; each is one commit, and ``undo`` brings it back.

    With ``dry_run`` nothing is committed: the receipt says what would go.
    """

    def forget(self, *names: str, dry_run: bool = False) -> Receipt:
        """Take documents back, with all that only they supported: by id, URI, or a pattern of URIs.

        What a person added stays, unless it is named itself.

        Raises:
            NotFound: no document is called so.
            NotOwned: it is of a namespace that is read along.
            InputError: nothing is named.
        """
        plan = forgetting.sources(self.store, self._own(*names), self.namespace, names)
        return self._forget(plan, dry_run)

    def forget_entity(self, name: str, *, dry_run: bool = False) -> Receipt:
        """Take back all that is about an entity, by all names that ``identity`` says are one.

        Each passage goes that names it, refers to it or tells of it, and what people said of it; the other
        passages of a document stay. ``name`` may also be the id of an entity or a unit, or "NAME @ DOCUMENT".

        Raises:
            NotFound: nothing is called so.
            NotOwned: it is of a namespace that is read along.
            InputError: the name stands for several.
        """
        plan = forgetting.about(self.store, self._own(name), self.namespace, name)
        return self._forget(plan, dry_run)

    def forget_between(self, begin: datetime, end: datetime, *, dry_run: bool = False) -> Receipt:
        """Take back what is from ``begin`` on and before ``end``; both with a time zone.

        Raises:
            InputError: ``end`` is not after ``begin``, or one has no time zone.
            NotFound: nothing is of that time.
        """
        return self._forget(forgetting.between(self.store, self._own(), begin, end), dry_run)

    def forget_all(self, *, dry_run: bool = False) -> Receipt:
        """Take back all that is in this namespace, what people said included.

        Raises:
            NotFound: nothing is.
        """
        return self._forget(forgetting.everything(self.store, self._own(), self.namespace), dry_run)

    def _forget(self, plan: forgetting.Plan, dry_run: bool) -> Receipt:
        plan = replace(plan, changes=followed(self.store, self._own(), plan.changes))
        told = receipt(self.store, self._own(), plan, self.clock())
        return told if dry_run else committed(told, self.write(plan.changes, plan.message))
