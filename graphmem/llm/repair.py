"""JSON as models write it: fenced, commented, with commas too many, cut off, or amid other words.

What was cut off is never completed: a string, a number or an object inside a list that has no end is left
out, since the missing part could have been "negated": true. Only the containers around it are closed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Final

DEEPEST: Final = 24
"""Levels of nesting; what is deeper is no answer."""
STARTS: Final = 24
"""Places at which an answer is looked for."""
LONGEST: Final = 400_000
"""Characters that are looked at."""
_OPENING: Final = re.compile(r"[{\[]")
_SPACE: Final = re.compile(r"(?:\s|//[^\n]*|#[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING: Final = {
    quote: re.compile(rf"{quote}((?:[^{quote}\\]|\\.)*){quote}", re.DOTALL) for quote in ('"', "'")
}
_BARE: Final = re.compile(r"[^\s,:{}\[\]\"']+")
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_WORDS: Final[dict[str, Any]] = {
    "true": True, "True": True, "false": False, "False": False, "null": None, "None": None,
}  # fmt: skip
_THOUGHT: Final = "</think>"


class _Cut(Exception):
    """The text ends, or goes wrong, inside a value; ``rest`` is what of it is whole."""

    def __init__(self, rest: Any = None) -> None:
        super().__init__()
        self.rest = rest


def _unescaped(body: str) -> str:
    def one(match: re.Match[str]) -> str:
        said = match.group(1)
        return chr(int(said[1:], 16)) if len(said) == 5 else _ESCAPES.get(said, said)

    text = _ESCAPE.sub(one, body)
    # Escapes of two halves make one character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """Reads one value; ``at`` is the place in the text."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def skip(self) -> str:
        """Go to what comes next, and give it; empty at the end."""
        space = _SPACE.match(self.text, self.at)
        assert space is not None
        self.at = space.end()
        return self.text[self.at : self.at + 1]

    def value(self, depth: int = 0) -> Any:
        """The value here.

        Raises:
            _Cut: it does not end.
        """
        first = self.skip()
        if depth > DEEPEST or not first:
            raise _Cut
        if first == "{":
            return self.fields(depth)
        if first == "[":
            return self.items(depth)
        if first in _STRING:
            return self.string(first)
        return self.bare()

    def string(self, quote: str) -> str:
        """A string, line breaks inside allowed."""
        match = _STRING[quote].match(self.text, self.at)
        if match is None:
            raise _Cut
        self.at = match.end()
        return _unescaped(match.group(1))

    def bare(self) -> Any:
        """A number, true, false, null, or a word without quotation marks."""
        match = _BARE.match(self.text, self.at)
        if match is None or match.end() == len(self.text):
            raise _Cut
        self.at = match.end()
        word = match.group()
        if word in _WORDS:
            return _WORDS[word]
        try:
            return json.loads(word)
        except ValueError:
            return word

    def items(self, depth: int) -> list[Any]:
        """A list; if it is cut, its whole items."""
        found: list[Any] = []
        self._inside("]", lambda: found.append(self.value(depth + 1)), found)
        return found

    def fields(self, depth: int) -> dict[str, Any]:
        """An object; if it is cut, its whole fields, and what is whole of the list that was cut."""
        found: dict[str, Any] = {}

        def field() -> None:
            first = self.skip()
            key = str(self.string(first) if first in _STRING else self.bare())
            if self.skip() != ":":
                raise _Cut
            self.at += 1
            try:
                found[key] = self.value(depth + 1)
            except _Cut as cut:
                if isinstance(cut.rest, list):
                    found[key] = cut.rest
                raise

        self._inside("}", field, found)
        return found

    def _inside(self, close: str, item: Callable[[], None], found: object) -> None:
        """Items up to a closing bracket, commas between them or not."""
        self.at += 1
        try:
            while (sign := self.skip()) != close:
                if sign == ",":
                    self.at += 1
                    continue
                item()
        except _Cut:
            raise _Cut(found) from None
        self.at += 1


def _one(text: str, start: int) -> tuple[Any, bool]:
    """The value that starts here, or what is whole of it, and whether all of it is."""
    try:
        return json.JSONDecoder().raw_decode(text, start)[0], True
    except (ValueError, RecursionError):
        pass
    try:
        return _Reader(text, start).value(), True
    except _Cut as cut:
        return cut.rest, False


def repaired(text: str, fits: Callable[[object], bool]) -> tuple[Any, bool] | None:
    r"""The first value in a text that fits, however it is wrapped or damaged; None if there is none.

    Thoughts before a ``</think>`` are not searched. At most ``STARTS`` brackets are tried, so that the
    time is linear in the length of the text.

    Returns:
        The value, and whether all of it is there.

    >>> repaired("Sure!\n```json\n{'names': ['Ann', 'Bo", lambda value: True)
    ({'names': ['Ann']}, False)
    """
    text = text[:LONGEST]
    start = max(0, text.rfind(_THOUGHT))
    for match in islice(_OPENING.finditer(text, start), STARTS):
        found, whole = _one(text, match.start())
        if fits(found):
            return found, whole
    return None


def without_last(value: Any) -> Any:
    """An answer that was cut off without its last item, which may lack a part: "negated" is one."""
    if not isinstance(value, Mapping):
        return value
    lists = [field for field, items in value.items() if isinstance(items, list) and items]
    return {**value, lists[-1]: value[lists[-1]][:-1]} if lists else value
