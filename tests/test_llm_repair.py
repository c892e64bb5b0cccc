"""Whatever a model writes is read without an error, and states nothing that was not written and grounded."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from hypothesis import example, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage
from test_llm import CURIE, MOVED, NAMES, Scripted, Structured, reader, tool

from graphmem.ingest.llm import Extraction, answer
from graphmem.llm.repair import DEEPEST, repaired
from graphmem.statements import Statement

STAYED = {"sentence": 2, "subject": "She", "subject_name": "Marie Curie", "predicate": "return to",
          "object": "Warsaw", "negated": True}  # fmt: skip
GIVEN = {"names": NAMES, "facts": [MOVED, STAYED]}
VALID = json.dumps(GIVEN)


def anything(value: object) -> bool:
    """All values fit."""
    return True


def taken(text: str) -> Any:
    """The value in a text."""
    found = repaired(text, anything)
    return found and found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ('Sure, here it is: {"a": 1}. Anything else?', {"a": 1}),
        ('{"a": [1, 2,], "b": 3,}', {"a": [1, 2], "b": 3}),
        ("{'a': 'it is', b: \"c\"}", {"a": "it is", "b": "c"}),
        ('{"a": True, "b": None, "c": false}', {"a": True, "b": None, "c": False}),
        ('{"a": 1 // one\n, # two\n "b": /* three */ 2}', {"a": 1, "b": 2}),
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('{"a": ["\\"\\u00e9\\ud83d\\ude00\\n", ', {"a": ['"é😀\n']}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"a": [{"b": 1}, {"b": 2', {"a": [{"b": 1}]}),
        ('{"a": 1, "b": tru', {"a": 1}),
        ('{"a": 12', {}),
        ("no answer at all", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_models_do_to_json_is_undone(text: str, value: Any) -> None:
    assert taken(text) == value


def test_a_cut_answer_says_so() -> None:
    assert repaired('{"names": ["Ann"', anything) == ({"names": ["Ann"]}, False)
    assert repaired('{"names": ["Ann"],}', anything) == ({"names": ["Ann"]}, True)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{" * 100_000, '{"a":' * 20_000, '{"a' * 20_000, "/*" * 50_000]
)
def test_depth_and_length_are_bounded(text: str) -> None:
    assert repaired(text, lambda value: answer.read(value) is not None) is None


def test_depth_that_answers_have_is_read() -> None:
    text = "[" * DEEPEST + "1," + "]" * DEEPEST
    assert taken(text) == json.loads(text.replace(",", ""))


@pytest.mark.parametrize(
    ("item", "becomes"),
    [
        ({**MOVED, "sentence": "[2]"}, 2),
        ({**MOVED, "sentence": None}, 0),
        ({**MOVED, "negated": "false", "happens": "Yes"}, 2),
        ({**MOVED, "object": ["Paris"]}, 2),
        ({**MOVED, "when": 1891}, 2),
        ({**MOVED, "more": [{"role": 1}, {"role": "time", "words": "in 1891"}]}, 2),
        ({**MOVED, "colour": "red"}, 2),
        (["She", "moved to", "Paris"], 0),
    ],
)
def test_wrong_types_are_mended(item: Any, becomes: int) -> None:
    read = answer.read({"facts": [item]})
    assert read is not None
    (claim,) = read[0].facts
    assert (claim.subject, claim.object, claim.sentence, claim.negated) == ("She", "Paris", becomes, False)
    assert not read[1]


@pytest.mark.parametrize(
    "item",
    [7, None, "She moved to Paris", ["She"], ["a", "b", "c", "d"], {"subject": "She"},
     {**MOVED, "negated": "perhaps"}, {**MOVED, "object": ["Paris", "Rome"]},
     {**MOVED, "sentence": "9" * 5000}],
)  # fmt: skip
def test_an_item_that_is_none_is_dropped_alone(item: Any) -> None:
    read = answer.read({"entities": ["Paris", 3.5, None, {}], "triples": [item, MOVED]})
    assert read is not None
    assert [claim.predicate for claim in read[0].facts] == ["moved to"]
    assert [name.name for name in read[0].names] == ["Paris"]
    assert read[1]["shape"] == 4


def test_an_endless_answer_is_bounded() -> None:
    read = answer.read({"facts": [MOVED] * 1000})
    assert read is not None
    assert len(read[0].facts) == answer.MOST
    assert read[1]["many"] == 1000 - answer.MOST


def statements(found: tuple[Extraction, ...]) -> Iterator[tuple[str, Statement]]:
    """All statements with their sentences."""
    for text, sentence in zip(CURIE.sentences, found, strict=True):
        for statement in sentence.statements:
            yield text, statement


def of(text: str) -> tuple[Extraction, ...]:
    """What becomes of an answer in text."""
    return reader(Scripted(answers=[text], again=True))(CURIE)


WHOLE = {statement for _, statement in statements(of(VALID))}


def test_the_valid_answer_is_read() -> None:
    assert {(s.lemma, s.negated) for s in WHOLE} == {("move to", False), ("return to", True)}


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(VALID)), st.sampled_from(["", "```", "```json\n", "<think>{}</think>", "Here: "]))
def test_a_cut_leaves_some_of_the_statements_as_they_were(end: int, before: str) -> None:
    """Above all, a denial whose "negated" is cut off does not become a fact."""
    assert {statement for _, statement in statements(of(before + VALID[:end]))} <= WHOLE


NOISE = st.text(st.sampled_from("{}[]\",:\\ \n'aé0/#*"), max_size=4)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(VALID)), st.integers(0, 9), NOISE), max_size=6))
@example([(len(VALID), 0, "}")])
def test_no_mangling_raises_or_states_what_is_not_there(edits: list[tuple[int, int, str]]) -> None:
    text = VALID
    for start, length, noise in edits:
        text = text[:start] + noise + text[start + length :]
    for sentence, statement in statements(of(text)):
        for part in statement.participants:
            spelled = sentence if part.end else "\n".join((*CURIE.sentences, CURIE.title))
            assert part.text in spelled
            assert not part.end or sentence[part.start : part.end] == part.text


KEYS = st.sampled_from(["names", "facts", "subject", "predicate", "object", "name", "more"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | VALUES.map(json.dumps))
def test_any_text_is_read_without_an_error(text: str) -> None:
    of(text)


@pytest.mark.parametrize("ended", [{"finish_reason": "length"}, {"stop_reason": "max_tokens"}])
def test_arguments_that_a_provider_cut_lose_their_last_item(ended: dict[str, str]) -> None:
    without = {key: value for key, value in STAYED.items() if key != "negated"}
    cut = tool({"names": NAMES, "facts": [MOVED, without]}, response_metadata=ended)
    extractor = reader(Structured(answers=[cut]))
    assert {statement for _, statement in statements(extractor(CURIE))} <= WHOLE
    assert extractor.report.cut == 1


def test_an_answer_in_several_calls_of_the_tool_is_one() -> None:
    calls = [
        {"name": "Answer", "args": {"facts": [fact]}, "id": str(k)} for k, fact in enumerate((MOVED, STAYED))
    ]
    found = reader(Structured(answers=[AIMessage("", tool_calls=calls)]))(CURIE)
    assert {(s.lemma, s.negated) for _, s in statements(found)} == {("move to", False), ("return to", True)}
