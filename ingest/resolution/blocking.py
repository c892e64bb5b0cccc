"""Candidate pairs of profiles: those that share a key, near-linear in the number of profiles.

A block of profiles under one key is compared whole while it is small; a large one is sorted and each profile
compared with its next neighbours alone (the sorted neighbourhood of Hernández & Stolfo 1995), so that a name
of a thousand documents costs a thousand comparisons, not half a million.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from graphmem.ingest.resolution.aliases import GENERIC
from graphmem.ingest.resolution.forms import SMALL, Form, consonants, initials
from graphmem.ingest.resolution.profile import Profile

WHOLE_BLOCK: Final = 24
"""Profiles of a key that are all compared with each other."""
WINDOW: Final = 6
"""Neighbours that each profile of a larger block is compared with."""
_SHORTEST_TOKEN: Final = 4


def keys(form: Form) -> frozenset[str]:
    """The keys of a form: its name, and what its variants share with it."""
    if form.role or not form.words:
        return frozenset()
    found = {"=" + "".join(form.words)}
    strong = [word for word in form.words if word not in SMALL]
    if form.acronym:
        found.add("#" + form.acronym)
    if form.person:
        found.add("~" + consonants(form.words[-1]))
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


def _neighbours(block: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs of a block, given as (name, label, id)."""
    reach = len(block) if len(block) <= WHOLE_BLOCK else WINDOW
    ordered = sorted(block)
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 : number + 1 + reach]:
            yield (one[2], other[2]) if one[2] < other[2] else (other[2], one[2])


def candidates(profiles: Iterable[Profile]) -> list[tuple[str, str]]:
    """Pairs of ids of profiles that may be the same, each once, in order.

    There are at most ``WHOLE_BLOCK / 2`` pairs or ``WINDOW`` per profile and key, whatever the number of
    profiles; the pairs do not depend on the order in which these come.
    """
    blocks: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for profile in profiles:
        forms = profile.forms()
        for key in frozenset[str]().union(*map(keys, forms)):
            blocks[key].append((forms[0].key, profile.label, profile.id))
    found: set[tuple[str, str]] = set()
    for block in blocks.values():
        if len(block) > 1:
            found.update(_neighbours(block))
    return sorted(found)
