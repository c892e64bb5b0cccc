"""Named relations: which predicates mean the same, and which hold for one object at a time.

The schema is a TOML file (``relations.toml`` here says how it is written); a file of the user's adds to
it. A relation that is functional retires an earlier fact of the same subject; all others are kept.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Final

from graphmem.errors import InputError

# Part of the standard library from 3.11 on; before that, the same under another name.
_TOML: Final = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*$")
_CHOICE: Final = re.compile(r"\[([^\[\]]+)\]")
_KEYS: Final = frozenset({"functional", "permanent", "patterns", "roles"})
ROLES: Final = frozenset(
    """agent object recipient complement content clause place time quantity circumstance""".split()
)
"""What the object of a relation may be."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A named relation.

    Attributes:
        name: Its name in the memory.
        functional: Whether it holds for one object at a time.
        permanent: Whether it holds for one object forever; it is functional then.
        patterns: The predicates that mean it, alternatives spelled out.
        roles: What the object may be; any, if empty.
    """

    name: str
    functional: bool
    patterns: tuple[str, ...]
    roles: frozenset[str] = frozenset()
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """Relations by name, and by pattern: plain ones in a table, those with "*" by their last word."""

    relations: dict[str, Relation]
    plain: dict[str, tuple[Relation, ...]]
    open: dict[str, tuple[tuple[str, Relation], ...]]

    def find(self, key: str, role: str) -> Relation | None:
        """The relation of a predicate with its preposition, for an object in a role."""
        for relation in self.plain.get(key, ()):
            if not relation.roles or role in relation.roles:
                return relation
        words = key.split()
        for pattern, relation in self.open.get(words[-1], ()) if words else ():
            before, _, after = pattern.partition("*")
            fits = len(key) > len(pattern) and key.startswith(before) and key.endswith(after)
            if fits and (not relation.roles or role in relation.roles):
                return relation
        return None


def load(path: Path | None = None) -> Schema:
    """The relations that come with the package, and those of a file of the user's own.

    Args:
        path: A TOML file; its relations are added, or replace those of the same name.

    Raises:
        InputError: The file is not there, is no TOML, or declares a relation wrongly; says which.
    """
    relations = dict(_bundled())
    if path is not None:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read: {error}") from error
        relations |= _read(text, str(path))
    return _schema(relations)


@lru_cache(maxsize=1)
def _bundled() -> dict[str, Relation]:
    text = files("graphmem").joinpath("relations.toml").read_text("utf-8")
    return _read(text, "relations.toml")


def _read(text: str, source: str) -> dict[str, Relation]:
    try:
        table = _TOML.loads(text)
    except _TOML.TOMLDecodeError as error:
        raise InputError(f"{source}: no TOML: {error}") from error
    return {name: _relation(name, entry, source) for name, entry in table.items()}


def _relation(name: str, entry: Any, source: str) -> Relation:
    where = f"{source}: relation {name!r}"
    if not _NAME.match(name):
        raise InputError(f"{where}: a name has small letters, digits and _ only, a letter first")
    if not isinstance(entry, dict):
        raise InputError(f"{where}: write it as a table: [{name}]")
    unknown = sorted(entry.keys() - _KEYS)
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(_KEYS))}")
    functional, permanent = (_flag(entry, key, where) for key in ("functional", "permanent"))
    patterns = _texts(entry.get("patterns"), f"{where}: patterns")
    if not patterns:
        raise InputError(f"{where}: patterns: at least one is needed")
    roles = frozenset(_texts(entry.get("roles", []), f"{where}: roles"))
    if wrong := sorted(roles - ROLES):
        raise InputError(f"{where}: unknown role {wrong[0]!r}; known are {', '.join(sorted(ROLES))}")
    spelled = [one for pattern in patterns for one in _alternatives(pattern, where)]
    return Relation(name, functional or permanent, tuple(dict.fromkeys(spelled)), roles, permanent)


def _flag(entry: dict[str, Any], key: str, where: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{where}: {key} is true or false, not {value!r}")
    return value


def _texts(value: Any, where: str) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise InputError(f"{where}: a list of texts is needed, not {value!r}")
    return value


def _alternatives(pattern: str, where: str) -> Iterator[str]:
    """A pattern with each choice of its brackets, in small letters, single blanks between words."""
    pieces = _CHOICE.split(pattern)
    if any(c in piece for piece in pieces[::2] for c in "[]") or pattern.count("*") > 1:
        raise InputError(f"{where}: pattern {pattern!r}: brackets must close, and one * is enough")
    choices = [piece.split("|") if k % 2 else [piece] for k, piece in enumerate(pieces)]
    for chosen in product(*choices):
        yield " ".join("".join(chosen).lower().split())


def _schema(relations: dict[str, Relation]) -> Schema:
    plain: dict[str, tuple[Relation, ...]] = {}
    starred: dict[str, tuple[tuple[str, Relation], ...]] = {}
    for relation in relations.values():
        for pattern in relation.patterns:
            if "*" in pattern:
                last = pattern.split()[-1]
                starred[last] = (*starred.get(last, ()), (pattern, relation))
            else:
                plain[pattern] = (*plain.get(pattern, ()), relation)
    return Schema(relations, plain, starred)
