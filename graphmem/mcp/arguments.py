"""What each tool is called with. No argument names a namespace: what is not listed here is refused."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from graphmem.cli.options import parse_moment
from graphmem.errors import InputError
from graphmem.tasks import State

MOST_TEXT: Final = 50_000  # characters that are read in one call: some seconds' work
MOST_WORDS: Final = 4_000  # characters of a question, a name or a value
MOST_HITS: Final = 50
MOST_SEEN: Final = 1_000
MOST_TASKS: Final = 200
MOST_TITLE: Final = 300  # characters of a task's title: it is shown whole wherever the task is


def _moment(value: object) -> object:
    """An ISO date or time; UTC where it names no zone. A number could be anything, and is refused."""
    if not isinstance(value, str):
        raise ValueError("write a date as text: 2023-05-08 or 2023-05-08T13:56")
    try:
        moment = parse_moment(value)
        return moment and moment.astimezone(timezone.utc)
    except InputError as error:
        raise ValueError(str(error)) from error
    except OverflowError as error:
        raise ValueError(f"{value!r} is before the year 1 or after 9999 in UTC") from error


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2023-05-08", "2023-05-08T13:56:00+02:00"]}),
]
Words = Annotated[str, Field(min_length=1, max_length=MOST_WORDS)]
Question = Annotated[Words, Field(description="What is asked, in plain words, as a whole sentence.")]
Limit = Annotated[int, Field(ge=1, le=MOST_HITS)]
AsOf = Annotated[
    Moment | None,
    Field(description="Answer as the world was at this ISO date or time; now if left out."),
]


class Arguments(BaseModel):
    """What every call keeps to: only what is listed, nothing guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Arguments):
    """What somebody says, by whom and when."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_TEXT,
            description="What to remember, in full sentences with full names: 'Ada Byron moved to Lima in"
            " May 2023.' rather than 'she moved'. A longer text in several calls.",
        ),
    ]
    speaker: Annotated[
        str, Field(max_length=200, description="Who says it, by name: 'I' in the text is this one.")
    ] = ""
    at: Annotated[
        Moment | None,
        Field(
            description="When it is said (ISO date or time), from which 'last week' counts; now if left out."
        ),
    ] = None


class Remember(Said):
    """What is to be remembered."""


class Decide(Said):
    """What is to be set against what is known."""

    dry_run: Annotated[bool, Field(description="Only tell what it would be; nothing is written.")] = False


class Recall(Arguments):
    """What is asked."""

    question: Question
    k: Annotated[Limit, Field(description="How many passages at most.")] = 5
    as_of: AsOf = None


class Why(Recall):
    """What was asked, and which hit is to be explained."""

    hit: Annotated[Words, Field(description="The id of the hit ('passage'), or its rank, as recall told it.")]


Hits = Annotated[list[Words], Field(max_length=MOST_HITS)]


class Feedback(Arguments):
    """What was asked, and which hits of it helped."""

    question: Question
    k: Annotated[Limit, Field(description="How many passages recall was asked for.")] = 5
    useful: Annotated[Hits, Field(description="Hits that helped, by id ('passage') or rank.")] = []
    not_useful: Annotated[Hits, Field(description="Hits that did not help.")] = []
    cited: Annotated[Hits, Field(description="Hits that your answer rests on.")] = []


class Show(Arguments):
    """What is to be shown."""

    name: Annotated[
        Words,
        Field(
            description="The name of a person, place or thing, the source (URI) of a document, or any id that"
            " another tool told."
        ),
    ]
    limit: Annotated[Limit, Field(description="How many facts, sentences or parts at most.")] = 10


class Correct(Arguments):
    """What is wrong, and what is so instead."""

    fact: Annotated[Words, Field(description="The id of the fact, as show, remember or history told it.")]
    value: Annotated[
        str,
        Field(
            max_length=MOST_WORDS,
            description="What it is related to instead: of 'Ada lives in Oslo' the value is 'Oslo'.",
        ),
    ] = ""
    since: Annotated[Moment | None, Field(description="From when it holds instead.")] = None
    until: Annotated[Moment | None, Field(description="When it ended instead.")] = None
    retract: Annotated[
        bool, Field(description="Say that it is not so at all; then without value, since and until.")
    ] = False
    reason: Annotated[str, Field(max_length=MOST_WORDS, description="Why it is retracted.")] = ""


class Forget(Arguments):
    """Which document is to go."""

    document: Annotated[Words, Field(description="The source (URI) or id of one document, no pattern.")]
    confirm: Annotated[
        str,
        Field(
            max_length=64,
            description="Left out, nothing is done: the answer tells what would go, and the word to give"
            " here in a second call that does it.",
        ),
    ] = ""


class History(Arguments):
    """Which commits are to be listed."""

    of: Annotated[
        str,
        Field(
            max_length=MOST_WORDS,
            description="Only commits that changed this: a name, the source of a document, or an id.",
        ),
    ] = ""
    author: Annotated[str, Field(max_length=200, description="Only commits of this author.")] = ""
    since: Annotated[Moment | None, Field(description="Only commits from then on.")] = None
    until: Annotated[Moment | None, Field(description="Only commits up to then.")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="The newest so many.")] = 20


class Undo(Arguments):
    """What is to be taken back."""

    commit: Annotated[
        str,
        Field(
            pattern=r"^[0-9a-z]{4,80}$",
            description="The id of one commit, or how it starts, as history and the writing tools tell it.",
        ),
    ]


class Associate(Arguments):
    """What may bring something to mind, and what of that is known already."""

    context: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_TEXT,
            description="Your reasoning so far, or what you found last; no question is needed. The last 300"
            " words count.",
        ),
    ]
    seen: Annotated[
        list[Words],
        Field(max_length=MOST_SEEN, description="Passages that you have already, by id ('passage')."),
    ] = []
    k: Annotated[Limit, Field(description="How many passages at most.")] = 5


class Notes(Arguments):
    """Which notes are to be listed."""

    kind: Annotated[
        str,
        Field(
            max_length=200,
            description="Only notes of this kind: session, day, week, topic, routine, name, portrait …; or"
            " 'related', which of each passage has those that tell of the same, or 'question', by which turns"
            " are found; these two are left out otherwise.",
        ),
    ] = ""
    words: Annotated[
        str,
        Field(max_length=MOST_WORDS, description="Only notes with one of these words, best first."),
    ] = ""
    limit: Annotated[Limit, Field(description="How many at most.")] = 10


class Reflect(Arguments):
    """What is to be gone over."""

    whole: Annotated[
        bool,
        Field(description="Go over all of the memory again, not only what is new: that may take long."),
    ] = False


class Tasks(Arguments):
    """Which tasks are to be listed."""

    limit: Annotated[
        int, Field(ge=1, le=MOST_TASKS, description="How many at most; those that are left to do first.")
    ] = 50


Title = Annotated[str, Field(max_length=MOST_TITLE)]


class Work(Arguments):
    """Which task is to be added, tied to others, or moved."""

    title: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_TITLE,
            description="What is to be done, in a few words. A task is one by its title: the same title is"
            " the same task.",
        ),
    ]
    step_of: Annotated[
        Title, Field(description="Without 'to': the title of the task that it is a step of.")
    ] = ""
    needs: Annotated[
        list[Annotated[Title, Field(min_length=1)]],
        Field(max_length=MOST_HITS, description="Without 'to': titles of tasks that must be done before it."),
    ] = []
    to: Annotated[
        State | None,
        Field(
            description="Move a task that is there to this state; 'active' begins it, and puts aside what you"
            " were doing. Left out, the task is added or tied."
        ),
    ] = None
    outcome: Annotated[
        str,
        Field(
            max_length=MOST_WORDS,
            description="With 'to': what came of it, or why it waits, failed or was dropped.",
        ),
    ] = ""
    shows: Annotated[Hits, Field(description="With 'to': passages that show that, by id ('passage').")] = []


Trace = Annotated[
    str,
    Field(
        min_length=1, max_length=MOST_TITLE, description="Which trace: any name, such as that of the task."
    ),
]


class Context(Arguments):
    """What is to be shown of a trace."""

    trace: Trace
    question: Annotated[
        str,
        Field(
            max_length=MOST_WORDS,
            description="What you want to know: steps that tell it are shown in full. Left out, what you are"
            " doing is.",
        ),
    ] = ""
    budget: Annotated[
        int | None,
        Field(
            ge=1, le=MOST_TEXT, description="Tokens at most; left out, 40 % of the trace, and at least 1,000."
        ),
    ] = None


class Step(Arguments):
    """What was done, and which subgoal is begun, finished, opened or closed."""

    trace: Trace
    subgoal: Annotated[
        str,
        Field(
            max_length=MOST_TITLE,
            description="What the step is for. Another one than before finishes that; left out, it goes on.",
        ),
    ] = ""
    action: Annotated[str, Field(max_length=MOST_TEXT, description="What you did.")] = ""
    observation: Annotated[str, Field(max_length=MOST_TEXT, description="What came of it.")] = ""
    at: Annotated[Moment | None, Field(description="When; now if left out.")] = None
    finish: Annotated[
        bool, Field(description="The subgoal is finished with it: a summary takes the place of its steps.")
    ] = False
    open: Annotated[
        Title, Field(description="A finished subgoal whose steps are to be in every context again.")
    ] = ""
    close: Annotated[Title, Field(description="One of which the summary is enough again.")] = ""
