"""The tools of a trace: what an agent did under subgoals, and as much of it as fits a context."""

from __future__ import annotations

from graphmem.agent import Subgoal, WorkingMemory
from graphmem.errors import InputError
from graphmem.mcp import arguments
from graphmem.mcp.results import Contexted, Stepped, SubgoalTold
from graphmem.memory import Memory
from graphmem.types import View


def context(memory: Memory, given: arguments.Context) -> Contexted:
    """What is needed of a trace to go on, or to answer a question."""
    working = WorkingMemory(memory, given.trace)
    found = working.context(given.question.strip(), budget=given.budget)
    return Contexted(
        text=found.text,
        tokens=[found.tokens, found.whole],
        subgoals=[_subgoal(one) for one in working.subgoals()],
    )


def step(memory: Memory, given: arguments.Step, *, pipeline: str) -> Stepped:
    """Write a step of a trace; finish, open or close subgoals.

    Raises:
        InputError: nothing is given that could be noted, or no subgoal was begun.
        NotFound: there is no subgoal to be opened or closed.
    """
    noted = given.action.strip() or given.observation.strip()
    if given.subgoal and not noted:
        raise InputError("a subgoal begins with its first step: give an action or an observation with it")
    if not (noted or given.finish or given.open or given.close):
        raise InputError("nothing is to be noted: give an action, an observation, finish, open or close")
    if sum(map(bool, (noted or given.finish, given.open, given.close))) > 1:
        raise InputError("note a step or finish, open a subgoal, or close one: each in a call of its own")
    working = WorkingMemory(memory, given.trace, pipeline=pipeline)
    before = memory.store.head()
    if given.subgoal:
        working.pursue(given.subgoal)
    if noted:
        working.step(given.action, given.observation, at=given.at)
    if given.finish:
        working.finish()
    if given.open:
        working.open(given.open)
    if given.close:
        working.close(given.close)
    last = next(reversed(working.subgoals()), None)
    if last is None:
        raise InputError(
            f"{given.trace} has no subgoal to finish: give a subgoal, with an action or an observation"
        )
    since = memory.store.commits(View.of(memory.namespace), after=before)
    mine = [one.id for one in since if one.author == memory.author]
    return Stepped(subgoal=_subgoal(last), commits=mine[::-1])


def _subgoal(one: Subgoal) -> SubgoalTold:
    return SubgoalTold(
        title=one.title,
        state="opened" if one.opened else "finished" if one.finished else "active",
        steps=len(one.steps),
        summary=[part.text for part in one.summary.parts] if one.summary else [],
    )
