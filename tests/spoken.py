"""Turns and chats as values, for what reads them where no store is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphmem.retrieval.surroundings import Surroundings
from graphmem.types import Passage


def turn(id: str, text: str = "So.", *, position: int = 0, speaker: str = "") -> Passage:
    """A turn of some chat."""
    return Passage(
        id=id,
        namespace="default",
        document="chat",
        position=position,
        kind="turn",
        start=0,
        end=len(text),
        text=text,
        speaker=speaker,
    )


def sessions(texts: Iterable[Sequence[str]]) -> Surroundings:
    """Sessions of these turns; ids count all of them from "0"."""
    found: list[list[Passage]] = []
    number = 0
    for own in texts:
        found.append([turn(f"{number + n}", text, position=n) for n, text in enumerate(own)])
        number += len(own)
    return Surroundings.of(found)


def chat(*texts: str) -> Surroundings:
    """One session."""
    return sessions([texts])
