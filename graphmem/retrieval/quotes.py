"""Quotes: where a text stands in another, character by character.

The same characters are those that Unicode calls canonically equivalent (UAX #15: "é" is "e" with an accent);
white space is white space, however long and whether or not a line breaks there. Small and capital letters are
the same unless told otherwise, one character for one: "ß" is not "ss".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

Span = tuple[int, int]

_WORD: Final = re.compile(r"\w")


class _Small(dict[int, str]):
    """Of each character the small one, worked out when it is first asked for."""

    def __missing__(self, code: int) -> str:
        small = chr(code).lower()
        self[code] = small if len(small) == 1 else chr(code)
        return self[code]


_SMALL: Final = _Small({ord("ς"): "σ"})  # a sigma that ends a word


def equal(text: str, case: bool) -> str:
    """A text as it is compared; two that are equal for a reader are equal so."""
    if not text.isascii():
        text = unicodedata.normalize("NFD", text)
    return _spaced(text if case else text.lower() if text.isascii() else text.translate(_SMALL))


def _spaced(text: str) -> str:
    """White space as one blank each; that at the ends counts."""
    words = text.split()
    if not words:
        return " " if text else ""
    return " " * text[0].isspace() + " ".join(words) + " " * text[-1].isspace()


def _continues(character: str) -> bool:
    """Whether a character goes with the one before it: an accent, a vowel or final of Korean."""
    return unicodedata.combining(character) != 0 or "\u1160" <= character <= "\u11ff"


def _clusters(text: str) -> Iterator[Span]:
    """The pieces of a text that are compared as wholes: a letter with its accents, a run of white space."""
    starts = [
        place
        for place, character in enumerate(text)
        if place == 0
        or not (
            (character.isspace() and text[place - 1].isspace())
            or (_continues(character) and not text[place - 1].isspace())
        )
    ]
    yield from zip(starts, [*starts[1:], len(text)], strict=True)


def occurrences(text: str, quote: str, *, case: bool = False, words: bool = False) -> list[Span]:
    """Where a quote stands in a text, as offsets of the text; those that overlap an earlier one are left out.

    An accent belongs to its letter: "cafe" does not stand in "café".

    Args:
        text: in which it is looked for.
        quote: what is looked for; white space at its ends does not count.
        case: tell small letters from capitals.
        words: only where no word goes on beyond its ends.
    """
    sought = equal(quote, case).strip()
    if not sought or sought not in equal(text, case):
        return []
    pieces = list(_clusters(text))
    compared = [equal(text[start:end], case) for start, end in pieces]
    whole = "".join(compared)
    place = [number for number, piece in enumerate(compared) for _ in piece]
    found, at = [], whole.find(sought)
    while at >= 0:
        last = at + len(sought) - 1
        start, end = pieces[place[at]][0], pieces[place[last]][1]
        cut = place[at - 1 : at] == place[at : at + 1] or place[last + 1 : last + 2] == place[last : last + 1]
        fits = not cut and not (words and _goes_on(text, start, end))
        if fits:
            found.append((start, end))
        at = whole.find(sought, last + 1 if fits else at + 1)
    return found


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a word of the text goes on beyond either end of a piece of it."""
    edges = (edge for edge in (start, end) if 0 < edge < len(text))
    return any(_WORD.match(text[edge - 1]) and _WORD.match(text[edge]) for edge in edges)
