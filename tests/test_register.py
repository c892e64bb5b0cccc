"""The register of who is who: whatever came and went, it tells what is there, at the cost of what moves."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, MutableMapping
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.ingest.resolution import Decision, Profile, Register, resolve
from graphmem.ingest.resolution.blocking import CAP, keys_of
from graphmem.ingest.resolution.pages import Page, Pages

K = TypeVar("K")
V = TypeVar("V")


class Kept(MutableMapping[K, V]):
    """Records that are got and set by key alone, as a store's are, and how often."""

    def __init__(self) -> None:
        self.records: dict[K, V] = {}
        self.touched = 0

    def __getitem__(self, key: K) -> V:
        self.touched += 1
        return self.records[key]

    def __setitem__(self, key: K, value: V) -> None:
        self.touched += 1
        self.records[key] = value

    def __delitem__(self, key: K) -> None:
        del self.records[key]

    def __iter__(self) -> Iterator[K]:
        raise AssertionError("a store is not walked through")

    def __len__(self) -> int:
        return len(self.records)


def register() -> Register:
    return Register(Kept(), Kept(), Kept(), Kept(), Kept(), Kept())


def stores(kept: Register) -> list[Kept[Any, Any]]:
    found = (kept.profiles, kept.units, kept.clusters, kept.pages, kept.links, kept.said)
    return [store for store in found if isinstance(store, Kept)]


def person(id: str, *names: str) -> Profile:
    return Profile(id, Counter(names), "person")


def same_as_from_scratch(kept: Register, profiles: list[Profile], decisions: list[Decision]) -> None:
    """The law: units, clusters, blocks, links and entities are those of what is there."""
    expected = resolve(profiles, decisions)
    _, units, clusters, pages, links, _ = (store.records for store in stores(kept))
    assert units == expected.units
    assert clusters == expected.clusters
    assert {link for of in links.values() for link in of.values()} == set(expected.links)
    assert all({id, other} == {link.a, link.b} for id, of in links.items() for other, link in of.items())
    fresh = register()
    for profile in profiles:
        fresh.add(profile)
    for decision in decisions:
        fresh.say(decision)
    assert pages == stores(fresh)[3].records
    for entity in expected.entities():
        for id in entity:
            walked = (expected.clusters[unit] for unit in kept.entity(id))
            assert frozenset[str]().union(*walked) == entity


NAMES = ["Ada Quill", "A. Quill", "Quill", "Boris Quill", "Ada Mary Quill", "Bo Rask", "Rask", "John", "WMO"]
NAMES += ["World Meteorological Organization", "Georgia", "Georgia, USA", "Oslo", "House", "", "III", "Dr."]
IDS = st.sampled_from([f"p{k}" for k in range(8)])
ENDS = st.one_of(IDS, st.sampled_from(["ada quill|||person", "quill|||person", "bo rask|||person"]))
PROFILES = st.builds(
    lambda id, names, label: Profile(id, Counter(names), label),
    IDS,
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
    st.sampled_from(["person", "person", "place", "organization", ""]),
)
SAID = st.builds(Decision, ENDS, ENDS, st.booleans(), st.just("me"), st.integers(0, 3).map(float))
MOVES = st.lists(st.one_of(PROFILES, PROFILES, SAID), max_size=30)


@settings(max_examples=150, deadline=None)
@given(MOVES)
def test_any_coming_and_going_leaves_what_is_there(moves: list[Profile | Decision]) -> None:
    """A profile whose id is there takes that away; a decision said a second time is unsaid."""
    kept = register()
    profiles: dict[str, Profile] = {}
    decisions: list[Decision] = []
    for move in moves:
        if isinstance(move, Decision):
            unsaid = move in decisions
            (kept.unsay if unsaid else kept.say)(move)
            (decisions.remove if unsaid else decisions.append)(move)
        elif move.id in profiles:
            kept.remove(move.id)
            del profiles[move.id]
        else:
            kept.add(move)
            profiles[move.id] = move
    same_as_from_scratch(kept, list(profiles.values()), decisions)
    for id in list(profiles):
        kept.remove(id)
    for decision in decisions:
        kept.unsay(decision)
    assert not any(len(store) for store in stores(kept)), "something of what went is left"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("alone", [(), ("Quill", "Minister Quill", "Quill II")])
def test_blocks_that_fill_up_and_empty_again_leave_what_is_there(seed: int, alone: tuple[str, ...]) -> None:
    """More than ``CAP`` people of one surname; with those who are called by it alone, too."""
    rng = random.Random(seed)
    given_names = ["Ada", "A.", "Boris", "Carl", "Dora", "Emil", "Fay", "Gus", "Ida"]
    found = [person(f"p{k}", f"{rng.choice(given_names)} {rng.choice('XYZ')}. Quill") for k in range(30)]
    found += [person(name, name) for name in alone]
    rng.shuffle(found)
    kept = register()
    for number, profile in enumerate(found):
        kept.add(profile)
        if number % 4 == 0 or number > 14:
            same_as_from_scratch(kept, found[: number + 1], [])
    rng.shuffle(found)
    while found:
        kept.remove(found.pop().id)
        if len(found) % 4 == 0 or len(found) > 14:
            same_as_from_scratch(kept, found, [])


def test_a_name_of_one_bearer_is_anyones_when_another_comes_and_the_ones_again_when_it_goes() -> None:
    kept = register()
    for profile in (person("a", "Ada Quill"), person("b", "Quill")):
        kept.add(profile)
    assert kept.entity("b") == {"ada quill|||person", "quill|||person"}
    kept.add(person("c", "Boris Quill"))
    assert kept.entity("b") == {"quill|||person"}
    kept.remove("c")
    assert kept.entity("a") == kept.entity("b") == {"ada quill|||person", "quill|||person"}


def test_a_link_rests_on_the_documents_of_both_sides() -> None:
    kept = register()
    for profile in (person("a", "Ada Quill"), person("b", "Ada Mary Quill"), person("c", "Ada Quill")):
        kept.add(profile)
    [link] = kept.links["ada quill|||person"].values()
    assert kept.supports(link) == {"a", "b", "c"} and link.why.startswith("more names")
    kept.remove("a")
    assert kept.supports(link) == {"b", "c"}
    kept.remove("c")
    assert not len(kept.links)


def test_a_persons_word_holds_whatever_comes_later() -> None:
    kept = register()
    kept.say(Decision("ada quill|||person", "ada mary quill|||person", same=False))
    for profile in (person("a", "Ada Quill"), person("b", "Ada Mary Quill"), person("c", "Ada Quill")):
        kept.add(profile)
    assert kept.entity("a") == kept.entity("c") == {"ada quill|||person"}
    # Two documents' own clusters, against the word on their names, which holds as far as it can.
    kept.say(Decision("c", "b", same=True, at=1))
    assert kept.entity("c") == kept.entity("b") == {"b", "c"}
    assert kept.entity("a") == {"ada quill|||person"}
    kept.unsay(Decision("c", "b", same=True, at=1))
    assert kept.entity("c") == {"ada quill|||person"}


def test_what_is_not_there_and_what_is_there_already_are_refused() -> None:
    kept = register()
    kept.add(person("a", "Ada Quill"))
    with pytest.raises(ValueError, match="remove it first"):
        kept.add(person("a", "Bo Rask"))
    with pytest.raises(ValueError, match="no profile of the id 'b'"):
        kept.remove("b")
    with pytest.raises(ValueError, match="no unit and no profile"):
        kept.entity("b")


def crowd(count: int) -> list[Profile]:
    """Profiles of people, half of them of few surnames, so that many blocks are full."""
    rng = random.Random(7)
    first = [f"{a}{b}{c}" for a in "BDFGKLMN" for b in "aeiou" for c in ("ra", "lo", "mi", "sen")]
    last = [f"{a}{b}{c}{d}" for a in "BDFGKLMNPRST" for b in "aeiou" for c in "bdgkln" for d in ("er", "sky")]
    found = []
    for k in range(count):
        surname = rng.choice(last[:5]) if k % 2 else rng.choice(last)
        name = surname if k % 10 == 0 else f"{rng.choice(first)} {rng.choice('ABC')}. {surname}"
        found.append(person(f"p{k}", name))
    return found


def work(kept: Register) -> tuple[int, int]:
    """Comparisons so far, and records touched."""
    return kept.compared, sum(store.touched for store in stores(kept))


def test_the_work_of_a_document_is_bounded_by_its_clusters_and_the_cap() -> None:
    kept, most = register(), 0
    costs: list[tuple[int, int]] = []
    for profile in crowd(3000):
        compared, touched = work(kept)
        kept.add(profile)
        costs.append((work(kept)[0] - compared, work(kept)[1] - touched))
        # Of each block of the unit: its members with each other, at most.
        assert costs[-1][0] <= len(keys_of(profile)) * CAP * (CAP + 1) // 2
        most = max(most, costs[-1][0])
    early, late = costs[500:1500], costs[2000:]
    for kind in (0, 1):
        assert sum(cost[kind] for cost in late) <= 1.3 * sum(cost[kind] for cost in early)
    assert most > CAP, "no block has filled up: the test tests nothing"


def test_a_name_that_is_known_costs_no_comparison() -> None:
    kept = register()
    for k in range(500):
        kept.add(person(f"a{k}", "Ada Quill"))
        kept.add(person(f"b{k}", "Ada Mary Quill"))
    assert kept.compared == 1


MEMBERS = st.sets(st.integers(0, 200).map(str), max_size=80)


@settings(max_examples=80, deadline=None)
@given(MEMBERS, MEMBERS, st.randoms(use_true_random=False))
def test_pages_follow_from_the_members(first: set[str], second: set[str], rng: random.Random) -> None:
    pages: dict[tuple[str, str], Page] = {}
    block = Pages(pages)
    for member in first:
        block.add("k", member)
    for member in rng.sample(sorted(first - second), len(first - second)):
        block.remove("k", member)
    for member in rng.sample(sorted(second - first), len(second - first)):
        block.add("k", member)
    fresh: dict[tuple[str, str], Page] = {}
    for member in sorted(second):
        Pages(fresh).add("k", member)
    assert pages == fresh
    assert all(len(page.members) <= CAP for page in pages.values())
    assert block.members("k") == (second if len(second) <= CAP else None)
    held = [member for page in pages.values() for member in page.members]
    assert sorted(held) == sorted(second)
