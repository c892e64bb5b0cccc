"""All that a memory has about an entity: which passages name it, and what people said of it.

A passage names an entity if a mention in it does, by any of the names that identity says are one; if a
pronoun or a part of a name refers to it, or a statement is of it; or if its text has one of the names where
nothing was read as a mention. What another bears of these names, as its own document has it, is another's.

Nothing is walked through: names lead to their sentences, words to the texts that have them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar

from graphmem import schema
from graphmem.casts import Cast
from graphmem.deciding import IN
from graphmem.errors import InputError, NotFound
from graphmem.identities import Walk, bare
from graphmem.identity import WORD, cast_id, decision_id, document_id, entity_id, fold, fold_word, plain
from graphmem.resolution import Profile
from graphmem.resolution.profile import name_key
from graphmem.stores.base import Store
from graphmem.types import Document, Entity, Mention, Passage, Record, Sentence, View

_T = TypeVar("_T")
_NAMING: Final = (*schema.ENTITY_EDGES, schema.NAMES, schema.REFERS)
_PARENTHESIS: Final = re.compile(r"\s*\([^()]*\)\s*")
_FIRST: Final = 256
"""Texts of a word that are asked for at first, to find the rarest word of a name."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is about an entity.

    Attributes:
        entities: it by all its names, the one asked for first.
        passages: ids of those that name it, by the id of their document.
        documents: ids of the documents that it is the title of.
        words: the records of what people said of it.
        others: what bears its name, or has it as a part, and is another's.
    """

    entities: tuple[Entity, ...]
    passages: Mapping[str, frozenset[str]]
    documents: frozenset[str]
    words: tuple[Record, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Whom:
    """Whom is asked about: its units, the names by which these go, and the name that was given."""

    units: frozenset[str]
    entities: tuple[Entity, ...]
    decisions: frozenset[tuple[str, str]]
    given: str = ""

    @cached_property
    def keys(self) -> frozenset[str]:
        """The folded names."""
        return frozenset(one.key for one in self.entities)

    @cached_property
    def surfaces(self) -> tuple[str, ...]:
        """The names as they are written."""
        return tuple(sorted({surface for one in self.entities for surface in one.surfaces}))

    def said_in(self, text: str) -> bool:
        """Whether a text has one of the names: of several words in any case, a lone word as it is written."""
        found = WORD.findall(plain(text))
        folded = " ".join(["", *map(fold_word, found), ""])
        lone = {plain(surface) for surface in self.surfaces if " " not in fold(surface)}
        return any(" " in key and f" {key} " in folded for key in self.keys) or any(
            fold_word(word) in self.keys and word.removesuffix("'s") in lone for word in found
        )


def whom(store: Store, view: View, namespace: str, name: str) -> Whom:
    """Whom a name means: all who bear it, and all that is one with any of them.

    The id of an entity is its name; that of a unit, and "NAME @ DOCUMENT", mean that one alone. A name that
    only ever stands for a fuller one ("Curie") means whom that is of.

    Raises:
        NotFound: nothing is called so.
        InputError: the name stands for several.
    """
    walk = Walk(store, view, namespace)
    entity = entity_id(namespace, fold(name))
    found = store.get(view, [name, entity])
    given = ""
    if name in found and found[name].kind == schema.UNIT:
        start = [str(found[name].body["key"])]
    elif told := [found[id] for id in (name, entity) if id in found and found[id].kind == schema.ENTITY]:
        given = str(told[0].body["key"])
        if fuller := _fuller(store, view, told[0]):
            return _the_one(store, view, namespace, given, fuller)
        units = store.neighbours(view, [told[0].id], [schema.CALLED], "in").source
        start = [bare(given), *(record.body["key"] for record in store.get(view, units).values())]
    elif asleep := _dormant(store, view, namespace, name):
        return Whom(frozenset({bare(asleep.key)}), (asleep,), frozenset(), asleep.key)
    else:
        start = [_in_document(store, view, namespace, name)]
    ours, around = walk.entity(start)
    ends = {(one.a, one.b) for one in around.decisions if {one.a, one.b} & ours and one.at != float("-inf")}
    names = {one.id: one for one in walk.names(sorted(ours))}
    if given:
        first = schema.from_record(told[0])
        assert isinstance(first, Entity)
        names = {first.id: first, **names}
    return Whom(ours | set(start), tuple(names.values()), frozenset(ends), given)


def _fuller(store: Store, view: View, entity: Record) -> list[str]:
    """The full names that a name stands for, wherever it stands; none, if it also stands for itself."""
    key, found = entity.body["key"], set[str]()
    named = store.neighbours(view, [entity.id], _NAMING, "in").source
    for sentence in _values(store, view, named, Sentence).values():
        for mention in sentence.mentions:
            if key in (fold(mention.name), fold(mention.of)):
                found.add(mention.of or mention.name)
    return [] if key in map(fold, found) else sorted(found)


def _the_one(store: Store, view: View, namespace: str, key: str, fuller: Sequence[str]) -> Whom:
    """Whom full names mean that one name stands for.

    Raises:
        InputError: they are several.
    """
    who = whom(store, view, namespace, fuller[0])
    if not set(map(fold, fuller)) <= who.keys:
        raise InputError(f"{key!r} stands for several: say which of {', '.join(map(repr, fuller))}")
    return who


def _dormant(store: Store, view: View, namespace: str, name: str) -> Entity | None:
    """The entity of a name that only passages asleep have."""
    key = fold(name)
    found = [one for one in _candidates(store, view, _called(namespace, key, {name: 1})) if key]
    surfaces = Counter(m.of or m.name for one in found for m in one.mentions if fold(m.of or m.name) == key)
    return _called(namespace, key, surfaces).entities[0] if surfaces else None


def _called(namespace: str, key: str, surfaces: Mapping[str, int]) -> Whom:
    """Whom a name means that no entity has."""
    one = Entity(id=entity_id(namespace, key), namespace=namespace, key=key, surfaces=surfaces, labels={})
    return Whom(frozenset(), (one,), frozenset())


def _in_document(store: Store, view: View, namespace: str, name: str) -> str:
    """The unit that "NAME @ DOCUMENT" is of."""
    said, sign, document = name.rpartition(IN)
    for id in (document, document_id(namespace, document)) if sign else ():
        for profile in _profiles(store, view, [id]).get(id, ()):
            if fold(said) in map(fold, profile.names):
                alone = Walk(store, view, namespace).named([profile.id])
                return profile.id if alone else name_key(profile)
    raise NotFound(f"nothing is called {name!r} in namespace {namespace!r}")


def _profiles(store: Store, view: View, documents: Iterable[str]) -> dict[str, tuple[Profile, ...]]:
    """The profiles of documents, by document; of one without a cast none."""
    found = {}
    for record in store.get(view, [cast_id(document) for document in documents]).values():
        cast = schema.from_record(record)
        assert isinstance(cast, Cast)
        found[cast.document] = cast.profiles
    return found


@dataclass(slots=True)
class _Casts:
    """Which unit each name is of, in each document of a few."""

    unit: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store, view: View, namespace: str, documents: Iterable[str]) -> _Casts:
        profiles = _profiles(store, view, documents)
        alone = Walk(store, view, namespace).named(one.id for own in profiles.values() for one in own)
        return cls(
            {
                (document, fold(name)): one.id if one.id in alone else name_key(one)
                for document, own in profiles.items()
                for one in own
                for name in one.names
            }
        )

    def means(self, document: str, key: str, who: Whom) -> bool:
        """Whether a document means one by a name: all who are called as asked for, others by their unit."""
        if key not in who.keys:
            return False
        unit = self.unit.get((document, key))
        return key == who.given or unit is None or unit in who.units


def dossier(store: Store, view: View, namespace: str, name: str) -> Dossier:
    """All that a namespace has about whom a name means.

    Raises:
        NotFound: nothing is called so.
        InputError: the name stands for several.
    """
    who = whom(store, view, namespace, name)
    sentences = _candidates(store, view, who)
    passages = _values(store, view, {one.passage for one in sentences}, Passage)
    documents = _values(store, view, {one.document for one in passages.values()}, Document)
    casts = _Casts.read(store, view, namespace, documents)
    found: defaultdict[str, set[str]] = defaultdict(set)
    others: dict[str, None] = {}
    for sentence in sentences:
        passage = passages[sentence.passage]
        titles = {_untold(title) for title in (documents[passage.document].title, passage.heading)}
        reader = _Reader(who, casts, passage.document, frozenset(titles - {""}))
        if reader.names(sentence):
            found[passage.document].add(passage.id)
        others |= dict.fromkeys(reader.others)
    titled = frozenset(id for id, one in documents.items() if id in found and _untold(one.title) in who.keys)
    words = store.get(view, [decision_id(namespace, *ends) for ends in sorted(who.decisions)])
    return Dossier(
        entities=who.entities,
        passages={id: frozenset(own) for id, own in found.items()},
        documents=titled,
        words=tuple(words.values()),
        others=tuple(others),
    )


def _untold(title: str) -> str:
    """The key of what a title names, without what it says of it in parentheses."""
    return fold(_PARENTHESIS.sub(" ", title))


@dataclass(slots=True)
class _Reader:
    """Reads whether sentences of one passage name one, and who else bears the name."""

    who: Whom
    casts: _Casts
    document: str
    titles: frozenset[str]
    others: list[str] = field(default_factory=list)

    def names(self, sentence: Sentence) -> bool:
        """Whether a sentence names, refers to or tells of one."""
        own = [mention for mention in sentence.mentions if self._means(mention)]
        told = {one.entity for s in sentence.statements for one in s.participants}
        told |= {statement.said_by for statement in sentence.statements}
        if own or any(self.casts.means(self.document, fold(one), self.who) for one in told if one):
            return True
        text = list(sentence.text)
        for mention in sentence.mentions:
            if mention.end and mention.role != "pronoun":
                text[mention.start : mention.end] = " " * (mention.end - mention.start)
                if self.who.said_in(mention.name):
                    self.others.append(mention.of or mention.name)
        return self.who.said_in("".join(text))

    def _means(self, mention: Mention) -> bool:
        if mention.role == "title" and fold(mention.name) not in self.titles:
            return False  # "Paris, Texas" is not about Paris
        return self.casts.means(self.document, fold(mention.of or mention.name), self.who)


def _candidates(store: Store, view: View, who: Whom) -> list[Sentence]:
    """The sentences that may name one, by id, those of passages asleep among them."""
    ids = [one.id for one in who.entities]
    named = set(store.neighbours(view, ids, _NAMING, "in").source)
    facts = list(dict.fromkeys(store.neighbours(view, ids, schema.PARTICIPANT_EDGES, "in").source))
    if facts:
        named |= set(store.neighbours(view, facts, [schema.STATES, schema.TELLS], "in").source)
    for surface in who.surfaces:
        named |= set(_having(store, view, surface))
    found = _values(store, view, named, Sentence)
    found |= {one.id: one for p in _values(store, view, named, Passage).values() for one in p.asleep}
    return [found[id] for id in sorted(found)]


def _having(store: Store, view: View, surface: str) -> Iterator[str]:
    """The sentences and passages asleep that have the rarest word of a name, whichever that is."""
    words, k = surface.split(), _FIRST
    view = replace(view, kinds=frozenset({*schema.SENTENCE_KINDS.values(), schema.PASSAGE}))
    while words:
        for word in words:
            found = store.search_text(view, word, k)
            if len(found) < k:
                yield from (id for id, _ in found)
                return
        k *= 4


def _values(store: Store, view: View, ids: Iterable[str], kind: type[_T]) -> dict[str, _T]:
    """The values of a kind by id."""
    found = {id: schema.from_record(record) for id, record in store.get(view, sorted(ids)).items()}
    return {id: value for id, value in found.items() if isinstance(value, kind)}
