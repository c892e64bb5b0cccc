"""Candidate pairs of profiles: those that share a key under which few stand.

The profiles under one key are a block (Christen 2012, "Data Matching", chapter 4). A block of more than
``CAP`` says little of its members and pairs none of them; they meet under the finer keys that each has
beside it. So what a block pairs is a function of its members alone, and never costs more than ``CAP`` each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from graphmem.resolution.aliases import GENERIC
from graphmem.resolution.forms import SMALL, Form, consonants, initials
from graphmem.resolution.profile import Profile

CAP: Final = 16
"""Profiles of a key that are compared with each other; if there are more, none is."""
_SHORTEST_TOKEN: Final = 4


def surname_key(word: str) -> str:
    """The key of all people whose last name sounds like a word."""
    return "~" + consonants(word)


def keys(form: Form) -> frozenset[str]:
    """The keys of a form: its name, and what its variants share with it."""
    if form.role or not form.words:
        return frozenset()
    found = {"=" + "".join(form.words)}
    strong = [word for word in form.words if word not in SMALL]
    if form.acronym:
        found.add("#" + form.acronym)
    if form.person:
        found.add(surname_key(form.words[-1]))
        if len(form.words) > 1:
            found.add("&" + " ".join(sorted(form.words)))
            found.add("~" + consonants(form.words[0]) + form.words[-1][0])
        return frozenset(found)
    if len(strong) > 1:
        found |= {"#" + letters for letters in initials(form.words)}
        found.add("&" + " ".join(sorted(strong)))
        found.add("~" + " ".join(consonants(word) for word in strong))
    found |= {"+" + w for w in strong if len(w) >= _SHORTEST_TOKEN and w not in GENERIC}
    return frozenset(found)


def keys_of(profile: Profile) -> frozenset[str]:
    """The keys that a profile stands under: those of all its forms."""
    return frozenset[str]().union(*map(keys, profile.forms()))


def pairs(members: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The pairs of a block's members that are compared, each in the order of the ids."""
    ordered = sorted(members)
    if len(ordered) <= CAP:
        yield from combinations(ordered, 2)
