"""``graphmem extract``: what is read out of a text, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Annotated, Any

import typer
from rich.console import Console

from graphmem.cli.options import JsonOption, out, parse_moment, print_json, talk
from graphmem.errors import MissingExtra, SourceError
from graphmem.ingest.chunking import chunk
from graphmem.ingest.dates import TimeExpression
from graphmem.ingest.findings import Finding, findings
from graphmem.ingest.language import ENGLISH, load
from graphmem.ingest.readers import read_content
from graphmem.ingest.sources import expand
from graphmem.ingest.sources import load as content_of
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.statements import Interval, Statement


def statement_json(statement: Statement) -> dict[str, Any]:
    """A statement as JSON values."""
    when = statement.when
    return {
        "subject": statement.subject.entity or statement.subject.text,
        "predicate": statement.predicate,
        "lemma": statement.lemma,
        "relation": statement.relation or None,
        "kind": "event" if statement.is_event else "fact",
        "participants": [
            {
                "role": one.role,
                "case": one.case or None,
                "text": one.text,
                "entity": one.entity or None,
                "start": one.start,
                "end": one.end,
            }
            for one in statement.participants
        ],
        "negated": statement.negated,
        "modality": statement.modality or None,
        "said_by": statement.said_by or None,
        "when": {"begin": when.begin, "end": when.end, "precision": when.precision, "timex": when.timex}
        if when
        else None,
        "confidence": statement.confidence,
        "start": statement.start,
        "end": statement.end,
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
    """What a sentence says as JSON values; offsets are those in its text, but for its own in the source."""
    start = finding.passage.start + finding.sentence.start
    return {
        "text": finding.sentence.text,
        "start": start,
        "end": start + len(finding.sentence.text),
        "reference": finding.reference,
        "speaker": finding.passage.speaker or None,
        "names": [
            {"name": one.name, "label": one.label, "start": one.start, "end": one.end, "of": one.of or None}
            for one in finding.mentions
        ],
        "dates": [date_json(date) for date in finding.dates],
        "statements": [statement_json(statement) for statement in finding.statements],
    }


def statement_line(statement: Statement) -> str:
    """A statement for people: subject | predicate | the rest, when it was, and what weakens it."""
    cells = (
        statement.subject.worded,
        statement.predicate,
        *(one.worded for one in statement.participants[1:]),
    )
    marks = (
        statement.relation,
        statement.when.text if statement.when else "",
        "denied" if statement.negated else "",
        statement.modality,
        f"says {statement.said_by}" if statement.said_by else "",
    )
    told = ", ".join(mark for mark in marks if mark)
    return " | ".join(" ".join(cell.split()) for cell in cells if cell) + (f"  ({told})" if told else "")


def date_line(date: TimeExpression, reference: datetime | None) -> str:
    """A time expression for people: its text, and what it most likely means."""
    best = date.best("past", reference)
    if best is None:
        return f"{date.text} = {date.timex}"
    if best.seconds is not None:
        return f"{date.text} = {best.seconds:,.0f} seconds"
    when = Interval(begin=best.begin, end=best.end, precision=date.precision, timex=best.timex)
    return f"{date.text} = {when.text}"


def print_finding(console: Console, finding: Finding) -> None:
    """What a sentence says, as text."""
    console.print(" ".join(finding.sentence.text.split()), style="bold", markup=False)
    for name in finding.mentions:
        full = f" = {name.of}" if name.of else ""
        console.print(f"  name  {name.name}{full}  [{name.label}]", markup=False)
    for date in finding.dates:
        console.print(f"  date  {date_line(date, finding.reference)}", markup=False)
    for statement in finding.statements:
        kind = "event" if statement.is_event else "fact "
        console.print(f"  {kind} {statement_line(statement)}", markup=False)


def told(paths: list[str], pipeline: str, now: datetime) -> Iterator[Finding | SourceError]:
    """What the sentences of the sources say; the error of a source that cannot be read in its place."""
    nlp = load(pipeline)
    for source in expand(paths):
        try:
            reading = read_content(content_of(source))
        except SourceError as error:
            yield error
        except MissingExtra as error:
            yield SourceError(source.uri, str(error))
        else:
            yield from findings(*chunk(reading, DEFAULT_NAMESPACE), nlp, now=now)


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
        failed = False
        read: list[dict[str, Any]] = []
        console = out()
        for found in told(paths, pipeline, reference):
            if isinstance(found, SourceError):
                talk.print(f"error: {found}", style="red", markup=False, soft_wrap=True)
                failed = True
            elif json:
                read.append(finding_json(found))
            else:
                print_finding(console, found)
        if json:
            print_json(read)
        if failed:
            raise typer.Exit(1)
