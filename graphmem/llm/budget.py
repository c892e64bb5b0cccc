"""What a model may cost: tokens and money, counted as answers come in, over threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from graphmem.errors import InputError

CHARACTERS_A_TOKEN: Final = 4
"""Of English text, as a rule of thumb; used where a model does not say what it used."""
_MILLION: Final = 1_000_000


def estimated(characters: int) -> int:
    """About how many tokens a text of so many characters is."""
    return -(-characters // CHARACTERS_A_TOKEN)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, or of several; ``estimated`` where a part of them was not told by the model."""

    input: int = 0
    output: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        """Both together."""
        return Usage(self.input + other.input, self.output + other.output, self.estimated or other.estimated)

    @property
    def tokens(self) -> int:
        """Those that were sent and those that were answered."""
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in any currency."""

    input: float
    output: float

    def of(self, usage: Usage) -> float:
        """What so many tokens cost."""
        return (usage.input * self.input + usage.output * self.output) / _MILLION


@dataclass(slots=True)
class Budget:
    """At most so many tokens, and so much money; None is no limit.

    A call is paid for beforehand by its estimate and settled by what it used, so that calls that run at the
    same time do not spend the same tokens. Only the length of an answer that nobody knows beforehand can
    go beyond the limit, and that by at most one answer for each call that runs.

    Raises:
        InputError: a limit is negative, or money is limited without a price.
    """

    tokens: int | None = None
    money: float | None = None
    price: Price | None = None
    spent: Usage = field(default_factory=Usage)
    calls: int = 0
    _held: Usage = field(default_factory=Usage, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Limits that mean something."""
        if self.money is not None and self.price is None:
            raise InputError("a limit in money needs the prices of a million tokens, sent and answered")
        if any(limit is not None and limit < 0 for limit in (self.tokens, self.money)):
            raise InputError("a budget cannot be negative")
        if self.price is not None and min(self.price.input, self.price.output) < 0:
            raise InputError("a price cannot be negative")

    @property
    def cost(self) -> float | None:
        """What was spent in money; None without a price."""
        return self.price.of(self.spent) if self.price else None

    def take(self, characters: int) -> Usage | None:
        """Hold what a call with so long a prompt will use at least; None if that is more than is left.

        Its answer is expected to be as long as those before it.
        """
        with self._lock:
            expected = self.spent.output // self.calls if self.calls else 0
            held = Usage(estimated(characters), expected)
            after = self.spent + self._held + held
            if self.tokens is not None and after.tokens > self.tokens:
                return None
            if self.money is not None and self.price is not None and self.price.of(after) > self.money:
                return None
            self._held += held
            return held

    def settle(self, held: Usage, used: Usage | None) -> None:
        """Count what a call used, for which so much was held; None if it used nothing."""
        with self._lock:
            self._held = Usage(self._held.input - held.input, self._held.output - held.output)
            if used is not None:
                self.spent += used
                self.calls += 1

    def json(self) -> dict[str, Any]:
        """What was spent, as JSON values."""
        return {
            "calls": self.calls,
            "input_tokens": self.spent.input,
            "output_tokens": self.spent.output,
            "tokens_estimated": self.spent.estimated,
            "cost": self.cost,
        }

    def line(self) -> str:
        """What was spent, for people."""
        about = "about " if self.spent.estimated else ""
        cost = "" if self.cost is None else f", cost {about}{self.cost:.4f}"
        return f"tokens: {about}{self.spent.input:,} sent, {self.spent.output:,} answered{cost}"
