"""What is read of a memory: documents, names, facts and their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from graphmem import disputes, identities, identity, schema, sharing, standing
from graphmem.errors import NotFound
from graphmem.retrieval.exact import Quoted, exact
from graphmem.retrieval.familiarity import Familiarity, familiarity
from graphmem.standing import Standing
from graphmem.statements import Fact
from graphmem.types import Document, Entity, Episode, Passage, Sentence, View
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


def _stands(one: Standing, as_of: datetime | None) -> bool:
    """Whether a fact is read: it holds, or no moment is asked for and nothing ended it."""
    return one.state == "holds" or (one.current and as_of is None)


def _beginning(row: tuple[Fact, Standing]) -> tuple[bool, str, str]:
    begins = [one.begin for one in row[1].stretches if one.begin]
    when = row[0].when.begin if row[0].when else None
    begin = min(begins, default=when)
    return begin is None, begin.isoformat() if begin else "", row[0].text


class Reading(Opened):
    """The verbs that read."""

    def documents(self) -> Iterator[Document]:
        """All documents that the memory reads, by id."""
        for record in self.store.scan(self.view, schema.DOCUMENT):
            document = schema.from_record(record)
            assert isinstance(document, Document)
            yield document

    def document(self, name: str) -> Document:
        """The document with this id or URI.

        Raises:
            NotFound: there is none.
        """
        view = self.view
        ids = [name, *(identity.document_id(of, name) for of in sharing.named_in(view, self.namespace))]
        found = self.store.get(view, ids)
        for record in (found[id] for id in ids if id in found):
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
        found = sharing.found(self.store, self.view, self.namespace, name)
        if found is not None:
            return found
        raise NotFound(f"nothing is called {name!r} in namespace {self.namespace!r}")

    def _entity(self, of: Entity | str) -> Entity:
        """The entity that a name means.

        Raises:
            NotFound: nothing is called so, or it is no entity.
        """
        found = self.find(of) if isinstance(of, str) else of
        if isinstance(found, Entity):
            return found
        raise NotFound(f"{of!r} is a {type(found).__name__.lower()}: give the name of an entity")

    def evidence(self, of: Entity | Fact | str, limit: int = 10) -> list[Sentence]:
        """Sentences that name an entity, those about it first; those that state a fact or an event.

        Raises:
            NotFound: no entity has the name that is given.
        """
        if isinstance(of, str):
            of = self._entity(of)
        targets = sharing.namesakes(self.view, of) if isinstance(of, Entity) else [of.id]
        return self._values(self._sources(targets, _EVIDENCE, limit), Sentence)

    def exact(
        self,
        quote: str,
        limit: int = 10,
        *,
        case: bool = False,
        words: bool = False,
        as_of: datetime | None = None,
    ) -> Quoted:
        """The passages whose text holds a quote, character by character, by document and place.

        White space may differ, and small and capital letters unless ``case``; with ``words`` no word goes on
        beyond the ends of the quote.

        Raises:
            QueryError: the quote is empty, or not even one passage is asked for.
        """
        return exact(self.store, replace(self.view, as_of=as_of), quote, limit, case=case, words=words)

    def familiar(self, text: str, limit: int = 5) -> Familiarity:
        """How well the memory knows a text already, and the passages that are most like it.

        Raises:
            QueryError: there is no text, or not even one passage is asked for.
            EncoderMismatch: the store's vectors come from another encoder.
        """
        self._check_encoder()
        return familiarity(self.store, self.view, self.embedder, text, limit)

    def facts(
        self,
        of: Entity | Sentence | str,
        limit: int = 10,
        *,
        as_of: datetime | None = None,
        retired: bool = False,
    ) -> list[Fact]:
        """Facts and events of an entity, its own first; those that a sentence tells.

        What a later fact ended or a person took back is left out, unless ``retired``. With ``as_of``, facts
        that held at that moment, and what had happened by then.

        Raises:
            NotFound: no entity has the name that is given.
        """
        if isinstance(of, str):
            of = self._entity(of)
        view = replace(self.view, as_of=as_of)
        if not isinstance(of, Entity):
            told = self.store.neighbours(view, [of.id], [schema.STATES, schema.TELLS], "out").target
            return self._standing(sorted(told), as_of, retired)[:limit]
        asked, targets = limit, sharing.namesakes(view, of)
        while True:
            ids = self._sources(targets, schema.PARTICIPANT_EDGES, asked, view)
            found = self._standing(ids, as_of, retired)
            if len(found) >= limit or len(ids) < asked:
                return found[:limit]
            asked *= 4  # those left out must not take the places of those that stay

    def _standing(self, ids: Sequence[str], as_of: datetime | None, retired: bool) -> list[Fact]:
        """The facts with these ids, in their order, that are read."""
        found = self._values(ids, Fact)
        if retired:
            return found
        stands = self.standings(found, at=as_of)
        return [one for one in found if _stands(stands[one.id], as_of)]

    def standings(self, facts: Iterable[Fact], *, at: datetime | None = None) -> dict[str, Standing]:
        """How facts stand at a moment, now if none is given, by id: do they hold, what ended them."""
        moment = at or self.clock()
        return standing.standings(self.store, self.view, facts, moment, self.namespace)

    def timeline(self, of: Entity | str, limit: int = 100) -> list[tuple[Fact, Standing]]:
        """The facts of an entity in the order in which they began, those that do not hold any more too.

        Facts without any time come last.

        Raises:
            NotFound: no entity has the name that is given.
        """
        found = self.facts(of, limit, retired=True)
        stands = self.standings(found)
        return sorted(((one, stands[one.id]) for one in found), key=_beginning)

    def disputes(self, limit: int = 10) -> list[disputes.Case]:
        """Where sources are at odds and no person has settled it, with the evidence of each side."""
        return disputes.cases(self.store, self.view, limit, self.clock(), self.namespace)

    def episode(self, passage: Passage) -> Episode | None:
        """The episode that a passage is in; None in a document that is too short to have any."""
        found = self.store.neighbours(self.view, [passage.id], [schema.HOLDS], "in").source
        return next(iter(self._values(found, Episode)), None)

    def identity(self, of: Entity | str) -> identities.Identity:
        """The entities that are one with an entity, itself first, and why; with what it may be besides.

        Raises:
            NotFound: no entity has the name that is given.
        """
        return sharing.identity(self.store, self.view, self._entity(of))

    def questions(self, limit: int = 10, among: int | None = None) -> list[identities.Question]:
        """Pairs of names that may be one, most likely first; ``same`` and ``different`` answer them.

        With ``among``, of that many at a time until ``limit`` are found, so that a large memory answers soon.
        """
        return identities.questions(self.store, self.view, limit, among)

    def _sources(
        self, targets: Sequence[str], kinds: Iterable[str], limit: int, view: View | None = None
    ) -> list[str]:
        """The records that point at these, by kind of edge and target in the orders given."""
        found: dict[str, None] = {}
        view = view or self.view
        for kind in kinds:
            for target in targets:
                edges = self.store.neighbours(view, [target], [kind], "in", limit=limit)
                found |= dict.fromkeys(edges.source)
        return list(found)[:limit]

    def parts(self, whole: Document | Episode | Passage, limit: int = 10) -> Sequence[Passage | Sentence]:
        """The first passages of a document or an episode, or sentences of a passage, also of one asleep."""
        if isinstance(whole, Episode):
            return self._values(whole.passages[:limit], Passage)
        ids = self.store.neighbours(self.view, [whole.id], [schema.PART_OF], "in").source
        passages, sentences = self._values(ids, Passage), self._values(ids, Sentence)
        found: list[Passage | Sentence] = [*passages, *sentences]
        found += whole.asleep if isinstance(whole, Passage) else ()
        return sorted(found, key=lambda part: part.position)[:limit]

    def _values(self, ids: Sequence[str], kind: type[T]) -> list[T]:
        """The values of these ids in their order, those of another type left out."""
        records = self.store.get(self.view, ids)
        values = [schema.from_record(records[id]) for id in ids if id in records]
        return [value for value in values if isinstance(value, kind)]

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """What the memory reads as a graph: records as nodes (with kind and name or text), edges by kind."""
        # Imported here: no other verb needs networkx, and every command would wait for it.
        from graphmem.graph import to_networkx

        return to_networkx(self.store, self.view)
