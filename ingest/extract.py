"""``graphmem extract``: what is read out of a text, without writing anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Annotated, Any

import typer
from rich.console import Console

from graphmem.cli.options import JsonOption, out, parse_moment, print_json
from graphmem.ingest.dates import TimeExpression
from graphmem.ingest.facts import Extracted
from graphmem.ingest.findings import Finding, findings
from graphmem.ingest.language import ENGLISH, load
from graphmem.ingest.readers import read_content
from graphmem.ingest.sources import expand
from graphmem.ingest.sources import load as content_of


def fact_json(fact: Extracted) -> dict[str, Any]:
    """A fact as JSON values."""
    said = fact.attribution
    return {
        "subject": fact.subject.text,
        "predicate": fact.predicate,
        "lemma": fact.lemma,
        "arguments": [{"role": one.role, "text": one.text} for one in fact.arguments],
        "negated": fact.negated,
        "modality": fact.modality,
        "said_by": (said.speaker.text if said.speaker else None) if said else None,
        "confidence": round(fact.confidence, 3),
        "start": fact.evidence[0],
        "end": fact.evidence[1],
    }


def date_json(date: TimeExpression) -> dict[str, Any]:
    """A time expression as JSON values."""
    return {
        "text": date.text,
        "kind": date.kind,
        "timex": date.timex,
        "precision": date.precision,
        "modifier": date.modifier,
        "start": date.start,
        "end": date.end,
        "candidates": [
            {"timex": one.timex, "begin": one.begin, "end": one.end, "seconds": one.seconds}
            for one in date.candidates
        ],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """What a sentence says as JSON values; offsets are those in its text."""
    return {
        "text": finding.text,
        "start": finding.start,
        "end": finding.end,
        "reference": finding.reference,
        "speaker": finding.speaker,
        "names": [
            {"name": one.name, "label": one.label, "start": one.start, "end": one.end}
            for one in finding.names
        ],
        "dates": [date_json(date) for date in finding.dates],
        "facts": [fact_json(fact) for fact in finding.facts],
    }


def fact_line(fact: Extracted) -> str:
    """A fact for people: subject | predicate | arguments, and what weakens it."""
    cells = (fact.subject.text, fact.predicate, *(one.text for one in fact.arguments))
    said = fact.attribution.speaker.text if fact.attribution and fact.attribution.speaker else ""
    marks = ("denied" if fact.negated else "", fact.modality, f"says {said}" if said else "")
    told = ", ".join(mark for mark in marks if mark)
    return " | ".join(" ".join(cell.split()) for cell in cells) + (f"  ({told})" if told else "")


def date_line(date: TimeExpression, reference: datetime) -> str:
    """A time expression for people: its text, and what it most likely means."""
    best = date.best("past", reference)
    if best is None:
        return f"{date.text} = {date.timex}"
    if best.seconds is not None:
        return f"{date.text} = {best.seconds:,.0f} seconds"
    begin, end = (moment.isoformat(" ", "minutes") if moment else "…" for moment in (best.begin, best.end))
    return f"{date.text} = {begin} to {end}"


def print_finding(console: Console, finding: Finding) -> None:
    """What a sentence says, as text."""
    console.print(" ".join(finding.text.split()), style="bold")
    for name in finding.names:
        console.print(f"  name  {name.name}  [{name.label}]")
    for date in finding.dates:
        console.print(f"  date  {date_line(date, finding.reference)}")
    for fact in finding.facts:
        console.print(f"  fact  {fact_line(fact)}")


def told(paths: list[str], pipeline: str, now: datetime) -> Iterable[Finding]:
    """What the sentences of the sources say."""
    nlp = load(pipeline)
    for source in expand(paths):
        yield from findings(read_content(content_of(source)), nlp, now)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def extract(
        paths: Annotated[list[str], typer.Argument(help="Files, folders, patterns; - is stdin.")],
        pipeline: Annotated[
            str, typer.Option(help="A spaCy pipeline: the bundled one, or an installed package.")
        ] = ENGLISH,
        now: Annotated[
            str | None, typer.Option(help="What undated sources count from (ISO date); now if left out.")
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """Show what is read out of a text: names, dates, facts. Nothing is written.

        Facts and names of kinds come from a spaCy pipeline; dates count from the date of the
        turn, the record or the document.
        """
        reference = parse_moment(now) or datetime.now(timezone.utc)
        found = told(paths, pipeline, reference)
        if json:
            print_json([finding_json(finding) for finding in found])
            return
        console = out()
        for finding in found:
            print_finding(console, finding)
