"""Vector search from coarse to fine against all comparisons: ``python -m benchmarks.coarse``.

HCAM (Lampinen et al. 2021) compares a question with summaries of chunks, and in detail with what is inside
the best. Here a topic gathers passages, its key is the mean of their sentences' vectors, and every way of
grouping may make as many comparisons, a fifth of all, its keys counted. Beside topics stand: k-means over
sentences (an inverted file, IVF), k-means over passages, ten passages as they come, and random groups.

The sentences of the three multi-hop corpora are grown to as many as are asked for by copies whose vectors are
a little off, as ``benchmarks.population`` makes them: ``--sentences 0`` leaves them alone. All of it runs
over the arrays that both stores search; passages are ranked by their best sentence alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.datasets import DEFAULT_DATA, corpus, questions
from benchmarks.library import NOISE
from benchmarks.measures import table
from benchmarks.multihop import SETS
from graphmem.embedding import SentenceEncoder
from graphmem.ingest.sentences import split
from graphmem.reflection.board import LARGEST, NEAR
from graphmem.retrieval.asked import asked
from graphmem.retrieval.candidates import BY_TOPIC
from graphmem.retrieval.constants import BY_VECTOR
from graphmem.stores.adjacency import AdjacencyArrays, ByNode, Rows
from graphmem.stores.columns import Columns
from graphmem.stores.groups import Groups
from graphmem.stores.quantised import VectorMatrix, quantise
from graphmem.stores.tables import RECORD, Way
from graphmem.types import FloatArray

SENTENCES: Final = 100_000
CUT: Final = 10
ROUNDS: Final = 8  # of k-means
GATHERS, PART = 1, 2  # symbols of edges
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Vectors of sentences, the passage of each, and of questions; ``gold`` are passages."""

    vectors: FloatArray
    passages: Ints
    asked: FloatArray
    gold: list[list[int]]


def sample(data: Path, keep: Path) -> Sample:
    """The three corpora and their questions; encoded once, which takes minutes, and kept in a file."""
    texts: list[str] = []
    of: list[int] = []
    said: list[str] = []
    gold: list[list[int]] = []
    passages = 0
    for name, files in SETS.items():
        items = corpus(data / "multihop" / files[0])
        place = {item.uri: passages + number for number, item in enumerate(items)}
        for item in items:
            spans = split(item.text)
            texts += [f"{item.title}: {item.text[start:end]}" for start, end in spans]
            of += [place[item.uri]] * len(spans)
        for one in questions(data / "multihop" / files[1], name, items):
            said.append(asked(one.text))
            gold.append([place[uri] for uri in sorted(one.gold)])
        passages += len(items)
    file = keep / f"coarse-{len(texts)}.npz"
    if not file.exists():
        keep.mkdir(parents=True, exist_ok=True)
        encoder = SentenceEncoder()
        np.savez(file, texts=encoder.encode(texts).astype(np.float16), asked=encoder.encode(said))
    found = np.load(file)
    return Sample(found["texts"].astype(np.float32), np.array(of), found["asked"], gold)


def grown(one: Sample, sentences: int) -> Sample:
    """With copies whose vectors are a little off, of passages of their own, up to so many sentences."""
    draw = np.random.default_rng(0)
    vectors, passages = [one.vectors], [one.passages]
    count = int(one.passages.max()) + 1
    while sum(map(len, passages)) < sentences:
        near = one.vectors + draw.standard_normal(one.vectors.shape, dtype=np.float32) * NOISE
        vectors.append(near / np.linalg.norm(near, axis=1, keepdims=True))
        passages.append(one.passages + count * len(passages))
    size = max(sentences, len(one.passages))
    return Sample(np.concatenate(vectors)[:size], np.concatenate(passages)[:size], one.asked, one.gold)


def mean(rows: FloatArray, of: Ints, count: int) -> FloatArray:
    """Unit means of rows by group, shape (count, d)."""
    order = np.argsort(of, kind="stable")
    begins = np.flatnonzero(np.diff(of[order], prepend=-1))
    sums = np.zeros((count, rows.shape[1]), dtype=np.float32)
    sums[of[order][begins]] = np.add.reduceat(rows[order], begins, axis=0)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.where(norms > 0, norms, 1), dtype=np.float32)


def topics_of(passages: FloatArray) -> Ints:
    """Which topic each passage joins, in their order, by the rule of ``graphmem.reflection.board``."""
    means, sums = np.zeros_like(passages), np.zeros_like(passages)
    sizes = np.zeros(len(passages), dtype=np.int64)
    of, count = np.zeros(len(passages), dtype=np.int64), 0
    for number, vector in enumerate(passages):
        near = np.where(sizes[:count] < LARGEST, means[:count] @ vector, -1.0)
        best = int(near.argmax()) if count else 0
        if not count or near[best] < NEAR:
            best, count = count, count + 1
        of[number] = best
        sums[best] += vector
        sizes[best] += 1
        means[best] = sums[best] / sizes[best]
    return of


def k_means(rows: FloatArray, k: int) -> Ints:
    """Which of k clusters each row is of."""
    draw = np.random.default_rng(0)
    centres = rows[draw.choice(len(rows), k, replace=False)]
    of = np.zeros(len(rows), dtype=np.int64)
    for _ in range(ROUNDS):
        for start in range(0, len(rows), 8192):
            of[start : start + 8192] = (rows[start : start + 8192] @ centres.T).argmax(axis=1)
        found = mean(rows, of, k)
        centres = np.where(found.any(axis=1, keepdims=True), found, centres)
    return of


def groupings(one: Sample) -> dict[str, Callable[[], Ints]]:
    """By name, what gives the group of each sentence."""
    count = int(one.passages.max()) + 1
    whole = mean(one.vectors, one.passages, count)
    k = max(len(one.vectors) // 100, 8)
    draw = np.random.default_rng(0)
    return {
        "topics": lambda: topics_of(whole)[one.passages],
        "k-means of sentences (IVF)": lambda: k_means(one.vectors, k),
        "k-means of passages": lambda: k_means(whole, k)[one.passages],
        "ten passages in order": lambda: one.passages // 10,
        "random groups": lambda: draw.integers(0, k, len(one.vectors)),
    }


def arrays(one: Sample, of: Ints) -> tuple[VectorMatrix, Groups]:
    """Sentences and groups as the arrays of a store: each sentence is the only one of what is gathered."""
    size, count = len(of), int(of.max()) + 1
    matrix = VectorMatrix(one.vectors.shape[1])
    matrix.put((key + 1, row.tobytes()) for key, row in enumerate(quantise(one.vectors)))
    keys = np.arange(1, 2 * size + count + 1)
    rows = np.zeros(len(keys), dtype=RECORD)
    rows["key"], rows["namespace"] = keys, 1
    columns = Columns()
    columns.put(rows)
    ids, wholes = np.arange(1, size + 1), np.arange(size + 1, 2 * size + 1)
    near = np.concatenate((ids, 2 * size + 1 + of))
    far, kind = np.concatenate((wholes, wholes)), np.repeat([PART, GATHERS], size)
    edges = Rows(near, far, kind, np.ones(len(near), dtype=np.float32))
    back = Rows(edges.far, edges.near, edges.kind, edges.weight)
    ways: dict[Way, Rows] = {"out": edges, "in": back, "degree": edges}
    made = AdjacencyArrays({way: ByNode.sorted(of_way, len(columns)) for way, of_way in ways.items()})
    groups = Groups(GATHERS, PART, matrix.dimension)
    groups.follow(None, None, made, columns, matrix)  # type: ignore[arg-type]  # nothing is dirty: no table is read
    return matrix, groups


def measured(one: Sample, of: Ints, full: Sequence[Ints], whole_ms: float) -> dict[str, Any]:
    """What going by these groups costs and finds; ``full`` are the keys that a full search finds."""
    matrix, groups = arrays(one, of)
    mask = np.ones(2 * len(of) + int(of.max()) + 2, dtype=bool)
    mask[0] = False  # the key of free slots
    seen = matrix.seen(mask)
    view = groups.in_view(matrix, seen)
    least = max(BY_TOPIC.least, 4 * BY_VECTOR)
    compared, shares, tens, found, times = [], [], [], [], []
    for query, gold, best in zip(one.asked, one.gold, full, strict=True):
        begin = time.perf_counter()
        chosen = groups.choose(query, view, BY_TOPIC.share, least)
        slots = np.flatnonzero(seen) if chosen is None else chosen.slots
        keys, cosines = matrix.search_among(query, slots, BY_VECTOR)
        times.append((time.perf_counter() - begin) * 1000)
        compared.append(len(slots) + (0 if chosen is None else chosen.keys))
        shares.append(len(np.intersect1d(keys, best)) / len(best))
        ten = best[:CUT]
        tens.append(len(np.intersect1d(keys, ten)) / len(ten))
        found.append(recall(one, keys, cosines, gold))
    return {
        "groups": int(view.sizes.astype(bool).sum()),
        "compared": round(float(np.mean(compared))),
        "share": round(float(np.mean(compared)) / int(seen.sum()), 3),
        f"R@{CUT}": round(float(np.mean(found)), 4),
        f"of the best {BY_VECTOR}": round(float(np.mean(shares)), 3),
        f"of the best {CUT}": round(float(np.mean(tens)), 3),
        "ms_p50": round(float(np.median(times)), 2),
        "time_over_full": round(float(np.median(times)) / whole_ms, 2),
    }


def recall(one: Sample, keys: Ints, cosines: NDArray[np.float64], gold: Sequence[int]) -> float:
    """Share of the gold passages among the first, each counted once, at the place of its best sentence."""
    order = np.argsort(-cosines, kind="stable")
    ranked = list(dict.fromkeys(one.passages[keys[order] - 1].tolist()))[:CUT]
    return sum(passage in ranked for passage in gold) / max(len(gold), 1)


def in_full(one: Sample) -> tuple[list[Ints], dict[str, Any]]:
    """The keys that a full search finds, best first, and what it costs."""
    matrix, _ = arrays(one, np.zeros(len(one.vectors), dtype=np.int64))
    slots = np.arange(len(one.vectors))
    best, found, times = [], [], []
    for query, gold in zip(one.asked, one.gold, strict=True):
        begin = time.perf_counter()
        keys, cosines = matrix.search_among(query, slots, BY_VECTOR)
        times.append((time.perf_counter() - begin) * 1000)
        best.append(keys[np.argsort(-cosines, kind="stable")])
        found.append(recall(one, keys, cosines, gold))
    row = {"compared": len(slots), "share": 1.0, f"R@{CUT}": round(float(np.mean(found)), 4)}
    return best, row | {"ms_p50": round(float(np.median(times)), 2), "time_over_full": 1.0}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coarse", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="at least those of the corpora")
    parser.add_argument("--keep", type=Path, default=Path("kept"), help="folder of the vectors, used again")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args()
    begin = time.perf_counter()
    one = grown(sample(options.data, options.keep), options.sentences)
    best, row = in_full(one)
    rows = {"full": row}
    for name, of in groupings(one).items():
        rows[name] = measured(one, of(), best, row["ms_p50"])
    told = {
        "sentences": len(one.vectors),
        "passages": int(one.passages.max()) + 1,
        "questions": len(one.asked),
        "seconds": round(time.perf_counter() - begin),
    }
    if options.json:
        print(json.dumps({"benchmark": "coarse", **told, "rows": rows}))
    else:
        print(", ".join(f"{name} {value:,}" for name, value in told.items()))
        print(table(rows))


if __name__ == "__main__":
    main()
