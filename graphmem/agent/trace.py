"""A trace: what an agent did and saw, step by step under subgoals, as a memory keeps it.

Each subgoal is a row of documents ``trace:NAME/NUMBER#1``, ``#2``, … of twenty records each, which ingest
reads like any source: names, facts and times are read out of the steps, and recall, evidence, forgetting
and undo treat them as they treat everything else.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final
from urllib.parse import quote

from graphmem import schema
from graphmem.errors import InputError
from graphmem.identity import digest, document_id
from graphmem.ingest.pipeline import ingest_readings
from graphmem.ingest.readers.rendering import Rendering
from graphmem.ingest.reading import Reading, storable
from graphmem.memory import Memory
from graphmem.types import Document, Passage, View

TOGETHER: Final = 20
"""Steps of a document: what stands around one helps to find it; all are read again when one comes."""
_LOOKED_FOR: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was done, what came of it, when, and whose words the observation is.

    ``title`` says what it is about. "I" in a step is ``by``, so name no one there who does not speak.
    """

    action: str = ""
    observation: str = ""
    at: datetime | None = None
    by: str = ""
    title: str = ""

    @property
    def text(self) -> str:
        """What is read: the action, then the observation."""
        return "\n".join(filter(None, (self.action.strip(), self.observation.strip())))

    @property
    def line(self) -> str:
        """It as a model is shown it, with when, who and what about."""
        when = f"({self.at:%Y-%m-%d %H:%M})" if self.at else ""
        about = " — ".join(filter(None, (self.by, self.title)))
        head = " ".join(filter(None, (when, about)))
        return f"{head}: {self.text}" if head else self.text


@dataclass(frozen=True, slots=True)
class Kept:
    """A step as the memory keeps it: in these passages, by id; a long one is more than one."""

    step: Step
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A subgoal as it was written: its number in the trace from 1 on, its title, documents and steps."""

    number: int
    title: str
    documents: tuple[Document, ...]
    steps: tuple[Kept, ...]

    @property
    def passages(self) -> tuple[str, ...]:
        """The ids of all its passages, in order."""
        return tuple(id for kept in self.steps for id in kept.passages)


def address(trace: str, number: int) -> str:
    """What the URIs of a subgoal's documents begin with."""
    return f"trace:{quote(trace, safe='')}/{number}"


def _there(memory: Memory, uris: Iterator[str]) -> Iterator[Document]:
    """The documents of numbered addresses, as far as there are any; some in the middle may be forgotten."""
    own = View.of(memory.namespace)
    while True:
        ids = [document_id(memory.namespace, next(uris)) for _ in range(_LOOKED_FOR)]
        found = memory.store.get(own, ids)
        if not found:
            return
        for document in (schema.from_record(found[id]) for id in ids if id in found):
            assert isinstance(document, Document)
            yield document


def _parts(memory: Memory, trace: str, number: int) -> tuple[Document, ...]:
    return tuple(_there(memory, (f"{address(trace, number)}#{part}" for part in count(1))))


def _as_step(row: Mapping[str, Any]) -> Step:
    at = datetime.fromisoformat(row["at"]) if row.get("at") else None
    told = {name: str(row.get(name, "")) for name in ("action", "observation", "by", "title")}
    return Step(at=at, **told)


def _as_row(step: Step) -> dict[str, Any]:
    row = {name: getattr(step, name) for name in ("action", "observation", "by", "title")}
    return {name: text for name, text in row.items() if text} | (
        {"at": step.at.isoformat()} if step.at else {}
    )


def _kept(memory: Memory, document: Document) -> Iterator[Kept]:
    """The steps of a document; the passages that a long one was cut into belong to it."""
    passages = [part for part in memory.parts(document, limit=sys.maxsize) if isinstance(part, Passage)]
    begins = [place for place, one in enumerate(passages) if "step" in one.metadata]
    for begin, end in zip(begins, [*begins[1:], len(passages)], strict=True):
        yield Kept(_as_step(passages[begin].metadata["step"]), tuple(one.id for one in passages[begin:end]))


def sections(memory: Memory, trace: str) -> list[Section]:
    """All subgoals of a trace in their order."""
    firsts = _there(memory, (f"{address(trace, number)}#1" for number in count(1)))
    found = []
    for first in firsts:
        number = int(first.uri.rpartition("/")[2].partition("#")[0])
        documents = _parts(memory, trace, number)
        steps = tuple(kept for document in documents for kept in _kept(memory, document))
        found.append(Section(number, str(first.metadata.get("subgoal", "")), documents, steps))
    return found


def _reading(uri: str, subgoal: str, steps: Sequence[Step]) -> Reading:
    rendering = Rendering()
    for step in steps:
        rendering.said(
            "record",
            step.text,
            heading=step.title,
            speaker=step.by,
            at=step.at,
            metadata={"step": _as_row(step)},
        )
    hash = digest(subgoal, *(repr(step) for step in steps))
    return storable(
        Reading(uri, "", "records", rendering.text(), rendering.blocks(), hash, None, {"subgoal": subgoal})
    )


def append(
    memory: Memory, trace: str, number: int, subgoal: str, steps: Sequence[Step], pipeline: str | None
) -> None:
    """Write steps at the end of a subgoal; each document that they change is one commit.

    Raises:
        InputError: a step says nothing; nothing was written.
        Conflict: others wrote to this subgoal meanwhile.
    """
    if any(not step.text for step in steps):
        raise InputError("a step says nothing: give an action, an observation or both")
    documents = _parts(memory, trace, number)
    last = documents[-1] if documents else None
    there = [kept.step for kept in _kept(memory, last)] if last else []
    part = int(last.uri.rpartition("#")[2]) if last else 1
    if len(there) >= TOGETHER:
        part, last, there = part + 1, None, []
    readings, known = [], {}
    waiting = [*there, *steps]
    while waiting:
        uri = f"{address(trace, number)}#{part}"
        readings.append(_reading(uri, subgoal, waiting[:TOGETHER]))
        known[uri] = last.content_hash if last else None
        waiting, part, last = waiting[TOGETHER:], part + 1, None
    ingest_readings(memory, readings, pipeline=pipeline, over=known)
