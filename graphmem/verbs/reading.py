"""What is read of a memory: documents, names, facts and their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from graphmem import identities, identity, schema
from graphmem.errors import NotFound
from graphmem.statements import Fact
from graphmem.types import Document, Entity, Episode, Passage, Sentence
from graphmem.verbs.opened import Opened

if TYPE_CHECKING:
    import networkx as nx

T = TypeVar("T")

# A sentence that an entity is the title of is about it.
_EVIDENCE: Final = (
    schema.TITLED,
    schema.MENTIONS,
    schema.SPOKEN_BY,
    schema.NAMES,
    schema.REFERS,
    schema.DATED,
    schema.OPENS,
    schema.STATES,
    schema.TELLS,
)


class Reading(Opened):
    """The verbs that read."""

    def documents(self) -> Iterator[Document]:
        """All documents of the namespace, by id."""
        for record in self.store.scan(self.view, schema.DOCUMENT):
            document = schema.from_record(record)
            assert isinstance(document, Document)
            yield document

    def document(self, name: str) -> Document:
        """The document with this id or URI.

        Raises:
            NotFound: there is none.
        """
        ids = [name, identity.document_id(self.namespace, name)]
        for record in self.store.get(self.view, ids).values():
            if record.kind == schema.DOCUMENT:
                document = schema.from_record(record)
                assert isinstance(document, Document)
                return document
        raise NotFound(f"no document {name!r}: 'graphmem stats --documents' lists what is there")

    def find(self, name: str) -> schema.Value:
        """The record with this id, the document with this URI, or the entity with this name.

        Raises:
            NotFound: there is none.
        """
        document = identity.document_id(self.namespace, name)
        entity = identity.entity_id(self.namespace, identity.fold(name))
        found = self.store.get(self.view, [name, document, entity])
        for id in (name, document, entity):
            if id in found:
                return schema.from_record(found[id])
        raise NotFound(f"nothing is called {name!r} in namespace {self.namespace!r}")

    def evidence(self, of: Entity | Fact, limit: int = 10) -> list[Sentence]:
        """Sentences that name an entity, those about it first; those that state a fact or an event."""
        return self._values(self._sources(of.id, _EVIDENCE, limit), Sentence)

    def facts(self, of: Entity | Sentence, limit: int = 10) -> list[Fact]:
        """Facts and events of an entity, its own first; those that a sentence tells."""
        if isinstance(of, Entity):
            return self._values(self._sources(of.id, schema.PARTICIPANT_EDGES, limit), Fact)
        told = self.store.neighbours(self.view, [of.id], [schema.STATES, schema.TELLS], "out")
        return self._values(sorted(told.target)[:limit], Fact)

    def episode(self, passage: Passage) -> Episode | None:
        """The episode that a passage is in; None in a document that is too short to have any."""
        found = self.store.neighbours(self.view, [passage.id], [schema.HOLDS], "in").source
        return next(iter(self._values(found, Episode)), None)

    def identity(self, of: Entity) -> identities.Identity:
        """The entities that are one with an entity, itself first, and why; with what it may be besides."""
        return identities.identity(self.store, self.view, of)

    def questions(self, limit: int = 10) -> list[identities.Question]:
        """Pairs of names that may be one, most likely first; ``same`` and ``different`` answer them."""
        return identities.questions(self.store, self.view, limit)

    def _sources(self, target: str, kinds: Iterable[str], limit: int) -> list[str]:
        """The records that point at one, by kind of edge in the order given."""
        found: dict[str, None] = {}
        for kind in kinds:
            edges = self.store.neighbours(self.view, [target], [kind], "in", limit=limit)
            found |= dict.fromkeys(edges.source)
        return list(found)[:limit]

    def parts(self, whole: Document | Episode | Passage, limit: int = 10) -> Sequence[Passage | Sentence]:
        """The first passages of a document or an episode, or sentences of a passage."""
        if isinstance(whole, Episode):
            return self._values(whole.passages[:limit], Passage)
        ids = self.store.neighbours(self.view, [whole.id], [schema.PART_OF], "in").source
        passages, sentences = self._values(ids, Passage), self._values(ids, Sentence)
        found: list[Passage | Sentence] = [*passages, *sentences]
        return sorted(found, key=lambda part: part.position)[:limit]

    def _values(self, ids: Sequence[str], kind: type[T]) -> list[T]:
        """The values of these ids in their order, those of another type left out."""
        records = self.store.get(self.view, ids)
        values = [schema.from_record(records[id]) for id in ids if id in records]
        return [value for value in values if isinstance(value, kind)]

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """The namespace as a graph: records as nodes (with their kind and name or text), edges by kind."""
        # Imported here: no other verb needs networkx, and every command would wait for it.
        from graphmem.graph import to_networkx

        return to_networkx(self.store, self.view)
