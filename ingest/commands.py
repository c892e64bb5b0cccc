"""``graphmem ingest``: read sources into the memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from graphmem.casting import cast
from graphmem.cli.llm import LlmBudgetOption, LlmPriceOption, NoLlmCacheOption
from graphmem.cli.options import (
    DEFAULT_STORE,
    AuthorOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_moment,
    print_json,
    talk,
)
from graphmem.ingest.adding import add, added_facts
from graphmem.ingest.facts.options import RelationsOption
from graphmem.ingest.keying import key
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.llm import Extractor
from graphmem.ingest.llm.joining import read_with
from graphmem.ingest.llm.options import LlmOption, LlmRelationsOption, extractor_of, told_at_the_end
from graphmem.ingest.pipeline import Prepared, Report, ingest_sources
from graphmem.ingest.sources import DEFAULT_LIMITS, expand
from graphmem.memory import DEFAULT_NAMESPACE, Memory
from graphmem.relations import load as load_relations


class _Rate(ProgressColumn):
    """Documents a second."""

    def render(self, task: Task) -> Text:
        """Write the rate, once there is one."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.1f}/s" if speed else "")


def _progress() -> Progress:
    """A bar with count, rate and the time that is left, on stderr; nothing where that is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
        console=talk,
        transient=True,
        disable=not talk.is_terminal,
    )


def _reading(model: Extractor | None) -> Callable[[Prepared], Prepared] | None:
    """What a model adds to a document before it is committed; in this process, since no model is copied."""
    if model is None:
        return None

    def read(one: Prepared) -> Prepared:
        sentences = read_with(model, one.document, one.passages, one.sentences)
        named = cast(one.document, one.passages, sentences)
        return replace(one, sentences=tuple(sentences), cast=named)

    return read


def _tell(report: Report, json: bool, model: Extractor | None) -> None:
    """The summary: data on stdout, talk on stderr."""
    for error in report.errors:
        talk.print(f"error: {error}", style="red", markup=False, soft_wrap=True)
    counts = {
        "added": report.added,
        "replaced": report.replaced,
        "unchanged": report.unchanged,
        "failed": report.failed,
    }
    if json:
        errors = [{"uri": error.uri, "reason": error.reason} for error in report.errors]
        told = {"llm": model.report.json()} if model else {}
        print_json({**counts, "errors": errors, **told})
    else:
        talk.print(", ".join(f"{count:,} {outcome}" for outcome, count in counts.items()))


NoKeysOption = Annotated[
    bool,
    typer.Option(
        "--no-keys",
        help="Make no notes by which turns of chats and records are found: it is faster, and finds less.",
    ),
]
ReflectOption = Annotated[
    bool, typer.Option("--reflect", help="Then make notes of what is new, as 'graphmem reflect' does.")
]


def _note(memory: Memory, keys: bool, reflect: bool, doing: Callable[[str], None]) -> None:
    """Make notes of what was read: all that a reflection makes, or those by which it is found."""
    if reflect:
        doing("reflecting")
        told = memory.reflect()
        talk.print(f"{len(told.made):,} notes made, {len(told.remade):,} made anew")
    elif keys:
        doing("making keys")
        key(memory)


def _register_add(app: typer.Typer) -> None:
    @app.command(name="add")
    def add_command(
        text: Annotated[str, typer.Argument(help="What to remember: a sentence or more, in quotes.")],
        speaker: Annotated[str, typer.Option(help="Who says it: 'I' is this one.")] = "",
        at: Annotated[str | None, typer.Option(help="When it is said (ISO date), else now.")] = None,
        pipeline: Annotated[str, typer.Option(help="What reads it, as in 'ingest'.")] = AUTOMATIC,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        json: JsonOption = False,
    ) -> None:
        """Remember a sentence: its names, facts and events are read as those of any source."""
        with opened(store, namespace, author) as memory:
            document = add(memory, text, speaker=speaker, at=parse_moment(at), pipeline=pipeline)
            facts = added_facts(memory, document)
        if json:
            rows = [{"id": fact.id, "text": fact.text} for fact in facts]
            print_json({"document": document.id, "uri": document.uri, "facts": rows})
            return
        out().print(f"remembered as {document.uri} ('graphmem forget {document.uri}' takes it back)")
        for fact in facts:
            out().print(f"  {fact.text}  ({fact.id})")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _register_add(app)

    @app.command()
    def ingest(
        paths: Annotated[list[str], typer.Argument(help="Files, folders, patterns; - is stdin.")],
        name: Annotated[str, typer.Option(help="What to call stdin; its suffix tells the format.")] = "",
        jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="Reader processes.")] = 1,
        max_mb: Annotated[
            int, typer.Option("--max-mb", min=1, help="Refuse larger files (megabytes).")
        ] = DEFAULT_LIMITS.max_bytes // 1_000_000,
        pipeline: Annotated[
            str,
            typer.Option(
                help="What reads names, facts and events: a spaCy pipeline, auto (the bundled one) or none."
            ),
        ] = AUTOMATIC,
        relations: RelationsOption = None,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        author: AuthorOption = "user",
        llm: LlmOption = None,
        llm_budget: LlmBudgetOption = None,
        llm_price: LlmPriceOption = None,
        llm_relations: LlmRelationsOption = None,
        no_llm_cache: NoLlmCacheOption = False,
        no_keys: NoKeysOption = False,
        reflect: ReflectOption = False,
        json: JsonOption = False,
    ) -> None:
        """Read documents, chats, tables and calendars into the memory, one commit each.

        Known are .txt .md .html .pdf .docx .pptx .xlsx .csv .json .jsonl. What is there already is
        left alone, what has changed is replaced, what cannot be read is named at the end
        (exit code 1) and keeps nothing else out.
        """
        limits = replace(DEFAULT_LIMITS, max_bytes=max_mb * 1_000_000)
        model = extractor_of(llm, llm_budget, llm_price, llm_relations, cached=not no_llm_cache)
        known = load_relations(relations)
        sources = list(expand(paths, name=name, limits=limits))
        with told_at_the_end(model), opened(store, namespace, author) as memory, _progress() as progress:
            task = progress.add_task("reading", total=len(sources))
            report = ingest_sources(
                memory,
                sources,
                jobs=jobs,
                limits=limits,
                pipeline=pipeline,
                relations=known,
                then=_reading(model),
                done=lambda uri, outcome: progress.advance(task),
                keys=False,
            )
            _note(memory, not no_keys, reflect, lambda doing: progress.update(task, description=doing))
        _tell(report, json, model)
        if report.errors:
            raise typer.Exit(1)
