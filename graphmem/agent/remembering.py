"""What a new statement is to a memory: new, newer, a denial, or nothing new; decided before it is written.

The four outcomes are those of Mem0 (Chhikara et al. 2025, "Mem0: Building Production-Ready AI Agents with
Scalable Long-Term Memory"), where a language model picks one for each statement. Ours follow from how
facts stand: an update is what would end a fact that holds, by the same rules that end it at every read,
and old values are kept as the past, not overwritten. So a decision can be told before anything is
written, with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from typing import Final

from graphmem import schema
from graphmem.agent.judging import Candidate, Judgement, Operation, judged
from graphmem.correcting import ids_of
from graphmem.identity import entity_id, slot_id
from graphmem.ingest.adding import add, reading_of
from graphmem.ingest.language import AUTOMATIC, named
from graphmem.ingest.pipeline import Plan, prepare
from graphmem.llm import Client, ModelError
from graphmem.memory import Memory
from graphmem.notes import RULES
from graphmem.retrying import retrying
from graphmem.slots import Entry, Slot, course
from graphmem.standing import Standing
from graphmem.statements import Event, Fact, Statement
from graphmem.types import Document, Entity

KNOWN: Final = 0.95
"""Share of a text's shingles in one passage from which on it stands there word for word."""
_MOST: Final = 200
_NEAR: Final = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """What a statement is to a memory.

    Attributes:
        operation: "add" what is new, "update" what it ends, "delete" what it denies, "noop" if it is known.
        statement: it in a line.
        reason: why, in words.
        records: the facts, or the passage, that it is about, by id.
        by: who decided: ``RULES``, or the name of a language model.
    """

    operation: Operation
    statement: str
    reason: str
    records: tuple[str, ...] = ()
    by: str = RULES


@dataclass(frozen=True, slots=True)
class _Taken:
    """A decision, with the facts that it takes back and those that it ends."""

    decision: Decision
    denied: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What became of a text: a decision for each statement in it, or one for all of it if none was read.

    ``document`` and ``commits`` (ids, which ``Memory.undo`` takes together) are of what was written; empty of
    a dry run, and if all was known. ``trouble`` is why the model could not be asked, where it could not.
    """

    decisions: tuple[Decision, ...]
    document: Document | None = None
    commits: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def operation(self) -> Operation:
        """The one that changes most: delete, update, add, noop."""
        order: tuple[Operation, ...] = ("delete", "update", "add", "noop")
        return min((one.operation for one in self.decisions), key=order.index)


def remember(
    memory: Memory,
    text: str,
    *,
    speaker: str = "",
    at: datetime | None = None,
    dry_run: bool = False,
    pipeline: str | None = AUTOMATIC,
    llm: Client | None = None,
) -> Remembered:
    """Decide what each statement of a text is to the memory, and write what is not known.

    What is new or newer is written as a source of the author's own, and what it ends is kept as the past. A
    denial of what holds for one object at a time ends it from then on; any other fact that is denied is
    retracted with the denial as the reason.

    A model is asked where the rules find nothing that a statement ends, denies or repeats, and something is
    held that it could be about. What it calls known is not written; a fact that it updates ends now and is
    kept as the past, one that it deletes is retracted. An answer that names nothing it was shown, or calls
    known what has a new name or number, leaves the decision to the rules.

    Args:
        memory: where to.
        text: what is said; "I" is the speaker.
        speaker: who says it, where that is somebody with a name.
        at: when it is said, now if left out.
        dry_run: decide, and write nothing.
        pipeline: what reads it, as in ``ingest``.
        llm: asks a model, with a dry run too; it is sent the text and the facts that it could be about.

    Raises:
        InputError: the text is empty.
    """
    moment = at or memory.clock()
    reading = reading_of(memory, text, speaker=speaker, at=moment)
    prepared = prepare(reading, Plan(memory.namespace, pipeline=named(pipeline)))
    read = [one for sentence in prepared.sentences for one in sentence.statements]
    found = [_decided(memory, one, moment) for one in read] or [_Taken(_unread(memory, text))]
    trouble = ""
    if llm is not None:
        found, trouble = _asked(memory, llm, text, found, read, moment)
    decisions = tuple(one.decision for one in found)
    if dry_run or all(one.operation == "noop" for one in decisions):
        return Remembered(decisions, trouble=trouble)
    before = memory.store.head()
    document = add(memory, text, speaker=speaker, at=moment, pipeline=pipeline)
    for one in found:
        for fact in one.denied:
            # Again where others were first: else the denial would stand beside what it denies.
            retrying(partial(memory.retract, fact, f"denied: {one.decision.statement}"))
    for fact in dict.fromkeys(fact for one in found for fact in one.ended):
        retrying(partial(memory.correct, fact, until=moment))
    own = memory.store.commits(memory._own(), after=before)
    commits = tuple(one.id for one in own if one.author == memory.author)
    return Remembered(decisions, document, commits, trouble)


def _asked(
    memory: Memory, llm: Client, text: str, found: Sequence[_Taken], read: Sequence[Statement], at: datetime
) -> tuple[list[_Taken], str]:
    """What a model makes of decisions that the rules leave open; and why no more were asked, if so."""
    taken = list(found)
    for place, one in enumerate(found):
        if one.decision.operation != "add":
            continue
        statement = read[place] if read else None
        held = _held(memory, statement, at) if statement else _near(memory, text)
        try:
            if statement is None or statement.modality:  # what only may be so ends nothing
                said = judged(llm, one.decision.statement, text, held, ("add", "noop"))
            else:
                said = judged(llm, one.decision.statement, text, held)
        except ModelError as error:
            return taken, str(error)
        if said is not None and said.operation != "add":
            taken[place] = _judged(one.decision, said, llm.name)
    return taken, ""


def _judged(decision: Decision, said: Judgement, by: str) -> _Taken:
    ids = tuple(one.id for one in said.about)
    made = replace(decision, operation=said.operation, reason=said.reason, records=ids, by=by)
    return _Taken(
        made,
        denied=ids if said.operation == "delete" else (),
        ended=ids if said.operation == "update" else (),
    )


def _held(memory: Memory, statement: Statement, at: datetime) -> list[Candidate]:
    """The facts of its subject that nobody took back; those that hold, and began before, can end now."""
    entity = _subject(memory, statement)
    facts = memory.facts(entity, _MOST) if entity else []
    own = [one for one in facts if one.namespace == memory.namespace]
    stands = memory.standings(own, at=at)
    return [Candidate(one.id, one.text, _ends(one, stands[one.id], at)) for one in own]


def _ends(fact: Fact, standing: Standing, at: datetime) -> bool:
    begin = fact.when.begin if fact.when else None
    return standing.state == "holds" and not isinstance(fact, Event) and (begin is None or begin < at)


def _near(memory: Memory, text: str) -> list[Candidate]:
    """The sentences that recall finds for a text, one a passage."""
    hits = memory.recall(text, _NEAR)
    return [
        Candidate(hit.passage.id, f"{hit.evidence.caption}: {hit.evidence.text}")
        for hit in hits
        if hit.passage.namespace == memory.namespace
    ]


def _unread(memory: Memory, text: str) -> Decision:
    """Of a text in which no statement is read: is it there word for word."""
    nearest = next(iter(memory.familiar(text, 1).nearest), None)
    line = " ".join(text.split())
    if nearest is not None and nearest.containment >= KNOWN:
        why = f"{nearest.document.uri} says that word for word"
        return Decision("noop", line, why, (nearest.passage.id,))
    return Decision("add", line, "nothing says that word for word, and no fact is read of it")


def _decided(memory: Memory, statement: Statement, at: datetime) -> _Taken:
    """What a statement is by the rules."""
    line = _line(statement)
    told = _told(memory, statement)
    stands = memory.standings(told, at=at)
    same = [one for one in told if one.negated == statement.negated]
    if gone := [one for one in same if one.retraction]:
        who = gone[0].retraction.by if gone[0].retraction else ""
        why = f"{who or 'somebody'} took that back: admit {gone[0].id} if it is so after all"
        return _Taken(Decision("noop", line, why, _ids(gone)))
    if known := _known(memory, statement, same, stands):
        return _Taken(Decision("noop", line, f"known: {known[0].text}", _ids(known)))
    ended, odds = _ended(memory, statement, at)
    if ended:
        what = "; ".join(one.text for one in ended)
        if statement.negated:
            return _Taken(Decision("delete", line, f"it ends: {what}", _ids(ended)))
        return _Taken(Decision("update", line, f"{what} held till now, and only one can", _ids(ended)))
    denied = [one for one in told if not one.negated and stands[one.id].current] if statement.negated else []
    if denied and not statement.functional:
        what = "; ".join(one.text for one in denied)
        return _Taken(Decision("delete", line, f"it denies: {what}", _ids(denied)), denied=_ids(denied))
    if odds:
        what = "; ".join(one.text for one in odds)
        return _Taken(
            Decision("add", line, f"at odds with: {what}; 'graphmem disputes' settles it", _ids(odds))
        )
    if earlier := [one for one in same if not stands[one.id].current]:
        return _Taken(
            Decision("add", line, f"it held before, and does again: {earlier[0].text}", _ids(earlier))
        )
    return _Taken(Decision("add", line, "nothing says that yet"))


def _ids(facts: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(one.id for one in facts)


def _subject(memory: Memory, statement: Statement) -> Entity | None:
    """The entity that it is about, if the memory knows it."""
    key = statement.subject.key
    if not key.startswith("="):
        return None
    id = entity_id(memory.namespace, key[1:])
    record = memory.store.get(memory._own(), [id]).get(id)
    entity = schema.from_record(record) if record else None
    return entity if isinstance(entity, Entity) else None


def _told(memory: Memory, statement: Statement) -> list[Fact]:
    """The facts with its relation and participants, said or denied, at whatever time."""
    entity = _subject(memory, statement)
    if entity is None:
        return []
    names = {statement.relation, statement.lemma} - {""}
    keys = [one.key for one in statement.participants]
    return [
        one
        for one in memory.facts(entity, _MOST, retired=True)
        if one.namespace == memory.namespace
        and one.relation in names
        and one.modality == statement.modality
        and [part.key for part in one.participants] == keys
    ]


def _known(
    memory: Memory, statement: Statement, same: Sequence[Fact], stands: dict[str, Standing]
) -> list[Fact]:
    """Those that say it already: with its time, or where it tells none with any, and that hold."""
    exact = set(ids_of(memory.namespace, statement))
    return [one for one in same if stands[one.id].current and (one.id in exact or statement.when is None)]


def _slots(memory: Memory, statement: Statement, at: datetime) -> tuple[Slot, Slot] | None:
    """Its slot without the statement and with it, as a fact without an id; None if it has none."""
    key = statement.subject.key
    if not statement.functional or statement.modality or statement.object is None or key[0] != "=":
        return None
    id = slot_id(memory.namespace, key[1:], statement.relation)
    record = memory.store.get(memory._own(), [id]).get(id)
    slot = schema.from_record(record) if record else None
    if not isinstance(slot, Slot):
        return None
    when = statement.when
    entry = Entry(
        fact="",
        object=statement.object.key,
        begin=when.begin.astimezone(timezone.utc) if when and when.begin else None,
        end=when.end.astimezone(timezone.utc) if when and when.end and not statement.happens else None,
        told=(at.astimezone(timezone.utc),),
        negated=statement.negated,
        hearsay=bool(statement.said_by),
        permanent=statement.permanent,
    )
    return slot, replace(slot, entries={**slot.entries, "": entry})


def _ended(memory: Memory, statement: Statement, at: datetime) -> tuple[list[Fact], list[Fact]]:
    """The facts that hold now and would not with the statement, and those that it would be at odds with.

    That is what its slot comes to with and without it, by the rules that every read goes by.
    """
    found = _slots(memory, statement, at)
    if found is None:
        return [], []
    slot, more = found
    begin = more.entries[""].begin
    now = max(at, begin) if begin else at
    before, after = course(slot).held, course(more)
    ended = [
        fact
        for fact, stretches in before.items()
        if any(one.covers(now) for one in stretches)
        and not slot.entries[fact].negated
        and not any(one.covers(now) for one in after.held[fact])
    ]
    odds = sorted({fact for one in after.odds if "" in one.facts for fact in one.facts} - {""})
    return _facts(memory, ended), _facts(memory, odds)


def _facts(memory: Memory, ids: Sequence[str]) -> list[Fact]:
    values = [schema.from_record(one) for one in memory.store.get(memory._own(), ids).values()]
    return [one for one in values if isinstance(one, Fact) and one.retraction is None]


def _line(statement: Statement) -> str:
    subject, *others = (one.worded for one in statement.participants)
    words = " ".join(filter(None, (subject, statement.predicate, ", ".join(others))))
    return f"not: {words}" if statement.negated and " not " not in f" {words} " else words
