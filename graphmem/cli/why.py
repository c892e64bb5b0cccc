"""Why: what a recall tells of itself, as JSON and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import Console

from graphmem.explanation import Explanation
from graphmem.learning.weights import COUNTED, PARTS
from graphmem.ranking import Hit

_LEAST: Final = 0.005  # mass of a sentence that is told; JSON has them all
LEFT_OUT: Final[Mapping[str, str]] = {
    "untrusted": "their sources are not trusted",
    "retracted": "what they say was taken back",
    "later": "they came later than the moment that is asked for",
}
MEANING: Final[Mapping[str, str]] = {
    "walk": "mass of the walk",
    "sentence": "best sentence",
    "bridge": "answer to a bridge",
    "coverage": "what it adds to the hits before it",
    "cosine": "nearness",
    "beside": "what stands right beside it",
    "context": "words around it",
    "words": "words alike",
    "like": "words alike around it",
    "session": "words of its session",
    "time": "at the time asked about",
    "text": "what stands around it in its text",
    "related": "belongs to one of the best",
    "keys": "a line of it, or a question that it answers",
    "speaker": "the speaker is named",
    "asks": "it asks itself",
    "length": "length",
    "kind": "other kinds fit better",
    "trust": "trust in its source",
    "learned": "what was learned from feedback",
    "floor": "no score is below 0",
}
"""What the parts of a score are called for people; one that is not here is told by its name."""
FORM_MEANING: Final[Mapping[str, str]] = {
    "number": "says a number",
    "date": "says a time",
    "name": "says a new name",
    "I": "speaks of oneself",
    "you": "speaks to somebody",
    "long": "is long",
    "list": "lists",
    "cries": "has a !",
    "greets": "begins with a greeting",
    "past": "tells of the past",
    "same session": "in the session of a better one",
    "crowded": "with many better ones in its session",
    "next to": "next to a better one",
    "near to": "near to a better one",
}
"""What the forms of a passage are called for people."""


def explanation_json(of: Explanation) -> dict[str, Any]:
    """An explanation as JSON values."""
    return {
        "seeds": [
            {
                "kind": seed.kind,
                "id": seed.id,
                "text": seed.text,
                "words": seed.words,
                "mass": round(seed.mass, 4),
                "followed": seed.followed,
            }
            for seed in of.seeds
        ],
        "hops": [
            {
                "entity": hop.entity,
                "name": hop.name,
                "question": hop.question,
                "mass": round(hop.mass, 4),
                "passages": list(hop.passages),
            }
            for hop in of.hops
        ],
        "looked_at": of.looked_at,
        "scored": of.scored,
        "left_out": dict(of.left_out),
        "kind": of.kind,
        "learned": {part: round(value, 4) for part, value in of.learned.items()},
    }


def line(text: str) -> str:
    """A text in one line."""
    return " ".join(text.split())


def score_line(hit: Hit) -> str:
    """How a score came about: the sum of its parts, or their product."""
    if hit.passage.kind == "paragraph":
        return "score: " + " ".join(f"× {value:.2f} {_meant(name)}" for name, value in hit.shares.items())[2:]
    parts = (
        f"{'−' if value < 0 else '+'} {abs(value):.2f} {_meant(name)}"  # noqa: RUF001
        for name, value in hit.shares.items()
        if value
    )
    return "score: " + " ".join(parts).removeprefix("+ ")


def weights_line(learned: Mapping[str, float]) -> str:
    """What was learned in a line, most first: what counts more or less, what a form adds."""
    counted = {part: learned[part] for part in PARTS[:COUNTED] if part in learned}
    added = {part: learned[part] for part in PARTS[COUNTED:] if part in learned}
    told = sorted(
        (
            *((abs(value - 1.0), f"{_meant(part)} × {value:.2f}") for part, value in counted.items()),  # noqa: RUF001
            *((abs(value), f"{FORM_MEANING[part]} {value:+.2f}") for part, value in added.items()),
        ),
        key=lambda one: (-one[0], one[1]),
    )
    return ", ".join(text for size, text in told if size >= _LEAST)


def _meant(name: str) -> str:
    return MEANING.get(name, name)


def print_start(console: Console, reasons: Explanation) -> None:
    """Where the recall started, and what it asked next."""
    for told in _start(reasons):
        console.print(told, style="dim")


def _start(reasons: Explanation) -> Iterator[str]:
    entities = [seed for seed in reasons.seeds if seed.kind == "entity"]
    for seed in entities:
        said = f" by “{seed.words}”" if seed.words else ""
        stays = "" if seed.followed else ", in too many sentences to be followed"
        yield f"linked to: {line(seed.text)}{said} ({seed.mass:.2f} of the mass{stays})"
    for seed in reasons.seeds:
        if seed.kind == "sentence" and seed.mass >= _LEAST:
            yield f"starts at: {line(seed.text)} ({seed.mass:.2f})"
    for hop in reasons.hops:
        yield f"asked next: {line(hop.question)} (over {line(hop.name)}, {hop.mass:.2f})"
    if line_of_weights := weights_line(reasons.learned):
        yield f"learned of questions of the kind “{reasons.kind}”: {line_of_weights}"
    if reasons.scored:
        yield f"looked at {reasons.looked_at:,} sentences, scored {reasons.scored:,} passages"


def print_hit_why(console: Console, hit: Hit, reasons: Explanation | None = None) -> None:
    """Why a hit was found: its score, what each retriever says, whose question it answers, the way to it."""
    console.print("   " + score_line(hit), style="dim")
    console.print("   why: " + "  ".join(f"{k} {v:.2f}" for k, v in hit.parts.items()), style="dim")
    for hop in reasons.hops if reasons else ():
        if hit.passage.id in hop.passages:
            console.print(f"   answers: {line(hop.question)}", style="dim")
    for depth, step in enumerate(hit.path):
        mass = "" if step.kind == "question" else f"  ({step.weight:.3f})"
        console.print(f"   {'  ' * depth}→ {step.kind}: {line(step.text)}{mass}", style="dim")


def print_left_out(console: Console, left_out: Mapping[str, int]) -> None:
    """What filters took away."""
    for name, count in left_out.items():
        console.print(f"{count} left out: {LEFT_OUT.get(name, name)}", style="dim")
