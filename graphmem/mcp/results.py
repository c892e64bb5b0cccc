"""What each tool answers, as it goes over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from graphmem.agent.judging import Operation
from graphmem.tasks import State


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


class PassageTold(Result):
    """A passage with its document."""

    score: Annotated[float, Field(description="From 0 to 1, of this call alone.")]
    text: str
    evidence: Annotated[str, Field(description="The sentence of the text that fits best.")]
    source: Annotated[str, Field(description="The URI of its document.")]
    title: str = ""
    heading: str = ""
    speaker: str = ""
    when: Annotated[datetime | None, Field(description="When it was said or recorded.")] = None
    passage: Annotated[str, Field(description="Its id: what 'why' and 'show' take.")]
    document: Annotated[str, Field(description="The id of its document.")]
    namespace: Annotated[str | None, Field(description="Whose it is, where others' are read along.")] = None


class HitTold(PassageTold):
    """A passage that was found."""

    rank: int
    why: Annotated[str, Field(description="Why it was found, in short; the tool 'why' tells all.")]
    stale: Annotated[
        list[str], Field(description="Facts of the evidence that do not hold any more: do not state these.")
    ] = []
    also_in: Annotated[list[str], Field(description="Other sources of the same text.")] = []
    trusted: Annotated[bool, Field(description="False if a person does not trust its source.")] = True


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


class AssociationTold(PassageTold):
    """A passage that comes to mind."""

    over: Annotated[list[str], Field(description="The names that led there, the most telling first.")] = []


class Associated(Result):
    """What a text brings to mind."""

    found: Annotated[list[AssociationTold], Field(description="What is new, best first.")]
    note: str = ""


class RestTold(Result):
    """What a line rests on."""

    passage: Annotated[str, Field(description="The id of the passage: what 'show' takes.")]
    source: Annotated[str, Field(description="The URI of its document.")]
    said: Annotated[str, Field(description="The words that the line rests on, shortened.")]


class LineTold(Result):
    """A line of a note, with what it rests on."""

    text: str
    rests_on: list[RestTold]
    more: Annotated[int, Field(description="How many passages it rests on besides.")] = 0


class NoteTold(Result):
    """A note: what the memory made of what it read."""

    id: str
    kind: str
    title: str
    about: Annotated[str, Field(description="The key of what it is of: a date, a name.")]
    since: Annotated[datetime | None, Field(description="The beginning of the time that it tells of.")] = None
    until: Annotated[datetime | None, Field(description="The end of it.")] = None
    by: Annotated[str, Field(description="'rules', or the language model that made it.")]
    lines: list[LineTold]
    namespace: Annotated[str | None, Field(description="Whose it is, where others' are read along.")] = None


class Noted(Result):
    """Notes: newest first, or best first where words were asked for."""

    notes: list[NoteTold]
    more: Annotated[bool, Field(description="Whether there are others.")]
    note: str = ""


class Reflected(Result):
    """What a reflection made."""

    passages: Annotated[int, Field(description="How many passages were new to it.")]
    made: Annotated[int, Field(description="How many notes are new.")]
    remade: Annotated[int, Field(description="How many say something else than before.")]
    gone: Annotated[int, Field(description="How many went: nothing speaks for them any more.")]
    kinds: Annotated[dict[str, int], Field(description="How many were made or made anew, by kind.")]
    commits: Annotated[list[str], Field(description="What undo takes, one by one in this order.")]
    note: str = ""


class TaskTold(Result):
    """A task; other tasks by title."""

    id: str
    title: str
    state: State
    outcome: Annotated[str | None, Field(description="What came of it, or why it waits or failed.")] = None
    by: Annotated[str | None, Field(description="Who moved it last.")] = None
    since: Annotated[datetime, Field(description="When that was.")]
    step_of: list[str] = []
    needs: Annotated[list[str], Field(description="What must be done before it.")] = []
    waits_for: Annotated[list[str], Field(description="What of its needs and steps is not done yet.")] = []
    shows: Annotated[list[str], Field(description="The passages that show its outcome, by id.")] = []


class Planned(Result):
    """What is being done, and all tasks."""

    prompt: Annotated[
        str, Field(description="The way from the goal to what you are doing; or what could be begun.")
    ]
    tasks: Annotated[
        list[TaskTold], Field(description="What is left to do, oldest first; then the rest, newest first.")
    ]
    more: Annotated[int, Field(description="How many tasks there are besides.")] = 0


class Moved(Result):
    """A task as it is now, and how that is taken back."""

    task: TaskTold
    commit: Annotated[str | None, Field(description="What undo takes; null if nothing was changed.")] = None
    prompt: Annotated[
        str, Field(description="The way from the goal to what you are doing now; or what could be begun.")
    ]


class DecisionTold(Result):
    """What a statement is to the memory."""

    operation: Annotated[
        Operation,
        Field(description="add: it is new; update: it ends what held; delete: it denies that; noop: known."),
    ]
    statement: str
    reason: str
    records: Annotated[list[str], Field(description="What that is about, by id: what 'show' takes.")] = []


class Decided(Result):
    """What became, or would become, of a text."""

    operation: Annotated[Operation, Field(description="That of the decision that changes most.")]
    decisions: list[DecisionTold]
    written: Annotated[bool, Field(description="False: nothing was changed.")]
    document: Annotated[str | None, Field(description="The id of the document that it became.")] = None
    source: Annotated[str | None, Field(description="Its URI: what forget takes.")] = None
    commits: Annotated[list[str], Field(description="What undo takes, one by one in this order.")] = []


class SubgoalTold(Result):
    """A subgoal of a trace."""

    title: str
    state: Annotated[str, Field(description="active, finished, or opened: finished, with its steps shown.")]
    steps: int
    summary: Annotated[list[str], Field(description="What is left of it where it is finished.")] = []


class Contexted(Result):
    """A trace, as much of it as is needed."""

    text: Annotated[str, Field(description="Summaries of what is finished, steps of what is not.")]
    tokens: Annotated[list[int], Field(description="How many it has, and how many the whole trace has.")]
    subgoals: list[SubgoalTold]


class Stepped(Result):
    """What was noted, and the subgoal that was begun last."""

    subgoal: SubgoalTold
    commits: Annotated[list[str], Field(description="What undo takes, one by one in this order.")] = []
