"""``graphmem ask``: a language model answers from the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from graphmem.cli.llm import LlmBudgetOption, LlmPriceOption, NoLlmCacheOption, budget_of, cache_of
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
    talk,
)
from graphmem.cli.query import hit_json, print_hit, source_line
from graphmem.cli.why import print_hit_why
from graphmem.errors import InputError
from graphmem.llm import Client, chat_model
from graphmem.memory import DEFAULT_NAMESPACE

if TYPE_CHECKING:
    from graphmem.answering import Answer, Assertion, Step

StepsOption = Annotated[str, typer.Option(help="What comes before the answer: some of these, or none.")]
ThinkOption = Annotated[
    bool, typer.Option("--think", help="Keep the answer, and give a kept one while nothing is new.")
]
_NONE: Final = "none"


def steps_of(text: str) -> tuple[Step, ...]:
    """The steps of a list with commas.

    Raises:
        InputError: one of them is none.
    """
    from graphmem.answering import STEPS

    names = [] if text == _NONE else [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in STEPS]:
        raise InputError(f"--steps {', '.join(unknown)}: write some of {','.join(STEPS)}, or {_NONE}")
    return tuple(step for step in STEPS if step in names)


def _assertion_json(one: Assertion, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "text": one.text,
        "supported": one.supported,
        "unsaid": list(one.unsaid),
        "citations": [
            {
                "number": numbers.get(cited.sentence.id),
                "quote": cited.quote,
                "text": cited.sentence.text,
                "uri": cited.hit.document.uri,
                "namespace": cited.hit.document.namespace,
                "passage": cited.hit.passage.id,
                "sentence": cited.sentence.id,
                "stale": list(cited.stale),
            }
            for cited in one.citations
        ],
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON values."""
    numbers = {cited.sentence.id: number for number, cited in enumerate(answer.citations, start=1)}
    return {
        "question": answer.question,
        "state": answer.state,
        "answer": answer.text,
        "short": answer.short,
        "assertions": [_assertion_json(one, numbers) for one in answer.assertions],
        "asked": [
            {"text": one.text, "kind": one.kind, "new": one.new, "answer": one.answer} for one in answer.asked
        ],
        "note": answer.note,
        "stopped": answer.stopped,
        "troubles": list(answer.troubles),
        "nearest": answer.nearest.passage.id if answer.nearest else None,
        "hits": [
            {**hit_json(rank, one.hit), "queries": dict(one.ranks)}
            for rank, one in enumerate(answer.hits, start=1)
        ],
    }


def print_answer(answer: Answer, why: bool, told: bool) -> None:
    """An answer as text, ``why`` with the way to it; ``told`` if namespaces are to be told apart."""
    console = out()
    if answer.state == "answered":
        _print_supported(console, answer, told)
    for one in answer.assertions:
        if not one.supported:
            missing = ", ".join(one.unsaid) if one.citations else "no quote of it stands in the memory"
            console.print(f"not supported: {one.text} ({missing})", style="yellow")
    if answer.state == "absent":
        console.print("This memory does not answer the question.")
        if answer.nearest is not None:
            near = answer.nearest
            console.print(f"nearest: {near.evidence.text}  {source_line(near, told)}", style="dim")
    if answer.state == "wordless":
        console.print("The model gives no answer. What was found:")
    if why:
        _print_way(console, answer)
    for rank, found in enumerate(answer.hits if why or answer.state == "wordless" else (), start=1):
        print_hit(console, rank, found.hit, told=told)
        if why:
            print_hit_why(console, found.hit)


def _print_supported(console: Console, answer: Answer, told: bool) -> None:
    """What is supported, and the sentences that it cites with the quotes in bold."""
    console.print(answer.text, style="bold")
    for number, cited in enumerate(answer.citations, start=1):
        console.print(f"[{number}] ", style="bold cyan", end="")
        console.print(source_line(cited.hit, told), style="dim", end="")
        console.print("  (not trusted)" if "trust" in cited.hit.parts else "", style="yellow")
        before, quote, after = cited.sentence.text.partition(cited.quote)
        speaker = f"{cited.hit.passage.speaker}: " if cited.hit.passage.speaker else ""
        console.print(f"    {speaker}{before}", end="")
        console.print(quote, style="bold green", end="")
        console.print(after)
        for line in cited.stale:
            console.print(f"    no longer: {line}", style="yellow")


def _print_way(console: Console, answer: Answer) -> None:
    """What was asked, and why no more was."""
    console.print()
    for one in answer.asked:
        said = f" = {one.answer}" if one.answer else ""
        console.print(f"asked ({one.kind}): {one.text}{said}  ({one.new} new)", style="dim")
    if answer.note:
        console.print(f"note: {answer.note}", style="dim")
    if answer.stopped:
        console.print(f"stopped: {answer.stopped}", style="dim")
    console.print()


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def ask(
        question: Annotated[str, typer.Argument(help="What to ask.")],
        llm: Annotated[
            str,
            typer.Option(
                "--llm",
                envvar="GRAPHMEM_LLM",
                help="A chat model, as openai:gpt-4o-mini; it is sent the hits.",
            ),
        ],
        k: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="How many passages at most.")] = 10,
        steps: StepsOption = "decomposition,clues,notes,filter",
        rounds: Annotated[int, typer.Option(min=0, max=20, help="How many notes at most.")] = 3,
        why: Annotated[bool, typer.Option("--why", help="Show what was asked, and all hits.")] = False,
        trusted_only: Annotated[
            bool, typer.Option("--trusted-only", help="Leave out what comes from untrusted sources.")
        ] = False,
        as_of: Annotated[str | None, typer.Option(help="Answer as the world was then (ISO date).")] = None,
        think: ThinkOption = False,
        llm_budget: LlmBudgetOption = None,
        llm_price: LlmPriceOption = None,
        no_llm_cache: NoLlmCacheOption = False,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
        json: JsonOption = False,
    ) -> None:
        """Ask a question of a language model, which answers from the memory alone.

        Each statement cites the sentences that it rests on; the quotes are looked up, and what they do not
        carry is told as not supported.
        """
        taken, moment, cache = steps_of(steps), parse_moment(as_of), cache_of(not no_llm_cache)
        limit = budget_of(llm_budget, llm_price)
        with opened(store, namespace, create=False, also=also) as memory:
            client = Client(chat_model(llm), name=llm, cache=cache, budget=limit)
            try:
                answer = memory.ask(
                    question,
                    client,
                    k,
                    as_of=moment,
                    trusted_only=trusted_only,
                    steps=taken,
                    rounds=rounds,
                    think=think,
                )
            finally:
                talk.print(limit.line(), soft_wrap=True)
            for trouble in answer.troubles:
                talk.print(f"left out: {trouble}", style="yellow", soft_wrap=True)
            if json:
                print_json({**answer_json(answer), "llm": limit.json()})
            else:
                print_answer(answer, why, bool(also))
