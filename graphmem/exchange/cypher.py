"""Cypher: statements that build the graph in a Neo4j database, beside whatever is there.

No text of the memory becomes an identifier: labels and relationship types are fixed words, all else is a
string. Running the file again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, TypeVar

from graphmem.exchange.contents import Contents, Field, Link, Node
from graphmem.stores.base import Store
from graphmem.types import View

T = TypeVar("T", Node, Link)

LABEL: Final = "Exported"
"""The label of every node, beside that of its kind; a store of graphmem has other ones."""
_TOGETHER: Final = 100
"""Nodes or relationships that one statement makes."""
_BEFORE_U: Final = re.compile(r"(?<=\\)(?=u)")
_ESCAPES: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(c: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    # Half a character cannot be written as UTF-8, and other control characters upset terminals.
    if "\ud800" <= c <= "\udfff":
        return "\ufffd"
    return f"\\u{ord(c):04x}" if c < " " or c in "\x7f\x85\u2028\u2029" else c


def string(text: str) -> str:
    r"""A text as a Cypher string.

    Some parsers read ``\u0027`` before they look for strings, after a backslash that is itself escaped too:
    so the string ends between a backslash and a ``u``, and is joined again.

    >>> print(string("it's \\u0027"))
    'it\'s \\'+'u0027'
    """
    return "+".join(f"'{''.join(map(_escaped, part))}'" for part in _BEFORE_U.split(text))


def literal(field: Field) -> str:
    """A field as a Cypher expression; a moment as a ``datetime``."""
    if isinstance(field, bool):
        return "true" if field else "false"
    if isinstance(field, datetime):
        return f"datetime('{field.isoformat()}')"
    if isinstance(field, list):
        return f"[{', '.join(map(string, field))}]"
    return string(field) if isinstance(field, str) else repr(field)


def _map(fields: Mapping[str, Field]) -> str:
    return "{" + ", ".join(f"`{name}`: {literal(field)}" for name, field in fields.items()) + "}"


def _make(kind: str, nodes: Iterable[Node]) -> str:
    rows = ", ".join(f"[{string(one.id)}, {_map(one.row)}]" for one in nodes)
    return (
        f"UNWIND [{rows}] AS row MERGE (n:{LABEL} {{id: row[0]}})"
        f" SET n = row[1], n.id = row[0], n:{kind.capitalize()};\n"
    )


def _join(kind: str, links: Iterable[Link]) -> str:
    rows = ", ".join(
        f"[{string(one.source)}, {string(one.target)}, {string(_key(one))}, {_map(one.row)}]" for one in links
    )
    return (
        f"UNWIND [{rows}] AS row MATCH (a:{LABEL} {{id: row[0]}}) MATCH (b:{LABEL} {{id: row[1]}})"
        f" MERGE (a)-[r:{kind.upper()} {{key: row[2]}}]->(b) SET r += row[3];\n"
    )


def _together(things: Iterable[T], written: Callable[[str, list[T]], str]) -> Iterator[str]:
    """Things of a kind in one statement, up to so many."""
    waiting: dict[str, list[T]] = {}
    for one in things:
        block = waiting.setdefault(one.kind, [])
        block.append(one)
        if len(block) == _TOGETHER:
            yield written(one.kind, waiting.pop(one.kind))
    for kind, block in waiting.items():
        yield written(kind, block)


def _key(link: Link) -> str:
    """What tells apart two relationships of a kind between the same nodes."""
    return " ".join(str(link.fields.get(name, "")) for name in ("fact", "role", "case")).strip()


def written(store: Store, view: View, at: datetime, reader: str) -> Iterator[str]:
    """A view as Cypher, a statement a line, each ended by a semicolon; ``contents`` says of what."""
    contents = Contents(store, view, at, reader)
    yield (f"CREATE CONSTRAINT {LABEL.lower()}_id IF NOT EXISTS FOR (n:{LABEL}) REQUIRE n.id IS UNIQUE;\n")
    yield from _together(contents.nodes(), _make)
    yield from _together(contents.links(), _join)
