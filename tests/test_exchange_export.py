"""What a memory holds in the formats of other programs: the same graph in each, whatever the texts are."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from conftest import opened, put
from hypothesis import given, settings
from hypothesis import strategies as st
from neo4j_stores import Neo4jStores

from graphmem import Memory
from graphmem.errors import InputError
from graphmem.exchange import FORMS, OWN, form_of, written
from graphmem.exchange.contents import Contents
from graphmem.exchange.csv import guarded, unguarded
from graphmem.exchange.cypher import string
from graphmem.exchange.graphml import plain
from graphmem.types import Entity

CURIE = """# Marie Curie

Marie Curie was born in Warsaw. She moved to Paris on 5 May 1891 with Bronia. Curie worked for Sorbonne.
"""
TALK = "[2023-05-08 13:56] Bo Bell: I live in Oslo.\n[2024-05-08 13:56] Bo Bell: I live in Rome.\n"
HOSTILE = "it's \"\\u0027}) DETACH // `x` \\' \\\\u0060; </data> & ]]> \t\x01\x0b\x7f \u2028 =1+1, \U0001f333"
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@pytest.fixture
def lived(memory: Memory) -> Memory:
    """A memory with facts that hold, that ended and that are denied, an event, and names that are one."""
    put(memory, {"curie.md": CURIE, "talk.txt": TALK}, pipeline="english")
    memory.relate("Bo Bell", "is afraid of", "Ice", negated=True)
    memory.same("Oslo", "Warsaw")
    return memory


@contextmanager
def fresh() -> Iterator[Memory]:
    """An empty memory for one example of a law."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as memory:
        yield memory


def text_of(memory: Memory, form: str, as_of: datetime | None = None) -> str:
    view = memory.view if as_of is None else type(memory.view)(memory.view.namespaces, as_of)
    return "".join(written(form, memory.store, view, memory.clock(), memory.namespace))


def contents(memory: Memory) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str, str]]]:
    found = Contents(memory.store, memory.view, memory.clock(), memory.namespace)
    nodes = {node.id: {name: plain(one) for name, one in node.row.items()} for node in found.nodes()}
    return nodes, sorted((one.source, one.target, one.kind) for one in found.links())


def read_graphml(text: str) -> nx.MultiDiGraph[str]:
    graph = nx.read_graphml(io.BytesIO(text.encode()), force_multigraph=True)
    assert isinstance(graph, nx.MultiDiGraph)
    return graph


def test_graphml_has_every_node_and_link_with_its_fields(lived: Memory) -> None:
    nodes, links = contents(lived)
    graph = read_graphml(text_of(lived, "graphml"))
    assert {id: dict(data) for id, data in graph.nodes(data=True)} == nodes
    assert sorted((a, b, data["kind"]) for a, b, data in graph.edges(data=True)) == links
    assert {kind for _, _, kind in links} >= {"part_of", "states", "tells", "subject", "relates", "same_as"}
    by_text = {data["text"]: data for data in nodes.values() if data["kind"] == "fact"}
    assert by_text["Bo Bell live in Oslo"]["state"] == "ended"
    assert by_text["Bo Bell is afraid of Ice"]["negated"] is True
    moved = by_text["Marie Curie moved to Paris, with Bronia"]
    assert moved["valid_at"] == "1891-05-05T00:00:00+00:00" and moved["event"] in nodes
    assert set(json.loads(moved["evidence"])) <= nodes.keys() and json.loads(moved["evidence"])


def test_as_of_gives_what_held_then(lived: Memory) -> None:
    then = datetime(2023, 6, 1, tzinfo=timezone.utc)
    graph = read_graphml(text_of(lived, "graphml", then))
    facts = {data["text"]: data["state"] for _, data in graph.nodes(data=True) if data["kind"] == "fact"}
    assert facts["Bo Bell live in Oslo"] == "holds" and "Bo Bell live in Rome" not in facts


@settings(max_examples=30, deadline=None)
@given(texts, texts, st.booleans())
def test_any_text_survives_graphml(name: str, other: str, literal: bool) -> None:
    with fresh() as memory:
        try:
            memory.relate(name, "likes", other, literal=literal)
        except InputError:
            return
        nodes, links = contents(memory)
        graph = read_graphml(text_of(memory, "graphml"))
        assert {id: dict(data) for id, data in graph.nodes(data=True)} == nodes
        assert sorted((a, b, data["kind"]) for a, b, data in graph.edges(data=True)) == links


def test_what_xml_cannot_hold_becomes_a_replacement_character(memory: Memory) -> None:
    memory.relate("Ada\x01Byron", "likes", HOSTILE, literal=True)
    data = [data for _, data in read_graphml(text_of(memory, "graphml")).nodes(data=True)]
    fact = next(one for one in data if one["kind"] == "fact")
    assert fact["name"].startswith("Ada\ufffdByron likes it's \"\\u0027})") and "\x0b" not in fact["text"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own
def test_turtle_and_json_ld_are_the_same_graph(lived: Memory) -> None:
    rdflib = pytest.importorskip("rdflib")
    compare = pytest.importorskip("rdflib.compare")
    a = rdflib.Graph().parse(data=text_of(lived, "turtle"), format="turtle")
    b = rdflib.Graph().parse(data=text_of(lived, "jsonld"), format="json-ld")
    assert compare.isomorphic(a, b)
    rows = a.query(
        """SELECT ?since ?sentence WHERE {
            ?fact a rdf:Statement ; rdf:subject/rdfs:label "Marie Curie" ; rdf:object/rdfs:label "Paris" ;
              <https://schema.org/validFrom> ?since ;
              <http://www.w3.org/ns/prov#wasDerivedFrom>/<https://schema.org/text> ?sentence }"""
    )
    ((since, sentence),) = [[term.toPython() for term in row] for row in rows]
    assert since == datetime(1891, 5, 5, tzinfo=timezone.utc)
    assert sentence == "She moved to Paris on 5 May 1891 with Bronia."
    held = a.query(
        "SELECT ?o WHERE { ?s rdfs:label 'Bo Bell' ; <urn:graphmem:relation:lives_in>/rdfs:label ?o }"
    )
    assert [str(row[0]) for row in held] == ["Rome"], "only what holds is a triple of its own"


def test_csv_has_a_row_for_each_fact_and_further_participant(lived: Memory) -> None:
    rows = list(csv.DictReader(io.StringIO(text_of(lived, "csv"))))
    told = {(row["subject"], row["predicate"], row["object"]): row for row in rows}
    moved = told["Marie Curie", "moved to", "Paris"]
    assert told["Marie Curie", "moved to", "Bronia"]["fact"] == moved["fact"]
    assert moved["source"] == "curie.md" and moved["valid_from"] == "1891-05-05T00:00:00+00:00"
    assert len({row["fact"] for row in rows}) == 6, "an event that a fact tells has no row of its own"


@given(st.text(st.sampled_from("'=+-@\t\r\na5"), max_size=6))
def test_no_cell_begins_as_a_formula_and_each_is_read_back(cell: str) -> None:
    written_ = guarded(cell)
    assert unguarded(written_) == cell
    assert written_[:1] not in ("=", "@", "\t", "\r", "\n")
    assert written_[:1] not in ("+", "-") or written_[1:].strip("5") == "", "a number is none"


def test_a_formula_in_a_memory_is_no_formula_in_a_sheet(memory: Memory) -> None:
    memory.relate("Ada", "likes", '=HYPERLINK("x")', literal=True)
    (row,) = csv.DictReader(io.StringIO(text_of(memory, "csv")))
    assert row["object"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize("form", FORMS)
def test_what_is_forgotten_or_purged_is_in_no_format(lived: Memory, form: str) -> None:
    if form in ("turtle", "jsonld"):
        pytest.importorskip("rdflib")
    lived.forget("curie.md")
    put(lived, {"z.md": "Zelda Fitz was born in Heron."}, pipeline="english")
    lived.purge("z.md")
    text = text_of(lived, form)
    assert "Bo Bell" in text
    for gone in ("Marie Curie", "Sorbonne", "Bronia", "Zelda", "Heron"):
        assert gone not in text


def test_a_cypher_string_never_ends_early() -> None:
    assert string("a'b") == "'a\\'b'"
    assert string("\\u0027") == "'\\\\'+'u0027'"
    assert "\n" not in string("a\nb\u2028") and string("\ud800") == "'\ufffd'"


@pytest.mark.parametrize("fixture", ["neo4j_stores", "neo4j_lts_stores"])
def test_a_real_neo4j_runs_the_cypher_twice_to_the_same_graph(
    lived: Memory, fixture: str, request: pytest.FixtureRequest
) -> None:
    server: Neo4jStores = request.getfixturevalue(fixture)
    lived.relate(HOSTILE, "likes", HOSTILE + "!")
    nodes, links = contents(lived)
    statements = text_of(lived, "cypher").splitlines()
    with server.driver() as driver:
        try:
            for statement in [*statements, *statements]:
                driver.execute_query(statement)
            found = driver.execute_query("MATCH (n:Exported) RETURN n.id AS id, n").records
            assert {row["id"]: row["n"]["text"] for row in found if "text" in row["n"]} == {
                id: _raw(lived, id) for id, data in nodes.items() if "text" in data
            }
            made = driver.execute_query("MATCH (a:Exported)-[r]->(b) RETURN a.id, b.id, r.kind").records
            assert sorted(tuple(row.values()) for row in made) == links
            query = (
                "MATCH (f:Fact:Exported {relation: 'lives_in'}) WHERE f.valid_at.year = 1891 RETURN f.text"
            )
            (row,) = driver.execute_query(query).records
            assert row[0] == "Marie Curie moved to Paris, with Bronia"
        finally:
            driver.execute_query("MATCH (n:Exported) DETACH DELETE n")
            driver.execute_query("DROP CONSTRAINT exported_id IF EXISTS")


def _raw(memory: Memory, id: str) -> str:
    text: str = getattr(memory.find(id), "text")  # noqa: B009
    return text


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_memory_is_an_empty_graph(memory: Memory, form: str) -> None:
    if form in ("turtle", "jsonld"):
        pytest.importorskip("rdflib")
    assert "Entity" not in text_of(memory, form)


@pytest.mark.parametrize("form", FORMS)
def test_no_format_shows_another_namespace(lived: Memory, tmp_path: Path, form: str) -> None:
    if form in ("turtle", "jsonld"):
        pytest.importorskip("rdflib")
    with opened(tmp_path, namespace="other") as other:
        other.relate("Zelda", "hides", "Heron")
        assert "Zelda" in text_of(other, form) and "Marie" not in text_of(other, form)
    assert "Zelda" not in text_of(lived, form)


def test_the_suffix_tells_the_format_unless_one_is_named() -> None:
    assert form_of("a.graphml") == "graphml" and form_of("A.TTL") == "turtle" and form_of("-") == OWN
    assert form_of("a.ttl", "csv") == "csv" and form_of("a.jsonl") == OWN and form_of("x.backup") == OWN
    with pytest.raises(InputError, match="'xml' is no format of an export: say graphmem, graphml"):
        form_of("a.xml", "xml")
    with pytest.raises(InputError, match="say graphml"):
        written("xml", None, None, None, "")  # type: ignore[arg-type]


def test_aliases_and_labels_are_told(lived: Memory) -> None:
    curie = lived.find("Marie Curie")
    assert isinstance(curie, Entity)
    data = read_graphml(text_of(lived, "graphml")).nodes[curie.id]
    assert data["label"] == "person" and json.loads(data["aliases"]) == list(curie.aliases) != []
