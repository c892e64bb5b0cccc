"""What ``graphmem query --exact`` prints: the passages that hold a quote, with where it stands."""

from __future__ import annotations

from typing import Any

from graphmem.cli.options import out
from graphmem.retrieval.exact import Found, Quoted


def quoted_json(quoted: Quoted) -> dict[str, Any]:
    """What was found as JSON values; offsets are of the passage's text, and of the document's."""
    return {
        "quote": quoted.quote,
        "total": quoted.total,
        "scanned": quoted.scanned,
        "complete": quoted.complete,
        "found": [_found_json(one) for one in quoted.found],
    }


def _found_json(one: Found) -> dict[str, Any]:
    return {
        "text": one.passage.text,
        "namespace": one.document.namespace,
        "uri": one.document.uri,
        "title": one.document.title,
        "heading": one.passage.heading,
        "speaker": one.passage.speaker,
        "at": one.passage.at,
        "start": one.passage.start,
        "end": one.passage.end,
        "document": one.document.id,
        "passage": one.passage.id,
        "spans": [list(span) for span in one.spans],
        "in_document": [[one.passage.start + start, one.passage.start + end] for start, end in one.spans],
        "sentences": [
            {"id": each.id, "text": each.text, "start": each.start, "end": each.end} for each in one.sentences
        ],
    }


def print_quoted(quoted: Quoted, told: bool = False) -> None:
    """The passages with the quote in bold; ``told`` says of which namespace each is."""
    console = out()
    for rank, one in enumerate(quoted.found, start=1):
        places = ", ".join(
            f"{one.passage.start + start}-{one.passage.start + end}" for start, end in one.spans
        )
        named = [*([one.document.namespace] if told else []), one.document.uri, f"characters {places}"]
        console.print(f"{rank}. ", style="bold cyan", end="")
        console.print(" · ".join(named), style="dim")
        console.print("   ", end="")
        if one.passage.speaker:
            console.print(f"{one.passage.speaker}: ", style="bold", end="")
        at = 0
        for start, end in one.spans:
            console.print(one.passage.text[at:start], end="")
            console.print(one.passage.text[start:end], style="bold green", end="")
            at = end
        console.print(one.passage.text[at:] + "\n")
    if not quoted.found:
        console.print("No passage in this memory says that.")
    elif quoted.total > len(quoted.found):
        console.print(f"{quoted.total - len(quoted.found)} more: ask for them with -k", style="dim")
    if quoted.scanned:
        which = f"{'all' if quoted.complete else 'the first'} {quoted.scanned:,} passages"
        console.print(f"{which} were read one by one: no rare word is whole in the quote", style="dim")
    if not quoted.complete:
        console.print("there may be more: a longer quote and --words are looked up", style="yellow")
