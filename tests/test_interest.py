"""Interest: what is like what was used is kept before what is not; without any use there is none."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import pytest
from conftest import put
from hypothesis import given
from hypothesis import strategies as st
from test_fading import passages

from graphmem import Memory
from graphmem.fading import POLICY, Policy
from graphmem.fading.held import Held, held
from graphmem.fading.interest import interest

AT = datetime(2023, 6, 1, tzinfo=timezone.utc)
CHAT = """[2023-05-01 10:00] Bo Rask: the violin of Bergen was mended by Iver.
[2023-05-01 10:01] Ada Quill: the violin of Bergen was sold by Iver.
[2023-05-01 10:02] Bo Rask: a storm sank seven boats near Rome.
[2023-05-01 10:03] Ada Quill: a storm sank eleven boats near Rome.
[2023-05-01 10:04] Bo Rask: the violin of Bergen was bought by Marit.
"""


@pytest.fixture
def chat(memory: Memory) -> Memory:
    put(memory, {"chat.txt": CHAT})
    return memory


def interests(memory: Memory) -> list[float]:
    told = {one.passage.id: one.parts["interest"] for one in memory.retentions(at=AT)}
    return [told[one.id] for one in passages(memory)]


def test_what_is_like_what_was_used_is_worth_more(chat: Memory) -> None:
    assert interests(chat) == [0] * 5
    first = passages(chat)[0]
    chat.use([first], "useful", at=AT)
    violin, sold, sank, eleven, bought = interests(chat)
    assert violin > sold > 0 > sank and bought > 0 > eleven
    assert chat.retention(passages(chat)[4], at=AT).uses == 0, "it was not used itself"


def test_what_was_of_no_use_makes_no_interest(chat: Memory) -> None:
    chat.use(passages(chat)[:1], "not", at=AT)
    assert interests(chat) == [0] * 5


def test_a_hit_further_down_counts_less(chat: Memory) -> None:
    first, *_, last = passages(chat)
    chat.use([first, last], at=AT)
    assert chat.retention(first, at=AT).activation > chat.retention(last, at=AT).activation


def test_use_turns_what_is_put_to_sleep(chat: Memory) -> None:
    before = {one.text for one in chat.fade(keep=0.6, at=AT, dry_run=True).gone}
    assert before and all("violin" in text for text in before)
    chat.use([passages(chat)[0]], "useful", at=AT)
    keen = Policy({**POLICY.weights, "interest": 30.0})  # as of many uses
    after = {one.text for one in chat.fade(keep=0.6, policy=keen, at=AT, dry_run=True).gone}
    assert after and all("storm" in text for text in after)


@given(st.data())
def test_interest_sums_to_nothing_and_knows_no_scale(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 8))
    numbers = st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=3)
    rows = data.draw(st.lists(st.none() | numbers, min_size=n, max_size=n))
    used = data.draw(st.lists(st.floats(0, 5), min_size=n, max_size=n))
    all_of_them = [_held(row) for row in rows]
    found = interest(all_of_them, used)
    assert found.shape == (n,) and abs(found.sum()) < 1e-6 and np.isfinite(found).all()
    assert all(value == 0 for row, value in zip(rows, found, strict=True) if row is None)
    assert np.allclose(found, interest(all_of_them, [4 * one for one in used]), atol=1e-6)


def _held(row: list[float] | None) -> Held:
    vector = None if row is None else np.array(row, dtype=np.float32)
    if vector is not None and (length := float(np.linalg.norm(vector))) > 1e-6:
        vector = vector / np.float32(length)
    return Held(None, None, (), vector)  # type: ignore[arg-type]  # neither is looked at


def test_a_passage_that_has_no_vector_has_no_interest(chat: Memory) -> None:
    all_of_them = held(chat.store, chat.view)
    found = interest(all_of_them, [1.0] + [0.0] * (len(all_of_them) - 1))
    assert found.argmax() == 0
