"""What is asked: a question without its orders to whoever answers.

"Consider all events involving Ada. List their places, without describing them." asks about events that
involve Ada; that places are to be listed, and how, is in no document that answers it.
"""

from __future__ import annotations

import re
from typing import Final

_ORDER: Final = (
    r"(?:list|provide|describe|give|include|name|tell|show|explain|mention|specify|state|answer|write|return"
    r"|summari[sz]e|identify|report|detail|elaborate)"
)
_THINK: Final = (
    r"(?:consider|recall|remember|reflect\s+(?:up)?on|think\s+(?:about|of|back\s+to)|look\s+at"
    r"|regarding|concerning)"
)
_SENTENCE: Final = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_LEAD: Final = re.compile(
    rf"^(?:please\s+)?{_THINK}\b\s*(?:(?:all|any|each|every)(?:\s+of)?\s+)?(?:the\s+)?", re.IGNORECASE
)
_ORDERED: Final = re.compile(
    rf"^(?:(?:and|then|please)\s+|without\s+\w+ing\b[^,]{{0,80}},\s*)*{_ORDER}\b", re.IGNORECASE
)
_MANNER: Final = re.compile(
    r",?\s*\b(?:focusing\s+on|(?:without|rather\s+than|instead\s+of)\s+(?:\w+ly\s+)?\w+ing)\b[^.?!]*",
    re.IGNORECASE,
)
# Words by which a question speaks of events and which those who tell of one do not use.
_ABOUT: Final = re.compile(
    r"\b(?:key\s+)?(?:events?|happen(?:ed|s|ing)?|occur(?:red|s|ring)?|occurrences?|involv(?:ed|es|ing|e)"
    r"|related|(?:takes?|took|taken)\s+place|experiences?)\b",
    re.IGNORECASE,
)


def asked(question: str) -> str:
    """The question without sentences that order an answer, and without commands that open others.

    A question that is nothing else stays as it is.

    >>> asked("Recall all the events related to Jazz Night. List their dates, without describing them.")
    'to Jazz Night.'
    >>> asked("Where does Ada live?")
    'Where does Ada live?'
    """
    first, *others = _SENTENCE.split(" ".join(question.split()))
    kept = [first, *(one for one in others if not _ORDERED.match(one))]
    plain = " ".join(_LEAD.sub("", _MANNER.sub("", one)) for one in kept)
    found = re.sub(r"\s+", " ", _ABOUT.sub(" ", plain)).strip()
    return found if re.search(r"\w", found) else question
