"""The gender that words show: pronouns, titles, kin, callings and given names."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

# Python 3.10 has no TOML reader of its own.
_TOML: Final = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

Gender: TypeAlias = Literal["masculine", "feminine"]
PRONOUNS: Final[Mapping[str, Gender]] = {
    "he": "masculine", "him": "masculine", "his": "masculine", "himself": "masculine",
    "she": "feminine", "her": "feminine", "hers": "feminine", "herself": "feminine",
}  # fmt: skip
GIVEN: Final = Path(__file__).with_name("given.toml")
TITLES: Final = frozenset("mr mr. mrs mrs. ms ms. miss sir lord lady king queen prince princess".split())
_HE: Final = frozenset(
    """mr mr. sir lord king prince duke father brother son husband uncle nephew grandfather grandson boyfriend
    actor boy man priest bishop baron earl emperor monk pope gentleman widower businessman chairman""".split()
)
_SHE: Final = frozenset(
    """mrs mrs. ms ms. miss lady queen princess duchess mother sister daughter wife aunt niece grandmother
    granddaughter girlfriend actress girl woman nun dame widow empress countess baroness heroine businesswoman
    chairwoman waitress hostess goddess""".split()
)


def gender_of(pronoun: str) -> Gender | None:
    """The gender of a third-person pronoun."""
    return PRONOUNS.get(pronoun.lower())


@lru_cache(maxsize=1)
def given_names() -> Mapping[str, Gender]:
    """The given names that show a gender, in small letters."""
    found: dict[str, Any] = _TOML.loads(GIVEN.read_text("utf-8"))
    genders: tuple[Gender, Gender] = ("masculine", "feminine")
    return {name: gender for gender in genders for name in found[gender].split()}


def shown(words: Iterable[str]) -> set[Gender]:
    """The genders that words in small letters show; both where they disagree."""
    names, found = given_names(), set[Gender]()
    for word in words:
        if word in _HE:
            found.add("masculine")
        elif word in _SHE:
            found.add("feminine")
        elif gender := names.get(word):
            found.add(gender)
    return found
