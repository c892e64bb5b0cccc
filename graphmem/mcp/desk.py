"""What the calls of a client work on: its namespace of a store that all clients of the server share."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from graphmem.embedding import Embedder
from graphmem.mcp.clients import Client
from graphmem.memory import Memory
from graphmem.stores.base import Store

MOST_NAMES: Final = 100  # that are kept: what a client calls itself is its own to choose


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one client works: nothing that it says leads out of the namespace that is set here.

    ``writing`` is held by whoever writes: clients of one server wait for each other instead of for the
    store, and the language pipeline reads one text at a time.
    """

    store: Store
    embedder: Embedder
    client: Client
    pipeline: str
    writing: Lock = field(default_factory=Lock)
    _memories: dict[str, Memory] = field(default_factory=dict)

    def memory(self, told: str) -> Memory:
        """The client's memory, kept from call to call; ``told`` is what the client says that it is called."""
        author = self.client.author(told)
        memory = self._memories.get(author)
        if memory is None:
            if len(self._memories) >= MOST_NAMES:
                self._memories.clear()
            memory = self._memories[author] = Memory(
                self.store,
                namespace=self.client.namespace,
                author=author,
                embedder=self.embedder,
                also=self.client.also,
            )
        return memory
