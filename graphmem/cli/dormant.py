"""How ``graphmem query`` shows what sleeps."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from graphmem.cli.options import out, print_json
from graphmem.fading import Dormant
from graphmem.memory import Memory
from graphmem.ranking import Ranking


def dormant_json(one: Dormant) -> dict[str, Any]:
    """A passage asleep as JSON values."""
    passage = one.passage
    return {
        "passage": passage.id,
        "score": round(one.score, 4),
        "text": passage.text,
        "namespace": passage.namespace,
        "uri": one.document.uri,
        "speaker": passage.speaker,
        "at": passage.at,
    }


def print_dormant(found: Sequence[Dormant], json: bool) -> None:
    """Passages asleep as JSON, or as text with how to wake them."""
    if json:
        print_json([dormant_json(one) for one in found])
        return
    console = out()
    for one in found:
        console.print(f"{one.score:.2f}  {one.document.uri}  {one.passage.id}", style="dim")
        told = f"{one.passage.speaker}: " if one.passage.speaker else ""
        console.print(f"   {told}{one.passage.text}", markup=False)
    if found:
        ids = " ".join(one.passage.id for one in found[:3])
        console.print(f"to wake them: graphmem wake {ids}")
    else:
        console.print("Nothing sleeps that fits the question.")


def likely(memory: Memory, ranking: Ranking) -> int:
    """How many passages asleep look like the answer, where those that are awake do not."""
    if ranking.hits and not ranking.doubtful:
        return 0
    return sum(one.near for one in memory.dormant(ranking.query.text, ranking.query.k))


def print_likely(question: str, count: int) -> None:
    """That passages asleep look like the answer, if any do."""
    if not count:
        return
    many = "1 passage that sleeps looks" if count == 1 else f"{count} passages that sleep look"
    command = f"graphmem query --dormant {shlex.quote(question)}"
    out().print(f"{many} like the answer: see '{command}', wake with 'graphmem wake'", style="yellow")
