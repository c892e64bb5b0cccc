"""What agents need of a memory: working memory, tasks, teams, and what a statement is to what is known."""

from __future__ import annotations

from graphmem.agent.association import Association, associate
from graphmem.agent.remembering import Decision, Remembered, remember
from graphmem.agent.tasks import Plan, TaskGraph
from graphmem.agent.team import Team
from graphmem.agent.trace import Step
from graphmem.agent.working import Context, Subgoal, WorkingMemory

__all__ = [
    "Association",
    "Context",
    "Decision",
    "Plan",
    "Remembered",
    "Step",
    "Subgoal",
    "TaskGraph",
    "Team",
    "WorkingMemory",
    "associate",
    "remember",
]
