"""What summaries of sessions hold of what people note of them: ``python -m benchmarks.summaries``.

LoCoMo has observations of each session: what its speakers tell of themselves, each with the turns that say
so. A summary of seven turns is held against them: how many of its turns say something that was observed
(precision), and how many observations have one of their turns in it (recall). Beside it, as many turns of
each session: the longest, the first, central ones (LexRank), and random ones, the mean of several seeds. All
figures are means over sessions; the turns of a summary are those that its lines rest on.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np

from benchmarks import conversation
from benchmarks.bootstrap import paired
from benchmarks.datasets import DEFAULT_DATA, Chat, Said, chats, load
from benchmarks.kept import Place
from benchmarks.measures import table
from graphmem.embedding import SentenceEncoder
from graphmem.memory import Memory
from graphmem.reflection.gathered import terms
from graphmem.reflection.salience import central, word_vectors
from graphmem.reflection.summaries import LINES

SEEDS: Final = (1, 2, 3)
Choose = Callable[[Sequence[Said]], Sequence[Said]]


def observed(sample: Mapping[str, Any]) -> dict[str, list[frozenset[str]]]:
    """By session the turns of each observation."""
    found = {}
    for name, of in sample["observation"].items():
        said = [row for rows in of.values() for row in rows]
        number = re.sub(r"\D", "", name)
        found[number] = [frozenset(re.findall(r"D\d+:\d+", str(evidence))) for _, evidence in said]
    return found


def session(turn: str) -> str:
    """The number of the session of a turn, by its id."""
    return turn[1:].partition(":")[0]


def summed_up(memory: Memory, chat: Chat) -> dict[str, set[str]]:
    """By session the turns that the lines of its summary rest on."""
    ids = conversation.positions(chat)
    starts = sorted(ids)
    found: dict[str, set[str]] = defaultdict(set)
    for note in memory.reflect("sessions", whole=True, dry_run=True).made:
        for record in memory.store.get(memory.view, note.passages).values():
            turn = ids[max(start for start in starts if start <= record.body["start"])]
            found[session(turn)].add(turn)
    return found


def by_centre(turns: Sequence[Said]) -> list[Said]:
    """The central turns first, by LexRank as texts are summed up."""
    rows = word_vectors([(terms(turn.text), []) for turn in turns])
    weights = central(rows, rows @ rows.T)
    return [turns[place] for place in np.argsort(-weights, kind="stable").tolist()]


def _shuffled(turns: Sequence[Said], random: Random) -> Sequence[Said]:
    return random.sample(turns, len(turns))


def baselines() -> dict[str, Choose]:
    """By name what puts the turns of a session in an order, best first."""
    found: dict[str, Choose] = {
        "longest": lambda turns: sorted(turns, key=lambda turn: -len(turn.text)),
        "first": lambda turns: turns,
        "LexRank": by_centre,
    }
    for seed in SEEDS:
        random = Random(seed)
        found[f"random {seed}"] = partial(_shuffled, random=random)
    return found


def scored(chosen: set[str], gold: Sequence[frozenset[str]]) -> tuple[float, float]:
    """Precision and recall of the turns of a summary."""
    told = frozenset().union(*gold)
    precision = len(chosen & told) / len(chosen) if chosen else 0.0
    return precision, sum(bool(one & chosen) for one in gold) / len(gold)


def measure(place: Place, embedder: SentenceEncoder) -> dict[str, list[tuple[float, float]]]:
    """By way of choosing, precision and recall of each session that has observations."""
    file = place.data / "conversation" / "locomo_dev5.json"
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    ways = baselines()
    with ExitStack() as stack:
        for number, (chat, sample) in enumerate(zip(chats(file), load(file), strict=True)):
            url = place.store("locomo")
            memory = stack.enter_context(Memory.open(url, namespace=f"chat{number}", embedder=embedder))
            if not any(memory.documents()):
                conversation.fill(memory, chat, place.pipeline)
            own = summed_up(memory, chat)
            turns: dict[str, list[Said]] = defaultdict(list)
            for turn in chat.turns:
                turns[session(turn.id)].append(turn)
            for name, gold in observed(sample).items():
                if gold and name in turns:
                    found["graphmem"].append(scored(own[name], gold))
                    for way, choose in ways.items():
                        chosen = {turn.id for turn in choose(turns[name])[:LINES]}
                        found[way].append(scored(chosen, gold))
    seeds = [found.pop(f"random {seed}") for seed in SEEDS]
    found["random"] = [tuple(np.mean(each, axis=0).tolist()) for each in zip(*seeds, strict=True)]
    return found


def compared(found: Mapping[str, Sequence[tuple[float, float]]]) -> dict[str, dict[str, Any]]:
    """Means of each way, and how much more the summaries have, with the interval of the paired bootstrap."""
    rows: dict[str, dict[str, Any]] = {}
    for way, each in found.items():
        rows[way] = {}
        for column, name in enumerate(("precision", "recall")):
            values = [one[column] for one in each]
            rows[way][name] = round(float(np.mean(values)), 4)
            if way != "graphmem":
                more = paired([one[column] for one in found["graphmem"]], values)
                rows[way][f"{name}, behind by"] = f"{more.mean:+.3f} [{more.low:+.3f}, {more.high:+.3f}]"
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.summaries", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--keep", type=Path, help="folder where the filled store stays, to be used again")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Place(options.data, options.keep or Path(scratch), 0), SentenceEncoder())
    rows, sessions = compared(found), len(found["graphmem"])
    if options.json:
        print(json.dumps({"benchmark": "summaries", "sessions": sessions, "rows": rows}))
    else:
        print(f"{sessions} sessions, {LINES} turns of each")
        print(table(rows))


if __name__ == "__main__":
    main()
