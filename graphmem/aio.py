"""A memory for programs with an event loop: the same verbs, awaited, each done in another thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial, update_wrapper
from typing import Concatenate, Generic, ParamSpec, TypeVar

from graphmem.embedding import Embedder
from graphmem.memory import DEFAULT_NAMESPACE, Memory

P = ParamSpec("P")
R = TypeVar("R")


class _Awaited(Generic[P, R]):
    """A verb of a memory, which is awaited; it takes and returns the same."""

    def __init__(self, verb: Callable[Concatenate[Memory, P], R]) -> None:
        self._verb = verb

    def __get__(self, of: AsyncMemory, _: type[AsyncMemory]) -> Callable[P, Awaitable[R]]:
        awaited = partial(asyncio.to_thread, self._verb, of.memory)
        return update_wrapper(awaited, self._verb)


def _listed(verb: Callable[Concatenate[Memory, P], Iterator[R]]) -> _Awaited[P, list[R]]:
    """A verb that gives one after the other as one that gives all: none is read in the loop's thread."""

    def every(memory: Memory, /, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        return list(verb(memory, *args, **kwargs))

    return _Awaited(update_wrapper(every, verb))


class AsyncMemory:
    """A memory whose verbs are awaited: ``await memory.recall("Who sails the Aurelia?")``.

    Nothing is done otherwise than in ``memory``, which is a ``Memory`` and may be used beside it. A verb that
    is cancelled goes on in its thread: what it writes is written whole or not at all.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str = "sqlite:///memory.db",
        *,
        namespace: str = DEFAULT_NAMESPACE,
        author: str = "user",
        embedder: Embedder | None = None,
        create: bool = True,
        also: Iterable[str] = (),
    ) -> AsyncIterator[AsyncMemory]:
        """The memory in the store at a URL, as ``Memory.open``, for an ``async with`` block.

        Raises:
            StoreURLError: the URL names no store, or there is none and ``create`` is False.
            InputError: a namespace cannot be named so; no store is made.
            NotShared: a namespace of ``also`` does not share itself with this one.
        """
        opening = partial(Memory.open, url, namespace=namespace, author=author, create=create, also=also)
        memory = cls(await asyncio.to_thread(opening, embedder=embedder))
        try:
            yield memory
        finally:
            await memory.close()

    async def run(self, work: Callable[Concatenate[Memory, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a function makes of the memory, in another thread: ``await memory.run(ingest, ["docs/"])``."""
        return await asyncio.to_thread(work, self.memory, *args, **kwargs)

    async def at(self, point: str | datetime) -> AsyncMemory:
        """The memory as it was, as ``Memory.at``; close it when you are done."""
        return AsyncMemory(await asyncio.to_thread(self.memory.at, point))

    documents = _listed(Memory.documents)
    history = _listed(Memory.history)
    notes = _listed(Memory.notes)
    admit = _Awaited(Memory.admit)
    ask = _Awaited(Memory.ask)
    attribution = _Awaited(Memory.attribution)
    blame = _Awaited(Memory.blame)
    close = _Awaited(Memory.close)
    commit = _Awaited(Memory.commit)
    correct = _Awaited(Memory.correct)
    diff = _Awaited(Memory.diff)
    different = _Awaited(Memory.different)
    disputes = _Awaited(Memory.disputes)
    document = _Awaited(Memory.document)
    dormant = _Awaited(Memory.dormant)
    embed = _Awaited(Memory.embed)
    episode = _Awaited(Memory.episode)
    evidence = _Awaited(Memory.evidence)
    exact = _Awaited(Memory.exact)
    facts = _Awaited(Memory.facts)
    fade = _Awaited(Memory.fade)
    familiar = _Awaited(Memory.familiar)
    feedback = _Awaited(Memory.feedback)
    find = _Awaited(Memory.find)
    forget = _Awaited(Memory.forget)
    forget_all = _Awaited(Memory.forget_all)
    forget_between = _Awaited(Memory.forget_between)
    forget_entity = _Awaited(Memory.forget_entity)
    grants = _Awaited(Memory.grants)
    identity = _Awaited(Memory.identity)
    learned = _Awaited(Memory.learned)
    merger = _Awaited(Memory.merger)
    move = _Awaited(Memory.move)
    note = _Awaited(Memory.note)
    parts = _Awaited(Memory.parts)
    pin = _Awaited(Memory.pin)
    purge = _Awaited(Memory.purge)
    quarantine = _Awaited(Memory.quarantine)
    questions = _Awaited(Memory.questions)
    recall = _Awaited(Memory.recall)
    reflect = _Awaited(Memory.reflect)
    relate = _Awaited(Memory.relate)
    rename = _Awaited(Memory.rename)
    restore = _Awaited(Memory.restore)
    retention = _Awaited(Memory.retention)
    retentions = _Awaited(Memory.retentions)
    retract = _Awaited(Memory.retract)
    retype = _Awaited(Memory.retype)
    same = _Awaited(Memory.same)
    share = _Awaited(Memory.share)
    split = _Awaited(Memory.split)
    stand = _Awaited(Memory.stand)
    standings = _Awaited(Memory.standings)
    timeline = _Awaited(Memory.timeline)
    to_networkx = _Awaited(Memory.to_networkx)
    trust = _Awaited(Memory.trust)
    trusts = _Awaited(Memory.trusts)
    undo = _Awaited(Memory.undo)
    undoing = _Awaited(Memory.undoing)
    unlearn = _Awaited(Memory.unlearn)
    unshare = _Awaited(Memory.unshare)
    use = _Awaited(Memory.use)
    uses = _Awaited(Memory.uses)
    verify = _Awaited(Memory.verify)
    wake = _Awaited(Memory.wake)
    write = _Awaited(Memory.write)
