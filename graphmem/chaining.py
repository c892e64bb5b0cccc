"""The events of one document in time: each knows the one that comes right before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphmem.statements import Statement, event_id


def chained(said: Sequence[Sequence[Statement]], namespace: str) -> list[tuple[Statement, ...]]:
    """The statements of each sentence of a document, each event with the id of the one before it in time.

    Of events at the same time, the first is the one that the text has first.
    """
    dated = [
        (statement.when.begin, k, n)
        for k, mine in enumerate(said)
        for n, statement in enumerate(mine)
        if statement.is_event and statement.when and statement.when.begin
    ]
    follows: dict[tuple[int, int], str] = {}
    last, seen = "", set[str]()
    for _, k, n in sorted(dated):
        id = event_id(namespace, said[k][n])
        if id not in seen:
            follows[k, n] = last
            last = id
            seen.add(id)
    return [
        tuple(
            replace(statement, follows=before)
            if (before := follows.get((k, n), "")) != statement.follows
            else statement
            for n, statement in enumerate(mine)
        )
        for k, mine in enumerate(said)
    ]
