"""How a memory erases for ever what it forgot."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from graphmem import purging, undoing
from graphmem.errors import Conflict, InputError
from graphmem.history import Stamp
from graphmem.identity import entity_id, fold
from graphmem.remains import Remains, remains
from graphmem.types import View
from graphmem.verbs.history import History
from graphmem.verbs.opened import storable


def _refuse_purged(stamps: Iterable[Stamp]) -> None:
    for stamp in stamps:
        if stamp.message == purging.PURGED:
            raise Conflict(
                f"cannot undo {stamp.id}: what it changed was purged, and is gone for ever; ingest the "
                "source again to have it back"
            )


class Purging(History):
    """The verb that cannot be undone, and what it leaves to be undone."""

    def undoing(
        self,
        *commits: str,
        author: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        run: str | None = None,
    ) -> undoing.Undoing:
        """As otherwise, but of commits that lost changes to a purge: what they did is no longer known.

        Raises:
            Conflict: one of the commits did, or as of ``undo``; nothing was written.
        """
        for text in commits:
            if undoing.RANGE not in text:
                _refuse_purged([Stamp.of(self.commit(text))])
        found = super().undoing(*commits, author=author, since=since, until=until, run=run)
        _refuse_purged(found.commits)
        return found

    def purge(
        self, *documents: str, entity: str = "", forgotten: bool = False, dry_run: bool = False
    ) -> purging.Purged:
        """Erase from the present, the history and the files what only these documents held.

        Args:
            documents: by id or URI; those that are there are forgotten first.
            entity: instead, a name: what was forgotten of it, by this name alone.
            forgotten: instead, all that the history holds and the present does not.
            dry_run: only say what would be erased.

        Raises:
            InputError: nothing is named, or more than one of the three.
            NotFound: the history has no such document, or nothing of the entity that was forgotten.
            Conflict: what was to go was written again meanwhile; it was not purged.
            StoreError: what was to go is still found somewhere; the message says where.
        """
        if bool(documents) + bool(entity) + forgotten != 1:
            raise InputError("say what to purge: documents, or an entity, or all that was forgotten")
        view = View.of(self.namespace)
        past = remains(self.store, view)
        asked = self._asked(view, past, documents, entity)
        if dry_run:
            return purging.Erasure(self.store, view, past, asked).told()
        if asked.removal:
            self.write(
                asked.removal, "forget " + ", ".join(past.uris[id] for id in past.uris if id in asked.ids)
            )
            past = remains(self.store, view)
        author = storable(self.author)
        return purging.purge(self.store, view, past, asked, author=author, at=self.clock())

    def _asked(self, view: View, past: Remains, documents: tuple[str, ...], entity: str) -> purging.Asked:
        if documents:
            return purging.documents(self.store, view, past, documents, self.namespace)
        if entity:
            id = entity_id(self.namespace, fold(entity))
            return purging.entity(self.store, view, past, id, entity)
        return purging.forgotten(past)
