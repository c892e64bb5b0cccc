"""What each tool answers, as it goes over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Result(BaseModel):
    """What all answers keep to."""

    model_config = ConfigDict(frozen=True)


class FactTold(Result):
    """A fact or an event."""

    id: str
    text: str
    state: Annotated[
        str, Field(description="holds, ahead, over, ended, retracted or quarantined; only 'holds' is so now.")
    ] = "holds"
    why: Annotated[str | None, Field(description="What ended it, or who took it back.")] = None
    when: str | None = None
    denied: bool = False
    said_by: list[str] = []
    confidence: float | None = None
    namespace: Annotated[str | None, Field(description="Whose it is, where others' are read along.")] = None


class Remembered(Result):
    """What was read of a text, and how it is taken back."""

    document: Annotated[str, Field(description="The id of the document that it became.")]
    source: Annotated[str, Field(description="Its URI: what forget takes.")]
    commit: Annotated[str, Field(description="What undo takes.")]
    new: Annotated[bool, Field(description="False if the same was remembered before.")]
    facts: Annotated[list[FactTold], Field(description="What was read of it.")]
    note: str = ""


class Learned(Result):
    """That feedback was kept, and how it is taken back."""

    commit: Annotated[str, Field(description="What undo takes.")]
    message: str
    lessons: Annotated[int, Field(description="Questions that were learned from so far.")]


class HitTold(Result):
    """A passage that was found."""

    rank: int
    score: Annotated[float, Field(description="From 0 to 1, of this question alone.")]
    text: str
    evidence: Annotated[str, Field(description="The sentence of the text that fits best.")]
    source: Annotated[str, Field(description="The URI of its document.")]
    title: str = ""
    heading: str = ""
    speaker: str = ""
    when: Annotated[datetime | None, Field(description="When it was said or recorded.")] = None
    why: Annotated[str, Field(description="Why it was found, in short; the tool 'why' tells all.")]
    stale: Annotated[
        list[str], Field(description="Facts of the evidence that do not hold any more: do not state these.")
    ] = []
    also_in: Annotated[list[str], Field(description="Other sources of the same text.")] = []
    trusted: Annotated[bool, Field(description="False if a person does not trust its source.")] = True
    passage: Annotated[str, Field(description="Its id: what 'why' and 'show' take.")]
    document: Annotated[str, Field(description="The id of its document.")]
    namespace: Annotated[str | None, Field(description="Whose it is, where others' are read along.")] = None


class Recalled(Result):
    """What the memory says to a question, or that it does not."""

    answered: Annotated[bool, Field(description="Whether the memory likely tells what is asked.")]
    confidence: Annotated[float, Field(description="How likely that is, from 0 to 1.")]
    note: str
    hits: Annotated[
        list[HitTold],
        Field(description="What answers it, best first; if it is not 'answered', what comes nearest."),
    ]
    linked: Annotated[
        list[str], Field(description="Names of the memory that the question was linked to.")
    ] = []


class SeedTold(Result):
    """Where the search started."""

    kind: Literal["entity", "sentence"]
    text: str
    words: Annotated[str, Field(description="The words of the question that name it.")]
    mass: float


class HopTold(Result):
    """A question that was asked next."""

    over: Annotated[str, Field(description="The name that leads to it.")]
    question: str
    led_here: Annotated[bool, Field(description="Whether the hit answers it better than any other.")]


class StepTold(Result):
    """A step of the way from the question to the hit."""

    kind: Literal["question", "entity", "sentence"]
    text: str
    weight: float


class ShareTold(Result):
    """What a part gave to the score."""

    part: str
    meaning: str
    value: float


class Explained(Result):
    """Why a hit was found."""

    hit: HitTold
    score: Annotated[str, Field(description="How the score came about, in a line.")]
    shares: list[ShareTold]
    seeds: list[SeedTold]
    path: list[StepTold]
    hops: list[HopTold]
    left_out: Annotated[
        dict[str, int],
        Field(description="Passages that would stand among the first, by what took them away."),
    ]
    looked_at: int
    scored: int


class SentenceTold(Result):
    """A sentence or another part, as evidence."""

    id: str
    text: str
    caption: str | None = None
    who: str | None = None
    uri: str | None = None
    namespace: str | None = None


class NameTold(Result):
    """Another name of the same, or why it is the same."""

    text: str
    id: str | None = None
    score: float | None = None
    namespace: str | None = None


class Shown(Result):
    """A record with what hangs on it; what does not apply is left out."""

    id: str
    kind: Annotated[str, Field(description="document, passage, sentence, entity, fact, event, episode …")]
    namespace: str | None = None
    name: str | None = None
    label: Annotated[str | None, Field(description="What an entity is: person, place …")] = None
    aliases: list[str] = []
    text: str | None = None
    uri: str | None = None
    title: str | None = None
    form: Annotated[str | None, Field(description="text, chat …; paragraph, turn …")] = None
    heading: str | None = None
    speaker: str | None = None
    at: str | None = None
    written_at: str | None = None
    relation: str | None = None
    when: str | None = None
    state: str | None = None
    why: str | None = None
    denied: bool | None = None
    confidence: float | None = None
    said_by: list[str] = []
    facts: list[FactTold] = []
    sentences: Annotated[list[SentenceTold], Field(description="The evidence.")] = []
    parts: list[SentenceTold] = []
    same_as: list[NameTold] = []
    because: list[NameTold] = []
    perhaps: Annotated[list[NameTold], Field(description="What it may be besides; nobody decided.")] = []
    decisions: list[NameTold] = []


class CommitTold(Result):
    """A commit."""

    commit: str
    at: datetime
    author: str
    message: str
    created: int
    replaced: int
    removed: int


class Listed(Result):
    """Commits, newest first."""

    commits: list[CommitTold]
    more: Annotated[bool, Field(description="Whether there are older ones.")]


class Corrected(Result):
    """What was corrected, and how it is taken back."""

    commit: Annotated[str, Field(description="What undo takes.")]
    message: str
    before: FactTold
    now: Annotated[list[FactTold], Field(description="What holds instead; empty if it was retracted.")]


class Forgotten(Result):
    """The receipt of a forgetting, or of what it would come to."""

    done: Annotated[bool, Field(description="False: nothing was changed yet.")]
    asked: str
    confirm: Annotated[
        str | None, Field(description="Give this word to forget to do it; null when it is done.")
    ] = None
    commit: Annotated[str | None, Field(description="What undo takes.")] = None
    documents: list[str]
    removed: Annotated[dict[str, int], Field(description="How many records go, by kind.")]
    changed: Annotated[dict[str, int], Field(description="How many say less or otherwise, by kind.")]
    examples: Annotated[dict[str, list[str]], Field(description="Names of what goes, by kind.")]
    holds_again: Annotated[list[str], Field(description="Facts that hold again.")]
    comes_apart: Annotated[list[list[str]], Field(description="Names that were one and are not any more.")]
    kept: list[str]
    notes: list[str]


class Undone(Result):
    """What was taken back; undo of this commit brings it back."""

    commit: Annotated[str, Field(description="What undo takes to bring it back.")]
    message: str
    undone: str
