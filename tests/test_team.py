"""A team: what is private stays so, what is published says who said it, and can be taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import opened, records

from graphmem import Memory
from graphmem.agent import Team, WorkingMemory, remember
from graphmem.errors import InputError, NotFound, NotShared

pytest.importorskip("spacy", reason="needs the language pipeline: pip install 'graphmem[nlp]'")

SECRET = "Zelda hid the heron, and Mira Quist lives in Oslo."


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """Ada and Bob; Ada knows something of Mira that she read beside a secret."""
    with opened(tmp_path) as memory:
        team = Team(memory.store, "crew", ["ada", "bob"], embedder=memory.embedder)
        remember(team.private("ada"), SECRET)
        yield team


def fact(memory: Memory, name: str, text: str) -> str:
    (found,) = [one for one in memory.facts(name) if one.text == text]
    return found.id


def everything(memory: Memory) -> str:
    """All that a memory reads, its history included."""
    told = [json.dumps(dict(one.body)) for one in records(memory).values()]
    hits = memory.recall("Zelda heron Mira Quist Oslo")
    told += [repr(list(memory.history())), *(repr((hit.passage, hit.document)) for hit in hits)]
    working = WorkingMemory(memory, "probe").context("heron")
    return " ".join([*told, working.text])


def test_what_is_private_is_seen_by_nobody_else(team: Team) -> None:
    for other in (team.private("bob"), team.common("ada"), team.common("bob")):
        told = everything(other)
        assert not any(word in told.lower() for word in ("zelda", "heron", "mira", "crew.ada/"))
    bob = team.private("bob")
    spy = Memory(team.store, namespace="crew.bob", embedder=bob.embedder, also=["crew.ada"])
    with pytest.raises(NotShared):
        spy.recall("heron")


def test_a_published_fact_says_who_said_it_and_nothing_besides(team: Team) -> None:
    ada = team.private("ada")
    private = fact(ada, "Mira Quist", "Mira Quist lives in Oslo")
    made = team.publish("ada", private)
    assert made.author == "ada" and made.namespace == "crew" and made.message.startswith("publish Mira")
    bob = team.private("bob")
    (known,) = bob.facts("Mira Quist")
    (claim,) = bob.attribution(known)
    assert claim.who == "ada" and claim.uri.startswith("said:ada/")
    assert "Oslo" in bob.recall("Where does Mira Quist live?")[0].passage.text
    for memory in (bob, team.common("bob")):
        assert not any(word in everything(memory).lower() for word in ("zelda", "heron"))
    with pytest.raises(InputError, match="published that before"):
        team.publish("ada", private)
    team.common("ada").undo(made.id)
    with pytest.raises(NotFound):
        bob.facts("Mira Quist")


def test_members_write_to_the_team_under_their_names(team: Team) -> None:
    remember(team.common("ada"), "The Tern sails on Monday.")
    remember(team.common("bob"), "The Tern needs paint.")
    authors = {commit.author for commit in team.common("ada").history()}
    assert authors == {"crew", "ada", "bob"}
    assert len(team.common("bob").recall("What of the Tern?")) == 2


def test_only_the_owner_publishes(team: Team) -> None:
    private = fact(team.private("ada"), "Mira Quist", "Mira Quist lives in Oslo")
    with pytest.raises(NotFound, match="no fact or event"):
        team.publish("bob", private)
    with pytest.raises(NotFound, match="no member 'eve'"):
        team.private("eve")
    with pytest.raises(InputError, match="no members"):
        Team(team.store, "crew", [])


def test_made_again_it_is_the_same(team: Team) -> None:
    head = team.store.head()
    again = Team(team.store, "crew", ["ada", "bob"], embedder=team.private("ada").embedder)
    assert team.store.head() == head and again.members == team.members
