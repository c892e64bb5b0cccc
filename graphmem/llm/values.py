"""What models write for a text, a flag, a number or a list of them, taken for what it nearly is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ValidationError

_YES: Final = frozenset({"true", "yes", "1"})
_NO: Final = frozenset({"false", "no", "0", "", "none", "null"})


def _text(value: object) -> object:
    """A string of what stands for one: a number, nothing, a list of one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        # Half a character cannot be stored; models write it as an escape.
        return " ".join(value.encode("utf-8", "ignore").decode("utf-8").split())
    return value


def _flag(value: object) -> object:
    word = str(value).strip().casefold() if value is None or isinstance(value, str) else None
    return word in _YES if word in _YES | _NO else value


def _number(value: object) -> object:
    if isinstance(value, str):
        return int(digits) if (digits := value.strip(" []#.")).isascii() and digits.isdigit() else 0
    return 0 if value is None else value


def _many(one: Callable[[object], object], kind: type) -> Callable[[object], list[Any]]:
    """What stands for a list, without items that are none."""

    def items(value: object) -> list[Any]:
        given = value if isinstance(value, list | tuple) else [value]
        found = [one(item) for item in given]
        return [item for item in found if item and isinstance(item, kind) and not isinstance(item, bool)]

    return items


def each(model: type[BaseModel]) -> Callable[[object], list[BaseModel]]:
    """A validator of a list of objects that leaves out those that are none: a bad one costs no other."""

    def items(value: object) -> list[BaseModel]:
        found = []
        for item in value if isinstance(value, list | tuple) else [value]:
            try:
                found.append(model.model_validate(item))
            except ValidationError:
                continue
        return found

    return items


Text: TypeAlias = Annotated[str, BeforeValidator(_text)]
Flag: TypeAlias = Annotated[bool, BeforeValidator(_flag)]
Number: TypeAlias = Annotated[int, BeforeValidator(_number)]
Texts: TypeAlias = Annotated[list[str], BeforeValidator(_many(_text, str))]
Numbers: TypeAlias = Annotated[list[int], BeforeValidator(_many(_number, int))]
