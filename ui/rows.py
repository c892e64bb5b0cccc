"""Facts as lists show them: what each says, how it stands, when, on whose word; by what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from graphmem import relations
from graphmem.memory import Memory
from graphmem.slots import Stretch
from graphmem.standing import Standing, State
from graphmem.statements import Event, Fact
from graphmem.ui.bars import told as spelt

WORDS: Final[Mapping[State, str]] = {
    "holds": "holds",
    "ahead": "still ahead",
    "over": "over",
    "ended": "ended",
    "retracted": "retracted",
    "quarantined": "not trusted",
}
"""How each standing is called on a page."""
_DENYING: Final = frozenset({"not", "never", "no", "cannot", "neither", "nor"})
_SAID: Final = 3
_MODALITY: Final[Mapping[str, str]] = {
    "if": "only if something else is so",
    "future": "expected",
    "may": "perhaps",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A fact or an event in a list.

    ``word`` says how it stands; ``twin`` is the id of the event that tells the same; ``about`` tells whether
    it is about whoever the list is of; ``odds`` is how many facts it is at odds with.
    """

    id: str
    kind: str
    text: str
    relation: str
    predicate: str
    state: State
    word: str
    when: str
    stretches: tuple[Stretch, ...]
    remarks: tuple[str, ...]
    about: bool
    twin: str
    odds: int
    namespace: str


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that say the same of one: "lives in"."""

    title: str
    rows: tuple[Row, ...]


def worded(fact: Fact) -> str:
    """A fact in a line, its denial among its words."""
    said = bool(_DENYING & {*fact.predicate.lower().replace("n't", " not").split()})
    return fact.text if said or not fact.negated else f"not: {fact.text}"


def _stretches(fact: Fact, standing: Standing) -> tuple[Stretch, ...]:
    """When it holds; of an event, when it happened: that it has happened holds ever after."""
    if isinstance(fact, Event) and fact.when:
        return (Stretch(fact.when.begin, fact.when.end),)
    return standing.stretches


@lru_cache(maxsize=1)
def known_relations() -> tuple[str, ...]:
    """The relations that the rules know, in words, sorted."""
    return tuple(sorted(name.replace("_", " ") for name in relations.load().relations))


def relation_told(fact: Fact) -> str:
    """What a fact says, in words: "lives in"."""
    return " ".join(fact.relation.replace("_", " ").split())


def modality_told(modality: str) -> str:
    """What weakens a statement, in words; empty if nothing does."""
    return _MODALITY.get(modality, f"said with “{modality}”") if modality else ""


def remarks(fact: Fact, standing: Standing) -> tuple[str, ...]:
    """What else is to be said of a fact: denied, perhaps, on whose word, why it does not hold."""
    told = [
        "a denial" if fact.negated else "",
        modality_told(fact.modality),
        *(f"{name} says so" for name in fact.said_by),
        standing.why.removeprefix("retracted: ").removeprefix("quarantined: "),
        "sources are at odds" if standing.odds else "",
    ]
    return tuple(filter(None, told))


def when_told(fact: Fact, standing: Standing) -> str:
    """When it holds or happened, as its sources tell it, else as it follows from others."""
    if fact.when and fact.when.text and standing.state != "ended":
        return fact.when.text
    timed = any(one.begin or one.end for one in standing.stretches)
    return spelt(standing.stretches) if timed else ""


def row(fact: Fact, standing: Standing, names: frozenset[str] = frozenset(), twin: str = "") -> Row:
    """A fact as a list shows it; ``names`` are the folded names of whoever the list is of."""
    return Row(
        id=fact.id,
        kind="event" if isinstance(fact, Event) else "fact",
        text=worded(fact),
        relation=relation_told(fact),
        predicate=fact.predicate,
        state=standing.state,
        word="happened" if isinstance(fact, Event) and standing.state == "holds" else WORDS[standing.state],
        when=when_told(fact, standing),
        stretches=_stretches(fact, standing),
        remarks=remarks(fact, standing),
        about=fact.participants[0].key[1:] in names,
        twin=twin,
        odds=len(standing.odds),
        namespace=fact.namespace,
    )


def rows(memory: Memory, facts: Sequence[Fact], names: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """The facts as a list shows them, in order; an event that says what a fact does too is shown as one."""
    stands = memory.standings(facts)
    events = {_meaning(one): one.id for one in facts if isinstance(one, Event)}
    stated = {_meaning(one) for one in facts if not isinstance(one, Event)}
    return tuple(
        row(one, stands[one.id], names, "" if isinstance(one, Event) else events.get(_meaning(one), ""))
        for one in facts
        if not (isinstance(one, Event) and _meaning(one) in stated)
    )


def _meaning(fact: Fact) -> tuple[object, ...]:
    parts = tuple((one.role, one.case, one.key) for one in fact.participants)
    return fact.namespace, fact.text, parts, fact.negated, fact.modality, fact.when


def groups(found: Iterable[Row]) -> tuple[Group, ...]:
    """Rows by what they say, those about whoever the list is of first; what is said once comes last."""
    by_title: defaultdict[tuple[bool, str], list[Row]] = defaultdict(list)
    for one in found:
        by_title[not one.about, one.relation].append(one)
    told: list[Group] = []
    for about in (False, True):
        mine = {title: own for (other, title), own in by_title.items() if other is about}
        several = [
            Group(_title(title, own), tuple(own)) for title, own in sorted(mine.items()) if len(own) > 1
        ]
        single = tuple(own[0] for _, own in sorted(mine.items()) if len(own) == 1)
        if about and several:
            several = [replace(one, title=f"Where it takes part: {one.title}") for one in several]
        told += several
        if single:
            told.append(Group("Where it takes part" if about else "Also", single))
    return tuple(told)


def _title(relation: str, own: Sequence[Row]) -> str:
    """The words that all of them use, else the known relation that these stand for, else all these words."""
    said = sorted({one.predicate for one in own if one.predicate})
    several = len(said) > 1 and relation in known_relations()
    return relation if several or not said else " / ".join(said[:_SAID])
