"""Where text comes from: files, folders, patterns and standard input, and their bytes.

A source is named by its uri: the path as it was given, with forward slashes and without "./", so
that a file that is given twice is one source. Nothing is fetched from the network.
"""

from __future__ import annotations

import glob
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from graphmem.errors import SourceError
from graphmem.identity import content_hash

FORMATS: Final = {
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "table",
    ".tsv": "table",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
"""The format that a suffix promises; files with other suffixes are not read."""

_MEGABYTE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a source is read: bytes of the file, and bytes once it is unpacked."""

    max_bytes: int = 100 * _MEGABYTE
    max_unpacked: int = 1000 * _MEGABYTE


DEFAULT_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    """Something to read: a file by its ``path``, or bytes at hand (standard input).

    ``suffix`` is lower case with its dot; empty if only the content can tell the format.
    """

    uri: str
    suffix: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a source, all of the same moment."""

    uri: str
    suffix: str
    data: bytes = field(repr=False)
    limits: Limits = DEFAULT_LIMITS

    @property
    def name(self) -> str:
        """What to call it if it has no title: the file's name in words."""
        return name_of(self.uri)

    @property
    def hash(self) -> str:
        """The content hash of the bytes."""
        return content_hash(self.data)

    def error(self, reason: str) -> SourceError:
        """An error that names this source; ``reason`` says why and what to do."""
        return SourceError(self.uri, reason)


def name_of(uri: str) -> str:
    """The last part of a uri in words.

    >>> name_of("notes/project_plan-2023.md")
    'project plan 2023'
    """
    stem = PurePosixPath(uri).stem
    return " ".join(stem.replace("_", " ").replace("-", " ").split()) or uri


def _uri(path: str | Path) -> str:
    r"""The path as text that can be stored: bytes that are not UTF-8 appear as \xNN."""
    return os.fsencode(Path(path).as_posix()).decode("utf-8", "backslashreplace")


def _file(path: Path) -> Source:
    return Source(_uri(path), path.suffix.lower(), path)


def _known() -> str:
    return " ".join(sorted(FORMATS))


def _folder(folder: Path) -> list[Source]:
    """The files of a folder that can be read, sorted by path; hidden ones and links to folders are not."""

    def unreadable(error: OSError) -> None:
        raise SourceError(_uri(str(error.filename)), f"cannot be listed: {error.strerror}") from error

    found: list[Source] = []
    for root, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(root, name) for name in files if not name.startswith("."))
        found.extend(_file(path) for path in paths if path.suffix.lower() in FORMATS and path.is_file())
    if not found:
        raise SourceError(_uri(folder), f"no file in this folder can be read; known suffixes: {_known()}")
    return sorted(found, key=lambda source: source.uri)


def _pattern(pattern: str) -> list[Source]:
    paths = (Path(path) for path in sorted(glob.glob(pattern, recursive=True)))
    found = [_file(path) for path in paths if path.suffix.lower() in FORMATS and path.is_file()]
    if not found:
        raise SourceError(_uri(pattern), f"no file that can be read matches; known suffixes: {_known()}")
    return found


def _standard_input(stream: BinaryIO, name: str, limits: Limits) -> Source:
    data = stream.read(limits.max_bytes + 1)
    uri = _uri(name) if name else f"stdin:{content_hash(data)}"
    if len(data) > limits.max_bytes:
        raise _too_large(uri if name else "stdin:", limits)
    return Source(uri, Path(name).suffix.lower(), data=data)


def _named(path: str) -> list[Source]:
    try:
        kind = os.stat(path).st_mode
    except FileNotFoundError:
        if glob.has_magic(path):
            return _pattern(path)
        raise SourceError(_uri(path), "does not exist; check the path") from None
    except (OSError, ValueError) as error:
        raise SourceError(_uri(path), f"cannot be reached: {_why(error)}") from error
    if stat.S_ISDIR(kind):
        return _folder(Path(path))
    source = _file(Path(path))
    if source.suffix not in FORMATS:
        suffix = source.suffix or "none"
        raise SourceError(
            source.uri, f"the suffix ({suffix}) names no known format; rename it to one of {_known()}"
        )
    return [source]


def expand(
    paths: Sequence[str],
    *,
    name: str = "",
    stdin: BinaryIO | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Source]:
    """The sources that paths name, each once, in the order given; folders and patterns sorted.

    A path is a file, a folder (read recursively, without hidden files, links to folders and
    unknown suffixes), a pattern such as ``docs/**/*.md``, or ``-`` for standard input, which is
    called ``name`` or after its content. All paths are looked up before the first source is
    given, so that a typing error in the last one is not found hours later.

    Raises:
        SourceError: a path that does not exist, matches nothing, or has an unknown suffix.
    """
    found: dict[str, Source] = {}
    for path in paths:
        if path == "-":
            sources = [_standard_input(stdin or sys.stdin.buffer, name, limits)]
        else:
            sources = _named(path)
        for source in sources:
            found.setdefault(source.uri, source)
    return iter(found.values())


def _why(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _too_large(uri: str, limits: Limits) -> SourceError:
    megabytes = limits.max_bytes / _MEGABYTE
    return SourceError(uri, f"larger than {megabytes:g} MB; split it, or raise the limit with --max-mb")


def _bytes(path: Path, uri: str, limits: Limits) -> bytes:
    kind = os.stat(path).st_mode
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):  # opening a pipe would wait for its writer
        raise SourceError(uri, "not a regular file; give its content on standard input, as -")
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        if before.st_size > limits.max_bytes:
            raise _too_large(uri, limits)
        data = file.read(limits.max_bytes + 1)
    after = os.stat(path)
    if len(data) != before.st_size or _state(before) != _state(after):
        raise SourceError(uri, "changed while being read; run again")
    return data


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def load(source: Source, limits: Limits = DEFAULT_LIMITS) -> Content:
    """The bytes of a source.

    Raises:
        SourceError: missing, not a file, unreadable, empty, too large, or changed meanwhile.
    """
    data = source.data
    if source.path is not None:
        try:
            data = _bytes(source.path, source.uri, limits)
        except FileNotFoundError:
            raise SourceError(source.uri, "does not exist; check the path") from None
        except IsADirectoryError:
            raise SourceError(source.uri, "is a folder, not a file") from None
        except PermissionError as error:
            raise SourceError(source.uri, "permission denied; allow reading, or leave it out") from error
        except (OSError, ValueError) as error:
            raise SourceError(source.uri, f"cannot be read: {_why(error)}") from error
    if not data:
        raise SourceError(source.uri, "empty: there is nothing to read")
    if len(data) > limits.max_bytes:
        raise _too_large(source.uri, limits)
    return Content(source.uri, source.suffix, data, limits)
