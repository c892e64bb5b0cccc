"""The wheel in an environment of its own, with what it asks for and nothing else, as a user has it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Asked = tuple[Distribution, frozenset[str]]


def needed(wheel: Distribution, extras: frozenset[str]) -> list[Distribution]:
    """What an installer would add to a package: what it asks for with these extras, what that asks for, …"""
    found: dict[str, Distribution] = {}
    done: set[tuple[str, str]] = set()
    todo: list[Asked] = [(wheel, extras)]
    while todo:
        package, wanted = todo.pop()
        for name, more in _asked(package, wanted):
            own = canonicalize_name(name) == "graphmem"
            there = package if own else distribution(name)
            if not own:
                found[canonicalize_name(name)] = there
            fresh = frozenset(extra for extra in more | {""} if (canonicalize_name(name), extra) not in done)
            done |= {(canonicalize_name(name), extra) for extra in fresh}
            if fresh:
                todo.append((there, more))
    return list(found.values())


def _asked(package: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for line in package.requires or ():
        asked = Requirement(line)
        marks = extras | {""}
        if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in marks):
            yield asked.name, frozenset(asked.extras)


class Install:
    """A virtual environment with the wheel, and the packages that the extras need lent from this one.

    They are lent as links, so that no registry is asked: what is not asked for in the wheel is not there.
    """

    def __init__(self, folder: Path, wheel: Path, *extras: str) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.folder = folder
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")
        python = str(self.bin / "python")
        pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
        done = subprocess.run(
            [*pip, "--no-deps", "--no-index", str(wheel)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        self.site = next(folder.glob("lib*/**/site-packages"))
        (own,) = distributions(path=[str(self.site)])
        self.names = {"graphmem"}
        for package in needed(own, frozenset(extras)):
            self.names.add(canonicalize_name(package.name))
            self._lend(package)

    def _lend(self, package: Distribution) -> None:
        for top in {file.parts[0] for file in package.files or () if file.parts[0] not in ("..", "/")}:
            there = Path(str(package.locate_file(top)))
            if top != "__pycache__" and there.exists() and not (self.site / top).exists():
                (self.site / top).symlink_to(there, target_is_directory=there.is_dir())

    def run(self, cwd: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command of the environment, with nothing of this one's but where programs are."""
        program = self.bin / command[0]
        base = {"PATH": os.defpath, "HOME": str(cwd), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [str(program), *command[1:]],
            cwd=cwd,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env=base | environment,
        )
