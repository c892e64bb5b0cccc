"""Fading: what goes, why, and what never does; the parts that each follow a paper."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

import pytest
from conftest import put, state
from hypothesis import given
from hypothesis import strategies as st

from graphmem import InputError, Memory, NotFound
from graphmem.fading import POLICY, Policy
from graphmem.fading.activation import activation
from graphmem.fading.layers import layer
from graphmem.fading.strength import retention
from graphmem.types import Passage

AT = datetime(2023, 6, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)
CHAT = """[2023-05-01 10:00] Bo Rask: I moved to Oslo in March 2021 with Ada Quill.
[2023-05-01 10:01] Ada Quill: Nice!
[2023-05-02 10:00] Bo Rask: Ada Quill planted an ash in Bergen.
[2023-05-03 10:00] Ada Quill: How are you?
[2023-05-04 10:00] Bo Rask: Rome burned in July 2022, and I lost my violin there.
"""
ages = st.integers(0, 5000).map(lambda days: AT - days * DAY)


@pytest.fixture
def chat(memory: Memory) -> Memory:
    put(memory, {"chat.txt": CHAT})
    return memory


def passages(memory: Memory) -> list[Passage]:
    return [one for one in memory.parts(memory.document("chat.txt"), 100) if isinstance(one, Passage)]


def test_a_dry_run_tells_what_goes_and_why_and_does_nothing(chat: Memory) -> None:
    before = state(chat)
    told = chat.fade(keep=0.6, at=AT, dry_run=True)
    assert told.commit is None and state(chat) == before
    assert {one.text for one in told.gone} == {"Nice!", "How are you?"}
    assert (told.passages, told.sentences) == ((5, 3), (5, 3))
    first = told.gone[0]
    assert first.value == pytest.approx(sum(first.parts.values())) and first.parts["asks"] < 0


def test_a_fade_is_a_commit_of_its_own_author_with_a_reason(chat: Memory) -> None:
    faded = chat.fade(keep=0.6, at=AT)
    assert faded.commit is not None and faded.commit.author == "forgetting"
    assert faded.commit.message == "2 passages put to sleep: keep 60% of the passages"
    assert {one.passage for one in faded.gone} == {one.id for one in passages(chat) if one.asleep}
    assert chat.fade(keep=0.6, at=AT).commit is None, "the same again takes nothing more"


def test_a_budget_of_sentences_and_of_age(chat: Memory) -> None:
    assert chat.fade(most=2, dry_run=True).sentences == (5, 2)
    old = chat.fade(older_than=30 * DAY, at=AT, dry_run=True)
    assert [one.text[:5] for one in sorted(old.gone, key=lambda one: one.text)] == ["I mov", "Nice!"]
    both = chat.fade(older_than=30 * DAY, keep=0.8, at=AT, dry_run=True)
    assert [one.text for one in both.gone] == ["Nice!"]
    assert not chat.fade(older_than=40 * DAY, at=AT, dry_run=True).gone


def test_without_a_budget_goes_what_next_to_nothing_is_left_of(chat: Memory) -> None:
    assert not chat.fade(at=AT, dry_run=True).gone
    later = chat.fade(at=AT + 90 * DAY, dry_run=True)
    assert 0 < len(later.gone) < 5 and all(one.layer == "short" for one in later.gone)
    assert len(chat.fade(at=AT + 3650 * DAY, dry_run=True).gone) == 5


def test_archiving_takes_out_and_undo_brings_back(chat: Memory) -> None:
    before = state(chat)
    chat.fade(keep=0.8, at=AT)
    archived = chat.fade(keep=0.6, to="archived", at=AT)
    assert len(passages(chat)) == 3 and not chat.dormant(), "those asleep go first"
    assert archived.commit is not None and not chat.verify()
    chat.undo(archived.commit.id)
    chat.wake(chat.dormant())
    assert state(chat) == before


def test_what_a_person_said_or_pinned_is_never_forgotten(chat: Memory) -> None:
    chat.relate("Bo Rask", "lives_in", "Oslo")
    told = chat.fade(most=0, at=AT)
    assert dict(told.pinned) == {"a person said it": 1}
    assert told.passages == (6, 1) and chat.facts("Bo Rask")
    kept = chat.fade(keep=0.01, to="archived", at=AT)
    assert len(kept.gone) == 5 and [one.uri[:5] for one in chat.documents()] == ["said:"]


def test_use_keeps_what_would_go(chat: Memory) -> None:
    nice = next(one for one in passages(chat) if one.text == "Nice!")
    before = chat.retention(nice, at=AT)
    for k in range(6):
        chat.use([nice], "useful", at=AT - k * DAY)
    after = chat.retention(nice, at=AT)
    assert after.layer == "long" and after.uses == 6 and before.layer == "short"
    assert after.strength > before.strength and after.retention > before.retention
    assert after.value > before.value and after.state == "active"
    other = Policy({**POLICY.weights, "activation": 2.0})
    assert nice.id not in {one.passage for one in chat.fade(keep=0.2, policy=other, at=AT, dry_run=True).gone}


def test_waking_takes_ids_and_hits_and_passes_over_what_is_awake(chat: Memory) -> None:
    chat.fade(keep=0.4, at=AT)
    asleep = [one.passage.id for one in chat.dormant()]
    woken = chat.wake([*asleep[:2], passages(chat)[0].id], reason="Bo asked")
    assert set(woken.passages) >= set(asleep[:2]) and woken.commit is not None
    assert woken.commit.author == "forgetting" and woken.commit.message.endswith("woken: Bo asked")
    assert chat.wake(asleep[:2]).commit is None
    with pytest.raises(NotFound, match="no passage 'nobody'"):
        chat.wake(["nobody"])


def test_all_passages_are_told_of_least_worth_first(chat: Memory) -> None:
    found = chat.retentions(at=AT)
    assert [one.value for one in found] == sorted(one.value for one in found) and found[0].below == 0
    assert found[0].passage.text == "How are you?"
    with pytest.raises(NotFound):
        chat.retention("nobody")


@pytest.mark.parametrize(
    "wrong", [{"keep": 0.0}, {"keep": 1.5}, {"most": -1}, {"older_than": timedelta(0)}, {"to": "gone"}]
)
def test_what_cannot_be_is_refused(chat: Memory, wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        chat.fade(**wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="time zone"):
        chat.fade(at=datetime(2023, 1, 1))
    with pytest.raises(InputError, match="no 'beauty'"):
        Policy({"beauty": 1.0})


@given(ages, st.lists(ages, max_size=4), st.floats(1, 400))
def test_retention_falls_with_time_and_rises_with_use(
    met: datetime, uses: list[datetime], half_life: float
) -> None:
    now = retention(met, uses, half_life, AT)
    assert 0 <= now <= 1 and retention(met, uses, half_life, AT + DAY) <= now
    assert retention(met, [*uses, AT], half_life, AT) == 1.0
    assert retention(met, [*uses, met], half_life, AT) >= now
    assert retention(met, [*uses, AT + DAY], half_life, AT) == now, "what comes later has no part in it"


def test_half_is_left_after_a_half_life() -> None:
    assert retention(AT - 14 * DAY, [], 14.0, AT) == pytest.approx(0.5)
    assert retention(None, [], 14.0, AT) == 1.0


@given(st.lists(ages, min_size=1, max_size=6))
def test_activation_is_the_base_level_of_the_model(uses: list[datetime]) -> None:
    days = [max(1.0, (AT - one) / DAY) for one in uses]
    assert activation(uses, AT) == pytest.approx(math.log(sum(one**-0.5 for one in days)))
    assert activation([*uses, AT], AT) > activation(uses, AT) >= activation(uses, AT + DAY)
    assert activation([], AT) == -math.inf


def test_importance_and_use_decide_the_layer() -> None:
    ranks = [k / 100 for k in range(100)]
    assert [layer(value, ranks, 0) for value in (0.1, 0.6, 0.9)] == ["short", "middle", "long"]
    assert [layer(0.1, ranks, uses) for uses in (1, 2, 4, 9)] == ["short", "middle", "long", "long"]
