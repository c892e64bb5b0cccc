"""Blocks kept in pages of bounded size: a trie over the digests of their members (Fredkin 1960).

A block of up to ``CAP`` members is one page that holds them. In a larger one that page only counts, and the
members stand in pages below, told apart by the next digit of their digest. Which pages there are, and what is
in each, follows from the members alone; adding or removing one touches a page for each digit on its way,
whatever the size of the block.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Final

from graphmem.identity import digest
from graphmem.ingest.resolution.blocking import CAP

_DIGITS: Final = "0123456789abcdef"


@dataclass(frozen=True, slots=True)
class Page:
    """How many members stand here or below, and which, if there are at most ``CAP``."""

    count: int = 0
    members: frozenset[str] = frozenset()


class Pages:
    """Blocks by key, in pages that are got and set one by one: (key, the digits so far) -> page."""

    def __init__(self, pages: MutableMapping[tuple[str, str], Page]) -> None:
        self._pages = pages

    def members(self, key: str) -> frozenset[str] | None:
        """The members of a block; None if there are more than ``CAP``."""
        page = self._pages.get((key, ""), Page())
        return page.members if page.count <= CAP else None

    def add(self, key: str, member: str) -> None:
        """Add a member that is not there."""
        self._add(key, "", {member})

    def _add(self, key: str, digits: str, new: Iterable[str]) -> None:
        page = self._pages.get((key, digits), Page())
        members = page.members.union(new)
        # A page that only counts holds none, so all that are in hand now go below.
        count = len(members) + (page.count if page.count > CAP else 0)
        if count <= CAP:
            self._pages[key, digits] = Page(count, members)
            return
        self._pages[key, digits] = Page(count)
        below: defaultdict[str, set[str]] = defaultdict(set)
        for member in members:
            below[digits + digest(member)[len(digits)]].add(member)
        for longer, found in below.items():
            self._add(key, longer, found)

    def remove(self, key: str, member: str) -> None:
        """Remove a member that is there."""
        digits = ""
        page = self._pages[key, digits]
        while page.count > CAP + 1:
            self._pages[key, digits] = Page(page.count - 1)
            digits = digest(member)[: len(digits) + 1]
            page = self._pages[key, digits]
        left = self._taken(key, digits) - {member}
        if left:
            self._pages[key, digits] = Page(len(left), left)

    def _taken(self, key: str, digits: str) -> frozenset[str]:
        """The members of a page and those below, which is taken away."""
        page = self._pages.pop((key, digits), Page())
        if page.count <= CAP:
            return page.members
        return frozenset[str]().union(*(self._taken(key, digits + digit) for digit in _DIGITS))
