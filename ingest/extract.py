"""``graphmem extract``: what is read out of a text, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from graphmem.cli.llm import LlmBudgetOption, LlmPriceOption, NoLlmCacheOption
from graphmem.cli.options import JsonOption, out, parse_moment, print_json, show_page, talk
from graphmem.dates import TimeExpression
from graphmem.errors import MissingExtra, SourceError
from graphmem.ingest import visual
from graphmem.ingest.chunking import chunk
from graphmem.ingest.facts.options import RelationsOption
from graphmem.ingest.findings import Extract, Finding, findings, meaning
from graphmem.ingest.language import ENGLISH, load, named
from graphmem.ingest.llm import Extractor
from graphmem.ingest.llm.joining import extract_with
from graphmem.ingest.llm.options import LlmOption, LlmRelationsOption, extractor_of, told_at_the_end
from graphmem.ingest.readers import read_content
from graphmem.ingest.reading import Reading
from graphmem.ingest.sources import expand
from graphmem.ingest.sources import load as content_of
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.page import check, write
from graphmem.relations import Schema
from graphmem.relations import load as load_relations
from graphmem.statements import Statement

if TYPE_CHECKING:
    from spacy.language import Language


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
        "by": statement.by,
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


def print_finding(console: Console, finding: Finding) -> None:
    """What a sentence says, as text."""
    console.print(" ".join(finding.sentence.text.split()), style="bold", markup=False)
    for name in finding.mentions:
        full = f" = {name.of}" if name.of else ""
        console.print(f"  name  {name.name}{full}  [{name.label}]", markup=False)
    for date in finding.dates:
        console.print(f"  date  {date.text} = {meaning(date, finding.reference)}", markup=False)
    for statement in finding.statements:
        kind = "event" if statement.is_event else "fact "
        console.print(f"  {kind} {statement_line(statement)}", markup=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """How texts are read: by a spaCy pipeline or rules alone, and by a language model if one is given.

    ``now`` is what undated sources count from; ``relations`` are those that facts are named after.
    """

    pipeline: Language | None
    now: datetime
    model: Extractor | None = None
    relations: Schema | None = None

    def each(self, paths: list[str]) -> Iterator[Extract | SourceError]:
        """What the sources say, one by one; the error of one that cannot be read in its place."""
        for source in expand(paths):
            try:
                reading = read_content(content_of(source))
            except SourceError as error:
                yield error
            except MissingExtra as error:
                yield SourceError(source.uri, str(error))
            else:
                yield self.extract(reading)

    def extract(self, reading: Reading) -> Extract:
        """What one source says."""
        document, passages, sentences = chunk(reading, DEFAULT_NAMESPACE)
        found = findings(document, passages, sentences, self.pipeline, now=self.now, relations=self.relations)
        extract = Extract(document, tuple(found))
        return extract_with(self.model, extract, passages, now=self.now) if self.model else extract


def _page_of(paths: list[str]) -> Path:
    """Where the page goes that was given no name: the first source's, in the current folder."""
    name = "stdin" if paths[0] == "-" else Path(paths[0]).resolve().name
    return Path(f"{name}.html")


def _show(extracts: list[Extract], file: Path, *, browser: bool) -> None:
    """Write the page, and open it where somebody looks on."""
    write(file, visual.page(extracts))
    show_page(file, browser=browser)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def extract(
        paths: Annotated[list[str], typer.Argument(help="Files, folders, patterns; - is stdin.")],
        pipeline: Annotated[
            str, typer.Option(help="A spaCy pipeline: the bundled one, an installed package, or none.")
        ] = ENGLISH,
        relations: RelationsOption = None,
        now: Annotated[
            str | None, typer.Option(help="What undated sources count from (ISO date); now if left out.")
        ] = None,
        show: Annotated[
            bool, typer.Option("--visual", help="Write an HTML page that shows it in the text, and open it.")
        ] = False,
        file: Annotated[
            Path | None, typer.Option("--page", help="Where the page goes; SOURCE.html here if left out.")
        ] = None,
        browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
        llm: LlmOption = None,
        llm_budget: LlmBudgetOption = None,
        llm_price: LlmPriceOption = None,
        llm_relations: LlmRelationsOption = None,
        no_llm_cache: NoLlmCacheOption = False,
        json: JsonOption = False,
    ) -> None:
        """Show what is read out of a text: names, dates, facts. Nothing is written but a page, if asked for.

        Facts and names of kinds come from a spaCy pipeline; dates count from the date of the
        turn, the record or the document.
        """
        page = (file or _page_of(paths)) if show or file else None
        if page:
            check(page)
        model = extractor_of(llm, llm_budget, llm_price, llm_relations, cached=not no_llm_cache)
        installed = named(pipeline)
        reader = Reader(
            load(installed) if installed else None,
            parse_moment(now) or datetime.now(timezone.utc),
            model,
            load_relations(relations),
        )
        with told_at_the_end(model):
            read, failed = _read(reader, paths, lines=not (json or page))
        if json:
            report = {"llm": model.report.json()} if model else {}
            print_json({"sentences": [finding_json(one) for each in read for one in each.findings], **report})
        if page:
            _show(read, page, browser=browser)
        if failed:
            raise typer.Exit(1)


def _read(reader: Reader, paths: list[str], *, lines: bool) -> tuple[list[Extract], bool]:
    """Read all, tell what cannot be read, and print the rest as it comes if so asked; whether any failed."""
    console, read, failed = out(), [], False
    for found in reader.each(paths):
        if isinstance(found, SourceError):
            talk.print(f"error: {found}", style="red", markup=False, soft_wrap=True)
            failed = True
            continue
        read.append(found)
        for finding in found.findings if lines else ():
            print_finding(console, finding)
    return read, failed
