"""Feedback is a commit: it tunes later rankings of its namespace alone, can be undone, goes with a source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answering_models import client, repeater
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem import InputError, Memory
from graphmem.learning.weights import Weights
from graphmem.ranking import Ranking

TALK = "".join(
    f"[2023-05-{n:02} 13:56] Bo Bell: The ash {n} was planted in Oslo by me.\n"
    f"[2023-05-{n:02} 13:57] Cy: Really, how nice is the ash of 184{n}!\n"
    for n in range(1, 9)
)
BOOK = "[2024-01-02 09:00] Dee: An ash was planted in Bergen.\n[2024-01-02 09:01] Eve: Was the ash planted?\n"
QUESTION = "Where was the ash planted?"


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Memory]:
    with opened(tmp_path) as memory:
        put(memory, {"talk.txt": TALK, "book.txt": BOOK})
        yield memory


def order(ranking: Ranking) -> list[tuple[str, float]]:
    return [(hit.passage.id, hit.score) for hit in ranking]


def teach(memory: Memory, numbers: range = range(1, 9)) -> None:
    """Say of eight questions that what stands last was useful, and what stands first not."""
    for n in numbers:
        asked = memory.recall(f"Where was the ash {n} planted?")
        memory.feedback(asked, useful=[asked[-1]], not_useful=[asked[0]])


def test_without_feedback_a_ranking_is_what_it_was(talk: Memory) -> None:
    plain = talk.recall(QUESTION, learned=False, why=True)
    assert talk.recall(QUESTION, why=True) == plain and talk.learned() == Weights()
    talk.use(plain)  # that it was shown teaches nothing
    assert talk.recall(QUESTION, why=True) == plain
    assert plain.explanation and not plain.explanation.learned


def test_what_is_only_shown_later_changes_no_lesson(talk: Memory, tmp_path: Path) -> None:
    teach(talk)
    weights = talk.learned()
    for _ in range(3):
        talk.use(talk.recall(QUESTION), question="Where was the ash 3 planted?")
        assert talk.learned() == weights
    with opened(tmp_path) as afresh:
        assert afresh.learned() == weights


def test_feedback_moves_later_rankings_and_says_so(talk: Memory) -> None:
    plain = talk.recall(QUESTION)
    teach(talk)
    told = talk.recall(QUESTION, why=True)
    assert talk.learned().count == 8 and order(told) != order(plain)
    assert told.explanation and told.explanation.kind == "one"
    assert told.explanation.learned == talk.learned().of("one")
    moved = [hit for hit in told if "learned" in hit.shares]
    assert moved and all(abs(sum(hit.shares.values()) - hit.score) < 1e-9 for hit in told)
    assert talk.recall(QUESTION, learned=False) == plain


def test_weights_may_come_from_elsewhere(talk: Memory, tmp_path: Path) -> None:
    teach(talk)
    with opened(tmp_path, "other", embedder=talk.embedder) as other:
        put(other, {"talk.txt": TALK, "book.txt": BOOK})
        assert order(other.recall(QUESTION, learned=talk.learned())) == order(talk.recall(QUESTION))
        assert other.learned() == Weights()


def test_feedback_is_undone_in_any_order(talk: Memory) -> None:
    before, plain = state(talk), order(talk.recall(QUESTION))
    commits = []
    for text in (QUESTION, "Where was the ash 3 planted?", QUESTION):
        asked = talk.recall(text)
        commits.append(talk.feedback(asked, useful=[asked[2]]))
    assert talk.learned().count == 2
    for commit in (commits[1], commits[0], commits[2]):
        assert commit is not None
        talk.undo(commit.id)
    assert talk.learned() == Weights() and order(talk.recall(QUESTION)) == plain and state(talk) == before


def test_what_is_said_again_takes_the_place_of_what_was_said(talk: Memory) -> None:
    asked = talk.recall(QUESTION, learned=False)
    talk.feedback(asked, useful=[asked[3]])
    once = talk.learned()
    talk.feedback(asked, useful=[asked[3]])
    assert talk.learned() == once
    talk.feedback(asked, not_useful=[asked[3]])
    talk.feedback(asked, useful=[asked[1]])  # the rest stays as it was said
    assert talk.learned() != once and talk.learned().count == 1


def test_forgetting_a_source_takes_its_feedback(talk: Memory) -> None:
    teach(talk)
    asked = talk.recall("Who planted an ash in Bergen?", 30)
    talk.feedback(asked, useful=[hit for hit in asked if hit.document.uri == "book.txt"])
    before = talk.learned()
    gone = talk.forget("book.txt").commit
    left = talk.learned()
    assert gone and (left.count, before.count) == (8, 9)
    talk.undo(gone.id)
    assert talk.learned() == before
    talk.forget("talk.txt", "book.txt")
    assert talk.learned() == Weights()


def test_all_of_it_is_taken_back_as_one_commit(talk: Memory) -> None:
    plain = order(talk.recall(QUESTION))
    teach(talk)
    weights = talk.learned()
    commit = talk.unlearn()
    assert talk.learned() == Weights() and order(talk.recall(QUESTION)) == plain
    with pytest.raises(InputError, match="nothing was learned"):
        talk.unlearn()
    talk.undo(commit.id)
    assert talk.learned() == weights


def test_the_past_learned_what_had_been_said_by_then(talk: Memory) -> None:
    teach(talk, range(1, 4))
    then, weights = next(talk.history(newest_first=True)), talk.learned()
    teach(talk, range(4, 9))
    with talk.at(then.id) as past:
        assert past.learned() == weights


def test_another_process_is_followed(talk: Memory, tmp_path: Path) -> None:
    with opened(tmp_path, embedder=talk.embedder) as other:
        assert other.learned() == talk.learned()
        teach(talk)
        assert other.learned() == talk.learned() != Weights()


@pytest.mark.parametrize("sides", [{}, {"useful": ["p1"]}, {"useful": [0], "not_useful": [0]}])
def test_feedback_that_says_nothing_is_refused(talk: Memory, sides: dict[str, list[object]]) -> None:
    asked = talk.recall(QUESTION)
    given = {name: [asked[one] if isinstance(one, int) else one for one in of] for name, of in sides.items()}
    head = talk.store.head()
    with pytest.raises(InputError, match="nothing is said|no hit of this|of use and of none"):
        talk.feedback(asked, **given)  # type: ignore[arg-type]
    assert talk.store.head() == head


def test_citations_that_hold_count_as_cited(talk: Memory) -> None:
    answer = talk.ask(QUESTION, client(repeater("Bergen")), 5)
    assert answer.citations
    talk.feedback(answer)
    used = talk.uses([one.sentence.passage for one in answer.citations])
    assert used and all(use.touches[-1].verdict == "cited" for use in used.values())
    assert all(use.touches[-1].question == QUESTION for use in used.values())


@settings(max_examples=8, deadline=None)
@given(st.permutations(["a", "b", "c"]))
def test_namespaces_learn_apart_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("apart")
    numbers = {"a": range(1, 5), "b": range(3, 9), "c": range(0)}
    found = {}
    for name in names:
        with opened(folder, namespace=name) as memory:
            put(memory, {"talk.txt": TALK})
            teach(memory, numbers[name])
    for name in sorted(names):
        with opened(folder, namespace=name) as memory, opened(folder, f"alone{name}") as alone:
            put(alone, {"talk.txt": TALK})
            teach(alone, numbers[name])
            assert memory.learned().count == len(numbers[name])
            found[name] = (memory.learned(), alone.learned())
    assert all(abs(one.row("one") - other.row("one")).max() < 1e-4 for one, other in found.values())


def test_what_is_read_along_is_not_spoken_of(tmp_path: Path) -> None:
    with opened(tmp_path, namespace="team") as team:
        put(team, {"talk.txt": TALK})
        team.share("mine")
    with Memory.open(
        f"sqlite:///{tmp_path}/memory.db", namespace="mine", embedder=team.embedder, also=["team"]
    ) as mine:
        asked = mine.recall(QUESTION)
        assert asked.hits and mine.feedback(asked, useful=[asked[1]]) is None
        assert mine.learned() == Weights()
