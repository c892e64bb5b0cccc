"""RDF: a triple is a fact, a reified statement (``rdf:Statement``) one with its time and its source.

What a resource is called (``rdfs:label``, ``schema:name``, ``foaf:name`` …) is its name, not a fact; one that
is called nothing is named by the last part of its IRI. Nothing is fetched: not a context of JSON-LD either.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from xml.sax import SAXException

from rdflib import Dataset, Graph, Literal
from rdflib.exceptions import Error as RDFError
from rdflib.term import Node

from graphmem.exchange.vocabulary import GM, PROV, RDF, SCHEMA
from graphmem.ingest.exchange.given import Given
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.resources import NAMING, OLD_SCHEMA, Resources
from graphmem.ingest.exchange.told import Told, add, interval, moment_of, reading, triple
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.sources import Content

NAME: Final = "rdf"
_SINCE: Final = (SCHEMA.validFrom, OLD_SCHEMA.validFrom, SCHEMA.startDate, OLD_SCHEMA.startDate)
_UNTIL: Final = (SCHEMA.validThrough, OLD_SCHEMA.validThrough, SCHEMA.endDate, OLD_SCHEMA.endDate)
_TEXT: Final = (SCHEMA.text, OLD_SCHEMA.text)
_REIFIED: Final = (RDF.subject, RDF.predicate, RDF.object)
_SCHEMA_ORG: Final = ("schema.org", "www.schema.org")
_ERRORS: Final = (
    *(SyntaxError, AssertionError, ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(NameError, OSError, RecursionError, SAXException, RDFError),
)
"""What the parsers of rdflib raise at a broken file."""
Triple = tuple[Node, Node, Node]


def read(content: Content, form: str) -> Imported:
    """The facts of an RDF file in a form that rdflib knows: "turtle", "json-ld", "xml", "nt" and so on.

    Raises:
        SourceError: it cannot be parsed; where, if the parser says so.
    """
    data = _without_network(content) if form == "json-ld" else content.data
    graph = Graph()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's, of itself
            named = Dataset().parse(data=data, format=form, publicID="urn:file:")
            for subject, predicate, object, _ in named.quads():
                graph.add((subject, predicate, object))
    except _ERRORS as error:
        reason = " ".join(str(error).split())[:200]
        raise content.error(f"no {form} that can be read ({reason}); nothing was imported") from None
    imported = Imported(content)
    own = (None, RDF.type, GM.Fact) in graph or (None, RDF.type, GM.Event) in graph
    told = list(_own(imported, graph)) if own else _foreign(imported, graph)
    rendering = Rendering()
    add(rendering, told)
    imported.add("it", reading(content.uri, content.name, rendering))
    return imported


def _without_network(content: Content) -> str:
    """JSON-LD whose contexts are all in it: that of schema.org is known, another one is refused."""
    try:
        value = json.loads(content.data)
    except (ValueError, RecursionError) as error:
        raise content.error(f"broken JSON ({error}); nothing was imported") from None
    if not isinstance(value, (dict, list)):
        raise content.error("no JSON-LD: it holds one value; nothing was imported")
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            for key in ("@context", "@import"):
                if key in one:
                    one[key] = _local(content, one[key])
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return json.dumps(value)


def _local(content: Content, context: Any) -> Any:
    if isinstance(context, list):
        return [_local(content, one) for one in context]
    if not isinstance(context, str):
        return context
    if context.split("://")[-1].strip("/").split("/")[0] in _SCHEMA_ORG:
        return {"@vocab": str(SCHEMA)}
    raise content.error(
        f"its context is elsewhere ({context}), and nothing is fetched: write the context into the file"
    )


# --- as this program writes it ----------------------------------------------------------------


def _own(imported: Imported, graph: Graph) -> Iterator[Told]:
    """Its facts, and the events that no fact tells."""
    covered = set(graph.subjects(GM.covered))
    kinds = (graph.subjects(RDF.type, kind) for kind in (GM.Fact, GM.Event))
    nodes = sorted({node for found in kinds for node in found} - covered, key=str)
    resources = Resources(graph)
    rows = ((str(node), _given(graph, resources, node)) for node in nodes)
    for _, given in imported.checked(Given, rows):
        yield given.told(NAME)


def _given(graph: Graph, resources: Resources, node: Node) -> dict[str, object]:
    def one(*predicates: Node, of: Node = node) -> Any:
        return next((_value(found) for p in predicates for found in graph.objects(of, p)), None)

    parts = sorted(
        graph.objects(node, GM.participant), key=lambda part: f"{one(SCHEMA.position, of=part):>9}"
    )
    rows = [[str(one(p, of=part) or "") for p in (GM.role, GM.case, GM.text, GM.entity)] for part in parts]
    who = [next(graph.objects(part, GM.who), Literal("")) for part in parts]
    sentence = next(iter(sorted(graph.objects(node, PROV.wasDerivedFrom), key=str)), None)
    told = {
        "participants": rows,
        "labels": [resources.label(one) if name else "" for one, (*_, name) in zip(who, rows, strict=True)],
        "valid_at": one(*_SINCE),
        "invalid_at": one(*_UNTIL),
        "said_by": ", ".join(sorted(map(str, graph.objects(node, GM.saidBy)))),
        "text": one(*_TEXT, of=sentence) if sentence else None,
        "at": one(SCHEMA.dateCreated, of=sentence) if sentence else None,
        "holds_for": one(GM.holdsFor),
    }
    fields = ("predicate", "relation", "lemma", "precision", "timex", "happens", "negated", "modality")
    told |= {field: one(GM[field]) for field in (*fields, "confidence")}
    return {name: value for name, value in told.items() if value is not None}


def _value(term: Node) -> Any:
    return term.toPython() if isinstance(term, Literal) else str(term)


# --- as others write it -----------------------------------------------------------------------


def _foreign(imported: Imported, graph: Graph) -> list[Told]:
    resources = Resources(graph)
    told: list[Told] = []
    stated = {node for node in graph.subjects(RDF.subject) if (node, RDF.object, None) in graph}

    def one(row: tuple[Triple, Node | None]) -> None:
        (subject, predicate, object), source = row
        since, until = (_moment(graph, source, fields) for fields in (_SINCE, _UNTIL))
        told.append(
            triple(
                resources.name(subject),
                "is a" if predicate == RDF.type else resources.relation(predicate),
                (resources.relation if predicate == RDF.type else resources.name)(object),
                by=NAME,
                when=interval(since, until),
                literal=isinstance(object, Literal) or predicate == RDF.type,
                labels=(resources.label(subject), resources.label(object)),
            )
        )

    reified = [(_parts(graph, node), node) for node in stated]
    whole = {parts for parts, _ in reified}
    triples = {
        (s, p, o) for s, p, o in graph if s not in stated and p not in NAMING and (s, p, o) not in whole
    }
    rows: list[tuple[Triple, Node | None]] = [*((parts, None) for parts in triples), *reified]
    rows.sort(key=lambda row: (resources.key(row[0]), "" if row[1] is None else resources.content(row[1])))
    imported.each(((" ".join(map(str, row[0])), row) for row in rows), one)
    return told


def _parts(graph: Graph, statement: Node) -> Triple:
    subject, predicate, object = (
        next(iter(sorted(graph.objects(statement, part), key=str)), Literal("")) for part in _REIFIED
    )
    return subject, predicate, object


def _moment(graph: Graph, node: Node | None, predicates: tuple[Node, ...]) -> datetime | None:
    """The moment that a statement tells by one of some predicates."""
    if node is None:
        return None
    for found in (one for predicate in predicates for one in graph.objects(node, predicate)):
        if at := moment_of(str(found)):
            return at
    return None
