"""The tools of an agent at work: associate, notes, reflect, tasks, task and decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from heapq import nlargest
from itertools import islice
from typing import Final, TypeVar

from graphmem import agent, schema
from graphmem.agent.commands import task_json
from graphmem.agent.tasks import Plan, TaskGraph
from graphmem.errors import InputError, NotFound
from graphmem.mcp import arguments
from graphmem.mcp.results import (
    Associated,
    AssociationTold,
    Decided,
    DecisionTold,
    LineTold,
    Moved,
    Noted,
    NoteTold,
    Planned,
    Reflected,
    RestTold,
    TaskTold,
)
from graphmem.memory import Memory
from graphmem.notes import TIES, Note, Part
from graphmem.shown import excerpt
from graphmem.tasks import Task
from graphmem.types import Document, Passage, View

_T = TypeVar("_T")
_AT_ONCE: Final = 100
"""Notes that are read together."""
_RESTS: Final = 5
"""Passages of a line that are told; the others are counted."""
_SAID: Final = 200
"""Characters that are told of each."""
_LEFT: Final = frozenset({"open", "active", "blocked", "failed"})
_EVER: Final = datetime.min.replace(tzinfo=timezone.utc)


def associate(memory: Memory, given: arguments.Associate) -> Associated:
    """What a text brings to mind and is new.

    Raises:
        QueryError: there is no text.
    """
    found = [
        AssociationTold(
            score=round(one.score, 4),
            text=one.passage.text,
            evidence=one.evidence.text,
            source=one.document.uri,
            title=one.document.title,
            heading=one.passage.heading,
            speaker=one.passage.speaker,
            when=one.passage.at,
            over=[step.text for step in one.over],
            passage=one.passage.id,
            document=one.document.id,
            namespace=one.document.namespace if memory.also else None,
        )
        for one in agent.associate(memory, given.context, given.seen, given.k)
    ]
    return Associated(found=found, note="" if found else "It brings nothing to mind that is new.")


# --- notes ----------------------------------------------------------------------------------


def notes(memory: Memory, given: arguments.Notes) -> Noted:
    """What the memory made of what it read, with what each line rests on."""
    words = given.words.strip()
    there = (
        note
        for note in (_with_words(memory, words) if words else memory.notes(given.kind))
        if note.parts and (note.kind == given.kind if given.kind else note.kind not in TIES)
    )
    if words:
        found = list(islice(there, given.limit + 1))
    else:
        found = nlargest(given.limit + 1, there, key=lambda one: (one.until or one.at or _EVER, one.id))
    return Noted(
        notes=[_note(memory, one) for one in found[: given.limit]],
        more=len(found) > given.limit,
        note="" if found else _none(memory, given.kind),
    )


def _with_words(memory: Memory, words: str) -> Iterator[Note]:
    """Notes with any of these words, best first, read a few at a time."""
    view = replace(memory.view, kinds=frozenset({schema.NOTE}))
    best = memory.store.search_text(view, words, max(1, memory.store.count(view, schema.NOTE)))
    ids = [id for id, _ in best]
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        records = memory.store.get(view, some)
        for value in (schema.from_record(records[id]) for id in some if id in records):
            assert isinstance(value, Note)
            yield value


def _none(memory: Memory, kind: str) -> str:
    kinds = sorted({note.kind for note in memory.notes() if note.parts and note.kind not in TIES})
    if not kinds:
        return "There are no notes yet: reflect makes them of what was read."
    if kind and kind not in kinds:
        return f"There are no notes of the kind {kind!r}: there are {', '.join(kinds)}."
    return "No note has these words: use others, or recall."


def _note(memory: Memory, one: Note) -> NoteTold:
    passages = _values(memory, one.passages, Passage)
    documents = _values(memory, [passage.document for passage in passages.values()], Document)
    uris = {id: documents[passage.document].uri for id, passage in passages.items()}
    return NoteTold(
        id=one.id,
        kind=one.kind,
        title=one.title,
        about=one.about,
        since=one.at,
        until=one.until,
        by=one.by,
        lines=[_line(part, passages, uris) for part in one.parts],
        namespace=one.namespace if memory.also else None,
    )


def _values(memory: Memory, ids: Sequence[str], of: type[_T]) -> dict[str, _T]:
    """Records by id, of a type, that may be seen."""
    found = memory.store.get(memory.view, list(dict.fromkeys(ids)))
    values = {id: schema.from_record(record) for id, record in found.items()}
    return {id: value for id, value in values.items() if isinstance(value, of)}


def _line(part: Part, passages: dict[str, Passage], uris: dict[str, str]) -> LineTold:
    rests = {
        source.passage: passages[source.passage].text[source.start : source.end]
        for source in reversed(part.sources)
        if source.passage in passages
    }
    told = [
        RestTold(passage=id, source=uris[id], said=excerpt(said, _SAID))
        for id, said in reversed(rests.items())
    ]
    return LineTold(text=part.text, rests_on=told[:_RESTS], more=len(told[_RESTS:]))


def reflect(memory: Memory, given: arguments.Reflect) -> Reflected:
    """Go over what is new and make notes of it.

    Raises:
        Conflict: somebody else made the same notes meanwhile.
    """
    found = memory.reflect(whole=given.whole)
    return Reflected(
        passages=found.passages,
        made=len(found.made),
        remade=len(found.remade),
        gone=len(found.gone),
        kinds=dict(sorted(Counter(note.kind for note in (*found.made, *found.remade)).items())),
        commits=[commit.id for commit in reversed(found.commits)],
        note="" if found.changes else "Nothing is new since the last reflection.",
    )


# --- tasks ----------------------------------------------------------------------------------


def tasks(memory: Memory, given: arguments.Tasks) -> Planned:
    """What the client is doing, as a prompt, and all tasks."""
    graph = TaskGraph(memory)
    plan = graph.plan()
    every = list(plan.tasks.values())
    left = [one for one in every if one.state in _LEFT]
    rest = sorted((one for one in every if one.state not in _LEFT), key=lambda one: one.since, reverse=True)
    rows = [*left, *rest]
    return Planned(
        prompt=graph.prompt(),
        tasks=[_task(one, plan) for one in rows[: given.limit]],
        more=len(rows[given.limit :]),
    )


def _task(one: Task, plan: Plan) -> TaskTold:
    return TaskTold.model_validate(task_json(one, plan))


def task(memory: Memory, given: arguments.Work) -> Moved:
    """Add a task, tie it to others, or move one.

    Raises:
        InputError: it is to be added and moved at once, or a law of tasks stands against it.
        NotFound: there is no such task, or no such passage.
    """
    if given.to and (given.step_of or given.needs):
        raise InputError("add a task (step_of, needs), or move one (to, outcome, shows): one of the two")
    if not given.to and (given.outcome or given.shows):
        raise InputError("outcome and shows are of a move: say to which state, with 'to'")
    if given.to == "active" and (given.outcome or given.shows):
        raise InputError("outcome and shows tell what came of a task: leave them out when it begins")
    graph = TaskGraph(memory)
    plan = graph.plan()
    for name in [given.title] if given.to else filter(None, (given.step_of, *given.needs)):
        _there(plan, name, memory.namespace)
    before = memory.store.head()
    if given.to is None:
        done = graph.add(given.title, step_of=given.step_of, needs=given.needs)
    elif given.to == "active":
        done = graph.start(given.title)
    else:
        done = graph.move(given.title, given.to, given.outcome, shows=given.shows)
    plan = graph.plan()
    return Moved(
        task=_task(plan.tasks[done.id], plan),
        commit=_commit(memory, done, before),
        prompt=graph.prompt(),
    )


def _there(plan: Plan, name: str, namespace: str) -> None:
    try:
        plan.named(name, namespace)
    except NotFound as error:
        raise NotFound(
            f"there is no task {name!r}: 'tasks' lists those that there are; add it first"
        ) from error


def _commit(memory: Memory, task: Task, before: int) -> str | None:
    """The commit since ``before`` by which the client moved a task, if it did."""
    since = memory.store.commits(View.of(memory.namespace), after=before)
    mine = (one for one in since if one.author == memory.author)
    return next((one.id for one in mine if any(change.id == task.id for change in one.changes)), None)


# --- what a statement is --------------------------------------------------------------------


def decide(memory: Memory, given: arguments.Decide, *, pipeline: str) -> Decided:
    """What each statement of a text is to what is known; what is not known is written.

    Raises:
        InputError: the text is empty.
    """
    found = agent.remember(
        memory,
        given.text,
        speaker=given.speaker.strip(),
        at=given.at,
        dry_run=given.dry_run,
        pipeline=pipeline,
    )
    return Decided(
        operation=found.operation,
        decisions=[
            DecisionTold(
                operation=one.operation,
                statement=one.statement,
                reason=one.reason,
                records=list(one.records),
            )
            for one in found.decisions
        ],
        written=found.document is not None,
        document=found.document.id if found.document else None,
        source=found.document.uri if found.document else None,
        commits=list(reversed(found.commits)),
    )
