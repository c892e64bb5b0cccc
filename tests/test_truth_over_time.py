"""A fact is ended only by one that can replace it: same subject, a relation of one object, begun later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from itertools import permutations
from pathlib import Path

import pytest
from conftest import opened, put, state
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("spacy")

from graphmem import Memory  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.slots import Entry, Slot, course  # noqa: E402
from graphmem.types import Entity  # noqa: E402

OSLO = "[2020-03-01 10:00] Mira Quist: I moved to Oslo.\n[2020-03-01 10:01] Jon Vesper: Nice.\n"
ROME = "[2022-05-01 10:00] Mira Quist: I moved to Rome.\n[2022-05-01 10:01] Jon Vesper: Again?\n"


def entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found


def at(year: int, month: int = 6) -> datetime:
    return datetime(year, month, 1, tzinfo=timezone.utc)


def lived(memory: Memory, name: str = "Mira Quist", **how: object) -> list[str]:
    """Where somebody lives, as facts have it."""
    facts = memory.facts(entity(memory, name), 50, **how)  # type: ignore[arg-type]
    return sorted(one.participants[1].text for one in facts if one.relation == "lives_in")


@pytest.mark.parametrize("order", list(permutations(["oslo.txt", "rome.txt"])))
def test_a_later_fact_ends_an_earlier_one_in_whatever_order_they_are_read(
    tmp_path: Path, order: Sequence[str]
) -> None:
    texts = {"oslo.txt": OSLO, "rome.txt": ROME}
    with opened(tmp_path) as memory:
        for name in order:
            put(memory, {name: texts[name]}, ENGLISH)
        assert lived(memory) == ["Rome"]
        assert lived(memory, retired=True) == ["Oslo", "Rome"]
        assert lived(memory, as_of=at(2019)) == []
        assert lived(memory, as_of=at(2021)) == ["Oslo"]
        assert lived(memory, as_of=at(2023)) == ["Rome"]


def test_what_ended_a_fact_and_why_is_told(memory: Memory) -> None:
    put(memory, {"oslo.txt": OSLO, "rome.txt": ROME}, ENGLISH)
    rows = [row for row in memory.timeline(entity(memory, "Mira Quist")) if row[0].relation == "lives_in"]
    (oslo, ended), (rome, holds) = rows
    assert (ended.state, ended.by, holds.state) == ("ended", rome.id, "holds")
    assert "2022-05-01" in ended.why and "Rome" in ended.why
    assert [(one.begin, one.end) for one in ended.stretches] == [
        (datetime(2020, 3, 1, 10, tzinfo=timezone.utc), datetime(2022, 5, 1, 10, tzinfo=timezone.utc))
    ]


def test_forgetting_the_later_source_brings_the_fact_back(tmp_path: Path) -> None:
    with opened(tmp_path, "both") as both, opened(tmp_path, "only") as only:
        put(both, {"oslo.txt": OSLO, "rome.txt": ROME}, ENGLISH)
        put(only, {"oslo.txt": OSLO}, ENGLISH)
        both.forget("rome.txt")
        assert lived(both) == ["Oslo"] and state(both) == state(only)


def test_relations_of_many_objects_end_nothing(memory: Memory) -> None:
    text = "[2020-03-01 10:00] Mira Quist: I visited Oslo.\n[2022-05-01 10:00] Mira Quist: I visited Rome.\n"
    put(memory, {"chat.txt": text}, ENGLISH)
    found = memory.facts(entity(memory, "Mira Quist"))
    assert len([one for one in found if one.relation == "visit"]) == 2


def test_two_who_bear_a_name_end_nothing_of_each_others(memory: Memory) -> None:
    put(memory, {"a.txt": OSLO, "b.txt": ROME}, ENGLISH)
    assert lived(memory) == ["Rome"]
    memory.different("Mira Quist @ a.txt", "Mira Quist @ b.txt")
    assert lived(memory) == ["Oslo", "Rome"]


def test_what_is_one_by_another_name_is_ended_too(memory: Memory) -> None:
    put(memory, {"a.txt": OSLO, "b.txt": ROME.replace("Mira Quist", "Tove Ardal")}, ENGLISH)
    assert lived(memory) == ["Oslo"]
    memory.same("Mira Quist", "Tove Ardal")
    assert lived(memory) == [] and lived(memory, "Tove Ardal") == ["Rome"]


def test_permanent_relations_are_disputed_not_ended(memory: Memory) -> None:
    put(memory, {"a.txt": "Mira Quist was born in Oslo.", "b.txt": "Mira Quist was born in Rome."}, ENGLISH)
    (case,) = memory.disputes()
    assert sorted(one.participants[1].text for one in case.facts) == ["Oslo", "Rome"]
    assert all(one.state == "holds" for one in case.standings)
    assert [[one.text for one in side] for side in case.evidence] == [
        [f"Mira Quist was born in {one.participants[1].text}."] for one in case.facts
    ]
    memory.stand(case.dispute)
    assert memory.disputes() == []
    put(memory, {"c.txt": "Mira Quist was born in Kyoto."}, ENGLISH)
    assert len(memory.disputes()) == 1, "one more opens it again"


def test_a_dispute_is_over_when_a_side_is_retracted(memory: Memory) -> None:
    put(memory, {"a.txt": "Mira Quist was born in Oslo.", "b.txt": "Mira Quist was born in Rome."}, ENGLISH)
    (case,) = memory.disputes()
    memory.retract(case.facts[0].id, "the register says otherwise")
    assert memory.disputes() == []
    memory.undo(list(memory.history())[-1].id)
    assert len(memory.disputes()) == 1


moments = st.integers(2000, 2012).map(at)
entries = st.builds(
    lambda k, place, begin, length, told, negated, hearsay: Entry(
        fact=f"f{k}",
        object=f"={place}",
        begin=begin,
        end=at(begin.year + length) if begin and length else None,
        told=tuple(sorted(told)),
        negated=negated,
        hearsay=hearsay,
    ),
    st.integers(0, 30),
    st.sampled_from(["oslo", "rome", "kyoto", "oslo norway"]),
    st.none() | moments,
    st.integers(0, 5),
    st.sets(moments, max_size=3),
    st.booleans(),
    st.booleans(),
)


def slot(found: Sequence[Entry]) -> Slot:
    return Slot(
        id="l", namespace="default", subject="ann", relation="lives_in", entries={e.fact: e for e in found}
    )


@settings(max_examples=300)
@given(st.lists(entries, max_size=8, unique_by=lambda one: one.fact), st.randoms())
def test_a_course_does_not_depend_on_order_and_keeps_every_fact(found: list[Entry], chance: object) -> None:
    one = course(slot(found))
    again = list(found)
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert course(slot(again)) == one
    assert one.held.keys() == {entry.fact for entry in found}
    by_fact = {entry.fact: entry for entry in found}
    for fact, stretches in one.held.items():
        assert stretches, "a fact is never without a time in which it holds, or may hold"
        for stretch in stretches:
            if stretch.by:
                later = by_fact[stretch.by]
                assert not later.hearsay and stretch.end in later.moments
                assert by_fact[fact].end is None, "its own end comes first"
                assert stretch.begin is not None and stretch.end > stretch.begin


def test_hits_tell_what_does_not_hold_any_more_and_what_does(memory: Memory) -> None:
    put(memory, {"oslo.txt": OSLO, "rome.txt": ROME}, ENGLISH)
    stale = {hit.evidence.text: hit.stale for hit in memory.recall("Where does Mira Quist live? Oslo, Rome?")}
    (line,) = stale["I moved to Oslo."]
    assert line.endswith("ended from 2022-05-01 on: Mira Quist moved to Rome")
    assert stale["I moved to Rome."] == ()
    then = memory.recall("Where does Mira Quist live?", as_of=at(2021))
    assert all(hit.stale == () for hit in then) and "I moved to Rome." not in {
        hit.evidence.text for hit in then
    }


def test_what_a_person_retracted_is_out_of_default_recall(memory: Memory) -> None:
    put(memory, {"oslo.txt": OSLO, "rome.txt": ROME}, ENGLISH)
    (rome,) = memory.facts(entity(memory, "Rome"))
    memory.retract(rome.id, "a joke")

    def found(**how: bool) -> dict[str, tuple[str, ...]]:
        ranking = memory.recall("Where does Mira Quist live? Oslo, Rome?", 4, **how)
        return {hit.evidence.text: hit.stale for hit in ranking}

    assert "I moved to Rome." not in found() and found()["I moved to Oslo."] == ()
    (line,) = found(retired=True)["I moved to Rome."]
    assert line.endswith("retracted: user says that it is not so: a joke")
    assert lived(memory) == ["Oslo"], "what it had ended holds again"


def test_what_is_so_now_or_this_year_is_not_said_to_end(memory: Memory) -> None:
    text = "[2020-03-01 10:00] Mira Quist: I live in Oslo now.\n[2020-03-02 10:00] Jon Vesper: Ah.\n"
    put(memory, {"chat.txt": text}, ENGLISH)
    assert lived(memory) == ["Oslo"] == lived(memory, as_of=at(2024))


def test_a_fact_that_only_untrusted_sources_state_ends_nothing(memory: Memory) -> None:
    spam = ROME.replace("I moved to Rome", "Mira Quist moved to Rome").replace("Mira Quist: ", "Zed: ", 1)
    put(memory, {"oslo.txt": OSLO, "spam.txt": spam}, ENGLISH)
    assert lived(memory) == ["Rome"]
    memory.trust("spam.txt", "untrusted")
    assert lived(memory) == ["Oslo"]
    (rome,) = memory.facts(entity(memory, "Rome"), retired=True)
    stands = memory.standings([rome])[rome.id]
    assert stands.state == "quarantined" and "spam.txt, which is not trusted" in stands.told


def test_as_many_hits_as_asked_for_stay_when_many_were_taken_back(memory: Memory) -> None:
    places = ("Oslo", "Rome", "Kyoto", "Bergen", "Turku", "Vienna")
    put(memory, {f"{place}.txt": f"Mira Quist visited {place}." for place in places}, ENGLISH)
    for place in places[:4]:
        memory.retract(memory.facts(entity(memory, place))[0].id)
    texts = {hit.evidence.text for hit in memory.recall("What did Mira Quist visit?", 2)}
    assert texts == {"Mira Quist visited Turku.", "Mira Quist visited Vienna."}
    assert len(memory.facts(entity(memory, "Mira Quist"), 1)) == 1, "a few retracted ones take no place"
