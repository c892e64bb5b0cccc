"""Surroundings: which turns stand beside which, and what they lend each other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Literal

import numpy as np
import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from spoken import chat, sessions, turn

from graphmem import Memory, schema
from graphmem.retrieval import constants
from graphmem.retrieval.surroundings import Kernel, Surroundings, on_days, surroundings
from graphmem.types import FloatArray, Passage, PassageKind

KERNEL = Kernel(back=0.7, forward=0.5, asked=1.0, reach=3)
UNIT = np.eye(5)


# --- what is lent ---------------------------------------------------------------------------


def test_a_turn_lends_to_the_next_and_less_to_the_one_before() -> None:
    around = chat("One.", "Two.", "Three.", "Four.", "Five.")
    assert around.lent(UNIT, KERNEL)[:, 2] == pytest.approx([0.25, 0.5, 1.0, 0.7, 0.49])


def test_a_turn_that_asks_lends_all_to_the_answer() -> None:
    around = chat("One.", "Two.", "Which? ", "Four.", "Five.")
    assert around.asks.tolist() == [False, False, True, False, False]
    assert around.lent(UNIT, KERNEL)[:, 2] == pytest.approx([0.25, 0.5, 1.0, 1.0, 0.7])
    assert around.lent(UNIT, KERNEL)[:, 1] == pytest.approx([0.5, 1.0, 0.7, 0.7, 0.49]), "through it too"


def test_nothing_is_lent_to_another_session_or_over_a_gap() -> None:
    apart = sessions([["One.", "Two."], ["Three."]])
    assert apart.lent(UNIT[:3], KERNEL)[:, 1] == pytest.approx([0.5, 1.0, 0.0])
    turns = [turn(f"{n}") for n in range(3)]
    gap = Surroundings.of([turns], {"1": "0", "2": "lost"})
    assert gap.joined.tolist() == [False, True, False]
    assert gap.lent(UNIT[:3], KERNEL)[:, 1] == pytest.approx([0.5, 1.0, 0.0])
    assert gap.beside(np.array([1.0, 10.0, 100.0], dtype=np.float32)).tolist() == [10.0, 1.0, 0.0]


Spoken = list[list[tuple[bool, bool]]]
"""Sessions of turns: whether one asks, and whether something is missing before it."""
spoken = st.lists(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12), max_size=5)
kernels = st.builds(Kernel, *[st.sampled_from([0.0, 0.25, 0.5, 1.0])] * 3, st.integers(0, 8))


def built(given: Spoken) -> Surroundings:
    """The turns, with what follows what."""
    turns: list[list[Passage]] = []
    follows: dict[str, str] = {}
    for place, own in enumerate(given):
        turns.append([turn(f"{place}.{n}", "So?" if asks else "So.") for n, (asks, _) in enumerate(own)])
        follows |= {f"{place}.{n}": f"{place}.{n - 1}" for n, (_, gap) in enumerate(own) if n and not gap}
    return Surroundings.of(turns, follows)


def by_hand(
    given: Spoken, values: FloatArray, kernel: Kernel, how: Literal["sum", "best"]
) -> list[list[float]]:
    """What each turn has with what each other of its session lends it."""
    found, first = [], 0
    for own in given:
        for i in range(len(own)):
            lent = [values[first + i]]
            for j in range(len(own)):
                low, high = sorted((i, j))
                bridged = not any(own[n][1] for n in range(low + 1, high + 1))
                if i == j or high - low > kernel.reach or not bridged:
                    continue
                share = kernel.forward ** (j - i) if j > i else 1.0
                for n in range(j, i):
                    share *= kernel.asked if own[n][0] else kernel.back
                lent.append(share * values[first + j])
            found.append((np.sum if how == "sum" else np.max)(lent, axis=0).tolist())
        first += len(own)
    return found


@given(spoken, kernels, st.sampled_from(["sum", "best"]), st.randoms(use_true_random=False))
def test_what_is_lent_is_what_a_loop_over_all_pairs_gives(
    given: Spoken, kernel: Kernel, how: Literal["sum", "best"], random: Random
) -> None:
    around = built(given)
    values = np.array([[random.randint(0, 9), random.random()] for _ in around.turns])
    values = values.reshape(-1, 2)
    kept = values.copy()
    found = around.lent(values, kernel, how)
    assert found.shape == values.shape and (values == kept).all()
    assert found == pytest.approx(np.reshape(by_hand(given, values, kernel, how), (-1, 2)))


@given(spoken)
def test_what_is_beside_is_what_those_one_step_away_lend(given: Spoken) -> None:
    around = built(given)
    values = np.arange(1.0, len(around.turns) + 1)
    one_step = around.lent(values[:, None], Kernel(1.0, 1.0, 1.0, 1))[:, 0]
    assert around.beside(values) == pytest.approx(one_step - values)
    assert not len(values) or not around.joined[0]
    assert [around.row[one.id] for one in around.turns] == list(range(len(values)))
    assert around.session.tolist() == [place for place, own in enumerate(given) for _ in own]


# --- of a chat ------------------------------------------------------------------------------


def ids(memory: Memory, kind: PassageKind = "turn") -> dict[str, str]:
    """Ids of passages by their texts."""
    values = map(schema.from_record, memory.store.scan(memory.view, schema.PASSAGE))
    return {one.text: one.id for one in values if isinstance(one, Passage) and one.kind == kind}


def texts(around: Surroundings) -> list[str]:
    return [one.text for one in around.turns]


def line(n: int, day: str = "2024-05-01") -> str:
    return f"{day} 10:{n:02} {'Ann' if n % 2 else 'Bo'}: Turn {n}.\n"


@pytest.fixture
def talk(memory: Memory) -> Memory:
    """A chat of forty turns."""
    put(memory, {"chat.txt": "".join(map(line, range(40)))})
    return memory


def test_around_a_turn_stand_those_within_reach_in_order(talk: Memory) -> None:
    id = ids(talk)
    around = surroundings(talk.store, talk.view, "turn", [id["Turn 20."]])
    assert texts(around) == [f"Turn {n}." for n in range(20 - constants.REACH, 21 + constants.REACH)]
    assert around.joined.tolist() == [False, *[True] * 2 * constants.REACH]
    first = surroundings(talk.store, talk.view, "turn", [id["Turn 0."]])
    assert texts(first) == [f"Turn {n}." for n in range(constants.REACH + 1)]


def test_a_gap_in_a_chat_is_not_bridged(talk: Memory) -> None:
    id = ids(talk)
    around = surroundings(talk.store, talk.view, "turn", [id["Turn 30."], id["Turn 2."]])
    there = [*range(2 + constants.REACH + 1), *range(30 - constants.REACH, 31 + constants.REACH)]
    assert texts(around) == [f"Turn {n}." for n in there]
    gaps = [row for row, joined in enumerate(around.joined) if not joined]
    assert gaps == [0, there.index(30 - constants.REACH)] and set(around.session.tolist()) == {0}
    lent = around.lent(np.eye(len(there)), Kernel(1.0, 1.0, 1.0, 99))
    assert (lent[: gaps[1], gaps[1] :] == 0).all() and (lent[gaps[1] :, : gaps[1]] == 0).all()


def test_two_chats_are_two_sessions(memory: Memory) -> None:
    put(memory, {f"{name}.txt": "".join(map(line, range(n, n + 3))) for name, n in (("a", 0), ("b", 10))})
    id = ids(memory)
    around = surroundings(memory.store, memory.view, "turn", [id["Turn 11."], id["Turn 1."]])
    assert sorted([texts(around)[:3], texts(around)[3:]]) == [
        [f"Turn {n}." for n in three] for three in (range(3), range(10, 13))
    ]
    assert around.session.tolist() == [0, 0, 0, 1, 1, 1]
    assert around.joined.tolist() == [False, True, True] * 2


@pytest.mark.parametrize("kind", ["turn", "record"])
@pytest.mark.parametrize("centres", [[], ["nobody"]])
def test_around_nothing_is_nothing(talk: Memory, kind: PassageKind, centres: list[str]) -> None:
    around = surroundings(talk.store, talk.view, kind, centres)
    assert not around.turns and not around.row
    assert around.lent(np.zeros((0, 2)), KERNEL).shape == (0, 2) and around.beside(np.zeros(0)).shape == (0,)


# --- of a text ------------------------------------------------------------------------------


def test_paragraphs_stand_in_the_context_of_their_text_and_ask_nobody(memory: Memory) -> None:
    put(
        memory,
        {"long.txt": "Is the Tern a boat of Molde? " * 150, "short.txt": "Rye bread keeps for a week."},
    )
    passages = map(schema.from_record, memory.store.scan(memory.view, schema.PASSAGE))
    of = {one.id: one for one in passages if isinstance(one, Passage)}
    long = sorted((one.position, id) for id, one in of.items() if "Tern" in one.text)
    around = surroundings(memory.store, memory.view, "paragraph", list(of))
    assert [id for id in around.row if "Tern" in of[id].text] == [id for _, id in long]
    assert around.joined.sum() == len(long) - 1 > 0 and len(around.turns) == len(of)
    assert not around.asks.any()


# --- of a day -------------------------------------------------------------------------------


def rows(*moments_and_texts: tuple[str, str]) -> str:
    """A file of records; one without a moment says none."""
    found = [
        {"title": text, "description": f"{text}.", **({"start_time": at} if at else {})}
        for at, text in moments_and_texts
    ]
    return json.dumps(found)


def headings(around: Surroundings) -> list[list[str]]:
    """What the records of each session are called, in order."""
    found: dict[int, list[str]] = {}
    for one, of in zip(around.turns, around.session.tolist(), strict=True):
        found.setdefault(of, []).append(one.heading)
    return list(found.values())


def named(memory: Memory) -> dict[str, str]:
    values = map(schema.from_record, memory.store.scan(memory.view, schema.PASSAGE))
    return {one.heading: one.id for one in values if isinstance(one, Passage) and one.kind == "record"}


def around_records(memory: Memory, *centres: str) -> Surroundings:
    of = named(memory)
    return surroundings(memory.store, memory.view, "record", [of[name] for name in centres])


def test_records_of_a_day_stand_in_each_others_context_whatever_file_they_are_in(memory: Memory) -> None:
    calendar = rows(("2023-06-09 12:00:00", "Lunch"), ("2023-06-10 08:00:00", "Run"))
    photos = rows(("2023-06-09 09:00:00", "Harbour"), ("2023-06-09 18:00:00", "Dusk"))
    put(memory, {"calendar.json": calendar, "photos.json": photos})
    around = around_records(memory, "Lunch")
    assert headings(around) == [["Harbour", "Lunch", "Dusk"]], "by the hour"
    assert around.joined.tolist() == [False, True, True]
    both = around_records(memory, "Run", "Dusk")
    assert sorted(map(sorted, headings(both))) == [["Dusk", "Harbour", "Lunch"], ["Run"]]
    assert list(map(bool, both.joined)).count(False) == 2


def test_a_record_without_a_moment_stands_alone(memory: Memory) -> None:
    put(memory, {"notes.json": rows(("", "Key"), ("", "Code"), ("2023-06-09 09:00:00", "Harbour"))})
    around = around_records(memory, "Key", "Code", "Harbour")
    assert sorted(headings(around)) == [["Code"], ["Harbour"], ["Key"]] and not around.joined.any()


def test_records_of_a_day_in_another_namespace_are_another_day(tmp_path: Path) -> None:
    for namespace, name in (("one", "Lunch"), ("two", "Dusk")):
        with opened(tmp_path, namespace=namespace) as memory:
            put(memory, {"day.json": rows(("2023-06-09 12:00:00", name))})
            centre = named(memory)[name]
    with opened(tmp_path, namespace="one") as memory:
        own = surroundings(memory.store, memory.view, "record", [*named(memory).values(), centre])
        assert headings(own) == [["Lunch"]]
        view = replace(memory.view, namespaces=frozenset({"one", "two"}))
        both = surroundings(memory.store, view, "record", [*named(memory).values(), centre])
        assert sorted(headings(both)) == [["Dusk"], ["Lunch"]]


def test_of_a_day_so_many_records_are_looked_at_at_most(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = [(f"2023-06-09 {hour:02}:00:00", f"Hour {hour}") for hour in range(20)]
    put(memory, {"day.json": rows(*day)})
    assert len(around_records(memory, "Hour 7").turns) == 20
    monkeypatch.setattr(constants, "OF_DAY", 6)
    limited = around_records(memory, "Hour 7")
    assert "Hour 7" in {one.heading for one in limited.turns} and len(limited.turns) <= 6 + 1


def test_a_talkative_day_does_not_crowd_its_records_out(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = [(f"2023-06-09 {hour:02}:00:00", f"Hour {hour}") for hour in range(4)]
    put(memory, {"day.json": rows(*day), "chat.txt": "".join(line(n, "2023-06-09") for n in range(40))})
    monkeypatch.setattr(constants, "OF_DAY", 6)
    assert len(around_records(memory, "Hour 2").turns) == 4


def test_sentences_of_a_day_are_those_that_bear_its_date(memory: Memory) -> None:
    put(memory, {"day.json": rows(("2023-06-09 09:00:00", "Harbour"), ("2023-06-10 09:00:00", "Run"))})

    def said(*days: tuple[str, str]) -> list[str]:
        found = memory.store.get(memory.view, on_days(memory.store, memory.view, "record", days))
        return sorted(record.body["text"] for record in found.values())

    assert all("Harbour" in one for one in said(("default", "9 Jun 2023"), ("default", "9 Jun 2023")))
    assert (
        len(said(("default", "9 Jun 2023"), ("default", "10 Jun 2023")))
        > len(said(("default", "9 Jun 2023")))
        > 0
    )
    assert said(("other", "9 Jun 2023")) == said(("default", "11 Jun 2023")) == said() == []
