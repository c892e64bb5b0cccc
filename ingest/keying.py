"""Keys of what was read: notes by which turns and records are found, made right after they are read."""

from __future__ import annotations

from typing import Final

from graphmem import schema
from graphmem.errors import Conflict
from graphmem.memory import Memory
from graphmem.reflection import KEYS
from graphmem.types import View

TRIES: Final = 3
"""Reflections, while other processes that read into the same memory write the same keys."""


def key(memory: Memory) -> None:
    """Make keys of the turns and records that came since this was done last (``graphmem.reflection.KEYS``).

    It is a reflection like any, by a commit of its own: what was read is in before its keys are encoded.
    What is broken off, or written by others just now, the next one makes up for.
    """
    own = View.of(memory.namespace)
    if not any(next(memory.store.scan(own, kind), None) for kind in schema.TOKEN_KINDS):
        return
    for _ in range(TRIES):
        try:
            memory.reflect(*KEYS)
        except Conflict:
            continue
        return
