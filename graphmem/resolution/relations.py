"""How two names relate: which of the ways in which names vary turns one into the other, if any does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from graphmem.resolution.aliases import LEGAL
from graphmem.resolution.forms import SMALL, Form, given_names_agree, initials, spelt_alike

Relation = Literal[
    "same name",
    "initials",
    "nickname",
    "more names",
    "other order",
    "spelling",
    "acronym",
    "surname alone",
    "given name alone",
    "part of the name",
    "different names",
    "unrelated",
]
# "the Falklands" are the Falkland Islands.
_RANGES: Final = frozenset({"islands", "isles", "mountains"})
WHOLE: Final[frozenset[Relation]] = frozenset(
    {"same name", "initials", "nickname", "more names", "other order", "spelling", "acronym"}
)
"""Relations of two names that each stand for the whole."""
PART: Final[frozenset[Relation]] = frozenset({"surname alone", "given name alone", "part of the name"})
"""Relations of a whole name and a part of it."""


def _within(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether the words of one stand in the other, in order."""
    rest = iter(long)
    return all(word in rest for word in short)


def _given(a: Sequence[str], b: Sequence[str]) -> Relation:
    """How two rows of given names of people of one surname relate; middle names may be left out."""
    ways = {given_names_agree(a[0], b[0])}
    short, long = sorted((a[1:], b[1:]), key=len)
    if len(short) == len(long):
        ways |= {given_names_agree(x, y) for x, y in zip(short, long, strict=True)}
    elif not _within([w[0] for w in short], [w[0] for w in long]):
        ways.add("")
    if "" in ways:
        return "more names" if len(a) != len(b) and (_within(a, b) or _within(b, a)) else "different names"
    if ways & {"initial"}:
        return "initials"
    if "nickname" in ways:
        return "nickname"
    return "spelling" if "spelling" in ways else "same name" if len(a) == len(b) else "more names"


def _people(a: Form, b: Form) -> Relation:
    short, long = sorted((a.words, b.words), key=len)
    if len(short) == 1:
        if len(long) == 1:
            return "spelling" if spelt_alike(short[0], long[0]) else "unrelated"
        if short[0] == long[-1]:
            return "surname alone"
        return "given name alone" if short[0] == long[0] else "unrelated"
    if short[-1] == long[-1]:
        return _given(a.words[:-1], b.words[:-1])
    if sorted(short) == sorted(long):
        return "other order"
    if spelt_alike(short[-1], long[-1]) and _given(a.words[:-1], b.words[:-1]) == "same name":
        return "spelling"
    if len(long) > len(short) and len(short) > 1 and long[: len(short)] == short:
        return "more names"
    # Family names of several words, and of spouses: "Garcia" for "Garcia Marquez".
    return "unrelated"


def _strong(form: Form) -> tuple[str, ...]:
    return tuple(sorted(word for word in form.words if word not in SMALL))


def _misspelt(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether exactly one word differs, by one letter that is not a plural's."""
    if len(a) != len(b):
        return False
    differing = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    if len(differing) != 1:
        return False
    x, y = differing[0]
    return spelt_alike(x, y) and x + "s" != y and y + "s" != x


def _part(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether a name is the beginning or the end of a longer one, and of more than small words."""
    at_end = tuple(long[-len(short) :]) == tuple(short)
    return at_end or tuple(long[: len(short)]) == tuple(short)


def _things(a: Form, b: Form) -> Relation:
    if "".join(a.words) == "".join(b.words):
        return "same name"
    if _strong(a) == _strong(b):
        return "other order"
    for short, long in ((a, b), (b, a)):
        if short.acronym and len(long.words) > 1 and short.acronym in initials(long.words):
            return "acronym"
    if _misspelt(a.words, b.words):
        return "spelling"
    short, long = sorted((a, b), key=lambda f: len(f.words))
    if len(long.words) == 2 and long.words[1] in _RANGES and short.words == (long.words[0] + "s",):
        return "more names"
    if len(short.words) < len(long.words) and _part(short.words, long.words):
        # What is added may be of the kind that names carry or leave as they like.
        added = [word for word in long.words if word not in short.words and word not in SMALL]
        if all(word in LEGAL for word in added) and not short.generic:
            return "more names"
        return "part of the name"
    return "unrelated"


def clash(a: Form, b: Form) -> str:
    """What tells two names apart that would agree: generation, qualifier; empty if nothing does."""
    if a.generation and b.generation and a.generation != b.generation:
        return f"generation {a.generation} and {b.generation}"
    if a.qualifier and b.qualifier and not set(a.qualifier) & set(b.qualifier):
        return f"of {' '.join(a.qualifier)} and of {' '.join(b.qualifier)}"
    return ""


def relation(a: Form, b: Form) -> Relation:
    """How two names relate; symmetric. Offices relate only to themselves.

    >>> from graphmem.resolution.forms import form
    >>> relation(form("J. Smith", "person"), form("John Smith", "person"))
    'initials'
    """
    if clash(a, b):
        return "different names"
    if a.words == b.words:
        return "same name"
    if a.role or b.role or not a.words or not b.words:
        return "unrelated"
    return _people(a, b) if a.person and b.person else _things(a, b)
