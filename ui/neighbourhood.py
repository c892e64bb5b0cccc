"""What stands around entities: the graph that is drawn, read by bounded lookups and never by a whole scan.

A node is whom or what names mean: entities that are one by all that is known and said are one node. An edge
is a fact or an event of two of them, or that sentences name both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from graphmem import schema
from graphmem.identities import Walk, bare
from graphmem.identity import entity_id
from graphmem.memory import Memory
from graphmem.resolution import component, entities
from graphmem.shown import excerpt
from graphmem.statements import SUBJECT, Event, Fact, Participant
from graphmem.types import Entity
from graphmem.ui.canvas import Edge, Node

CAP: Final = 400
"""Nodes that are drawn at most."""
_READ: Final = 40
"""Facts, and sentences, of one name that are looked at for edges."""
_LOOKED_AT: Final = 200
"""The same of a name whose neighbours are asked for."""
_CROWD: Final = 12
"""Names of a sentence from which on it connects none: a list of names tells nothing of any two."""
_OF_A_FACT: Final = 3.0  # what a fact weighs beside a sentence that names both
# The title of a document stands at each of its sentences, and says nothing of any.
_NAMING: Final = (
    schema.MENTIONS,
    schema.NAMES,
    schema.REFERS,
    schema.SPOKEN_BY,
    schema.OPENS,
)


@dataclass(frozen=True, slots=True)
class Graph:
    """What is drawn. ``members`` are the entities of each node, by id; ``left_out`` nodes found no place."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: int = 0

    def node_of(self, entity: str) -> str:
        """The node that an entity is drawn as; empty if it is not drawn."""
        return next((id for id, own in self.members.items() if entity in own), "")


@dataclass(frozen=True, slots=True)
class Around:
    """Neighbours of a node, those with most in common first; ``more`` of them are not told here."""

    ids: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class _Ties:
    """What connects entities: those that take part in each fact, and those that each sentence names."""

    facts: Mapping[str, tuple[str, ...]]
    sentences: Mapping[str, tuple[str, ...]]

    def weights(self, of: frozenset[str]) -> dict[str, float]:
        """How much each other entity has in common with some."""
        found: defaultdict[str, float] = defaultdict(float)
        for rows, weight in ((self.facts, _OF_A_FACT), (self.sentences, 1.0)):
            for ends in rows.values():
                if not of.isdisjoint(ends):
                    for other in set(ends) - of:
                        found[other] += weight
        return found


def _ties(memory: Memory, ids: Sequence[str], limit: int) -> _Ties:
    """What connects entities with each other and with others; of one name at most ``limit`` each."""
    store, view = memory.store, memory.view
    found: list[dict[str, tuple[str, ...]]] = []
    for kinds in (schema.PARTICIPANT_EDGES, _NAMING):
        sources = store.neighbours(view, ids, kinds, "in", limit=limit).source if ids else ()
        edges = store.neighbours(view, list(dict.fromkeys(sources)), kinds, "out") if sources else None
        ends: defaultdict[str, dict[str, None]] = defaultdict(dict)
        if edges is not None:
            for source, target in zip(edges.source, edges.target, strict=True):
                ends[source][target] = None
        found.append({source: tuple(targets) for source, targets in ends.items()})
    facts, sentences = found
    return _Ties(facts, {id: ends for id, ends in sentences.items() if len(ends) <= _CROWD})


# --- who is one ------------------------------------------------------------------------------


def merged(memory: Memory, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Entities by node: those that are one together, each under the first of them that was given.

    A name that several bear stays by itself: what is one with either of them is not one with the other.
    """
    wanted = list(dict.fromkeys(ids))
    found = _entities(memory, wanted)
    by_namespace: defaultdict[str, list[Entity]] = defaultdict(list)
    for id in wanted:
        if id in found:
            by_namespace[found[id].namespace].append(found[id])
    of: dict[str, tuple[str, ...]] = {}
    for namespace, own in by_namespace.items():
        of |= _ones(Walk(memory.store, memory.view, namespace), own)
    return {id: of[id] for id in wanted if id in of}


def _ones(walk: Walk, own: Sequence[Entity]) -> dict[str, tuple[str, ...]]:
    """The same for entities of one namespace."""
    called: defaultdict[str, list[str]] = defaultdict(list)
    edges = walk.store.neighbours(walk.view, [one.id for one in own], [schema.CALLED], "in")
    keys = {id: str(one.body["key"]) for id, one in walk.store.get(walk.view, edges.source).items()}
    for unit, entity in zip(edges.source, edges.target, strict=True):
        called[entity].append(keys[unit])
    start = {one.id: frozenset((*called[one.id], bare(one.key))) for one in own}
    around = component(frozenset[str]().union(*start.values()), walk.around)
    sets = entities(around.there, around.links, around.decisions)
    at = {key: number for number, members in enumerate(sets) for key in members}
    groups: dict[object, list[str]] = {}
    for one in own:
        touched = {at[key] for key in start[one.id] if key in at}
        several = len(touched) != 1
        groups.setdefault(one.id if several else min(touched), []).append(one.id)
    return {members[0]: tuple(members) for members in groups.values()}


def _entities(memory: Memory, ids: Sequence[str]) -> dict[str, Entity]:
    values = map(schema.from_record, memory.store.get(memory.view, ids).values())
    return {value.id: value for value in values if isinstance(value, Entity)}


# --- what is drawn ---------------------------------------------------------------------------


def graph(memory: Memory, ids: Sequence[str], *, strong: Iterable[str] = (), cap: int = CAP) -> Graph:
    """Entities, by id, with what connects them.

    Args:
        memory: what is drawn.
        ids: entities in order of importance; those beyond ``cap`` are left out and counted.
        strong: those that are drawn with emphasis, and the edges between them.
        cap: how many nodes are drawn.
    """
    members = merged(memory, ids)
    kept = dict(list(members.items())[:cap])
    node_of = {entity: node for node, own in kept.items() for entity in own}
    found = _entities(memory, list(node_of))
    ties = _ties(memory, list(node_of), _READ)
    marked = {node_of[id] for id in strong if id in node_of}
    hidden = _hidden(ties, node_of)
    nodes = []
    for node, own in kept.items():
        first = max((found[id] for id in own), key=lambda one: one.mentions)
        nodes.append(Node(node, first.name, first.label, len(hidden[node]), node in marked))
    edges = _once(_told(memory, ties, node_of, marked))
    joined = {frozenset((edge.source, edge.target)) for edge in edges}
    edges += _together(ties, node_of, joined, marked)
    return Graph(tuple(nodes), tuple(edges), kept, len(members) - len(kept))


def _hidden(ties: _Ties, node_of: Mapping[str, str]) -> defaultdict[str, set[str]]:
    """The entities that are not drawn, by the node that they have something in common with."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for ends in (*ties.facts.values(), *ties.sentences.values()):
        outside = {end for end in ends if end not in node_of}
        for node in {node_of[end] for end in ends if end in node_of}:
            found[node] |= outside
    return found


def _told(memory: Memory, ties: _Ties, node_of: Mapping[str, str], marked: set[str]) -> Iterable[Edge]:
    """Facts and events of two or more nodes: from the subject to each other one."""
    inside = {
        id: ends for id, ends in ties.facts.items() if len({node_of[e] for e in ends if e in node_of}) > 1
    }
    records = memory.store.get(memory.view, list(inside))
    values = [schema.from_record(record) for record in records.values()]
    facts = [value for value in values if isinstance(value, Fact)]
    stands = memory.standings(facts)
    for fact in facts:
        if not stands[fact.id].current:
            continue
        yield from _edges(fact, node_of, marked)


def _edges(fact: Fact, node_of: Mapping[str, str], marked: set[str]) -> Iterable[Edge]:
    """From the subject of a fact to whoever else takes part; without direction, if the subject is no node."""
    at: dict[str, Participant] = {}
    for one in fact.participants:
        node = node_of.get(entity_id(fact.namespace, one.key[1:])) if one.key.startswith("=") else None
        if node is not None:
            at.setdefault(node, one)
    if not at:
        return
    first, *others = at
    headed = at[first].role == SUBJECT
    when = f" ({fact.when.text})" if isinstance(fact, Event) and fact.when else ""
    for other in others:
        said = f"{fact.predicate} {at[other].case}".strip() if headed else excerpt(fact.text, 40)
        name = ("not " if fact.negated and headed else "") + said + when
        strong = {first, other} <= marked
        yield Edge(f"{fact.id} {other}", first, other, name, fact.id, loose=not headed, strong=strong)


def _once(edges: Iterable[Edge]) -> list[Edge]:
    """Edges without those that say less than another: a fact that an event tells with its time."""
    found = list(edges)
    dated = {(e.source, e.target, e.name.rpartition(" (")[0]) for e in found if e.name.endswith(")")}
    return [e for e in found if (e.source, e.target, e.name) not in dated]


def _together(
    ties: _Ties, node_of: Mapping[str, str], joined: set[frozenset[str]], marked: set[str]
) -> Iterable[Edge]:
    """Pairs that sentences name together, where no fact tells more."""
    pairs: Counter[tuple[str, str]] = Counter()
    for ends in ties.sentences.values():
        inside = sorted({node_of[end] for end in ends if end in node_of})
        pairs.update(pair for pair in combinations(inside, 2) if frozenset(pair) not in joined)
    for (a, b), count in sorted(pairs.items()):
        name = f"named together in {count} sentences" if count > 1 else "named together"
        yield Edge(f"{a} {b}", a, b, name, loose=True, strong={a, b} <= marked)


def around(memory: Memory, members: Sequence[str], known: Iterable[str] = (), limit: int = 12) -> Around:
    """The neighbours of a node, given by its entities, that are not known yet.

    Facts weigh more than sentences; of a very frequent name the first facts and sentences are looked at.
    """
    own = frozenset(members)
    weights = _ties(memory, list(members), _LOOKED_AT).weights(own)
    for id in known:
        weights.pop(id, None)
    ranked = sorted(weights, key=lambda id: (-weights[id], id))
    return Around(tuple(ranked[:limit]), max(len(ranked) - limit, 0))


_STEPS: Final = 6
_WIDTH: Final = 60
"""Nodes of a step that are walked on from, those with most in common first."""


def path(memory: Memory, a: str, b: str) -> tuple[str, ...]:
    """A shortest way from an entity to another, over facts and sentences; empty if none is found.

    Breadth first from both ends (Pohl 1971), at most ``_STEPS`` steps in all and ``_WIDTH`` names at each:
    a way through a very frequent name may be missed.
    """
    if a == b:
        return (a,)
    came: tuple[dict[str, str], dict[str, str]] = {a: ""}, {b: ""}
    edge = [[a], [b]]
    for _ in range(_STEPS):
        side = 0 if len(edge[0]) <= len(edge[1]) and edge[0] else 1
        if not edge[side]:
            break
        ties = _ties(memory, edge[side], _READ)
        reached: defaultdict[str, float] = defaultdict(float)
        for id in edge[side]:
            for other, weight in ties.weights(frozenset((id,))).items():
                if other not in came[side]:
                    came[side][other] = id
                    reached[other] += weight
        met = [id for id in reached if id in came[1 - side]]
        if met:
            return _way(came, min(met, key=lambda id: (-reached[id], id)))
        edge[side] = sorted(reached, key=lambda id: (-reached[id], id))[:_WIDTH]
    return ()


def _way(came: tuple[Mapping[str, str], Mapping[str, str]], met: str) -> tuple[str, ...]:
    """The nodes from the first end over where both walks met to the second."""
    there, back = [met], [met]
    while there[-1] in came[0] and came[0][there[-1]]:
        there.append(came[0][there[-1]])
    while came[1][back[-1]]:
        back.append(came[1][back[-1]])
    return (*there[::-1], *back[1:])
