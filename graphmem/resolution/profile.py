"""A profile: what is said of someone or something by name, by one document or by all that say one name.

What a document says is its own cluster of mentions. Clusters whose fullest names are one are one unit at
once, a profile too, counted from theirs: a name that several bear, or that means another thing elsewhere,
joins nothing by itself, and its clusters stay units of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from graphmem.identity import digest, fold
from graphmem.resolution.aliases import AMBIGUOUS_PLACES, COMMON_SURNAMES, NICKNAMES
from graphmem.resolution.forms import Form, form

MOST_NAMES: Final = 16
"""Surface texts of a profile that are read, the most frequent."""
TIME: Final = "time"
TWO_LETTERS: Final = 2
FULL_NAME: Final = 2
# Americans, Muslims: peoples are labelled as people.
_PEOPLES: Final = re.compile(r"(?:[iec]ans|ists|ites|lims|^jews|^turks|^greeks|^arabs|ese)$")


@dataclass(frozen=True)
class Profile:
    """A cluster of mentions, or all clusters of one name.

    ``names`` counts its surface texts; counts that are not positive count as absent.
    """

    id: str
    names: Mapping[str, int]
    label: str = ""

    def forms(self) -> tuple[Form, ...]:
        """The forms of its names, fullest first, offices left out unless there is nothing else."""
        return self._forms

    @cached_property
    def _forms(self) -> tuple[Form, ...]:
        # A comparison asks for them some ten times.
        said = sorted((-count, name) for name, count in self.names.items() if count > 0)
        found = {form(name, self.label) for _, name in said[:MOST_NAMES]}
        kept = [one for one in found if one.words]
        proper = [one for one in kept if not one.role] or kept
        return tuple(sorted(proper, key=_fullest))


def _fullest(form: Form) -> tuple[object, ...]:
    return (-len(form.words), -len(form.key), form.key, form.qualifier, form.generation, sorted(form.titles))


def people(word: str) -> bool:
    """Whether a word says of which people somebody is."""
    return bool(_PEOPLES.search(word))


def frequent(form: Form) -> bool:
    """Whether very many people bear a name: John Smith, or John, or Smith."""
    first, last = form.words[0], form.words[-1]
    if len(form.words) == 1:
        return (first in NICKNAMES or first in COMMON_SURNAMES) and not people(first)
    return len(form.words) == FULL_NAME and first in NICKNAMES and last in COMMON_SURNAMES


def ambiguous(form: Form, label: str) -> bool:
    """Whether a name alone does not say whom or what a document means, whatever other documents say."""
    short = bool(form.acronym) and len(form.words) == 1 and len(form.acronym) <= TWO_LETTERS
    nameless = form.role or form.generic or short or label == TIME
    several = form.key in AMBIGUOUS_PLACES and not form.qualifier
    return nameless or several or (form.person and frequent(form))


def full_name(names: Mapping[str, int]) -> str:
    """The name of a cluster that says most: of most words, of equals the most frequent, then the last.

    >>> full_name({"Curie": 3, "Marie Curie": 1})
    'Marie Curie'
    """
    return max(names, key=lambda name: (len(fold(name).split()), names[name], name))


def profile_id(document: str, names: Mapping[str, int]) -> str:
    """A document's profile is the full name of its cluster there: no two clusters share a name."""
    return "q" + digest("profile", document, full_name(names))


def is_name(unit: str) -> bool:
    """Whether a unit is of a name, not of one document's profile."""
    return "|" in unit


def _only(values: Iterable[str]) -> str:
    """The value that is there alone, empty ones apart; else nothing."""
    found = {value for value in values if value}
    return found.pop() if len(found) == 1 else ""


def name_key(profile: Profile) -> str:
    """The name that a profile's clusters share; a profile's own id, if its name is ambiguous or none.

    The words of the fullest form, what sets it apart (a generation, a place's qualifier), and the label:
    "ada quill|||person".
    """
    forms = profile.forms()
    if not forms:
        return profile.id
    fullest = [one for one in forms if one.words == forms[0].words]
    qualifier = _only(" ".join(one.qualifier) for one in fullest)
    generation = _only(one.generation for one in fullest)
    if ambiguous(replace(forms[0], qualifier=tuple(qualifier.split())), profile.label):
        return profile.id
    return "|".join((forms[0].key, qualifier, generation, profile.label))


def unit_of(profile: Profile, alone: Container[str] = ()) -> str:
    """The id of the unit that a document's profile belongs to; its own, if it is of those to stand alone."""
    return profile.id if profile.id in alone else name_key(profile)


def counted(unit: str, profiles: Iterable[Profile]) -> Profile:
    """The profile of a unit, counted from the documents'; these are one at least, and of one label."""
    names: Counter[str] = Counter()
    label = ""
    for profile in profiles:
        names.update({name: count for name, count in profile.names.items() if count > 0})
        label = profile.label
    return Profile(unit, names, label)
