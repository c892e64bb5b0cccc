"""What pyproject.toml cannot say: a wheel holds the explorer's JavaScript, bundled where it is missing."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

# By its path: the packages are not there yet.
_FILE = Path(__file__).with_name("ui") / "bundle.py"
_SPEC = importlib.util.spec_from_file_location("bundle", _FILE)
assert _SPEC is not None and _SPEC.loader is not None
bundle = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bundle)


class BuildPy(build_py):
    """Bundles the JavaScript before files are gathered."""

    def run(self) -> None:
        """Bundle what is missing, then go on."""
        if bundle.missing():
            bundle.bundle()
        super().run()


# Where there is no npm, the build gets one from where it gets setuptools.
needs = [bundle.NODE] if bundle.missing() and bundle.npm() is None else []
setup(cmdclass={"build_py": BuildPy}, setup_requires=needs)
