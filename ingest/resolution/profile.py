"""A profile: what one document says of someone or something by name, the unit that resolution joins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphmem.ingest.resolution.forms import Form, form


@dataclass(frozen=True, slots=True)
class Profile:
    """A document's own cluster of mentions.

    ``names`` counts its surface texts, ``contexts`` the folded words of the sentences around them,
    ``documents`` are the ids of the sources it was read from. Counts that are not positive count as absent.
    """

    id: str
    names: Mapping[str, int]
    label: str = ""
    contexts: Mapping[str, int] = field(default_factory=Counter)
    documents: frozenset[str] = frozenset()

    def forms(self) -> tuple[Form, ...]:
        """The forms of its names, fullest first, offices left out unless there is nothing else."""
        found = {form(name, self.label) for name, count in self.names.items() if count > 0}
        kept = [one for one in found if one.words]
        proper = [one for one in kept if not one.role] or kept
        return tuple(sorted(proper, key=_fullest))


def _fullest(form: Form) -> tuple[object, ...]:
    return (-len(form.words), -len(form.key), form.key, form.qualifier, form.generation, sorted(form.titles))
