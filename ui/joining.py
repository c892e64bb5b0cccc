"""Several nodes of the graph that are one: what that would bring together, and one commit that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphmem import deciding
from graphmem.errors import InputError
from graphmem.identity import fold
from graphmem.memory import Memory
from graphmem.merging import Side
from graphmem.types import Commit, Entity, View


@dataclass(frozen=True, slots=True)
class Joining:
    """What each brings, what would be at odds, in words; ``together`` is whether they are one already."""

    sides: tuple[Side, ...]
    odds: tuple[str, ...]
    together: bool


def preview(memory: Memory, ones: Sequence[Entity]) -> Joining:
    """What saying that two or more entities are one would bring together.

    Raises:
        NotOwned: one of them is of a namespace that is only read along.
    """
    first, *others = ones
    mergers = [memory.merger(first.id, other.id) for other in others]
    odds = dict.fromkeys(
        f"{relation.replace('_', ' ')}: {odd.what}" for one in mergers for relation, odd in one.odds
    )
    sides = (mergers[0].a, *(one.b for one in mergers))
    return Joining(sides, tuple(odds), all(one.together for one in mergers))


def join(memory: Memory, ones: Sequence[Entity]) -> Commit:
    """Say that two or more entities are one, in one commit, so that one undo takes all of it back.

    Raises:
        NotFound: one of them is not known any more.
        InputError: a name stands for several, or they are one name.
    """
    first, *others = ones
    if not others:
        raise InputError("one alone is one already: select two or more")
    if len(others) == 1:
        return memory.same(_called(first), _called(others[0]))
    view, word = View.of(memory.namespace), deciding.Answer(True, memory.author, memory.clock())
    found = {
        change.id: change
        for other in others
        for change in deciding.decided(memory.store, view, memory.namespace, (first.id, other.id), word)
    }
    return memory.write(tuple(found.values()), f"{', '.join(one.name for one in others)} are {first.name}")


def _called(one: Entity) -> str:
    """A name by which it is found: of one that a person renamed, that of its texts."""
    return one.name if fold(one.name) == one.key else one.key
