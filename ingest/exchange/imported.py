"""What an import gives: documents to be read like any source, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

from graphmem.errors import InputError, SourceError
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import Content

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Imported:
    """The documents of a file, and an error for each record of it that is broken; the others are in."""

    content: Content
    readings: list[Reading] = field(default_factory=list)
    errors: list[SourceError] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def add(self, place: str, reading: Reading) -> None:
        """Take a document; of a second one by the same name a fault is noted."""
        if reading.uri in self._taken:
            self.fault(place, f"there are two of {reading.uri}; the second was left out")
        elif reading.blocks:
            self._taken.add(reading.uri)
            self.readings.append(reading)

    def fault(self, place: str, reason: str) -> None:
        """Note that a record, by its place in the file, cannot be read."""
        self.errors.append(self.content.error(f"{place}: {reason}"))

    def checked(self, model: type[M], records: Iterable[tuple[str, object]]) -> Iterator[tuple[str, M]]:
        """The records, by their places, that are as a system writes them; of the others a fault is noted."""
        for place, record in records:
            try:
                yield place, model.model_validate(record)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or "it"
                self.fault(place, f"{where}: {first['msg'].lower()}; it was left out")

    def each(self, records: Iterable[tuple[str, T]], read: Callable[[T], None]) -> None:
        """Read records; of one that cannot be used a fault is noted."""
        for place, record in records:
            try:
                read(record)
            except InputError as error:
                self.fault(place, f"{error}; it was left out")


Importer: TypeAlias = Callable[[Content], Imported]
