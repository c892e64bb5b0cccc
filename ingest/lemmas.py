"""The basic form of English verbs: by the verbs of a treebank, the irregular ones and the rules of spelling.

A trained lemmatizer edits the letters at the end of a word, and makes "prais" of a "praised" it has not
seen. Here a form is first looked up, then the rules undo the inflection (undouble, add e, y for ie) and the
result that is a known verb is taken; a verb that is not known goes as the known verbs do whose stems end
most like its own. Measured by ``benchmarks.lemmas``, which also writes the list of verbs.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

Ending: TypeAlias = Literal["", "e", "double"]
"""What the basic form has more than the stem of its forms in -ing: nothing, an e, or one letter less."""
VERBS: Final = Path(__file__).with_name("verbs.txt")
"""The verbs of the training parts of EWT and GUM, one a line."""
IRREGULAR: Final = Path(__file__).with_name("irregular.txt")
"""The irregular verbs of English, each with its forms that the rules get wrong."""
LONGEST_END: Final = 4
_VOWELS: Final = frozenset("aeiou")
_PREFIXES: Final = ("re", "over", "under", "out", "fore", "with", "un", "mis", "up")
_BASIC: Final = frozenset({"VB", "VBP"})


@lru_cache(maxsize=1)
def verbs() -> tuple[frozenset[str], dict[str, str]]:
    """The known verbs, and for each irregular form its verb."""
    lines = VERBS.read_text("utf-8").splitlines() + IRREGULAR.read_text("utf-8").splitlines()
    rows = [line.split() for line in lines]
    return frozenset(row[0] for row in rows), {form: row[0] for row in rows for form in row[1:]}


def stem(verb: str) -> tuple[str, Ending]:
    """What stands before -ing, by the rules of spelling, and what the verb has more."""
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1], "e"
    vowels = sum(letter in _VOWELS for letter in verb)
    closed = len(verb) > 2 and verb[-2] in _VOWELS and verb[-1] not in "aeiouwxy"
    return (verb + verb[-1], "double") if closed and vowels == 1 else (verb, "")


@lru_cache(maxsize=1)
def _ends() -> dict[str, Counter[Ending]]:
    """How often the known verbs of each end of a stem have each ending."""
    found: dict[str, Counter[Ending]] = {}
    for verb in verbs()[0]:
        before, ending = stem(verb)
        for size in range(1, LONGEST_END + 1):
            found.setdefault(before[-size:], Counter())[ending] += 1
    return found


def _like(before: str) -> str:
    """The basic form of a stem of no known verb, by the longest end that known ones share with it."""
    if len(before) > 2 and before[-1] == before[-2] and before[-1] not in "aeioulsfz":
        return before[:-1]
    if stem(before)[1] == "double":  # its last letter would stand twice, had it no e
        return before + "e"
    for size in range(LONGEST_END, 0, -1):
        if counted := _ends().get(before[-size:]):
            ending = max(counted, key=lambda e: (counted[e], e))
            return {"": before, "e": before + "e", "double": before[:-1]}[ending]
    return before


def _stripped(form: str) -> list[str]:
    """What a regular form can be of, the likeliest last."""
    if form.endswith(("ies", "ied")):
        return [form[:-1], form[:-3] + "y"]
    if form.endswith("es"):
        sibilant = form.endswith(("sses", "xes", "zzes", "ches", "shes", "oes"))
        return [form[:-1], form[:-2]] if sibilant else [form[:-2], form[:-1]]
    if form.endswith("s"):
        return [form] if form.endswith("ss") else [form[:-1]]
    end = next((end for end in ("ying", "ing", "ed") if form.endswith(end) and len(form) > len(end) + 1), "")
    before = form.removesuffix("ing" if end == "ying" else end)
    if not end:
        return []
    doubled = [before[:-1]] if len(before) > 2 and before[-1] == before[-2] else []
    if before.endswith("e"):
        return [before + "e"] if end == "ed" else [before]
    tied = [before[:-1] + "ie"] if end == "ying" else []
    return [*doubled, *tied, before, before + "e", _like(before)]


@lru_cache(maxsize=20_000)
def basic(form: str, tag: str) -> str:
    """The basic form of a verb, in small letters; the form itself where no rule applies.

    Args:
        form: The verb as it stands in the text.
        tag: Its tag of the Penn Treebank; only VB and VBP, the basic forms themselves, matter.
    """
    known, irregular = verbs()
    low = form.lower()
    if tag in _BASIC and low in known:
        return low
    if low in irregular:
        return irregular[low]
    if "-" in low[1:-1]:
        before, _, last = low.rpartition("-")
        return f"{before}-{basic(last, tag)}"
    for prefix in _PREFIXES:
        if low.startswith(prefix) and (inner := irregular.get(low.removeprefix(prefix))):
            return prefix + inner
    found = [] if tag in _BASIC else _stripped(low)
    familiar = [verb for verb in found if verb in known]
    return (familiar or found or [low])[-1]
