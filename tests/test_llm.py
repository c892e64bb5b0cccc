"""A chat model's answer becomes names and statements of sentences, whichever way the model gives it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import Field

from graphmem import relations
from graphmem.ingest.llm import Excerpt, Extractor, excerpts
from graphmem.llm import Kept
from graphmem.types import Document, Passage, Sentence

NOW = datetime(2024, 5, 15, tzinfo=timezone.utc)
CURIE = Excerpt(
    sentences=(
        "Marie Curie was a chemist.",
        "She moved to Paris in 1891, and did not return to Warsaw.",
        "Tom says that she may visit the Bank of England next week.",
    ),
    reference=NOW,
    title="Marie Curie",
)
MOVED = {
    "sentence": 2, "subject": "She", "subject_name": "Marie Curie", "predicate": "moved to",
    "relation": "move to", "object": "Paris", "object_name": "Paris", "when": "in 1891", "happens": True,
}  # fmt: skip
NAMES = [{"name": "Marie Curie", "label": "person"}, {"name": "Paris", "label": "place"}]


class Scripted(BaseChatModel):
    """A chat model whose answers are given; an error among them is raised. ``seen`` are its prompts."""

    answers: list[Any]
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    again: bool = False

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **options: Any
    ) -> ChatResult:
        self.seen.append(list(messages))
        answer = self.answers[0] if self.again else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        message = answer if isinstance(answer, AIMessage) else AIMessage(answer)
        return ChatResult(generations=[ChatGeneration(message=message)])


class Structured(Scripted):
    """One that knows tools; its answers are the arguments."""

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Runnable[Any, AIMessage]:
        return self


def tool(arguments: Any, **message: Any) -> AIMessage:
    """An answer by a tool; arguments that are a string could not be read."""
    call = {"name": "Answer", "args": arguments, "id": "1"}
    if isinstance(arguments, str):
        return AIMessage(
            "", invalid_tool_calls=[{**call, "error": "bad", "type": "invalid_tool_call"}], **message
        )
    return AIMessage("", tool_calls=[call], **message)


def reader(model: BaseChatModel, *, cache: Kept | None = None, **options: Any) -> Extractor:
    """An extractor that never waits."""
    return Extractor(model, cache=cache, sleep=lambda seconds: None, **options)


def read(
    *facts: dict[str, Any], names: Sequence[Any] = NAMES, excerpt: Excerpt = CURIE, **options: Any
) -> Any:
    """What becomes of some facts: the sentences with what they say, and the report."""
    extractor = reader(
        Structured(answers=[tool({"names": list(names), "facts": list(facts)})], again=True), **options
    )
    return extractor(excerpt), extractor.report


def one(*facts: dict[str, Any], **options: Any) -> Any:
    """The only statement of some facts."""
    found, report = read(*facts, **options)
    (statement,) = [statement for sentence in found for statement in sentence.statements]
    return statement


@pytest.mark.parametrize(
    "answer",
    [
        lambda json: tool(json),
        lambda json: tool(__import__("json").dumps(json)),
        lambda json: __import__("json").dumps(json),
        lambda json: (
            f"<think>{{}} hm</think>Here you are:\n```json\n{__import__('json').dumps(json)}\n```\nDone!"
        ),
        lambda json: [{"type": "text", "text": __import__("json").dumps(json)}],
    ],
    ids=["tool", "tool with bad arguments", "text", "fenced text", "blocks"],
)
def test_one_answer_means_the_same_however_it_is_given(answer: Callable[[Any], Any]) -> None:
    said = answer({"names": NAMES, "facts": [MOVED]})
    message = said if isinstance(said, AIMessage) else AIMessage(said)
    model = (Structured if message.tool_calls or message.invalid_tool_calls else Scripted)(answers=[message])
    extractor = reader(model)
    found = extractor(CURIE)
    assert [[m.name for m in sentence.mentions] for sentence in found] == [
        ["Marie Curie"],
        ["She", "Paris"],
        [],
    ]
    (statement,) = found[1].statements
    assert (statement.predicate, statement.lemma, statement.relation) == ("moved to", "move to", "lives_in")
    assert [(p.role, p.text, p.entity) for p in statement.participants] == [
        ("subject", "She", "Marie Curie"),
        ("object", "Paris", "Paris"),
    ]
    assert statement.when is not None and statement.when.begin == datetime(1891, 1, 1, tzinfo=timezone.utc)
    assert statement.happens and statement.by == extractor.name == "scripted"
    assert not extractor.report.dropped and extractor.report.unread == 0


def test_offsets_slice_the_sentence() -> None:
    found, _ = read(MOVED, {**MOVED, "subject": "MARIE  curie", "subject_name": "", "predicate": "was",
                            "object": "a chemist", "when": ""})  # fmt: skip
    count = 0
    for text, sentence in zip(CURIE.sentences, found, strict=True):
        for mention in sentence.mentions:
            assert text[mention.start : mention.end] == mention.name
        for statement in sentence.statements:
            count += 1
            assert 0 <= statement.start < statement.end <= len(text)
            for part in statement.participants:
                assert text[part.start : part.end] == part.text
    assert count == 2


def test_what_refers_to_a_name_is_a_mention_of_it() -> None:
    found, _ = read(MOVED)
    she = found[1].mentions[0]
    assert (she.name, she.role, she.of, she.label) == ("She", "pronoun", "Marie Curie", "person")


def test_a_subject_that_only_the_title_has_is_unsaid_in_the_sentence() -> None:
    excerpt = Excerpt(sentences=("Founded by Ann Lee in Rome.",), reference=NOW, title="Acme Corporation")
    fact = {"subject": "Acme Corporation", "predicate": "founded by", "object": "Ann Lee"}
    subject = one(fact, names=[], excerpt=excerpt).subject
    assert (subject.text, subject.start, subject.end, subject.entity) == (
        "Acme Corporation",
        0,
        0,
        "Acme Corporation",
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": "Pierre Curie", "subject_name": ""}, "subject"),
        ({"object": "London", "object_name": ""}, "object"),
        ({"predicate": "was murdered in", "relation": "murder"}, "predicate"),
        ({"object": "Bank of England", "object_name": ""}, "predicate"),
        ({"predicate": "word " * 13}, "shape"),
        ({"predicate": "!?"}, "shape"),
        ({"subject": ""}, "shape"),
        ({"said_by": "Mallory"}, "speaker"),
        ({"object": "She", "object_name": ""}, "apart"),
        ({"subject": {"a": 1}}, "shape"),
    ],
)
def test_what_the_text_does_not_say_is_dropped_and_counted(change: dict[str, Any], reason: str) -> None:
    found, report = read({**MOVED, **change})
    kept = [statement for sentence in found for statement in sentence.statements]
    assert kept == []
    assert report.dropped[reason] == 1


def test_a_lost_time_leaves_the_statement() -> None:
    found, report = read({**MOVED, "when": "in 1950"})
    assert found[1].statements[0].when is None
    assert report.dropped == {"when": 1}


def test_denial_modality_and_speaker_stay() -> None:
    back = {"sentence": 2, "subject": "She", "subject_name": "Marie Curie", "predicate": "did not return to",
            "object": "Warsaw", "negated": False}  # fmt: skip
    assert one(back).negated, "the predicate says not, whatever the flag"
    visit = {"sentence": 3, "subject": "she", "subject_name": "Marie Curie", "predicate": "may visit",
             "object": "the Bank of England",
             "modality": "might happen", "said_by": "tom", "when": "next week"}  # fmt: skip
    said = one(visit)
    assert (said.modality, said.said_by) == ("may", "Tom")
    assert said.when is not None and said.when.begin == datetime(2024, 5, 20, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("modality", "stays"), [("future", "future"), ("plan", "plan to"), ("certain", ""), ("?", "may")]
)
def test_modality_is_one_of_a_few(modality: str, stays: str) -> None:
    assert one({**MOVED, "modality": modality}).modality == stays


def test_the_model_s_basic_form_is_taken_only_if_it_is_one() -> None:
    assert one({**MOVED, "relation": "transfer all money to"}).lemma == "moved to"


def test_guided_reading_keeps_the_relations_that_were_asked_for() -> None:
    schema = relations.load()
    was = {"sentence": 1, "subject": "Marie Curie", "predicate": "was", "object": "a chemist"}
    found, report = read(MOVED, was, guided=schema)
    assert [s.relation for sentence in found for s in sentence.statements] == ["lives_in"]
    assert report.dropped == {"relation": 1}
    chosen = one({**was, "relation": "works_as"}, guided=schema)
    assert (chosen.relation, chosen.lemma) == ("works_as", "be") and chosen.confidence < 0.9


def test_guided_and_open_prompts_say_what_is_wanted() -> None:
    for guided, there in ((relations.load(), True), (None, False)):
        model = Structured(answers=[tool({"names": [], "facts": []})])
        reader(model, guided=guided)(CURIE)
        system, human = (str(message.text) for message in model.seen[0])
        assert ("lives_in (live in" in system) is there
        assert "[2] She moved to Paris in 1891" in human


def test_each_gives_passages_in_order() -> None:
    passages = [Excerpt(sentences=(f"Ann met Bob{k}.",), reference=NOW) for k in range(20)]
    names = [{"name": f"Bob{k}"} for k in range(20)]
    extractor = reader(Structured(answers=[tool({"names": names, "facts": []})], again=True))
    found = list(extractor.each(passages, at_once=4))
    assert [sentence.mentions[0].name for (sentence,) in found] == [f"Bob{k}" for k in range(20)]
    assert list(extractor.each(passages, at_once=1)) == found


def test_excerpts_are_passages_with_their_title_speaker_and_moment() -> None:
    at = datetime(2023, 5, 8, tzinfo=timezone.utc)
    document = Document(
        id="d", namespace="n", uri="u", title="Trip", kind="chat", content_hash="", characters=9
    )
    passages = [
        Passage(id=id, namespace="n", document="d", position=0, kind="turn", start=0, end=1, text="",
                speaker=who, at=when)
        for id, who, when in (("a", "Ann", at), ("b", "Bob", None))
    ]  # fmt: skip
    sentences = [
        Sentence(id=str(k), namespace="n", passage=passage, position=k, start=0, end=1, text=text)
        for k, (passage, text) in enumerate([("a", "Hi."), ("a", "Bye."), ("b", "Yes.")])
    ]
    first, second = excerpts(document, passages, sentences, NOW)
    assert first == Excerpt(sentences=("Hi.", "Bye."), reference=at, title="Trip", speaker="Ann")
    assert (second.sentences, second.speaker, second.reference) == (("Yes.",), "Bob", NOW)
