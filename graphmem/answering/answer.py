"""Answer: what a model says to a question, each assertion with citations that were looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field

from graphmem.answering.citations import Citation, Held, held, stands, unsaid
from graphmem.answering.evidence import Evidence
from graphmem.answering.fusion import Found
from graphmem.answering.search import Asked
from graphmem.llm import Answered, Client, Form, form
from graphmem.llm.fence import RULE, fenced, line
from graphmem.llm.values import Number, Text, each
from graphmem.ranking import Hit

MOST: Final = 40
"""Assertions of one answer; models that loop write more."""
LONGEST: Final = 1000
"""Characters of one assertion."""
LONGEST_SHORT: Final = 120
"""Characters of an answer of a few words."""
_TASK: Final = f"""\
You answer a question from numbered sentences of a memory, and from nothing else: what they do not say, you \
do not know. Answer in one or a few short statements in the words of the sentences, all names in full. With \
each statement cite every sentence that it rests on: its number, and a quote of a few words copied from that \
one sentence. Times in brackets behind a sentence were worked out for it; what is no longer so is told as \
past. If the sentences do not answer the question, give no statements. Where the answer is a name, a date, a \
number, yes or no, give it alone as well, as short.
{RULE}"""


class Cited(BaseModel):
    """Where a statement stands."""

    sentence: Number = Field(description="number of the sentence")
    quote: Text = Field(description="a few words copied from that sentence")


class Said(BaseModel):
    """One statement of an answer."""

    text: Text = Field(description="the statement")
    citations: Annotated[list[Cited], BeforeValidator(each(Cited))] = Field(default_factory=list)


def _said(value: object) -> list[Said]:
    """Statements, those that are mere text without citations; what is too long to be checked is none."""
    given = value if isinstance(value, list | tuple) else [value]
    found = each(Said)([{"text": one} if isinstance(one, str) else one for one in given])
    return [one for one in found if isinstance(one, Said) and 0 < len(one.text) <= LONGEST][:MOST]


class Written(BaseModel):
    """What a model answers; nothing of it is believed yet."""

    statements: Annotated[list[Said], BeforeValidator(_said)] = Field(default_factory=list)
    short: Text = Field("", description="the bare answer, if it is a name, a date, a number, yes or no")


_EXAMPLE: Final = Written(
    statements=[
        Said(
            text="The designer of the Tern buoy, Ingrid Solvang, was born in Vardø.",
            citations=[
                Cited(sentence=1, quote="designed by Ingrid Solvang"),
                Cited(sentence=7, quote="born in Vardø"),
            ],
        )
    ],
    short="Vardø",
)
_UNSUPPORTED: Final = (
    "no statement in it is supported: copy each quote from the sentence whose number you give, say only what"
    " these sentences say, and give no statements if they do not answer the question."
)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What is asserted, the citations that hold, and why it is not supported.

    Attributes:
        text: one statement.
        citations: those whose quote stands in its sentence.
        unsaid: names, numbers and words that the cited sentences do not say.
    """

    text: str
    citations: tuple[Citation, ...]
    unsaid: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the evidence carries it."""
        return bool(self.citations) and not self.unsaid

    @property
    def sentences(self) -> tuple[str, ...]:
        """The ids of the sentences that it cites."""
        return tuple(cited.sentence.id for cited in self.citations)


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer whose citations were looked up; ``short`` is empty unless it stands in cited sentences."""

    assertions: tuple[Assertion, ...]
    short: str = ""

    @property
    def supported(self) -> tuple[Assertion, ...]:
        """What the evidence carries."""
        return tuple(one for one in self.assertions if one.supported)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a memory says to a question.

    Attributes:
        question: what was asked.
        assertions: what the model says, in order, those that are not supported too.
        short: the bare answer, where it is one and stands in cited sentences.
        hits: the passages that the answer could rest on, best first, each with the queries that found it.
        asked: all queries, in order.
        note: what the model noted on the way.
        troubles: steps that were left out, and why.
        stopped: why no more was looked up; empty if no note was made.
        wordless: whether the model gave no answer at all: the hits are what there is.
    """

    question: str
    assertions: tuple[Assertion, ...] = ()
    short: str = ""
    hits: tuple[Found, ...] = ()
    asked: tuple[Asked, ...] = ()
    note: str = ""
    troubles: tuple[str, ...] = ()
    stopped: str = ""
    wordless: bool = False

    @property
    def supported(self) -> tuple[Assertion, ...]:
        """What the evidence carries."""
        return tuple(one for one in self.assertions if one.supported)

    @property
    def state(self) -> Literal["answered", "absent", "wordless"]:
        """Whether there is an answer, none in the memory, or none of the model."""
        if self.supported:
            return "answered"
        return "wordless" if self.wordless else "absent"

    @property
    def citations(self) -> tuple[Citation, ...]:
        """A citation of each sentence that what is supported rests on, in the order of their numbers."""
        found: dict[str, Citation] = {}
        for one in self.supported:
            for cited in one.citations:
                found.setdefault(cited.sentence.id, cited)
        return tuple(found.values())

    @property
    def text(self) -> str:
        """What is supported, with the numbers of its citations; empty if nothing is."""
        numbers = {cited.sentence.id: number for number, cited in enumerate(self.citations, start=1)}
        return " ".join(
            one.text + " " + "".join(f"[{numbers[id]}]" for id in dict.fromkeys(one.sentences))
            for one in self.supported
        )

    @property
    def nearest(self) -> Hit | None:
        """The passage that comes nearest where there is no answer; None if there is one, or nothing."""
        return None if self.supported or not self.hits else self.hits[0].hit


def _form(question: str, evidence: Evidence) -> Form[Written]:
    """One that says something, of which nothing is supported, is asked for once more."""

    def wrong(written: Written) -> str:
        return (
            _UNSUPPORTED if written.statements and not checked(written, question, evidence).supported else ""
        )

    return form(Written, _EXAMPLE, wrong)


def written(client: Client, question: str, evidence: Evidence, note: str = "") -> Answered[Written]:
    """What a model answers from evidence; errors as those of ``Client.ask``."""
    lines = [line(f"question: {question}"), *([line(f"note: {note}")] if note else []), *evidence.lines]
    return client.ask(_TASK, fenced("evidence", lines), _form(question, evidence))


def checked(written: Written, question: str, evidence: Evidence) -> Checked:
    """What a model answered, with the citations that hold and what they do not carry."""
    assertions: list[Assertion] = []
    carrying: list[Held] = []
    for said in written.statements:
        found = [held(one.sentence, one.quote, evidence) for one in said.citations]
        cited = [one for one in found if one is not None]
        text = line(said.text)
        missing = unsaid(text, question, cited) if cited else ()
        assertion = Assertion(text, tuple(one.citation for one in cited), missing)
        assertions.append(assertion)
        carrying += cited if assertion.supported else []
    short = line(written.short)
    kept = 0 < len(short) <= LONGEST_SHORT and bool(carrying) and stands(short, carrying)
    return Checked(tuple(assertions), short if kept else "")
