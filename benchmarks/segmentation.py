"""Borders of episodes found again: ``python -m benchmarks.segmentation``.

Sets with known borders: sessions of chats (with their times hidden, and given), chapters of a book
without its headings, Wikipedia passages strung together in random order (Choi 2000), and a year of a
phone's records (borders of days, times hidden and given). One set of
constants, chosen on half of each set ("dev"); the other half ("held_out") is reported beside it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from benchmarks.datasets import DEFAULT_DATA, Chat, chats, load, missing
from benchmarks.measures import table
from graphmem.dates.written import day
from graphmem.embedding import Embedder, SentenceEncoder
from graphmem.identity import fold
from graphmem.ingest import sentences
from graphmem.ingest.episodes import BREAK, Step, episodes
from graphmem.ingest.moments import aware
from graphmem.ingest.names import names
from graphmem.types import FloatArray

HALVES: Final = ("dev", "held_out")
SOURCES: Final = ("calendar", "call", "note", "photo", "push", "sms")
TEXTS: Final = ("title", "caption", "content", "description", "message_content", "call_type")
DRAWS: Final = 20  # of random borders
BLOCK: Final = 3  # steps of TextTiling's blocks; chosen on dev, as its cut-off is
Borders: TypeAlias = frozenset[int]


@dataclass(frozen=True)
class Labelled:
    """Steps in order, and those (not the first) with which a new segment begins."""

    steps: Sequence[Step]
    borders: Borders


# --- measures ---------------------------------------------------------------------------------


def window_size(borders: Borders, n: int) -> int:
    """Half of the mean length of the true segments, as both window measures take it."""
    return max(1, round(n / (len(borders) + 1) / 2))


def _counts(borders: Borders, n: int, k: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """How many borders lie in each window: between step i and step i + k."""
    marks = np.zeros(n, dtype=np.int64)
    marks[list(borders)] = 1
    total = np.cumsum(marks)
    return total[k:] - total[:-k]


def window_diff(true: Borders, found: Borders, n: int) -> float:
    """WindowDiff (Pevzner & Hearst 2002): windows with another number of borders; 0 is best.

    >>> window_diff(frozenset({4}), frozenset({4}), 8), window_diff(frozenset({4}), frozenset(), 8)
    (0.0, 0.3333333333333333)
    """
    k = window_size(true, n)
    return float((_counts(true, n, k) != _counts(found, n, k)).mean())


def p_k(true: Borders, found: Borders, n: int) -> float:
    """Pk (Beeferman, Berger & Lafferty 1999): windows whose ends are wrongly told apart or together.

    >>> p_k(frozenset({4}), frozenset({3, 4}), 8), window_diff(frozenset({4}), frozenset({3, 4}), 8)
    (0.16666666666666666, 0.3333333333333333)
    """
    k = window_size(true, n)
    return float(((_counts(true, n, k) > 0) != (_counts(found, n, k) > 0)).mean())


def matches(true: Borders, found: Borders, tolerance: int = 1) -> int:
    """How many borders are found at most so many steps off, each used once.

    >>> matches(frozenset({4, 9}), frozenset({3, 5, 20}))
    1
    """
    left, right, count = sorted(true, reverse=True), sorted(found, reverse=True), 0
    while left and right:
        if abs(left[-1] - right[-1]) <= tolerance:
            count += 1
            left.pop()
            right.pop()
        else:
            (left if left[-1] < right[-1] else right).pop()
    return count


def figures(parts: Sequence[Labelled], found: Sequence[Borders]) -> dict[str, float]:
    """F1 of borders (tolerance 1), WindowDiff and Pk over all windows, borders found for each true one."""
    pairs = [(part.borders, own, len(part.steps)) for part, own in zip(parts, found, strict=True)]
    weights = [n - window_size(true, n) for true, _, n in pairs]
    hits = sum(matches(true, own) for true, own, _ in pairs)
    true, own = sum(len(part.borders) for part in parts), sum(map(len, found))
    return {
        "f1": 2 * hits / (true + own) if true + own else 1.0,
        "windowdiff": float(np.average([window_diff(*pair) for pair in pairs], weights=weights)),
        "pk": float(np.average([p_k(*pair) for pair in pairs], weights=weights)),
        "found/true": own / true,
    }


# --- baselines --------------------------------------------------------------------------------


def even(n: int, count: int) -> Borders:
    """So many borders at even distances."""
    return frozenset(round(i * n / (count + 1)) for i in range(1, count + 1)) - {0, n}


def tiling(steps: Sequence[Step]) -> Borders:
    """TextTiling (Hearst 1997) with sentence vectors for words: valleys between blocks, by depth."""
    n = len(steps)
    vectors = np.stack([step.vector for step in steps])
    total = np.vstack([np.zeros((1, vectors.shape[1])), np.cumsum(vectors, axis=0)])
    places = np.arange(1, n)
    left = total[places] - total[np.maximum(0, places - BLOCK)]
    right = total[np.minimum(n, places + BLOCK)] - total[places]
    alike = (left * right).sum(1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1)
    depth = np.array([_depth(alike, i) for i in range(n - 1)])
    least = depth.mean() + depth.std() / 2
    peaks = (i for i in range(n - 1) if depth[i] > least and depth[i] >= depth[max(0, i - 1) : i + 2].max())
    return frozenset(i + 1 for i in peaks)


def _depth(alike: FloatArray, place: int) -> float:
    left = right = place
    while left > 0 and alike[left - 1] >= alike[left]:
        left -= 1
    while right < len(alike) - 1 and alike[right + 1] >= alike[right]:
        right += 1
    return float(alike[left] + alike[right] - 2 * alike[place])


def pauses(steps: Sequence[Step]) -> Borders:
    """The gaps that are hard breaks, and no other border."""
    times = [step.at for step in steps]
    pairs = enumerate(zip(times, times[1:], strict=False), start=1)
    return frozenset(t for t, (a, b) in pairs if a and b and abs((b - a).total_seconds()) >= BREAK)


def starts(steps: Sequence[Step], **constants: float) -> Borders:
    """The borders that ``episodes`` finds."""
    return frozenset(episode.start for episode in episodes(steps, **constants)) - {0}  # type: ignore[arg-type]


def compared(parts: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """The figures of graphmem and of each baseline."""

    def of(method: Callable[[Labelled], Borders]) -> dict[str, float]:
        return figures(parts, [method(part) for part in parts])

    chance = random.Random(0)
    drawn = [
        of(lambda p: frozenset(chance.sample(range(1, len(p.steps)), len(p.borders)))) for _ in range(DRAWS)
    ]
    rows = {
        "graphmem": of(lambda part: starts(part.steps)),
        "surprise alone": of(lambda part: starts(part.steps, cohesion=0.0)),
        "texttiling": of(lambda part: tiling(part.steps)),
        "even (number known)": of(lambda part: even(len(part.steps), len(part.borders))),
        "random (number known)": {key: float(np.mean([d[key] for d in drawn])) for key in drawn[0]},
    }
    if any(step.at for part in parts for step in part.steps):
        rows["pauses alone"] = of(lambda part: pauses(part.steps))
    return {name: {key: round(value, 4) for key, value in row.items()} for name, row in rows.items()}


# --- sets -------------------------------------------------------------------------------------


def vectors(items: Sequence[tuple[str, str]], embedder: Embedder) -> FloatArray:
    """Mean vectors, shape (n, d), of the sentences of each (caption, text), as ingest embeds them."""
    texts: list[str] = []
    owners: list[int] = []
    for owner, (caption, text) in enumerate(items):
        for start, end in sentences.split(text) or [(0, len(text))]:
            texts.append(f"{caption}: {text[start:end]}" if caption else text[start:end])
            owners.append(owner)
    found = np.zeros((len(items), embedder.dimension), dtype=np.float32)
    np.add.at(found, owners, embedder.encode(texts))
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))


def named(texts: Sequence[str]) -> list[frozenset[str]]:
    """The folded names in each text, by the rules."""
    return [frozenset(fold(found.name) for found in names(text) if found.role == "text") for text in texts]


def labelled(labels: Sequence[object], steps: Iterable[Step]) -> Labelled:
    """Steps with a border wherever the label changes."""
    return Labelled(tuple(steps), frozenset(t for t in range(1, len(labels)) if labels[t] != labels[t - 1]))


def of_chat(chat: Chat, embedder: Embedder, *, times: bool) -> Labelled:
    """A chat with its sessions as segments; without times, no caption says the day either."""
    items = [(f"({day(t.at)}) {t.speaker}" if times else t.speaker, t.text) for t in chat.turns]
    rows = zip(chat.turns, vectors(items, embedder), named([t.text for t in chat.turns]), strict=True)
    steps = (Step(v, t.at if times else None, t.speaker, own) for t, v, own in rows)
    return labelled([turn.session for turn in chat.turns], steps)


def strung(segments: Sequence[Sequence[str]], embedder: Embedder) -> Labelled:
    """Segments of texts, one after the other, with nothing known but the text."""
    texts = [text for segment in segments for text in segment]
    found = vectors([("", text) for text in texts], embedder)
    labels = [number for number, segment in enumerate(segments) for _ in segment]
    return labelled(labels, (Step(v, names=own) for v, own in zip(found, named(texts), strict=True)))


def chapters(path: Path) -> list[list[str]]:
    """The paragraphs of each chapter of a book whose chapters begin with "Chapter N"."""
    if not path.exists():
        missing(path)
    parts = re.split(r"(?m)^Chapter \d+\s*$", path.read_text("utf-8"))[1:]
    return [[p.strip() for p in part.split("\n\n") if p.strip()] for part in parts]


def passages(path: Path) -> list[list[str]]:
    """The sentences of each passage of 3 to 11 (Choi's lengths), in random order."""
    raw = load(path)
    texts = ["".join(own) for own in raw.values()] if isinstance(raw, dict) else [i["text"] for i in raw]
    found = [[text[a:b] for a, b in sentences.split(text)] for text in texts]
    kept = [passage for passage in found if 3 <= len(passage) <= 11]
    random.Random(0).shuffle(kept)
    return kept


def records(folder: Path) -> list[tuple[datetime, str, str]]:
    """When, with whom and what: the records of a phone in order of time."""
    rows = [row for source in SOURCES for row in load(folder / "phone_data" / f"{source}.json")]
    rows.sort(key=lambda row: (row["datetime"], row["type"], row["phone_id"]))
    return [
        (
            aware(datetime.fromisoformat(row["datetime"])),
            row.get("contactName", ""),
            " ".join(str(row[key]) for key in TEXTS if row.get(key)),
        )
        for row in rows
    ]


def of_records(rows: Sequence[tuple[datetime, str, str]], embedder: Embedder, *, times: bool) -> Labelled:
    """Records with their days as segments; no caption says the day."""
    found = vectors([(who, text) for _, who, text in rows], embedder)
    known = zip(rows, found, named([text for _, _, text in rows]), strict=True)
    steps = (Step(v, at if times else None, who, own) for (at, who, _), v, own in known)
    return labelled([at.date() for at, _, _ in rows], steps)


def sets(data: Path, found: Sequence[Chat], embedder: Embedder) -> dict[str, tuple[list[Labelled], ...]]:
    """Each set by its name: its dev half and its held-out half."""
    sides = [found[::2], found[1::2]]
    book = chapters(data / "episodic" / "epbench_thriller" / "book.txt")
    half = len(book) // 2
    made = {
        "chats": tuple([of_chat(c, embedder, times=False) for c in side] for side in sides),
        "chats, times given": tuple([of_chat(c, embedder, times=True) for c in side] for side in sides),
        "book": tuple([strung(part, embedder)] for part in (book[:half], book[half:])),
    }
    for name in ("hotpotqa", "musique"):
        own = passages(data / "multihop" / f"{name}_train_corpus.json")
        made[name] = tuple([strung(part, embedder)] for part in (own[::2], own[1::2]))
    rows = records(data / "episodic" / "lifebench_lumingqiang")
    years = [[row for row in rows if (row[0].month <= 6) == first] for first in (True, False)]
    made["phone"] = tuple([of_records(year, embedder, times=False)] for year in years)
    made["phone, times given"] = tuple([of_records(year, embedder, times=True)] for year in years)
    return made


# --- what episodes are for --------------------------------------------------------------------


def contiguity(parts: Sequence[Labelled], found: Sequence[Chat]) -> dict[str, dict[str, float]]:
    """Of questions with several evidence turns: how often two of them (and all) are in one episode.

    Beside it the same for as many chunks of equal length, whose mean length therefore is the same.
    """
    totals = {name: np.zeros(4) for name in ("graphmem", "equal length")}
    for part, chat in zip(parts, found, strict=True):
        place = {turn.id: t for t, turn in enumerate(chat.turns)}
        own, n = starts(part.steps), len(part.steps)
        for name, borders in (("graphmem", own), ("equal length", even(n, len(own)))):
            cuts = sorted(borders)
            for question in chat.questions:
                if len(question.gold) > 1:
                    at = [int(np.searchsorted(cuts, place[id], side="right")) for id in question.gold]
                    totals[name] += 1, len(set(at)) < len(at), len(set(at)) == 1, 0
            totals[name][3] += n / (len(borders) + 1) / len(parts)
    return {
        name: {
            "questions": int(asked),
            "two in one": round(two / asked, 4),
            "all in one": round(whole / asked, 4),
            "turns": round(turns, 1),
        }
        for name, (asked, two, whole, turns) in totals.items()
    }


def measure(data: Path, embedder: Embedder) -> dict[str, Any]:
    """All figures, by set and half."""
    begin = time.perf_counter()
    found = chats(data / "conversation" / "locomo_dev5.json")
    made = sets(data, found, embedder)
    sides = (found[::2], found[1::2])
    return {
        "sets": {
            name: {
                half: {
                    "steps": sum(len(part.steps) for part in parts),
                    "borders": sum(len(part.borders) for part in parts),
                    "methods": compared(parts),
                }
                for half, parts in zip(HALVES, both, strict=True)
            }
            for name, both in made.items()
        },
        "contiguity": {
            name: {half: contiguity(made[name][i], sides[i]) for i, half in enumerate(HALVES)}
            for name in ("chats", "chats, times given")
        },
        "seconds": round(time.perf_counter() - begin, 1),
    }


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segmentation", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    result = measure(options.data, SentenceEncoder())
    if options.json:
        print(json.dumps({"benchmark": "segmentation", **result}))
        return
    for name, halves in result["sets"].items():
        for half, own in halves.items():
            print(f"\n{name}, {half}: {own['steps']} steps, {own['borders']} borders")
            print(table(own["methods"]))
    for name, halves in result["contiguity"].items():
        for half, rows in halves.items():
            print(f"\n{name}, {half}: evidence turns that fall into one episode")
            print(table(rows))
    print(f"\n{result['seconds']} s")


if __name__ == "__main__":
    main(sys.argv[1:])
