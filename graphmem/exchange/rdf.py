"""RDF, as Turtle or JSON-LD: entities, facts and events with their evidence.

A fact is a reified statement (``rdf:Statement``) with its validity (``schema:validFrom``,
``schema:validThrough``), its confidence and the sentences it comes from (``prov:wasDerivedFrom``); where it
is plainly said and nothing ended it, its triple is there as such too. RDF-star would say it shorter, but few
programs read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from graphmem.exchange.contents import Contents
from graphmem.stores.base import Store
from graphmem.types import View

if TYPE_CHECKING:
    from rdflib import Graph


def turtle(store: Store, view: View, at: datetime, reader: str) -> Iterator[str]:
    """A view as Turtle.

    Raises:
        MissingExtra: rdflib is not installed.
    """
    yield _graph(store, view, at, reader).serialize(format="turtle")


def jsonld(store: Store, view: View, at: datetime, reader: str) -> Iterator[str]:
    """A view as JSON-LD.

    Raises:
        MissingExtra: rdflib is not installed.
    """
    graph = _graph(store, view, at, reader)
    context = {prefix: str(namespace) for prefix, namespace in graph.namespaces()}
    yield graph.serialize(format="json-ld", context=context, auto_compact=True, ensure_ascii=False) + "\n"


def _graph(store: Store, view: View, at: datetime, reader: str) -> Graph:
    # Imported here: rdflib is an extra, and every command would wait for it.
    from graphmem.exchange.triples import Triples

    triples = Triples()
    contents = Contents(store, view, at, reader)
    for node in contents.parts():
        triples.add_node(node)
    told: set[str] = set()
    for claim in contents.claims():  # facts come first
        told.add(claim.event)
        triples.add_claim(claim, covered=claim.fact.id in told)
    for link in contents.links():
        triples.add_link(link)
    return triples.graph
