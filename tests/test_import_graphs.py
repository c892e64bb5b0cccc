"""Graphs and triples of other programs come in as facts, each with its time, its words and its source."""

from __future__ import annotations

import io
from datetime import datetime, timezone
from pathlib import Path

import networkx as nx
import pytest
from conftest import state
from test_exchange_round_trip import bring, facts, fresh

from graphmem import Memory
from graphmem.errors import SourceError
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


def test_an_import_is_a_commit_with_an_author_that_is_undone(memory: Memory) -> None:
    empty = state(memory)
    bring(memory, content("people.csv", CSV))
    (commit,) = memory.history()
    assert commit.author == memory.author and commit.message == "ingest people.csv"
    assert [hit.document.uri for hit in memory.recall("Who works for Acme?")][:1] == ["people.csv"]
    memory.undo(commit.id)
    assert state(memory) == empty
