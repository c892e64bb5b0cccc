"""Who else may read the memory, and which sources it trusts."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem import sharing, trust
from graphmem.grants import Grant, Level, Trust
from graphmem.statements import Fact
from graphmem.trust import Claim
from graphmem.types import Commit
from graphmem.verbs.opened import Opened, storable


class Sharing(Opened):
    """The verbs of grants and of trust."""

    def share(self, with_: str) -> Commit:
        """Let another namespace read this one along, or all by "*"; ``unshare`` and ``undo`` end it.

        Raises:
            InputError: the other cannot be a namespace, or is this one.
        """
        changes = sharing.shared(self.store, self.namespace, with_, storable(self.author), self.clock())
        return self.write(changes, f"share with {with_}")

    def unshare(self, with_: str) -> Commit:
        """Take a grant back: the other's next read sees nothing of this namespace.

        Raises:
            NotFound: there is none to this reader.
        """
        return self.write(sharing.unshared(self.store, self.namespace, with_), f"share no more with {with_}")

    def grants(self) -> list[Grant]:
        """To whom this namespace shows itself, by name."""
        return sharing.grants(self.store, self.namespace)

    def trust(self, source: str, level: Level = "trusted") -> Commit:
        """Say how far a source is trusted: "trusted", "unsure" or "untrusted"; a later word replaces it.

        A source is a document's URI or a pattern of URIs ("mail/*"), "speaker:NAME", or "namespace:NAME" for
        a whole namespace that is read along.

        Raises:
            InputError: there is no such level, or there can be no such source.
        """
        changes = trust.said(
            self.store, self.namespace, storable(source), level, storable(self.author), self.clock()
        )
        return self.write(changes, f"trust {source}: {level}")

    def trusts(self) -> list[Trust]:
        """What this namespace says of sources, by source."""
        return trust.words(self.store, self._own())

    def quarantine(self, facts: Sequence[Fact]) -> dict[str, tuple[str, ...]]:
        """Those of some facts, by id, that only untrusted sources state, with these sources."""
        return trust.quarantine(self.store, self.view, facts, self.namespace)

    def attribution(self, fact: Fact) -> tuple[Claim, ...]:
        """Who says a fact or an event, in which document, and the sentence that says it."""
        return trust.attribution(self.store, self.view, fact)
