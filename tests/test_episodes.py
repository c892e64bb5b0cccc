"""Episodes: a partition in order, cut where it must be, bounded, and not cut anew by what follows."""

from __future__ import annotations

import doctest
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import benchmarks.segmentation as segmentation
from benchmarks.datasets import DEFAULT_DATA
from graphmem.errors import InputError
from graphmem.ingest import episodes as module
from graphmem.ingest.episodes import BREAK, LONGEST, SETTLED, SHORTEST, WIDTH, Step, Stretch, episodes
from graphmem.testing import HashEmbedder

MORNING = datetime(2024, 5, 15, 9, tzinfo=timezone.utc)
PETS = (
    "The dog chased the cat around the garden",
    "The cat hissed at the dog in the garden",
    "Our dog and the cat sleep in the garden",
    "A cat and a dog share the garden shed",
    "The garden belongs to the dog and the cat",
)
TRAINS = (
    "Platform nine serves express trains to Leeds",
    "Express trains to Leeds leave platform nine hourly",
    "Tickets for express trains to Leeds cost twenty",
    "Trains to Leeds stop at platform nine",
    "Leeds has express trains from every platform",
)


def told(texts: Sequence[str], **known: object) -> list[Step]:
    return [Step(vector, **known) for vector in HashEmbedder(256).encode(texts)]  # type: ignore[arg-type]


def spans(found: Sequence[Stretch]) -> list[tuple[int, int]]:
    return [(episode.start, episode.end) for episode in found]


def test_another_topic_is_another_episode() -> None:
    found = episodes(told(PETS + TRAINS))
    assert spans(found) == [(0, 5), (5, 10)]
    assert [episode.reason for episode in found] == ["the beginning", "other topic"]
    assert found[0].surprise == 0 < found[1].surprise


def test_a_section_and_a_gap_are_boundaries_whatever_is_said() -> None:
    steps = [
        *told(PETS[:1], section="One", at=MORNING),
        *told(PETS[:2], section="Two", at=MORNING),
        *told(PETS[:1], section="Two", at=MORNING + timedelta(days=1)),
        *told(PETS[:1], section="Two"),
        *told(PETS[:1], section="Two", at=MORNING - timedelta(days=2)),
    ]
    assert [(e.start, e.end, e.reason) for e in episodes(steps)] == [
        (0, 1, "the beginning"),
        (1, 3, "new section"),
        (3, 5, "a day later"),
        (5, 6, "3 days earlier"),
    ]


def test_a_time_without_a_zone_is_read_as_utc() -> None:
    steps = [*told(PETS[:3], at=MORNING), *told(PETS[:3], at=MORNING.replace(tzinfo=None))]
    assert spans(episodes(steps)) == [(0, 6)]


@pytest.mark.parametrize(("minutes", "cut"), [(2, False), (300, True)])
def test_a_pause_that_is_long_for_this_stream_is_a_boundary(minutes: int, cut: bool) -> None:
    before = [MORNING + timedelta(minutes=2 * i) for i in range(8)]
    after = [before[-1] + timedelta(minutes=minutes + 2 * i) for i in range(8)]
    [vector] = HashEmbedder(256).encode(PETS[:1])
    found = episodes([Step(vector, at) for at in before + after])
    assert spans(found) == ([(0, 8), (8, 16)] if cut else [(0, 16)])
    assert not cut or found[1].reason == "5 hours later"


def test_the_same_pause_is_no_boundary_where_pauses_are_long() -> None:
    [vector] = HashEmbedder(256).encode(PETS[:1])
    steps = [Step(vector, MORNING + timedelta(hours=5 * i)) for i in range(40)]
    assert all(episode.start < 12 for episode in episodes(steps))


def test_other_people_decide_where_the_topic_alone_does_not() -> None:
    chance = np.random.default_rng(2)
    one, two, new = np.linalg.qr(chance.normal(size=(64, 3)))[0].T
    texts = [one + two * 0.7] * 12 + [one * 0.5 + new] * 12
    vectors = [text + chance.normal(size=64) / 20 for text in texts]
    rex, leeds = frozenset({"rex"}), frozenset({"leeds", "york", "hull"})
    same = [Step(vector, speaker="Ann", names=rex) for vector in vectors]
    other = [Step(vector, speaker="Eve", names=leeds) for vector in vectors]
    assert spans(episodes(same)) == [(0, 24)]
    found = episodes(same[:12] + other[12:])
    assert [(e.start, e.reason) for e in found] == [(0, "the beginning"), (12, "other people")]


def test_no_names_at_all_say_nothing_either_way() -> None:
    assert spans(episodes(told(PETS + TRAINS + PETS))) == [(0, 5), (5, 10), (10, 15)]
    same = frozenset({"rex"})
    assert len(episodes(told(PETS + TRAINS + PETS, names=same))) < 3


def test_the_change_of_speaker_alone_is_no_boundary() -> None:
    voices = np.eye(2, 64, dtype=np.float32)
    chance = np.random.default_rng(1)
    topic = chance.normal(size=64) / 8
    turns = [voices[i % 2] + topic + chance.normal(size=64) / 40 for i in range(40)]
    assert spans(episodes([Step(turn, speaker="AB"[i % 2]) for i, turn in enumerate(turns)])) == [(0, 40)]


def test_bad_input_is_told() -> None:
    assert episodes([]) == []
    with pytest.raises(InputError, match="one encoder"):
        episodes([Step(np.zeros(2, np.float32)), Step(np.zeros(3, np.float32))])
    with pytest.raises(InputError, match="finite"):
        episodes([Step(np.array([np.nan, 1], np.float32))])
    with pytest.raises(InputError, match="twice"):
        episodes(told(PETS), shortest=5, longest=9)


@st.composite
def streams(draw: st.DrawFn, most: int = 160) -> list[Step]:
    """Topics of some steps each, with speakers, names, sections and times that come and go."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    noise = draw(st.sampled_from([0.0, 0.1, 0.5, 3.0]))
    steps: list[Step] = []
    at = MORNING
    for run in draw(st.lists(st.integers(1, 60), max_size=12)):
        topic = chance.normal(size=8) * chance.integers(2)
        section = draw(st.sampled_from(["", "", "", "A", "B"]))
        at += timedelta(seconds=draw(st.sampled_from([0, 60, 7200, BREAK, -BREAK])))
        for i in range(run):
            at += timedelta(seconds=int(chance.choice([0, 60])))
            steps.append(
                Step(
                    (topic + noise * chance.normal(size=8)).astype(np.float32),
                    at if chance.integers(4) else None,
                    "AB"[i % 2],
                    frozenset(chance.choice(["rex", "ann", "leeds"], chance.integers(2))),
                    section,
                )
            )
    return steps[:most]


def hard(steps: Sequence[Step]) -> set[int]:
    """Where a hard break stands, told from the steps alone."""
    found, last = set(), None
    for t, step in enumerate(steps):
        apart = last is not None and step.at is not None and abs((step.at - last).total_seconds()) >= BREAK
        if t and (apart or step.section != steps[t - 1].section):
            found.add(t)
        last = step.at or last
    return found


@settings(max_examples=40, deadline=None)
@given(streams(), st.sampled_from([(SHORTEST, LONGEST), (1, 2), (2, 9), (5, 10)]))
def test_episodes_partition_the_steps_within_bounds(steps: list[Step], bounds: tuple[int, int]) -> None:
    shortest, longest = bounds
    found = episodes(steps, shortest=shortest, longest=longest)
    assert found == episodes(list(steps), shortest=shortest, longest=longest)
    assert [t for e in found for t in range(e.start, e.end)] == list(range(len(steps)))
    breaks = hard(steps)
    assert breaks <= {e.start for e in found}
    for e in found:
        alone = (e.start == 0 or e.start in breaks) and (e.end == len(steps) or e.end in breaks)
        assert e.end - e.start <= longest
        assert e.end - e.start >= shortest or alone


@settings(max_examples=50, deadline=None)
@given(streams(), streams(), st.data())
def test_what_follows_does_not_cut_the_past_anew(
    past: list[Step], future: list[Step], data: st.DataObject
) -> None:
    shortest, longest = data.draw(st.sampled_from([(SHORTEST, LONGEST), (1, 2), (2, 9)]))
    settled = len(past) - (longest + shortest + WIDTH)
    kept = [e for e in episodes(past, shortest=shortest, longest=longest) if e.end <= settled]
    whole = episodes(past + future, shortest=shortest, longest=longest)
    assert [e for e in whole if e.end <= settled] == kept


def test_the_default_horizon_is_that_of_the_default_bounds() -> None:
    assert SETTLED == LONGEST + SHORTEST + WIDTH


def test_work_is_linear_in_the_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    inner = module._modularity

    def counted(window: module.Values, at: int) -> float:
        sizes.append(window.size)
        return inner(window, at)

    monkeypatch.setattr(module, "_modularity", counted)
    for n in (200, 400):
        sizes.clear()
        episodes([Step(vector) for vector in np.random.default_rng(0).normal(size=(n, 8))])
        assert len(sizes) == n - 1 and max(sizes) <= (2 * WIDTH) ** 2


def test_the_measures_say_what_their_papers_say() -> None:
    assert doctest.testmod(segmentation).failed == 0 == doctest.testmod(module).failed


def test_sessions_of_a_chat_are_found_by_their_times() -> None:
    file = DEFAULT_DATA / "conversation" / "locomo_dev5.json"
    if not file.exists():
        pytest.skip(f"{file} is not there: name the folder of the data sets by GRAPHMEM_DATA")
    [part] = [
        segmentation.of_chat(chat, HashEmbedder(256), times=True) for chat in segmentation.chats(file)[:1]
    ]
    found = segmentation.starts(part.steps)
    assert part.borders <= found
    assert segmentation.figures([part], [found])["windowdiff"] < 0.5
