"""Facts and events in a memory: found from entities and sentences, forgotten with the last source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import opened, put, state
from typer.testing import CliRunner

pytest.importorskip("spacy")

from graphmem import Memory, schema  # noqa: E402
from graphmem.cli import build  # noqa: E402
from graphmem.ingest.language import ENGLISH  # noqa: E402
from graphmem.statements import Event, Fact  # noqa: E402
from graphmem.types import Entity, Sentence, View  # noqa: E402

A = "Barack Obama lived in Chicago from 1985 to 1988. Barack Obama visited Berlin in 2008."
B = "In July, Obama gave a speech. Barack Obama visited Berlin in 2008. Ann Lee never met Barack Obama."


def entity(memory: Memory, name: str) -> Entity:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found


def texts(facts: list[Fact]) -> set[str]:
    return {fact.text for fact in facts}


def test_an_entity_has_the_facts_and_events_that_it_takes_part_in(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    lived, visited = sorted(memory.facts(entity(memory, "Barack Obama")), key=lambda fact: fact.text)
    assert (lived.text, lived.relation, type(lived)) == ("Barack Obama lived in Chicago", "lives_in", Fact)
    assert lived.when is not None and lived.when.text == "1985-01-01 to 1989-01-01"
    assert visited.text == "Barack Obama visited Berlin" and isinstance(visited, Event)
    assert memory.facts(entity(memory, "Berlin")) == [visited]


def test_a_fact_has_the_sentences_that_state_it_and_a_sentence_its_facts(memory: Memory) -> None:
    put(memory, {"a.txt": A, "b.txt": B}, ENGLISH)
    (visited,) = memory.facts(entity(memory, "Berlin"))
    assert visited.stated == 2
    sentences = memory.evidence(visited)
    assert [s.text for s in sentences] == ["Barack Obama visited Berlin in 2008."] * 2
    assert [memory.facts(sentence) for sentence in sentences] == [[visited]] * 2


def test_a_denial_is_a_fact_of_its_own(memory: Memory) -> None:
    put(memory, {"b.txt": B}, ENGLISH)
    (met,) = memory.facts(entity(memory, "Ann Lee"))
    assert met.negated and met.relation == "meet"


def test_what_somebody_is_said_to_be_is_not_the_name_again(memory: Memory) -> None:
    put(memory, {"a.txt": "My sister Eva Lind sails the Aurelia."}, ENGLISH)
    assert texts(memory.facts(entity(memory, "Eva Lind"))) == {
        "Eva Lind sails Aurelia",
        "Eva Lind is My sister",
    }


def test_a_time_leaves_no_preposition_behind(memory: Memory) -> None:
    put(memory, {"a.txt": "Ann Lee retired in June 2019. Ann Lee was born in Rome in 1950."}, ENGLISH)
    told = {fact.text: fact.when.text for fact in memory.facts(entity(memory, "Ann Lee")) if fact.when}
    assert told == {"Ann Lee retired": "2019-06", "Ann Lee was born in Rome": "1950"}


def test_as_of_a_moment_a_state_holds_or_not(memory: Memory) -> None:
    put(memory, {"a.txt": A}, ENGLISH)
    for year, there in ((1980, False), (1986, True), (1995, False)):
        moment = schema.bodies.parse_moment(f"{year}-06-01T00:00:00+00:00")
        found = memory.store.scan(View.of("default", as_of=moment), schema.FACT)
        assert bool(list(found)) is there


def test_forgetting_a_source_is_the_inverse_of_reading_it(tmp_path: Path) -> None:
    with opened(tmp_path, "only") as only, opened(tmp_path, "both") as both:
        put(only, {"a.txt": A}, ENGLISH)
        put(both, {"b.txt": B, "a.txt": A}, ENGLISH)
        assert state(both) != state(only)
        receipt = both.forget("b.txt")
        assert receipt.removed[schema.FACT] >= 1
        assert state(both) == state(only)
        assert receipt.commit is not None
        both.undo(receipt.commit.id)
        (visited,) = both.facts(entity(both, "Berlin"))
        assert visited.stated == 2
        assert both.store.check() == []


def test_a_pronoun_leads_from_its_sentence_to_its_person(memory: Memory) -> None:
    put(memory, {"c.txt": "Angela Merkel met Barack Obama in Berlin. She thanked him."}, ENGLISH)
    merkel = entity(memory, "Angela Merkel")
    thanked = next(s for s in memory.evidence(merkel) if s.text == "She thanked him.")
    assert isinstance(thanked, Sentence)
    assert texts(memory.facts(thanked)) == {"Angela Merkel thanked Barack Obama"}
    assert merkel.mentions == 1, "a pronoun names nothing"


def test_a_part_of_a_name_is_an_alias_while_a_source_uses_it(memory: Memory) -> None:
    put(memory, {"b.txt": B}, ENGLISH)
    assert "Obama" in entity(memory, "Barack Obama").aliases
    put(memory, {"b.txt": A}, ENGLISH)
    assert "Obama" not in entity(memory, "Barack Obama").aliases


def test_show_tells_the_facts_of_an_entity_and_the_evidence_of_a_fact(tmp_path: Path) -> None:
    with opened(tmp_path) as memory:
        put(memory, {"a.txt": A}, ENGLISH)
    store = f"sqlite:///{tmp_path}/memory.db"

    def show(*arguments: str) -> str:
        done = CliRunner().invoke(build(), ["show", "--store", store, *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    found = json.loads(show("Berlin", "--json"))
    (fact,) = found["facts"]
    assert fact["text"] == "Barack Obama visited Berlin" and fact["when"] == "2008"
    assert "  - Barack Obama visited Berlin (2008)" in show("Berlin")
    assert "  - Berlin (object)" in show(fact["id"])
    evidence = json.loads(show(fact["id"], "--json"))["sentences"]
    assert [one["text"] for one in evidence] == ["Barack Obama visited Berlin in 2008."]
