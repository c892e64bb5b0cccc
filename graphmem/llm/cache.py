"""Answers by what was asked: a folder of small files, so that the same question is paid for once.

A file is named after a digest of model, task, schema and data, is written beside its place and moved
there whole, and never changes: processes may share the folder without a lock. What is in it are the
strings of your documents, hence readable for you alone.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from graphmem.errors import InputError
from graphmem.identity import digest

FORMAT: Final = 1
"""Counts up when what is kept changes its form."""
_SHARD: Final = 2


def folder(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where answers are kept: below the folder that the system has for caches."""
    home = Path.home()
    if platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "graphmem" / "llm"


def key(model: str, task: str, schema: Mapping[str, Any], data: str) -> str:
    """By what an answer is found again: all that could change it."""
    return digest("answer", str(FORMAT), model, task, json.dumps(schema, sort_keys=True), data)


class Kept(Protocol):
    """Where answers are kept: ``Cache``, or anything like it."""

    def get(self, key: str) -> Any:
        """The value under a key, or None."""

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Answers in a folder, which is made when the first is kept."""

    path: Path

    def _file(self, key: str) -> Path:
        return self.path / key[:_SHARD] / f"{key}.json"

    def get(self, key: str) -> Any:
        """The value under a key; None if there is none, or its file is damaged.

        Raises:
            InputError: the folder cannot be read.
        """
        try:
            return json.loads(self._file(key).read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError as error:
            raise self._unusable(error) from error

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key.

        Raises:
            InputError: the folder cannot be written, or its disk is full.
        """
        file = self._file(key)
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(value, stream, ensure_ascii=False)
                os.replace(name, file)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(name)
                raise
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> InputError:
        return InputError(
            f"answers cannot be kept in {self.path} ({error.strerror}): free it, name another folder,"
            " or read without a cache"
        )
