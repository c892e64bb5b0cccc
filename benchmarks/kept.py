"""The sets of recall with their memories filled once and kept, and a sample of questions to ask again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from benchmarks import conversation, episodic, multihop
from benchmarks.datasets import Asked, chats, corpus, questions
from benchmarks.measures import recall_at
from graphmem.embedding import Embedder, Remembering
from graphmem.ingest.language import AUTOMATIC
from graphmem.memory import Memory
from graphmem.types import FloatArray

_ENCODED: Final = 20_000  # batches that are kept, 14 kB each
T = TypeVar("T")
Rankings = list[list[str]]
CUTS: Final = {"multihop": 5, "conversation": 10, "episodic": 10}
"""At how many hits recall is measured: the headline figure of each benchmark."""


class Blind:
    """An encoder that sees nothing in any text."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Zeros, shape (n, dimension)."""
        return np.zeros((len(texts), self.dimension), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Kept:
    """A set: its memories, what is asked, how they rank what answers, and how the baselines do."""

    memories: tuple[Memory, ...]
    asked: tuple[Asked, ...]
    cut: int
    rank: Callable[[], Rankings]
    based: Callable[[], Mapping[str, Rankings]]

    def recall(self, rankings: Rankings) -> list[float]:
        """Recall of each question."""
        return [recall_at(r, q.gold, self.cut) for r, q in zip(rankings, self.asked, strict=True)]

    @contextmanager
    def blind(self) -> Iterator[None]:
        """Without the encoder, and with it again thereafter."""
        embedders = [memory.embedder for memory in self.memories]
        try:
            for memory in self.memories:
                memory.embedder = Blind(memory.embedder)
            yield
        finally:
            for memory, embedder in zip(self.memories, embedders, strict=True):
                memory.embedder = embedder


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data is, where filled memories are kept, and how many questions of a set are asked at most.

    Of events a third as many are: they are looked for 150 passages deep, and take three times as long.
    """

    data: Path
    keep: Path
    most: int
    pipeline: str = AUTOMATIC

    def store(self, name: str) -> str:
        """The URL of a kept memory, as ``benchmarks.episodic`` names them."""
        return f"sqlite:///{self.keep.resolve()}/{name}-{Path(self.pipeline).name}.db"


def spread(all_: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly spread.

    >>> spread("abcdefg", 3)
    ['a', 'c', 'e']
    """
    count = min(most, len(all_))
    return [all_[number * len(all_) // count] for number in range(count)]


def _by_name(named: Sequence[Mapping[str, list[str]]]) -> dict[str, Rankings]:
    """The rankings of each baseline, from those of each question."""
    return {name: [one[name] for one in named] for name in named[0]}


def _multihop(name: str, place: Place, embedder: Embedder, stack: ExitStack) -> Kept:
    files = [place.data / "multihop" / file for file in multihop.SETS[name]]
    items = corpus(files[0])
    asked = spread(questions(files[1], name, items), place.most)
    memory = stack.enter_context(Memory.open(place.store(name), embedder=embedder))
    there = {document.uri for document in memory.documents()}
    multihop.fill(memory, [item for item in items if item.uri not in there], place.pipeline)
    cut = CUTS["multihop"]

    def based() -> Mapping[str, Rankings]:
        base = multihop.based(items, embedder)
        return _by_name([base.rankings(question.text) for question in asked])

    return Kept(
        (memory,), tuple(asked), cut, lambda: multihop.ask(memory, asked, max(multihop.CUTS)).rankings, based
    )


def _conversation(place: Place, embedder: Embedder, stack: ExitStack) -> Kept:
    found = chats(place.data / "conversation" / "locomo_dev5.json")
    chosen = set(spread([(n, q) for n, chat in enumerate(found) for q in chat.questions], place.most))
    asked = [[q for q in chat.questions if (n, q) in chosen] for n, chat in enumerate(found)]
    memories = []
    for number, chat in enumerate(found):
        url = place.store("locomo")
        opened = Memory.open(url, namespace=f"chat{number}", embedder=embedder)
        memories.append(stack.enter_context(opened))
        if not any(memories[-1].documents()):
            conversation.fill(memories[-1], chat, place.pipeline)
    ids = [conversation.positions(chat) for chat in found]

    def rank() -> Rankings:
        answers = conversation.Answers()
        for memory, own, of_chat in zip(memories, ids, asked, strict=True):
            conversation.ask(memory, own, of_chat, answers)
        return answers.rankings

    def based() -> Mapping[str, Rankings]:
        pairs = zip((conversation.based(chat, embedder) for chat in found), asked, strict=True)
        return _by_name([base.rankings(q.text) for base, of_chat in pairs for q in of_chat])

    return Kept(
        tuple(memories), tuple(q for of_chat in asked for q in of_chat), CUTS["conversation"], rank, based
    )


def _episodic(name: str, place: Place, embedder: Embedder, stack: ExitStack) -> Kept:
    folder, of_folder = episodic.SETS[name]
    stream = of_folder(place.data / "episodic" / folder)
    chosen = spread([one for one in stream.questions if one.asked.gold], -(-place.most // 3))
    stream = replace(stream, questions=tuple(chosen))
    memory = stack.enter_context(Memory.open(place.store(folder), embedder=embedder))
    episodic.fill(memory, stream, place.pipeline)
    return Kept(
        (memory,),
        tuple(one.asked for one in chosen),
        CUTS["episodic"],
        lambda: [answer.ranked for answer in episodic.ask(memory, stream)],
        lambda: episodic.based(stream, embedder)[0],
    )


@contextmanager
def opened(names: Sequence[str], place: Place, embedder: Embedder) -> Iterator[dict[str, Kept]]:
    """These sets, their memories filled with what they have not got; each text is encoded once."""
    embedder = Remembering(embedder, _ENCODED)
    place.keep.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        found = {}
        for name in names:
            if name in multihop.SETS:
                found[name] = _multihop(name, place, embedder, stack)
            elif name in episodic.SETS:
                found[name] = _episodic(name, place, embedder, stack)
            else:
                found[name] = _conversation(place, embedder, stack)
        yield found
