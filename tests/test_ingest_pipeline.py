"""What an ingest promises: one commit a document, nothing twice, and no failure that spreads."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import opened, put, records, state

from graphmem import Memory, SourceError, schema
from graphmem.export import export_lines
from graphmem.ingest import ingest, ingest_readings, ingest_sources
from graphmem.ingest.language import AUTOMATIC
from graphmem.ingest.readers import read
from graphmem.ingest.sources import Source, expand

LONG = "The ash of Bergen was planted by Ada Byron in 1843, and it stood by the river Lee for years. " * 3
ASH = f"# Ash\n\n{LONG}\n\nThe river Lee rose. {LONG}\n\nIt was felled in the year of the flood. {LONG}\n"
CHAT = "[2023-05-08 13:56] Ada Byron: I go to London.\n[2023-05-09 08:00] Charles: Bring the notes.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "documents"
    (found / "deep").mkdir(parents=True)
    (found / "ash.md").write_text(ASH, encoding="utf-8")
    (found / "chat.txt").write_text(CHAT, encoding="utf-8")
    (found / "deep" / "oak.txt").write_text("The oak of Bergen is old.\n", encoding="utf-8")
    (found / "table.csv").write_text("date,who,what\n2023-05-08,Ada Byron,left\n", encoding="utf-8")
    (found / "picture.png").write_bytes(b"\x89PNG")
    return found


def exported(memory: Memory) -> list[Any]:
    """The lines of an export without what the moment decides."""
    values = [json.loads(line) for line in export_lines(memory.store, memory.view)]
    return [{k: v for k, v in value.items() if k not in ("at", "commit")} for value in values]


def test_each_document_is_one_commit(memory: Memory, folder: Path) -> None:
    report = ingest(memory, [str(folder)], keys=False)
    assert (report.added, report.replaced, report.unchanged, report.failed) == (4, 0, 0, 0)
    uris = [f"{folder}/{name}" for name in ("ash.md", "chat.txt", "deep/oak.txt", "table.csv")]
    assert [commit.message for commit in memory.history()] == [f"ingest {uri}" for uri in uris]
    assert sorted(document.uri for document in memory.documents()) == uris
    for commit in memory.history():
        owners = [c.after.body["uri"] for c in commit.changes if c.after and c.after.kind == schema.DOCUMENT]
        assert [f"ingest {uri}" for uri in owners] == [commit.message]
    assert memory.store.check() == []


def test_every_sentence_has_a_vector_and_every_offset_slices(memory: Memory, folder: Path) -> None:
    ingest(memory, [str(folder)])
    found = records(memory)
    sentences = {id: r for id, r in found.items() if r.kind in schema.SENTENCE_KINDS.values()}
    assert memory.store.vectors(memory.view, list(sentences)).keys() == sentences.keys()
    for record in sentences.values():
        body, passage = record.body, found[record.body["passage"]].body
        assert passage["text"][body["start"] : body["end"]] == body["text"]
        for name, _, role, *span in body.get("mentions", []):
            assert role not in ("text", "opening") or body["text"][slice(*span)] == name


def test_a_second_run_commits_nothing(memory: Memory, folder: Path) -> None:
    ingest(memory, [str(folder)])
    before, head = state(memory), memory.store.head()
    report = ingest(memory, [str(folder), str(folder / "ash.md")])
    assert (report.added, report.replaced, report.unchanged) == (0, 0, 4)
    assert state(memory) == before and memory.store.head() == head


def test_a_changed_file_is_replaced_in_one_commit_that_keeps_what_stayed(memory: Memory) -> None:
    put(memory, {"ash.md": ASH})
    before, vectors = state(memory)
    report = put(memory, {"ash.md": ASH.replace("The river Lee rose.", "The river Lea fell.")})
    assert (report.added, report.replaced) == (0, 1) and memory.store.head() == 2
    after, new_vectors = state(memory)
    kept = before.keys() & after.keys()
    passages = [id for id in before if before[id].kind == schema.PASSAGE]
    assert len(passages) == 3 and sum(id in kept for id in passages) == 2
    commit = list(memory.history())[-1]
    changed = {change.id for change in commit.changes}
    sentences = {id for id in kept if before[id].kind == schema.SENTENCE}
    assert sentences and not sentences & changed
    assert all(new_vectors[id] == vectors[id] for id in sentences)


def test_a_replacement_gives_what_the_new_file_alone_gives(tmp_path: Path) -> None:
    new = {"ash.md": "# Elm\n\nThe elm of Bergen stands.\n\n" + ASH[:400]}
    with opened(tmp_path) as memory, opened(tmp_path, "fresh") as fresh:
        put(memory, {"ash.md": ASH})
        put(memory, new)
        put(fresh, new)
        assert state(memory) == state(fresh) and memory.store.check() == []


def test_a_file_that_fails_keeps_nothing_else_out(memory: Memory, folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    (folder / "empty.txt").write_bytes(b"")
    told: list[tuple[str, str]] = []
    sources = expand([str(folder)])
    report = ingest_sources(memory, sources, done=lambda uri, outcome: told.append((uri, outcome)))
    assert (report.added, report.failed) == (4, 2)
    names = sorted(Path(error.uri).name for error in report.errors)
    assert names == ["broken.pdf", "empty.txt"]
    assert sorted(uri for uri, outcome in told if outcome == "failed") == [
        f"{folder}/broken.pdf",
        f"{folder}/empty.txt",
    ]
    assert len(told) == 6
    everything = json.dumps([dict(record.body) for record in records(memory).values()])
    assert "broken.pdf" not in everything and "empty.txt" not in everything


def test_a_file_that_fails_now_leaves_its_old_version(memory: Memory, tmp_path: Path) -> None:
    path = tmp_path / "ash.md"
    path.write_text(ASH, encoding="utf-8")
    ingest(memory, [str(path)])
    before = state(memory)
    path.write_bytes(b"")
    report = ingest(memory, [str(path)])
    assert report.failed == 1 and state(memory) == before and memory.store.head() == 1


def test_a_path_that_does_not_exist_is_told_before_anything_goes_in(memory: Memory, folder: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.md: does not exist"):
        ingest(memory, [str(folder), str(folder / "gone.md")])
    assert memory.store.head() == 0


def test_two_reader_processes_give_the_same_store_as_one(tmp_path: Path, folder: Path) -> None:
    for number in range(12):
        text = f"# Note {number}\n\nAda Byron wrote note {number} in London.\n"
        (folder / f"note{number:02}.md").write_text(text, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 and then nothing")
    with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
        reports = [ingest(one, [str(folder)], keys=False), ingest(two, [str(folder)], jobs=2, keys=False)]
        assert exported(one) == exported(two)
        assert state(one) == state(two)
        assert [str(e) for e in reports[0].errors] == [str(e) for e in reports[1].errors]
        assert (reports[1].added, reports[1].failed) == (16, 1)
        assert ingest(two, [str(folder)], jobs=2).unchanged == 16


def test_the_size_of_a_batch_changes_nothing(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
        ingest(one, [str(folder)], keys=False)
        monkeypatch.setattr("graphmem.ingest.pipeline.ENCODED_AT_ONCE", 1)
        ingest(two, [str(folder)], keys=False)
        assert exported(one) == exported(two)


def test_the_order_of_documents_changes_no_record(tmp_path: Path) -> None:
    documents = {"ash.md": ASH, "chat.txt": CHAT, "oak.md": "# Oak\n\nThe oak of Bergen.\n"}
    with opened(tmp_path, "one") as one, opened(tmp_path, "two") as two:
        put(one, documents)
        put(two, dict(reversed(documents.items())))
        assert state(one) == state(two)


def test_standard_input_is_a_document_of_the_name_it_is_given(memory: Memory) -> None:
    for name, uri in (("notes/ash.md", "notes/ash.md"), ("", None)):
        stdin = io.BytesIO(ASH.encode())
        assert ingest_sources(memory, expand(["-"], name=name, stdin=stdin)).added == 1
        assert uri is None or memory.document(uri).title == "Ash"
    again = ingest_sources(memory, expand(["-"], stdin=io.BytesIO(ASH.encode())))
    assert again.unchanged == 1, "without a name its content is its name"


def test_readings_at_hand_go_in_as_documents(memory: Memory) -> None:
    readings = [
        read(Source(name, ".md", data=f"# {name}\n\nAda saw {name}.".encode())) for name in ("ash", "elm")
    ]
    assert ingest_readings(memory, readings).added == 2
    assert ingest_readings(memory, readings[:1]).replaced == 0
    assert memory.store.head() == 2


def test_a_source_given_twice_in_one_call_is_taken_once(memory: Memory) -> None:
    source = Source("ash.md", ".md", data=ASH.encode())
    report = ingest_sources(memory, [source, source])
    assert (report.added, memory.store.head()) == (1, 1)
    assert memory.store.check() == []


def test_of_two_versions_in_one_call_the_last_stays(memory: Memory) -> None:
    readings = [read(Source("ash.md", ".md", data=text)) for text in (ASH.encode(), b"# Ash\n\nFelled.\n")]
    ingest_readings(memory, readings)
    assert memory.document("ash.md").content_hash == readings[1].content_hash
    assert memory.store.check() == []


def test_two_ingests_at_once_take_each_document_once(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.md").write_text(f"# Note {number}\n\nAda Byron saw note {number}.\n", "utf-8")
    script = (
        "import graphmem.ingest.pipeline as p; from graphmem import Memory; "
        "from graphmem.testing import HashEmbedder; p.ENCODED_AT_ONCE = 5\n"
        "with Memory.open('sqlite:///memory.db', embedder=HashEmbedder()) as memory:\n"
        "    report = p.ingest(memory, ['.'])\n"
        "    print(report.added, report.replaced + report.failed)\n"
    )
    command = [sys.executable, "-c", script]
    both = [subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    counts = [process.communicate()[0].split() for process in both]
    assert sum(int(added) for added, _ in counts) == 40 and {other for _, other in counts} == {"0"}
    with opened(tmp_path) as memory, opened(tmp_path, "alone") as alone:
        put(alone, {f"{n}.md": (tmp_path / f"{n}.md").read_text("utf-8") for n in range(40)}, AUTOMATIC)
        assert state(memory) == state(alone)
        assert memory.store.head() == 40 and memory.store.check() == []


@pytest.mark.parametrize(
    "text", ["half \\ud83d pair", "\\u0000 NUL \\u0000", "\\u202ertl \\u05d0", "\\u2028"]
)
def test_any_character_of_a_file_goes_in_and_comes_back(memory: Memory, tmp_path: Path, text: str) -> None:
    data = f'[{{"title": "Odd", "text": "Ada Byron says {text} here."}}]'.encode()
    assert ingest_sources(memory, [Source("odd.json", ".json", data=data)]).added == 1
    assert memory.recall("What does Ada Byron say?")[0].document.uri == "odd.json"
    assert memory.store.check() == []
    lines = list(export_lines(memory.store, memory.view))
    assert "\n".join(lines).encode("utf-8")
