"""docs/neo4j.md is true: its queries answer on real servers, and its tables are what the database holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import neo4j
import pytest
from conftest import KINDS, put
from neo4j_stores import Neo4jStores
from noted import noted

from graphmem import Memory, schema
from graphmem.agent import TaskGraph
from graphmem.ingest import ingest
from graphmem.projection import SCHEMA
from graphmem.stores.neo4j_address import DEFAULT_LABEL, parse_address
from graphmem.testing import HashEmbedder

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "neo4j.md").read_text("utf-8")
QUERIES = dict(re.findall(r"^### ([^\n]+)\n[^#]*?```cypher\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))
BAKE = "Bake the Zwiebelkuchen for an hour."
NOTE = f"---\ndate: 2022-05-01\n---\n# Zwiebelkuchen\n\n{BAKE}\n\n# Price\n"
NOTE += "\nAnn Lee said that it may not cost five euros in 2023, and that Bo Bell may not bake it in 2023.\n"
CHAT = """\
[2022-06-10 10:00] Leila Haddad: Joanna Lind gave the key back in Bergen.
[2022-06-11 08:30] Marek Dvořák: Thanks. The Aurelia is in Tromsø until Sunday.
"""
BIRTHS = [f"Mira Quist was born in {place}. She visited Kyoto in 2008." for place in ("Oslo", "Rome", "Ely")]
WHO = "Ada Quill sang. J. Bell fell.|Ada Mary Quill sang. John Bell fell.|Boris Quill and John Quill slept."
MORE = CHAT + "[2022-06-12 09:00] Leila Haddad: And I am in Vardø.\n"
WRITTEN_AT = datetime(2022, 7, 1, 12, tzinfo=timezone.utc)


class Database:
    """A filled store of a server, asked as a person would ask it: with a driver alone."""

    def __init__(self, stores: Neo4jStores, name: str) -> None:
        self.address = parse_address(stores.url(name), {})
        self.label = self.address.label
        self._driver = neo4j.GraphDatabase.driver(
            self.address.uri, auth=(self.address.user, self.address.password), telemetry_disabled=True
        )
        stores.open(name, SCHEMA).close()
        self.stores, self.name = stores, name

    def memory(self, namespace: str = "default") -> Memory:
        store = self.stores.open(self.name, SCHEMA)
        return Memory(
            store, namespace=namespace, author="ann", embedder=HashEmbedder(), clock=lambda: WRITTEN_AT
        )

    def run(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query in which the store's label is written as in the docs."""
        with self._driver.session() as session:
            found = session.run(query.replace(DEFAULT_LABEL, self.label), parameters)
            return [tuple(row.values()) for row in found]

    def ask(self, heading: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """What the query under a heading of the page answers."""
        return self.run(QUERIES[heading], namespace="default", **parameters)

    def id_of(self, name: str, kind: str) -> str:
        query = "MATCH (n:Graphmem {name: $name, kind: $kind, namespace: 'default'}) RETURN n.id"
        ((found,),) = self.run(query, name=name, kind=kind)
        return str(found)

    def commit(self, message: str) -> str:
        query = "MATCH (c:GraphmemCommit {message: $message, namespace: 'default'}) RETURN c.id"
        ((found,),) = self.run(query, message=message)
        return str(found)

    def close(self) -> None:
        self._driver.close()


@pytest.fixture(scope="module", params=["_neo4j_pool", "_neo4j_lts_pool"], ids=["2026", "5.26"])
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The examples, a chat that was replaced, a note, a forgotten draft; elsewhere the chat again."""
    stores: Neo4jStores = request.getfixturevalue(request.param)
    database = Database(stores, "docs")
    with database.memory() as memory:
        ingest(memory, [str(ROOT / "examples" / "documents")], keys=False)
        put(memory, {"june.txt": CHAT, "draft.txt": "The Kittiwake sinks.\n"})
        put(memory, {"note.md": NOTE}, pipeline="english")
        put(memory, {"june.txt": MORE}), memory.forget("draft.txt")
    with database.memory("other") as memory:
        put(memory, {"june.txt": CHAT})
    with database.memory("who") as memory:
        put(memory, {f"{text[:5]}.md": text for text in WHO.split("|")}, pipeline="english")
        memory.same("John Quill", "Boris Quill")
    with database.memory("truth") as memory:
        put(memory, {f"{k}.md": text for k, text in enumerate(BIRTHS)}, pipeline="english")
        memory.retract(memory.disputes()[0].facts[0].id)
        memory.retract(next(memory.store.scan(memory.view, "event")).id)
        memory.share("who"), memory.trust("*.md", "unsure")
        memory.use(found := memory.recall("Where was Ida born?", 1))
        tasks = TaskGraph(memory)
        tasks.add("find"), tasks.add("tell"), tasks.add("say", needs=["find"], step_of="tell")
        tasks.done("find", "in 1950", shows=[found[0].passage.id])
        told, time = [("Born.", [found[0].passage])], {"at": WRITTEN_AT, "until": WRITTEN_AT}
        noted(memory, "births", told, links=(noted(memory, "born", told, "", "question", **time).id,))
    database.run("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    yield database
    database.close()
    stores.give_back()


newest = pytest.mark.parametrize("db", ["_neo4j_pool"], indirect=True, ids=["2026"])
TEXT_KINDS = tuple(schema.SENTENCE_KINDS.values())
SENTENCE = "The pressure sensor of the Tern buoy, called Plover, was…"


def test_every_query_of_the_page_is_asked_here() -> None:
    asked = re.findall(r'(?:ask\(|QUERIES\[)"([^"]+)"', Path(__file__).read_text("utf-8"))
    assert set(asked) == set(QUERIES)
    assert len(QUERIES) == PAGE.count("```cypher")


def test_every_parameter_is_named_on_the_page() -> None:
    told = PAGE.partition(":param {")[2].partition("}")[0]
    needed = {name for query in QUERIES.values() for name in re.findall(r"\$(\w+)", query)}
    assert needed == set(re.findall(r"(\w+): ", told))


def test_every_question_is_asked_of_one_namespace() -> None:
    of_all = {"How much is whose?", "Remove a whole store"}
    assert {heading for heading, query in QUERIES.items() if "$namespace" not in query} == of_all


def test_what_it_is_about(db: Database) -> None:
    rows = db.ask("What is it about?")
    assert rows[:2] == [("Aurelia", 16, ["aurelia"]), ("Halden Institute", 8, None)]
    assert len(rows) == 10
    assert "18 May 2022" not in {name for name, _, _ in rows}


def test_what_is_known_of_a_name_and_where_it_stands(db: Database) -> None:
    rows = db.ask("What is known of a name, and where does it stand?", name="Gdynia")
    assert [(name, position, heading, how) for _, how, _, _, heading, position, name, _ in rows] == [
        ("aurelia", 0, None, "MENTIONS"),
        ("calendar", 1, "Board meeting", "MENTIONS"),
        ("Ingrid Solvang", 0, "Ingrid Solvang", "MENTIONS"),
    ]
    assert rows[2][0] == "Since\nthen she has taught at the University of Gdynia."


def test_names_that_stand_together(db: Database) -> None:
    rows = db.ask("Which names stand together?", name="Plover")
    assert [row[:2] for row in rows] == [
        ("Marek Dvořák", 2),
        ("Sensor", 1),
        ("Tern", 1),
        ("Tern 251", 1),
        ("Tern buoy", 1),
    ]
    assert rows[4][2] == [SENTENCE]


def test_how_two_names_are_connected(db: Database) -> None:
    ((chain,),) = db.ask("How are two names connected?", name="Tern 251", other="Szczecin")
    assert chain == [
        "Tern 251",
        "date: 2022-05-21; buoy: Tern 251; ship: Aurelia; place: west of Bear Island;"
        " released by: Leila Haddad",
        "Aurelia",
        "The Aurelia is a research ship of 62 metres, built in Szczecin in 1994 as a trawler"
        " and rebuilt in 2001.",
        "Szczecin",
    ]


def test_what_happened_between_two_dates(db: Database) -> None:
    rows = db.ask("What happened between two dates?", **{"from": "2022-05-23", "to": "2022-06-11"})
    assert [(at.iso_format()[:16], caption, text[:12]) for at, caption, text in rows] == [
        ("2022-05-23T18:40", "(23 May 2022) Leila Haddad", "Tern 251 is "),
        ("2022-05-23T18:52", "(23 May 2022) Marek Dvořák", "Lovely. I mo"),
        ("2022-06-03T00:00", "(3 Jun 2022) Board meeting", "Budget for t"),
        ("2022-06-10T10:00", "(10 Jun 2022) Leila Haddad", "Joanna Lind "),
    ]


def test_where_words_are(db: Database) -> None:
    rows = db.ask("Where are these words?", words="calibrating +sensors", k=5)
    assert [text[:27] for text, _ in rows] == ["The pressure sensor of the ", "Tern 251 is in the water si"]
    assert rows[0][1] > rows[1][1] > 0


def nearest(db: Database, k: int) -> list[str]:
    """Texts by their cosine with SENTENCE, computed here."""
    with db.memory() as memory:
        texts = [str(r.body["text"]) for kind in TEXT_KINDS for r in memory.store.scan(memory.view, kind)]
        ids = [r.id for kind in TEXT_KINDS for r in memory.store.scan(memory.view, kind)]
        vectors = memory.store.vectors(memory.view, ids)
        cosines = memory.store.cosines(memory.view, ids, vectors[db.id_of(SENTENCE, "sentence")])
    return [text for _, text in sorted(zip(cosines, texts, strict=True), reverse=True)][:k]


@newest
def test_what_is_like_a_sentence(db: Database) -> None:
    rows = db.ask("What is like this sentence?", id=db.id_of(SENTENCE, "sentence"), k=3)
    assert [text for _, text, _ in rows] == nearest(db, 3)
    assert rows[0][2] == pytest.approx(1, abs=0.001)


def test_what_is_like_a_sentence_with_the_filter_after_the_search(db: Database) -> None:
    rows = db.ask("What is like this sentence, on Neo4j 5.26?", id=db.id_of(SENTENCE, "sentence"), k=3)
    assert [text for _, text, _ in rows] == nearest(db, 3)
    assert rows[0][2] == pytest.approx(1, abs=0.001)


def test_who_changed_a_record_and_when(db: Database) -> None:
    rows = db.ask("Who changed a record, and when?", id=db.id_of("june", "document"))
    assert [(seq, author, message) for seq, _, author, message, _ in rows] == [
        (10, "ann", "ingest june.txt"),
        (13, "ann", "ingest june.txt"),
    ]
    assert {at.to_native() for _, at, *_ in rows} == {WRITTEN_AT}


def test_what_a_commit_did(db: Database) -> None:
    rows = db.ask("What did one commit do?", commit=db.commit("ingest note.md"))
    assert [(kind, count, sorted(names)) for kind, count, names in rows] == [
        ("cast", 1, ["Ann Lee, Bo Bell, Zwiebelkuchen"]),
        ("document", 1, ["Zwiebelkuchen"]),
        ("passage", 2, ["Ann Lee said that it may not cost five euros in 2023, and…", BAKE]),
        ("sentence", 2, ["Ann Lee said that it may not cost five euros in 2023, and…", BAKE]),
    ]


def test_what_a_commit_did_that_is_forgotten(db: Database) -> None:
    gone = db.commit("ingest draft.txt")
    assert db.ask("What did one commit do?", commit=gone) == [("forgotten since", 3, [])]


def test_who_else_it_is(db: Database) -> None:
    for name, told in {"Ada Quill": ("Ada Mary Quill", "same"), "J. Bell": ("John Bell", "ask")}.items():
        ((other, band, *_),) = db.run(QUERIES["Who else is it, and why?"], namespace="who", name=name)
        assert (other, band) == told


def test_documents_that_stand_alone(db: Database) -> None:
    assert db.ask("Which documents stand alone?") == [("Zwiebelkuchen", "note.md")]


def test_how_much_is_whose(db: Database) -> None:
    with db.memory() as memory:
        counted = memory.store.info().records
    assert db.ask("How much is whose?") == [
        (namespace, kind, count)
        for namespace, kinds in sorted(counted.items())
        for kind, count in sorted(kinds.items())
    ]
    assert counted["other"] == {"document": 1, "entity": 9, "passage": 2, "utterance": 2}


def test_a_whole_store_is_removed(db: Database) -> None:
    gone = Database(db.stores, "gone")
    with gone.memory() as memory:
        put(memory, {"june.txt": CHAT})
    for statement in QUERIES["Remove a whole store"].split(";")[:-1]:
        gone.run(statement)
    rows = gone.run(
        "MATCH (n:Graphmem|GraphmemText|GraphmemCommit|GraphmemNamespace|GraphmemMeta|GraphmemKeys) RETURN n"
    )
    indexes = gone.run("SHOW INDEXES YIELD name WHERE name = 'Graphmem_embedding' RETURN name")
    with gone.memory() as memory:  # and made anew as if it had never been
        assert put(memory, {"june.txt": CHAT}).added == 1
        assert memory.store.check() == []
    gone.close()
    assert (rows, indexes) == ([], [])


# The tables


def table(header: str) -> list[list[str]]:
    """The rows of the page's table that begins so."""
    body = PAGE.partition(f"\n{header}")[2].partition("\n\n")[0]
    return [line.strip("| ").split(" | ") for line in body.splitlines()[2:]]


def told() -> Mapping[str, set[str]]:
    """The properties of each label, as the page has them."""
    rows = {label.strip("`"): names for label, _, names in table("| label |")}
    return {label: set(re.findall(r"`(\w+)`", names)) for label, names in rows.items()}


def test_the_table_of_labels_is_what_nodes_have(db: Database) -> None:
    query = (
        "MATCH (n:Graphmem|GraphmemCommit|GraphmemNamespace|GraphmemMeta|GraphmemKeys) UNWIND keys(n) AS key "
        "RETURN labels(n), collect(DISTINCT key)"
    )
    found: dict[str, set[str]] = {}
    for labels, keys in db.run(query):
        plain = [label.replace(db.label, DEFAULT_LABEL) for label in labels]
        assert set(keys) <= set().union(*(told()[label] for label in plain)), plain
        for label in plain:
            found.setdefault(label, set()).update(keys)
    assert found.keys() == told().keys()
    assert [label for label in found if not told()[label] <= found[label]] == []


def test_the_table_of_relationships_is_what_records_have(db: Database) -> None:
    query = "MATCH (:Graphmem|GraphmemCommit)-[r]->(:Graphmem) RETURN DISTINCT type(r), keys(r)"
    found = {type: tuple(keys) for type, keys in db.run(query)}
    assert found.keys() == {row[0].strip("`") for row in table("| relationship |")}
    assert found.pop("CHANGED") == ()
    assert set(found.values()) == {("weight",)}


def test_the_indexes_are_those_that_the_page_names(db: Database) -> None:
    query = (
        "SHOW INDEXES YIELD name, type, labelsOrTypes, properties WHERE type = 'RANGE' "
        "AND labelsOrTypes = ['Graphmem'] RETURN properties"
    )
    known = {tuple(properties) for (properties,) in db.run(query)}
    assert known == {("id",), ("_key",), ("name",), ("namespace", "kind")}
    named = set(re.findall(r"Graphmem_\w+", PAGE)) - {"Graphmem_"}
    there = {name.replace(db.label, DEFAULT_LABEL) for (name,) in db.run("SHOW INDEXES YIELD name")}
    assert named == {"Graphmem_text", "Graphmem_words", "Graphmem_embedding"} & there


def test_live_nodes_have_the_labels_of_their_kind_and_a_name(db: Database) -> None:
    query = "MATCH (n:Graphmem) WHERE n.kind IS NOT NULL RETURN DISTINCT n.kind, labels(n)"
    found = {kind: {one.replace(db.label, DEFAULT_LABEL) for one in labels} for kind, labels in db.run(query)}
    assert sorted(found) == sorted(KINDS)
    for kind, labels in found.items():
        text = {"GraphmemText"} if kind in (*TEXT_KINDS, schema.NOTE) else set()
        assert labels == {"Graphmem", kind.title(), *text}
    nameless = "MATCH (n:Graphmem) WHERE n.kind IS NOT NULL AND trim(coalesce(n.name, '')) = '' RETURN n"
    assert db.run(nameless) == []


def test_what_is_forgotten_keeps_its_id_alone(db: Database) -> None:
    rows = db.run("MATCH (n:Graphmem) WHERE n.kind IS NULL RETURN labels(n), keys(n)")
    assert {(*labels, *sorted(keys)) for labels, keys in rows} == {(db.label, "_key", "id")}


def test_dates_are_temporal_values(db: Database) -> None:
    query = (
        "MATCH (n:Graphmem|GraphmemCommit) UNWIND [n.at, n.written_at] AS at WITH at WHERE at IS NOT NULL "
        "RETURN DISTINCT valueType(at), at.offset"
    )
    assert db.run(query) == [("ZONED DATETIME NOT NULL", "Z")]


def test_evidence_is_one_hop_from_its_entity(db: Database) -> None:
    query = (
        "MATCH (e:Graphmem&Entity) RETURN e.mentions, "
        "reduce(n = 0.0, weight IN [(e)<-[r:!REFERS]-(:GraphmemText) | r.weight] | n + weight)"
    )
    rows = db.run(query)
    assert len(rows) > 80
    assert [row for row in rows if row[0] != row[1]] == []


def test_a_sentence_stands_in_its_passage_where_it_says(db: Database) -> None:
    query = (
        "MATCH (s:GraphmemText)-[:PART_OF]->(p:Passage) "
        "RETURN count(*), count(CASE WHEN substring(p.text, s.start, s.end - s.start) = s.text THEN 1 END)"
    )
    ((sentences, fitting),) = db.run(query)
    assert sentences == fitting > 50


def test_nothing_in_the_database_holds_the_password(db: Database) -> None:
    query = "MATCH (n) RETURN properties(n) AS p UNION ALL MATCH ()-[r]->() RETURN properties(r) AS p"
    values = [value for (properties,) in db.run(query) for value in properties.values()]
    held = [bytes(v) if isinstance(v, (bytes, bytearray)) else str(v).encode() for v in values]
    assert len(held) > 1000
    assert [value for value in held if db.address.password.encode() in value] == []


def test_nodes_of_ones_own_may_point_at_records(db: Database) -> None:
    id = db.id_of("Aurelia", "entity")
    db.run("MATCH (e:Graphmem {id: $id}) CREATE (:GraphmemDocsOwn {name: 'mine'})-[:ABOUT]->(e)", id=id)
    with db.memory() as memory:
        problems = memory.store.check()
    db.run("MATCH (n:GraphmemDocsOwn) DETACH DELETE n")
    assert problems == []


@newest
def test_the_index_of_an_older_server_is_made_anew_with_filters(db: Database) -> None:
    options = "{indexConfig: {`vector.dimensions`: 64, `vector.similarity_function`: 'cosine'}}"
    db.run("DROP INDEX Graphmem_embedding")
    db.run(f"CREATE VECTOR INDEX Graphmem_embedding FOR (n:GraphmemText) ON n.embedding OPTIONS {options}")
    with db.memory() as memory:
        (problem,) = memory.store.check()
        assert "vector index" in problem
        memory.store.repair()
        assert memory.store.check() == []
    query = "SHOW INDEXES YIELD name, properties WHERE name = 'Graphmem_embedding' RETURN properties"
    assert db.run(query) == [(["embedding", "namespace", "kind", "_valid_at", "_invalid_at"],)]
