"""What "it", "they" and "the company" can mean in a document: its names, and the nouns beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphmem.ingest.coreference.people import Mention
from graphmem.ingest.coreference.reading import NAMED, Reading

UNTOLD: Final = frozenset({"name", "title", ""})
"""Labels that do not say what a name is of."""
_PASSING: Final = frozenset({"date", "time", "quantity", "number", "money", "percent", "ordinal", "cardinal"})
_NOMINAL: Final = frozenset({"PROPN", "NOUN", "NUM", "X", "SYM", "ADJ"})


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a document: words ``start`` up to, not including, ``end``, its label, and what it is of."""

    start: int
    end: int
    label: str
    name: str


@dataclass(slots=True)
class Entity:
    """The mentions of one thing, a name or a noun; ``names`` are those of its mentions that are names."""

    words: frozenset[str]
    mentions: list[Mention]
    named: bool
    labels: frozenset[str] = frozenset()
    plural: bool = False
    names: list[Name] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    """Nouns that the text says it is: "a city", "the singer"."""


def entities(t: Reading, names: Sequence[Name]) -> list[Entity]:
    """The entities of a document: names that share their words, then the nouns, each for itself."""
    found: list[Entity] = []
    taken: set[int] = set()
    for name in names:
        if name.label in _PASSING or name.start >= name.end:
            continue
        words = frozenset(word for word in t.low[name.start : name.end] if word[0].isalnum())
        mention = Mention(name.start, name.end, t.root(name.start, name.end))
        if t.pos[mention.head] not in _NOMINAL:
            continue  # what only looks like a name: "It's"
        taken.update(range(name.start, name.end))
        whole = frozenset(name.name.lower().split())
        same = next((e for e in found if e.words == words or e.words == whole or _part(words, e.words)), None)
        if same is None:
            same = Entity(words, [], named=True)
            found.append(same)
        same.mentions.append(mention)
        same.names.append(name)
        same.labels |= {name.label}
    for entity in found:
        entity.mentions.sort(key=lambda m: m.start)
        entity.plural = all(t.tag[m.head] in {"NNPS", "NNS"} for m in entity.mentions)
        entity.called = {word for m in entity.mentions for word in _called(t, m)}
    found += _nouns(t, taken)
    return found


def _part(words: frozenset[str], whole: frozenset[str]) -> bool:
    return len(words) == 1 and len(whole) > 1 and words < whole


def _nouns(t: Reading, taken: Iterable[int]) -> Iterator[Entity]:
    """The nouns that head phrases, and what is joined by "and"."""
    for k, pos in enumerate(t.pos):
        joined = pos in {"NOUN", "PROPN", "PRON"} and any(
            t.base[x] == "conj" and t.pos[x] in {"NOUN", "PROPN"} for x in t.kids[k]
        )
        if joined and t.base[k] != "conj":
            yield Entity(frozenset(), [Mention(k, k + 1, k)], False, plural=True)
        if pos == "NOUN" and k not in taken and t.base[k] not in {"compound", "flat", "fixed"}:
            plural = t.tag[k] == "NNS"
            yield Entity(frozenset((t.low[k],)), [Mention(k, k + 1, k)], False, plural=plural)


def _called(t: Reading, m: Mention) -> Iterator[str]:
    """What a name is called: by its own words, its title, its apposition and its predicate."""
    yield from (t.low[k] for k in range(m.start, m.end))
    yield from (t.low[k] for k in t.kids[m.head] if t.base[k] in NAMED)
    above = t.heads[m.head]
    if t.base[m.head] in {"appos", "flat"} or t.dep[m.head] == "nmod:desc":
        yield t.low[above]
    if t.base[m.head] == "nsubj" and any(t.base[k] == "cop" for k in t.kids[above]):
        yield t.low[above]
        yield from (t.low[k] for k in t.kids[above] if t.base[k] in {"compound", "conj"})
