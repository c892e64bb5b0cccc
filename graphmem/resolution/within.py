"""Who is who inside a document: its named mentions as profiles, by whole names, acronyms and parts of names.

A part of a name ("Curie", "the University") joins the whole that it fits if the document has only one such
whole; an office ("the President") the only person of the document who is given it as a title.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from graphmem.identity import FUNCTION_WORDS, fold
from graphmem.resolution.aliases import AMBIGUOUS_PLACES, GENERIC, POLITE
from graphmem.resolution.forms import PERSON, SMALL, Form, acronym, form, initials
from graphmem.resolution.profile import Profile, profile_id
from graphmem.resolution.relations import PART, WHOLE, relation

_BODY: Final = "organization"
_OF_WHAT_IT_IS: Final = (("church", "of"), ("company", "of"), ("group", "of"))
_WHOLE_BLOCK: Final = 64
_WINDOW: Final = 8
_MOST_MENTIONS: Final = 100
_DEFINITION: Final = re.compile(r"\s*[(\[]\s*(?:the\s+|or\s+)?[\"“']?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Naming:
    """A named mention of a document: its id, the name, its label, and the sentence that it stands in."""

    id: str
    name: str
    label: str = ""
    text: str = ""


Cluster = list[Naming]


class _Union:
    """Disjoint sets of numbers (Tarjan 1975); the root of a set is its smallest number."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def find(self, k: int) -> int:
        while self.parent[k] != k:
            self.parent[k] = self.parent[self.parent[k]]
            k = self.parent[k]
        return k

    def join(self, a: int, b: int) -> None:
        a, b = self.find(a), self.find(b)
        self.parent[max(a, b)] = min(a, b)


def _defined(long: str, short: str, text: str) -> bool:
    """Whether a sentence defines an acronym of a name: "Long Name (LN)" (Schwartz & Hearst 2003)."""
    letters = acronym(short)
    at = text.find(long)
    if not letters or at < 0:
        return False
    after = _DEFINITION.match(text, at + len(long))
    if after is None or not after.group(1).startswith(short):
        return False
    rest = iter(long.casefold())
    return long[:1].casefold() == letters[0] and all(letter in rest for letter in letters)


def _definitions(namings: Sequence[Naming], group: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """The groups of names and of the acronyms that a sentence defines for them."""
    by_text: defaultdict[str, list[Naming]] = defaultdict(list)
    for naming in namings:
        if "(" in naming.text or "[" in naming.text:
            by_text[naming.text].append(naming)
    for text, said in by_text.items():
        if len(said) > _MOST_MENTIONS:
            continue
        for short in (n for n in said if acronym(n.name)):
            for long in said:
                if len(long.name) > len(short.name) and _defined(long.name, short.name, text):
                    yield group[long.id], group[short.id]


def _wholes(forms: Sequence[Form], labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of names that stand for each other as wholes, of one label; a word in common, or an acronym."""
    for a, b in _neighbours(forms):
        if labels[a] == labels[b] and relation(forms[a], forms[b]) in WHOLE:
            # A lone name spelt a little differently is as often another one.
            if len(forms[a].words) > 1 or len(forms[b].words) > 1 or forms[a].words == forms[b].words:
                yield a, b


def _neighbours(forms: Sequence[Form]) -> Iterator[tuple[int, int]]:
    """Pairs of forms that share a word, or one of which is an acronym of the other's length."""
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(forms):
        keys = {word for word in one.words if word not in FUNCTION_WORDS}
        strong = [word for word in one.words if word not in FUNCTION_WORDS]
        keys.add("=" + "".join(one.words))
        keys |= {word.removesuffix("s") for word in one.words[:1] if len(word) > 3}
        if one.acronym:
            keys.add("#" + one.acronym)
        elif len(strong) > 1:
            keys |= {"#" + letters for letters in initials(one.words)}
        for key in keys:
            by_word[key].append(number)
    seen: set[tuple[int, int]] = set()
    for numbers in by_word.values():
        # A word of very many names: each is compared with those next to it in the alphabet.
        ordered = sorted(numbers, key=lambda k: (forms[k].words, k))
        reach = len(ordered) if len(ordered) <= _WHOLE_BLOCK else _WINDOW
        for k, a in enumerate(ordered):
            seen.update((min(a, b), max(a, b)) for b in ordered[k + 1 : k + 1 + reach])
    yield from sorted(seen)


def _may_be_part(part: Form, whole: Form, label: str) -> bool:
    """Whether a part alone may stand for the whole: not "York" for "New York"."""
    if part.generation and part.generation != whole.generation:
        return False
    if label == PERSON:
        return True
    size = len(part.words)
    at_end = whole.words[-size:] == part.words
    if at_end and whole.words[-size - 1] in SMALL:
        # "Stanford University" is not the "Center at Stanford University", but a church is what it teaches.
        return label == _BODY and whole.words[:-size] in _OF_WHAT_IT_IS
    added = [word for word in whole.words if word not in part.words]
    if part.key in AMBIGUOUS_PLACES and added in (["city"], ["state"], ["dc"]):
        return True
    if label != _BODY or part.generic:
        # A thing by its kind: "the Strait" for "Bering Strait", "the University" for "University of Leeds".
        return part.generic and (at_end or label == _BODY)
    # What bears a name is called by a part of it among organizations alone: "Red Sox", "Stanford".
    return at_end or (len(added) == 1 and added[0] in GENERIC)


def _parts(forms: Sequence[Form], labels: Sequence[str], sets: _Union) -> Iterator[tuple[int, int]]:
    """Each part of a name with the whole that it fits: the only one, or for people the first to be named."""
    wholes: defaultdict[int, set[int]] = defaultdict(set)
    for a, b in _neighbours(forms):
        if labels[a] != labels[b] or relation(forms[a], forms[b]) not in PART:
            continue
        part, whole = sorted((a, b), key=lambda k: len(forms[k].words))
        if _may_be_part(forms[part], forms[whole], labels[part]):
            wholes[part].add(whole)
    for part, found in sorted(wholes.items()):
        several = len({sets.find(whole) for whole in found} - {sets.find(part)}) > 1
        if not several or (labels[part] == PERSON and min(found) < part):
            yield part, min(found)


def _offices(forms: Sequence[Form], labels: Sequence[str], sets: _Union) -> Iterator[tuple[int, int]]:
    """Each office with the only person who is given it as a title."""
    holders: defaultdict[frozenset[str], set[int]] = defaultdict(set)
    for number, one in enumerate(forms):
        if labels[number] == PERSON and not one.role and one.titles - POLITE:
            holders[one.titles - POLITE].add(sets.find(number))
    for number, one in enumerate(forms):
        found = holders.get(one.titles - POLITE, set())
        if one.role and len(found) == 1:
            yield number, next(iter(found))


def _one_label(namings: Sequence[Naming]) -> list[Naming]:
    """The mentions, those of one name labelled as most of them are: a name has one sense in a document.

    "One sense per discourse" (Gale, Church & Yarowsky 1992): who labels mentions one by one errs more often
    than a text names two kinds of thing alike.
    """
    said: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for naming in namings:
        said[fold(naming.name) or naming.name][naming.label] += bool(naming.label)
    label = {name: min(labels, key=lambda one: (-labels[one], one)) for name, labels in said.items()}
    return [replace(naming, label=label[fold(naming.name) or naming.name]) for naming in namings]


def clusters(namings: Sequence[Naming]) -> list[Cluster]:
    """The named mentions of one document in clusters, each in the order given, by their first mention.

    Each mention comes back with the label of its name, which is that of its cluster.
    """
    namings = _one_label(namings)
    groups: dict[tuple[object, ...], int] = {}
    group: dict[str, int] = {}
    forms: list[Form] = []
    labels: list[str] = []
    for naming in namings:
        one = form(naming.name, naming.label)
        key = (one.words or (naming.name,), one.qualifier, one.generation, one.role, naming.label, one.titles)
        if key not in groups:
            groups[key] = len(forms)
            forms.append(one)
            labels.append(naming.label)
        group[naming.id] = groups[key]
    sets = _Union(len(forms))
    for step in (_wholes(forms, labels), _definitions(namings, group)):
        for a, b in step:
            sets.join(a, b)
    for pairs in (_parts, _offices):
        for a, b in list(pairs(forms, labels, sets)):
            sets.join(a, b)
    found: defaultdict[int, Cluster] = defaultdict(list)
    for naming in namings:
        found[sets.find(group[naming.id])].append(naming)
    return list(found.values())


def profiles(document: str, namings: Iterable[Naming]) -> list[tuple[Profile, tuple[str, ...]]]:
    """The profiles of a document, each with the ids of its mentions."""
    found = []
    for cluster in clusters(list(namings)):
        names = Counter(naming.name for naming in cluster)
        profile = Profile(profile_id(document, names), names, cluster[0].label)
        found.append((profile, tuple(naming.id for naming in cluster)))
    return found
