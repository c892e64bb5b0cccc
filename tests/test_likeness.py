"""Likeness: a turn matches a question by words that mean about the same, its own and those around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from spoken import chat, sessions, turn

from graphmem import View
from graphmem.embedding import SentenceEncoder
from graphmem.retrieval import constants
from graphmem.retrieval.likeness import Asked, likeness_scores, turn_tokens
from graphmem.retrieval.surroundings import Surroundings
from graphmem.testing import HashEmbedder
from graphmem.tokens import NOTHING
from graphmem.types import TOKEN, FloatArray, Tokens

Reader = Callable[[Sequence[str]], list[Tokens]]


def scores(around: Surroundings, question: str, reader: Reader) -> tuple[FloatArray, FloatArray]:
    """Scores where all turns are as good by the cheaper score."""

    def read(ids: Sequence[str]) -> Mapping[str, Tokens]:
        turns = [one for one in around.turns if one.id in ids]
        texts = [f"{one.speaker}: {one.text}" if one.speaker else one.text for one in turns]
        return dict(zip((one.id for one in turns), reader(texts), strict=True))

    tokens = reader([question])[0]
    return likeness_scores(around, Asked(tokens, np.ones(len(tokens))), np.zeros(len(around.turns)), read)


@pytest.fixture(scope="module")
def reader(encoder: SentenceEncoder) -> Reader:
    """As users get it."""
    return lambda texts: encoder.encode_tokens(texts)[1]


def test_a_turn_that_says_it_in_other_words_matches_best(reader: Reader) -> None:
    around = sessions(
        [["The car is fast."], ["We have a new puppy."], ["I made soup."], ["My train was late again."]]
    )
    own, with_context = scores(around, "Which dog did they get?", reader)
    assert own.argmax() == with_context.argmax() == 1 and own[1] == with_context[1] > 0.5
    assert own[[0, 2, 3]].max() < 0.8 * own[1] and own.min() >= 0


def test_an_answer_takes_the_matches_of_the_question_before_it(reader: Reader) -> None:
    around = chat("Hello.", "Did you get the puppy?", "On Friday.", *["I made soup."] * 8)
    own, with_context = scores(around, "When did the dog arrive?", reader)
    assert with_context[2] > 0.8 > own[2] and with_context[2] > with_context[0]
    assert with_context[10] < 0.5 < with_context[1]


def test_who_says_it_is_a_word_of_a_turn(reader: Reader) -> None:
    said = [[turn(name, "So be it.", speaker=name)] for name in ("Bo", "Leila", "Ann")]
    own, _ = scores(Surroundings.of(said), "What does Leila say?", reader)
    assert own.argmax() == 1


@pytest.mark.parametrize("question", ["", "  ", "\n"])
def test_a_question_without_words_matches_nothing(reader: Reader, question: str) -> None:
    own, with_context = scores(chat("A boat.", "Tea."), question, reader)
    assert own.tolist() == with_context.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("question", ["?", "...", "東京", "\x00", "x" * 500])
def test_any_question_gives_shares(reader: Reader, question: str) -> None:
    for found in scores(chat("A boat.", "", "Tea?", " "), question, reader):
        assert found.shape == (4,) and np.isfinite(found).all() and 0 <= found.min() <= found.max() <= 1


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["A boat."]])
def test_empty_texts_and_a_single_one_are_fine(reader: Reader, texts: list[str]) -> None:
    for found in scores(chat(*texts), "Which boat?", reader):
        assert found.shape == (len(texts),) and np.isfinite(found).all()


def test_without_tokens_nothing_is_alike(reader: Reader) -> None:
    around = chat("A boat.", "Tea.")
    tokens = reader(["Which boat?"])[0]
    for asked in (None, Asked(NOTHING, np.ones(0)), Asked(tokens, np.ones(len(tokens)))):
        for found in likeness_scores(around, asked, np.zeros(2), lambda ids: {}):
            assert found.tolist() == [0.0, 0.0]


def letters_of(texts: Sequence[str]) -> list[Tokens]:
    """The letters a to e as tokens, each like itself, and by .6 like its neighbours; "." is none."""
    found = []
    for text in texts:
        numbers = np.array([ord(one) - 97 for one in text if one in "abcde"], dtype=np.int64)
        tokens = np.zeros(len(numbers), dtype=TOKEN)
        tokens["piece"] = numbers
        tokens["vector"] = LETTERS[numbers]
        found.append(tokens)
    return found


LETTERS = np.zeros((5, 64), dtype=np.int8)
"""Directions whose cosines are .5 or 0, but for roundings."""
for _place in range(5):
    LETTERS[_place, [_place, _place + 1]] = 90


def by_hand(texts: list[str], question: str) -> list[float]:
    """The score of each text alone, letter by letter of the question."""
    said = [text for text in texts if text]
    own = [0.0] * len(texts)
    like = (LETTERS.astype(float) / 127) @ (LETTERS.astype(float) / 127).T
    all_of_it = 0.0
    for letter in question:
        best = {
            row: max(like[ord(one) - 97, ord(letter) - 97] for one in text)
            for row, text in enumerate(texts)
            if text
        }
        df = sum(letter in text for text in said)
        idf = np.log1p((len(said) - df + 0.5) / (df + 0.5))
        mean = sum(best.values()) / len(best) if best else 0.0
        all_of_it += max(1 - mean, 0.0) ** constants.SHARPNESS * idf
        for row, value in best.items():
            own[row] += max(value - mean, 0.0) ** constants.SHARPNESS * idf
    return [value / max(*own, constants.LIKE_LEAST * all_of_it, 1e-9) for value in own]


letters = st.text("abcde", max_size=6)


@given(st.lists(letters, min_size=1, max_size=8), letters)
def test_own_scores_are_those_of_the_best_match_of_each_piece(texts: list[str], question: str) -> None:
    own, with_context = scores(sessions([[text] for text in texts]), question, letters_of)
    assert own == pytest.approx(by_hand(texts, question), abs=1e-3)
    assert with_context == pytest.approx(own), "nobody is around"


@given(st.lists(letters, min_size=1, max_size=8), letters)
def test_what_is_around_never_takes_a_match_away(texts: list[str], question: str) -> None:
    own, with_context = scores(chat(*texts), question, letters_of)
    assert ((0 <= with_context) & (with_context <= 1 + 1e-6)).all()
    assert own.any() == with_context.any()


def test_the_best_has_all_unless_it_is_hardly_alike(reader: Reader) -> None:
    """Of turns of which none says anything that is asked, no match is so good that it outweighs the rest."""
    diary = sessions(
        [["I swam in the lake."], ["I baked rye bread."], ["I read a novel."], ["I fixed the roof."]]
    )
    own, _ = scores(diary, "Who baked the rye bread?", reader)
    assert own.argmax() == 1 and own[1] == 1.0
    own, with_context = scores(diary, "What did I do yesterday?", reader)
    assert own.max() < 0.5 and with_context.max() < 0.5


def test_only_the_best_by_the_cheaper_score_and_what_is_around_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(constants, "LIKE_AMONG", 2)
    around = chat(*["ab", "c"] * 30)
    cheap = np.zeros(60)
    cheap[[20, 50]] = 1.0
    asked: list[str] = []

    def read(ids: Sequence[str]) -> Mapping[str, Tokens]:
        asked.extend(ids)
        return {one.id: letters_of([one.text])[0] for one in around.turns if one.id in ids}

    own, with_context = likeness_scores(around, Asked(letters_of(["a"])[0], np.ones(1)), cheap, read)
    reach = constants.LIKE_REACH
    looked_at = [*range(20 - reach, 21 + reach), *range(50 - reach, 51 + reach)]
    assert asked == [around.turns[row].id for row in looked_at]
    assert set(np.flatnonzero(own)) <= set(looked_at) and own[20] == own[50] == 1.0
    assert with_context[0] == 0


def test_of_a_page_that_is_asked_no_more_is_compared_than_the_encoder_reads() -> None:
    """Each piece is compared with all that are read: a page of them would take gigabytes."""
    embedder = HashEmbedder()
    asked = Asked.of(embedder, embedder.encode_tokens(["tern " * 2000])[1][0])
    assert len(asked.tokens) == len(asked.weights) == constants.LIKE_PIECES


@pytest.mark.parametrize("question", ["When did Ann's dog arrive?", "WHEN did Ann's dog arrive ?!"])
def test_marks_count_nothing_and_what_every_question_is_made_of_half(
    encoder: SentenceEncoder, question: str
) -> None:
    tokens = encoder.encode_tokens([question])[1][0]
    asked = Asked.of(encoder, tokens)
    words = encoder._model.tokenizer.convert_ids_to_tokens(asked.tokens["piece"].tolist())
    half = constants.LIKE_ASKING
    assert dict(zip(words, asked.weights.tolist(), strict=True)) == {
        "when": half,
        "did": half,
        "ann": 1.0,
        "s": 1.0,
        "dog": 1.0,
        "arrive": 1.0,
    }
    assert not len(Asked.of(encoder, encoder.encode_tokens(["?!"])[1][0]).tokens)
    none = Asked.of(encoder, tokens[:0])
    assert len(none.tokens) == len(none.weights) == 0


def test_the_tokens_of_a_turn_are_those_of_its_sentences(tmp_path: Path) -> None:
    """Of turns and records, and of no paragraph, other kind or namespace."""
    chat = "[2023-05-08 13:56] Ann: The tern nests here.\n[2023-05-08 13:57] Bo: Where?\n"
    with opened(tmp_path) as memory:
        put(memory, {"chat.txt": chat, "page.md": "# Terns\n\nThe tern nests here."})
        passages = {record.body["text"]: record.id for record in memory.store.scan(memory.view, "passage")}
        found = turn_tokens(memory.store, memory.view, "turn", list(passages.values()))
        assert set(found) == {id for text, id in passages.items() if "# " not in text} - {
            id for id in passages.values() if memory.store.get(memory.view, [id])[id].body["kind"] != "turn"
        }
        (where,) = memory.embedder.encode_tokens(["where"])[1]  # type: ignore[attr-defined]
        assert where["piece"][0] in found[passages["Where?"]]["piece"]
        assert not turn_tokens(memory.store, memory.view, "paragraph", list(passages.values()))
        assert not turn_tokens(memory.store, View.of("other"), "turn", list(passages.values()))
