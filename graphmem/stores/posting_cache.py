"""Posting lists that were asked for, kept up to date by the words of what commits wrote since."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from graphmem.stores.bm25 import Postings
from graphmem.stores.tables import Keys, Tables

MOST: Final = 8_000_000  # postings kept in all, 16 bytes each
_WRITTEN: Final = 10_000  # nodes written since: beyond that, lists are read anew


class PostingCache:
    """Posting lists by stemmed word.

    A list is as old as the commit that it was last asked after. What was written since is taken out of it,
    and put in again if its text holds the word: so a commit costs its own words, and not those of the
    questions before.
    """

    def __init__(self) -> None:
        self._lists: OrderedDict[str, tuple[int, Postings]] = OrderedDict()  # with the age of each
        self._written: list[Keys] = []  # by age
        self._words: dict[int, Counter[str]] = {}
        self._size = 0

    def clear(self) -> None:
        """Forget all."""
        self.__init__()  # type: ignore[misc]

    def follow(self, touched: Keys) -> None:
        """Take note of nodes whose texts may have changed."""
        if sum(map(len, self._written)) + len(touched) > _WRITTEN:
            self.clear()
        elif self._lists:
            self._written.append(touched)
            for key in touched.tolist():
                self._words.pop(key, None)

    def of(self, tables: Tables, terms: Sequence[str]) -> list[Postings]:
        """Of each stemmed word the keys of all records that hold it, ascending, and how often."""
        now = len(self._written)
        missing = [term for term in terms if term not in self._lists]
        if missing:
            self._keep(tables.postings(missing), now)
        stale = {age for term in terms if (age := self._lists[term][0]) < now}
        if stale:
            self._learn(tables, np.unique(np.concatenate(self._written[min(stale) :])))
        for term in terms:
            age, postings = self._lists[term]
            if age < now:
                self._keep(
                    {term: self._brought(term, postings, np.unique(np.concatenate(self._written[age:])))}, now
                )
            self._lists.move_to_end(term)
        found = [self._lists[term][1] for term in terms]
        while self._size > MOST and self._lists:
            _, (_, (keys, _)) = self._lists.popitem(last=False)
            self._size -= len(keys)
        return found

    def _keep(self, lists: Mapping[str, Postings], now: int) -> None:
        for term, postings in lists.items():
            if term in self._lists:
                self._size -= len(self._lists[term][1][0])
            self._lists[term] = now, postings
            self._size += len(postings[0])

    def _learn(self, tables: Tables, written: Keys) -> None:
        """The words of what was written."""
        unknown = [key for key in written.tolist() if key not in self._words]
        if unknown:
            found = tables.words(np.array(unknown, dtype=np.int64))
            self._words.update((key, found.get(key, Counter())) for key in unknown)

    def _brought(self, term: str, postings: Postings, written: Keys) -> Postings:
        """A list as it is now."""
        keys, counts = postings
        place = np.searchsorted(keys, written)
        there = place[place < len(keys)]
        gone = there[keys[there] == written[: len(there)]]
        keys, counts = np.delete(keys, gone), np.delete(counts, gone)
        now = {key: much for key in written.tolist() if (much := self._words[key].get(term, 0))}
        new = np.array(list(now), dtype=np.int64)
        place = np.searchsorted(keys, new)
        return np.insert(keys, place, new), np.insert(
            counts, place, np.array(list(now.values()), dtype=np.int64)
        )
