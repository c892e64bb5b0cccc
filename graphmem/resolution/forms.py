"""Forms of a name: what is left of it without titles, legal endings and qualifiers, and how two forms relate.

The relations are those of the record-linkage literature on personal names (Christen 2006, "A comparison of
personal name matching"; Schwartz & Hearst 2003 for acronyms), decided by rules alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from graphmem.identity import ARTICLES, plain, words
from graphmem.resolution.aliases import (
    GENERATIONS,
    GENERIC,
    KNOWN_AS,
    LANDFORMS,
    LEGAL,
    NICKNAMES,
    POLITE,
    ROLES,
    STATES,
    SUFFIXES,
    TITLES,
)

PERSON: Final = "person"
PLACE: Final = "place"
# Small words that acronyms leave out, mostly.
SMALL: Final = frozenset("of the and for in on to at de la le les du des von van der et y a an s".split())
# Titles that are family or given names too are read as titles only where they open a name.
_ALSO_NAMES: Final = frozenset(
    """king prince pope justice judge major marshal cardinal bishop abbot baron count duke lord brother
    sister private deacon sheriff officer agent coach shah miss don fr sr st general col maj dame chair
    speaker singer mayor chancellor queen saint author""".split()
)
_OFFICES: Final = TITLES - POLITE - _ALSO_NAMES
# Countries that names of institutions abbreviate: "US Senate".
_ABBREVIATED: Final = frozenset({"us", "usa", "uk"})
# "this Senate", "our Constitution".
_POINTERS: Final = ARTICLES | frozenset("this that these those our my their its".split())
# "A. Smith" is no article.
_INITIAL: Final = re.compile(r"\s*A\.")
_ORDINAL: Final = re.compile(r"\d+(?:st|nd|rd|th)")
_SOUNDS: Final = (("ph", "f"), ("ck", "k"), ("kh", "k"), ("gh", "g"), ("sch", "s"), ("sh", "s"), ("tz", "z"))
_OUTSIDE: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]?\s*")
_DOTTED: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.\s?){2,}(?:[^\W\d_](?![^\W_]))?")
_LONGEST_ACRONYM: Final = 8
_LONGEST_NAME: Final = 300
_SHORTEST_SPELLING: Final = 5


@dataclass(frozen=True, slots=True)
class Form:
    """A name taken apart.

    ``words`` are its folded words without titles, endings and qualifier; ``qualifier`` is what stands after
    a comma or, for people, after "of"; ``generation`` is "jr", "ii" …; ``role`` says that it is an office and
    no name; ``acronym`` has its letters if it is written as one.
    """

    words: tuple[str, ...]
    titles: frozenset[str]
    qualifier: tuple[str, ...]
    generation: str
    role: bool
    acronym: str
    person: bool

    @property
    def key(self) -> str:
        """The words, joined."""
        return " ".join(self.words)

    @property
    def generic(self) -> bool:
        """Whether nothing in the name tells it from others of its kind ("House", "Supreme Court")."""
        return all(word in GENERIC or word in SMALL or word.isdigit() for word in self.words)


def _undotted(name: str) -> str:
    """The name with "U.S." and "S. F." as words of their own."""
    return _DOTTED.sub(lambda match: re.sub(r"[.\s]", "", match.group()) + " ", name)


def acronym(name: str) -> str:
    """The letters of a name that is written as an acronym, in lower case; else nothing.

    >>> acronym("the U.N."), acronym("NASA"), acronym("Nasa")
    ('un', 'nasa', '')
    """
    said = [word for word in _undotted(plain(name)).split() if word.lower() not in ARTICLES]
    letters = re.sub(r"'s?$|[^\w&]", "", said[0]) if len(said) == 1 else ""
    capitals = sum(c.isupper() for c in letters)
    if 2 <= len(letters) <= _LONGEST_ACRONYM and capitals >= 2 and 2 * capitals > len(letters):
        return letters.casefold().replace("&", "")
    return ""


def initials(said: tuple[str, ...]) -> frozenset[str]:
    """What an acronym of these words may be: first letters, with or without small words and legal endings."""
    full = "".join(word[0] for word in said)
    strong = "".join(word[0] for word in said if word not in SMALL)
    bare = "".join(word[0] for word in said if word not in SMALL and word not in LEGAL)
    return frozenset({full, strong, bare})


def _without_titles(said: list[str]) -> tuple[list[str], frozenset[str]]:
    """The words of a person's name after its titles, and these; all words if nothing else is there."""
    last = -1
    for number, word in enumerate(said[:-1]):
        opens = number == last + 1
        if word in TITLES and (opens or word not in _ALSO_NAMES):
            last = number
    return said[last + 1 :], frozenset(word for word in said[: last + 1] if word in TITLES)


def _person(said: list[str], after: list[str]) -> Form:
    """The form of a person's name; ``after`` are the words behind its comma."""
    rest, titles = _without_titles(said)
    # "Chair of the Committee", "46th President", "Ohio Governor": a title with nothing of its own behind it.
    role = all(word in ROLES or _ORDINAL.fullmatch(word) for word in said) or (
        bool(titles) and rest[0] in SMALL
    )
    role = role or said[-1] in _OFFICES
    titles = frozenset(said) & TITLES if role else titles
    generation = ""
    qualifier = [word for word in after if word not in SUFFIXES]
    while len(rest) > 1 and rest[-1] in SUFFIXES:
        generation = rest[-1] if rest[-1] in GENERATIONS else generation
        rest = rest[:-1]
    generation = next((word for word in after if word in GENERATIONS), generation)
    if qualifier and len(rest) == 1 and not role and not all(word in ROLES for word in qualifier):
        # "Twain, Mark": what stands behind the comma of a single word are the given names.
        rest, qualifier = [*qualifier, *rest], []
    elif "of" in rest[1:]:
        at = rest.index("of", 1)
        rest, qualifier = rest[:at], [*rest[at + 1 :], *qualifier]
        role = role or all(word in ROLES for word in rest)
        titles |= frozenset(rest) & TITLES if role else frozenset()
    if role:
        rest, qualifier = said, []
    return Form(tuple(rest), titles, tuple(qualifier), generation, role, "", True)


def _thing(said: list[str], after: list[str], label: str) -> Form:
    """The form of the name of a place, an organization or a thing."""
    while len(said) > 1 and said[-1] in LEGAL:
        said = said[:-1]
    if " ".join(said) in KNOWN_AS:
        said = KNOWN_AS[" ".join(said)].split()
    elif label == PLACE and len(said) > 2 and said[1] == "of" and said[0] in LANDFORMS | {"city", "state"}:
        said = said[2:]
        said = said[1:] if said[0] in ARTICLES and len(said) > 1 else said
    known = tuple(KNOWN_AS.get(" ".join(said), " ".join(said)).split())
    if known[0] in _ABBREVIATED and len(known) > 1:
        known = (*KNOWN_AS[known[0]].split(), *known[1:])
    qualifier = tuple(STATES.get(" ".join(after), " ".join(after)).split())
    return Form(known, frozenset(), qualifier, "", False, "", False)


@lru_cache(maxsize=65536)
def form(name: str, label: str = "") -> Form:
    """A name taken apart, read as its label says: "person", "place" or anything else.

    >>> form("Sen. Robert F. Kennedy, Jr.", "person").words
    ('robert', 'f', 'kennedy')
    >>> form("Springfield, Ill.", "place").qualifier
    ('illinois',)
    """
    name = name[:_LONGEST_NAME]
    undotted = name if label == PERSON else _undotted(name)
    head, _, tail = _OUTSIDE.sub(" ", undotted).partition(",")
    said = words(head) or words(name)
    initial = label == PERSON and _INITIAL.match(head)
    while not initial and len(said) > 1 and said[0] in _POINTERS:
        said = said[1:]
    after = words(tail)
    if not said:
        return Form((), frozenset(), (), "", False, "", label == PERSON)
    found = _person(said, after) if label == PERSON else _thing(said, after, label)
    letters = acronym(head)
    if label == PLACE and len(letters) == len(found.key) == 2 and letters in STATES:
        return _thing(STATES[letters].split(), after, label)
    return Form(
        found.words, found.titles, found.qualifier, found.generation, found.role, letters, found.person
    )


def given_names_agree(a: str, b: str) -> str:
    """How two given names agree: "same", "initial", "nickname", "spelling", or not at all (empty)."""
    if a == b:
        return "same"
    short, long = sorted((a, b), key=len)
    if len(short) == 1:
        return "initial" if long.startswith(short) else ""
    if NICKNAMES.get(a, frozenset()) & NICKNAMES.get(b, frozenset()):
        return "nickname"
    return "spelling" if spelt_alike(a, b) else ""


def spelt_alike(a: str, b: str) -> bool:
    """Whether two words are one edit apart (a swap counts as one), and long, with the same first letter.

    The restricted edit distance of Damerau (1964), stopped at one.
    """
    if min(len(a), len(b)) < _SHORTEST_SPELLING or a[0] != b[0] or abs(len(a) - len(b)) > 1:
        return False
    at = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    x, y = a[at:], b[at:]
    return x[1:] == y or x == y[1:] or x[1:] == y[1:] or (x[2:] == y[2:] and x[:2] == y[1::-1])


def consonants(word: str) -> str:
    """A word by its sound, roughly: first letter and the consonants after it, similar ones as one.

    In the manner of Soundex (Russell 1918) with the letters of transliterations made equal.
    """
    for old, new in _SOUNDS:
        word = word.replace(old, new)
    code = word.translate(str.maketrans("cqvwdj", "kkfftg"))
    kept = code[:1] + "".join(c for c in code[1:] if c not in "aeiouyh")
    return re.sub(r"(.)\1+", r"\1", kept)
