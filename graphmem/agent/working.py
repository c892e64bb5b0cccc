"""Working memory: of a long trace summaries of what is finished, and detail of what is needed now.

HiAgent (Hu et al. 2024, "HiAgent: Hierarchical Working Memory Management for Solving Long-Horizon Agent Tasks
with Large Language Model"): a finished subgoal is replaced by a summary, and its steps can be had back. Ours
differs in that the trace is a source like any, that a question opens single steps of any subgoal by
recall and no model has to name them, and that all of it, summaries and what was opened, keeps to one
budget of tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count as numbers
from typing import Final

from graphmem import schema
from graphmem.agent.summary import extracted, written
from graphmem.agent.trace import Kept, Section, Step, append, sections
from graphmem.errors import InputError, NotFound
from graphmem.ingest.language import AUTOMATIC
from graphmem.llm import Client
from graphmem.memory import Memory
from graphmem.notes import RULES, Note, Part, note_id
from graphmem.retrying import retrying
from graphmem.types import Change

KIND: Final = "subgoal"
"""The kind of the notes that sum up subgoals."""
SHARE: Final = 0.4
"""Of the tokens of the whole trace that a context has, unless a budget is given."""
FLOOR: Final = 1000
"""Tokens up to which a trace is shown whole."""
SUMMED: Final = 0.06
"""Words of a summary for each word of its steps,"""
FEWEST: Final = 12
"""and how many it may always have."""
SUMMARIES: Final = 0.25
"""Of the budget that all summaries may have together where something is asked, twice that where nothing is;
of more the newest stay."""
CURRENT: Final = 0.5
"""Of the budget that what is being done, and what was opened, may have where something is asked besides."""
THRIFT: Final = 0.2
"""Steps are opened by score / tokens ** THRIFT: what costs much must be worth it. .15 to .3 do as well."""
ENOUGH: Final = 3
"""Times the room: tokens of steps that recall must bring before the best of them are chosen."""
_ASKED: Final = 100
_WIDER: Final = 4
_TOKENS_A_WORD: Final = 1.3


def tokens_of(text: str) -> int:
    """About how many tokens a text has: 1.3 a word, as of English in the vocabularies of language models."""
    return round(len(text.split()) * _TOKENS_A_WORD)


@dataclass(frozen=True, slots=True)
class Subgoal:
    """A subgoal of a trace; ``summary`` is its note, where it is finished; ``opened`` by ``open``."""

    section: Section
    summary: Note | None
    finished: bool
    opened: bool

    @property
    def number(self) -> int:
        """Its number in the trace, from 1."""
        return self.section.number

    @property
    def title(self) -> str:
        """What it is called."""
        return self.section.title

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps in order."""
        return tuple(kept.step for kept in self.section.steps)


@dataclass(frozen=True, slots=True)
class Context:
    """What a model is shown of a trace.

    Attributes:
        text: it.
        tokens: how many it has.
        whole: how many the whole trace would have.
        passages: of the steps that are shown whole, by id, in order.
        opened: the titles of finished subgoals of which steps are shown.
    """

    text: str
    tokens: int
    whole: int
    passages: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()


class WorkingMemory:
    """The working memory of one trace. All of it is in the store: made anew, it goes on where it was.

    Args:
        memory: where steps and summaries are kept; each write is a commit of its author.
        trace: which trace this is; any text.
        llm: writes summaries; the steps' own sentences are taken where it is None or fails.
        count: how many tokens a text has.
        pipeline: what reads names, facts and events, as in ``ingest``.

    Raises:
        InputError: the trace has no name.
    """

    def __init__(
        self,
        memory: Memory,
        trace: str,
        *,
        llm: Client | None = None,
        count: Callable[[str], int] = tokens_of,
        pipeline: str | None = AUTOMATIC,
    ) -> None:
        if not trace.strip():
            raise InputError("which trace is it? give a name, such as that of the task")
        self.memory = memory
        self.trace = trace
        self.llm = llm
        self.pipeline = pipeline
        self._count = count
        self._begun: tuple[int, str] | None = None
        self._tokens: dict[str, int] = {}

    # --- writing

    def begin(self, subgoal: str) -> None:
        """Begin a subgoal; the one before is finished. It is written with its first step.

        Raises:
            InputError: it has no name.
        """
        subgoal = " ".join(subgoal.split())
        if not subgoal:
            raise InputError("a subgoal needs a name: say what is to be reached")
        self.finish()
        there = sections(self.memory, self.trace)
        self._begun = (there[-1].number + 1 if there else 1, subgoal)

    def pursue(self, subgoal: str) -> None:
        """Begin a subgoal, unless it is what is being done: then it goes on; ``begin`` with its errors."""
        last = next(reversed(self.subgoals()), None)
        if last is None or last.finished or last.title != " ".join(subgoal.split()):
            self.begin(subgoal)

    def step(
        self,
        action: str = "",
        observation: str = "",
        *,
        at: datetime | None = None,
        by: str = "",
        title: str = "",
    ) -> None:
        """Write a step of the subgoal that was begun last; now, if no time is given.

        Raises:
            InputError: it says nothing, or no subgoal was begun.
        """
        moment = at or self.memory.clock()
        self.steps([Step(action=action, observation=observation, at=moment, by=by, title=title)])

    def steps(self, steps: Sequence[Step]) -> None:
        """Write steps together, which is quicker; ``step`` with its errors."""
        if self._begun is None:
            last = next(reversed(self.subgoals()), None)
            if last is None or last.finished:
                raise InputError("no subgoal was begun: call begin first, and say what is to be reached")
            self._begun = (last.number, last.title)
        number, title = self._begun
        write = partial(append, self.memory, self.trace, number, title, list(steps), self.pipeline)
        retrying(write)

    def finish(self) -> Note | None:
        """Finish the subgoal that was begun last: it becomes a summary. None, if there is nothing of it."""
        self._begun = None
        last = next(reversed(self.subgoals()), None)
        if last is None or last.finished:
            return None
        words = sum(len(step.text.split()) for step in last.steps)
        room = max(FEWEST, round(SUMMED * words))
        parts = written(self.memory, last.section.passages, room, self.llm) if self.llm else ()
        by = self.llm.name if self.llm and parts else RULES
        moments = [step.at for step in last.steps if step.at]
        note = Note(
            id=note_id(self.memory.namespace, KIND, self._about(last.number)),
            namespace=self.memory.namespace,
            kind=KIND,
            about=self._about(last.number),
            title=last.title,
            parts=parts or extracted(self.memory, last.section.passages, room),
            at=min(moments, default=None),
            until=max(moments, default=None),
            by=by,
        )
        self.memory.write([Change(None, schema.to_record(note))], f"finish {last.title}")
        return note

    def open(self, subgoal: str | int) -> Subgoal:
        """Have the steps of a finished subgoal, by title or number, in every context until it is closed.

        Raises:
            NotFound: there is none.
            InputError: it is not finished: its steps are shown anyway.
        """
        return self._set(subgoal, True)

    def close(self, subgoal: str | int) -> Subgoal:
        """Show the summary of a subgoal again in the place of its steps; ``open`` with its errors."""
        return self._set(subgoal, False)

    def _set(self, subgoal: str | int, opened: bool) -> Subgoal:
        found = self.subgoal(subgoal)
        if found.summary is None:
            raise InputError(f"{found.title!r} is not finished, and shown in detail anyway: finish it first")
        if found.opened == opened:
            return found
        note = replace(found.summary, data={**found.summary.data, "open": opened})
        verb = "open" if opened else "close"
        change = Change(schema.to_record(found.summary), schema.to_record(note))
        self.memory.write([change], f"{verb} {found.title}")
        return replace(found, summary=note, opened=opened)

    # --- reading

    def subgoals(self) -> list[Subgoal]:
        """All subgoals in their order."""
        there = sections(self.memory, self.trace)
        notes = {note.about: note for note in self.memory.notes(kind=KIND)}
        found = []
        for place, section in enumerate(there):
            note = notes.get(self._about(section.number))
            opened = bool(note and note.data.get("open"))
            found.append(Subgoal(section, note, note is not None or place < len(there) - 1, opened))
        return found

    def subgoal(self, name: str | int) -> Subgoal:
        """The subgoal with this number, or the last one with this title.

        Raises:
            NotFound: there is none.
        """
        all_ = self.subgoals()
        found = [one for one in all_ if name in (one.number, one.title)]
        if not found:
            titles = ", ".join(repr(one.title) for one in all_[-5:]) or "none yet"
            raise NotFound(f"{self.trace} has no subgoal {name!r}; its last: {titles}")
        return found[-1]

    def context(self, question: str = "", *, budget: int | None = None) -> Context:
        """What a model needs to go on, or to answer a question, in at most ``budget`` tokens.

        Summaries of what is finished, the steps of what is being done, newest first, and of what was opened;
        with a question, the steps of any subgoal that recall brings for it, best first, as far as there is
        room. What is written in full is left out of its summary. A trace that fits is shown whole.

        Args:
            question: what is to be known; nothing is asked if it is empty.
            budget: tokens; ``SHARE`` of the whole trace, and at least ``FLOOR``, if left out.

        Raises:
            InputError: the budget is less than one token.
        """
        if budget is not None and budget < 1:
            raise InputError(f"the budget is {budget}: give at least one token")
        all_ = self.subgoals()
        heads = {one.number: _head(one) for one in all_}
        costs = {kept.passages[0]: self._cost(kept) for one in all_ for kept in one.section.steps}
        whole = sum(costs.values()) + sum(map(self._count, heads.values()))
        room = budget if budget is not None else max(FLOOR, int(SHARE * whole))
        if whole <= room:
            return self._shown(all_, heads, {}, set(costs), whole)
        summaries, left = self._summaries(all_, heads, room, SUMMARIES if question else 2 * SUMMARIES)
        shown: set[str] = set()

        def take(steps: Iterator[Kept], most: int) -> int:
            """Take steps while there is room for them; what is left of it."""
            for kept in steps:
                first = kept.passages[0]
                if first not in shown and costs[first] <= most:
                    shown.add(first)
                    most -= costs[first]
            return most

        detail = [one for one in reversed(all_) if not one.finished or one.opened]
        own = int(left * CURRENT) if question else left
        rest = take((kept for one in detail for kept in reversed(one.section.steps)), own)
        if question:
            take(self._recalled(question, all_, costs, left - own + rest), left - own + rest)
        return self._shown(all_, heads, summaries, shown, whole)

    def _about(self, number: int) -> str:
        return f"{self.trace}/{number}"

    def _cost(self, kept: Kept) -> int:
        first = kept.passages[0]
        if first not in self._tokens:
            self._tokens[first] = self._count(kept.step.line)
        return self._tokens[first]

    def _summaries(
        self, all_: Sequence[Subgoal], heads: dict[int, str], room: int, share: float
    ) -> tuple[dict[int, Note], int]:
        """The summaries that there is room for, newest first, by number; and the room that is left.

        Room for every head is set aside: a question may open any subgoal.
        """
        left = room - sum(map(self._count, heads.values()))
        most, found = share * room, {}
        for one in reversed(all_):
            if one.summary is not None:
                cost = sum(self._count(_said(part)) for part in one.summary.parts)
                if cost > most:
                    break
                most -= cost
                left -= cost
                found[one.number] = one.summary
        return found, max(left, 0)

    def _recalled(
        self, question: str, all_: Sequence[Subgoal], costs: Mapping[str, int], room: int
    ) -> Iterator[Kept]:
        """The steps of the trace that recall brings, those first that are worth most for their tokens.

        What is not of the trace is passed over, so recall is asked for more until there is enough to
        choose from.
        """
        of = {id: kept for one in all_ for kept in one.section.steps for id in kept.passages}
        worth: dict[str, float] = {}
        for wide in numbers():
            k = _ASKED * _WIDER**wide
            ranking = self.memory.recall(question, k)
            for hit in ranking:
                if kept := of.get(hit.passage.id):
                    first = kept.passages[0]
                    worth[first] = max(worth.get(first, 0.0), hit.score / max(costs[first], 1) ** THRIFT)
            brought = sum(costs[first] for first in worth)
            if len(ranking) < k or len(worth) == len(costs) or brought >= ENOUGH * room:
                break
        for first in sorted(worth, key=lambda first: -worth[first]):
            yield of[first]

    def _shown(
        self,
        all_: Sequence[Subgoal],
        heads: dict[int, str],
        summaries: dict[int, Note],
        shown: set[str],
        whole: int,
    ) -> Context:
        lines: list[str] = []
        passages: list[str] = []
        opened = []
        for one in all_:
            steps = [kept for kept in one.section.steps if kept.passages[0] in shown]
            full = {id for kept in steps for id in kept.passages}
            note = summaries.get(one.number)
            parts = (
                [p for p in note.parts if not full.issuperset(s.passage for s in p.sources)] if note else []
            )
            if not steps and not parts:
                continue
            lines.append(heads[one.number])
            lines += map(_said, parts)
            lines += [kept.step.line for kept in steps]
            passages += [id for kept in steps for id in kept.passages]
            if steps and one.finished:
                opened.append(one.title)
        text = "\n".join(lines)
        return Context(text, self._count(text), whole, tuple(passages), tuple(opened))


def _said(part: Part) -> str:
    return f"- {' '.join(part.text.split())}"


def _head(one: Subgoal) -> str:
    return f"# {one.title}" + ("" if one.finished else " (now)")
