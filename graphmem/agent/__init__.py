"""What agents need of a memory: tasks that go on after a restart, and what a new statement is to it."""

from __future__ import annotations

from graphmem.agent.remembering import Decision, Remembered, remember
from graphmem.agent.tasks import Plan, TaskGraph

__all__ = ["Decision", "Plan", "Remembered", "TaskGraph", "remember"]
