"""Carrying: do texts say what a model asserts on them.

Names, numbers and addresses of an assertion must stand in the texts, half of its other words as well, and it
must deny what they deny. That finds what is made up, not what is wrongly concluded; no second model judges.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from graphmem.identity import FUNCTION_WORDS
from graphmem.llm.denial import denies
from graphmem.llm.spans import stem, words_of

SHARE: Final = 0.5
"""Of the words of an assertion that its evidence must have, as for predicates that are read by a model."""
_ADDRESS: Final = re.compile(r"\w+://\S+|\bwww\.\S+|\]\(\S*|\S+@\S+\.\w+")
_NEUTRAL: Final = FUNCTION_WORDS | {"yes"}
_QUOTES: Final = " \"'“”‘’«»()[]"
_ENDS: Final = frozenset(".!?:")


def telling(words: Iterable[str]) -> list[str]:
    """Those of some folded words that say something."""
    return [word for word in words if word not in _NEUTRAL]


def _opens(text: str, place: int) -> bool:
    """Whether a sentence of a text opens at a place, where any word is capitalised."""
    before = text[:place].rstrip(_QUOTES)
    return not before or before[-1] in _ENDS


def _names(text: str) -> list[str]:
    """The folded words of a text that are capitalised inside a sentence or have a digit."""
    words = words_of(text)
    found = []
    for word, start, end in zip(words.folded, words.start, words.end, strict=True):
        if any(c.isdigit() for c in text[start:end]):
            found.append(word.lstrip("0") or "0")
        elif text[start].isupper() and not _opens(text, start) and word not in FUNCTION_WORDS:
            found.append(word)
    return found


def _bare(address: str) -> str:
    return address.rstrip(".,;:!?)")


def _known(texts: Iterable[str]) -> tuple[set[str], set[str]]:
    """The folded words of some texts, numbers without leading zeros, and their stems."""
    folded = {word.lstrip("0") or "0" for text in texts for word in words_of(text).folded}
    return folded, {stem(word) for word in folded}


def _openers(text: str) -> list[str]:
    """The folded words that open a sentence of a text, where they are capitalised and say something."""
    words = words_of(text)
    opening = (
        word
        for word, start in zip(words.folded, words.start, strict=True)
        if text[start].isupper() and _opens(text, start)
    )
    return telling(opening)


def lacking(
    assertion: str, texts: Sequence[str], *, denied: bool, common: Collection[str] | None = None
) -> tuple[str, ...]:
    """What of an assertion some texts do not say; nothing if they carry it.

    Args:
        assertion: what is asserted.
        texts: what it rests on.
        denied: whether these deny something: "not" is lacking where the assertion leaves that out.
        common: folded words that are no names. Any other that opens a sentence may be one, and must stand in
            the texts; what opens one is not looked at if this is left out.
    """
    _, stems = _known(texts)
    missing = [*strangers(assertion, texts, common)]
    words = telling(words_of(assertion).folded)
    there = sum(stem(word.lstrip("0") or "0") in stems for word in words)
    if words and there < SHARE * len(words):
        missing += [word for word in words if stem(word) not in stems]
    if denied and not denies(assertion):
        missing.append("not")
    return tuple(dict.fromkeys(missing))


def strangers(assertion: str, texts: Sequence[str], common: Collection[str] | None = None) -> tuple[str, ...]:
    """The names, numbers and addresses of an assertion that some texts do not have; see ``lacking``."""
    folded, stems = _known(texts)
    everything = " ".join(texts)
    missing = [one for one in map(_bare, _ADDRESS.findall(assertion)) if one not in everything]
    named = _names(assertion)
    if common is not None:
        named += [word for word in _openers(assertion) if word not in common]
    return (*missing, *(name for name in named if name not in folded and stem(name) not in stems))


def common_words(texts: Iterable[str]) -> frozenset[str]:
    """The folded words that some texts have in small letters: where they open a sentence they are no names.

    >>> sorted(common_words(["Ada planted an ash."]))
    ['an', 'ash', 'planted']
    """
    found: set[str] = set()
    for text in texts:
        words = words_of(text)
        found.update(
            word for word, start in zip(words.folded, words.start, strict=True) if text[start].islower()
        )
    return frozenset(found)
