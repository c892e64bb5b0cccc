"""Blocks kept in pages of bounded size: a trie over the digests of their members (Fredkin 1960).

A block of up to ``CAP`` members is one page that holds them. In a larger one that page only counts, and the
members stand in pages below, told apart by the next digit of their digest. Which pages there are, and what is
in each, follows from the members alone; adding or removing one touches a page for each digit on its way,
whatever the size of the block.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from graphmem.identity import digest
from graphmem.resolution.blocking import CAP
from graphmem.resolution.kept import Kept

_DIGITS: Final = "0123456789abcdef"
Place: TypeAlias = tuple[str, str]
"""Where a page is: the key of its block, and the digits so far."""


@dataclass(frozen=True, slots=True)
class Page:
    """How many members stand here or below, and which, if there are at most ``CAP``."""

    count: int = 0
    members: frozenset[str] = frozenset()


class Pages:
    """Blocks by key, in pages that are got and put one by one."""

    def __init__(self, pages: Kept[Place, Page]) -> None:
        self._pages = pages

    def fetch(self, keys: Iterable[str], moving: Mapping[str, Iterable[str]]) -> None:
        """Ask for the pages of blocks, and for those below through which the moving members will pass.

        One batch for each level of the deepest.
        """
        self._pages.fetch((key, "") for key in keys)
        ahead = [(key, "", member) for key, members in moving.items() for member in members]
        while ahead:
            ahead = [row for row in ahead if self._page(row[0], row[1]).count > CAP]
            ahead = [(key, digest(member)[: len(digits) + 1], member) for key, digits, member in ahead]
            below = {(key, digits) for key, digits, _ in ahead}
            # A page that one removal makes hold what stands below takes all of that in.
            full = {(key, digits[:-1]) for key, digits, _ in ahead}
            full = {place for place in full if self._page(*place).count == CAP + 1}
            below |= {(key, digits + digit) for key, digits in full for digit in _DIGITS}
            self._pages.fetch(below)

    def _page(self, key: str, digits: str) -> Page:
        return self._pages.get((key, digits)) or Page()

    def members(self, key: str) -> frozenset[str] | None:
        """The members of a block; None if there are more than ``CAP``."""
        page = self._page(key, "")
        return page.members if page.count <= CAP else None

    def add(self, key: str, member: str) -> None:
        """Add a member that is not there."""
        self._add(key, "", {member})

    def _add(self, key: str, digits: str, new: Iterable[str]) -> None:
        page = self._page(key, digits)
        members = page.members.union(new)
        # A page that only counts holds none, so all that are in hand now go below.
        count = len(members) + (page.count if page.count > CAP else 0)
        if count <= CAP:
            self._pages.put((key, digits), Page(count, members))
            return
        self._pages.put((key, digits), Page(count))
        below: defaultdict[str, set[str]] = defaultdict(set)
        for member in members:
            below[digits + digest(member)[len(digits)]].add(member)
        if page.count <= CAP:
            self._pages.absent((key, longer) for longer in below)
        for longer, found in below.items():
            self._add(key, longer, found)

    def remove(self, key: str, member: str) -> None:
        """Remove a member that is there."""
        digits = ""
        page = self._page(key, digits)
        while page.count > CAP + 1:
            self._pages.put((key, digits), Page(page.count - 1))
            digits = digest(member)[: len(digits) + 1]
            page = self._page(key, digits)
        left = self._taken(key, digits) - {member}
        if left:
            self._pages.put((key, digits), Page(len(left), left))

    def _taken(self, key: str, digits: str) -> frozenset[str]:
        """The members of a page and those below, which is taken away."""
        page = self._page(key, digits)
        if not page.count:
            return frozenset()
        self._pages.put((key, digits), None)
        if page.count <= CAP:
            return page.members
        return frozenset[str]().union(*(self._taken(key, digits + digit) for digit in _DIGITS))
