"""What reading costs: kept answers cost nothing, a spent budget stops cleanly, errors are told."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="needs pip install 'graphmem[llm]'")

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelRateLimitError,
)
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from pydantic import SecretStr
from test_llm import CURIE, MOVED, NAMES, NOW, Scripted, Structured, reader, tool

from graphmem.errors import InputError
from graphmem.ingest.llm import Excerpt
from graphmem.llm import Budget, Cache, ModelError, Price, Usage, chat_model, folder
from graphmem.llm.asking import TRIES

GOOD = {"names": NAMES, "facts": [MOVED]}
USED = UsageMetadata(input_tokens=1000, output_tokens=200, total_tokens=1200)


def good() -> AIMessage:
    """An answer that tells what it used."""
    return tool(GOOD, usage_metadata=USED)


# --- the cache ------------------------------------------------------------------------------


def test_a_kept_answer_costs_nothing_and_says_the_same(tmp_path: Path) -> None:
    first = reader(Structured(answers=[good()]), cache=Cache(tmp_path))
    second = reader(Structured(answers=[]), cache=Cache(tmp_path))
    assert first(CURIE) == second(CURIE) != ()
    assert first.report.passages == {"read": 1} and second.report.passages == {"cached": 1}
    assert second.report.budget.calls == 0


@pytest.mark.parametrize("other", ["model", "text", "title", "relations"])
def test_what_could_change_the_answer_is_asked_anew(tmp_path: Path, other: str) -> None:
    from graphmem import relations

    reader(Structured(answers=[good()]), cache=Cache(tmp_path))(CURIE)
    model = Structured(answers=[good()])
    guided = relations.load() if other == "relations" else None
    changed = {
        "text": Excerpt(sentences=("She moved to Paris.",), reference=NOW, title=CURIE.title),
        "title": Excerpt(sentences=CURIE.sentences, reference=NOW, title="Curie"),
    }
    extractor = reader(model, cache=Cache(tmp_path), guided=guided, name="other" if other == "model" else "")
    extractor(changed.get(other, CURIE))
    assert model.answers == []


@pytest.mark.parametrize(
    "bad",
    ["no JSON", '{"names": ["Paris"', '{"names": ["Berlin"]}'],
    ids=["unreadable", "cut", "ungrounded"],
)
def test_bad_answers_are_not_kept(tmp_path: Path, bad: str) -> None:
    reader(Scripted(answers=[bad], again=True), cache=Cache(tmp_path))(CURIE)
    assert not list(tmp_path.rglob("*.json"))


def test_a_damaged_file_is_asked_anew_and_mended(tmp_path: Path) -> None:
    reader(Structured(answers=[good()]), cache=Cache(tmp_path))(CURIE)
    (file,) = tmp_path.rglob("*.json")
    whole = file.read_bytes()
    for damage in (b"", whole[:20], b"\xff\xfe", b"[]", b'{"other": 1}'):
        file.write_bytes(damage)
        reader(Structured(answers=[good()]), cache=Cache(tmp_path))(CURIE)
        assert file.read_bytes() == whole


def test_many_writers_leave_one_whole_answer(tmp_path: Path) -> None:
    cache, start = Cache(tmp_path), threading.Barrier(8)

    def write(k: int) -> None:
        start.wait()
        for _ in range(20):
            cache.put("abcd", {"k": [k] * 1000})
            assert len(set(cache.get("abcd")["k"])) == 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert [file.name for file in tmp_path.rglob("*.*")] == ["abcd.json"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="answers cannot be kept in .*file.* name another folder"):
        Cache(tmp_path / "file").put("abcd", {})
    assert Cache(tmp_path / "file").get("abcd") is None


def test_the_folder_is_where_the_system_keeps_caches() -> None:
    assert folder({"XDG_CACHE_HOME": "/c"}, "linux") == Path("/c/graphmem/llm")
    assert folder({}, "linux") == Path.home() / ".cache/graphmem/llm"
    assert folder({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/graphmem/llm")
    assert folder({}, "darwin") == Path.home() / "Library/Caches/graphmem/llm"


# --- the budget -----------------------------------------------------------------------------


def passages(count: int) -> list[Excerpt]:
    return [
        Excerpt(sentences=(f"{CURIE.sentences[1]} {k}",), reference=NOW, title=CURIE.title)
        for k in range(count)
    ]


def test_a_spent_budget_stops_cleanly_and_says_how_much_is_unread(tmp_path: Path) -> None:
    budget = Budget(tokens=5000, price=Price(1.0, 2.0))
    model = Structured(answers=[good()], again=True)
    extractor = reader(model, budget=budget, cache=Cache(tmp_path))
    found = [extractor(one) for one in passages(9)]
    calls = len(model.seen)
    assert 0 < calls < 9 and extractor.report.passages == {"read": calls, "unread": 9 - calls}
    assert budget.spent == Usage(1000 * calls, 200 * calls) and budget.spent.tokens <= 5000
    assert budget.cost == pytest.approx(calls * 0.0014)
    assert all(one[0].statements for one in found[:calls])
    assert not any(one[0].statements or one[0].mentions for one in found[calls:])
    lines = "\n".join(extractor.report.lines())
    assert f"{9 - calls} passages were not read by the model" in lines
    extractor(passages(1)[0])
    assert extractor.report.passages["cached"] == 1, "what is kept is read although nothing is left"


def test_money_is_a_limit_too() -> None:
    extractor = reader(
        Structured(answers=[good()], again=True), budget=Budget(money=0.004, price=Price(1.0, 2.0))
    )
    list(extractor.each(passages(9), at_once=3))
    cost = extractor.report.budget.cost
    assert cost is not None and 0 < cost <= 0.004 + 3 * 200 * 2 / 1_000_000, (
        "one answer beyond for each that runs"
    )
    assert extractor.report.unread > 0


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 500)), max_size=30), st.integers(0, 10_000))
def test_no_call_begins_that_the_budget_has_no_room_for(calls: list[tuple[int, int]], limit: int) -> None:
    budget = Budget(tokens=limit)
    held = []
    for characters, answered in calls:
        taken = budget.take(characters)
        if taken is not None:
            held.append((taken, Usage(taken.input, answered)))
        assert budget.spent.tokens + sum(one.tokens for one, _ in held) <= limit
    for one, used in held:
        budget.settle(one, used)
    assert budget.spent == sum((used for _, used in held), Usage())


def test_tokens_are_estimated_where_the_model_does_not_tell_and_it_says_so() -> None:
    extractor = reader(Scripted(answers=[json.dumps(GOOD)]))
    extractor(CURIE)
    spent = extractor.report.budget.spent
    assert spent.estimated and spent.input > 300 and spent.output == -(-len(json.dumps(GOOD)) // 4)
    assert "tokens: about " in "\n".join(extractor.report.lines())


@pytest.mark.parametrize("options", [{"money": 1.0}, {"tokens": -1}, {"price": Price(-1, 0)}])
def test_a_budget_that_means_nothing_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Budget(**options)


# --- bad answers and failed calls -----------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "told"), [("Sorry.", "not one JSON object"), ('{"names": ["Berlin"]}', "none of its")]
)
def test_a_bad_answer_is_asked_for_once_more_with_what_was_wrong(bad: str, told: str) -> None:
    model = Scripted(answers=[bad, json.dumps(GOOD)])
    extractor = reader(model)
    assert extractor(CURIE)[1].statements
    assert str(model.seen[1][-2].text) == bad and told in str(model.seen[1][-1].text)
    assert (extractor.report.again, extractor.report.passages) == (1, {"read": 1})


def test_two_bad_answers_are_a_passage_without_one() -> None:
    model = Scripted(answers=["Sorry.", "I cannot.", "never asked for"])
    extractor = reader(model)
    assert not any(one.mentions for one in extractor(CURIE))
    assert extractor.report.passages == {"unreadable": 1} and len(model.answers) == 1
    assert "1 passages got no answer" in "\n".join(extractor.report.lines())


def test_a_passage_without_anything_to_say_is_asked_about_once() -> None:
    model = Scripted(answers=['{"names": [], "facts": []}'])
    assert reader(model)(CURIE) and not model.answers


class Status(ConnectionError):
    """An error as HTTP clients raise it."""

    def __init__(self, status_code: int) -> None:
        super().__init__(f"HTTP {status_code} with sk-live-1234567890")
        self.status_code = status_code


@pytest.mark.parametrize(
    "error", [ModelRateLimitError(), ModelConnectionError(), TimeoutError(), Status(503), Status(429)]
)
def test_what_passes_is_tried_again_with_growing_pauses(error: Exception) -> None:
    pauses: list[float] = []
    extractor = reader(Structured(answers=[error, error, good()]))
    extractor._client._asker.sleep = pauses.append
    assert extractor(CURIE)[1].statements
    assert pauses == [2.0, 4.0]
    with pytest.raises(ModelError, match=f"no answer after {TRIES} tries.*run again later"):
        reader(Structured(answers=[error], again=True))(CURIE)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Status(401), "refuses the key"),
        (Status(403), "refuses the key"),
        (Status(404), "no such model"),
        (ModelNotFoundError("no such deployment"), "no such deployment"),
        (ModelAuthenticationError("bad key"), "bad key"),
    ],
)
def test_what_does_not_pass_ends_the_run_at_once(error: Exception, says: str) -> None:
    model = Structured(answers=[error, good()])
    extractor = reader(model)
    with pytest.raises(ModelError, match=says):
        list(extractor.each([CURIE], at_once=2))
    assert len(model.seen) == 1 and extractor.report.budget.take(0) == Usage(), "nothing is held any more"


def test_a_refused_passage_is_counted_and_the_next_is_read() -> None:
    model = Structured(
        answers=[ContextOverflowError("too long"), good(), ModelInvalidRequestError("filtered"), good()]
    )
    extractor = reader(model)
    for one in passages(4):
        extractor(one)
    assert extractor.report.passages == {"refused": 2, "read": 2}
    assert (
        "2 passages were refused by the model: ModelInvalidRequestError: filtered" in extractor.report.lines()
    )


def test_a_server_that_knows_no_tools_is_asked_for_text() -> None:
    model = Structured(answers=[ModelInvalidRequestError("tools are not supported"), json.dumps(GOOD)])
    extractor = reader(model)
    assert extractor(CURIE)[1].statements and extractor.report.passages == {"read": 1}
    assert "Answer with one JSON object" in str(model.seen[1][0].text)


def test_no_key_is_ever_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Keyed(Scripted):
        api_key: SecretStr = SecretStr("very-private-1")

    monkeypatch.setenv("SOME_API_KEY", "quite-private-2")
    said = Status(503)
    said.args = ("keys: very-private-1 quite-private-2 sk-live-1234567890 Bearer abcdefghijkl",)
    with pytest.raises(ModelError) as caught:
        reader(Keyed(answers=[said], again=True))(CURIE)
    assert str(caught.value).count("***") == 4 and "private" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("name", "says"), [("gpt-4o", "provider:model"), (":x", "provider:model"), ("nope:x", "nope")]
)
def test_a_name_of_no_model_is_told(name: str, says: str) -> None:
    pytest.importorskip("langchain", reason="needs pip install 'graphmem[llm]'")
    with pytest.raises(InputError, match=says):
        chat_model(name)


def test_a_provider_without_its_package_says_what_to_install() -> None:
    pytest.importorskip("langchain", reason="needs pip install 'graphmem[llm]'")
    try:
        import langchain_xai  # type: ignore[import-not-found]  # noqa: F401
    except ImportError:
        with pytest.raises(InputError, match="pip install langchain-xai"):
            chat_model("xai:grok")
    else:
        pytest.skip("the package of the provider is installed")
