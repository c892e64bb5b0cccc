"""Which sources paths name."""

import io
from pathlib import Path

import pytest

from graphmem.errors import SourceError
from graphmem.ingest.readers import READERS, read
from graphmem.ingest.sources import FORMATS, Limits, expand, load, name_of


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "b.md",
        "a.txt",
        "sub/c.MD",
        "sub/.hidden.md",
        ".git/x.md",
        "sub/photo.jpg",
        "sub/deep/d.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Hello.")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def uris(*paths: str) -> list[str]:
    return [source.uri for source in expand(paths)]


def test_a_folder_is_read_recursively_sorted_without_hidden_and_unknown_files(tree: Path) -> None:
    assert uris(".") == ["a.txt", "b.md", "sub/c.MD", "sub/deep/d.md"]
    assert uris(str(tree / "sub")) == [f"{tree}/sub/c.MD", f"{tree}/sub/deep/d.md"]


def test_patterns_are_expanded(tree: Path) -> None:
    assert uris("**/*.md") == ["b.md", "sub/deep/d.md"]
    assert uris("sub/*") == ["sub/c.MD"]


def test_the_same_file_is_one_source(tree: Path) -> None:
    assert uris("./b.md", "b.md", ".//b.md", "*.md") == ["b.md"]


def test_links_are_followed_to_files_and_not_to_folders(tree: Path) -> None:
    (tree / "sub" / "loop").symlink_to(tree)
    (tree / "sub" / "link.md").symlink_to(tree / "b.md")
    (tree / "sub" / "broken.md").symlink_to(tree / "nowhere")
    assert uris("sub") == ["sub/c.MD", "sub/deep/d.md", "sub/link.md"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing.md", "does not exist"),
        ("sub/photo.jpg", "known format"),
        ("*.pdf", "matches"),
        ("none", "no file in this folder"),
        ("nul\0.md", "cannot be reached"),
        ("b.md/x.md", "cannot be reached"),
    ],
)
def test_a_path_that_names_nothing_is_an_error_before_anything_is_read(
    tree: Path, path: str, reason: str
) -> None:
    (tree / "none").mkdir()
    with pytest.raises(SourceError, match=reason):
        expand(["b.md", path])


def test_standard_input_is_called_by_its_name_or_its_content() -> None:
    (source,) = expand(["-"], stdin=io.BytesIO(b"# Plan\n\nGo."), name="x/plan.md")
    assert (source.uri, source.suffix, read(source).title) == ("x/plan.md", ".md", "Plan")
    (source,) = expand(["-"], stdin=io.BytesIO(b"Hello."))
    assert source.uri.startswith("stdin:") and read(source).text == "Hello."
    with pytest.raises(SourceError, match="--max-mb"):
        expand(["-"], stdin=io.BytesIO(b"x" * 11), limits=Limits(max_bytes=10))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b'[{"role": "user", "content": "Hi"}]', "chat"),
        (b'{"a": 1}\n{"a": 2}\n', "records"),
        (b"<!DOCTYPE html><p>Hello", "text"),
        (b"Just words.", "text"),
    ],
)
def test_the_format_of_standard_input_is_seen_in_it(data: bytes, kind: str) -> None:
    (source,) = expand(["-"], stdin=io.BytesIO(data))
    assert read(source).kind == kind


def test_names_that_are_not_utf8_can_be_stored(tmp_path: Path) -> None:
    try:
        (tmp_path / "caf\udce9.txt").write_text("Hello.")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (source,) = expand([str(tmp_path)])
    assert source.uri.endswith("caf\\xe9.txt") and load(source).data == b"Hello."


def test_every_format_has_a_reader() -> None:
    assert set(FORMATS.values()) == set(READERS)


def test_a_name_in_words() -> None:
    assert name_of("notes/project_plan-2023.md") == "project plan 2023"
