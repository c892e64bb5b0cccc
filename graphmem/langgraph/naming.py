"""Which namespace of a memory holds what LangGraph puts under a path of labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from graphmem.errors import InputError
from graphmem.identity import checked_namespace, digest

_PLAIN: Final = re.compile(r"[a-z0-9_-]+")
_UNTOLD: Final = ".."
_LONGEST: Final = 64  # of a namespace's name (``checked_namespace``)


def checked_base(base: str) -> str:
    """A namespace below which there is room for those of any labels.

    Raises:
        InputError: its name is too long for that.
    """
    try:
        checked_namespace(_digested(base, ("",)))
    except InputError as error:
        longest = _LONGEST - len(_digested("", ("",)))
        raise InputError(
            f"the namespace {base!r} has no room for names below it: give one of {longest} characters at most"
        ) from error
    return base


def name_of(base: str, labels: Sequence[str]) -> str:
    """The namespace of labels below ``base``: ``base.label.label`` where that is a name, else a digest."""
    name = ".".join((base, *labels))
    plain = labels and all(map(_PLAIN.fullmatch, labels)) and len(name) <= _LONGEST
    return name if plain else _digested(base, labels)


def labels_in(base: str, name: str) -> tuple[str, ...] | None:
    """The labels that a namespace's name tells; None of those below other bases, and of digests."""
    rest = name.removeprefix(f"{base}.")
    labels = tuple(rest.split("."))
    return labels if rest != name and all(map(_PLAIN.fullmatch, labels)) else None


def is_below(base: str, name: str) -> bool:
    """Whether a namespace may hold items of ``base``."""
    return labels_in(base, name) is not None or name.startswith(f"{base}{_UNTOLD}")


def _digested(base: str, labels: Sequence[str]) -> str:
    return f"{base}{_UNTOLD}{digest(*labels)}"
