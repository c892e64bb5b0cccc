"""The page History: the log a page at a time, a commit in words, and taking back."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
from conftest import opened, put
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from graphmem import Memory
from graphmem.embedding import SentenceEncoder
from graphmem.history import Filter
from graphmem.testing import HashEmbedder
from graphmem.types import Commit
from graphmem.ui import commits, words

PAGE = "from graphmem.ui import history\nhistory.page()"
ASH = "The ash stands by the Tern. Bo Rask planted it.\n\nIt fell in autumn."


def fill(memory: Memory) -> None:
    """Two readings of a document, and what two people say."""
    put(memory, {"ash.txt": ASH})
    memory.author = "ada"
    put(memory, {"ash.txt": ASH.replace("fell in autumn", "fell in spring <b>at last</b>")})
    memory.relate("Bo Rask", "lives_in", "Oslo")
    memory.author = "bo"
    memory.rename("Bo Rask", "Bo")
    memory.trust("ash.txt", "unsure")


@pytest.fixture
def held(tmp_path: Path) -> Memory:
    """Such a memory, which needs no model."""
    memory = opened(tmp_path)
    fill(memory)
    return memory


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, encoder: SentenceEncoder) -> Path:
    """The file of such a memory with vectors of the encoder that the explorer has."""
    path = tmp_path_factory.mktemp("history") / "memory.db"
    with Memory.open(f"sqlite:///{path}", embedder=encoder) as memory:
        fill(memory)
    return path


@pytest.fixture
def url(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of it, of which the explorer is told."""
    found = f"sqlite:///{shutil.copy(filled, tmp_path / 'pages.db')}"
    monkeypatch.setenv("GRAPHMEM_STORE", found)
    monkeypatch.delenv("GRAPHMEM_UI_READ_ONLY", raising=False)
    return found


def log(url: str) -> list[Commit]:
    """Its commits, newest first."""
    with Memory.open(url, embedder=HashEmbedder()) as memory:
        return list(memory.history(newest_first=True))


def at(**query: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=120)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception
    return page


def labelled(page: AppTest, label: str) -> AppTest:
    (button,) = [one for one in page.button if one.label == label]
    button.click().run()
    assert not page.exception
    return page


def address(page: AppTest, name: str) -> str:
    """What the address says: as the test wrote it a list, as the page wrote it a text."""
    found = page.query_params[name]
    return found if isinstance(found, str) else found[-1]


def shown(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def messages(page: AppTest) -> list[str]:
    return [one.label.replace("\\", "") for one in page.checkbox]


# --- the log --------------------------------------------------------------------------------


def test_pages_hold_the_whole_log_newest_first(held: Memory) -> None:
    whole = [one.id for one in held.history(newest_first=True)]
    for size in (1, 2, 3, 100):
        found: list[str] = []
        before = 0
        while True:
            page = commits.page(held, Filter(), before=before, size=size)
            assert len(page.rows) <= size
            found += [row.id for row in page.rows]
            if not (before := page.older):
                break
        assert found == whole


def test_a_page_ends_where_too_much_was_looked_at(held: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commits, "_LOOKED_AT", 3)
    first = commits.page(held, Filter(author="user"))
    assert not first.rows and first.older and first.until
    rows = []
    while first.older:
        first = commits.page(held, Filter(author="user"), before=first.older)
        rows += first.rows
    assert [row.author for row in rows] == ["user"]


def test_filters_find_what_memory_history_finds(held: Memory) -> None:
    first = next(held.history())
    later = Filter(since=first.at + timedelta(microseconds=1))
    for asked in (Filter(author="ada"), Filter(message="INGEST"), later):
        rows = commits.page(held, asked).rows
        expected = held.history(
            author=asked.author, message=asked.message, since=asked.since, newest_first=True
        )
        assert [row.id for row in rows] == [one.id for one in expected] != []
    for name in ("ash.txt", "Bo Rask", "nobody"):
        rows = commits.page(held, Filter(), of=name).rows
        assert [row.id for row in rows] == [one.id for one in held.history(name, newest_first=True)]


def test_a_commit_is_found_by_id_with_or_without_its_number(held: Memory) -> None:
    for one in held.history():
        for seq in (0, one.seq, one.seq + 1, 99):
            assert commits.commit(held, one.id, seq).id == one.id


# --- in words -------------------------------------------------------------------------------


def told(memory: Memory, commit: Commit) -> dict[str, list[str]]:
    groups = words.told(memory, commit.changes)
    return {group.title: [f"{line.sign} {line.text}" for line in group.lines] for group in groups}


def test_each_commit_is_told_in_words(held: Memory) -> None:
    read, again, relate, rename, trust = held.history()
    assert told(held, read)["Documents"] == [f"+ ash.txt, {len(ASH)} characters"]
    (line,) = told(held, again)["Text"]
    assert line.startswith("~ The ash") and line.endswith("in [-autumn.-] {+spring <b>at last</b>.+}")
    assert told(held, relate) == {"What people say": ["+ ada says: Bo Rask lives in Oslo."]}
    assert told(held, rename) == {"What people say": ["+ Bo: is called “Bo”"]}
    assert told(held, trust) == {"Trust and shares": ["+ ash.txt: unsure"]}
    (followed,) = [one for one in words.derived(commits.followed(held, relate.seq)) if one.title == "Facts"]
    assert [line.text for line in followed.lines] == ["Bo Rask lives in Oslo"]


def test_ids_in_messages_become_names(held: Memory) -> None:
    entity = held.find("Bo Rask")
    text = f"retype {entity.id}"
    assert words.readable(text, words.names(held, [text])) == "retype Bo"


@given(st.lists(st.sampled_from("abcd"), max_size=8), st.lists(st.sampled_from("abcd"), max_size=8))
def test_pieces_give_both_texts(before: list[str], after: list[str]) -> None:
    found = list(words.pieces(" ".join(before), " ".join(after)))
    kept = [text.split() for sign, text in found if sign != "+"]
    new = [text.split() for sign, text in found if sign != "-"]
    assert (sum(kept, []), sum(new, [])) == (before, after)


def test_every_kind_has_a_plain_name() -> None:
    from graphmem.projection import SCHEMA

    assert words.KINDS.keys() == SCHEMA.logged | SCHEMA.derived
    assert words.counts({"fact": 1, "document": 2_000}) == "2,000 documents, 1 fact"


# --- the page -------------------------------------------------------------------------------


def test_the_list_is_newest_first_and_the_address_narrows_it_down(url: str) -> None:
    assert messages(at()) == [one.message for one in log(url)]
    assert messages(at(author="bo")) == ["trust ash.txt: unsure", "rename Bo Rask to Bo"]
    assert messages(at(message="RENAME")) == ["rename Bo Rask to Bo"]
    assert len(messages(at(since="2000-01-01", until="2999-01-01"))) == 5
    assert "no such change" in at(until="2000-01-01").info[0].value


def test_what_is_typed_into_the_filters_stands_in_the_address(url: str) -> None:
    page = at()
    page.text_input(key="log author").set_value("bo")
    labelled(page, "Show")
    assert address(page, "author") == "bo" and len(messages(page)) == 2
    labelled(page, "Show all")
    assert "author" not in page.query_params and len(messages(page)) == 5


def test_a_link_to_a_commit_shows_it_and_all_of_it_is_text(url: str) -> None:
    again = log(url)[-2]
    html = shown(at(commit=again.id))
    assert "<del title='went'>autumn.</del>" in html
    assert "spring &lt;b&gt;at last&lt;/b&gt;" in html
    assert "no commit 'nothing'" in at(commit="nothing").error[0].value


def test_a_commit_is_undone_after_its_dry_run(url: str) -> None:
    relate = log(url)[2]
    page = press(at(commit=relate.id), "undo-this")
    assert "Goes: 1 document, 1 passage, 1 sentence" in shown(page) and len(log(url)) == 5
    press(page, "undo-now")
    assert log(url)[0].message.startswith(f"undo {relate.id}")


def test_several_chosen_ones_are_undone_together(url: str) -> None:
    page = at()
    newest = log(url)[:2]
    for one in newest:
        page.checkbox(key=f"pick-{one.id}").check().run()
    labelled(page, "What would undoing do?")
    assert set(address(page, "undo").split(",")) == {one.id for one in newest}
    press(page, "undo-now")
    assert log(url)[0].message.startswith("undo 2 commits") and "undo" not in page.query_params
    assert not any(one.value for one in page.checkbox)


def test_a_conflict_is_reported_as_it_is(url: str) -> None:
    first = log(url)[-1]
    page = at(undo=first.id)
    assert "others built on it" in page.error[0].value
    with Memory.open(url, embedder=HashEmbedder()) as memory, pytest.raises(Exception) as report:
        memory.undoing(first.id)
    assert str(report.value) in [one.value for one in page.text]
    assert not [one for one in page.button if one.key == "undo-now"]


def test_a_document_is_brought_back_as_it_was(url: str) -> None:
    first = log(url)[-1]
    press(at(commit=first.id), "restore")
    assert log(url)[0].message.startswith("restore")
    with Memory.open(url, embedder=HashEmbedder()) as memory:
        assert "autumn" in "".join(part.text for part in memory.parts(memory.document("ash.txt")))


def test_read_only_shows_and_takes_nothing_back(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_UI_READ_ONLY", "1")
    first = log(url)[0]
    for page in (at(undo=first.id), at(commit=first.id, undo=first.id)):
        assert not {"undo-now", "undo-this", "restore"} & {one.key for one in page.button}
    assert all(one.disabled for one in at().checkbox)


def test_a_long_log_is_paged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    start = datetime(2024, 1, 1, tzinfo=timezone.utc)
    many = f"sqlite:///{tmp_path}/many.db"
    with Memory.open(many, embedder=HashEmbedder()) as memory:
        memory.clock = lambda: start + timedelta(minutes=next(ticks))
        for number in range(commits.PAGE + 5):
            memory.trust(f"mail/{number}", "unsure")
    monkeypatch.setenv("GRAPHMEM_STORE", many)
    page = at()
    assert len(messages(page)) == commits.PAGE
    labelled(page, "Older")
    assert messages(page)[-1] == "trust mail/0: unsure" and len(messages(page)) == 5
    labelled(page, "Newest")
    assert messages(page)[0] == f"trust mail/{commits.PAGE + 4}: unsure"
