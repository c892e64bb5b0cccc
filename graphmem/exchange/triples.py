"""What each node, fact and link of a memory is in RDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphmem import schema
from graphmem.errors import MissingExtra
from graphmem.exchange.claims import Claim, entity_of
from graphmem.exchange.contents import RELATES, Field, Link, Node, holds_for
from graphmem.exchange.vocabulary import (
    CLASSES,
    GM,
    OWL,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    iri,
    relation_iri,
)
from graphmem.statements import Event, Fact, Participant

try:
    from rdflib import BNode, Graph, Literal, URIRef
    from rdflib.term import Node as Term
except ImportError as error:
    raise MissingExtra("RDF", "rdf") from error

_CLASS_OF: Final = {schema.DOCUMENT: SCHEMA.CreativeWork, schema.PASSAGE: GM.Passage, "sentence": GM.Sentence}
_PREDICATE_OF: Final[dict[str, URIRef]] = {
    "uri": SCHEMA.identifier,
    "title": SCHEMA.name,
    "written_at": SCHEMA.dateCreated,
    "at": SCHEMA.dateCreated,
    "text": SCHEMA.text,
    "heading": SCHEMA.headline,
    "speaker": SCHEMA.author,
    "position": SCHEMA.position,
    "form": GM.form,
    "caption": GM.caption,
    "mentions": GM.mentions,
}
_LINK_OF: Final[dict[str, URIRef]] = {
    schema.PART_OF: SCHEMA.isPartOf,
    schema.SAME_AS: OWL.sameAs,
    schema.STATES: GM.states,
    schema.TELLS: GM.tells,
    schema.FOLLOWS: GM.follows,
    **dict.fromkeys(schema.EDGE_OF_ROLE.values(), SCHEMA.mentions),
    schema.DATED: SCHEMA.mentions,
    schema.REFERS: SCHEMA.mentions,
}
"""Who takes part in a fact stands at the fact itself."""
_VALID: Final = (SCHEMA.validFrom, SCHEMA.validThrough)


def literal(field: Field) -> Literal:
    """A field as a literal with its type; half a character becomes a question mark."""
    if isinstance(field, str):
        return Literal(field.encode("utf-8", "replace").decode("utf-8"))
    return Literal(field)


class Triples:
    """An RDF graph that takes what a memory holds; ``named`` are the nodes that were given, by id."""

    def __init__(self) -> None:
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in PREFIXES.items():
            self.graph.bind(prefix, namespace, override=True, replace=True)
        self.named: dict[str, URIRef] = {}

    def _all(self, subject: Term, told: Mapping[URIRef, Field | None]) -> None:
        for predicate, field in told.items():
            if field is not None and field != "" and field is not False:
                for one in field if isinstance(field, list) else [field]:
                    self.graph.add((subject, predicate, literal(one)))

    def add_node(self, node: Node) -> None:
        """Add a document, passage, sentence or entity."""
        fields = node.fields
        own = self.named[node.id] = iri(str(fields["namespace"]), node.id)
        if node.kind != schema.ENTITY:
            self.graph.add((own, RDF.type, _CLASS_OF[node.kind]))
            self._all(
                own, {_PREDICATE_OF[name]: one for name, one in fields.items() if name in _PREDICATE_OF}
            )
            return
        label = str(fields.get("label", ""))
        self.graph.add((own, RDF.type, GM.Entity))
        self.graph.add((own, RDF.type, CLASSES.get(label, SCHEMA.Thing)))
        names = {RDFS.label: fields["name"], SKOS.altLabel: fields.get("aliases")}
        self._all(own, {**names, GM.label: label, GM.mentions: fields.get("mentions")})

    def add_claim(self, claim: Claim, *, covered: bool) -> None:
        """Add a fact or an event; ``covered`` says that a fact tells of this event."""
        fact = claim.fact
        own = self.named[fact.id] = iri(fact.namespace, fact.id)
        happened = isinstance(fact, Event)
        self.graph.add((own, RDF.type, SCHEMA.Event if happened else RDF.Statement))
        self.graph.add((own, RDF.type, GM.Event if happened else GM.Fact))
        if claim.event:
            self.graph.add((own, GM.event, iri(fact.namespace, claim.event)))
        begin, end = (fact.when.begin, fact.when.end) if fact.when else (None, None)
        since, until = (
            (SCHEMA.startDate, SCHEMA.endDate) if happened else (SCHEMA.validFrom, SCHEMA.validThrough)
        )
        self._all(own, {RDFS.label: fact.text, since: begin, until: end, GM.covered: covered})
        self._all(own, _told(claim))
        for sentence in claim.evidence:
            self.graph.add((own, PROV.wasDerivedFrom, iri(fact.namespace, sentence)))
        self._add_parts(own, fact)
        if not happened:
            self._add_statement(own, claim)

    def _add_parts(self, own: URIRef, fact: Fact) -> None:
        for place, one in enumerate(fact.participants):
            part = BNode(f"{fact.id}p{place}")
            self.graph.add((own, GM.participant, part))
            self._all(part, {GM.role: one.role, GM.case: one.case, SCHEMA.position: place})
            self._all(part, {GM.text: one.text, GM.entity: one.entity})  # an entity may be shown otherwise
            self.graph.add((part, GM.who, self._term(fact, one)))
            if isinstance(fact, Event) and one.role == "place":
                self.graph.add((own, SCHEMA.location, self._term(fact, one)))

    def _add_statement(self, own: URIRef, claim: Claim) -> None:
        """The fact as subject, predicate and object; as a triple of its own where it plainly holds."""
        fact, relation = claim.fact, relation_iri(claim.fact.relation)
        subject = self._term(fact, fact.participants[0])
        self.graph.add((relation, RDF.type, RDF.Property))
        self.graph.add((relation, RDFS.label, literal(fact.relation.replace("_", " "))))
        self.graph.add((own, RDF.subject, subject))
        self.graph.add((own, RDF.predicate, relation))
        for one in fact.participants[1:2]:
            self.graph.add((own, RDF.object, self._term(fact, one)))
            if claim.held and not isinstance(subject, Literal):
                self.graph.add((subject, relation, self._term(fact, one)))

    def _term(self, fact: Fact, one: Participant) -> URIRef | Literal:
        """Who takes part: an entity that is there, or else the text."""
        return self.named.get(entity_of(fact, one)) or literal(one.entity or one.text)

    def add_link(self, link: Link) -> None:
        """Add a link that says more than the facts did."""
        predicate = _LINK_OF.get(link.kind)
        if predicate is not None and link.kind != RELATES:
            self.graph.add((self.named[link.source], predicate, self.named[link.target]))


def _told(claim: Claim) -> dict[URIRef, Field | None]:
    fact, when = claim.fact, claim.fact.when
    return {
        GM.relation: fact.relation,
        GM.predicate: fact.predicate,
        GM.lemma: claim.said.lemma,
        GM.precision: when.precision if when else None,
        GM.timex: when.timex if when else None,
        GM.confidence: fact.confidence,
        GM.stated: fact.stated,
        GM.saidBy: list(fact.said_by),
        GM.happens: fact.happens,
        GM.negated: fact.negated,
        GM.modality: fact.modality,
        GM.holdsFor: holds_for(claim),
        GM.state: claim.stands.state,
        GM.why: claim.stands.why,
    }
