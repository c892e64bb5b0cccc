"""Linking: which entities a question names. They are where the walk starts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graphmem import schema
from graphmem.identity import WORD, entity_id, fold_word, plain
from graphmem.retrieval import constants
from graphmem.stores.base import Store
from graphmem.types import Entity, View

YEAR: Final = re.compile(r"(?:1\d\d\d|20\d\d)$")
# Words that are common in questions and titles alike ("the director of the film"): a lone one is a name
# only if it is written as one.
FUNCTION_WORDS: Final = frozenset(
    """a an the of in on at to for from by with and or but not is are was were be been being am do does did
    has have had can could may might must shall should will would what which who whom whose when where why
    how that this these those there here it its he she they his her hers their them him you your we our i me
    my as than then so if no yes all any both each more most other some such only own same very too just about
    into over after before between during through up down out off again once""".split()
)
COMMON_NOUNS: Final = frozenset(
    """film films movie song songs album band book novel director composer performer singer actor actress
    author writer producer mother father wife husband son daughter child children spouse sibling grandfather
    grandmother person people man woman city town county country state nation place birth death born died day
    date year years time name university college school company team magazine series show game war river
    language population capital president king queen first last""".split()
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entity that a question names, by ``size`` of its words from ``first`` on."""

    entity: Entity
    first: int
    size: int

    @property
    def words(self) -> range:
        """Where they stand."""
        return range(self.first, self.first + self.size)


def written(question: str) -> list[str]:
    """The words of a question as they are written."""
    return [word for word in WORD.findall(plain(question)) if fold_word(word)][: constants.MOST_WORDS]


def _names(question: str) -> Iterator[tuple[int, int, str, bool]]:
    """N-grams of a question, longest first: (first word, how many, key, whether it is written as a name)."""
    asked = written(question)
    folded = [fold_word(word) for word in asked]
    capitals = sum(word[0].isupper() for word in asked[1:])
    # In a question all in lower case, or all in capitals, case tells nothing.
    telling = 0 < capitals < len(asked) - 1
    for size in range(min(constants.LONGEST_NAME, len(folded)), 0, -1):
        for first in range(len(folded) - size + 1):
            gram = folded[first : first + size]
            if all(word in FUNCTION_WORDS for word in gram):
                continue
            as_name = (telling and asked[first][0].isupper()) or asked[first][0].isdigit()
            yield first, size, " ".join(gram), as_name


def _may_link(key: str, as_name: bool, entity: Entity) -> bool:
    """Whether a lone word of a question may stand for an entity."""
    if len(key) < 2 or (key.isdigit() and not YEAR.match(key)):
        return False
    return as_name or (schema.TITLE_LABEL in entity.labels and key not in COMMON_NOUNS)


def link(store: Store, view: View, question: str) -> dict[str, Link]:
    """Entities that the question names, by id: longest n-grams first, no word used twice."""
    grams = list(_names(question))
    ids = {entity_id(ns, key) for _, _, key, _ in grams for ns in view.namespaces}
    values = map(schema.from_record, store.get(view, sorted(ids)).values())
    known = {value.id: value for value in values if isinstance(value, Entity)}
    used: set[int] = set()
    linked: dict[str, Link] = {}
    for first, size, key, as_name in grams:
        if not used.isdisjoint(range(first, first + size)):
            continue
        for namespace in sorted(view.namespaces):
            entity = known.get(entity_id(namespace, key))
            if entity is not None and (size > 1 or _may_link(key, as_name, entity)):
                linked[entity.id] = Link(entity, first, size)
                used.update(range(first, first + size))
    return linked
