"""What was committed, how it is taken back, and the memory as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from graphmem import blaming, comparing, past, restoring, sharing, undoing
from graphmem import history as log
from graphmem.amending import upheld
from graphmem.errors import InputError, NotFound
from graphmem.types import Commit
from graphmem.verbs.opened import Opened

if TYPE_CHECKING:
    from typing_extensions import Self


class History(Opened):
    """The verbs of commits."""

    def history(
        self,
        record: str | None = None,
        *,
        author: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        message: str = "",
        newest_first: bool = False,
    ) -> Iterator[Commit]:
        """Commits of this namespace in order, or those of one record, a few held at a time.

        Args:
            record: id of a record, URI of a document, or name of an entity. A derived record (an entity, a
                fact, an event) has the commits by which it came, changed and went: those that changed what
                sentences, casts, corrections and decisions say of it.
            author: only commits of this author.
            since: only commits from this moment on.
            until: only commits up to this moment.
            message: only commits with this in their message, in any case.
            newest_first: the other way round; ``itertools.islice`` gives the last ones.

        Raises:
            InputError: a moment has no time zone.
        """
        asked = log.Filter(author, since, until, message)
        return log.history(self.store, self._own(), self.namespace, record, asked, newest_first)

    def commit(self, id: str) -> Commit:
        """The commit with this id, or the only one whose id starts so.

        Raises:
            NotFound: there is none, or more than one.
        """
        return log.found(self.store, self._own(), id)

    def diff(self, a: str | datetime, b: str | datetime | None = None) -> comparing.Difference:
        """What came, went and changed from one state to another, derived records included.

        A state is that after a commit, given by id, or that at a moment; without the second it is now.

        Raises:
            NotFound: there is no such commit.
            InputError: a moment has no time zone.
        """
        places = [None if point is None else log.place(self.store, self._own(), point) for point in (a, b)]
        return comparing.difference(self.store, self._own(), places[0] or 0, places[1])

    def blame(self, name: str) -> list[blaming.Origin]:
        """Where a fact, event, entity, sentence or document comes from, earliest first.

        Raises:
            NotFound: nothing is called so in this namespace.
        """
        value = sharing.found(self.store, self._own(), self.namespace, name)
        if value is None:
            raise NotFound(f"nothing is called {name!r} in namespace {self.namespace!r}")
        return blaming.blame(self.store, self._own(), value.id)

    def undoing(
        self,
        *commits: str,
        author: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        run: str | None = None,
    ) -> undoing.Undoing:
        """What ``undo`` would do; nothing is written.

        Raises:
            as ``undo``.
        """
        if not commits and run is None and (author, since, until) == (None, None, None):
            raise InputError("say what to undo: commits, a range of them, a run of ingest, or an author's")
        spans = [undoing.span(self.store, self._own(), text) for text in commits]
        whole = None if run is None else undoing.run(self.store, self._own(), run)
        asked = log.Filter(author, since, until, run=whole)
        chosen = undoing.chosen(self.store, self._own(), spans, asked)
        return undoing.undoing(self.store, self._own(), chosen)

    def undo(
        self,
        *commits: str,
        author: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        run: str | None = None,
    ) -> Commit:
        """Take commits back, newest to oldest, by one new commit: all of them or nothing.

        The undo of an undo is a redo, of many commits as of one.

        Args:
            commits: ids, or how they start; "A..B" is a range with both its ends, "A.." one until now.
            author: of these, or of all if there are none: only those of this author.
            since: and only those from this moment on.
            until: and only those up to this moment.
            run: any commit of one call of ingest: only those of that call.

        Raises:
            NotFound: there is no such commit.
            InputError: none is chosen, or nothing is left of what they did.
            Conflict: commits that are not chosen changed their records later. The message names them and
                says what to do; nothing was written.
        """
        found = self.undoing(*commits, author=author, since=since, until=until, run=run)
        # What people said of mentions since holds in what comes back, too.
        return self.write(upheld(self.store, self._own(), found.changes), found.message)

    def restore(self, name: str, to: str | datetime) -> Commit:
        """Bring a record, or a document with all its parts, back to its state after a commit or at a moment.

        Raises:
            NotFound: there is no such commit, or none changed such a record.
            InputError: it is as it was then.
            Conflict: it is a part of a document, and had another place in it or was not there.
            NotOwned: it is another namespace's.
        """
        view = self._own(name)
        upto = log.place(self.store, view, to)
        changes = upheld(self.store, view, restoring.restoring(self.store, view, self.namespace, name, upto))
        then = to if isinstance(to, str) else f"{to:%Y-%m-%d %H:%M}"
        return self.write(changes, f"restore {name} to {then}")

    def at(self, point: str | datetime) -> Self:
        """This memory as it was at a moment or after a commit, given by id: all reads work, writes do not.

        Its clock stands still at that moment. It is kept in a temporary file, which goes when it is closed;
        this memory must stay open until then.

        Raises:
            NotFound: there is no such commit.
            InputError: the moment has no time zone, or others are read along: each has a past of its own.
        """
        if self.also:
            raise InputError(
                f"the past is of {self.namespace} alone: open the memory without {', '.join(self.also)}"
                " ('--also', GRAPHMEM_ALSO)"
            )
        moment = self.commit(point).at if isinstance(point, str) else point
        upto = log.place(self.store, self._own(), point)
        store = past.Past(self.store, self._own(), upto, self.embedder)
        # What holds is asked of that moment too.
        return type(self)(
            store,
            namespace=self.namespace,
            author=self.author,
            embedder=self.embedder,
            clock=lambda: moment,
        )
