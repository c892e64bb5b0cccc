"""Asking with a language model on multi-hop questions: ``python -m benchmarks.asking --llm provider:model``.

What the model finds beside plain recall, how many of its answers are supported, and how many of those are
right (exact match and F1 of the short answer as SQuAD counts them, Rajpurkar et al. 2016). The questions and
what is found are sent to the model that you name.

Without ``--llm`` nothing is sent: MuSiQue's own decompositions are played back in the place of a model, with
its answers to the parts where what is found has them. That is an oracle: what the step is worth at best.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.datasets import DEFAULT_DATA, Asked, corpus, load, questions
from benchmarks.measures import averages, table
from benchmarks.multihop import CUTS, SETS, fill
from graphmem.answering import STEPS, Answer
from graphmem.embedding import SentenceEncoder
from graphmem.ingest.language import AUTOMATIC
from graphmem.llm import Cache, Client, chat_model, folder
from graphmem.llm.fence import line
from graphmem.memory import Memory

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

K: Final = 10
_NUMBERED: Final = re.compile(r"\[(\d+)\] (.*)")
_ARTICLES: Final = re.compile(r"\b(a|an|the)\b")


def _words(text: str) -> list[str]:
    """Words as SQuAD compares them: no case, punctuation or articles."""
    return _ARTICLES.sub(" ", re.sub(r"[^\w\s]", "", text.lower())).split()


def f1(said: str, right: str) -> float:
    """How many words two answers share: the harmonic mean of precision and recall."""
    one, other = Counter(_words(said)), Counter(_words(right))
    same = (one & other).total()
    return 2 * same / (one.total() + other.total()) if same else 0.0


def oracle(sets: Sequence[Mapping[str, Any]]) -> BaseChatModel:
    """A chat model that knows how MuSiQue takes its questions apart, and what the parts' answers are."""
    # Imported here: the class needs langchain-core, and is needed without a model alone.
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.outputs import ChatGeneration, ChatResult

    parts = {line(one["question"]): one["question_decomposition"] for one in sets}
    answers = dict(_answers(parts.values()))

    class Oracle(BaseChatModel):
        model_name: str = "oracle"

        @property
        def _llm_type(self) -> str:
            return "oracle"

        def _generate(
            self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **options: Any
        ) -> ChatResult:
            lines = str(messages[1].text).split("\n")[1:-1]
            answer: dict[str, Any] = {"questions": [part["question"] for part in parts.get(lines[0], ())]}
            if lines[0].startswith("question: "):
                answer = _cited(answers.get(lines[0].removeprefix("question: "), ""), lines)
            return ChatResult(generations=[ChatGeneration(message=AIMessage(json.dumps(answer)))])

    return Oracle()


def _answers(decompositions: Iterable[Sequence[Mapping[str, Any]]]) -> Iterable[tuple[str, str]]:
    """Each part as it is asked, earlier answers filled in, with its answer."""
    for parts in decompositions:
        for part in parts:
            filled = re.sub(r"#(\d+)", lambda m: parts[int(m[1]) - 1]["answer"], part["question"])  # noqa: B023
            yield line(filled), part["answer"]


def _cited(answer: str, lines: Sequence[str]) -> dict[str, Any]:
    """An answer, if one of the sentences that are shown has it."""
    for match in filter(None, map(_NUMBERED.fullmatch, lines)):
        if answer and line(answer) in match[2]:
            cited = {"sentence": int(match[1]), "quote": answer}
            return {"statements": [{"text": answer, "citations": [cited]}], "short": answer}
    return {"statements": []}


def _uris(hits: Iterable[Any]) -> list[str]:
    return list(dict.fromkeys(hit.document.uri for hit in hits))


def found(asked: Sequence[Asked], answers: Sequence[Answer]) -> dict[str, Any]:
    """What was found, by how many queries, and how often a step was left out."""
    return {
        **averages([_uris(one.hit for one in answer.hits) for answer in answers], asked, CUTS, all_gold=8),
        "queries": _mean(len(answer.asked) for answer in answers),
        "troubles": _mean(bool(answer.troubles) for answer in answers),
    }


def said(right: Sequence[Sequence[str]], answers: Sequence[Answer]) -> dict[str, float]:
    """How many answers are supported, and how many right; ``right`` has the forms of each right answer."""
    short = [answer.short or answer.text for answer in answers]
    pairs = list(zip(short, right, strict=True))
    return {
        "answered": _mean(answer.state == "answered" for answer in answers),
        "exact": _mean(max(_words(one) == _words(form) for form in forms) for one, forms in pairs),
        "f1": _mean(max(f1(one, form) for form in forms) for one, forms in pairs),
    }


def _mean(values: Iterable[float]) -> float:
    every = list(values)
    return round(sum(every) / len(every), 4)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures of a set."""
    files = [options.data / "multihop" / name for name in SETS[options.set]]
    items = corpus(files[0])
    raw, asked = load(files[1]), questions(files[1], options.set, items)
    raw, asked = raw[: options.limit], asked[: options.limit]
    right = [[one["answer"], *one.get("answer_aliases", ())] for one in raw]
    if options.llm:
        client = Client(chat_model(options.llm, temperature=0), name=options.llm, cache=Cache(folder()))
        steps = STEPS
    else:
        client, steps = Client(oracle(raw)), ("decomposition",)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as where:
        url = options.store or f"sqlite:///{where}/asking.db"
        with Memory.open(url, embedder=SentenceEncoder()) as memory:
            if not memory.store.head():
                fill(memory, items, options.pipeline)
            plain = [_uris(memory.recall(one.text, K)) for one in asked]
            answers = [memory.ask(one.text, client, K, steps=steps) for one in asked]
    rows = {"plain recall": averages(plain, asked, CUTS, all_gold=8), "asked": found(asked, answers)}
    if options.llm:
        rows["asked"] |= said(right, answers)
    return {
        "model": options.llm or "oracle",
        "steps": list(steps),
        "questions": len(asked),
        **rows,
        "used": client.budget.json(),
        "seconds": round(time.perf_counter() - start, 1),
    }


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asking", description=__doc__)
    parser.add_argument("--llm", help="a chat model, as openai:gpt-4o-mini; else MuSiQue's decompositions")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the datasets")
    parser.add_argument("--set", choices=("musique", "hotpot"), default="musique", help="which set")
    parser.add_argument("--limit", type=int, help="the first so many questions only")
    parser.add_argument("--store", default="", help="store URL; a file in a temporary folder if absent")
    parser.add_argument("--pipeline", default=AUTOMATIC, help="a spaCy pipeline, or none")
    parser.add_argument("--json", action="store_true", help="one line of JSON on stdout")
    options = parser.parse_args(arguments)
    if not options.llm and options.set != "musique":
        parser.error("only MuSiQue tells how its questions are taken apart: name a model with --llm")
    measured = measure(options)
    if options.json:
        print(json.dumps({"benchmark": "asking", **measured}))
        return
    print("{model}, {questions} questions, {seconds} s, {used}".format_map(measured))
    print(table({name: measured[name] for name in ("plain recall", "asked")}))


if __name__ == "__main__":
    main(sys.argv[1:])
