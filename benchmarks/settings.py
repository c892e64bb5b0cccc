"""Settings of recall: each constant halved and doubled, and each retriever taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from graphmem.retrieval import constants

PARAGRAPHS: Final = ("2wiki", "hotpot", "musique", "epbench")
PASSING: Final = ("locomo", "epbench", "lifebench")
EVERY: Final = ("2wiki", "hotpot", "musique", "locomo", "epbench", "lifebench")
# Which sets a part of the constants can touch. Turns and records are not scored by the walk; a passage of the
# multi-hop sets is a text of its own, with nothing around it; LifeBench alone has records and turns. A test
# holds it: nothing else changes a ranking there. What orders nothing is not asked, nor is what notes do:
# these memories have none (``benchmarks.reflection`` asks with and without).
TOUCHED: Final[Mapping[str, tuple[str, ...]]] = {
    "candidates": EVERY,
    "linking": PARAGRAPHS,
    "subgraph": PARAGRAPHS,
    "walk": PARAGRAPHS,
    "second hop": PARAGRAPHS,
    "third hop": PARAGRAPHS,
    "paragraphs": PARAGRAPHS,
    "long texts": ("epbench",),
    "surroundings": PASSING,
    "turns": PASSING,
    "notes": (),
    "taught": (),
    "context": PASSING,
    "likeness": PASSING,
    "time": PASSING,
    "kinds": ("lifebench",),
    "duplicates": EVERY,
    "ties": EVERY,
    "confidence": (),
    "why": (),
}
SHARES: Final = frozenset(
    """DAMPING SEED_SHARE OUTSIDE_QUANTILE AROUND CONTEXT_BACK CONTEXT_FORWARD CONTEXT_ASKED B_SESSION
    LINK_NAMED LIKE_BACK LIKE_FORWARD LIKE_ASKED""".split()
)
"""Shares of a whole: doubled they are 1 at most."""
FACTORS: Final = {"halved": 0.5, "doubled": 2.0}
_PART: Final = re.compile(r"# --- ([a-z ]+): ")
_CONSTANT: Final = re.compile(r"([A-Z_]+): Final = ")


@dataclass(frozen=True, slots=True)
class Setting:
    """Constants that are set otherwise, and the sets that this may touch; ``blind`` without the encoder."""

    name: str
    constants: Mapping[str, float]
    sets: tuple[str, ...]
    blind: bool = False


AS_IT_IS: Final = Setting("as it is", {}, EVERY)
# A text of so many passages does not exist.
_NEVER: Final = 10**9
WITHOUT: Final = tuple(
    Setting(f"without {name}", values, sets, name == "the encoder")
    for name, values, sets in (
        ("keyword search", {"BY_KEYWORD": 0, "OF_WORD": 0}, EVERY),
        ("vector search", {"BY_VECTOR": 0}, EVERY),
        ("the encoder", {"BY_VECTOR": 0}, EVERY),
        ("names of the question", {"LONGEST_NAME": 0}, PARAGRAPHS),
        ("the walk", {"LOOK": 0, "STEPS": 0, "EXPANDED": 0}, PARAGRAPHS),
        ("titles", {"DEFINITION": 0.0}, PARAGRAPHS),
        ("the second hop", {"BRIDGES_AMONG": 0}, PARAGRAPHS),
        ("the third hop", {"CHAINS_AMONG": 0}, PARAGRAPHS),
        ("the best sentence", {"EVIDENCE": 0.0}, PARAGRAPHS),
        ("coverage", {"COVERING": 0}, PARAGRAPHS),
        ("links of the first hits", {"LINK": 0.0}, PARAGRAPHS),
        ("what is around in a text", {"LONG_TEXT": _NEVER}, ("epbench",)),
        ("surroundings", {"REACH": 0, "LIKE_REACH": 0, "BESIDE": 0.0}, PASSING),
        ("context", {"CONTEXT": 0.0}, PASSING),
        ("likeness", {"LIKE": 0.0, "LIKE_CONTEXT": 0.0}, PASSING),
        ("the session", {"SESSION": 0.0}, PASSING),
        ("time", {"TIME": 0.0, "IN_TIME": 0}, PASSING),
        ("the speaker", {"SPEAKER": 0.0}, PASSING),
        ("asking counted", {"ASKS": 0.0}, PASSING),
        ("length counted", {"LENGTH": 0.0}, PASSING),
    )
)


def parts() -> dict[str, dict[str, float]]:
    """The constants and their values by the part of ``graphmem.retrieval.constants`` in which they stand."""
    found: dict[str, dict[str, float]] = {}
    own: dict[str, float] = {}
    for line in Path(constants.__file__).read_text("utf-8").splitlines():
        if match := _PART.match(line):
            own = found.setdefault(match[1], {})
        elif match := _CONSTANT.match(line):
            own[match[1]] = getattr(constants, match[1])
    return found


def scaled(name: str, value: float, factor: float) -> float:
    """A constant times a factor: a count stays one, and at least 1; a share is 1 at most."""
    if isinstance(value, int):
        return max(1, round(value * factor))
    return min(value * factor, 1.0) if name in SHARES else value * factor


def steered() -> Iterator[Setting]:
    """Each constant that can order something halved and doubled, if that changes it."""
    for part, own in parts().items():
        for name, value in own.items():
            for word, factor in FACTORS.items():
                if TOUCHED[part] and (new := scaled(name, value, factor)) != value:
                    yield Setting(f"{name} {word}", {name: new}, TOUCHED[part])


@contextmanager
def applied(setting: Setting) -> Iterator[None]:
    """Recall with these constants, and as it was thereafter."""
    before = {name: getattr(constants, name) for name in setting.constants}
    try:
        for name, value in setting.constants.items():
            setattr(constants, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(constants, name, value)
