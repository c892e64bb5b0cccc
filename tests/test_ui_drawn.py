"""Two pages that edit the same: the later form is refused, told what changed, and goes through if wanted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import opened, put

pytest.importorskip("spacy")

from graphmem import Memory  # noqa: E402
from graphmem.errors import Conflict, NotFound  # noqa: E402
from graphmem.identity import correction_id  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.statements import Fact  # noqa: E402
from graphmem.types import Entity  # noqa: E402
from graphmem.ui import drawn, split_form  # noqa: E402

A = "Mira Quist lived in Oslo. Mira Quist visited Kyoto in 2008."
B = "Jon Vesper met Mira Quist in Oslo. Jon Vesper founded the Lantern Press."


def entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found


def fact(memory: Memory, name: str, text: str) -> Fact:
    return next(one for one in memory.facts(entity(memory, name), 50, retired=True) if one.text == text)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Memory, Memory]]:
    """One memory, open twice: bob has read what ann changes."""
    with opened(tmp_path) as ann, opened(tmp_path) as bob:
        ann.author, bob.author = "ann", "bob"
        put(ann, {"a.txt": A, "b.txt": B}, ENGLISH)
        yield ann, bob


def test_the_verbs_alone_let_the_later_form_win(two: tuple[Memory, Memory]) -> None:
    ann, bob = two
    ann.rename("Mira Quist", "Mira of Oslo")
    bob.rename("Mira Quist", "Mira of Kyoto")  # no Conflict: this is why forms keep what they were drawn from
    assert entity(ann, "Mira Quist").name == "Mira of Kyoto"


def test_a_stale_rename_is_refused_with_who_did_what_and_goes_through_at_the_second_try(
    two: tuple[Memory, Memory],
) -> None:
    ann, bob = two
    mira = entity(bob, "Mira Quist")
    form = drawn.Upon(drawn.of_entity(mira, bob.store.head()), lambda m: m.rename(mira.id, "Mira of Kyoto"))
    ann.rename("Mira Quist", "Mira of Oslo")
    head = bob.store.head()
    with pytest.raises(
        Conflict, match=r"'Mira Quist' on your page and is 'Mira of Oslo' now \(ann, "
    ) as refused:
        form(bob)
    assert bob.store.head() == head and refused.value.records == (correction_id(mira.id),)
    form(bob)  # "Try mine again": by now the page has shown what ann did
    assert entity(bob, "Mira Quist").name == "Mira of Kyoto"


def test_a_second_try_is_refused_again_if_it_changed_again(two: tuple[Memory, Memory]) -> None:
    ann, bob = two
    mira = entity(bob, "Mira Quist")
    form = drawn.Upon(drawn.of_entity(mira, bob.store.head()), lambda m: m.retype(mira.id, "group"))
    for kind in ("organization", "place"):
        ann.retype("Mira Quist", kind)
        with pytest.raises(Conflict, match=f"is '{kind}' now"):
            form(bob)
    form(bob)
    assert entity(bob, "Mira Quist").label == "group"


def test_what_concerns_nobody_is_no_conflict(two: tuple[Memory, Memory]) -> None:
    ann, bob = two
    mira = entity(bob, "Mira Quist")
    form = drawn.Upon(drawn.of_entity(mira, bob.store.head()), lambda m: m.rename(mira.id, "Mira"))
    put(ann, {"c.txt": "Mira Quist sings in Lima."}, ENGLISH)
    ann.rename("Jon Vesper", "Jon")
    form(bob)
    assert entity(ann, "Mira Quist").name == "Mira"


def test_a_stale_fact_form_is_refused(two: tuple[Memory, Memory]) -> None:
    ann, bob = two
    lived = fact(bob, "Mira Quist", "Mira Quist lived in Oslo")
    form = drawn.Upon(drawn.of_fact(lived, bob.store.head()), lambda m: m.correct(lived.id, object="Lima"))
    ann.retract(lived.id, "it was Bergen")
    with pytest.raises(Conflict, match="retracted by ann: it was Bergen"):
        form(bob)
    ann.forget("a.txt")
    with pytest.raises(NotFound, match="not known any more"):
        form(bob)


def test_a_stale_merger_and_a_stale_split_are_refused(two: tuple[Memory, Memory]) -> None:
    ann, bob = two
    mira, jon = entity(bob, "Mira Quist"), entity(bob, "Jon Vesper")
    ends = [(one, bob.identity(one)) for one in (mira, jon)]
    merger = drawn.Upon(
        drawn.of_identities(ends, bob.store.head()), lambda m: m.same("Mira Quist", "Jon Vesper")
    )
    chosen = [one for one in split_form.mentioning(bob, mira) if "Kyoto" in one.text]
    ids = [one.id for one in chosen]
    split = drawn.Upon(
        drawn.of_sentences(chosen, bob.store.head()),
        lambda m: split_form.split(m, mira, "Mira Quist (2)", ids),
    )
    ann.split("Mira Quist", "Mira Quist (3)", ids)
    with pytest.raises(Conflict, match=r"Mira Quist \(3\)"):
        split(bob)
    ann.same("Mira Quist", "Lantern Press")
    with pytest.raises(Conflict, match="Lantern Press"):
        merger(bob)
