"""The tasks of a namespace as a graph: what may move, what is being done, and what of it a model is shown.

Three laws hold of whatever is read, after any undo and with any number of writers: nothing comes before
itself, what is done has all that it needs done, and each author is doing one thing at a time. A move that
would break one is refused. Where taking a commit back or two writers at once would, they follow at every
read, as with facts: of ties that close a circle the latest does not count, and what was done before something
that it needs was opened again reads as open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from graphmem import schema
from graphmem.errors import InputError, NotFound
from graphmem.memory import Memory
from graphmem.retrying import retrying
from graphmem.tasks import MOVES, State, Task, Tie, task_id
from graphmem.types import Change, Commit, Passage, Record

_FINISHED: Final[frozenset[State]] = frozenset({"done", "dropped"})


@dataclass(frozen=True, slots=True)
class Plan:
    """All tasks by id as they are to be read, oldest first, and the ``steps`` of each.

    ``said`` has the records that they were read from.
    """

    tasks: Mapping[str, Task]
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: Mapping[str, Record] = field(default_factory=dict)

    def named(self, name: str, namespace: str) -> Task:
        """The task with this id or title.

        Raises:
            NotFound: there is none.
        """
        found = self.tasks.get(name) or self.tasks.get(task_id(namespace, name))
        if found is None:
            raise NotFound(f"there is no task {name!r}: 'graphmem tasks' lists those that there are")
        return found

    def before(self, task: Task) -> tuple[Task, ...]:
        """What must be done before a task: what it needs, then its steps."""
        ids = dict.fromkeys((*(tie.task for tie in task.needs), *self.steps.get(task.id, ())))
        return tuple(self.tasks[id] for id in ids)

    def waits_for(self, task: Task) -> tuple[Task, ...]:
        """What of that keeps it from being done: a dropped step does not, a dropped need does."""
        needs = {tie.task for tie in task.needs}
        return tuple(
            one
            for one in self.before(task)
            if one.state != "done" and (one.id in needs or one.state != "dropped")
        )

    def ready(self) -> tuple[Task, ...]:
        """Open tasks that nothing keeps waiting."""
        return tuple(t for t in self.tasks.values() if t.state == "open" and not self.waits_for(t))

    def path(self, task: Task) -> tuple[Task, ...]:
        """The way from the goal that a task serves down to it."""
        way = [task]
        while way[0].step_of:
            parents = [tie.task for tie in way[0].step_of]
            way.insert(0, self.tasks[way[0].under if way[0].under in parents else parents[0]])
        return tuple(way)


def _acyclic(tasks: Mapping[str, Task]) -> dict[str, Task]:
    """The tasks without ties to what is gone, and without those that close a circle, latest first."""
    ties = [(tie.since, tie.task, one.id, "needs", tie) for one in tasks.values() for tie in one.needs]
    ties += [(tie.since, one.id, tie.task, "step_of", tie) for one in tasks.values() for tie in one.step_of]
    above: dict[str, list[str]] = {}  # by task what comes after it
    kept: set[tuple[str, str, str]] = set()
    for _, first, then, kind, _ in sorted(ties, key=lambda row: (row[0], *row[1:4])):
        if first in tasks and then in tasks and not _reaches(above, then, first):
            above.setdefault(first, []).append(then)
            kept.add((first, then, kind))
    return {
        one.id: replace(
            one,
            needs=tuple(tie for tie in one.needs if (tie.task, one.id, "needs") in kept),
            step_of=tuple(tie for tie in one.step_of if (one.id, tie.task, "step_of") in kept),
        )
        for one in tasks.values()
    }


def _reaches(above: Mapping[str, Sequence[str]], start: str, end: str) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        at = waiting.pop()
        if at == end:
            return True
        new = [one for one in above.get(at, ()) if one not in seen]
        seen.update(new)
        waiting.extend(new)
    return False


def _reopened(plan: Plan) -> Plan:
    """The plan with what is said to be done, but lacks something that it needs, open again.

    So is all but the last that one author is said to be doing.
    """
    tasks = dict(plan.tasks)
    doing: dict[str, Task] = {}
    for one in sorted(tasks.values(), key=lambda one: (one.since, one.id)):
        if one.state == "active":
            if earlier := doing.get(one.by):
                tasks[earlier.id] = replace(earlier, state="open", outcome="")
            doing[one.by] = one
    changed = True
    while changed:
        changed = False
        now = replace(plan, tasks=tasks)
        for one in list(tasks.values()):
            if one.state == "done" and (lacking := now.waits_for(one)):
                why = f"open again: {lacking[0].title!r}, which comes before it, is {lacking[0].state}"
                tasks[one.id] = replace(one, state="open", outcome=why)
                changed = True
    return replace(plan, tasks=tasks)


def plan_of(records: Iterable[Record]) -> Plan:
    """The plan that records of tasks make, under both laws."""
    values = (schema.from_record(record) for record in records)
    tasks = {one.id: one for one in values if isinstance(one, Task)}
    whole = _acyclic(dict(sorted(tasks.items(), key=lambda item: (item[1].made, item[0]))))
    steps: dict[str, tuple[str, ...]] = {}
    for one in whole.values():
        for tie in one.step_of:
            steps[tie.task] = (*steps.get(tie.task, ()), one.id)
    return _reopened(Plan(whole, steps))


class TaskGraph:
    """The tasks of a memory's namespace; all that it knows is in the store, so that one made anew goes on.

    Every verb is a commit of the memory's author; ``Memory.undo`` takes it back.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def plan(self) -> Plan:
        """All tasks as they are now."""
        records = {one.id: one for one in self.memory.store.scan(self.memory._own(), schema.TASK)}
        return replace(plan_of(records.values()), said=records)

    def task(self, name: str) -> Task:
        """The task with this id or title.

        Raises:
            NotFound: there is none.
        """
        return self.plan().named(name, self.memory.namespace)

    def add(self, title: str, *, step_of: str = "", needs: Sequence[str] = ()) -> Task:
        """Add a task, or tie one that is there to another task as its step too, and to what it needs.

        Raises:
            InputError: the title is empty, the tie would make a circle, or the task that it would hold up is
                done already; nothing was written.
            NotFound: what it is a step of, or needs, is not there.
        """
        title = " ".join(title.split())
        if not title:
            raise InputError("a task needs a title: say what is to be done")

        def write(plan: Plan) -> tuple[Task, str]:
            now, id = self.memory.clock(), task_id(self.memory.namespace, title)
            made = Task(id=id, namespace=self.memory.namespace, title=title, made=now, since=now)
            task = plan.tasks.get(id, replace(made, by=self.memory.author))
            there = {**plan.tasks, id: task}
            if step_of:
                parent = plan.named(step_of, self.memory.namespace)
                self._check(replace(plan, tasks=there), task, parent)
                if parent.id not in {tie.task for tie in task.step_of}:
                    task = replace(task, step_of=(*task.step_of, Tie(parent.id, now)))
            for name in needs:
                other = plan.named(name, self.memory.namespace)
                self._check(replace(plan, tasks={**there, id: task}), other, task)
                if other.id not in {tie.task for tie in task.needs}:
                    task = replace(task, needs=(*task.needs, Tie(other.id, now)))
            return task, f"task {title}"

        return self._write(write)

    def _check(self, plan: Plan, first: Task, then: Task) -> None:
        """Refuse a tie by which one task would come before another.

        Raises:
            InputError: that one comes before it already, or is done while this is not.
        """
        above: dict[str, list[str]] = {}
        for one in plan.tasks.values():
            for tie in one.needs:
                above.setdefault(tie.task, []).append(one.id)
            for tie in one.step_of:
                above.setdefault(one.id, []).append(tie.task)
        if _reaches(above, then.id, first.id):
            raise InputError(
                f"{first.title!r} cannot come before {then.title!r}, which comes before it: leave one tie out"
            )
        if then.state == "done" and first.state not in _FINISHED:
            raise InputError(
                f"{then.title!r} is done, so nothing that is left to do can come before it: reopen it first"
            )

    def start(self, name: str, *, under: str = "") -> Task:
        """Begin a task; what the author was doing before is put aside, open.

        Args:
            name: the task.
            under: for which of the tasks that it is a step of; the first if left out.

        Raises:
            NotFound: there is no such task.
            InputError: something must be done before it, somebody else is doing it, it is no step of that
                task, or it cannot be begun from its state.
        """

        def write(plan: Plan) -> tuple[Task, str]:
            task = plan.named(name, self.memory.namespace)
            needs = {tie.task for tie in task.needs}
            if lacking := [one for one in plan.waits_for(task) if one.id in needs]:
                raise InputError(f"{task.title!r} cannot begin: {_told(lacking)}. Do that first")
            if task.state == "active" and task.by != self.memory.author:
                raise InputError(f"{task.by} is doing {task.title!r}: take another task, or ask them")
            parent = plan.named(under, self.memory.namespace).id if under else task.under
            if under and parent not in {tie.task for tie in task.step_of}:
                raise InputError(f"{task.title!r} is no step of {under!r}: add it with step_of first")
            if task.state == "active":
                return replace(task, under=parent), f"start {task.title}"
            return self._moved(task, "active", "", under=parent), f"start {task.title}"

        return self._write(write, aside=True)

    def move(self, name: str, state: State, outcome: str = "", *, shows: Sequence[str] = ()) -> Task:
        """Say how far a task got.

        Args:
            name: the task.
            state: what it is now; ``start`` makes one active.
            outcome: what came of it, or why it waits, failed or was dropped.
            shows: passages that show that, by id.

        Raises:
            NotFound: there is no such task, or no such passage.
            InputError: it cannot become that from what it is, something that comes before it is not done, or
                something that is done needs it.
        """

        def write(plan: Plan) -> tuple[Task, str]:
            task = plan.named(name, self.memory.namespace)
            if state == "active":
                raise InputError(f"start {task.title!r} instead: one task at a time is being done by each")
            if state == "done" and (lacking := plan.waits_for(task)):
                raise InputError(f"{task.title!r} cannot be done: {_told(lacking)}. Do or drop that first")
            if task.state == "done" and (
                held := [t for t in plan.tasks.values() if t.state == "done" and task in plan.before(t)]
            ):
                raise InputError(
                    f"{task.title!r} comes before what is done: {_told(held)}. Reopen that first"
                )
            self._check_shows(shows)
            moved = self._moved(task, state, outcome, shows=tuple(dict.fromkeys((*task.shows, *shows))))
            return moved, f"{state} {task.title}" + (f": {outcome}" if outcome else "")

        return self._write(write)

    def done(self, name: str, outcome: str = "", *, shows: Sequence[str] = ()) -> Task:
        """A task is done; ``move`` with its errors."""
        return self.move(name, "done", outcome, shows=shows)

    def active(self, by: str = "") -> Task | None:
        """What somebody is doing now, the memory's author if nobody is named."""
        who = by or self.memory.author
        return next((t for t in self.plan().tasks.values() if t.state == "active" and t.by == who), None)

    def _moved(
        self, task: Task, state: State, outcome: str, *, under: str = "", shows: tuple[str, ...] = ()
    ) -> Task:
        if state not in MOVES[task.state]:
            can = ", ".join(MOVES[task.state])
            raise InputError(f"{task.title!r} is {task.state} and cannot become {state}: it can become {can}")
        return replace(
            task,
            state=state,
            outcome=outcome,
            under=under or task.under,
            shows=shows or task.shows,
            by=self.memory.author,
            since=self.memory.clock(),
        )

    def _check_shows(self, shows: Sequence[str]) -> None:
        found = self.memory.store.get(self.memory.view, list(shows))
        for id in shows:
            if id not in found or not isinstance(schema.from_record(found[id]), Passage):
                raise NotFound(f"there is no passage {id!r}: give the id of a hit's passage")

    def _write(self, move: Callable[[Plan], tuple[Task, str]], *, aside: bool = False) -> Task:
        """Read, decide and write, again where others came before; what changes nothing is not written."""

        def work() -> Task:
            plan = self.plan()
            task, message = move(plan)
            tasks = [task]
            if aside:
                mine = (t for t in plan.tasks.values() if t.state == "active" and t.by == self.memory.author)
                tasks += [self._moved(one, "open", one.outcome) for one in mine if one.id != task.id]
            changes = [Change(plan.said.get(one.id), schema.to_record(one)) for one in tasks]
            changes = [one for one in changes if one.before != one.after]
            if changes:
                self.memory.write(changes, message)
            return task

        return retrying(work)

    def undo(self, commit: Commit | str) -> Commit:
        """Take a move back; as ``Memory.undo``, and what follows from it follows."""
        return self.memory.undo(commit if isinstance(commit, str) else commit.id)

    def prompt(self, by: str = "") -> str:
        """What a model needs to go on: the way from the goal to what is being done, and nothing beside it.

        Of the tasks on that way their titles; of what each needed, and of the steps that are done below the
        last, what came of it; and the steps that are left there. Without an active task: what could be begun.
        """
        plan = self.plan()
        task = self.active(by)
        if task is None:
            ready = "".join(f"\n- {one.title}" for one in plan.ready())
            return "Nothing is being done." + (f" Ready:{ready}" if ready else "")
        lines: list[str] = []
        for depth, one in enumerate(plan.path(task)):
            lines.append(f"{'  ' * depth}{'now' if one.id == task.id else 'for'}: {one.title}")
            known = [plan.tasks[tie.task] for tie in one.needs]
            if one.id == task.id:
                known += [plan.tasks[id] for id in plan.steps.get(task.id, ())]
            lines += [f"{'  ' * depth}  {_line(step)}" for step in known]
        return "\n".join(lines)


def _line(task: Task) -> str:
    return f"- [{task.state}] {task.title}" + (f": {task.outcome}" if task.outcome else "")


def _told(tasks: Sequence[Task]) -> str:
    return ", ".join(f"{one.title!r} is {one.state}" for one in tasks)
