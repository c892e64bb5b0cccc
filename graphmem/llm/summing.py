"""Summing up: lines that a model writes of numbered sentences, each with the sentences that carry it.

Each line names the sentences that it rests on, as in ALCE (Gao et al. 2023, "Enabling Large Language Models
to Generate Text with Citations"). A line that names none, or one that is not there, or that has a name, a
number or a date that none of them says, is left out (``graphmem.llm.carrying``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, Field

from graphmem.llm.carrying import common_words, lacking, telling
from graphmem.llm.client import Answered, Client, Form, Outcome, form
from graphmem.llm.denial import denies
from graphmem.llm.fence import fenced, line
from graphmem.llm.spans import stem, words_of
from graphmem.llm.values import Numbers, Text, each

LONGEST: Final = 400
"""Characters of a line."""
_INLINE: Final = re.compile(r"\s*\[([\d,\s]+)\]")
"""Numbers of sentences that stand in the line, where many models write them."""

_STOP: Final = re.compile(r"(?<=[.!?])\s+")


class Said(BaseModel):
    """A statement of a summary with the numbers of the sentences that say it."""

    text: Text = Field("", description="a short statement")
    sentences: Numbers = Field(default_factory=list, description="the numbers of sentences that say it")


class Summary(BaseModel):
    """What a model writes of sentences; nothing of it is believed yet."""

    statements: Annotated[list[Said], BeforeValidator(each(Said))] = Field(
        default_factory=list, description="the most important first"
    )


_EXAMPLE: Final = Summary(statements=[Said(text="The bolt is an M8.", sentences=[3])])
_UNSUPPORTED: Final = (
    "no statement in it is carried by the sentences whose numbers it gives: give with each the numbers of the"
    " sentences that say it, and write only names, numbers and times that stand there."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence as a model is shown it: who says it and when, the words, and the times that they tell."""

    caption: str
    text: str
    when: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """All that a reader of it knows."""
        return "\n".join((self.caption, self.text, *self.when))

    @property
    def line(self) -> str:
        """It in a line."""
        when = f" (when: {', '.join(self.when)})" if self.when else ""
        return line(f"{self.caption}: {self.text}{when}" if self.caption else f"{self.text}{when}")


@dataclass(frozen=True, slots=True)
class Summed:
    """What a model made of sentences.

    Attributes:
        lines: each with the places of the sentences that it rests on, from 0.
        dropped: how many more it wrote, which the sentences do not carry.
        outcome: what came of asking.
    """

    lines: tuple[tuple[str, tuple[int, ...]], ...]
    dropped: int
    outcome: Outcome


def fitting(sentences: Sequence[Shown], room: int) -> int:
    """How many of the first sentences have room in so many characters; one at least, if there is one."""
    for count, one in enumerate(sentences):
        room -= len(one.line)
        if room < 0:
            return max(count, 1)
    return len(sentences)


def summed(
    client: Client,
    task: str,
    name: str,
    sentences: Sequence[Shown],
    *,
    most: int,
    words: int | None = None,
    known: str = "",
) -> Summed:
    """What a model writes of sentences, as far as those that it names carry it.

    Args:
        client: asks the model; twice, where nothing of its answer can be used.
        task: what is wanted.
        name: what the sentences are, in a word.
        sentences: they are numbered from 1.
        most: lines that are taken.
        words: that all lines may have together; no limit if left out.
        known: what is known without a sentence, such as whom all of it is about.

    Raises:
        ModelError: the model refuses the user, does not exist, or cannot be reached.
    """
    common = common_words(one.said for one in sentences)

    def carried(summary: Summary) -> list[tuple[str, tuple[int, ...]]]:
        found: dict[str, tuple[int, ...]] = {}
        for said in summary.statements:
            text, places = _parsed(said)
            if _carries(text, places, sentences, known, common):
                found.setdefault(text, tuple(place - 1 for place in places))
        return list(found.items())

    def wrong(summary: Summary) -> str:
        return _UNSUPPORTED if summary.statements and not carried(summary) else ""

    data = [f"[{number}] {one.line}" for number, one in enumerate(sentences, start=1)]
    own: Form[Summary] = form(Summary, _EXAMPLE, wrong)
    answered: Answered[Summary] = client.ask(task, fenced(name, data), own)
    if answered.value is None:
        return Summed((), 0, answered.outcome)
    taken, left = [], words
    for text, places in carried(answered.value)[:most]:
        left = None if left is None else left - len(text.split())
        if left is None or left >= 0:
            taken.append((text, places))
    return Summed(tuple(taken), len(answered.value.statements) - len(taken), answered.outcome)


def _parsed(said: Said) -> tuple[str, tuple[int, ...]]:
    """A line without the numbers that stand in it, and all its numbers, each once."""
    inline = [int(one) for group in _INLINE.findall(said.text) for one in re.findall(r"\d{1,6}", group)]
    return line(_INLINE.sub("", said.text)), tuple(dict.fromkeys([*said.sentences, *inline]))


def _nearest(line: str, text: str) -> str:
    """The part of a text, from one full stop to the next, that has most words of a line.

    What somebody says at a time is many things, of which the others deny nothing of this one.
    """
    wanted = {stem(word) for word in telling(words_of(line).folded)}
    return max(_STOP.split(text), key=lambda part: len(wanted.intersection(words_of(part).stems)))


def _carries(
    text: str, places: Sequence[int], sentences: Sequence[Shown], known: str, common: frozenset[str]
) -> bool:
    """Whether the sentences with these numbers are there and carry a line."""
    if not 0 < len(text) <= LONGEST or not places or not words_of(text).folded:
        return False
    if not all(0 < place <= len(sentences) for place in places):
        return False
    cited = [sentences[place - 1] for place in places]
    denied = any(denies(_nearest(text, one.text)) for one in cited)
    return not lacking(text, [known, *(one.said for one in cited)], denied=denied, common=common)
