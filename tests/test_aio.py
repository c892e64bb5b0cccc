"""The async memory: every verb of a memory, in its own words, none of them in the loop's thread."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from threading import current_thread, main_thread

import pytest
from conftest import put

from graphmem import Memory, NotFound, StoreError
from graphmem.aio import AsyncMemory
from graphmem.ingest import add
from graphmem.testing import HashEmbedder


def test_every_verb_is_there_and_tells_of_itself() -> None:
    there = {name for name in dir(AsyncMemory) if not name.startswith("_")}
    verbs = {name for name in dir(Memory) if not name.startswith("_")}
    assert there == (verbs - {"view"}) | {"run"}


def test_a_life_awaited(tmp_path: Path) -> None:
    async def life() -> None:
        url = f"sqlite:///{tmp_path}/memory.db"
        async with AsyncMemory.open(url, author="ada", embedder=HashEmbedder()) as memory:
            assert inspect.getdoc(memory.recall) == inspect.getdoc(Memory.recall)
            document = await memory.run(add, "Ada Byron planted the ash in Bergen.", pipeline=None)
            await memory.run(put, {"b.txt": "Bob felled the oak."})
            ranking = await memory.recall("Who planted the ash?", k=1)
            assert ranking[0].document == document
            first, second = await memory.history(author="ada")
            past = await memory.at(first.id)
            assert [one.id for one in await past.documents()] == [document.id]
            await past.close()
            await memory.undo(second.id)
            assert [one.id for one in await memory.documents()] == [document.id]
            with pytest.raises(NotFound):
                await memory.document("b.txt")
        with pytest.raises(StoreError):
            await memory.documents()

    asyncio.run(life())


def test_the_loop_goes_on_meanwhile(memory: Memory) -> None:
    async def life() -> bool:
        return await AsyncMemory(memory).run(lambda _: current_thread() is main_thread())

    assert not asyncio.run(life())


def test_many_at_once_lose_nothing(memory: Memory) -> None:
    async def life() -> int:
        both = AsyncMemory(memory)
        await asyncio.gather(*(both.run(put, {f"{n}.txt": f"Ash {n} fell."}) for n in range(8)))
        await asyncio.gather(*(both.recall(f"Which ash fell, {n}?") for n in range(8)))
        return len(await both.documents())

    assert asyncio.run(life()) == 8
