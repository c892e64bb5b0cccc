"""Answers that a model really gave are played back; the figures of the docs come from them."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from test_llm import NOW, reader

from benchmarks.datasets import DEFAULT_DATA
from graphmem.errors import InputError, MissingExtra
from graphmem.ingest import sentences
from graphmem.ingest.llm import Excerpt, Extractor
from graphmem.ingest.llm.replay import Recorded, ReplayChatModel, recorded

RECORDING = DEFAULT_DATA / "multihop" / "musique_train_openie_gpt35.json"
LIGHTHOUSE = {
    "title": "Amrum Lighthouse",
    "text": "The Amrum Lighthouse stands on the island of Amrum. It was built by Otto Baensch,   and lit on 1"
    " January 1875. Its “great lens” came from Paris in 1873.",
    "passage": "unused",
    "extracted_entities": ["Amrum Lighthouse", "Amrum", "Otto Baensch", "1 January 1875", "Hamburg"],
    "extracted_triples": [
        ["Amrum Lighthouse", "stands on", "island of Amrum"],
        ["Amrum Lighthouse", "built by", "Otto Baensch"],
        ["Amrum Lighthouse", "lit on", "1 January 1875"],
        ["Amrum Lighthouse", "lens came from", "Paris"],
        ["Amrum Lighthouse", "painted by", "Hamburg"],
        ["Amrum Lighthouse", "in 1873", "from", "Paris"],
    ],
}


def excerpt(one: Recorded) -> Excerpt:
    """A recorded passage in sentences."""
    spans = sentences.split(one.text)
    return Excerpt(sentences=tuple(one.text[a:b] for a, b in spans), reference=NOW, title=one.title)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.json"
    path.write_text(json.dumps({"docs": [LIGHTHOUSE]}), "utf-8")
    return path


def test_a_recorded_answer_is_read_like_any_other(recording: Path) -> None:
    (one,) = recorded(recording)
    extractor = Extractor(ReplayChatModel.of([one], "gpt"))
    found = extractor(excerpt(one))
    assert [[s.lemma for s in sentence.statements] for sentence in found] == [
        ["stand on"],
        ["be built by", "lit on"],
        ["lens came from"],
    ]
    lit = found[1].statements[1]
    assert (
        lit.when is not None
        and lit.when.begin is not None
        and lit.when.begin.date().isoformat() == "1875-01-01"
    )
    assert lit.subject.entity == "Amrum Lighthouse" and lit.by == "gpt"
    assert extractor.report.dropped == {"name": 1, "object": 1, "shape": 1}
    assert extractor.report.budget.spent.estimated


def test_a_part_of_a_recorded_passage_gets_the_answer_to_the_whole(recording: Path) -> None:
    (one,) = recorded(recording)
    part = Excerpt(sentences=excerpt(one).sentences[1:2], reference=NOW, title=one.title)
    (found,) = reader(ReplayChatModel.of([one]))(part)
    assert [statement.lemma for statement in found.statements] == ["be built by", "lit on"]


def test_a_passage_that_was_not_recorded_is_told(recording: Path) -> None:
    other = Excerpt(sentences=("Ann met Bob.",), reference=NOW)
    with pytest.raises(InputError, match="nothing is recorded"):
        reader(ReplayChatModel.of(recorded(recording)))(other)


@pytest.mark.parametrize("content", [None, "", "[]", '{"docs": [{"title": "x"}]}', '{"docs": 1}'])
def test_a_file_that_is_no_recording_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "recording.json"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(InputError, match="recording.json"):
        list(recorded(path))


def test_without_langchain_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from graphmem.llm import chat_model

    monkeypatch.setitem(sys.modules, "langchain.chat_models", None)
    with pytest.raises(MissingExtra, match=r"pip install 'graphmem\[llm\]'"):
        chat_model("openai:gpt-4o-mini")


@pytest.mark.skipif(not RECORDING.exists(), reason=f"{RECORDING} is not there")
def test_most_of_what_gpt_3_5_wrote_is_in_the_text() -> None:
    """The passages from 945 on were not looked at while building; the floors stand a point below."""
    passages = list(recorded(RECORDING))[945:1145]
    extractor = Extractor(ReplayChatModel.of(passages))
    for one in passages:
        at = excerpt(one)
        for text, sentence in zip(at.sentences, extractor(at), strict=True):
            for mention in sentence.mentions:
                assert text[mention.start : mention.end] == mention.name
            for statement in sentence.statements:
                for part in statement.participants:
                    assert part.text == (text[part.start : part.end] if part.end else part.entity)
    report = extractor.report
    names, triples = (
        sum(len(many) for many in column)
        for column in zip(*((p.names, p.triples) for p in passages), strict=True)
    )
    assert report.passages == {"read": len(passages)}
    assert 1 - report.dropped["name"] / names > 0.98
    assert (report.statements + report.dropped["repeated"]) / triples > 0.80
