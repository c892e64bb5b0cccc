"""Graphs and triples of other programs come in as facts, each with its time, its words and its source."""

from __future__ import annotations

import io
import sys
from datetime import datetime, timezone
from pathlib import Path

import networkx as nx
import pytest
from conftest import state
from test_exchange_round_trip import bring, exported, facts, fresh

from graphmem import Memory
from graphmem.errors import MissingExtra, SourceError
from graphmem.ingest import ingest_readings
from graphmem.ingest.exchange import imported, system_of
from graphmem.ingest.sources import Content
from graphmem.types import Entity

CSV = """head,relation,tail,since,until,evidence,head_type
Ann Lee,works_for,Acme,2019-01-01,2020-03-01,Ann Lee used to work at Acme.,PERSON
Bo,WORKS_WITH,Ann Lee,,,"He, too, knows her.",
Bo,age,30,,,,
"""
TURTLE = """@prefix ex: <http://example.org/> . @prefix schema: <https://schema.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:ann a schema:Person ; rdfs:label "Ann Lee" ; ex:worksFor ex:Acme_Corp ; schema:birthDate "1990-01-01" ;
  schema:address [ schema:city "Oslo" ] , [ schema:city "Rome" ] .
[] a rdf:Statement ; rdf:subject ex:ann ; rdf:predicate ex:livesIn ; rdf:object ex:Oslo ;
  schema:validFrom "2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .
"""


def texts(memory: Memory) -> set[str]:
    return {fact.text for fact in facts(memory).values()}


def content(name: str, data: str | bytes) -> Content:
    return Content(name, Path(name).suffix, data.encode() if isinstance(data, str) else data)


def label(memory: Memory, name: str) -> str:
    found = memory.find(name)
    assert isinstance(found, Entity)
    return found.label


def test_a_table_of_triples_is_facts_with_time_words_and_kinds(memory: Memory) -> None:
    assert bring(memory, content("people.csv", CSV)).added == 1
    assert texts(memory) == {"Ann Lee works for Acme", "Bo works with Ann Lee", "Bo age 30"}
    works = next(one for one in facts(memory).values() if one.relation == "works_for")
    assert works.when is not None and works.when.begin == datetime(2019, 1, 1, tzinfo=timezone.utc)
    assert works.when.text == "2019-01-01 to 2020-03-01" and works.main.by == "csv"
    (sentence,) = memory.evidence(works)
    assert sentence.text == "Ann Lee used to work at Acme."
    with_her = next(one for one in facts(memory).values() if "works with" in one.text)
    (sentence,) = memory.evidence(with_her)
    assert sentence.text == "Bo works with Ann Lee.\nHe, too, knows her.", (
        "names that the words lack stand before"
    )
    assert label(memory, "Ann Lee") == "person"
    age = next(one for one in facts(memory).values() if one.relation == "age")
    assert age.participants[1].entity == "", "a number names nothing"


def test_three_columns_without_names_are_triples(memory: Memory) -> None:
    bring(memory, content("kb.tsv", "Ann\tknows\tBo\nBo\tknows\tCid\n"))
    assert texts(memory) == {"Ann knows Bo", "Bo knows Cid"}


def test_a_broken_row_is_named_and_keeps_nothing_else_out(memory: Memory) -> None:
    rows = "subject,predicate,object\nAnn,knows,Bo\n,x,y\nfoo,bar\nBo,has,Ash\n"
    report = bring(memory, content("kb.csv", rows))
    assert texts(memory) == {"Ann knows Bo", "Bo has Ash"}
    empty, short = sorted(error.reason for error in report.errors)
    assert empty.startswith("line 3: the subject is empty") and empty.endswith("it was left out")
    assert short == "line 4: 2 cells below 3 columns; it was left out"


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.csv", "name,city\nAnn,Oslo\n", "no table of triples"),
        ("a.csv", 'subject,predicate,object\nAnn,"knows,Bo\n', "line 2: .*nothing was imported"),
        ("a.graphml", "<graphml><graph>", "broken XML .*line 1"),
        ("a.graphml", "<x/>", "no GraphML|there is nothing in it"),
        ("a.ttl", "@prefix a: <x", "no turtle that can be read .*line 1"),
        ("a.jsonld", '{"@context": "http://localhost:9/c", "@id": "x"}', "nothing is fetched"),
        ("a.jsonld", "{", "broken JSON"),
        ("a.json", '{"some": "thing"}', "it cannot be told who wrote this: say it with --from"),
        ("a.json", '{"some": ', "broken JSON at line 1, column 10"),
        ("a.txt", "Ann knows Bo", "it cannot be told who wrote this"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(name: str, data: str, why: str) -> None:
    if name.endswith((".ttl", ".jsonld")):
        pytest.importorskip("rdflib")
    with pytest.raises(SourceError, match=f"(?s){why}"):
        one = content(name, data)
        imported(one, system_of(one))


@pytest.mark.parametrize(("since", "text"), [("2020", "2020-01-01 to …"), ("2020-05", "2020-05-01 to …")])
def test_a_year_is_its_first_day(memory: Memory, since: str, text: str) -> None:
    bring(memory, content("kb.csv", f"subject,predicate,object,since\nAnn,knows,Bo,{since}\n"))
    (fact,) = facts(memory).values()
    assert fact.when is not None and fact.when.text == text


def test_a_cell_that_is_no_date_is_named(memory: Memory) -> None:
    (error,) = bring(memory, content("kb.csv", "s,p,o,until\nAnn,knows,Bo,soon\nBo,knows,Ann,2020\n")).errors
    assert error.reason.startswith("line 2: valid_to: 'soon' is no date")
    assert texts(memory) == {"Bo knows Ann"}


def test_a_broken_fact_of_an_export_is_named(memory: Memory) -> None:
    memory.relate("Ann", "knows", "Bo")
    memory.relate("Ann", "knows", "Cid", since=datetime(2020, 1, 1, tzinfo=timezone.utc))
    whole = exported(memory, "csv").data.decode()
    faults = [("Ann,knows,Cid", " ,knows,Cid", "is not named"), ("2020-01-01T", "x", "valid_at")]
    for there, instead, why in faults:
        with fresh() as other:
            (error,) = bring(other, content("facts.csv", whole.replace(there, instead))).errors
            assert texts(other) == {"Ann knows Bo"}
            assert error.reason.startswith("line ") and why in error.reason


def test_the_edges_of_networkx_are_facts_and_so_are_attributes(memory: Memory) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("a", label="Ann", age=3, type="Person")
    graph.add_edge("a", "b", relation="knows", since="2020", valid_at="2020-05-01")
    graph.add_edge("b", "a")
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    bring(memory, content("g.graphml", file.getvalue()))
    assert texts(memory) == {"Ann knows b", "b is linked to Ann", "Ann age 3"}
    knows = next(one for one in facts(memory).values() if one.relation == "knows")
    assert knows.when is not None and knows.when.text == "2020-05-01 to …"
    assert label(memory, "Ann") == "person"


def test_triples_of_rdf_are_facts_with_the_names_of_resources(memory: Memory) -> None:
    rdflib = pytest.importorskip("rdflib")
    bring(memory, content("kb.ttl", TURTLE))
    told = {
        "Ann Lee works for Acme Corp",
        "Ann Lee birth date 1990-01-01",
        "Ann Lee is a person",
        "Ann Lee lives in Oslo",
        "Ann Lee address address of Ann Lee",
        "Ann Lee address address of Ann Lee 2",
        "address of Ann Lee city Oslo",
        "address of Ann Lee 2 city Rome",
    }
    assert texts(memory) == told
    lives = next(one for one in facts(memory).values() if one.relation == "lives_in")
    assert lives.when is not None and lives.when.text == "2020-01-01 to …" and lives.functional
    assert label(memory, "Ann Lee") == "person"
    before = state(memory)
    graph = rdflib.Graph().parse(data=TURTLE, format="turtle")
    for form, suffix in (("nt", ".nt"), ("xml", ".rdf"), ("json-ld", ".jsonld"), ("turtle", "")):
        with fresh() as other:
            bring(other, content(f"kb{suffix}", graph.serialize(format=form)))
            assert texts(other) == told, form
    assert bring(memory, content("kb.ttl", TURTLE)).unchanged == 1 and state(memory) == before


def test_the_context_of_schema_org_is_known_without_the_network(memory: Memory) -> None:
    pytest.importorskip("rdflib")
    ann = '"@type": "Person", "name": "Ann", "worksFor": {"name": "Acme"}'
    text = f'{{"@context": "https://schema.org", {ann}}}'
    bring(memory, content("ann.json", text))
    assert texts(memory) == {"Ann is a person", "Ann works for Acme"}


def test_no_entity_of_an_xml_file_reads_another_file(tmp_path: Path, memory: Memory) -> None:
    pytest.importorskip("rdflib")
    (tmp_path / "secret.txt").write_text("Heron")
    head = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/"'
    ann = '<rdf:Description rdf:about="http://example.org/Ann"><e:p>a&x;b</e:p></rdf:Description>'
    bring(memory, content("a.rdf", f"{head}<rdf:RDF {rdf}>{ann}</rdf:RDF>"))
    assert texts(memory) == {"Ann p ab"}
    many = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(8))
    bomb = f'<!DOCTYPE r [<!ENTITY a0 "{"a" * 1000}">{many}]><graphml><node id="&a8;"/></graphml>'
    with pytest.raises(SourceError, match="broken XML"):
        imported(content("a.graphml", bomb), "graphml")


def test_a_missing_rdflib_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("graphmem.exchange.vocabulary", "graphmem.ingest.exchange.rdf"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "rdflib", None)
    with pytest.raises(MissingExtra, match="graphmem\\[rdf\\]"):
        imported(content("kb.ttl", TURTLE), "rdf")


def test_what_a_source_says_outright_is_told_whatever_reads_texts(memory: Memory) -> None:
    """One sentence, whatever full stops and paragraphs are in a name; nothing else is read out of it."""
    name = "Dr. Ann. Lee of Oslo. She moved to Rome" + " and so on" * 100
    rows = f'subject,predicate,object\n"{name}",knows,Bo\n'
    for pipeline in (None, "english"):
        found = imported(content("kb.csv", rows), "csv")
        ingest_readings(memory, found.readings, pipeline=pipeline)
        (fact,) = facts(memory).values()
        (sentence,) = memory.evidence(fact)
        assert fact.text == sentence.text.rstrip(".") == f"{name} knows Bo"
        assert [mention.name for mention in sentence.mentions] == [name, "Bo"]


def test_an_import_is_a_commit_with_an_author_that_is_undone(memory: Memory) -> None:
    bring(memory, content("people.csv", CSV))
    (commit,) = memory.history(author=memory.author)
    assert commit.message == "ingest people.csv"
    assert [hit.document.uri for hit in memory.recall("Who works for Acme?")][:1] == ["people.csv"]
    memory.undo(commit.id)
    records, vectors = state(memory)
    assert [(one.kind, one.body["kind"]) for one in records.values()] == [
        ("note", "reflection")
    ] and not vectors
