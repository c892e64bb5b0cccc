"""Time expressions in English text: found by rules over tokens, resolved against a reference.

``find_dates`` is the whole of it. What the rules read and what each form resolves to follows the
specification of Microsoft's Recognizers-Text for English (see benchmarks/dates.py for how well), with
half-open intervals.
"""

from __future__ import annotations

from graphmem.dates.expression import Candidate, Kind, Tense, TimeExpression
from graphmem.dates.finding import find_dates

__all__ = ["Candidate", "Kind", "Tense", "TimeExpression", "find_dates"]
