"""What is wrong with how a page looks, as far as a machine can tell: cut off, overlapping, hard to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from browser import ROOT, Tab

AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# What Streamlit itself draws, and no page can change: rule of axe, and how the selector of the place begins.
STREAMLITS: Final[Mapping[str, tuple[str, ...]]] = {}

# Text that ends outside the window, or under the edge of a box that cannot be scrolled; words wider than
# their place; and controls that lie on one another.
_WRONG: Final = """() => {
  const told = [];
  const scrolls = (node, side) => {
    for (let box = node.parentElement; box; box = box.parentElement) {
      const style = getComputedStyle(box)[side];
      if ((style === "auto" || style === "scroll") && !box.matches("[data-testid=stMain]")) return true;
    }
    return false;
  };
  const name = (node) => `${node.tagName.toLowerCase()}.${node.dataset?.testid || node.className || ""}`
    + ` "${(node.innerText || node.ariaLabel || "").trim().slice(0, 60)}"`;
  const seen = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })
    && node.getBoundingClientRect().width > 1 && node.getBoundingClientRect().height > 1;
  const main = document.querySelector("[data-testid=stMain]");
  if (document.documentElement.scrollWidth > innerWidth) told.push("the window scrolls sideways");
  if (main.scrollWidth > main.clientWidth + 1) told.push("the page scrolls sideways");
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  const boxes = new Set();
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !node || !seen(node)) continue;
    if (node.closest("svg, canvas, style, script, [data-testid=stIconMaterial]")) continue;
    boxes.add(node);
  }
  for (const node of boxes) {
    const box = node.getBoundingClientRect();
    if ((box.right > innerWidth + 1 || box.left < -1) && !scrolls(node, "overflowX"))
      told.push(`outside the window: ${name(node)}`);
    const hides = ["hidden", "clip"].includes(getComputedStyle(node).overflowX);
    if (hides && node.scrollWidth > node.clientWidth + 1) told.push(`cut off: ${name(node)}`);
  }
  const kinds = "button, a[href], input, select, textarea, [role=slider]";
  const controls = [...main.querySelectorAll(kinds)].filter(seen);
  controls.forEach((one, at) => controls.slice(at + 1).forEach((other) => {
    if (one.contains(other) || other.contains(one)) return;
    const group = (node) => node.closest("[data-baseweb], [data-testid=stElementContainer], [role=group]");
    if (group(one) === group(other)) return;
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 2 && high > 2) told.push(`overlapping: ${name(one)} and ${name(other)}`);
  }));
  return [...new Set(told)];
}"""
_AXE: Final = """async () => (await axe.run(document, {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})).violations.filter((one) => ["serious", "critical"].includes(one.impact)).flatMap((one) =>
  one.nodes.map((node) => ({
    rule: one.id,
    where: node.target.flat().join(" "),
    html: (node.html.replace(/(<[^>]*>)+/g, " ").trim() || node.html).slice(0, 160),
    what: [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; "),
  })))"""


def wrong(tab: Tab) -> list[str]:
    """What of a page cannot be seen whole at the width of its window."""
    found: list[str] = tab.page.evaluate(_WRONG)
    return found


def violations(tab: Tab) -> list[str]:
    """Serious and critical violations that axe-core finds, Streamlit's own left out."""
    if not AXE.exists():
        pytest.skip(f"needs axe-core, which {Path('ui/bundle.py')} fetches: python ui/bundle.py")
    tab.page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = tab.page.evaluate(_AXE)
    return [
        f"{one['rule']} at {one['html']!r}: {one['what']}"
        for one in found
        if not any(one["where"].startswith(place) for place in STREAMLITS.get(one["rule"], ()))
    ]
