"""Numbers in figures and in words: counts, ordinals, years, fractions.

Every function takes a scene and a token and gives the number with the token after it, or None.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from graphmem.dates.scene import Scene
from graphmem.dates.words import FEW, MONTHS, ONES, ORDINALS, TENS

Counted: TypeAlias = "tuple[int, int] | None"
Measured: TypeAlias = "tuple[float, int] | None"

_FRACTIONS: Final = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_PARTS: Final = {"half": 0.5, "quarter": 0.25}
_LONGEST: Final = 9


def digits(s: Scene, i: int, most: int = 4) -> int | None:
    """The number that a token of at most so many figures is."""
    word = s.words[i]
    if word and word[0] in "0123456789" and len(word) <= most:
        return int(word)
    return None


def _joined(s: Scene, i: int) -> int:
    """The token after an optional hyphen inside a number word."""
    return i + 1 if s.words[i] == "-" and s.glued(i) else i


def below_hundred(s: Scene, i: int) -> Counted:
    """Number words from zero to ninety-nine."""
    word = s.words[i]
    if word in ONES:
        return ONES[word], i + 1
    if word not in TENS:
        return None
    k = _joined(s, i + 1)
    one = ONES.get(s.words[k], 0)
    return (TENS[word] + one, k + 1) if 1 <= one <= 9 else (TENS[word], i + 1)


def _hundreds(s: Scene, i: int) -> Counted:
    found = below_hundred(s, i)
    if found is None or s.words[found[1]] != "hundred":
        return found
    value, k = 100 * found[0], found[1] + 1
    rest = below_hundred(s, k + (s.words[k] == "and"))
    return (value + rest[0], rest[1]) if rest else (value, k)


def spelled(s: Scene, i: int) -> Counted:
    """Number words up to some thousands."""
    found = _hundreds(s, i)
    if found is None or s.words[found[1]] != "thousand":
        return found
    value, k = 1000 * found[0], found[1] + 1
    rest = _hundreds(s, k + (s.words[k] == "and"))
    return (value + rest[0], rest[1]) if rest else (value, k)


def cardinal(s: Scene, i: int) -> Counted:
    """A whole number in figures or words."""
    value = digits(s, i, _LONGEST)
    return spelled(s, i) if value is None else (value, i + 1)


def ordinal(s: Scene, i: int) -> Counted:
    """21st, twenty-first; not above the hundreds."""
    word = s.words[i]
    value = digits(s, i, 3)
    if value is not None:
        fits = s.glued(i + 1) and s.words[i + 1] in ("st", "nd", "rd", "th")
        return (value, i + 2) if fits else None
    if word in ORDINALS:
        return ORDINALS[word], i + 1
    if word in TENS:
        k = _joined(s, i + 1)
        one = ORDINALS.get(s.words[k], 0)
        return (TENS[word] + one, k + 1) if 1 <= one <= 9 else None
    return None


def spelled_year(s: Scene, i: int) -> Counted:
    """Nineteen ninety-six, nineteen hundred ninety-three, two thousand (and) fifteen."""
    found = below_hundred(s, i)
    if found is None:
        return None
    value, k = found
    if s.words[k] == "thousand" and value in (1, 2):
        return spelled(s, i)
    if not 10 <= value <= 20:
        return None
    if s.words[k] == "hundred":
        whole = spelled(s, i)
        return whole if whole and 1000 <= whole[0] < 2100 else None
    rest = below_hundred(s, k)
    return (100 * value + rest[0], rest[1]) if rest and rest[0] >= 10 else None


def year(s: Scene, i: int) -> Counted:
    """A year of four figures, or in words."""
    value = digits(s, i)
    if value is not None:
        word = s.words[i + 1]
        after = s.glued(i + 1) and word[:1].isalpha() and word not in ("h", "q", "t") and word not in MONTHS
        return (value, i + 1) if len(s.words[i]) == 4 and 1000 <= value and not after else None
    return spelled_year(s, i)


def _decimal(s: Scene, i: int) -> Measured:
    """Figures, with a decimal part or thousands."""
    whole = digits(s, i, _LONGEST)
    if whole is None:
        return None
    if s.words[i + 1] in (".", ",") and s.glued(i + 1) and s.glued(i + 2) and len(s.words[i + 2]) <= _LONGEST:
        part = digits(s, i + 2, _LONGEST)
        if part is not None and s.words[i + 1] == ".":
            return float(f"{whole}.{s.words[i + 2]}"), i + 3
        if part is not None and len(s.words[i + 2]) == 3:
            return float(1000 * whole + part), i + 3
    return float(whole), i + 1


def fraction(s: Scene, i: int) -> Measured:
    """Half, a half, a quarter, ½."""
    if s.words[i] in _FRACTIONS:
        return _FRACTIONS[s.words[i]], i + 1
    k = s.skip(i, "a", "an", "one")
    if s.words[k] in _PARTS:
        return _PARTS[s.words[k]], k + 1
    return None


def and_fraction(s: Scene, i: int) -> Measured:
    """And a half, and a quarter; ½ behind a number."""
    if s.words[i] == "and":
        return fraction(s, i + 1)
    return (_FRACTIONS[s.words[i]], i + 1) if s.words[i] in _FRACTIONS else None


def _vague(s: Scene, i: int) -> Measured:
    """A few, several, a couple of, a dozen."""
    k = s.skip(i, "a")
    if s.words[k] in FEW:
        return float(FEW[s.words[k]]), s.skip(k + 1, "of")
    if s.words[k] == "dozen":
        return 12.0, k + 1
    return None


def amount(s: Scene, i: int) -> Measured:
    """How many of a unit: 3, 2.5, twenty, one and a half, half an, a few, an."""
    if part := fraction(s, i):
        k = s.skip(part[1], "of")
        return part[0], s.skip(k, "a", "an", "one")
    if vague := _vague(s, i):
        return vague
    if s.words[i] in ("a", "an", "another"):
        return 1.0, i + 1
    found = _decimal(s, i)
    if found is None:
        counted = spelled(s, i)
        if counted is None:
            return None
        found = float(counted[0]), counted[1]
        if (
            s.words[i] in TENS
            and s.words[i + 1] == "and"
            and (rest := below_hundred(s, i + 2))
            and rest[0] < 10
        ):
            return found[0] + rest[0], rest[1]
    more = and_fraction(s, found[1])
    if more is None:
        return found
    return found[0] + more[0], s.skip(more[1], "of")
