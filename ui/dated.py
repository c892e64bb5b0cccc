"""What happened, held and was talked of in a stretch of time: the items that a timeline shows.

An almanac says what was when; a few hundred records of it are read, those that begin or end in the stretch
and have most evidence first, in equal shares of each kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem import schema, sharing
from graphmem.identity import entity_id, fold
from graphmem.memory import Memory
from graphmem.relations import load
from graphmem.standing import Standing
from graphmem.statements import Event, Fact, Interval
from graphmem.stores.moments import BEGINNING, END, in_utc, microseconds
from graphmem.types import Entity, Episode, Passage
from graphmem.ui import places, spans
from graphmem.ui.almanac import KINDS, Almanac
from graphmem.ui.canvas import kind_of

MOST: Final = 200
"""Items that are shown at a time."""
GROUPS: Final = ("nothing", "person", "place", "kind")
_EDGES: Final = 20_000  # of one entity that are followed
_SPEAKERS: Final = 8  # passages of an episode whose speakers are looked at
_ROWS: Final = 12  # groups that stand by themselves; more are one
_CORRECTIONS: Final = 20  # of one fact that are followed
_STILL: Final = timedelta(minutes=1)  # what a hand does not mean to move
_LONGEST: Final = 160  # characters of an item's text


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown: ids of entities, a stretch of time, and kinds; what is empty narrows nothing.

    ``people`` and ``places`` are ids under which one person and one place are known.
    """

    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    begin: datetime | None = None
    end: datetime | None = None
    kinds: frozenset[str] = frozenset(KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One bar or dot.

    Attributes:
        key: of the item; a fact that held twice has two.
        id: of the event, fact or episode.
        begin, end: from and to when it is drawn, in UTC; None is open.
        when: what its sources say of the time; of an episode, from its first moment to its last.
        state: what ended it, or why it is in doubt; empty if there is nothing to say.
        people, places: names of who and what takes part.
        stated: how many statements or passages support it.
        movable: whether its date may be corrected here.
        spot: where it was, in degrees of latitude and longitude.
    """

    key: str
    id: str
    kind: str
    text: str
    begin: datetime | None
    end: datetime | None
    when: Interval
    state: str = ""
    doubted: bool = False
    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    stated: int = 1
    movable: bool = False
    happens: bool = False
    spot: tuple[float, float] | None = None

    @property
    def told(self) -> str:
        """When, for people; of a fact that a later one ended, from when to when it held."""
        if self.kind == schema.FACT:
            return spans.told(replace(self.when, begin=self.begin, end=self.end))
        return spans.told(self.when)


@dataclass(frozen=True, slots=True)
class Window:
    """Items by begin, and how many more there are in the stretch.

    Attributes:
        first, last: of all that fits, at whatever time.
        whole: whether these are the items of all times, not of the stretch alone.
        lasting: things whose place is known whatever the time.
    """

    items: tuple[Item, ...] = ()
    more: int = 0
    first: datetime | None = None
    last: datetime | None = None
    whole: bool = False
    lasting: tuple[places.Spot, ...] = ()

    @property
    def spots(self) -> tuple[places.Spot, ...]:
        """What has a place on the map."""
        seen = {one.id: one for one in self.items if one.spot}
        found = [
            places.Spot(one.places[0] if one.places else one.text, *one.spot, one.id)
            for one in seen.values()
            if one.spot
        ]
        return (*self.lasting, *found)


def known(memory: Memory, name: str) -> frozenset[str]:
    """The ids of the entities that one called so is, in all namespaces that are read; none if nobody is.

    Who is one with whom is asked of what the memory knows: an alias finds what stands under other names.
    """
    value = sharing.found(memory.store, memory.view, memory.namespace, name)
    if not isinstance(value, Entity):
        return frozenset()
    who = memory.identity(value)
    entities = [value, *who.entities, *(one for other in who.elsewhere for one in other.entities)]
    return frozenset(id for one in entities for id in sharing.namesakes(memory.view, one))


def fitting(memory: Memory, almanac: Almanac, asked: Asked) -> NDArray[np.bool_]:
    """Which rows of the almanac are of the kinds, the person and the place, at whatever time; shape (n,)."""
    fits = np.isin(almanac.kinds, [KINDS.index(kind) for kind in KINDS if kind in asked.kinds])
    for ids in (asked.people, asked.places):
        if ids:
            fits &= almanac.among(_about(memory, ids, asked.kinds))
    return fits


def window(memory: Memory, almanac: Almanac, asked: Asked, most: int = MOST) -> Window:
    """The items of a stretch of time, at most so many; those of all times, if these are few enough."""
    fits = fitting(memory, almanac, asked)
    whole = bool(fits.sum() <= most)
    rows = np.flatnonzero(fits if whole else fits & _within(almanac, asked))
    chosen = rows if whole else _foremost(almanac, rows, asked, most)
    found = items(memory, [id.decode() for id in almanac.ids[chosen].tolist()])
    first, last = _extent(almanac, fits)
    lasting = () if asked.people or asked.places else spots(memory, most)
    return Window(found, len(rows) - len(chosen), first, last, whole, lasting)


def spots(memory: Memory, most: int = MOST) -> tuple[places.Spot, ...]:
    """What has a place whatever the time: records without a date whose fields are coordinates.

    They are found by the names of such fields, not by looking at all facts.
    """
    store, view = memory.store, memory.view
    entries = replace(view, kinds=frozenset({schema.ENTRY}))
    found = store.search_text(entries, " ".join(places.FIELDS), most)
    facts = store.neighbours(view, [id for id, _ in found], [schema.STATES], "out").target
    records = store.get(view, list(dict.fromkeys(facts))).values() if facts else ()
    parts = (places.part(one) for one in records if one.kind == schema.FACT)
    return tuple(places.spots(part for part in parts if part))


def _about(memory: Memory, ids: frozenset[str], kinds: frozenset[str]) -> set[str]:
    """The events and facts that entities take part in, and the episodes that name them."""
    store, view, asked = memory.store, memory.view, sorted(ids)
    found = set(store.neighbours(view, asked, schema.PARTICIPANT_EDGES, "in", limit=_EDGES).source)
    if schema.EPISODE in kinds:
        naming = [*schema.ENTITY_EDGES, schema.REFERS]
        sentences = list(dict.fromkeys(store.neighbours(view, asked, naming, "in", limit=_EDGES).source))
        passages = list(dict.fromkeys(store.neighbours(view, sentences, [schema.PART_OF], "out").target))
        found |= set(store.neighbours(view, passages, [schema.HOLDS], "in").source)
    return found


def _within(almanac: Almanac, asked: Asked) -> NDArray[np.bool_]:
    """Which rows overlap the stretch; one without length does if it is inside."""
    found = np.ones(len(almanac), dtype=np.bool_)
    if asked.begin is not None:
        begin = microseconds(asked.begin)
        found &= (almanac.ends > begin) | (almanac.begins >= begin)
    if asked.end is not None:
        found &= almanac.begins < microseconds(asked.end)
    return found


def _foremost(almanac: Almanac, rows: NDArray[np.intp], asked: Asked, most: int) -> NDArray[np.intp]:
    """The rows to show: of each kind in turn, those with an end in the stretch first, then by evidence.

    Facts are a third at most: for each, others are read that may have ended it.
    """
    begin = microseconds(asked.begin) if asked.begin else BEGINNING + 1
    end = microseconds(asked.end) if asked.end else END
    begins, ends = almanac.begins[rows], almanac.ends[rows]
    inner = ((begins >= begin) & (begins < end)) | ((ends > begin) & (ends < end))
    order = np.lexsort((-almanac.weights[rows], ~inner))
    place = np.empty(len(rows), dtype=np.int64)
    for kind in range(len(KINDS)):
        own = order[almanac.kinds[rows][order] == kind]
        place[own] = np.arange(len(own))
    kept = np.flatnonzero((almanac.kinds[rows] != KINDS.index(schema.FACT)) | (place < most / len(KINDS)))
    return rows[kept[np.argsort(place[kept], kind="stable")[:most]]]


def _extent(almanac: Almanac, fits: NDArray[np.bool_]) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment that any of the rows names."""
    moments = np.concatenate([almanac.begins[fits], almanac.ends[fits]])
    moments = moments[(moments != BEGINNING) & (moments != END)]
    if not len(moments):
        return None, None
    zero = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return tuple(zero + timedelta(microseconds=int(one)) for one in (moments.min(), moments.max()))  # type: ignore[return-value]


# --- items ----------------------------------------------------------------------------------


def current(memory: Memory, id: str) -> str:
    """The id of the fact or event that a person put in the place of one, and so on; else the id itself."""
    for _ in range(_CORRECTIONS):
        record = memory.store.get(memory.view, [id]).get(id)
        value = schema.from_record(record) if record else None
        if not isinstance(value, Fact) or value.retraction is None or not value.retraction.instead:
            break
        id = value.retraction.instead
    return id


def items(memory: Memory, ids: Sequence[str]) -> tuple[Item, ...]:
    """The items of events, facts and episodes, by begin; of what has no date or does not hold none."""
    values = [schema.from_record(one) for one in memory.store.get(memory.view, ids).values()]
    facts = [one for one in values if isinstance(one, Fact)]
    episodes = [one for one in values if isinstance(one, Episode)]
    stands, labels = memory.standings(facts), _labels(memory, facts)
    found = [item for one in facts for item in of_fact(one, stands[one.id], labels, memory.namespace)]
    speakers = _speakers(memory, episodes)
    found += [_of_episode(one, speakers.get(one.id, ())) for one in episodes]
    return tuple(sorted(found, key=lambda one: (one.begin or one.end or datetime.max, one.key)))


def of_fact(fact: Fact, standing: Standing, labels: Mapping[str, str], own: str) -> list[Item]:
    """The items of an event or a fact: one for each stretch in which it held.

    Args:
        fact: it.
        standing: how it stands.
        labels: what its participants are ("person"), by folded name.
        own: the namespace whose dates may be corrected.
    """
    when = fact.when or Interval()
    event = isinstance(fact, Event)
    drawn = [(when.begin, when.end)] if event else [(one.begin, one.end) for one in standing.stretches]
    drawn = [pair for pair in drawn if any(pair)]
    people, at = _named(fact, labels)
    return [
        Item(
            key=fact.id if n == 0 else f"{fact.id}/{n}",
            id=fact.id,
            kind=schema.EVENT if event else schema.FACT,
            text=worded(fact)[:_LONGEST],
            begin=begin and in_utc(begin),
            end=end and in_utc(end),
            when=when,
            state="" if standing.state in ("holds", "over", "ahead") else standing.told,
            doubted=standing.state == "quarantined",
            people=people,
            places=at,
            stated=fact.stated,
            movable=fact.namespace == own and len(drawn) == 1 and not fact.retraction,
            happens=fact.happens,
            spot=places.point((one.role, one.text) for one in fact.participants),
        )
        for n, (begin, end) in enumerate(drawn)
    ]


def worded(fact: Fact) -> str:
    """A fact in a line; one that follows from what happened says what holds: "Ann lives in Oslo"."""
    if isinstance(fact, Event) or not fact.happens or fact.relation not in load().relations:
        text = fact.text
        return f"not: {text}" if fact.negated and " not " not in f" {text} " else text
    subject, *others = (one.entity or one.text for one in fact.participants)
    relation = ("not " if fact.negated else "") + fact.relation.replace("_", " ")
    return " ".join([subject, relation, *others[:1]])


def _labels(memory: Memory, facts: Iterable[Fact]) -> dict[str, str]:
    """What the participants of facts are, by folded name."""
    keys = {(of.namespace, fold(one.entity)) for of in facts for one in of.participants if one.entity}
    ids = {entity_id(namespace, key): key for namespace, key in keys}
    values = map(schema.from_record, memory.store.get(memory.view, sorted(ids)).values())
    return {ids[one.id]: kind_of(one.label) for one in values if isinstance(one, Entity)}


def _named(fact: Fact, labels: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The people and the places that take part, by name."""
    people: dict[str, None] = {}
    at: dict[str, None] = {}
    for one in fact.participants:
        name, kind = one.entity or one.text, labels.get(fold(one.entity)) if one.entity else one.role
        if kind == "person":
            people[name] = None
        elif kind == "place" or (one.role == "place" and one.entity):
            at[name] = None
    return tuple(people), tuple(at)


def _speakers(memory: Memory, episodes: Sequence[Episode]) -> dict[str, tuple[str, ...]]:
    ids = [id for one in episodes for id in one.passages[:_SPEAKERS]]
    values = map(schema.from_record, memory.store.get(memory.view, ids).values()) if ids else ()
    who = {one.id: one.speaker for one in values if isinstance(one, Passage)}
    return {
        one.id: tuple(dict.fromkeys(filter(None, (who.get(id, "") for id in one.passages[:_SPEAKERS]))))
        for one in episodes
    }


def _of_episode(one: Episode, speakers: tuple[str, ...]) -> Item:
    begin, end = one.at or one.until, one.until or one.at
    among = " and ".join([", ".join(speakers[:-1]), speakers[-1]] if len(speakers) > 1 else speakers)
    return Item(
        key=one.id,
        id=one.id,
        kind=schema.EPISODE,
        text=f"{among or 'A stretch'} ({len(one.passages)} passages)"[:_LONGEST],
        begin=begin and in_utc(begin),
        end=end and in_utc(end),
        when=Interval(begin=begin, end=end, precision="minute"),
        people=speakers,
        stated=len(one.passages),
    )


# --- groups ---------------------------------------------------------------------------------


def grouped(items: Sequence[Item], by: str) -> list[tuple[str, tuple[str, ...]]]:
    """Names of groups and the keys of their items, the largest first; an item may be in several.

    ``by`` is one of ``GROUPS``. What belongs nowhere is the last group, small groups are one before it.
    """
    if by not in GROUPS[1:]:
        return []
    found: dict[str, list[str]] = {}
    none: list[str] = []
    for one in items:
        names = {"person": one.people, "place": one.places, "kind": (f"{one.kind.title()}s",)}[by]
        for name in names:
            found.setdefault(name, []).append(one.key)
        if not names:
            none.append(one.key)
    ordered = sorted(found.items(), key=lambda row: (-len(row[1]), row[0]))
    groups = [(name, tuple(keys)) for name, keys in ordered[:_ROWS]]
    if rest := tuple(dict.fromkeys(key for _, keys in ordered[_ROWS:] for key in keys)):
        groups.append((f"{len(ordered) - _ROWS} others", rest))
    return [*groups, ("nobody named" if by == "person" else "no place", tuple(none))] if none else groups


# --- corrected dates ------------------------------------------------------------------------


def redated(
    item: Item, begin: datetime | None, end: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """The time that an item is said to have where its bar was drawn from ``begin`` to ``end``.

    A bar that was moved is as long and as exact as before; one whose end was drawn elsewhere has that end.
    An end that no source tells, as a later fact ended it, is told only if it was drawn elsewhere.
    """
    if item.begin and item.end and begin and end and not (item.happens and item.kind == schema.FACT):
        if abs((end - begin) - (item.end - item.begin)) > _STILL:
            first = item.when.begin if abs(begin - item.begin) < _STILL else begin
            last = item.when.end if abs(end - item.end) < _STILL else end
            return spans.resized(item.when, first, last)
    by = timedelta()
    if begin and item.begin:
        by = begin - item.begin
    elif end and item.end:
        by = end - item.end
    return spans.shifted(item.when, by)
