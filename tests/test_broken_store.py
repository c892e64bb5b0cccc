"""A store with a planted bug fails the contract, each by the test that is there for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from graphmem.errors import Conflict
from graphmem.stores import sqlite_rewrite
from graphmem.stores.base import Grouping, Store
from graphmem.stores.rewriting import Rewriting
from graphmem.stores.sqlite import SQLiteStore
from graphmem.testing import StoreContract
from graphmem.types import Adjacency, Change, Commit, FloatArray, Record, Schema, Tokens, Vectors, View


def all_of(view: View) -> View:
    """The same view of every namespace that the contract uses."""
    return replace(view, namespaces=frozenset("ab"))


class LeaksInText(SQLiteStore):
    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        return super().search_text(all_of(view), query, k)


class FiltersTextAfterTopK(SQLiteStore):
    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        found = super().search_text(all_of(view), query, k)
        seen = self.get(view, [id for id, _ in found])
        return [pair for pair in found if pair[0] in seen]


class CountsWordsOfOthers(SQLiteStore):
    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        found = super().search_text(all_of(view), query, 10_000)
        seen = self.get(view, [id for id, _ in found])
        return [pair for pair in found if pair[0] in seen][:k]


class CountsWordsOfOtherMoments(SQLiteStore):
    def search_text(self, view: View, query: str, k: int) -> list[tuple[str, float]]:
        found = super().search_text(replace(view, as_of=None), query, 10_000)
        seen = self.get(view, [id for id, _ in found])
        return [pair for pair in found if pair[0] in seen][:k]


class LeaksInVectorSearch(SQLiteStore):
    def search_vector(self, view: View, vector: FloatArray, k: int) -> list[tuple[str, float]]:
        return super().search_vector(all_of(view), vector, k)


class FiltersVectorsAfterTopK(SQLiteStore):
    def search_vector(self, view: View, vector: FloatArray, k: int) -> list[tuple[str, float]]:
        found = super().search_vector(all_of(view), vector, k)
        seen = self.get(view, [id for id, _ in found])
        return [pair for pair in found if pair[0] in seen]


class OrdersTiesBackwards(SQLiteStore):
    def search_vector(self, view: View, vector: FloatArray, k: int) -> list[tuple[str, float]]:
        found = super().search_vector(view, vector, 10_000)
        return sorted(found, key=lambda pair: (pair[1], pair[0]), reverse=True)[:k]


class LeaksInGroups(SQLiteStore):
    def nearest_groups(
        self, view: View, vectors: FloatArray, k: int, grouping: Grouping, below: int | None = None
    ) -> list[list[tuple[str, float]]]:
        return super().nearest_groups(all_of(view), vectors, k, grouping, below)


class LeaksInVectors(SQLiteStore):
    def vectors(self, view: View, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        return super().vectors(all_of(view), ids)


class LeaksInTokens(SQLiteStore):
    def tokens(self, view: View, ids: Sequence[str]) -> Mapping[str, Tokens]:
        return super().tokens(all_of(view), ids)


class KeepsTokensOfNewVectors(SQLiteStore):
    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        view, own = all_of(View.of(commit.namespace)), vectors or Vectors("", {})
        kept = {id: one for id, one in self.tokens(view, list(own.by_id)).items() if id not in own.tokens}
        return super().apply(commit, replace(own, tokens={**own.tokens, **kept}) if vectors else None)


class LeaksInCosines(SQLiteStore):
    def cosines(self, view: View, ids: Sequence[str], vector: FloatArray) -> FloatArray:
        return super().cosines(all_of(view), ids, vector)


class CountsAllNamespaces(SQLiteStore):
    def count(self, view: View, kind: str) -> int:
        return super().count(all_of(view), kind)


class ScalesVectors(SQLiteStore):
    def vectors(self, view: View, ids: Sequence[str]) -> Mapping[str, FloatArray]:
        return {id: vector * np.float32(1.01) for id, vector in super().vectors(view, ids).items()}


class LeaksInGet(SQLiteStore):
    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        return super().get(all_of(view), ids)


class ForgetsTheMoment(SQLiteStore):
    def get(self, view: View, ids: Iterable[str]) -> Mapping[str, Record]:
        return super().get(replace(view, as_of=None), ids)


class ScansInAnyOrder(SQLiteStore):
    def scan(self, view: View, kind: str) -> Iterator[Record]:
        return reversed(list(super().scan(view, kind)))


class LeaksInScan(SQLiteStore):
    def scan(self, view: View, kind: str) -> Iterator[Record]:
        return super().scan(replace(view, kinds=None), kind)


class LeaksInTheLog(SQLiteStore):
    def commits(self, view: View, after: int = 0, touching: str | None = None) -> Iterator[Commit]:
        return super().commits(all_of(view), after, touching)


class LeaksInNeighbours(SQLiteStore):
    def neighbours(self, view: View, *args: Any, **options: Any) -> Adjacency:
        return super().neighbours(all_of(view), *args, **options)


class CountsDegreesOfWhatItReturns(SQLiteStore):
    def neighbours(self, view: View, *args: Any, **options: Any) -> Adjacency:
        found = super().neighbours(view, *args, **options)
        return replace(found, degree={id: list(found.target).count(id) for id in found.target})


class CountsDegreesOfOthers(SQLiteStore):
    def neighbours(self, view: View, *args: Any, **options: Any) -> Adjacency:
        wide = super().neighbours(all_of(view), *args, **options)
        found = super().neighbours(view, *args, **options)
        return replace(found, degree={id: wide.degree[id] for id in found.degree})


class LimitsBeforeTheView(SQLiteStore):
    def neighbours(self, view: View, *args: Any, **options: Any) -> Adjacency:
        found = super().neighbours(all_of(view), *args, **options)
        seen = self.get(view, [*found.source, *found.target])
        keep = [place for place, id in enumerate(found.target) if id in seen and found.source[place] in seen]
        return Adjacency(
            [found.source[place] for place in keep],
            [found.kind[place] for place in keep],
            [found.target[place] for place in keep],
            found.weight[keep],
            found.degree,
        )


class OverwritesWhatChangedMeanwhile(SQLiteStore):
    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        current = self.get(View.of(commit.namespace), [change.id for change in commit.changes])
        forced = [
            Change(current.get(change.id), change.after)
            for change in commit.changes
            if current.get(change.id) or change.after
        ]
        return super().apply(replace(commit, changes=tuple(forced)), vectors)


class AppliesHalf(SQLiteStore):
    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        try:
            return super().apply(commit, vectors)
        except Conflict as conflict:
            good = tuple(change for change in commit.changes if change.id not in conflict.records)
            super().apply(replace(commit, changes=good))
            raise


class AppliesTwice(SQLiteStore):
    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        if any(logged.id == commit.id for logged in self.commits(View.of(commit.namespace))):
            commit = replace(commit, id=f"{commit.id} again", changes=())
        return super().apply(commit, vectors)


class GivesCommitsOfOthers(SQLiteStore):
    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        there = (logged for logged in self.commits(View.of("a", "b")) if logged.id == commit.id)
        return next(there, None) or super().apply(commit, vectors)


class KeepsVectorsOfOldTexts(SQLiteStore):
    def apply(self, commit: Commit, vectors: Vectors | None = None) -> Commit:
        changed = [change.id for change in commit.changes if change.after and "text" in change.after.body]
        old = self.vectors(View.of(commit.namespace), changed)
        if old and vectors is None:
            vectors = Vectors("contract-16", old)
        return super().apply(commit, vectors)


class NeverTakesDerivedBack(SQLiteStore):
    def __init__(self, path: Path, schema: Schema) -> None:
        def derive(changes: Sequence[Change], get: Callable[[Iterable[str]], Mapping[str, Record]]) -> Any:
            return schema.derive([Change(None, change.after) for change in changes if change.after], get)

        super().__init__(path, replace(schema, derive=derive))


class LogsWhatItDerives(SQLiteStore):
    def commits(self, view: View, after: int = 0, touching: str | None = None) -> Iterator[Commit]:
        tags = [Change(None, tag) for tag in self.scan(view, "tag")]
        return (
            replace(logged, changes=(*logged.changes, *tags))
            for logged in super().commits(view, after, touching)
        )


class NeverLooksAgain(SQLiteStore):
    def __init__(self, path: Path, schema: Schema) -> None:
        super().__init__(path, schema)
        follow = self._sidecar.follow

        def follow_once(connection: Any) -> None:
            if self._sidecar._seq is None:
                follow(connection)

        self._sidecar.follow = follow_once  # type: ignore[method-assign]


class RewritesNothing(SQLiteStore):
    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        return self.apply(commit)


class LeavesWhatWasFreed(SQLiteStore):
    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        with patch.object(sqlite_rewrite, "sweep", lambda *_: None):
            return super().rewrite(commit, keep)


class RewritesAnything(SQLiteStore):
    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        with patch.object(Rewriting, "check", lambda *_: None):
            return super().rewrite(commit, keep)


class RewritesAgain(SQLiteStore):
    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        return super().rewrite(replace(commit, id=f"{commit.id} of {self.head()}"), keep)


class KeepsKeysOfOtherEpochs(SQLiteStore):
    def __init__(self, path: Path, schema: Schema) -> None:
        super().__init__(path, schema)
        follow = self._sidecar.follow

        def follow_without(tables: Any) -> None:
            tables.epoch = lambda: 0
            follow(tables)

        self._sidecar.follow = follow_without  # type: ignore[method-assign]


class LeavesTheChainAsItWas(SQLiteStore):
    def rewrite(self, commit: Commit, keep: Callable[[Commit], Commit]) -> Commit:
        with patch.object(sqlite_rewrite.sqlite_chain, "chain_anew", lambda *_: None):
            return super().rewrite(commit, keep)


class StaysOpen(SQLiteStore):
    def head(self) -> int:
        return 1


BUGS: dict[type[SQLiteStore], str] = {
    LeaksInText: "test_the_view_is_inside_the_text_search",
    FiltersTextAfterTopK: "test_the_view_is_inside_the_text_search",
    CountsWordsOfOthers: "test_another_namespace_changes_no_score",
    CountsWordsOfOtherMoments: "test_scores_are_bm25_of_the_view",
    LeaksInVectorSearch: "test_the_view_is_inside_the_vector_search",
    FiltersVectorsAfterTopK: "test_the_view_is_inside_the_vector_search",
    OrdersTiesBackwards: "test_equal_cosines_go_by_id",
    LeaksInGroups: "test_groups_are_found_by_what_they_gather",
    LeaksInVectors: "test_the_view_is_inside_the_vector_search",
    LeaksInTokens: "test_tokens_come_and_go_with_their_vector",
    KeepsTokensOfNewVectors: "test_tokens_come_and_go_with_their_vector",
    LeaksInCosines: "test_vectors_are_units_and_may_come_later",
    CountsAllNamespaces: "test_get_and_scan_see_only_the_view",
    ScalesVectors: "test_vectors_are_units_and_may_come_later",
    LeaksInGet: "test_get_and_scan_see_only_the_view",
    ForgetsTheMoment: "test_get_and_scan_see_only_the_view",
    ScansInAnyOrder: "test_get_and_scan_see_only_the_view",
    LeaksInScan: "test_get_and_scan_see_only_the_view",
    LeaksInTheLog: "test_the_log_is_read_by_view_place_and_record",
    LeaksInNeighbours: "test_both_ends_are_in_view",
    CountsDegreesOfWhatItReturns: "test_degree_counts_the_namespace_whatever_the_limits",
    CountsDegreesOfOthers: "test_degree_counts_the_namespace_whatever_the_limits",
    LimitsBeforeTheView: "test_the_heaviest_edges_come_first",
    OverwritesWhatChangedMeanwhile: "test_a_conflict_leaves_nothing",
    AppliesHalf: "test_a_conflict_leaves_nothing",
    AppliesTwice: "test_a_commit_is_applied_once",
    GivesCommitsOfOthers: "test_a_commit_is_applied_once",
    KeepsVectorsOfOldTexts: "test_a_vector_lives_as_long_as_its_text",
    NeverTakesDerivedBack: "test_what_is_taken_back_is_gone",
    LogsWhatItDerives: "test_commits_are_numbered_and_logged_as_given",
    NeverLooksAgain: "test_words_follow_their_record",
    RewritesNothing: "test_what_is_rewritten_leaves_no_trace",
    LeavesWhatWasFreed: "test_what_is_rewritten_leaves_no_trace",
    LeavesTheChainAsItWas: "test_a_long_history_is_rewritten_and_goes_on",
    RewritesAnything: "test_what_is_live_is_not_rewritten_away",
    RewritesAgain: "test_a_rewriting_is_done_once",
    KeepsKeysOfOtherEpochs: "test_stores_that_are_open_take_note",
    StaysOpen: "test_a_closed_store_says_so",
}


@pytest.mark.parametrize("broken", BUGS, ids=lambda broken: broken.__name__)
def test_the_contract_finds_the_bug(broken: Callable[[Path, Schema], Store], tmp_path: Path) -> None:
    class Contract(StoreContract):
        def open(self, directory: Path, schema: Schema, name: str) -> Store:
            return broken(directory / f"{name}.db", schema)

    with pytest.raises(AssertionError):
        getattr(Contract(), BUGS[broken])(tmp_path)  # type: ignore[index]
