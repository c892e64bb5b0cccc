"""What commands that make one commit share: they open the memory, make it, and say how it is taken back."""

from __future__ import annotations

from collections.abc import Callable

from graphmem.cli.history import commit_json
from graphmem.cli.options import opened, out, print_json
from graphmem.memory import Memory
from graphmem.types import Commit


def committed(
    store: str,
    namespace: str,
    author: str,
    verb: Callable[[Memory], Commit],
    *,
    json: bool,
    back: str = "takes it back",
) -> None:
    """Make a commit and tell it."""
    with opened(store, namespace, author, create=False) as memory:
        made = verb(memory)
    if json:
        print_json(commit_json(made))
    else:
        out().print(f"{made.message}\ncommit {made.id[:10]} ('graphmem undo {made.id[:10]}' {back})")
