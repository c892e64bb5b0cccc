"""Asking: the steps from a question to its answer, and what becomes of it where the model fails one.

Each step that the model cannot take (no budget, no usable answer twice, a refusal) is left out and told;
with all of them left out, what is given is plain recall.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Literal, TypeAlias, TypeVar

from graphmem.answering.answer import Answer, checked, written
from graphmem.answering.clues import MOST as MOST_CLUES
from graphmem.answering.clues import clues
from graphmem.answering.decomposition import filled, parts, references, sound
from graphmem.answering.evidence import Evidence, evidence
from graphmem.answering.filter import chosen, useful
from graphmem.answering.fusion import Found, fused
from graphmem.answering.notes import LONGEST, note
from graphmem.answering.search import Search
from graphmem.errors import QueryError
from graphmem.llm import Answered, Client
from graphmem.ranking import Query, Ranking
from graphmem.stores.base import Store

T = TypeVar("T")
Step: TypeAlias = Literal["decomposition", "clues", "notes", "filter"]
STEPS: Final[tuple[Step, ...]] = ("decomposition", "clues", "notes", "filter")
"""All steps before the answer, in the order in which they are taken."""
ROUNDS: Final = 3
"""Notes at most, unless said otherwise."""
IMPRESSION: Final = 5
"""Passages that a model is shown to draft clues, and to answer a part of the question."""
POOL: Final = 2
"""So many times the passages that are wanted are given to the filter."""
_WHY: Final = {
    "unread": "the budget is spent",
    "refused": "the model refuses it",
    "unreadable": "no answer that could be used, twice",
}


class _Asking:
    """One question on its way to an answer."""

    def __init__(
        self, store: Store, query: Query, search: Search, client: Client, at: datetime, reader: str | None
    ) -> None:
        self.store = store
        self.query = query
        self.search = search
        self.client = client
        self.at = at
        self.reader = reader
        self.troubles: list[str] = []
        self.note = ""
        self.stopped = ""

    def value(self, step: str, answered: Answered[T]) -> T | None:
        """What the model answered; a trouble if it did not."""
        if answered.value is None:
            why = answered.refusal or _WHY[answered.outcome]
            self.troubles.append(f"{step}: {why}")
        return answered.value

    def evidence(self, found: Sequence[Found]) -> Evidence:
        return evidence(self.store, self.query.view, found, self.at, self.reader)

    def decompose(self) -> None:
        """Ask each part, with the answers of earlier ones where it needs them."""
        given = self.value("decomposition", parts(self.client, self.query.text))
        questions = sound(given.questions) if given else ()
        needed = {number for question in questions for number in references(question)}
        answers: dict[int, str] = {}
        for number, question in enumerate(questions, start=1):
            asked = filled(question, answers)
            if asked is None:
                self.troubles.append(f"decomposition: {question!r} is not asked, what it needs is not known")
            elif self.search.look(asked, "part") is not None and number in needed:
                answers[number] = self.short(asked)

    def short(self, part: str) -> str:
        """The bare answer to a part, from what it found; empty if that does not tell."""
        shown = self.evidence(fused(self.search.rankings[-1:])[:IMPRESSION])
        given = self.value(f"answer to {part!r}", written(self.client, part, shown))
        short = checked(given, part, shown).short if given else ""
        self.search.asked[-1] = replace(self.search.asked[-1], answer=short)
        return short

    def draft(self) -> None:
        """Ask for what an answer could say."""
        impression = self.evidence(self.search.found()[:IMPRESSION])
        given = self.value("clues", clues(self.client, self.query.text, impression))
        for clue in given.clues[:MOST_CLUES] if given else ():
            self.search.look(clue, "clue")

    def collect(self, rounds: int) -> None:
        """Note what is found, and look up what is missing, until one of the rules stops it."""
        shown: set[str] = set()
        self.stopped = f"{rounds} notes are made"
        for _ in range(rounds):
            found = [one for one in self.search.found() if one.hit.passage.id not in shown][: self.query.k]
            if not found:
                self.stopped = "nothing new is found"
                return
            shown |= {one.hit.passage.id for one in found}
            given = self.value("notes", note(self.client, self.query.text, self.note, self.evidence(found)))
            if given is None:
                self.stopped = "the model makes no note"
                return
            self.note = given.note[:LONGEST] or self.note
            if given.enough:
                self.stopped = "the note is enough"
                return
            new = self.search.look(given.next, "note")
            if not new:
                self.stopped = "nothing is left to look up" if new is None else "nothing new is found"
                return

    def sift(self) -> tuple[Found, ...]:
        """The passages that the model finds useful; the first ones, where it finds none."""
        pool = self.search.found()[: POOL * self.query.k]
        given = self.value("filter", useful(self.client, self.query.text, pool))
        if given is None:
            return pool[: self.query.k]
        kept = chosen(given.useful, pool)
        if not kept:
            self.troubles.append("filter: the model finds no passage useful; the first are taken")
        return (kept or pool)[: self.query.k]

    def answer(self, found: tuple[Found, ...]) -> Answer:
        """What the model makes of the passages."""
        shown = self.evidence(found)
        given = self.value("answer", written(self.client, self.query.text, shown, self.note))
        answer = Answer(
            question=self.query.text,
            hits=found,
            asked=tuple(self.search.asked),
            note=self.note,
            troubles=tuple(self.troubles),
            stopped=self.stopped,
            wordless=given is None,
        )
        if given is None:
            return answer
        said = checked(given, self.query.text, shown)
        return replace(answer, assertions=said.assertions, short=said.short)


def ask(
    store: Store,
    query: Query,
    recall: Callable[[str], Ranking],
    client: Client,
    at: datetime,
    *,
    reader: str | None = None,
    steps: Collection[Step] = STEPS,
    rounds: int = ROUNDS,
) -> Answer:
    """The answer of a model to a question, from what the memory says.

    Args:
        store: where the sentences are.
        query: the question, what may be read, and how many passages an answer rests on at most.
        recall: what the memory finds for a text, in the same view.
        client: asks the model.
        at: the moment at which facts hold or do not.
        reader: whose words on sources and facts count.
        steps: which steps are taken before the answer.
        rounds: notes at most.

    Raises:
        ModelError: the model refuses the user, does not exist, or cannot be reached.
        QueryError: a step is none, or there are fewer notes than none.
    """
    if unknown := set(steps) - set(STEPS):
        raise QueryError(f"{', '.join(sorted(unknown))}: no step of asking; there are {', '.join(STEPS)}")
    if rounds < 0:
        raise QueryError(f"rounds is {rounds}: ask for no note, or more")
    search = Search(recall)
    if not search.look(query.text, "question"):
        return Answer(query.text, asked=tuple(search.asked))  # an empty memory needs no model
    asking = _Asking(store, query, search, client, at, reader)
    if "decomposition" in steps:
        asking.decompose()
    if "clues" in steps:
        asking.draft()
    if "notes" in steps:
        asking.collect(rounds)
    found = asking.sift() if "filter" in steps else search.found()[: query.k]
    return asking.answer(found)
