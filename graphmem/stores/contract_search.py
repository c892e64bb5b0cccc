"""The contract on keyword and vector search."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from graphmem.errors import EncoderMismatch, QueryError
from graphmem.stores.base import Grouping
from graphmem.stores.contract import (
    CARD,
    ENCODER,
    HOUR,
    NOON,
    NOTE,
    ContractBase,
    History,
    commit,
    creation,
    direction,
    note,
    of_encoder,
    pieces,
    raises,
)
from graphmem.types import Change, FloatArray, Vectors, View

A = View.of("a")
B = View.of("b")
BM25_K1, BM25_B = 1.2, 0.75
COSINE_TOLERANCE = 0.02  # stores may keep eight bits of a component

ODD_QUERIES = (
    "",
    "   ",
    "!!! ??? ...",
    'birch AND "cedar',
    "birch* NEAR(cedar, 2) text:amber -delta ^ember",
    "birch') OR 1=1 --",
    "\\ / { } [ ] ~ ^ : + - && || ! ( )",
    "\x00birch\x00",
    "\U0001f469\u200d\U0001f680 birch",
    "\u202b\u05e9\u05dc\u05d5\u05dd birch",
    "half a pair \ud83d birch",
    "birch " * 20_000,
    " ".join(f"word{number}" for number in range(12_000)),
)


def bm25_by_hand(texts: dict[str, str], query: str) -> dict[str, float]:
    """BM25 of words that no stemmer changes, straight from the formula."""
    split = {id: re.findall(r"\w+", text) for id, text in texts.items()}
    mean = sum(map(len, split.values())) / len(split)
    scores: dict[str, float] = {}
    for word in set(query.split()):
        holders = [id for id, words in split.items() if word in words]
        idf = np.log1p((len(split) - len(holders) + 0.5) / (len(holders) + 0.5))
        for id in holders:
            count = split[id].count(word)
            length = 1 - BM25_B + BM25_B * len(split[id]) / mean
            scores[id] = scores.get(id, 0.0) + float(idf * count * (BM25_K1 + 1) / (count + BM25_K1 * length))
    return scores


class TextContract(ContractBase):
    """``search_text``."""

    def test_words_are_found_whatever_their_form(self, tmp_path: Path) -> None:
        """Case, accents and English endings do not matter; words are OR-ed; k counts; best first."""
        with self.store(tmp_path) as store:
            texts = ["The Rivers of Élan", "a river, a river", "mountains", "nothing else"]
            store.apply(creation("c1", *(note(f"n{place}", text) for place, text in enumerate(texts))))
            assert [id for id, _ in store.search_text(A, "RIVER", 5)] == ["n1", "n0"]
            assert {id for id, _ in store.search_text(A, "elan mountain", 5)} == {"n0", "n2"}
            assert len(store.search_text(A, "river mountain", 2)) == 2
            assert store.search_text(A, "river", 0) == [] and store.search_text(A, "absent", 5) == []

    def test_scores_are_bm25_of_the_view(self, tmp_path: Path) -> None:
        """Against the formula, on random histories, for a namespace, a kind and a moment."""
        history = History(3)
        moment = NOON + HOUR
        with self.store(tmp_path) as store:
            for made, vectors in history.steps(40):
                store.apply(made, vectors)
            for view in (A, View.of("a", "b"), View.of("a", kinds=[CARD]), View.of("b", as_of=moment)):
                seen = set(store.get(view, list(history.records)))
                texts = {id: str(r.body["text"]) for id, r in history.records.items() if "text" in r.body}
                expected = bm25_by_hand(
                    {id: texts[id] for id in texts if id in seen}, "amber birch quarry fjord"
                )
                found = store.search_text(view, "amber birch quarry fjord amber", 1000)
                assert {id for id, _ in found} == set(expected)
                assert all(abs(score - expected[id]) < 1e-4 for id, score in found)
                assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
                assert found[:3] == store.search_text(view, "amber birch quarry fjord amber", 3)

    def test_another_namespace_changes_no_score(self, tmp_path: Path) -> None:
        """A tenant's results are those of a store that holds it alone."""
        with self.store(tmp_path, "shared") as shared, self.store(tmp_path, "alone") as alone:
            for made, vectors in History(5).steps(40):
                shared.apply(made, vectors)
                if made.namespace == "a":
                    alone.apply(made, vectors)
            for query in ("amber", "birch cedar tundra", "quarry reed shore amber"):
                assert shared.search_text(A, query, 50) == alone.search_text(A, query, 50)
            vector = direction(*np.random.default_rng(1).standard_normal(16).tolist())
            assert shared.search_vector(A, vector, 50) == alone.search_vector(A, vector, 50)

    def test_the_view_is_inside_the_text_search(self, tmp_path: Path) -> None:
        """One record of a small tenant is found under a thousand better ones of others."""
        with self.store(tmp_path) as store:
            crowd = [note(f"m{number:04}", "birch birch", namespace="b") for number in range(1000)]
            store.apply(creation("c1", *crowd, namespace="b"))
            store.apply(creation("c2", note("n1", "a birch among many other trees", until=NOON)))
            store.apply(creation("c3", *(note(f"o{number}", "birch", since=NOON) for number in range(300))))
            past = View.of("a", as_of=NOON - HOUR)
            assert [id for id, _ in store.search_text(past, "birch", 1)] == ["n1"]
            assert "n1" not in dict(store.search_text(View.of("a", as_of=NOON), "birch", 1000))
            assert len(store.search_text(B, "birch", 2000)) == 1000
            assert store.search_text(View.of("nobody"), "birch", 5) == []

    def test_equal_scores_go_by_id(self, tmp_path: Path) -> None:
        """Also where k cuts through them."""
        with self.store(tmp_path) as store:
            ids = [f"n{number:03}" for number in np.random.default_rng(2).permutation(200).tolist()]
            store.apply(creation("c1", *(note(id, "birch") for id in ids)), None)
            assert [id for id, _ in store.search_text(A, "birch", 7)] == sorted(ids)[:7]

    def test_any_text_is_a_query(self, tmp_path: Path) -> None:
        """Nothing in it has a meaning of its own, and nothing breaks."""
        with self.store(tmp_path) as store:
            store.apply(creation("c1", note("n1", "birch"), note("n2", "cedar AND near or text")))
            for query in ODD_QUERIES:
                found = dict(store.search_text(A, query, 5))
                assert ("n1" in found) == ("birch" in query[:1000])
            assert "n2" in dict(store.search_text(A, "AND", 5))

    def test_words_follow_their_record(self, tmp_path: Path) -> None:
        """A replaced text is not found by its old words, a removed one not at all."""
        with self.store(tmp_path) as store:
            old, new, none = note("n1", "birch amber"), note("n1", "cedar amber"), note("n1")
            store.apply(creation("c1", old))
            for number, (before, after) in enumerate(((old, new), (new, none), (none, old))):
                store.apply(commit(f"r{number}", Change(before, after)))
                for word in ("birch", "cedar", "amber"):
                    there = word in str(after.body.get("text", ""))
                    assert bool(store.search_text(A, word, 5)) == there
            store.apply(commit("last", Change(old, None)))
            assert store.search_text(A, "birch amber cedar", 5) == []
            assert store.check() == []


class VectorContract(ContractBase):
    """``search_vector`` and ``vectors``."""

    def test_the_nearest_are_found(self, tmp_path: Path) -> None:
        """Against all cosines, on random vectors, for each view."""
        generator = np.random.default_rng(4)
        records = [
            note(f"n{place:03}", "text", kind=(NOTE, CARD)[place % 2], since=NOON if place % 3 else None)
            for place in range(300)
        ]
        vectors = {record.id: direction(*generator.standard_normal(16).tolist()) for record in records}
        with self.store(tmp_path) as store:
            store.apply(creation("c1", *records), of_encoder(vectors))
            for view in (A, View.of("a", kinds=[CARD]), View.of("a", as_of=NOON - HOUR)):
                seen = store.get(view, list(vectors))
                query = direction(*generator.standard_normal(16).tolist())
                cosines = {id: float(vectors[id] @ query) for id in seen}
                found = store.search_vector(view, query, 10)
                assert len(found) == 10
                assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))
                assert all(abs(score - cosines[id]) < COSINE_TOLERANCE for id, score in found)
                tenth = sorted(cosines.values())[-10]
                assert all(cosines[id] > tenth - COSINE_TOLERANCE for id, _ in found)
                # The length of a query plays no part.
                assert [id for id, _ in store.search_vector(view, query * 7, 10)] == [id for id, _ in found]

    def test_the_view_is_inside_the_vector_search(self, tmp_path: Path) -> None:
        """One record of a small tenant is found under a thousand nearer ones of others."""
        with self.store(tmp_path) as store:
            crowd = [note(f"m{number:04}", "text", namespace="b") for number in range(1000)]
            near = {record.id: direction(1) for record in crowd}
            store.apply(creation("c1", *crowd, namespace="b"), of_encoder(near))
            store.apply(creation("c2", note("n1", "text")), of_encoder({"n1": direction(1, 3)}))
            assert [id for id, _ in store.search_vector(A, direction(1), 1)] == ["n1"]
            assert len(store.search_vector(B, direction(1), 2000)) == 1000
            assert store.search_vector(View.of("nobody"), direction(1), 5) == []
            assert store.search_vector(A, direction(1), 0) == []
            assert not store.vectors(B, ["n1"]) and set(store.vectors(A, ["n1", "m0001"])) == {"n1"}

    def test_groups_choose_what_is_compared(self, tmp_path: Path) -> None:
        """The nearest of the best groups, and what none gathers; the same after edits and for each view."""
        by = Grouping("near", "cites", share=0.3, least=1)
        with self.store(tmp_path) as store:
            records = [note(f"g{n}", links=[("near", f"w{n}", 1.0)]) for n in range(10)]
            records += [note(f"w{n}") for n in range(10)]
            parts = [note(f"s{n:03}", "text", links=[("cites", f"w{n // 10}", 1.0)]) for n in range(100)]
            near = {one.id: direction(*np.eye(16)[place // 10].tolist()) for place, one in enumerate(parts)}
            store.apply(creation("c1", *records, *parts), of_encoder(near))
            for axis in (0, 4, 9):
                query = direction(*np.eye(16)[axis].tolist())
                assert store.search_vector(A, query, 10, by) == store.search_vector(A, query, 10)
            alone = note("s999", "text")
            store.apply(creation("c2", alone), of_encoder({"s999": direction(*np.eye(16)[12].tolist())}))
            assert store.search_vector(A, direction(*np.eye(16)[12].tolist()), 1, by)[0][0] == "s999"
            store.apply(commit("c3", Change(records[4], None)))
            query = direction(*np.eye(16)[4].tolist())
            assert store.search_vector(A, query, 10, by) == store.search_vector(A, query, 10)
            assert store.search_vector(B, query, 10, by) == []

    def test_groups_are_found_by_what_they_gather(self, tmp_path: Path) -> None:
        """For many vectors at once, by the mean of what is in view; full ones are left out where told."""
        by = Grouping("near", "cites")
        axes = np.eye(16)
        with self.store(tmp_path) as store:
            assert store.nearest_groups(A, axes[:2].astype(np.float32), 3, by) == [[], []]
            wholes = [note(f"w{n}") for n in range(8)]
            records = [
                note(f"g{n}", links=[("near", f"w{2 * n + one}", 1.0) for one in (0, 1)]) for n in (0, 1)
            ]
            records += [note(f"g{n}", links=[("near", f"w{n + 2}", 1.0)]) for n in (2, 3, 4)]
            parts = [note(f"s{n}", "text", links=[("cites", f"w{n}", 1.0)]) for n in range(7)]
            near = {one.id: direction(*axes[place // 2].tolist()) for place, one in enumerate(parts)}
            store.apply(creation("c1", *wholes, *records, *parts), of_encoder(near))
            queries = np.array([direction(*axes[0].tolist()), direction(0, 1, 2)], dtype=np.float32)
            first, second = store.nearest_groups(A, queries, 2, by)
            assert [id for id, _ in first] == ["g0", "g1"] and abs(first[0][1] - 1) < 0.01
            assert [id for id, _ in second] == ["g2", "g3"] and second[0][1] == second[1][1]
            assert [id for id, _ in store.nearest_groups(A, queries, 1, by, below=2)[0]] == ["g2"]
            assert store.nearest_groups(B, queries, 2, by) == [[], []]
            assert store.nearest_groups(A, queries, 0, by) == [[], []]
            store.apply(commit("c2", Change(records[0], None)))
            assert [id for id, _ in store.nearest_groups(A, queries, 1, by)[0]] == ["g1"]

    def test_equal_cosines_go_by_id(self, tmp_path: Path) -> None:
        """Also where k cuts through them."""
        with self.store(tmp_path) as store:
            ids = [f"n{number:03}" for number in np.random.default_rng(3).permutation(300).tolist()]
            made = creation("c1", *(note(id, "text") for id in ids))
            store.apply(made, of_encoder({id: direction(3, 1, 2) for id in ids}))
            assert [id for id, _ in store.search_vector(A, direction(1, 1), 7)] == sorted(ids)[:7]

    def test_a_vector_lives_as_long_as_its_text(self, tmp_path: Path) -> None:
        """The same text keeps it, another loses it, a new one replaces it, removal takes it away."""
        with self.store(tmp_path) as store:
            versions = [
                note("n1", "one"),
                note("n1", "one", tags=["red"]),
                note("n1", "two"),
                note("n1", "three"),
                note("n1"),
            ]

            def replace(number: int, vector: FloatArray | None = None) -> None:
                change = Change(versions[number - 1], versions[number])
                store.apply(
                    commit(f"r{number}", change), of_encoder({"n1": vector}) if vector is not None else None
                )

            def nearest(vector: FloatArray) -> float | None:
                return dict(store.search_vector(A, vector, 5)).get("n1")

            store.apply(creation("c1", versions[0]), of_encoder({"n1": direction(1)}))
            replace(1)
            assert (nearest(direction(1)) or 0) > 1 - COSINE_TOLERANCE
            assert np.allclose(store.vectors(A, ["n1"])["n1"], direction(1), atol=COSINE_TOLERANCE)
            replace(2)
            assert nearest(direction(1)) is None and not store.vectors(A, ["n1"])
            replace(3, direction(0, 1))
            assert (nearest(direction(0, 1)) or 0) > 1 - COSINE_TOLERANCE
            replace(4)
            assert nearest(direction(0, 1)) is None and store.info().vectors == 0
            assert store.check() == []

    def test_tokens_come_and_go_with_their_vector(self, tmp_path: Path) -> None:
        """The same text keeps them; another text, a vector without any, or removal takes them away."""
        first, second = pieces(7, 7, 65535), pieces(*range(300))
        one, tagged = note("n1", "one"), note("n1", "one", tags=["red"])
        with self.store(tmp_path) as store:
            store.apply(
                creation("c1", one, note("n2", "two"), note("n3", "three")),
                of_encoder(
                    {"n1": direction(1), "n2": direction(2), "n3": direction(3)}, {"n1": first, "n2": second}
                ),
            )
            found = store.tokens(A, ["n2", "n3", "n1", "nowhere", "n1"])
            assert set(found) == {"n1", "n2"} and not store.tokens(B, ["n1", "n2"])
            assert not store.tokens(View.of("a", kinds=[CARD]), ["n1"]) and not store.tokens(A, [])
            assert found["n1"].tobytes() == first.tobytes() and found["n2"].tobytes() == second.tobytes()
            store.apply(commit("c2", Change(one, tagged)))
            assert store.tokens(A, ["n1"])["n1"].tobytes() == first.tobytes()
            store.apply(commit("c3"), of_encoder({"n1": direction(1)}))
            assert set(store.tokens(A, ["n1", "n2"])) == {"n2"}, "a new vector without any leaves none"
            store.apply(commit("c4"), of_encoder({"n1": direction(1)}, {"n1": second}))
            store.apply(commit("c5", Change(tagged, note("n1", "other")), Change(note("n2", "two"), None)))
            assert not store.tokens(A, ["n1", "n2"]) and store.check() == []
            store.repair()
            assert not store.tokens(A, ["n1", "n2"]) and store.check() == []

    def test_repair_leaves_tokens(self, tmp_path: Path) -> None:
        """They cannot be made from the log."""
        with self.store(tmp_path) as store:
            store.apply(
                creation("c1", note("n1", "one")), of_encoder({"n1": direction(1)}, {"n1": pieces(1, 2)})
            )
            store.repair()
            assert store.tokens(A, ["n1"])["n1"].tobytes() == pieces(1, 2).tobytes() and store.check() == []

    def test_vectors_are_units_and_may_come_later(self, tmp_path: Path) -> None:
        """A commit without changes may bring vectors of texts that are there."""
        with self.store(tmp_path) as store:
            store.apply(creation("c1", note("n1", "one"), note("n2", "two"), note("n3")))
            assert store.search_vector(A, direction(1), 5) == []
            late = {"n1": direction(1, 2, 3), "n2": direction(-1)}
            store.apply(commit("c2"), of_encoder(late))
            found = store.vectors(A, ["n2", "n1", "n3", "nowhere", "n1"])
            assert set(found) == {"n1", "n2"}
            for id, vector in found.items():
                assert vector.shape == (16,) and vector.dtype == np.float32
                assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5
                assert float(vector @ late[id]) > 1 - COSINE_TOLERANCE
            assert [id for id, _ in store.search_vector(A, direction(1), 5)] == ["n1", "n2"]
            cosines = store.cosines(A, ["n2", "n3", "n1", "nowhere", "n1"], direction(1))
            known = float(late["n1"] @ direction(1))
            assert cosines.shape == (5,)
            assert np.allclose(cosines, [-1, 0, known, 0, known], atol=COSINE_TOLERANCE)
            assert not store.cosines(B, ["n1", "n2"], direction(1)).any()
            for wrong in ("n3", "nowhere"):
                raises(ValueError, lambda id=wrong: store.apply(commit("c3"), of_encoder({id: direction(1)})))  # type: ignore[misc]
            assert store.head() == 2

    def test_one_store_has_one_encoder(self, tmp_path: Path) -> None:
        """Bound by the first vectors; another name or dimension is refused, and nothing is applied."""
        with self.store(tmp_path) as store:
            assert store.encoder() is None
            store.apply(creation("c1", note("n1", "one")), of_encoder({"n1": direction(1)}))
            wide = np.ones(32, dtype=np.float32) / np.float32(np.sqrt(32))
            assert store.encoder() == store.info().encoder == ENCODER
            for vectors in (Vectors("other", {"n2": direction(1)}), Vectors(ENCODER, {"n2": wide})):
                message = raises(
                    EncoderMismatch,
                    lambda v=vectors: store.apply(creation("c2", note("n2", "two")), v),  # type: ignore[misc]
                )
                assert ENCODER in message and vectors.encoder in message
            assert store.head() == 1 and not store.get(A, ["n2"])
            raises(EncoderMismatch, lambda: store.search_vector(A, wide, 5))
            assert store.info().encoder == ENCODER

    def test_what_is_no_number_is_refused(self, tmp_path: Path) -> None:
        """A vector that is not finite is neither kept nor searched; a zero query breaks nothing."""
        broken = direction(1)
        broken[3] = np.nan
        with self.store(tmp_path) as store:
            raises(
                ValueError, lambda: store.apply(creation("c1", note("n1", "one")), of_encoder({"n1": broken}))
            )
            assert store.head() == 0
            store.apply(creation("c1", note("n1", "one")), of_encoder({"n1": direction(1)}))
            raises(QueryError, lambda: store.search_vector(A, broken, 5))
            assert store.search_vector(A, np.zeros(16, dtype=np.float32), 5) == [("n1", 0.0)]
