"""Citations: does a sentence say the words that are quoted of it, and do they carry what is asserted.

Statements with citations and their check are those of ALCE (Gao et al. 2023, "Enabling Large Language Models
to Generate Text with Citations"); no second model judges here. A citation holds if its quote stands in the
sentence that it names, as it is or as the same folded words. An assertion is supported by citations that
hold if every name, number and address in it, and half of its other words, stand in the cited sentences (with
title, speaker and date) or in the question, and if it denies what a quote denies. That finds what is made up,
not what is wrongly concluded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graphmem.answering.evidence import Evidence, Item
from graphmem.llm.carrying import lacking, telling
from graphmem.llm.denial import denies
from graphmem.llm.spans import LONGEST, find, gather, words_of
from graphmem.ranking import Hit
from graphmem.types import Sentence

_QUOTES: Final = " \"'“”‘’«»()[]"
_PARTING: Final = re.compile(r"[,;:.!?()—–]")


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an assertion stands.

    Attributes:
        hit: the passage, with the way to it.
        sentence: the sentence.
        quote: of it, as it spells it.
        stale: what of the sentence does not hold any more.
    """

    hit: Hit
    sentence: Sentence
    quote: str
    stale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A citation that holds, its sentence as a model sees it, and whether the quote is denied there."""

    citation: Citation
    item: Item
    denied: bool


def held(number: int, quote: str, evidence: Evidence) -> Held | None:
    """The citation of a quote from the sentence with a number; None if it does not stand there.

    A quote of function words alone stands everywhere and says nothing. One that is too long to be
    looked for is cut.
    """
    item = evidence.item(number)
    if item is None or not telling(words_of(quote).folded):
        return None
    if len(quote) > LONGEST:
        quote = quote[:LONGEST].rpartition(" ")[0]
    text = item.sentence.text
    place = find(quote.strip(_QUOTES + "…."), text)
    if place is None:
        return None
    quote = text[place.start : place.end]
    cited = Citation(item.found.hit, item.sentence, quote, item.stale)
    return Held(cited, item, denies(f"{_before(text, place.start)} {quote}"))


def _before(text: str, place: int) -> str:
    """The two words before a place, as far as no comma or the like parts them from it."""
    return " ".join(_PARTING.split(text[:place])[-1].split()[-2:])


def unsaid(assertion: str, question: str, cited: Sequence[Held]) -> tuple[str, ...]:
    """What of an assertion its evidence does not say; nothing if it carries the assertion.

    Args:
        assertion: what is asserted; "not" is unsaid where it leaves that out.
        question: what was asked: its words need no evidence.
        cited: its citations that hold.
    """
    texts = [question, *(one.item.said for one in cited)]
    return lacking(assertion, texts, denied=any(one.denied for one in cited))


def stands(short: str, cited: Sequence[Held]) -> bool:
    """Whether an answer of a few words stands in a cited sentence, or is a plain yes or no."""
    if short.strip(" .!").casefold() in ("yes", "no"):
        return True
    return any(find(short, one.item.said) or gather(short, one.item.said) for one in cited)
