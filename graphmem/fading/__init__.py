"""Fading: what is told is worth less with time, unless it is used, and what is worth least is put to sleep.

Active, dormant, archived, purged: a passage asleep keeps its sentences, and no recall finds it but one among
the dormant; what is archived is in the history alone; what is purged is nowhere. After MemOS (Li et al.
2025), whose memories go through such states; here each step is a commit, and undone like one.
"""

from graphmem.fading.dormant import Dormant
from graphmem.fading.faded import Faded, Verdict, Woken
from graphmem.fading.policy import POLICY, Policy
from graphmem.fading.retention import Retention

__all__ = ["POLICY", "Dormant", "Faded", "Policy", "Retention", "Verdict", "Woken"]
