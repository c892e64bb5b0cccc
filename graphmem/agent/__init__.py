"""What agents need of a memory: working memory, tasks, and what a new statement is to what is known."""

from __future__ import annotations

from graphmem.agent.remembering import Decision, Remembered, remember
from graphmem.agent.tasks import Plan, TaskGraph
from graphmem.agent.trace import Step
from graphmem.agent.working import Context, Subgoal, WorkingMemory

__all__ = [
    "Context",
    "Decision",
    "Plan",
    "Remembered",
    "Step",
    "Subgoal",
    "TaskGraph",
    "WorkingMemory",
    "remember",
]
