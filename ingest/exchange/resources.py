"""What RDF resources are called, and what they are: the same at each reading, blank nodes too."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from graphmem.exchange.vocabulary import CLASSES, RDF, RDFS, SCHEMA, SKOS, relation_of

_FOAF: Final = Namespace("http://xmlns.com/foaf/0.1/")
OLD_SCHEMA: Final = Namespace("http://schema.org/")
"""The same vocabulary as ``SCHEMA``, as many still write it."""
NAMING: Final = (RDFS.label, SKOS.prefLabel, SCHEMA.name, OLD_SCHEMA.name, _FOAF.name)
_LABEL_OF: Final = {str(iri): label for label, iri in reversed(CLASSES.items())}
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DEEP: Final = 8
"""Blank nodes inside blank nodes that are named after what they belong to."""


def local(iri: str) -> str:
    """The last part of an IRI, its escapes read."""
    parts = [part for part in re.split(r"[/#:]", iri) if part]
    return unquote(parts[-1]) if parts else iri


def words(iri: str) -> str:
    """The last part of an IRI in words.

    >>> words("https://schema.org/birthPlace")
    'birth place'
    """
    return " ".join(_CAMEL.sub(" ", local(iri)).replace("_", " ").split()).lower()


class Resources:
    """The names of a graph's resources."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._names: dict[Node, str] = {}
        self._blank: dict[str, list[str]] = {}

    def name(self, node: Node, depth: int = 0) -> str:
        """What a resource is called; the text of a literal."""
        if isinstance(node, Literal):
            return str(node)
        if node not in self._names:
            self._names[node] = self._called(node) or (
                self._of_blank(node, depth) if isinstance(node, BNode) else local(str(node)).replace("_", " ")
            )
        return self._names[node]

    def relation(self, predicate: Node) -> str:
        """A predicate in words: as it is called, or the last part of its IRI."""
        own = relation_of(str(predicate))
        return own or self._called(predicate) or words(str(predicate)) or str(predicate)

    def label(self, node: Node) -> str:
        """What a resource is, by the first of its types; empty for a literal, and if none is told."""
        types = sorted(str(one) for one in self._graph.objects(node, RDF.type)) if self.named(node) else []
        return next((_LABEL_OF.get(one.replace("http:", "https:"), words(one)) for one in types), "")

    def named(self, node: Node) -> bool:
        """Whether it is a resource, no literal."""
        return isinstance(node, (URIRef, BNode))

    def _called(self, node: Node) -> str:
        for predicate in NAMING:
            found = [one for one in self._graph.objects(node, predicate) if isinstance(one, Literal)]
            # English first, then the plainest.
            ranked = sorted(found, key=lambda one: ((one.language or "en")[:2] != "en", str(one)))
            if ranked and str(ranked[0]).strip():
                return str(ranked[0])
        return ""

    def _of_blank(self, node: Node, depth: int) -> str:
        """A blank node is named after what it belongs to ("address of Ann"), another with its number."""
        into = sorted((str(p), str(s), s) for s, p in self._graph.subject_predicates(node) if s != node)
        named = [(p, s) for p, _, s in into if not isinstance(s, BNode)] or [(p, s) for p, _, s in into]
        what = words(named[0][0]) if named else (self.label(node) or "something")
        name = f"{what} of {self.name(named[0][1], depth + 1)}" if named and depth < _DEEP else what
        alike = self._blank.setdefault(name, [])
        content = self.content(node)
        if content not in alike:
            alike.append(content)
        number = alike.index(content)
        return f"{name} {number + 1}" if number else name

    def content(self, node: Node) -> str:
        """What is said of a node, in an order that is the same at each reading."""
        told = ((p, o) for p, o in self._graph.predicate_objects(node))
        return repr(sorted((str(p), "" if isinstance(o, BNode) else str(o)) for p, o in told))

    def key(self, triple: tuple[Node, Node, Node]) -> tuple[str, ...]:
        """By what triples stand in order; blank nodes by what is said of them."""
        return tuple(self.content(one) if isinstance(one, BNode) else str(one) for one in triple)
