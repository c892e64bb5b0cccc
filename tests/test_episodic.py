"""The benchmark of events, on a book of six chapters and a life of eight records."""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import episodic
from benchmarks.datasets import DEFAULT_DATA, DatasetMissing
from benchmarks.episodic import book, f1, life, measure
from benchmarks.measures import auroc
from graphmem.errors import InputError
from graphmem.ingest.language import NOTHING
from graphmem.testing import HashEmbedder

CHAPTERS = (
    "Ada Holm opened the lighthouse of Skagen on 3 May 2021.\n\nThe keeper wept when the lamp was lit.",
    "Bruno Katz judged a pie contest in the orchard.\n\nNobody had baked with quinces before.",
    "Ada Holm lost her compass during the regatta.\n\nThe wind had turned at noon.",
    "A chess tournament filled the library of Ghent.\n\nBruno Katz won it with a pawn.",
    "The ferry to Skagen was late.\n\nSailors sang until the fog lifted.",
    "Carla Voss restored an organ in the abbey.\n\nIts largest pipe was full of swallows.",
)
ASKED = (
    ("Who judged the pie contest in the orchard?", [2], "(*, *, *, c)", "1"),
    ("Where did Ada Holm go?", [1, 3], "(*, *, ent, *)", "2"),
    ("What happened with the compass during the regatta?", [3], "(*, *, *, c)", "1"),
    ("What happened at the volcano of Stromboli?", [], "(*, s, *, *)", "0"),
)
PHONE: dict[str, list[dict[str, Any]]] = {
    "sms": [
        {"message_content": "The plumber comes on Friday.", "contactName": "Nadia", "phone_id": 7},
        {"message_content": "Bring the cello to rehearsal.", "contactName": "Otto", "phone_id": 3},
        {"message_content": "Bring your cello to the rehearsal.", "contactName": "Otto", "phone_id": 3},
    ],
    "note": [
        {"title": "Garden", "content": "Tomatoes need lime.", "phone_id": 3},
        {"title": "Books", "content": "Return the atlas.", "phone_id": 4},
    ],
    "call": [{"contactName": "Nadia", "call_type": "Dial", "phone_id": 1}],
    "agent_chat": [
        {
            "conversation": {"turn 1": {"user": {"content": words}, "assistant": {"content": answer}}},
            "phone_id": id,
        }
        for id, words, answer in (
            (1, "How do I prune roses?", "In March."),
            (2, "What is a fugue?", "A chase."),
        )
    ],
}
EVIDENCE = (
    ("When does the plumber come?", [("sms", 7)], "Information Extraction"),
    ("What do tomatoes need in the garden?", [("note", 3)], "Information Extraction"),
    (
        "Who is told of the cello and of pruning roses?",
        [("sms", 3), ("agent_chat", 1)],
        "Multi-hop reasoning",
    ),
    ("What colour was the zeppelin?", [], "Unanswerable"),
)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with the book and what is asked about it."""
    folder = tmp_path / "small_book"
    folder.mkdir()
    text = "\n\n\n".join(f"Chapter {number}\n\n{told}" for number, told in enumerate(CHAPTERS, 1))
    (folder / "book.txt").write_text(text, "utf-8")
    names = ("question", "correct_answer_chapters", "cue", "bins_items_correct_answer")
    lines = (json.dumps(dict(zip(names, row, strict=True))) for row in ASKED)
    (folder / "df_qa.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    """A folder with the records of a phone and what is asked about them."""
    folder = tmp_path / "small_phone"
    for inner in ("phone_data", "QA"):
        (folder / inner).mkdir(parents=True)
    for kind, rows in PHONE.items():
        dated = [{"type": kind, "datetime": f"2025-03-0{n} 10:00:00", **row} for n, row in enumerate(rows, 1)]
        (folder / "phone_data" / f"{kind}.json").write_text(json.dumps(dated), "utf-8")
    questions = [
        {"question": text, "evidence": [{"type": t, "id": id} for t, id in gold], "question_type": kind}
        for text, gold, kind in EVIDENCE
    ]
    (folder / "QA" / "QA_clean.json").write_text(json.dumps(questions), "utf-8")
    return folder


# --- the area under the curve ---------------------------------------------------------------

scores = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=20)


@given(scores, scores)
def test_auroc_is_the_share_of_pairs_in_order_with_ties_counting_half(
    positive: list[float], negative: list[float]
) -> None:
    pairs = [(p > n) + (p == n) / 2 for p, n in product(positive, negative)]
    assert auroc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


@given(scores, scores)
def test_auroc_of_the_sides_swapped_is_the_rest_of_one(positive: list[float], negative: list[float]) -> None:
    assert auroc(positive, negative) + auroc(negative, positive) == pytest.approx(1)


@given(scores, scores)
def test_auroc_depends_on_the_order_of_scores_alone(positive: list[float], negative: list[float]) -> None:
    grown = [[math.exp(score) - 7 for score in side] for side in (positive, negative)]
    assert auroc(*grown) == auroc(positive, negative)


def test_auroc_tells_sides_apart_or_says_that_one_is_missing() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1
    assert auroc([1.0, 1.0], [1.0]) == 0.5
    with pytest.raises(InputError, match="at least one score"):
        auroc([0.5], [])


def test_the_f1_of_a_set_is_the_harmonic_mean_of_its_precision_and_recall() -> None:
    assert f1(frozenset("abcd"), frozenset("ab")) == pytest.approx(2 * 0.5 * 1 / 1.5)
    assert f1(frozenset("a"), frozenset("b")) == f1(frozenset(), frozenset("b")) == 0


# --- what is read ---------------------------------------------------------------------------


def test_each_paragraph_of_a_book_knows_its_chapter(library: Path) -> None:
    stream = book(library)
    (told,) = stream.documents
    assert told.events == tuple(f"Chapter {number}" for number in range(1, 7) for _ in range(2))
    assert told.event(told.reading.text.index("quinces")) == "Chapter 2"
    assert next(iter(told.texts()))[1].startswith("Chapter 1\n\nAda Holm")
    assert stream.questions[1].asked.gold == {"Chapter 1", "Chapter 3"}
    assert stream.questions[1].groups == {"cue": "(*, *, ent, *)", "matching events": "2"}


def test_each_record_of_a_phone_keeps_its_type_and_id(phone: Path) -> None:
    stream = life(phone)
    assert {document.reading.uri: document.events for document in stream.documents} == {
        "agent_chat.json": ("agent_chat/1",) * 2 + ("agent_chat/2",) * 2,
        "call.json": ("call/1",),
        "note.json": ("note/3", "note/4"),
        "sms.json": ("sms/7", "sms/3", "sms/3"),
    }
    assert [question.asked.gold for question in stream.questions[1:]] == [
        {"note/3"},
        {"sms/3", "agent_chat/1"},
    ]


def test_a_record_that_reads_otherwise_alone_is_an_error(
    phone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(episodic, "_blocks", lambda file, row: ())
    with pytest.raises(ValueError, match=r"agent_chat\.json: 4 blocks, but 0"):
        life(phone)


# --- what is measured -----------------------------------------------------------------------


def test_chapters_are_found_and_counted_by_cue_and_by_number(library: Path, tmp_path: Path) -> None:
    found = measure(book(library), f"sqlite:///{tmp_path}/m.db", HashEmbedder(256), pipeline=NOTHING)
    assert (found["events"], found["questions"]) == (6, 3)
    assert found["recall@5"] == found["recall@10"] == 1
    assert 0 < found["f1"] <= 1 <= found["returned"]
    assert {
        by: {name: row["questions"] for name, row in rows.items()} for by, rows in found["by"].items()
    } == {
        "cue": {"(*, *, *, c)": 2, "(*, *, ent, *)": 1},
        "matching events": {"1": 2, "2": 1},
    }
    assert set(found["baselines"]) == {n + f for n in ("minilm", "bm25", "rrf") for f in ("", ", by block")}
    assert found["baselines"]["rrf"]["recall@10"] == 1
    assert (found["abstention"]["answerable"], found["abstention"]["unanswerable"]) == (3, 1)
    assert set(found["abstention"]["auroc"]) == {"score", "confidence", "minilm", "minilm, by block"}


def test_records_are_found_and_without_unanswerable_questions_nothing_is_said_of_abstention(
    phone: Path, tmp_path: Path
) -> None:
    found = measure(life(phone), f"sqlite:///{tmp_path}/m.db", HashEmbedder(256), pipeline=NOTHING)
    assert (found["documents"], found["events"], found["questions"]) == (4, 7, 3)
    assert found["recall@10"] == 1
    assert set(found["by"]["type"]) == {"Information Extraction", "Multi-hop reasoning"}
    assert found["abstention"] == {}


def test_abstention_is_measured_by_score_and_by_confidence(library: Path) -> None:
    stream = book(library)
    sure = [episodic.Answer([], frozenset(), 1.0, c, 0.0) for c in (0.9, 0.8, 0.7, 0.2)]
    assert episodic.abstention(stream, sure, {}) == {
        "answerable": 3,
        "unanswerable": 1,
        "auroc": {"score": 0.5, "confidence": 1.0},
    }


@pytest.mark.parametrize("json_only", [True, False])
def test_a_kept_store_is_used_again_and_the_figures_are_told(
    json_only: bool,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(episodic, "SentenceEncoder", HashEmbedder)
    read = []
    ingest = episodic.ingest_readings
    monkeypatch.setattr(
        episodic, "ingest_readings", lambda m, rs, **kw: read.append(len(rs)) or ingest(m, rs, **kw)
    )
    options = ["--book", str(library), "--pipeline", NOTHING, "--keep", str(tmp_path / "kept")]
    for _ in range(2):
        episodic.main(options + ["--json"] * json_only)
    assert read == [1, 0]
    assert [path.name for path in (tmp_path / "kept").glob("*.db")] == ["small_book-none-keys.db"]
    said = capsys.readouterr().out
    if json_only:
        first, second = map(json.loads, said.splitlines())
        assert first["benchmark"] == "episodic"
        assert list(first["sets"]) == ["epbench"]
        assert first["sets"]["epbench"]["by"] == second["sets"]["epbench"]["by"]
    else:
        assert "epbench: 1 documents, 6 events, 3 questions" in said
        assert "by cue" in said
        assert "abstention: 3 answerable, 1 not; AUROC score" in said


@pytest.mark.parametrize("which", ["--book", "--life"])
def test_absent_data_is_told_with_exit_code_three(
    which: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DatasetMissing) as ended:
        episodic.main([which, str(tmp_path / "nothing")])
    assert ended.value.code == 3
    assert "is not there" in capsys.readouterr().err


# --- the real data --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "questions", "answerable", "events"), [("epbench", 674, 494, 120), ("lifebench", 155, 155, 2158)]
)
def test_all_gold_of_the_real_data_is_there(name: str, questions: int, answerable: int, events: int) -> None:
    folder, form = episodic.SETS[name]
    if not (DEFAULT_DATA / "episodic" / folder).is_dir():
        pytest.skip(f"{name} is not at hand (see benchmarks/datasets.py)")
    stream = form(DEFAULT_DATA / "episodic" / folder)
    gold = [question.asked.gold for question in stream.questions]
    assert (len(gold), sum(map(bool, gold))) == (questions, answerable)
    assert len(stream.events()) == events
    assert frozenset().union(*gold) <= stream.events()
