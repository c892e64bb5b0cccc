"""A recall as a picture: the question, what it started from, the ways over names and sentences to the hits.

Columns go from the question to the passages; a layered drawing (Sugiyama, Tagawa & Toda 1981) in which the
places of those that lead to a node say where it stands in its column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from graphmem.cli.why import LEFT_OUT, line, score_line
from graphmem.explanation import Explanation, Hop, Seed
from graphmem.page import html, shown, worded
from graphmem.ranking import Hit, Ranking

WIDTH: Final = 190  # of a node, in pixels
HEIGHT: Final = 86
ACROSS: Final = 50  # between columns
BELOW: Final = 14  # between nodes
THICKEST: Final = 8.0  # line, of the mass 1
_QUESTION: Final = "question"
Kind = Literal["question", "entity", "sentence", "passage"]


@dataclass(slots=True)
class Node:
    """What is drawn in one place; ``hits`` are the ranks of those whose way goes over it."""

    kind: Kind
    text: str
    told: str
    column: int
    asked: str = ""
    hits: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Drawing:
    """Nodes by id; lines by their two ends, with their mass and the hits whose way goes over them."""

    nodes: dict[str, Node] = field(default_factory=dict)
    lines: dict[tuple[str, str], tuple[float, set[int]]] = field(default_factory=dict)

    def add(self, id: str, node: Node, rank: int | None = None) -> None:
        """A node, or once more one that is there: it stands as early as it can."""
        known = self.nodes.setdefault(id, node)
        known.column = min(known.column, node.column)
        if rank is not None:
            known.hits.add(rank)

    def join(self, one: str, other: str, mass: float, rank: int | None = None) -> None:
        """A line, as thick as the greatest mass that is told of it."""
        before, hits = self.lines.get((one, other), (0.0, set()))
        self.lines[one, other] = (max(before, mass), hits | (set() if rank is None else {rank}))


def drawing(ranking: Ranking) -> Drawing:
    """What is drawn of a ranking: linked entities, each hit's way, and the bridges that it answers."""
    reasons = ranking.explanation or Explanation()
    drawn = Drawing()
    drawn.add(_QUESTION, Node("question", ranking.query.text, "", 0))
    for seed in reasons.seeds:
        if seed.kind == "entity":
            drawn.add(seed.id, Node("entity", seed.text, _seed(seed), 1))
            drawn.join(_QUESTION, seed.id, seed.mass)
    for rank, hit in enumerate(ranking, start=1):
        _way(drawn, rank, hit)
    for hop in reasons.hops:
        for rank, hit in enumerate(ranking, start=1):
            if hit.passage.id in hop.passages:
                _bridge(drawn, hop, rank, hit)
    last = max(node.column for node in drawn.nodes.values() if node.kind != "passage") + 1
    for node in drawn.nodes.values():
        if node.kind == "passage":
            node.column = last
    return drawn


def _bridge(drawn: Drawing, hop: Hop, rank: int, hit: Hit) -> None:
    """The name of the second hop whose question a hit answers, also where the hit's way goes past it."""
    known = drawn.nodes.get(hop.entity)
    if known is None:
        drawn.join(_QUESTION, hop.entity, hop.mass, rank)
        known = Node("entity", hop.name, f"bridge · {hop.mass:.2f} of the heaviest", 2)
    drawn.add(hop.entity, known, rank)
    known.asked = hop.question
    if (hop.entity, hit.evidence.id) not in drawn.lines:
        drawn.join(hop.entity, _passage(hit), hop.mass, rank)


def _passage(hit: Hit) -> str:
    return f"{hit.passage.id}:hit"


def _seed(seed: Seed) -> str:
    said = f"by “{seed.words}” · " if seed.words else ""
    return f"{said}{seed.mass:.2f} of the mass" + ("" if seed.followed else " · not followed")


def _way(drawn: Drawing, rank: int, hit: Hit) -> None:
    """The steps of a hit's path, and at their end its passage."""
    drawn.nodes[_QUESTION].hits.add(rank)
    before = _QUESTION
    for depth, step in enumerate(hit.path[1:], start=1):
        kind: Kind = "entity" if step.kind == "entity" else "sentence"
        drawn.add(step.id, Node(kind, step.text, f"mass {step.weight:.3f}", depth), rank)
        drawn.join(before, step.id, step.weight, rank)
        before = step.id
    told = f"{rank}. · score {hit.score:.2f}"
    drawn.add(_passage(hit), Node("passage", hit.document.uri, told, len(hit.path)), rank)
    drawn.join(before, _passage(hit), hit.score, rank)


def _places(drawn: Drawing) -> dict[str, tuple[int, int]]:
    """Where each node's upper left corner is: columns in order, each by the mean of what leads to it."""
    columns: dict[int, list[str]] = {}
    for id, node in drawn.nodes.items():
        columns.setdefault(node.column, []).append(id)
    tallest = max(map(len, columns.values()))
    places: dict[str, tuple[int, int]] = {}
    for place, column in enumerate(sorted(columns)):
        ids = columns[column]

        def mean(id: str) -> float:
            before = [places[one][1] for one, other in drawn.lines if other == id and one in places]
            return sum(before) / len(before) if before else 0.0

        if drawn.nodes[ids[0]].kind != "passage":  # these stand by their rank
            ids = sorted(ids, key=mean)
        top = (tallest - len(ids)) * (HEIGHT + BELOW) // 2
        for row, id in enumerate(ids):
            places[id] = (place * (WIDTH + ACROSS), top + row * (HEIGHT + BELOW))
    return places


def svg(drawn: Drawing) -> Iterator[str]:
    """The drawing."""
    places = _places(drawn)
    width = max(x for x, _ in places.values()) + WIDTH + 4
    height = max(y for _, y in places.values()) + HEIGHT + 4
    size = f'width="{width}" height="{height}" viewBox="-2 -2 {width} {height}"'
    yield f'<svg {size} role="group" aria-label="Ways">'
    for (one, other), (mass, hits) in drawn.lines.items():
        (x, y), (to_x, to_y) = places[one], places[other]
        y, to_y = y + HEIGHT // 2, to_y + HEIGHT // 2
        x, bend = x + WIDTH, ACROSS // 2
        if to_x < x:  # backwards, or within a column
            to_x, bend = to_x + WIDTH, 2 * ACROSS // 3
            curve = f"M{x},{y} C{x + bend},{y} {to_x + bend},{to_y} {to_x},{to_y}"
        else:
            curve = f"M{x},{y} C{x + bend},{y} {to_x - bend},{to_y} {to_x},{to_y}"
        thick = 1 + (THICKEST - 1) * min(max(mass, 0.0), 1.0)
        yield f'<path d="{curve}" stroke-width="{thick:.1f}" data-hits="{_ranks(hits)}"></path>'
    for id, node in drawn.nodes.items():
        place = f'x="{places[id][0]}" y="{places[id][1]}" width="{WIDTH}" height="{HEIGHT}"'
        yield f"<foreignObject {place}>{_card(node)}</foreignObject>"
    yield "</svg>"


def _ranks(hits: Iterable[int]) -> str:
    return " ".join(map(str, sorted(hits)))


def _card(node: Node) -> str:
    asked = f'<span class="asked">asked: {worded(node.asked)}</span>' if node.asked else ""
    whole = " ".join(filter(None, (line(node.text), node.told, node.asked and f"asked: {line(node.asked)}")))
    return (
        f'<button type="button" class="node is-{node.kind}" data-hits="{_ranks(node.hits)}"'
        f' title="{shown(whole)}">'
        f'<span class="text">{worded(node.text)}</span>{asked}<small>{shown(node.told)}</small></button>'
    )


def _start(reasons: Explanation) -> Iterator[str]:
    """Where it started and what was asked in the second hop, as tables."""
    if reasons.seeds:
        yield "<section><h2>Where it started</h2><table>"
        yield "<tr><th>seed</th><th>mass</th></tr>"
        for seed in reasons.seeds:
            words = f" by “{worded(seed.words)}”" if seed.words else ""
            name = f"<b>{worded(seed.text)}</b>" if seed.kind == "entity" else worded(seed.text)
            yield f"<tr><td>{name}{words}</td>{_bar(seed.mass)}</tr>"
        yield "</table></section>"
    if reasons.hops:
        yield "<section><h2>Second hop</h2><table><tr><th>over</th><th>asked</th><th>mass</th></tr>"
        for hop in reasons.hops:
            yield f"<tr><td>{worded(hop.name)}</td><td>{worded(hop.question)}</td>{_bar(hop.mass)}</tr>"
        yield "</table></section>"


def _bar(share: float) -> str:
    """A cell with a share of 1 and a bar as long."""
    length = 100 * min(max(share, 0.0), 1.0)
    return (
        f'<td class="number">{share:.2f}<svg class="bar" width="100" height="6" aria-hidden="true">'
        f'<rect width="{length:.1f}" height="6"></rect></svg></td>'
    )


def _hit(rank: int, hit: Hit) -> Iterator[str]:
    """A passage with its evidence marked, and what made its score."""
    before, found, after = hit.passage.text.partition(hit.evidence.text)
    speaker = f"<b>{worded(hit.passage.speaker)}:</b> " if hit.passage.speaker else ""
    source = f"{rank}. {worded(hit.document.uri)} <small>{hit.score:.2f}</small>"
    yield f'<li id="hit-{rank}" data-hits="{rank}"><h3>{source}</h3>'
    yield f'<p dir="auto">{speaker}{shown(before)}<mark>{shown(found)}</mark>{shown(after)}</p>'
    yield f'<p class="score">{shown(score_line(hit))}</p>'
    for told in hit.stale:
        yield f'<p class="stale">no longer: {worded(told)}</p>'
    yield "</li>"


def _left_out(counts: Mapping[str, int]) -> str:
    rows = "".join(
        f"<li>{count} left out: {shown(LEFT_OUT.get(name, name))}</li>" for name, count in counts.items()
    )
    return f"<section><h2>Left out</h2><ul>{rows}</ul></section>" if rows else ""


def page(ranking: Ranking) -> str:
    """The page of a ranking that has an explanation; UTF-8."""
    reasons = ranking.explanation or Explanation()
    told = (
        f"{len(ranking)} passages, of {reasons.scored:,} that were scored; "
        f"{reasons.looked_at:,} sentences were looked at"
    )
    hits = "".join(part for rank, hit in enumerate(ranking, start=1) for part in _hit(rank, hit))
    found = f'<ol class="hits">{hits}</ol>' if hits else "<p>Nothing in this memory covers the question.</p>"
    return html(
        f"{line(ranking.query.text)} — why graphmem found it",
        [
            f"<header><h1>{worded(ranking.query.text)}</h1>",
            f"<p>{told}. Point at a node to follow its ways.</p></header>",
            f'<div class="ways" tabindex="0">{"".join(svg(drawing(ranking)))}</div>' if hits else "",
            f'<div class="layout"><main><h2>Passages</h2>{found}{_left_out(reasons.left_out)}</main>',
            f"<aside>{''.join(_start(reasons))}</aside></div>",
        ],
        by="query",
        package="graphmem.cli",
        name="picture",
    )
