"""Another name for an entity, whether or not the memory has read it: one commit, so that one undo ends it."""

from __future__ import annotations

from typing import Final

from graphmem import correcting, deciding
from graphmem.errors import InputError, NotFound
from graphmem.foreseen import foreseen
from graphmem.history import derived
from graphmem.identity import fold
from graphmem.memory import Memory
from graphmem.types import Commit, Entity, View

RELATION: Final = "is also called"


def surface(entity: Entity) -> str:
    """How texts call an entity: what is stated of it meets it by that, whatever name a person gave it."""
    return min(entity.surfaces, key=lambda one: (-entity.surfaces[one], one), default=entity.key)


def call(memory: Memory, entity: Entity, name: str) -> Commit:
    """Say that an entity has another name too: what goes by that name is it.

    A name that nothing has yet is stated first ("Ada is also called Lady Lovelace").

    Raises:
        InputError: the name is empty, or the entity has it already.
    """
    name = " ".join(name.split())
    if not fold(name) or fold(name) == entity.key:
        raise InputError(f"give a name that is not {entity.name!r} itself")
    view = View.of(memory.namespace)
    try:
        correcting.entity(memory.store, view, memory.namespace, name)
    except NotFound:
        return _stated(memory, entity, name)
    return memory.same(entity.id, name)


def _stated(memory: Memory, entity: Entity, name: str) -> Commit:
    view = View.of(memory.namespace)
    hand = correcting.Hand(memory.namespace, memory.author, memory.clock())
    said = correcting.related(surface(entity), RELATION, name)
    stated = correcting.stated(memory.store, view, hand, said)
    then = foreseen(memory.store, [*stated, *derived(memory.store, view, stated)])
    word = deciding.Answer(True, hand.by, hand.at)
    decided = deciding.decided(then, view, memory.namespace, (entity.id, name), word)
    return memory.write([*stated, *decided], f"{entity.name} {RELATION} {name}")
