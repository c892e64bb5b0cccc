"""The summary of a finished subgoal: what its steps say most, each part with the passage that it stands on.

HiAgent (Hu et al. 2024, "HiAgent: Hierarchical Working Memory Management for Solving Long-Horizon Agent Tasks
with Large Language Model") has a model write it. Ours is taken from the steps by the graph unless there is a
model, and what a model writes is believed as far as the sentences that it cites carry it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graphmem import schema
from graphmem.llm import Client
from graphmem.llm.fence import RULE
from graphmem.llm.summing import Shown, fitting, summed
from graphmem.memory import Memory
from graphmem.notes import Part, Source
from graphmem.types import FloatArray, Passage, Sentence, View

LONGEST: Final = 24
"""Words of a sentence that a part quotes: its beginning says what it is about."""
SHORTEST: Final = 8
"""and how many it has at least, if there is another line: an action does not say what came of it."""
DAMPING: Final = 0.85
"""Of a sentence's weight goes to those like it, as in LexRank."""
STEPS: Final = 30
NAMED: Final = 0.5
"""Of that goes over names that both have; the rest by likeness."""
NEW: Final = 0.5
"""What likeness to a sentence that was taken counts against one."""
ROOM: Final = 12_000
"""Characters of steps that a model is shown in one call."""

_WORD: Final = re.compile(r"\S+")
Doubles = NDArray[np.float64]

_TASK: Final = f"""\
You sum up what an agent did for one subgoal and what came of it, so that it can go on without the steps. \
You are shown the sentences of its steps, by number. Write at most {{words}} words in short statements: \
what was found, decided or done, with names, numbers and times as they stand there, the most important \
first. For each give the numbers of the sentences that say it. Write nothing that they do not say.
{RULE}"""


def sentences_of(memory: Memory, passages: Sequence[str]) -> tuple[list[Sentence], dict[str, Passage]]:
    """The sentences of passages, in their order, and the passages by id."""
    own = View.of(memory.namespace)
    edges = memory.store.neighbours(own, passages, [schema.PART_OF], "in")
    values = [schema.from_record(record) for record in memory.store.get(own, edges.source).values()]
    of = [schema.from_record(record) for record in memory.store.get(own, list(passages)).values()]
    place = {id: number for number, id in enumerate(passages)}
    sentences = [one for one in values if isinstance(one, Sentence)]
    sentences.sort(key=lambda one: (place[one.passage], one.position))
    return sentences, {one.id: one for one in of if isinstance(one, Passage)}


def extracted(memory: Memory, passages: Sequence[str], words: int) -> tuple[Part, ...]:
    """Parts of at most so many words in all, in the order of the steps; at least one where there is any.

    A sentence weighs what a random walk leaves on it that goes from sentence to sentence by likeness and over
    names that both have: LexRank (Erkan & Radev 2004) on the memory's graph. Of like ones the first is taken
    (maximal marginal relevance: Carbonell & Goldstein 1998).
    """
    sentences, _ = sentences_of(memory, passages)
    if not sentences:
        return ()
    like = _likeness(memory, sentences)
    weight = _weights(sentences, like)
    taken: list[int] = []
    left = words
    against = np.zeros(len(sentences))
    for _ in range(len(sentences)):
        worth = weight / weight.max() - NEW * against
        worth[taken] = -np.inf
        best = int(np.argmax(worth))
        cost = len(_cut(sentences[best].text).split())
        if taken and cost > left:
            break
        taken.append(best)
        left -= cost
        against = np.maximum(against, like[best])
    return tuple(_part(sentences[row]) for row in sorted(taken))


def _cut(text: str) -> str:
    """The beginning of a text as it spells it: a line, more where that is short, LONGEST words at most."""
    end = words = 0
    for match in _WORD.finditer(text):
        if words == LONGEST or (words >= SHORTEST and "\n" in text[end : match.start()]):
            break
        end, words = match.end(), words + 1
    return text[:end]


def _part(sentence: Sentence) -> Part:
    text = _cut(sentence.text)
    return Part(text, (Source(sentence.passage, sentence.start, sentence.start + len(text)),))


def _likeness(memory: Memory, sentences: Sequence[Sentence]) -> Doubles:
    """Cosines between sentences, none below 0, and 0 of one to itself."""
    found = memory.store.vectors(View.of(memory.namespace), [one.id for one in sentences])
    width = len(next(iter(found.values()))) if found else 1
    none: FloatArray = np.zeros(width, dtype=np.float32)
    rows = np.array([found.get(one.id, none) for one in sentences], dtype=np.float64)
    like: Doubles = np.maximum(rows @ rows.T, 0.0)
    np.fill_diagonal(like, 0.0)
    return like


def _weights(sentences: Sequence[Sentence], like: Doubles) -> Doubles:
    """What a walk leaves on each sentence; the shares sum to 1."""
    names = [
        {one.of or one.name for one in sentence.mentions if one.role != "pronoun"} for sentence in sentences
    ]
    among = {name: sum(name in own for own in names) for own in names for name in own}
    columns = {name: column for column, name in enumerate(sorted(n for n, df in among.items() if df > 1))}
    has = np.zeros((len(sentences), len(columns)))
    for row, own in enumerate(names):
        for name in own & columns.keys():
            has[row, columns[name]] = np.log1p(len(sentences) / among[name])
    shared = has @ has.T
    np.fill_diagonal(shared, 0.0)
    share = (1 - NAMED) * _shares(like) + NAMED * _shares(shared)
    weight = start = np.full(len(sentences), 1 / len(sentences))
    for _ in range(STEPS):
        weight = DAMPING * (weight @ share) + (1 - DAMPING) * start
    return np.asarray(weight, dtype=np.float64)


def _shares(rows: Doubles) -> Doubles:
    total = rows.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(rows, total, out=np.zeros_like(rows), where=total > 0), dtype=np.float64)


def written(memory: Memory, passages: Sequence[str], words: int, llm: Client) -> tuple[Part, ...]:
    """What a model makes of the steps, as far as what it cites carries it; nothing if that is nothing.

    Raises:
        ModelError: the model refuses the user, does not exist, or cannot be reached.
    """
    sentences, _ = sentences_of(memory, passages)
    shown = [Shown(one.caption, one.text) for one in sentences]
    shown = shown[: fitting(shown, ROOM)]
    if not shown:
        return ()
    task = _TASK.replace("{words}", str(words))
    found = summed(llm, task, "steps", shown, most=words, words=words)
    return tuple(
        Part(
            text,
            tuple(
                Source(one.passage, one.start, one.start + len(one.text))
                for one in (sentences[place] for place in places)
            ),
        )
        for text, places in found.lines
    )
