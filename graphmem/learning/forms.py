"""The form of a passage that may answer, and where it stands among better ones; both tell nothing alone.

A score weighs none of this; what was found useful tells whether it should. The words are English.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from graphmem.identity import words

_MANY: Final = 5.0  # ln of 150 words: a turn of so many is as long as any
_ITEMS: Final = 3  # commas of a list that is one
_BETTER: Final = 5  # better ones of a session that are counted
_NEAR: Final = 3  # places before and after, as far as an answer stands from what asks for it
_NUMBER: Final = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|couple|several|few)\b"
)
_DATE: Final = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday"
    r"|wednesday|thursday|friday|saturday|sunday|yesterday|today|tomorrow|tonight|last|next|ago|week|weekend"
    r"|month|year|recently|since)\b"
)
_NAME: Final = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_I: Final = re.compile(r"\b(?:i|my|me|i'm|i've|we|our)\b")
_YOU: Final = re.compile(r"\b(?:you|your|you're|you've)\b")
_GREETS: Final = re.compile(
    r"(?:hey|hi|hello|thanks|thank|wow|cool|great|awesome|nice|yeah|yep|sounds|that)\b"
)
_PAST: Final = re.compile(r"\b(?:\w+ed|went|got|made|bought|was|were|had|did|took|saw|met)\b")


class Place(NamedTuple):
    """Where a passage stands: its document, its section or session, and its number in the document."""

    document: str
    heading: str
    position: int


def _names(text: str, asked: frozenset[str]) -> float:
    return float(any(asked.isdisjoint(words(name)) for name in _NAME.findall(text)))


_OF_TEXT: Final[Mapping[str, Callable[[str, str, frozenset[str]], float]]] = {
    "number": lambda _, low, __: float(bool(_NUMBER.search(low))),
    "date": lambda _, low, __: float(bool(_DATE.search(low))),
    "name": lambda text, _, asked: _names(text, asked),
    "I": lambda _, low, __: float(bool(_I.search(low))),
    "you": lambda _, low, __: float(bool(_YOU.search(low))),
    "long": lambda _, low, __: min(math.log1p(len(low.split())) / _MANY, 1.0),
    "list": lambda text, _, __: min(text.count(",") / _ITEMS, 1.0),
    "cries": lambda text, _, __: float("!" in text),
    "greets": lambda _, low, __: float(bool(_GREETS.match(low))),
    "past": lambda _, low, __: float(bool(_PAST.search(low))),
}
FORMS: Final = (*_OF_TEXT, "same session", "crowded", "next to", "near to")
"""What is told of a passage: of its text, and of better ones in its session: any, how many, how near."""


def forms(text: str, question: str) -> tuple[float, ...]:
    """What the text of a passage is like, each in [0, 1], in the order of ``FORMS``."""
    low, asked = text.lower(), frozenset(words(question))
    return tuple(form(text, low, asked) for form in _OF_TEXT.values())


def crowding(places: Sequence[Place]) -> list[tuple[float, ...]]:
    """How each place stands to those before it, each in [0, 1], in the order of the last of ``FORMS``."""
    seen: dict[tuple[str, str], list[int]] = {}
    found: list[tuple[float, ...]] = []
    for place in places:
        better = seen.setdefault((place.document, place.heading), [])
        nearest = min((abs(place.position - other) for other in better), default=math.inf)
        found.append(
            (
                float(bool(better)),
                min(len(better), _BETTER) / _BETTER,
                float(nearest <= 1),
                float(nearest <= _NEAR),
            )
        )
        better.append(place.position)
    return found
