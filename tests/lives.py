"""Short lives of a memory: what several authors read, changed, forgot, said and took back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count

from conftest import put
from hypothesis import strategies as st

from graphmem import Conflict, GraphMemError, Memory
from graphmem.types import Commit

NOON = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
TEXTS = {
    "ash.md": (
        "# Ash\n\nAda Byron planted the ash in Bergen in 1843. It stands by the river Lee.\n",
        "# Ash\n\nAda Byron planted the ash in Bergen in 1843. It was felled in 1999.\n",
    ),
    "oak.md": (
        "# Oak\n\nThe oak of Bergen belongs to Charles Babbage. Ada Byron moved to London in 1840.\n",
        "# Elm\n\nAda Byron moved to London in 1840.\n\nMary Somerville swam in the Lee.\n",
    ),
    "chat.txt": (
        "[2023-05-08 13:56] Ada Byron: I go to London with Mary.\n",
        "[2023-05-08 13:56] Ada Byron: I go to London with Mary.\n[2023-05-09 08:00] Charles: Bring notes.\n",
    ),
}


@dataclass(frozen=True)
class Step:
    """Something that an author does, or tries to: what cannot be done is left."""

    author: str
    what: str
    uri: str
    version: int


steps = st.builds(
    Step,
    st.sampled_from(["ada", "bob"]),
    st.sampled_from(["put", "put", "put", "forget", "same", "undo"]),
    st.sampled_from(sorted(TEXTS)),
    st.integers(0, 1),
)
lives = st.lists(steps, min_size=1, max_size=7)


def hours(memory: Memory) -> None:
    """Let each commit of a memory come an hour after the one before."""
    ticks = count(1)
    memory.clock = lambda: NOON + HOUR * next(ticks)


def do(memory: Memory, step: Step, pipeline: str | None = None) -> None:
    """Do one step."""
    memory.author = step.author
    last = next(memory.history(newest_first=True), None)
    verbs: dict[str, Callable[[], object]] = {
        "put": lambda: put(memory, {step.uri: TEXTS[step.uri][step.version]}, pipeline),
        "forget": lambda: memory.forget(step.uri),
        "same": lambda: memory.same("Ada Byron", "Charles Babbage" if step.version else "Charles"),
        "undo": lambda: memory.undo(last.id) if last else None,
    }
    try:
        verbs[step.what]()
    except Conflict:
        raise
    except GraphMemError:
        return


def lived(memory: Memory, life: list[Step], pipeline: str | None = None) -> Iterator[Commit]:
    """Each commit of a life, right after it was made."""
    hours(memory)
    for step in life:
        head = memory.store.head()
        do(memory, step, pipeline)
        if memory.store.head() > head:
            yield next(memory.history(newest_first=True))
