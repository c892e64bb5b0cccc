"""A namespace shares itself, read-only, with another or with all: until it does so no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, records, state
from typer.testing import CliRunner, Result

from graphmem import Conflict, InputError, Memory, NotFound, Query, View
from graphmem.cli import build
from graphmem.errors import NotOwned, NotShared
from graphmem.export import export_lines, import_lines
from graphmem.retrieval.keyword import keyword_search
from graphmem.testing import HashEmbedder
from graphmem.types import Document, Entity

ANN = {"ann.md": "# Tern\n\nAda Byron married Charles Babbage in Bergen. The tern nests in April.\n"}
TEAM = {
    "team.md": "# Buoy\n\nAda Byron was born in Oslo. The Plover buoy was built in Szczecin.\n",
    "notes.md": "# Notes\n\nAda Byron, called Ada, works at Halden Institute.\n",
}
BOB = {"bob.md": "# Gull\n\nThe gull of Bob Bell sleeps in Vardø.\n"}
QUESTION = "Who built the Plover buoy in Szczecin?"


@dataclass(frozen=True)
class Three:
    """Namespaces of one store: ann reads team along, bob is a third. Nothing is granted yet."""

    folder: Path
    team: Memory
    bob: Memory

    def ann(self, *also: str) -> Memory:
        return Memory.open(self.url, namespace="ann", embedder=HashEmbedder(), also=also)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/memory.db"


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    names = ("ann", "team", "bob")
    ann, team, bob = (opened(tmp_path, namespace=name) for name in names)
    for memory, texts in ((ann, ANN), (team, TEAM), (bob, BOB)):
        put(memory, texts, pipeline="english")
    yield Three(tmp_path, team, bob)
    for memory in (ann, team, bob):
        memory.close()


@pytest.fixture
def both(three: Three) -> Iterator[Memory]:
    """Ann's memory, which reads team along."""
    three.team.share("ann")
    with three.ann("team") as memory:
        yield memory


def uris(memory: Memory, question: str = QUESTION) -> set[str]:
    return {hit.document.uri for hit in memory.recall(question, k=100)}


# --- what is read ---------------------------------------------------------------------------


def test_a_question_is_answered_by_a_document_of_a_namespace_that_shares(both: Memory) -> None:
    hit = both.recall(QUESTION)[0]
    assert (hit.document.uri, hit.document.namespace) == ("team.md", "team")
    assert uris(both) == {*ANN, *TEAM}
    assert {step.text for step in both.recall(QUESTION).seeds} >= {"Szczecin"}
    assert both.view == View.of("ann", "team")


def test_a_name_of_both_is_linked_in_each(three: Three, both: Memory) -> None:
    seeds = {step.id for step in both.recall("Where does Ada Byron live?").seeds}
    assert {both.find("Ada Byron").id, three.team.find("Ada Byron").id} <= seeds


def test_searches_score_both_as_one_namespace_would(tmp_path: Path, three: Three, both: Memory) -> None:
    with opened(tmp_path, "joined") as joined:
        put(joined, {**ANN, **TEAM}, pipeline="english")
        question = "Where was the Plover buoy of Ada Byron built?"

        def scores(memory: Memory) -> list[float]:
            return sorted(keyword_search(memory.store, memory.view, question, 100).values())

        assert scores(both) == pytest.approx(scores(joined))
        vector = joined.embedder.encode([question])[0]
        assert [score for _, score in both.store.search_vector(both.view, vector, 100)] == [
            score for _, score in joined.store.search_vector(joined.view, vector, 100)
        ]
        assert both.recall(QUESTION)[0].evidence.text == joined.recall(QUESTION)[0].evidence.text


def test_names_are_ones_own_first_and_then_the_others(three: Three, both: Memory) -> None:
    assert {both.find("Ada Byron").namespace, both.find("ann.md").namespace} == {"ann"}
    assert {both.find("Szczecin").namespace, both.find("team.md").namespace} == {"team"}
    assert both.document("team.md") == three.team.document("team.md")
    assert {one.uri for one in both.documents()} == {*ANN, *TEAM}
    put(three.team, {"ann.md": "# Other\n\nAnother text.\n"})
    assert both.document("ann.md").namespace == "ann"


def test_one_name_in_both_is_shown_as_one_and_each_claim_as_its_namespaces(both: Memory) -> None:
    ada = both.find("Ada Byron")
    assert isinstance(ada, Entity)
    told = {(fact.namespace, fact.text) for fact in both.facts(ada)}
    assert ("ann", "Ada Byron married Charles Babbage, in Bergen") in told
    assert ("team", "Ada Byron was born in Oslo") in told
    assert {one.namespace for one in both.evidence(ada, 100)} == {"ann", "team"}
    found = both.identity(ada)
    assert [one.namespace for one in found] == ["ann"]
    assert {one.namespace for other in found.elsewhere for one in other} == {"team"}
    (born,) = (fact for fact in both.facts(ada) if "Oslo" in fact.text)
    ((who, uri, sentence),) = both.attribution(born)
    assert (who, uri, sentence.namespace) == ("Buoy", "team.md", "team")


def test_nothing_is_written_for_it(three: Three) -> None:
    with three.ann() as alone:
        mine, theirs = state(alone), state(three.team)
    three.team.share("ann")
    with three.ann("team") as both:
        ada = both.find("Ada Byron")
        assert isinstance(ada, Entity)
        both.identity(ada), both.facts(ada), both.recall(QUESTION), both.to_networkx()
    with three.ann() as alone:
        assert state(alone) == mine
    three.team.unshare("ann")
    assert state(three.team) == theirs


def test_the_graph_is_of_both_and_keeps_to_itself_whom_they_trust(three: Three, both: Memory) -> None:
    three.team.share("bob")
    three.team.trust("*.md", "unsure")
    kinds = {data["kind"] for _, data in both.to_networkx().nodes(data=True)}
    private = {id for id, record in records(three.team).items() if record.kind in ("grant", "trust")}
    assert len(private) == 3 and not kinds & {"grant", "trust"}
    for id in private:
        with pytest.raises(NotFound):
            both.find(id)
        assert three.team.find(id).id == id


def test_an_export_is_of_the_own_namespace_alone(three: Three, both: Memory) -> None:
    """What is exported is imported as one's own; what others share is not one's own to give away."""
    result = run(three, "export")
    assert '"team.md"' not in result.stdout and '"ann.md"' in result.stdout


def test_history_is_not_shared(three: Three, both: Memory) -> None:
    """A grant shows what a namespace knows now, not what it has forgotten."""
    put(three.team, {"draft.md": "The Kittiwake sinks.\n"})
    three.team.forget("draft.md")
    assert {commit.namespace for commit in both.history()} == {"ann"}
    assert not list(both.history("team.md"))
    for commit in three.team.history():
        for verb in (both.commit, both.undo):
            with pytest.raises(NotFound):
                verb(commit.id)


# --- grants ---------------------------------------------------------------------------------


def test_without_a_grant_nothing_is_read_along(three: Three) -> None:
    with pytest.raises(NotShared, match="team does not share with ann"):
        three.ann("team")
    with three.ann() as ann, pytest.raises(NotShared, match="team does not share with ann"):
        ann.recall(Query(QUESTION, View.of("ann", "team")))


def test_who_shares_nothing_and_who_is_not_there_are_told_alike(three: Three) -> None:
    with three.ann() as ann:
        for name in ("team", "nobody"):
            with pytest.raises(NotShared) as caught:
                ann.recall(Query(QUESTION, View.of(name)))
            assert str(caught.value).replace(name, "X").count("X does not share with ann") == 1


READS: dict[str, Callable[[Memory], object]] = {
    "recall": lambda memory: memory.recall(QUESTION),
    "documents": lambda memory: list(memory.documents()),
    "document": lambda memory: memory.document("team.md"),
    "find": lambda memory: memory.find("Szczecin"),
    "questions": lambda memory: memory.questions(),
    "to_networkx": lambda memory: memory.to_networkx(),
    "view": lambda memory: memory.view,
}


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("how", ["unshare", "undo", "elsewhere"])
def test_the_next_read_after_a_grant_is_gone_is_blind(three: Three, read: str, how: str) -> None:
    granted = three.team.share("ann")
    with three.ann("team") as open_already:
        READS[read](open_already)
        assert open_already.same("Ada Byron", "Bergen")
        if how == "unshare":
            three.team.unshare("ann")
        elif how == "undo":
            three.team.undo(granted.id)
        else:  # another connection, as another process has one
            assert run(three, "unshare", "team", "--with", "ann", also=False).exit_code == 0
        with pytest.raises(NotShared, match="team does not share with ann"):
            READS[read](open_already)
        assert open_already.different("Ada Byron", "Bergen"), "what is one's own needs no grant"
        three.team.share("ann")
        READS[read](open_already)


def test_a_grant_is_a_commit_and_taking_it_back_is_one_too(three: Three) -> None:
    made = three.team.share("ann")
    assert [change.record.kind for change in made.changes] == ["grant"]
    gone = three.team.unshare("ann")
    three.team.undo(gone.id)
    three.ann("team").close()
    assert [one.reader for one in three.team.grants()] == ["ann"]
    three.team.undo(next(c for c in three.team.history() if c.message.startswith("undo")).id)
    with pytest.raises(NotShared):
        three.ann("team")
    assert three.team.store.check() == []


def test_a_grant_to_all_is_one_to_each(three: Three) -> None:
    three.team.share("*")
    with three.ann("team") as ann:
        assert "team.md" in uris(ann)
    with opened(three.folder, namespace="new") as new:
        assert "team.md" in {h.document.uri for h in new.recall(Query(QUESTION, View.of("team")))}
    with pytest.raises(NotFound, match=r"no grant to 'ann': it shares with '\*'"):
        three.team.unshare("ann")
    three.team.unshare("*")
    with pytest.raises(NotShared):
        three.ann("team")


def test_a_grant_leads_to_one_namespace_and_no_further(three: Three) -> None:
    """Bob shares with team, team with ann: ann reads team, and neither ann bob nor bob team."""
    three.bob.share("team")
    three.team.share("ann")
    with three.ann("team") as ann:
        assert not uris(ann, "Where does the gull of Bob Bell sleep?") & BOB.keys()
        with pytest.raises(NotShared, match="bob does not share with ann"):
            ann.recall(Query(QUESTION, View.of("ann", "bob")))
    with pytest.raises(NotShared, match="team does not share with bob"):
        three.bob.recall(Query(QUESTION, View.of("team")))


def test_what_cannot_be_granted_is_refused(three: Three) -> None:
    for reader in ("team", "", "A b", "ann\n"):
        with pytest.raises(InputError):
            three.team.share(reader)
    with pytest.raises(NotFound, match="shares with nobody"):
        three.team.unshare("ann")
    with pytest.raises(InputError, match="cannot name a namespace"):
        three.ann("*")
    assert three.ann("ann").view == View.of("ann")


def test_a_grant_that_another_namespace_forges_is_none(three: Three) -> None:
    """Records of ann cannot grant what is team's, whatever their ids and bodies say."""
    grant = three.team.share("ann").changes[0].record
    three.team.unshare("ann")
    with three.ann() as ann:
        forged = type(grant)(grant.id, grant.kind, "ann", grant.body)
        ann.write([type(three.team.share("bob").changes[0])(None, forged)], "forge")
    with pytest.raises(NotShared):
        three.ann("team")


def test_grants_survive_an_export(tmp_path: Path, three: Three) -> None:
    three.team.share("ann")
    three.team.trust("speaker:Bo", "unsure")
    lines = list(export_lines(three.team.store, View.of("team")))
    with opened(tmp_path, "copy", namespace="team") as copy:
        import_lines(copy.store, lines)
        assert copy.grants() == three.team.grants() and copy.trusts() == three.team.trusts()


# --- writes ---------------------------------------------------------------------------------

WRITES: dict[str, Callable[[Memory], object]] = {
    "forget": lambda memory: memory.forget("team.md"),
    "forget, dry": lambda memory: memory.forget("team.md", dry_run=True),
    "same": lambda memory: memory.same("Ada Byron", "Szczecin"),
    "different": lambda memory: memory.different("Szczecin", "Ada Byron"),
    "same, by document": lambda memory: memory.same("Ada Byron", "Halden Institute @ notes.md"),
}


@pytest.mark.parametrize("write", WRITES)
def test_who_reads_along_cannot_write_and_is_told_whose_it_is(three: Three, both: Memory, write: str) -> None:
    before = state(three.team), three.team.store.head()
    with pytest.raises(NotOwned, match="team"):
        WRITES[write](both)
    assert (state(three.team), three.team.store.head()) == before


def test_no_change_of_anothers_record_is_written(three: Three, both: Memory) -> None:
    before = state(three.team), three.team.store.head()
    document = three.team.find("team.md")
    assert isinstance(document, Document)
    record = records(three.team)[document.id]
    change = three.team.share("bob").changes[0]
    for before_, after in ((record, None), (None, record), (record, record)):
        with pytest.raises(NotOwned, match="is team's"):
            both.write([type(change)(before_, after)], "steal")
    three.team.unshare("bob")
    assert state(three.team) == before[0]


def test_what_is_ones_own_is_written_without_a_grant(three: Three, both: Memory) -> None:
    three.team.unshare("ann")
    put(both, {"new.md": "# New\n\nAnn wrote this.\n"})
    assert {commit.message for commit in both.history()} >= {"ingest new.md"}
    both.forget("new.md")


def test_ones_own_is_written_as_ever(both: Memory) -> None:
    put(both, {"team.md": "# Mine\n\nThis team.md is Ann's own.\n"})
    assert both.document("team.md").namespace == "ann"
    both.same("Ada Byron", "Bergen")
    both.forget("team.md")
    assert both.document("team.md").namespace == "team"
    commit = list(both.history())[-1]
    both.undo(commit.id)
    with pytest.raises(Conflict):
        both.undo(commit.id)


# --- the command line -----------------------------------------------------------------------


def run(three: Three, *arguments: str, also: bool = True) -> Result:
    environment = {"GRAPHMEM_STORE": three.url, "GRAPHMEM_NAMESPACE": "ann", "GRAPHMEM_ALSO": "team"}
    if not also:
        del environment["GRAPHMEM_ALSO"], environment["GRAPHMEM_NAMESPACE"]
    return CliRunner().invoke(build(), list(arguments), env=environment)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.verbs.opened.SentenceEncoder", HashEmbedder)


def data(result: Result) -> Any:
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.mark.usefixtures("quick")
def test_commands_share_and_read_along(three: Three) -> None:
    made = run(three, "share", "team", "--with", "ann", "--with", "bob", also=False)
    assert "share with ann" in made.stdout and "--namespace team" in made.stdout
    assert [row["with"] for row in data(run(three, "share", "team", "--json", also=False))] == ["ann", "bob"]
    found = data(run(three, "query", QUESTION, "--json"))
    assert (found["hits"][0]["uri"], found["hits"][0]["namespace"]) == ("team.md", "team")
    assert "team · team.md" in run(three, "query", QUESTION).stdout
    shown = data(run(three, "show", "Ada Byron", "--json"))
    assert {fact.get("namespace", "ann") for fact in shown["facts"]} == {"ann", "team"}
    assert "team says" in run(three, "show", "Ada Byron").stdout
    assert data(run(three, "stats", "--json"))["also"]["team"]["document"] == 2
    assert {row["namespace"] for row in data(run(three, "stats", "--documents", "--json"))} == {"ann", "team"}
    by_option = ("query", QUESTION, "--namespace", "ann", "--also", "team", "--json")
    assert data(run(three, *by_option, also=False))["hits"][0]["namespace"] == "team"


@pytest.mark.usefixtures("quick")
def test_commands_tell_what_is_not_shared(three: Three) -> None:
    for arguments in (("query", QUESTION), ("show", "team.md"), ("stats",), ("questions",)):
        result = run(three, *arguments)
        assert isinstance(result.exception, NotShared) and not result.stdout
    run(three, "share", "team", "--with", "ann", also=False)
    run(three, "unshare", "team", "--with", "ann", also=False)
    assert isinstance(run(three, "query", QUESTION).exception, NotShared)
    assert "shares with nobody" in run(three, "share", "team", also=False).stdout
