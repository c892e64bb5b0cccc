"""The benchmark of constants: each is halved and doubled where it can touch something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import kept, page, sensitivity
from benchmarks.kept import Blind, Place, opened, spread
from benchmarks.sensitivity import AS_IT_IS, answered, done, measure, settings
from benchmarks.settings import EVERY, FACTORS, SHARES, TOUCHED, WITHOUT, applied, parts, scaled, steered
from graphmem.ingest.language import NOTHING
from graphmem.retrieval import constants
from graphmem.testing import HashEmbedder

PASSAGES = {
    "Tern buoy": "The Tern buoy was designed by Ingrid Solvang. It drifted for a year.",
    "Ingrid Solvang": "Ingrid Solvang was born in Vardø. Her father kept the light.",
    "Vardø": "Vardø is a town in Norway. It has a fortress.",
    "Rye bread": "Rye bread needs a sour dough. It keeps for a week.",
    "Halden": "Halden is a town in Norway. Ingrid Solvang studied there.",
}
HOPS = (
    ("Where was the designer of the Tern buoy born?", ["Tern buoy", "Ingrid Solvang"]),
    ("Which town has a fortress?", ["Vardø"]),
    ("What does rye bread need?", ["Rye bread"]),
)
TURNS = (
    ("D1:1", "Ann", "I bought a dog last week."),
    ("D1:2", "Bo", "What is it called?"),
    ("D1:3", "Ann", "Biscuit. He likes the beach."),
    ("D1:4", "Bo", "We never had a dog at home, my mother had a cat."),
    ("D2:1", "Bo", "I went to Oslo in May."),
    ("D2:2", "Ann", "Did you see the opera?"),
    ("D2:3", "Bo", "Yes, and the harbour was lovely."),
)
TALK = (
    ("What is Ann's dog called?", ["D1:3"], 1),
    ("When did Bo go to Oslo?", ["D2:1"], 2),
    ("What did Bo see in Oslo?", ["D2:3"], 1),
)
CHAPTERS = (
    "Ada Holm opened the lighthouse of Skagen on 3 May 2021.\n\nThe keeper wept when the lamp was lit.",
    "Bruno Katz judged a pie contest in the orchard.\n\nNobody had baked with quinces before.",
    "Ada Holm lost her compass during the regatta.\n\nThe wind had turned at noon.",
    "A chess tournament filled the library of Ghent.\n\nBruno Katz won it with a pawn.",
    "The ferry to Skagen was late.\n\nSailors sang until the fog lifted.",
    "Carla Voss restored an organ in the abbey.\n\nIts largest pipe was full of swallows.",
)
TOLD = (
    ("Who judged the pie contest in the orchard?", [2]),
    ("Where did Ada Holm go?", [1, 3]),
    ("What happened at the volcano?", []),
)
SETS = ("2wiki", "locomo", "epbench")


def _chat() -> dict[str, Any]:
    sessions = {f"session_{n}": [] for n in (1, 2)}
    for id, speaker, text in TURNS:
        sessions[f"session_{id[1]}"].append({"dia_id": id, "speaker": speaker, "text": text})
    dates = {f"session_{n}_date_time": f"1:00 pm on {n} June, 2023" for n in (1, 2)}
    asked = [{"question": text, "evidence": gold, "category": category} for text, gold, category in TALK]
    return {"sample_id": "one", "conversation": {**sessions, **dates}, "qa": asked}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with five passages, a chat and a book of six chapters, and what is asked of them."""
    folder = tmp_path_factory.mktemp("data")
    book = folder / "episodic" / "epbench_thriller"
    for inner in (folder / "multihop", folder / "conversation", book):
        inner.mkdir(parents=True)
    passages = [{"title": title, "text": text} for title, text in PASSAGES.items()]
    hops = [{"question": text, "gold_titles": gold} for text, gold in HOPS]
    for name, value in (
        ("multihop/2wikimultihopqa_corpus", passages),
        ("multihop/2wikimultihopqa_dev40", hops),
        ("conversation/locomo_dev5", [_chat()]),
    ):
        (folder / f"{name}.json").write_text(json.dumps(value), "utf-8")
    text = "\n\n\n".join(f"Chapter {number}\n\n{told}" for number, told in enumerate(CHAPTERS, 1))
    (book / "book.txt").write_text(text, "utf-8")
    rows = [
        {"question": q, "correct_answer_chapters": gold, "cue": "", "bins_items_correct_answer": ""}
        for q, gold in TOLD
    ]
    (book / "df_qa.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where memories are kept."""
    return tmp_path_factory.mktemp("keep")


@pytest.fixture(scope="module")
def place(data: Path, keep: Path) -> Place:
    """All questions of the data, read without spaCy."""
    return Place(data, keep, 100, NOTHING)


@pytest.fixture(scope="module")
def sets(place: Place) -> Iterator[dict[str, kept.Kept]]:
    """The sets, their memories filled."""
    with opened(SETS, place, HashEmbedder(64)) as found:
        yield found


def _few(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    chosen = [one for one in steered() if one.name.partition(" ")[0] in names]
    monkeypatch.setattr(sensitivity, "steered", lambda: iter(chosen))
    monkeypatch.setattr(sensitivity, "WITHOUT", WITHOUT[2:5])


# --- the settings ---------------------------------------------------------------------------


def test_every_part_says_what_it_touches_and_every_share_is_one() -> None:
    assert parts().keys() == TOUCHED.keys()
    known = {name: value for own in parts().values() for name, value in own.items()}
    assert known.keys() >= SHARES and all(0 < known[name] <= 1 for name in SHARES)
    assert known == {name: value for name, value in vars(constants).items() if name.isupper()}


def test_what_can_order_something_is_halved_and_doubled_once() -> None:
    names = [one.name for one in steered()]
    assert len(names) == len(set(names))
    for part, own in parts().items():
        for name, value in own.items():
            there = {word for word in FACTORS if f"{name} {word}" in names}
            can = {word for word, by in FACTORS.items() if scaled(name, value, by) != value}
            assert there == (can if TOUCHED[part] else set())
    assert "CONTEXT_ASKED doubled" not in names, "no more than all of a turn's words can be lent"


@pytest.mark.parametrize(
    ("name", "value", "factor", "expected"),
    [
        ("BRIDGES", 8, 0.5, 4),
        ("SUFFICIENT", 3, 0.5, 2),
        ("LOOK", 1, 0.5, 1),
        ("GATE", 10.0, 2.0, 20.0),
        ("DAMPING", 0.9, 2.0, 1.0),
        ("DAMPING", 0.9, 0.5, 0.45),
    ],
)
def test_counts_stay_counts_and_shares_shares(
    name: str, value: float, factor: float, expected: float
) -> None:
    found = scaled(name, value, factor)
    assert found == expected and type(found) is type(value)


def test_constants_are_as_they_were_after_a_setting_even_after_an_error() -> None:
    before = dict(vars(constants))
    for setting in settings().values():
        with applied(setting):
            assert {name: getattr(constants, name) for name in setting.constants} == setting.constants
        with pytest.raises(KeyError), applied(setting):
            raise KeyError
    assert dict(vars(constants)) == before


# --- what a part touches --------------------------------------------------------------------


@pytest.mark.parametrize("part", [part for part, touched in TOUCHED.items() if set(SETS) - set(touched)])
def test_constants_of_other_parts_change_no_ranking(part: str, sets: dict[str, kept.Kept]) -> None:
    """So that a set need not be asked again for them."""
    for of in set(SETS) - set(TOUCHED[part]):
        before = sets[of].rank()
        for name, value in parts()[part].items():
            for factor in (0.2, 5.0):
                with applied(sensitivity.Setting("", {name: scaled(name, value, factor)}, ())):
                    assert sets[of].rank() == before, (of, name, factor)


@pytest.mark.parametrize("setting", WITHOUT, ids=lambda one: one.name)
def test_every_retriever_can_be_taken_out(setting: sensitivity.Setting, sets: dict[str, kept.Kept]) -> None:
    for of in set(SETS) & set(setting.sets):
        (values,) = answered((setting.name, of), sets).values()
        assert len(values) == len(sets[of].asked) and all(0 <= value <= 1 for value in values)


def test_what_is_taken_out_is_missed(sets: dict[str, kept.Kept]) -> None:
    (memory,) = sets["2wiki"].memories

    def scores(name: str) -> list[float]:
        with applied(settings()[name]):
            return [hit.score for hit in memory.recall(HOPS[0][0])]

    whole = scores("as it is")
    for retriever in ("keyword search", "names of the question", "the walk", "links of the first hits"):
        assert scores(f"without {retriever}") != whole, retriever


# --- the encoder and the sample -------------------------------------------------------------


def test_the_blind_see_no_text_and_see_again_thereafter(sets: dict[str, kept.Kept]) -> None:
    own = sets["2wiki"]
    before, (memory,) = own.rank(), own.memories
    with own.blind():
        assert isinstance(memory.embedder, Blind) and not memory.embedder.encode(["Tern buoy"]).any()
        assert memory.recall(HOPS[0][0])[0].parts["cosine"] == 0
    assert memory.recall(HOPS[0][0])[0].parts["cosine"] > 0
    assert own.rank() == before


@pytest.mark.parametrize(("count", "most"), [(7, 3), (3, 7), (100, 10), (0, 4)])
def test_a_sample_is_spread_evenly(count: int, most: int) -> None:
    found = spread(range(count), most)
    assert len(found) == min(count, most) and found == sorted(set(found))
    gaps = {b - a for a, b in zip(found, found[1:], strict=False)}
    assert max(gaps, default=0) - min(gaps, default=0) <= 1


# --- what is measured, and kept -------------------------------------------------------------


def test_a_stopped_run_goes_on_where_it_was(
    place: Place, keep: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _few(monkeypatch, "DAMPING", "TIME", "GATE")
    whole = measure(SETS, place, HashEmbedder)
    (file,) = keep.glob("sensitivity-*.jsonl")
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join(lines[:-4]) + "\n" + lines[-4][:9], "utf-8")
    asked: list[Any] = []

    def counted(*arguments: Any) -> Any:
        asked.append(arguments[0])
        return answered(*arguments)

    monkeypatch.setattr(sensitivity, "answered", counted)
    assert measure(SETS, place, HashEmbedder) == whole
    assert len(asked) == 4 and len(done(file)) == len(lines)
    assert measure(SETS, place, HashEmbedder) == whole and len(asked) == 4
    assert "locomo" in capsys.readouterr().err


def test_what_is_done_so_far_can_be_told(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _few(monkeypatch, "TIME")
    place = Place(data, tmp_path, 100, NOTHING)
    assert measure(SETS, place, HashEmbedder, processes=0)["columns"] == {}
    assert not list(tmp_path.iterdir()), "nothing was asked"
    whole = measure(["locomo"], place, HashEmbedder)
    (file,) = tmp_path.glob("sensitivity-*.jsonl")
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join(lines[:-1]) + "\n", "utf-8")
    part = measure(SETS, place, HashEmbedder, processes=0)
    assert part["columns"] == whole["columns"] and part["baselines"] == whole["baselines"]
    assert part["constants"]["turns"]["TIME"]["halved"] == whole["constants"]["turns"]["TIME"]["halved"]
    assert part["constants"]["turns"]["TIME"]["doubled"].keys() == {"value"}, "was not asked"


def test_other_constants_are_measured_anew(place: Place, keep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _few(monkeypatch)
    monkeypatch.setattr(sensitivity, "WITHOUT", ())
    measure(["locomo"], place, HashEmbedder)
    files = set(keep.glob("sensitivity-*.jsonl"))
    monkeypatch.setattr(constants, "TIME", 3.5)
    measure(["locomo"], place, HashEmbedder)
    assert len(set(keep.glob("sensitivity-*.jsonl")) - files) == 1


def test_two_processes_find_what_one_does(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [(AS_IT_IS.name, "locomo"), ("TIME doubled", "locomo"), ("without the encoder", "2wiki")]
    place = Place(data, tmp_path, 100, NOTHING)
    one = list(sensitivity.run(tasks, place, HashEmbedder))
    assert list(sensitivity.run(tasks, place, HashEmbedder, processes=2)) == one


# --- what is told ---------------------------------------------------------------------------


@pytest.fixture
def ran(data: Path, keep: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command on few settings; gives what it prints."""
    _few(monkeypatch, "DAMPING", "TIME", "K_TURN")
    monkeypatch.setattr(sensitivity, "SentenceEncoder", HashEmbedder)
    options = ["--data", str(data), "--keep", str(keep), "--pipeline", NOTHING]

    def run(*more: str) -> str:
        sensitivity.main([*options, *(f"--set={name}" for name in SETS), *more])
        return capsys.readouterr().out

    return run


def test_figures_are_told_by_column(ran: Any) -> None:
    found = json.loads(ran("--json"))
    assert found["benchmark"] == "sensitivity"
    assert {name: own["questions"] for name, own in found["columns"].items()} == {
        "multi-hop": 3,
        "LoCoMo": 3,
        "EpBench": 2,
    }
    damping = found["constants"]["walk"]["DAMPING"]
    assert damping["value"] == constants.DAMPING and damping["doubled"]["value"] == 1.0
    assert damping["halved"].keys() == {"value", "multi-hop", "EpBench"}, "no turn is scored by the walk"
    assert found["constants"]["turns"]["TIME"]["halved"].keys() == {"value", "LoCoMo", "EpBench"}
    assert set(found["baselines"]["2wiki"]) == {"bm25", "minilm", "rrf"}
    assert "confidence" not in found["constants"]
    for row in found["baselines"]["locomo"].values():
        low, high = row["interval"]
        assert low <= row["difference"] <= high and row["real"] == (low > 0 or high < 0)


def test_what_is_real_is_told_in_words_and_on_the_page(
    ran: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "differences are real" in ran()
    recall = tmp_path / "recall.md"
    recall.write_text(f"# Before\n{page.BEGIN}\nwas here\n{page.END}\nAfter\n", "utf-8")
    run = json.loads(ran("--json"))
    run["baselines"]["2wiki"]["bm25"] = {"difference": 0.1234, "interval": [0.01, 0.2], "real": True}
    (tmp_path / "run.json").write_text(json.dumps(run), "utf-8")
    benchmarks = page.PAGE.read_text("utf-8")
    monkeypatch.setattr(page, "RECALL", recall)
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    page.PAGE.write_text(benchmarks, "utf-8")
    page.main([str(tmp_path / "run.json")])
    text = recall.read_text("utf-8")
    assert text.startswith(f"# Before\n{page.BEGIN}\n") and text.endswith(f"{page.END}\nAfter\n")
    assert "was here" not in text and "| **+12.3** [+1.0, +20.0] |" in text
    assert "| `DAMPING` 0.9 → 0.45 |" in text and "### Constants: walk" in text
    assert page.PAGE.read_text("utf-8") == benchmarks, "the other figures stay"


def test_every_set_has_a_column() -> None:
    assert sorted(of for column in sensitivity.COLUMNS.values() for of in column) == sorted(EVERY)
