"""``graphmem query``: ask the memory."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.console import Console

from graphmem.cli.dormant import likely, print_dormant, print_likely
from graphmem.cli.exact import print_quoted, quoted_json
from graphmem.cli.options import (
    DEFAULT_STORE,
    AlsoOption,
    JsonOption,
    NamespaceOption,
    StoreOption,
    opened,
    out,
    parse_moment,
    print_json,
    show_page,
)
from graphmem.cli.picture import page as picture
from graphmem.cli.why import explanation_json, print_hit_why, print_left_out, print_start
from graphmem.errors import InputError
from graphmem.explanation import Explanation
from graphmem.memory import DEFAULT_NAMESPACE
from graphmem.page import check, write
from graphmem.ranking import Hit, Ranking

CoarseOption = Annotated[
    bool, typer.Option("--coarse", help="Compare topics first: a fifth of the vectors in a large memory.")
]
WhyOption = Annotated[bool, typer.Option("--why", help="Tell why each hit was found, and what was left out.")]
PlainOption: TypeAlias = Annotated[
    bool, typer.Option("--plain", help="Leave out what was learned from feedback.")
]


def hit_json(rank: int, hit: Hit) -> dict[str, Any]:
    """A hit as JSON values."""
    return {
        "rank": rank,
        "score": round(hit.score, 4),
        "text": hit.passage.text,
        "evidence": hit.evidence.text,
        "namespace": hit.document.namespace,
        "uri": hit.document.uri,
        "title": hit.document.title,
        "heading": hit.passage.heading,
        "speaker": hit.passage.speaker,
        "at": hit.passage.at,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "document": hit.document.id,
        "passage": hit.passage.id,
        "sentence": hit.evidence.id,
        "stale": list(hit.stale),
        "also": [{"uri": one.uri, "namespace": one.namespace, "document": one.id} for one in hit.also],
        "parts": {name: round(part, 4) for name, part in hit.parts.items()},
        "shares": {name: round(share, 4) for name, share in hit.shares.items()},
        "path": [
            {"kind": s.kind, "id": s.id, "text": s.text, "weight": round(s.weight, 4)} for s in hit.path
        ],
    }


def ranking_json(ranking: Ranking) -> dict[str, Any]:
    """A ranking as JSON values."""
    reasons = ranking.explanation
    return {
        "question": ranking.query.text,
        "seeds": [step.text for step in ranking.seeds],
        "confidence": round(ranking.confidence, 4),
        "withheld": ranking.withheld,
        **({} if reasons is None else {"why": explanation_json(reasons)}),
        "hits": [hit_json(rank, hit) for rank, hit in enumerate(ranking, start=1)],
    }


def source_line(hit: Hit, told: bool = False) -> str:
    """Where a hit comes from, for people: namespace if it is to be told, uri, heading, speaker, date."""
    parts = [*([hit.document.namespace] if told else []), hit.document.uri]
    if hit.passage.heading and hit.passage.heading != hit.document.title:
        parts.append(hit.passage.heading)
    if hit.passage.at:
        parts.append(f"{hit.passage.at:%Y-%m-%d}")
    return " · ".join(parts)


def print_hit(
    console: Console, rank: int, hit: Hit, reasons: Explanation | None = None, told: bool = False
) -> None:
    """A hit as text: the passage with its evidence in bold, its source and, if asked, why it was found."""
    console.print(f"{rank}. {hit.score:.2f}  ", style="bold cyan", end="")
    console.print(source_line(hit, told), style="dim", end="")
    console.print("  (not trusted)" if "trust" in hit.parts else "", style="yellow")
    before, found, after = hit.passage.text.partition(hit.evidence.text)
    console.print("   ", end="")
    if hit.passage.speaker:
        console.print(f"{hit.passage.speaker}: ", style="bold", end="")
    console.print(before, end="")
    console.print(found, style="bold green", end="")
    console.print(after)
    if hit.also:
        console.print(f"   also in: {', '.join(one.uri for one in hit.also)}", style="dim")
    for line in hit.stale:
        console.print(f"   no longer: {line}", style="yellow")
    if reasons is not None:
        print_hit_why(console, hit, reasons)
    console.print()


def print_ranking(ranking: Ranking) -> None:
    """All hits as text, with why they were found if the ranking has an explanation."""
    console, reasons = out(), ranking.explanation
    if reasons is not None:
        print_start(console, reasons)
    if ranking.doubtful:
        console.print(f"This memory may not tell that (confidence {ranking.confidence:.2f}).", style="yellow")
        console.print("What comes nearest:\n")
    for rank, hit in enumerate(ranking, start=1):
        print_hit(console, rank, hit, reasons, len(ranking.query.view.namespaces) > 1)
    if not ranking.hits:
        console.print("Nothing in this memory covers the question.")
    withheld = {"untrusted": ranking.withheld} if ranking.withheld else {}
    print_left_out(console, reasons.left_out if reasons else withheld)


_EXACT: Final = (
    "--exact finds where a text stands: leave out --why, --visual, --trusted-only, --coarse, --plain"
)
_DORMANT: Final = "--dormant lists what sleeps: give it the question, -k and --json alone"


def _check_alone(message: str, *others: object) -> None:
    """Refuse options that go with a ranking alone.

    Raises:
        InputError: there is any.
    """
    if any(others):
        raise InputError(message)


def _page(file: Path) -> Path:
    """Where the page goes, once it is known that it can."""
    check(file)
    return file


def _show(page: Path, ranking: Ranking, browser: bool) -> None:
    """Write the page of a ranking, and open it in a browser if that is wanted."""
    write(page, picture(ranking))
    show_page(page, browser=browser)


def _tell(ranking: Ranking, asleep: int, *, json: bool, text: bool) -> None:
    """A ranking as JSON or text, with how many passages asleep look like the answer."""
    if json:
        print_json(ranking_json(ranking))
    elif text:
        print_ranking(ranking)
        print_likely(ranking.query.text, asleep)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def query(
        question: Annotated[str, typer.Argument(help="What to ask.")],
        k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, help="How many passages at most.")] = 5,
        why: WhyOption = False,
        trusted_only: Annotated[
            bool, typer.Option("--trusted-only", help="Leave out what comes from untrusted sources.")
        ] = False,
        as_of: Annotated[str | None, typer.Option(help="Answer as the world was then (ISO date).")] = None,
        coarse: CoarseOption = False,
        plain: PlainOption = False,
        quote: Annotated[
            bool, typer.Option("--exact", help="Find passages that hold this text, character by character.")
        ] = False,
        case: Annotated[
            bool, typer.Option("--case", help="With --exact: tell small letters from capitals.")
        ] = False,
        dormant: Annotated[
            bool, typer.Option("--dormant", help="Look among the passages that sleep instead.")
        ] = False,
        words: Annotated[
            bool, typer.Option("--words", help="With --exact: only where no word goes on beyond its ends.")
        ] = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        visual: Annotated[
            bool,
            typer.Option("--visual", help="Write an HTML page that shows why, and open it."),
        ] = False,
        file: Annotated[
            Path | None, typer.Option("--page", help="Where the page goes; query.html here if left out.")
        ] = None,
        browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
        json: JsonOption = False,
    ) -> None:
        """Ask a question: passages that answer it, best first, each with its evidence."""
        if quote:
            _check_alone(_EXACT, why, visual, file, trusted_only, coarse, plain)
            with opened(store, namespace, create=False, also=also) as memory:
                found = memory.exact(question, k, case=case, words=words, as_of=parse_moment(as_of))
            print_json(quoted_json(found)) if json else print_quoted(found, bool(also))
            return
        if dormant:
            _check_alone(_DORMANT, why, visual, file, trusted_only, as_of, coarse, plain)
            with opened(store, namespace, create=False, also=also) as memory:
                print_dormant(memory.dormant(question, k), json)
            return
        page = _page(file or Path("query.html")) if visual or file else None
        with opened(store, namespace, create=False, also=also) as memory:
            asked = partial(memory.recall, question, k, as_of=parse_moment(as_of), learned=not plain)
            ranking = asked(coarse=coarse, trusted_only=trusted_only, why=why or page is not None)
            asleep = likely(memory, ranking)
        _tell(ranking, asleep, json=json, text=why or not page)
        if page:
            _show(page, ranking, browser)
