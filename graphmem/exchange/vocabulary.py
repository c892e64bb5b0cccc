"""The words of the RDF export: schema.org and PROV-O where they have one, and graphmem's own where not.

IRIs are URNs: a memory is nobody's web site, and its ids mean something only beside it.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, unquote

from graphmem.errors import MissingExtra

try:
    from rdflib import Namespace, URIRef
    from rdflib.namespace import OWL, PROV, RDF, RDFS, SKOS, XSD
except ImportError as error:
    raise MissingExtra("RDF", "rdf") from error

__all__ = ["GM", "OWL", "PROV", "RDF", "RDFS", "SCHEMA", "SKOS"]

SCHEMA: Final = Namespace("https://schema.org/")
GM: Final = Namespace("urn:graphmem:vocabulary:")
_RELATION: Final = "urn:graphmem:relation:"
PREFIXES: Final = {
    "schema": SCHEMA,
    "gm": GM,
    "relation": Namespace(_RELATION),
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "skos": SKOS,
    "xsd": XSD,
}
CLASSES: Final = {
    "person": SCHEMA.Person,
    "speaker": SCHEMA.Person,
    "org": SCHEMA.Organization,
    "organization": SCHEMA.Organization,
    "place": SCHEMA.Place,
    "gpe": SCHEMA.Place,
    "loc": SCHEMA.Place,
    "work": SCHEMA.CreativeWork,
    "event": SCHEMA.Event,
}
"""What schema.org calls an entity of a label; all others are a ``schema:Thing``."""


def iri(namespace: str, id: str) -> URIRef:
    """The name of a record: namespaces and ids are of characters that need no escape."""
    return URIRef(f"urn:graphmem:{namespace}:{id}")


def relation_iri(relation: str) -> URIRef:
    """The name of a relation, its words percent-encoded."""
    return URIRef(_RELATION + quote(relation, safe="", errors="replace"))


def relation_of(iri: str) -> str | None:
    """The relation of a name that ``relation_iri`` gave; None for another's."""
    return unquote(iri.removeprefix(_RELATION)) if iri.startswith(_RELATION) else None
