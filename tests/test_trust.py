"""How far a source is trusted decides what its passages weigh and which facts stand in quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, state
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from graphmem import InputError, Memory, View, trust
from graphmem.cli import build
from graphmem.grants import LEVELS, Level, Trust
from graphmem.retrieval.doubt import WEIGHT
from graphmem.statements import Fact
from graphmem.stores.base import Store
from graphmem.testing import HashEmbedder
from graphmem.types import Document, Entity

GOOD = {"register.md": "# Register\n\nAda Byron was born in Oslo. The tern nests on Bear Island.\n"}
BAD = {
    "mail/spam.md": "# Offers\n\nAda Byron was born in Paris. The tern nests on Bear Island in winter.\n",
    "mail/heron.md": "# Heron Trust\n\nHeron Trust was founded in Whitby. Ada Byron was born in Whitby.\n",
}
CHAT = {
    "chat.txt": "[2023-05-08 13:56] Zelda Fitz: I was born in Lima. Ada Byron was born in Vienna.\n"
    "[2023-05-08 13:57] Bo Bell: Ada Byron was born in Madrid.\n"
}
QUESTION = "Where does the tern nest on Bear Island?"


@pytest.fixture
def sources(memory: Memory) -> Memory:
    put(memory, {**GOOD, **BAD, **CHAT}, pipeline="english")
    return memory


def facts(memory: Memory, name: str) -> dict[str, Fact]:
    """Facts of a name by their text."""
    entity = memory.find(name)
    assert isinstance(entity, Entity)
    return {fact.text: fact for fact in memory.facts(entity, 100, retired=True)}


def barred(memory: Memory, name: str = "Ada Byron") -> set[str]:
    found = facts(memory, name)
    quarantined = memory.quarantine(list(found.values()))
    return {text for text, fact in found.items() if fact.id in quarantined}


def levels(memory: Memory) -> dict[str, Level]:
    """The level of each sentence, by document and its first words."""
    found: dict[str, Level] = {}
    for document in memory.documents():
        for passage in memory.parts(document, 100):
            for sentence in memory.parts(passage, 100):  # type: ignore[arg-type]
                level = trust.levels(memory.store, memory.view, [sentence.id])[sentence.id]
                found[f"{document.uri}: {sentence.text}"] = level
    return found


# --- levels ---------------------------------------------------------------------------------


def test_every_source_is_trusted_until_something_is_said_of_it(sources: Memory) -> None:
    assert set(levels(sources).values()) == {"trusted"} and not barred(sources)
    assert all("trust" not in hit.parts for hit in sources.recall(QUESTION, 100))


@pytest.mark.parametrize(
    ("source", "hit"),
    [
        ("mail/spam.md", {"mail/spam.md"}),
        ("mail/*", set(BAD)),
        ("*.md", {*GOOD, *BAD}),
        ("mail/[sx]*.md", {"mail/spam.md"}),
        ("speaker:zelda fitz", {"chat.txt: I was", "chat.txt: Ada Byron was born in Vienna"}),
        ("chat.txt", {"chat.txt"}),
        ("nothing", set()),
    ],
)
def test_a_word_holds_for_a_document_a_pattern_or_a_speaker(
    sources: Memory, source: str, hit: set[str]
) -> None:
    sources.trust(source, "unsure")
    for told, level in levels(sources).items():
        assert (level == "unsure") == any(told.startswith(one) for one in hit), told


def test_the_most_particular_pattern_counts(sources: Memory) -> None:
    sources.trust("*", "untrusted")
    sources.trust("mail/*", "unsure")
    sources.trust("mail/heron.md", "trusted")
    by_uri = {told.split(": ")[0]: level for told, level in levels(sources).items()}
    assert by_uri == {
        "register.md": "untrusted",
        "chat.txt": "untrusted",
        "mail/spam.md": "unsure",
        "mail/heron.md": "trusted",
    }


def test_of_speaker_document_and_namespace_the_least_counts(sources: Memory) -> None:
    """So that nobody is believed for a name that an untrusted document puts before the words."""
    sources.trust("speaker:Zelda Fitz", "trusted")
    sources.trust("chat.txt", "unsure")
    assert {level for told, level in levels(sources).items() if told.startswith("chat")} == {"unsure"}
    sources.trust("speaker:Zelda Fitz", "untrusted")
    assert {level for told, level in levels(sources).items() if told.startswith("chat")} == {
        "unsure",
        "untrusted",
    }


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b*", "b1", "*", "speaker:S"]), st.sampled_from(LEVELS)), max_size=8
    )
)
def test_the_order_of_words_on_different_sources_means_nothing(said: list[tuple[str, Level]]) -> None:
    at = datetime(2024, 1, 1, tzinfo=timezone.utc)
    words = [Trust.of("n", source, level, "ann", at) for source, level in dict(said).items()]
    documents = [
        Document(id=uri, namespace="n", uri=uri, title="", kind="text", content_hash="", characters=0)
        for uri in ("a", "b1", "b2")
    ]
    origins = [trust.Source(document, speaker) for document in documents for speaker in ("", "S")]
    one, other = trust.Judge(words, None), trust.Judge(reversed(words), None)
    assert [one.level(origin) for origin in origins] == [other.level(origin) for origin in origins]
    if not words:
        assert {one.level(origin) for origin in origins} == {"trusted"}


def test_levels_of_many_sentences_take_a_fixed_number_of_reads(
    sources: Memory,
) -> None:
    sources.trust("mail/*", "untrusted")
    ids = [record.id for record in sources.store.scan(sources.view, "sentence")]
    reads: list[str] = []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            reads.append(name)
            return getattr(sources.store, name)

    store: Store = Counted()
    assert set(trust.levels(store, sources.view, ids).values()) == {"trusted", "untrusted"}
    assert len(ids) > 4 and len(reads) == 4


def test_what_is_no_level_or_no_source_is_refused(memory: Memory) -> None:
    for source, level in (("", "unsure"), ("speaker: ", "unsure"), ("namespace:*", "unsure"), ("a", "nice")):
        with pytest.raises(InputError):
            memory.trust(source, level)  # type: ignore[arg-type]
    assert not memory.trusts()


# --- quarantine -----------------------------------------------------------------------------


def test_a_fact_that_only_untrusted_sources_state_is_in_quarantine(sources: Memory) -> None:
    sources.trust("mail/*", "untrusted")
    assert barred(sources) == {"Ada Byron was born in Paris", "Ada Byron was born in Whitby"}
    found = facts(sources, "Ada Byron")["Ada Byron was born in Paris"]
    assert sources.quarantine([found]) == {found.id: ("mail/spam.md",)}
    assert trust.quarantined(sources.store, sources.view, [found]) == {found.id}
    assert trust.told(("mail/spam.md",)) == ("quarantined: only mail/spam.md, which is not trusted, says so")


def test_unsure_sources_put_nothing_in_quarantine(sources: Memory) -> None:
    sources.trust("*", "unsure")
    assert not barred(sources)


def test_a_second_source_that_is_trusted_takes_a_fact_out(sources: Memory) -> None:
    sources.trust("mail/*", "untrusted")
    put(sources, {"second.md": "Ada Byron was born in Paris.\n"}, pipeline="english")
    assert barred(sources) == {"Ada Byron was born in Whitby"}
    sources.forget("second.md")
    assert "Ada Byron was born in Paris" in barred(sources)


def test_a_speaker_may_speak_of_herself_and_a_document_of_its_title(sources: Memory) -> None:
    sources.trust("chat.txt", "untrusted")
    sources.trust("mail/*", "untrusted")
    assert facts(sources, "Zelda Fitz") and not barred(sources, "Zelda Fitz")
    assert facts(sources, "Heron Trust") and not barred(sources, "Heron Trust")
    told = {"Ada Byron was born in Vienna", "Ada Byron was born in Madrid"}
    assert told <= barred(sources)
    vienna = facts(sources, "Ada Byron")["Ada Byron was born in Vienna"]
    assert sources.quarantine([vienna])[vienna.id] == ("Zelda Fitz in chat.txt",)


def test_a_word_on_trust_is_a_commit_and_undoable(sources: Memory) -> None:
    before = state(sources)
    made = sources.trust("mail/*", "untrusted")
    assert [change.record.kind for change in made.changes] == ["trust"] and barred(sources)
    later = sources.trust("mail/*", "trusted")
    assert not barred(sources) and len(sources.trusts()) == 1
    back = sources.undo(later.id)
    assert barred(sources)
    sources.undo(back.id)
    assert not barred(sources)
    changed = {id: record for id, record in state(sources)[0].items() if before[0].get(id) != record}
    assert {record.kind for record in changed.values()} == {"trust"}
    assert sources.store.check() == []


# --- recall ---------------------------------------------------------------------------------


def test_hits_of_untrusted_sources_weigh_less_and_say_so(sources: Memory) -> None:
    found = list(sources.recall(QUESTION, 100))
    assert {"register.md", "mail/spam.md"} <= {hit.document.uri for hit in found}
    plain = {hit.passage.id: hit.score for hit in found}
    for level in LEVELS:
        sources.trust("mail/*", level)
        for hit in sources.recall(QUESTION, 100):
            doubted = hit.document.uri.startswith("mail/") and level != "trusted"
            assert hit.parts.get("trust") == (WEIGHT[level] if doubted else None)
            expected = plain[hit.passage.id] * (WEIGHT[level] if doubted else 1)
            assert hit.score == pytest.approx(expected)


def test_what_is_withheld_is_counted_and_others_take_its_place(sources: Memory) -> None:
    sources.trust("mail/*", "untrusted")
    every, some = sources.recall(QUESTION, 3), sources.recall(QUESTION, 3, trusted_only=True)
    bad = [hit for hit in every if hit.document.uri in BAD]
    assert bad and some.withheld == len(bad) and every.withheld == 0
    assert not [hit for hit in some if hit.document.uri in BAD]
    assert len(some) == 3, "the next best take their places"
    sources.trust("*", "untrusted")
    assert len(sources.recall(QUESTION, 3, trusted_only=True)) == 0


# --- attribution ----------------------------------------------------------------------------


def test_who_says_it_is_whom_the_sentence_names_else_the_speaker_else_the_document(memory: Memory) -> None:
    put(
        memory,
        {
            "a.md": "# Records\n\nAda Byron was born in Oslo.\n",
            "b.txt": "[2023-05-08 13:56] Zelda: Ada Byron was born in Oslo.\n[2023-05-08 13:57] Bo: Yes.\n",
            "said:eve/1": "Ada Byron was born in Oslo.\n",
            "c.md": "# Gossip\n\nMary Shelley said that Ada Byron was born in Oslo.\n",
        },
        pipeline="english",
    )
    found = {
        (claim.who, claim.uri)
        for fact in facts(memory, "Ada Byron").values()
        if fact.text.endswith("born in Oslo")
        for claim in memory.attribution(fact)
    }
    assert {("Records", "a.md"), ("Zelda", "b.txt"), ("eve", "said:eve/1")} <= found
    assert ("Mary Shelley", "c.md") in found


# --- namespaces that are read along ----------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Memory, Memory]]:
    with opened(tmp_path, namespace="team") as team, opened(tmp_path, namespace="ann") as ann:
        put(ann, GOOD, pipeline="english")
        put(team, {**BAD, **GOOD}, pipeline="english")
        team.share("ann")
        ann.also = ("team",)
        yield ann, team


def test_a_whole_namespace_that_is_read_along_can_be_doubted(pair: tuple[Memory, Memory]) -> None:
    ann, team = pair
    ann.trust("namespace:team", "untrusted")
    assert {"Ada Byron was born in Paris"} <= barred(ann)
    assert {hit.document.namespace for hit in ann.recall(QUESTION, 100) if "trust" in hit.parts} == {"team"}
    assert {h.document.namespace for h in ann.recall(QUESTION, 100, trusted_only=True)} == {"ann"}
    assert not barred(team), "it is ann's word, and changes nothing for team"
    view = View.of("ann", "team")
    of_team = [record.id for record in team.store.scan(team.view, "sentence")]
    assert set(trust.levels(ann.store, view, of_team).values()) == {"untrusted"}


def test_the_reader_judges_all_and_others_only_their_own(pair: tuple[Memory, Memory]) -> None:
    ann, team = pair
    ann.trust("mail/*", "untrusted")
    assert "Ada Byron was born in Paris" in barred(ann)
    assert not barred(team)
    ann.trust("mail/*", "trusted")
    team.trust("register.md", "untrusted")
    team.trust("mail/heron.md", "unsure")
    hits = ann.recall("Where was Ada Byron born?", 100).hits
    doubted = {(hit.document.namespace, hit.document.uri) for hit in hits if "trust" in hit.parts}
    assert doubted == {("team", "mail/heron.md")}
    (register,) = (hit for hit in hits if hit.document.uri == "register.md")
    assert register.document.namespace == "ann", "she has it of her own, and trusts it"
    assert [other.namespace for other in register.also] == ["team"]


# --- the command line -----------------------------------------------------------------------


def test_the_command_says_lists_and_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)
    with opened(tmp_path) as memory:
        put(memory, {**GOOD, **BAD}, pipeline="english")

    def run(*arguments: str) -> Result:
        address = f"sqlite:///{tmp_path}/memory.db"
        return CliRunner().invoke(build(), [*arguments, "--store", address], env={"GRAPHMEM_AUTHOR": "eve"})

    assert run("trust").stdout == "every source is trusted\n"
    assert "trust mail/*: untrusted" in run("trust", "mail/*", "--level", "untrusted").stdout
    (row,) = json.loads(run("trust", "--json").stdout)
    assert (row["source"], row["level"], row["by"]) == ("mail/*", "untrusted", "eve")
    assert "mail/*" in run("trust").stdout
    assert run("trust", "a", "--level", "nice").exit_code == 2
    shown = run("show", "Ada Byron").stdout
    assert "quarantined: only mail/spam.md, which is not trusted, says so" in shown
    assert "(not trusted)" in run("query", QUESTION).stdout
    kept = run("query", QUESTION, "--trusted-only")
    assert "mail/" not in kept.stdout and "left out: their sources are not trusted" in kept.stdout
    assert json.loads(run("query", QUESTION, "--trusted-only", "--json").stdout)["withheld"] == 2
