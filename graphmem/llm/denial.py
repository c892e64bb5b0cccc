"""Denial: whether words say "not"."""

from __future__ import annotations

from typing import Final

from graphmem.llm.spans import words_of

BE: Final = frozenset("be is are was were been being am s re".split())
AUXILIARY: Final = frozenset(
    "has have had having do does did will would shall should can could may might must to".split()
)
DENIAL: Final = frozenset("not never no nor neither cannot cant wont nobody none".split())


def denies(text: str) -> bool:
    """Whether it says "not" by itself.

    >>> denies("didn't return"), denies("returned")
    (True, False)
    """
    words = words_of(text).folded
    return any(word in DENIAL or word.endswith("nt") and word[:-2] in BE | AUXILIARY for word in words)
