"""Which items a filter of LangGraph lets through: equal values, nested ones, and comparisons."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from graphmem.errors import QueryError

_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
_EQUAL: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"$eq": operator.eq, "$ne": operator.ne}


def fits(value: Mapping[str, Any], filter: Mapping[str, Any] | None) -> bool:
    """Whether a value has what a filter asks for, all of it; a field that it lacks is None.

    Raises:
        QueryError: there is no such operator.
    """
    return all(_equals(value.get(name), wanted) for name, wanted in (filter or {}).items())


def _equals(value: object, wanted: object) -> bool:
    if isinstance(wanted, Mapping):
        if any(name.startswith("$") for name in wanted):
            return all(_compares(value, name, to) for name, to in wanted.items())
        return isinstance(value, Mapping) and fits(value, wanted)
    if isinstance(wanted, (list, tuple)):
        alike = isinstance(value, (list, tuple)) and len(value) == len(wanted)
        return alike and all(map(_equals, value, wanted))  # type: ignore[call-overload]
    return value == wanted


def _compares(value: Any, name: str, to: Any) -> bool:
    """Numbers by size, texts in the order of their characters; what cannot be compared does not fit."""
    if name in _EQUAL:
        return _EQUAL[name](value, to)
    if name not in _COMPARED:
        raise QueryError(f"{name!r} is no comparison: use {', '.join((*_EQUAL, *_COMPARED))}")
    try:
        return _COMPARED[name](float(value), float(to))
    except (TypeError, ValueError):
        return isinstance(value, str) and isinstance(to, str) and _COMPARED[name](value, to)
