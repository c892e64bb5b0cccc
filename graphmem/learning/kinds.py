"""The kind of a question, by its form alone: what decides which parts of a score tell an answer."""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal["when", "how many", "open", "several", "how", "one"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""When it was; how many; what may be, or whether; which ones there are; how or why; which one, or who."""

_RULES: Final[tuple[tuple[Kind, str], ...]] = (
    ("when", r"^when\b|^(?:(?:in|on) )?(?:what|which) (?:day|date|month|year|time)\b|^how long"),
    ("how many", r"^how (?:many|much|often|old)\b|\bnumber of\b"),
    (
        "open",
        r"^(?:is|are|was|were|do|does|did|has|have|can|will|should)\b|\b(?:likely|might|would|could)\b",
    ),
    (
        "several",
        r"^(?:what|which) (?:\w+ ){0,3}?(?!(?:is|was|does|has|his|this|its)\b)\w{3,}[^\Wsu]s\b (?!of\b)"
        r"|\bnames of\b|\bboth\b|^what (?:all|else)\b|\bways\b|\b(?:kinds|types) of\b|\bin common\b",
    ),
    ("how", r"^(?:how|why)\b"),
)


def kind_of(question: str) -> Kind:
    """The kind of a question, the first whose form it has; of none, it asks for one thing.

    >>> kind_of("When did she move?"), kind_of("Which cities has she been to?"), kind_of("Who is Bo?")
    ('when', 'several', 'one')
    """
    text = question.lower().strip()
    return next((kind for kind, rule in _RULES if re.search(rule, text)), "one")
