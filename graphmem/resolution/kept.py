"""Values kept elsewhere by key, and what becomes of them: asked for in batches, never walked through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by key over those of a store, which is asked once for each key.

    ``read`` gives those of some keys that are there. A key that was not fetched with others is asked for
    alone, so that fetching saves round trips and changes nothing.
    """

    def __init__(self, read: Callable[[Collection[K]], Mapping[K, V]]) -> None:
        self._read = read
        self._before: dict[K, V | None] = {}
        self._now: dict[K, V | None] = {}

    def fetch(self, keys: Iterable[K]) -> None:
        """Ask for those of the keys that were not asked for, in one go."""
        lacking = {key for key in keys if key not in self._before}
        if lacking:
            found = self._read(lacking)
            self._before.update((key, found.get(key)) for key in lacking)

    def absent(self, keys: Iterable[K]) -> None:
        """Know of keys that nothing is kept under them, without asking."""
        for key in keys:
            self._before.setdefault(key, None)

    def was(self, key: K) -> V | None:
        """The value that is kept under a key, whatever was put there since."""
        if key not in self._before:
            self.fetch((key,))
        return self._before[key]

    def get(self, key: K) -> V | None:
        """The value under a key as it is now."""
        return self._now[key] if key in self._now else self.was(key)

    def put(self, key: K, value: V | None) -> None:
        """Put a value under a key, or take away what is there."""
        self._now[key] = value

    def changed(self) -> Iterator[tuple[K, V | None, V | None]]:
        """Each key whose value is another now, with the one that is kept and the one to keep."""
        self.fetch(self._now)
        for key, value in self._now.items():
            if value != self._before[key]:
                yield key, self._before[key], value
