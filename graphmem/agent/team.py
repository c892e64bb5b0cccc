"""A team of agents: each has a memory of its own, and all read one that they write to together.

After OMNE (Jiang et al. 2024, "Long Term Memory: The Foundation of AI Self-Evolution"), whose agents
share what they learn. Ours differs in that nothing is shared unless it is published, that each word in
the common memory is a commit of who said it, and that the store enforces both: private namespaces are in
nobody else's view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from graphmem import correcting
from graphmem.embedding import Embedder
from graphmem.errors import InputError, NotFound
from graphmem.identity import checked_namespace
from graphmem.memory import Memory
from graphmem.stores.base import Store
from graphmem.types import Commit, View


class Team:
    """Members by name, each with the private namespace ``TEAM.MEMBER``, and the namespace ``TEAM`` of all.

    The team shares its namespace with each member by a grant, which ``Memory.unshare`` takes back; no member
    shares anything. Made again, it is the same.

    Args:
        store: where all of them are.
        name: of the team, and of its namespace.
        members: their names, each also the author of what they write.
        embedder: as for a memory.
        clock: as for a memory.

    Raises:
        InputError: there is no member, or a name cannot be one of a namespace; nothing is written.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        members: Iterable[str],
        *,
        embedder: Embedder | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.store = store
        self.name = checked_namespace(name)
        self.members = tuple(dict.fromkeys(members))
        if not self.members:
            raise InputError(f"{name} has no members: give the name of at least one agent")
        self._spaces = {member: checked_namespace(f"{name}.{member}") for member in self.members}
        self._clock = clock
        common = Memory(store, namespace=name, author=name, embedder=embedder)
        self._embedder = common.embedder  # loaded once for all
        common.clock = clock or common.clock
        there = {grant.reader for grant in common.grants()}
        for space in self._spaces.values():
            if space not in there:
                common.share(space)

    def private(self, member: str) -> Memory:
        """A member's own memory, which reads the team's along and which nobody else reads.

        Raises:
            NotFound: the team has no such member.
        """
        return self._memory(member, self._space(member), (self.name,))

    def common(self, member: str) -> Memory:
        """The team's memory, where a member writes under their own name for all to read.

        Raises:
            NotFound: the team has no such member.
        """
        self._space(member)
        return self._memory(member, self.name, ())

    def publish(self, member: str, fact: str) -> Commit:
        """Say a fact of a member's own memory, by id, in the team's: as the member's word, and nothing else.

        The sentence that it was read from, its source and whatever else these say stay where they are.

        Raises:
            NotFound: the team has no such member, or the member no such fact.
            InputError: the member published it before.
        """
        space = View.of(self._space(member))
        of = correcting.fact(self.store, space, fact)
        statement = replace(correcting.source(self.store, space, of), follows="", at=None)
        common = self.common(member)
        hand = correcting.Hand(self.name, member, common.clock())
        changes = correcting.stated(self.store, View.of(self.name), hand, statement)
        if not changes:
            raise InputError(f"{member} published that before: {of.text}")
        return common.write(changes, f"publish {of.text}")

    def _space(self, member: str) -> str:
        if member not in self._spaces:
            raise NotFound(f"{self.name} has no member {member!r}: it has {', '.join(self.members)}")
        return self._spaces[member]

    def _memory(self, member: str, namespace: str, also: tuple[str, ...]) -> Memory:
        memory = Memory(self.store, namespace=namespace, author=member, embedder=self._embedder, also=also)
        memory.clock = self._clock or memory.clock
        return memory
