"""Two worlds that differ in nothing but a namespace with secrets, and how to call whatever reads them.

What a memory of ``mine`` answers must be the same in both: so it tells nothing of ``theirs``, whether by a
text, an id, a count, a score, or an error that only one of them gives (noninterference: Goguen and
Meseguer 1982, "Security Policies and Security Models").
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Final

import networkx as nx
import numpy as np
from conftest import put, records

from graphmem import Memory, Query
from graphmem.correcting import Hand, related
from graphmem.deciding import Answer
from graphmem.errors import GraphMemError
from graphmem.projection import SCHEMA
from graphmem.remains import remains
from graphmem.schema import from_record
from graphmem.stores import open_store
from graphmem.testing import HashEmbedder
from graphmem.types import Change, Record, View

MINE = {
    "mine.md": "# Ash\n\nAda Byron was born in Bergen. The ash was planted in 1841.\n",
    "talk.txt": "[2023-05-08 13:56] Bo Bell: I was born in Oslo.\n"
    "[2023-05-09 08:00] Cy: Ada Byron was born in Rome.\n",
}
TEAM = {"team.md": "# Tern\n\nAda Byron was born in Lima. The tern of Bear Island was found by Cy Hall.\n"}
THEIRS = {
    "theirs.md": "# Heron\n\nAda Byron was born in Whitby. The heron of Bergen was hidden in 1902.\n",
    "chat.txt": "[2023-05-08 13:56] Zelda: I was born in Whitby.\n"
    "[2023-05-08 13:57] Bo: Ada Byron was born in Ghent.\n",
}
THEIRS["chat.txt"] += "".join(
    f"[2023-06-{day:02} 10:00] Zelda: The heron sleeps, day {day}.\n" for day in range(1, 8)
)
SECRETS: Final = ("heron", "whitby", "zelda", "theirs.md", "chat.txt")
QUESTION: Final = "Where was Ada Byron born, and where was the heron of Whitby hidden?"
AT: Final = datetime(2024, 1, 1, tzinfo=timezone.utc)
DAYS: Final = ("8 May 2023", "9 May 2023", "1 Jun 2023", "1902")  # of turns and texts of mine and theirs
NAMES: Final = ("Ada Byron", "Zelda", "Whitby", "heron", "Bergen", "mine.md", "theirs.md", "chat.txt")


def remember(url: str, namespace: str, also: Sequence[str] = ()) -> Memory:
    """A memory without a model whose clock stands still."""
    store = open_store(url, SCHEMA)
    return Memory(store, namespace=namespace, embedder=HashEmbedder(), clock=lambda: AT, also=also)


def build_world(folder: Path, name: str, *, secrets: bool) -> str:
    """The URL of a store in which team shares with mine; theirs, if it is there, with team and a third."""
    url = f"sqlite:///{folder}/{name}.db"
    for namespace, texts in (("mine", MINE), ("team", TEAM)):
        with remember(url, namespace) as memory:
            put(memory, texts, pipeline="english")
            memory.trust("talk.txt", "unsure")
    with remember(url, "team") as team:
        team.share("mine")
    if secrets:
        with remember(url, "theirs") as theirs:
            put(theirs, THEIRS, pipeline="english")
            theirs.same("Ada Byron", "Bergen")
            theirs.trust("*", "untrusted")
            theirs.share("team")
            theirs.share("third")
    return url


@dataclass(frozen=True)
class Given:
    """What functions are called with: records of theirs and of mine, and all that they can be called by."""

    theirs: Mapping[str, Record]
    mine: Mapping[str, Record]
    commits: tuple[str, ...]

    @classmethod
    def of(cls, url: str) -> Given:
        """What there is in the world with secrets."""
        with remember(url, "theirs") as theirs, remember(url, "mine") as mine:
            commits = (next(theirs.history()).id, next(mine.history()).id)
            return cls(records(theirs), records(mine), commits)

    @property
    def names(self) -> list[str]:
        """Names, URIs, and an id of each kind of theirs and of mine."""
        one_of_each = {(r.namespace, r.kind): id for of in (self.theirs, self.mine) for id, r in of.items()}
        at = [f"{name} @ theirs.md" for name in ("Ada Byron", "Whitby")]
        return [*NAMES, *at, *one_of_each.values(), *self.commits]

    def values(self, kind: str) -> list[Any]:
        """Up to three values of a type of theirs, and as many of mine."""
        found = []
        for of in (self.theirs, self.mine):
            every = [value for value in map(from_record, of.values()) if _is_a(value, kind)]
            found += sorted(every, key=lambda one: one.id)[:3]
        return found


def _is_a(value: object, kind: str) -> bool:
    return kind in {cls.__name__ for cls in type(value).__mro__}


# How to make what a parameter asks for, by its name or its annotation. All others are texts, which are
# names of whatever is there, values of a record's type, or sequences of either.
MADE: Final[dict[str, Callable[[Memory, Given], Any]]] = {
    "Memory": lambda memory, _: memory,
    "Store": lambda memory, _: memory.store,
    "View": lambda memory, _: memory.view,
    "Embedder": lambda memory, _: memory.embedder,
    "Query": lambda memory, _: Query(QUESTION, memory.view, 100),
    "PassageKind": lambda *_: "turn",
    "FloatArray": lambda memory, _: memory.embedder.encode([QUESTION])[0],
    "question": lambda *_: QUESTION,
    "str | Query": lambda *_: QUESTION,
    "namespace": lambda *_: "mine",
    "reader": lambda *_: "mine",
    "own": lambda *_: "mine",
    "limit": lambda *_: 100,
    "k": lambda *_: 100,
    "int": lambda *_: 100,
    "bool": lambda *_: True,
    "datetime": lambda *_: AT,
    "Answer": lambda *_: Answer(True, "eve", AT),
    "tuple[str, str]": lambda *_: ("Ada Byron", "Whitby"),
    "Iterable[tuple[str, str]]": lambda *_: [(of, day) for of in ("mine", "theirs", "team") for day in DAYS],
    "namespaces": lambda *_: ["mine"],
    "Statement": lambda *_: related("Ada Byron", "lives_in", "Whitby"),
    "places": lambda _, given: {one.id: [(0, 3)] for one in given.values("Sentence")},
    "Ranking": lambda memory, _: memory.recall(QUESTION, 100),
    "Hand": lambda *_: Hand("mine", "eve", AT),
    "Remains": lambda memory, _: remains(memory.store, own(memory)),
}
_MANY: Final = re.compile(r"(?:Iterable|Sequence|Collection|list|tuple|frozenset)\[(\w+)(?:, \.\.\.)?\]")


class Unknown(Exception):
    """A parameter that nobody has said how to fill."""


def _choices(memory: Memory, given: Given, name: str, annotation: str) -> list[Any]:
    """What a parameter is called with, one call after the other."""
    for key in (name, annotation):
        if key in MADE:
            return [MADE[key](memory, given)]
    if annotation in ("str", "str | None"):
        return given.names
    if many := _MANY.fullmatch(annotation):
        if many[1] == "str":
            return [[*given.theirs], [*given.mine]]
        if many[1] == "Record":
            return [[*given.theirs.values()], [*given.mine.values()]]
        if many[1] == "Change":
            return [[Change(record, None)] for record in (*given.theirs.values(), *given.mine.values())]
        return [[value] for value in _values(given, many[1], name)]
    if annotation == "Mapping[str, float]":
        return [dict.fromkeys(of, 1.0) for of in (given.theirs, given.mine)]
    kinds = annotation.split(" | ")
    values = [value for kind in kinds if kind != "None" for value in _values(given, kind, name)]
    return [*values, *([None] if "None" in kinds else [])]


def _values(given: Given, kind: str, name: str) -> list[Any]:
    found = given.names if kind == "str" else given.values(kind)
    if not found:
        raise Unknown(f"{name}: {kind}")
    return found


def calls(read: Callable[..., Any], memory: Memory, given: Given) -> Iterator[tuple[Any, ...]]:
    """Arguments for a function: of each parameter without a default one choice after the other.

    Raises:
        Unknown: of a parameter nobody has said what it is called with.
    """
    chosen = [
        _choices(memory, given, one.name, str(one.annotation))
        for one in inspect.signature(read).parameters.values()
        if one.default is one.empty and one.name != "self"
    ]
    for turn in range(max(map(len, chosen), default=1)):
        yield tuple(choices[turn % len(choices)] for choices in chosen)


def plain(value: Any) -> Any:
    """A value as what can be compared and printed, whatever object it is and wherever it lies."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, nx.Graph):
        return sorted(map(repr, value.nodes(data=True))), sorted(map(repr, value.edges(data=True)))
    if isinstance(value, np.ndarray):
        return plain(value.tolist()) if value.dtype.names else value.tolist()
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, *((one.name, plain(getattr(value, one.name))) for one in fields(value))
    if isinstance(value, Mapping):
        return {repr(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(one) for one in value), key=repr)
    if isinstance(value, Iterable):
        return [plain(one) for one in value]
    if hasattr(value, "__dict__"):
        kept = {key: one for key, one in vars(value).items() if key not in ("store", "embedder", "clock")}
        return type(value).__name__, plain(kept)
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def answer(read: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives, or the error that it raises on purpose."""
    try:
        return plain(read(*arguments))
    except (GraphMemError, ValueError) as error:
        return type(error).__name__, str(error)


def tell(value: object, ids: Iterable[str] = ()) -> None:
    """Fail if a value says anything of theirs."""
    said = repr(value).lower().replace(QUESTION.lower(), "")
    assert not [secret for secret in (*SECRETS, *ids) if secret in said]


def unsaid(said: str, *given: object) -> str:
    """What was said without what was given, quoted or not, whole or, of "NAME @ DOCUMENT", in parts."""
    for one in map(str, given):
        for part in (one, *one.split(" @ ")):
            said = said.replace(repr(part), "").replace(json.dumps(part), "").replace(part, "")
    return said


def unasked(said: str) -> str:
    """What was said without the words of the question in the lines that say it in another way."""
    asked = re.compile("|".join(map(re.escape, re.findall(r"\w+", QUESTION))))
    return re.sub(r"(?:asked next|answers): .*", lambda line: asked.sub("", line[0]), said)


def own(memory: Memory) -> View:
    """The memory's own namespace alone."""
    return View.of(memory.namespace)
