"""Likeness: a turn matches a question by words that mean about the same, its own and those around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spoken import chat, sessions, turn

from graphmem.embedding import SentenceEncoder
from graphmem.lexicon import Lexicon, Pieces
from graphmem.retrieval import constants
from graphmem.retrieval.likeness import likeness_scores
from graphmem.retrieval.surroundings import Surroundings
from graphmem.types import FloatArray


def scores(around: Surroundings, question: str, lexicon: Lexicon | None) -> tuple[FloatArray, FloatArray]:
    """Scores where all turns are as good by the cheaper score."""
    return likeness_scores(around, question, np.zeros(len(around.turns)), lexicon)


def test_a_turn_that_says_it_in_other_words_matches_best(encoder: SentenceEncoder) -> None:
    around = sessions(
        [["The car is fast."], ["We have a new puppy."], ["I made soup."], ["My train was late again."]]
    )
    own, with_context = scores(around, "Which dog did they get?", encoder.lexicon)
    assert own.argmax() == with_context.argmax() == 1 and own[1] == with_context[1] == 1.0
    assert own[[0, 2, 3]].max() < 0.8 and own.min() >= 0


def test_an_answer_takes_the_matches_of_the_question_before_it(encoder: SentenceEncoder) -> None:
    around = chat("Hello.", "Did you get the puppy?", "On Friday.", *["I made soup."] * 8)
    own, with_context = scores(around, "When did the dog arrive?", encoder.lexicon)
    assert with_context[2] > 0.8 > own[2] and with_context[2] > with_context[0]
    assert with_context[10] < 0.5 < with_context[1]


def test_who_says_it_is_a_word_of_a_turn(encoder: SentenceEncoder) -> None:
    said = [[turn(name, "So be it.", speaker=name)] for name in ("Bo", "Leila", "Ann")]
    own, _ = scores(Surroundings.of(said), "What does Leila say?", encoder.lexicon)
    assert own.argmax() == 1


@pytest.mark.parametrize("question", ["", "  ", "\n"])
def test_a_question_without_words_matches_nothing(encoder: SentenceEncoder, question: str) -> None:
    own, with_context = scores(chat("A boat.", "Tea."), question, encoder.lexicon)
    assert own.tolist() == with_context.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("question", ["?", "...", "東京", "\x00", "x" * 500])
def test_any_question_gives_shares(encoder: SentenceEncoder, question: str) -> None:
    for found in scores(chat("A boat.", "", "Tea?", " "), question, encoder.lexicon):
        assert found.shape == (4,) and np.isfinite(found).all() and 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["A boat."]])
def test_empty_texts_and_a_single_one_are_fine(encoder: SentenceEncoder, texts: list[str]) -> None:
    for found in scores(chat(*texts), "Which boat?", encoder.lexicon):
        assert found.shape == (len(texts),) and np.isfinite(found).all()


def test_without_a_lexicon_nothing_is_alike() -> None:
    for found in scores(chat("A boat.", "Tea."), "Which boat?", None):
        assert found.tolist() == [0.0, 0.0]


class Letters:
    """A lexicon of the letters a to e, each like itself, and half like its neighbours; "." is no piece."""

    def __init__(self) -> None:
        self.cut: list[str] = []
        self.compared = 0

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """The letters of each text."""
        self.cut.extend(texts)
        return [np.array([ord(one) - 97 for one in text if one in "abcde"], np.int64) for text in texts]

    def likeness(self, pieces: Pieces) -> FloatArray:
        """1 on the diagonal, 0.5 beside it."""
        self.compared += len(pieces)
        grid = np.eye(5) + (np.eye(5, k=1) + np.eye(5, k=-1)) / 2
        return grid.astype(np.float32)[:, pieces]


def by_hand(texts: list[str], question: str) -> list[float]:
    """The score of each text alone, letter by letter of the question."""
    said = [text for text in texts if text]
    own = [0.0] * len(texts)
    for letter in question:
        best = {
            row: max({0: 1.0, 1: 0.5}.get(abs(ord(one) - ord(letter)), 0.0) for one in text)
            for row, text in enumerate(texts)
            if text
        }
        df = sum(letter in text for text in said)
        idf = np.log1p((len(said) - df + 0.5) / (df + 0.5))
        mean = sum(best.values()) / len(best) if best else 0.0
        for row, value in best.items():
            own[row] += max(value - mean, 0.0) ** constants.SHARPNESS * idf
    return [value / max(*own, 1e-9) for value in own]


letters = st.text("abcde", max_size=6)


@given(st.lists(letters, min_size=1, max_size=8), letters)
def test_own_scores_are_those_of_the_best_match_of_each_piece(texts: list[str], question: str) -> None:
    own, with_context = scores(sessions([[text] for text in texts]), question, Letters())
    assert own == pytest.approx(by_hand(texts, question), abs=1e-5)
    assert with_context == pytest.approx(own), "nobody is around"


@given(st.lists(letters, min_size=1, max_size=8), letters)
def test_what_is_around_never_takes_a_match_away(texts: list[str], question: str) -> None:
    own, with_context = scores(chat(*texts), question, Letters())
    assert ((0 <= with_context) & (with_context <= 1 + 1e-6)).all()
    assert own.any() == with_context.any() and (not own.any() or with_context.max() == pytest.approx(1))


def test_only_the_best_by_the_cheaper_score_and_those_around_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "LIKE_AMONG", 2)
    lexicon = Letters()
    cheap = np.zeros(60)
    cheap[[20, 50]] = 1.0
    own, with_context = likeness_scores(chat(*["ab", "c"] * 30), "a", cheap, lexicon)
    reach = constants.LIKE_REACH
    looked_at = [*range(20 - reach, 21 + reach), *range(50 - reach, 51 + reach)]
    assert len(lexicon.cut) == 1 + len(looked_at)
    assert set(np.flatnonzero(own)) <= set(looked_at) and own[20] == own[50] == 1.0
    assert with_context[0] == 0


def test_of_a_page_that_is_asked_no_more_is_compared_than_the_encoder_reads() -> None:
    """Each piece is compared with all that there are: a page of them would take gigabytes."""
    lexicon = Letters()
    scores(chat("ab", "c"), "abc" * 2000, lexicon)
    assert lexicon.compared <= 512
