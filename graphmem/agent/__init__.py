"""What agents need of a memory: tasks that go on after a restart."""

from __future__ import annotations

from graphmem.agent.tasks import Plan, TaskGraph

__all__ = ["Plan", "TaskGraph"]
