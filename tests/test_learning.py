"""Weights are a function of the set of lessons: bounded, slow to move, and the same in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.learning.fitting import learned
from graphmem.learning.forms import FORMS, Place, crowding, forms
from graphmem.learning.kinds import KINDS, kind_of
from graphmem.learning.lesson import Judged, Lesson, lessons, rows
from graphmem.learning.weights import COLUMNS, COUNTED, FACTORS, FORM, HIGHEST, LOWEST, PARTS, START, Weights
from graphmem.uses import VERDICTS

QUESTIONS = ("When did she move?", "Which cities has she been to?", "Who is Bo?", "How old is he?")
SHARES = st.dictionaries(
    st.sampled_from((*COLUMNS, *FACTORS)), st.floats(0.0, 1.0, allow_subnormal=False), max_size=6
)


def judged(n: int, verdict: str, shares: dict[str, float], kind: str = "turn") -> Judged:
    place = Place("d", "", n)
    return Judged(f"p{n}", kind, f"Turn {n} of 1841.", place, shares, n, verdict)  # type: ignore[arg-type]


HITS = st.lists(
    st.tuples(st.sampled_from(VERDICTS), SHARES, st.sampled_from(("turn", "paragraph"))),
    min_size=1,
    max_size=6,
)
GIVEN = st.lists(st.tuples(st.sampled_from(QUESTIONS), HITS), max_size=5)


def taught(given: list[tuple[str, list[tuple[str, dict[str, float], str]]]]) -> list[Lesson]:
    return [
        lesson
        for question, hits in given
        for lesson in lessons(question, [judged(n, *hit) for n, hit in enumerate(hits)])
    ]


def test_kinds_go_by_the_form_of_the_question() -> None:
    asked = {
        "When did Ada move?": "when",
        "What year was it planted?": "when",
        "How many trees are there?": "how many",
        "Would Bo like the sea?": "open",
        "What might he do next?": "open",
        "Which cities has Ada been to?": "several",
        "What do both of them like?": "several",
        "Why did she leave?": "how",
        "Who planted the ash?": "one",
        "What was the name of the ship?": "one",
        "": "one",
    }
    assert {text: kind_of(text) for text in asked} == asked


@given(st.text(max_size=200), st.text(max_size=200))
def test_forms_of_any_text_are_shares(text: str, question: str) -> None:
    assert kind_of(question) in KINDS
    assert all(0 <= value <= 1 for value in forms(text, question))


def test_forms_tell_what_a_text_is_like() -> None:
    told = dict(
        zip(FORMS, forms("Wow! Last May I went to Rome, Oslo, Bern, Lee.", "Was I in Oslo?"), strict=False)
    )
    assert [told[name] for name in ("date", "name", "I", "you", "cries", "greets", "past", "list")] == [
        1, 1, 1, 0, 1, 1, 1, 1,
    ]  # fmt: skip
    assert dict(zip(FORMS, forms("went to Oslo", "Who went to Oslo?"), strict=False))["name"] == 0


def test_crowding_counts_better_ones_of_the_session() -> None:
    places = [
        Place("a", "1", 4),
        Place("a", "1", 5),
        Place("a", "2", 6),
        Place("a", "1", 8),
        Place("b", "1", 5),
    ]
    assert crowding(places) == [
        (0, 0, 0, 0), (1, 0.2, 1, 1), (0, 0, 0, 0), (1, 0.4, 0, 1), (0, 0, 0, 0),
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(GIVEN)
def test_weights_are_bounded(given: list) -> None:  # type: ignore[type-arg]
    weights = learned(taught(given) * 50)
    for kind in KINDS:
        row = weights.row(kind)
        assert np.isfinite(row).all()
        assert ((row[:COUNTED] >= LOWEST) & (row[:COUNTED] <= HIGHEST)).all()
        told = weights.of(kind)
        assert all(abs(told[form]) <= FORM for form in FORMS)


@settings(max_examples=40, deadline=None)
@given(GIVEN, st.randoms())
def test_the_order_of_lessons_does_not_matter(given: list, random: object) -> None:  # type: ignore[type-arg]
    found = taught(given)
    mixed = list(found)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = learned(found), learned(mixed)
    assert one.lessons == other.lessons
    assert all(np.allclose(one.row(kind), other.row(kind), atol=1e-5) for kind in KINDS)


def test_nothing_was_learned_of_nothing() -> None:
    assert learned([]) == Weights() and not learned([]).count
    assert all((Weights().row(kind) == START).all() for kind in KINDS)


def test_what_teaches_nothing_is_no_lesson() -> None:
    shares = {"cosine": 0.5}
    for verdicts in (
        ("recalled", "recalled"),
        ("useful",),
        ("not",),
        ("useful", "useful"),
        ("recalled", "not"),
    ):
        assert lessons("Who?", [judged(n, one, shares) for n, one in enumerate(verdicts)]) == []


def test_useful_hits_lead_to_the_parts_that_find_them() -> None:
    wrong, right = {"cosine": 0.6, "time": 0.1}, {"cosine": 0.2, "time": 0.5}
    shown = [judged(0, "recalled", wrong), judged(1, "useful", right)]
    few, many = (learned(lessons("When did she move?", shown) * n) for n in (1, 200))
    assert many.of("when")["time"] > 1.1 > few.of("when")["time"] > 1 > many.of("when")["cosine"]
    assert many.lessons == {"when": 200}
    # Other kinds learn what is shared, which is less.
    assert many.of("when")["time"] > many.of("one")["time"] > 1


def test_a_paragraph_learns_exponents_of_its_factors() -> None:
    shown = [
        judged(0, "not", {"walk": 1.0, "bridge": 0.1}, "paragraph"),
        judged(1, "useful", {"walk": 0.3, "bridge": 1.0}, "paragraph"),
    ]
    told = learned(lessons("Who is Bo?", shown) * 200).of("one")
    assert told["bridge"] > 1 > told["walk"] and told["cosine"] == 1


def test_a_click_teaches_less_than_a_word() -> None:
    def told(verdict: str) -> float:
        shown = [judged(0, "recalled", {"cosine": 0.6}), judged(1, verdict, {"time": 0.5})]
        return learned(lessons("When did she move?", shown) * 20).of("when")["time"]

    assert told("useful") == told("cited") > told("clicked") > 1


def test_of_no_use_alone_lifts_what_stood_below() -> None:
    shown = [judged(0, "not", {"cosine": 0.6}), judged(1, "recalled", {"time": 0.5})]
    assert learned(lessons("When did she move?", shown) * 50).of("when")["time"] > 1


def test_rows_have_every_part() -> None:
    assert rows("Who?", []).shape == (0, len(PARTS))
    assert rows("Who?", [judged(0, "useful", {})]).shape == (1, len(PARTS))
