"""Where sentences begin and end: rules over full stops, abbreviations, lists and tables.

One pass of a regular expression finds the places where a sentence may end, and a few rules say
which of them do not end one ("Dr. Smith", "J. R. R. Tolkien", "No. 5", "e.g. this"). The rules
need no model and read tens of megabytes a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 1000
"""Characters of the longest sentence; what is longer is cut at its best inner boundary."""

# Never the last word of a sentence: a name, a number or the rest of the phrase follows.
_OPEN: Final = frozenset(
    "mr mrs ms mx dr prof st gen sen rep gov capt cpt sgt lt col cmdr adm maj hon rev fr sr. br pres supt"
    " messrs mmes mlle mme e.g eg i.e ie vs cf viz approx ca al. c.f et fig figs eq eqs sec ch pt vol vols"
    " ed eds trans pp p nos art arts op mt ft dept univ assn bros ave blvd rd feat incl esp resp".split()
)
# Abbreviations only before a number ("No. 5"); otherwise words.
_BEFORE_NUMBER: Final = frozenset(
    "no jan feb mar apr jun jul aug sep sept oct nov dec page pg nr num".split()
)
# They end a sentence as often as not: they do if the next word is one that opens sentences.
_EITHER: Final = frozenset(
    "inc ltd co corp jr sr bros etc al a.m p.m am pm u.s u.k u.n u.s.a d.c ph.d b.c a.d m.d b.a m.a llc plc"
    " est dist gmbh s.a n.v mass calif ariz fla conn wash".split()
)
_OPENERS: Final = frozenset(
    "a about according after all also although an and another as at because before both but by despite"
    " during each even every finally first for from further he her here his how however i i'd i'll i'm i've"
    " if in instead it it's its later many meanwhile moreover most my no not now of on once one only or our"
    " she since so some such that that's the their then there there's these they they're this those though"
    " through thus to today under until we we're we've what when where while who why with yes yet you you're"
    " your".split()
)
# After a small letter only a plain word of a chat opens a sentence: "see you. it was fun".
_SMALL_OPENERS: Final = frozenset(
    "but he he's how i i'd i'll i'm i've im it it's its she so that's the then there they this we what when"
    " why you".split()
)

_CLOSING = "\"'”’»)\\]}›*_"
_OPENING = "\"'“‘«([{‹*_¿¡"
_ITEM = r"[ \t]*(?:[-*+•‣◦–—][ \t]|\d{1,2}[.)][ \t]|[A-Za-z][)][ \t]|\||>|#{1,6}[ \t])"
_BOUNDARY: Final = re.compile(
    rf"(?P<blank>\n[ \t]*\n\s*)"
    rf"|(?P<item>\n(?={_ITEM}))"
    rf"|(?P<row>(?<=\|)[ \t]*\n)"
    rf"|(?P<wide>[。！？｡]+[」』”’）】]*)"
    rf"|(?P<stop>[.!?…]+)(?P<close>[{_CLOSING}]*)(?P<note>(?:[ ]?\[\d{{1,3}}\])*)(?=\s|$)"
)
_WORD_BEFORE: Final = re.compile(rf"[^\s{_OPENING}/—–]*$")
_WORD_AFTER: Final = re.compile(rf"\s*[{_OPENING}]*([^\W\d_][\w'’]*)?")
_INITIAL: Final = re.compile(r"(?:[A-Z]\.-?)*[A-Z]$")
_DOTTED: Final = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]$")
_ENUMERATOR: Final = re.compile(rf"\s*[{_OPENING}]*(?:\d{{1,3}}|[A-Za-z]|[ivxIVX]{{1,5}})\.$")
_WORDLY: Final = re.compile(r"[^\W_]")
_LOOK_BACK: Final = 24
_CUTS: Final = tuple(
    re.compile(pattern) for pattern in (r"[;:](?=\s)", r"[,\u2013\u2014](?=\s)", r"(?=\s)", r"")
)


def _opens(word: str) -> bool:
    return word.lower().replace("’", "'") in _OPENERS


def _full_stop_ends(text: str, begin: int, stop: int, after: str) -> bool:
    """Whether the lone full stop at ``stop`` ends the sentence, if ``after`` is the next word."""
    match = _WORD_BEFORE.search(text, max(begin, stop - _LOOK_BACK), stop)
    before = match[0] if match else ""
    folded = before.lower()
    if folded in _OPEN:
        return False
    if folded in _BEFORE_NUMBER:
        return not text[stop + 1 : stop + 4].strip()[:1].isdigit()
    if _INITIAL.match(before) and before != "I":
        return _opens(after) and after != "I"
    if folded in _EITHER or _DOTTED.match(before):
        return not after or _opens(after)
    return not _ENUMERATOR.match(text, begin, stop + 1)


def _ends_before_small(match: re.Match[str], after: str) -> bool:
    """Whether a sentence may end here although a small letter follows, as in many chats."""
    stop = match["stop"]
    if match["close"] or stop[0] == "…" or stop.startswith(".."):
        return False
    return "?" in stop or after.replace("’", "'") in _SMALL_OPENERS


def _ends(text: str, begin: int, match: re.Match[str]) -> bool:
    """Whether a boundary that was found ends the sentence that began at ``begin``."""
    stop = match["stop"]
    if stop is None or match.end() == len(text):
        return True
    following = _WORD_AFTER.match(text, match.end())
    after = (following and following[1]) or ""
    if after[:1].islower() and not _ends_before_small(match, after):
        return False
    if stop == "." and match["close"].strip("*_") == "":
        return _full_stop_ends(text, begin, match.start("stop"), after)
    return True


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def cut(text: str, start: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """``text[start:end]`` in pieces of at most ``longest`` characters, cut at punctuation or a blank."""
    start, end = _stripped(text, start, end)
    while end - start > longest:
        at = start + longest
        for pattern in _CUTS:
            ends = [m.end() for m in pattern.finditer(text, start + longest // 2, start + longest)]
            if ends:
                at = ends[-1]
                break
        yield _stripped(text, start, at)
        start, end = _stripped(text, at, end)
    if start < end:
        yield start, end


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Add a sentence; one of signs alone (":-)", ". . .", a table's rule) belongs to the one before."""
    for piece in cut(text, start, end, LONGEST):
        if spans and piece[1] - spans[-1][0] <= LONGEST and not _WORDLY.search(text, *piece):
            spans[-1] = (spans[-1][0], piece[1])
        else:
            spans.append(piece)


def split(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end): in order, apart, stripped, none empty.

    Every character that is not white space is in one of them. A line break inside a paragraph is
    a space; a blank line, a list item or a table row begins a new sentence.

    >>> [text[s:e] for text in ["Dr. No came. Why? J. R. left."] for s, e in split(text)]
    ['Dr. No came.', 'Why?', 'J. R. left.']
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for match in _BOUNDARY.finditer(text):
        if _ends(text, begin, match):
            _add(spans, text, begin, match.end())
            begin = match.end()
    _add(spans, text, begin, len(text))
    return spans
