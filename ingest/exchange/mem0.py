"""mem0: what ``Memory.get_all()`` or ``search()`` gives, as JSON (mem0ai 2.x; ``relations`` of 0.1 and 1.x).

Each memory is a document of one turn by the one whose it is, forgotten and corrected by itself.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field

from graphmem.ingest.exchange.given import Moment
from graphmem.ingest.exchange.imported import Imported
from graphmem.ingest.exchange.told import Told, about, add, memory, reading, triple
from graphmem.ingest.exchange.values import checked_value, records, samples
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.sources import Content

NAME: Final = "mem0"
_LISTS: Final = ("results", "memories")


class Item(BaseModel):
    """A memory, as ``mem0.configs.base.MemoryItem`` and ``get_all`` write it."""

    id: str = Field(min_length=1)
    memory: str = Field(min_length=1)
    metadata: dict[str, Any] | None = None
    created_at: Moment = None
    updated_at: Moment = None
    user_id: str | None = None
    agent_id: str | None = None
    run_id: str | None = None
    actor_id: str | None = None
    role: str | None = None
    expiration_date: str | None = None

    @property
    def speaker(self) -> str:
        """Whose memory it is: who said so, else the user, else the agent."""
        return self.actor_id or self.user_id or self.agent_id or ""

    @property
    def beside(self) -> dict[str, Any]:
        """What else mem0 keeps of it that a person may ask about."""
        told = {"run": self.run_id, "expires": self.expiration_date}
        return {**(self.metadata or {}), **{name: one for name, one in told.items() if one}}


class Relation(BaseModel):
    """An edge of mem0's graph memory; a search calls its end ``destination``."""

    source: str
    relationship: str
    target: str = ""
    destination: str = ""


def fits(value: Any) -> bool:
    """Whether a JSON value is mem0's."""
    found = samples(value, *_LISTS)
    return bool(found) and all(isinstance(one.get("memory"), str) and "id" in one for one in found)


def read(content: Content) -> Imported:
    """The memories, and the relations between names where the graph memory was on.

    Raises:
        SourceError: broken JSON.
    """
    imported = Imported(content)
    value = checked_value(imported)
    for place, item in imported.checked(Item, records(value, *_LISTS)):
        told = about(item.memory, item.beside, by=NAME)
        uri = f"{content.uri}#{item.id}"
        at = item.created_at or item.updated_at
        imported.add(place, memory(uri, item.memory, speaker=item.speaker, at=at, told=told))
    if isinstance(value, dict) and isinstance(value.get("relations"), list):
        _relations(imported, value)
    return imported


def _relations(imported: Imported, value: dict[str, Any]) -> None:
    told: list[Told] = []

    def one(row: Relation) -> None:
        ends = (part.replace("_", " ") for part in (row.source, row.target or row.destination))
        told.append(triple(next(ends), row.relationship, next(ends), by=NAME))

    imported.each(imported.checked(Relation, records(value, "relations")), one)
    rendering = Rendering()
    add(rendering, told)
    imported.add("relations", reading(imported.content.uri, imported.content.name, rendering))
