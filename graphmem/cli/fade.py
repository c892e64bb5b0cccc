"""``graphmem fade``: put to sleep, or archive, what is worth least."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from graphmem.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_moment,
    parse_span,
    print_json,
)
from graphmem.errors import InputError
from graphmem.fading import Faded
from graphmem.fading.dormancy import To
from graphmem.memory import DEFAULT_NAMESPACE

SHOWN: Final = 10
"""Passages that are told to people, those of least worth."""
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")
_WIDE: Final = 70

AtOption = Annotated[str | None, typer.Option("--at", help="Judge as of then (ISO date); now if left out.")]


def parse_share(text: str | None) -> float | None:
    """A share from "20%" or "0.2".

    Raises:
        InputError: it is none.
    """
    if text is None:
        return None
    found = _SHARE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text!r} is no share: write 20% or 0.2")
    return float(found[1]) / (100 if found[2] else 1)


def parse_to(text: str) -> To:
    """The state that passages fade to.

    Raises:
        InputError: there is no such state.
    """
    if text == "dormant":
        return "dormant"
    if text == "archived":
        return "archived"
    raise InputError(f"{text!r} is no state that passages fade to: write dormant or archived")


def faded_json(faded: Faded) -> dict[str, Any]:
    """What a fading comes to, as JSON values."""
    gone = [asdict(one) | {"value": round(one.value, 4)} for one in faded.gone]
    commit = faded.commit.id if faded.commit else None
    counts = {"passages": list(faded.passages), "sentences": list(faded.sentences)}
    told = {"asked": faded.asked, "to": faded.to, "at": faded.at, "pinned": dict(faded.pinned)}
    return {**told, **counts, "gone": gone, "commit": commit}


def why(parts: dict[str, float]) -> str:
    """The parts of a value that count, those that count most first."""
    counted = sorted(parts.items(), key=lambda row: -abs(row[1]))
    return ", ".join(f"{name} {part:+.2f}" for name, part in counted if abs(part) >= 0.005)


def lines(faded: Faded, dry: bool) -> Iterator[str]:
    """What a fading comes to, for people."""
    verb = {"dormant": "put to sleep", "archived": "archived"}[faded.to]
    would = "would be " if dry else ""
    yield f"{faded.asked}: {len(faded.gone):,} passages {would}{verb}"
    for name, (before, after) in (("passages", faded.passages), ("sentences", faded.sentences)):
        yield f"  {name} awake: {before:,}, then {after:,}"
    yield from (f"  never forgotten: {n:,}, {reason}" for reason, n in faded.pinned.items())
    for one in faded.gone[:SHOWN]:
        text = " ".join(one.text.split())
        yield f"  {one.value:5.2f}  {one.uri}: {text[:_WIDE]}{'…' if len(text) > _WIDE else ''}"
        yield f"         {one.layer} layer, {one.retention:.0%} left; {why(dict(one.parts))}"
    if len(faded.gone) > SHOWN:
        yield f"  … and {len(faded.gone) - SHOWN:,} more that are worth more: --json tells all"
    if faded.commit:
        yield f"commit {faded.commit.id[:10]}; to bring it back: graphmem undo {faded.commit.id[:10]}"
    elif faded.gone:
        yield "nothing was written: leave out --dry-run to do it"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def fade(
        keep: Annotated[
            str | None, typer.Option("--keep", help="The share of all passages that stays awake: 20%.")
        ] = None,
        most: Annotated[
            int | None, typer.Option("--max-sentences", help="How many sentences stay awake at most.")
        ] = None,
        older_than: Annotated[
            str | None,
            typer.Option("--older-than", help="Only what nobody told or used for so long: 90d, 12w, 1y."),
        ] = None,
        to: Annotated[
            str,
            typer.Option("--to", help="What they become: dormant, or archived (in the history alone)."),
        ] = "dormant",
        at: AtOption = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go, and why.")] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        json: JsonOption = False,
    ) -> None:
        """Put to sleep what is worth least; with no budget, that of which next to nothing is left."""
        with opened(store, namespace, create=False) as memory:
            faded = memory.fade(
                keep=parse_share(keep),
                most=most,
                older_than=parse_span(older_than) if older_than else None,
                to=parse_to(to),
                at=parse_moment(at),
                dry_run=dry_run,
            )
        if json:
            print_json(faded_json(faded))
            return
        for line in lines(faded, dry_run):
            out().print(line, markup=False)
