"""What is left of recall when a memory forgets: ``python -m benchmarks.fading``.

The chats of LoCoMo and a year of records (LifeBench) are put to sleep down to a half and a quarter of their
passages, by the policy, which knows no question, and by what else one might do; then all questions are asked.
``random`` is the mean of several seeds; ``recency`` keeps what was told last, which is also what LRU keeps
where nothing was used; ``longest`` the longest passages.

Reinforcement: each memory is asked the first half of all its questions, as they stand (LifeBench has them by
the month in which they are asked), and its best hits are recorded as uses; then it fades, and is asked the
second half. There LRU keeps what was used, and then what was told last.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks import conversation, episodic
from benchmarks.bootstrap import paired
from benchmarks.datasets import DEFAULT_DATA, Asked, chats
from benchmarks.kept import Place, spread
from benchmarks.measures import recall_at, table
from graphmem.embedding import Embedder, Remembering, SentenceEncoder
from graphmem.fading.budget import Budget, going
from graphmem.fading.dormancy import slept
from graphmem.fading.held import held
from graphmem.fading.policy import Worth, worths
from graphmem.memory import Memory
from graphmem.ranking import Hit
from graphmem.types import Commit, Vectors, View

CUT: Final = 10
SHARES: Final = (0.5, 0.25)
SEEDS: Final = (1, 2, 3)
DEEP: Final = 50
"""Passages that are asked for where several belong to one record: ten records are to be seen."""
SHOWN: Final = 3
"""Hits of a ranking that are recorded as uses: what a reader looks at."""
SETS: Final = ("locomo", "lifebench")
_ENCODED: Final = 20_000
Score = Callable[[Worth], float]


@dataclass(frozen=True, slots=True)
class Part:
    """A memory, what it is asked, what a hit counts as, and how many hits are looked at."""

    memory: Memory
    asked: Sequence[Asked]
    event: Callable[[Hit], str]
    depth: int

    @property
    def end(self) -> datetime:
        """The day after the last moment that it tells of."""
        own = View.of(self.memory.namespace)
        moments = [one.met for one in held(self.memory.store, own) if one.met]
        return max(moments, default=datetime(2000, 1, 1, tzinfo=timezone.utc)) + timedelta(days=1)


# --- the sets -------------------------------------------------------------------------------


def _locomo(place: Place, embedder: Embedder, stack: ExitStack) -> Iterator[Part]:
    for number, chat in enumerate(chats(place.data / "conversation" / "locomo_dev5.json")):
        opened = Memory.open(place.store("locomo"), namespace=f"chat{number}", embedder=embedder)
        memory = stack.enter_context(opened)
        if not any(memory.documents()):
            conversation.fill(memory, chat, place.pipeline)
        ids = conversation.positions(chat)
        starts = sorted(ids)

        def event(hit: Hit, ids: dict[int, str] = ids, starts: list[int] = starts) -> str:
            return ids[max(start for start in starts if start <= hit.passage.start)]

        yield Part(memory, spread(chat.questions, place.most), event, CUT)


def _lifebench(place: Place, embedder: Embedder, stack: ExitStack) -> Iterator[Part]:
    folder, of_folder = episodic.SETS["lifebench"]
    stream = of_folder(place.data / "episodic" / folder)
    memory = stack.enter_context(Memory.open(place.store(folder), embedder=embedder))
    episodic.fill(memory, stream, place.pipeline)
    by_uri = {document.reading.uri: document for document in stream.documents}

    def event(hit: Hit) -> str:
        return by_uri[hit.document.uri].event(hit.passage.start)

    asked = spread([one.asked for one in stream.questions], place.most)
    yield Part(memory, asked, event, DEEP)


PARTS: Final = {"locomo": _locomo, "lifebench": _lifebench}


@contextmanager
def copied(name: str, place: Place, embedder: Embedder) -> Iterator[list[Part]]:
    """The parts of a set in a copy of the kept store, which goes when done; that is filled if need be."""
    place.keep.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        list(PARTS[name](place, embedder, stack))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        there = replace(place, keep=Path(folder))
        source, copy = (one.store(_file(name)).removeprefix("sqlite:///") for one in (place, there))
        shutil.copy(source, copy)
        yield list(PARTS[name](there, embedder, stack))


def _file(name: str) -> str:
    return episodic.SETS[name][0] if name in episodic.SETS else name


# --- fading ---------------------------------------------------------------------------------


def strategies() -> dict[str, Score | None]:
    """How else one might choose what stays: each gives a value to a passage; None is the policy itself."""
    found: dict[str, Score | None] = {"policy": None, "recency": told, "longest": longest}
    for seed in SEEDS:
        random = Random(seed)
        found[f"random {seed}"] = partial(by_lot, random=random)
    return found


def by_lot(one: Worth, random: Random) -> float:
    """As it comes."""
    return random.random()


def told(one: Worth) -> float:
    """When it was told."""
    return one.held.met.timestamp() if one.held.met else float("-inf")


def used(one: Worth) -> float:
    """When it was used last, or else told: what LRU keeps."""
    return max([touch.at.timestamp() for touch in one.held.touches], default=told(one))


def longest(one: Worth) -> float:
    """How long it is."""
    return float(len(one.held.passage.text))


def fade(part: Part, share: float, score: Score | None) -> Commit | None:
    """Put a memory to sleep down to a share of its passages."""
    memory, at = part.memory, part.end
    if score is None:
        return memory.fade(keep=share, at=at).commit
    own = View.of(memory.namespace)
    judged = [replace(one, parts={"": score(one)}) for one in worths(held(memory.store, own), at)]
    gone = going(judged, Budget(keep=share), at, dormant=False)
    found = {one.held.passage.id: one.held.vector for one in gone}
    vectors = Vectors(memory.embedder.name, {id: one for id, one in found.items() if one is not None})
    changes = slept(memory.store, own, [one.held.passage for one in gone])
    return memory.write(changes, f"keep {share:.0%}", author="forgetting", vectors=vectors)


def ask(part: Part, asked: Sequence[Asked], *, use: bool = False) -> list[float]:
    """Recall of each question; with ``use`` its best hits are recorded as uses."""
    found, at = [], part.end
    for question in asked:
        ranking = part.memory.recall(question.text, part.depth)
        ranked = list(dict.fromkeys(map(part.event, ranking)))
        found.append(recall_at(ranked, question.gold, CUT))
        if use:
            part.memory.use(ranking.hits[:SHOWN], at=at)
    return found


def halves(part: Part) -> tuple[Sequence[Asked], Sequence[Asked]]:
    """The questions of a part as they stand, first half and second."""
    middle = len(part.asked) // 2
    return part.asked[:middle], part.asked[middle:]


# --- measures -------------------------------------------------------------------------------


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)


def measure(name: str, place: Place, embedder: Embedder) -> dict[str, Any]:
    """Each strategy at each share, and the differences of the policy to them."""
    with copied(name, place, embedder) as parts:
        whole = [value for part in parts for value in ask(part, part.asked)]
    figures: dict[str, Any] = {"questions": len(whole), "whole": _mean(whole)}
    for share in SHARES:
        found: dict[str, list[float]] = {}
        for strategy, score in strategies().items():
            with copied(name, place, embedder) as parts:
                for part in parts:
                    fade(part, share, score)
                found[strategy] = [value for part in parts for value in ask(part, part.asked)]
            sys.stderr.write(f"{name} {share} {strategy} {_mean(found[strategy])}\n")
        seeds = [found.pop(f"random {seed}") for seed in SEEDS]
        found["random"] = [sum(values) / len(values) for values in zip(*seeds, strict=True)]
        figures[f"keep {share:.0%}"] = compared(found, "policy", whole)
    return figures


def reinforced(name: str, place: Place, embedder: Embedder) -> dict[str, Any]:
    """Recall of the second half of all questions, with and without uses by the first; none is left out.

    Questions that are few and far between ask for another thing each, as those of a life do not.
    """
    figures: dict[str, Any] = {}
    with copied(name, replace(place, most=sys.maxsize), embedder) as parts:
        own = [(part, *halves(part)) for part in parts]
        figures["questions of the second half"] = sum(len(second) for _, _, second in own)
        plain = {share: _second(own, share) for share in SHARES}
        for part, first, _ in own:
            ask(part, first, use=True)
        for share in SHARES:
            found = {"with uses": _second(own, share), "without uses": plain[share]}
            found["LRU"] = _second(own, share, used)
            sys.stderr.write(f"{name} {share} second half {[_mean(values) for values in found.values()]}\n")
            figures[f"reinforced, keep {share:.0%}"] = compared(found, "with uses")
    return figures


def _second(
    own: Sequence[tuple[Part, Sequence[Asked], Sequence[Asked]]], share: float, score: Score | None = None
) -> list[float]:
    """Recall of the second halves where a strategy keeps a share; what it took is woken again."""
    found = []
    for part, _, second in own:
        faded = fade(part, share, score)
        found += ask(part, second)
        if faded:
            part.memory.undo(faded.id)
    return found


def compared(
    found: Mapping[str, Sequence[float]], own: str, whole: Sequence[float] | None = None
) -> dict[str, Any]:
    """Mean recall of each, and how much more ``own`` has, with the interval of the paired bootstrap."""
    rows: dict[str, Any] = {}
    for name, values in found.items():
        rows[name] = {f"recall@{CUT}": _mean(values)}
        if whole is not None:
            rows[name]["of the whole"] = round(_mean(values) / _mean(whole), 3)
        if name != own:
            more = paired(found[own], values)
            rows[name]["behind by"] = f"   {more.mean:+.3f} [{more.low:+.3f}, {more.high:+.3f}]"
    return rows


_SECTIONS: Final[Mapping[str, Callable[[str, Place, Embedder], dict[str, Any]]]] = {
    "fading": measure,
    "reinforcement": reinforced,
}


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fading", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--keep", type=Path, help="folder where the filled stores stay, to be used again")
    parser.add_argument("--set", choices=SETS, action="append", help="only this one")
    parser.add_argument("--only", choices=_SECTIONS, help="only this section")
    parser.add_argument(
        "--most", type=int, default=sys.maxsize, help="questions of a memory, evenly spread, for fading"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    found: dict[str, Any] = {}
    embedder = Remembering(SentenceEncoder(), _ENCODED)
    with tempfile.TemporaryDirectory() as scratch:
        place = Place(options.data, options.keep or Path(scratch), options.most)
        for name in options.set or SETS:
            begin = time.perf_counter()
            found[name] = {}
            for section in [options.only] if options.only else _SECTIONS:
                found[name] |= _SECTIONS[section](name, place, embedder)
            found[name]["seconds"] = round(time.perf_counter() - begin, 1)
            if not options.json:
                show(name, found[name])
    if options.json:
        print(json.dumps({"benchmark": "fading", "sets": found}))


def show(name: str, figures: Mapping[str, Any]) -> None:
    """A set's figures as tables."""
    plain = {title: value for title, value in figures.items() if not isinstance(value, dict)}
    print(f"{name}: " + ", ".join(f"{title} {value}" for title, value in plain.items()))
    for title, rows in figures.items():
        if isinstance(rows, dict):
            print(f"{title}\n{table(rows)}")
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
