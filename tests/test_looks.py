"""What tells that a page is cut off, overlaps itself or is hard to read does tell so."""

from __future__ import annotations

import looks
import pytest
from browser import Tab, chromium

FIXTURES = (chromium,)
MAIN = "<html lang='en'><title>A</title><main data-testid='stMain'><h1>All</h1>{}</main></html>"


WRONG = {
    "": "<p>Short.</p><div style='overflow-x: auto'><p style='width: 900px'>Scrolls by itself.</p></div>",
    "scrolls sideways": "<p style='width: 900px'>Long.</p>",
    "cut off": "<p style='width: 9em; overflow: hidden; white-space: nowrap'>Many words in few ems.</p>",
    "outside the window": "<p style='position: absolute; left: -50px'>Left.</p>",
    "overlapping": "<style>button, a { position: absolute; left: 20px; top: 90px; padding: 9px }</style>"
    "<button>A</button><div data-testid=stElementContainer><a href=x>B</a></div>",
}


@pytest.mark.parametrize("told", WRONG)
def test_what_cannot_be_seen_whole_is_told(chromium: object, told: str) -> None:
    with Tab(chromium, "http://127.0.0.1:9", width=390) as tab:
        tab.page.set_content(MAIN.format(WRONG[told]))
        found = looks.wrong(tab)
        assert any(told in one for one in found) if told else found == []


def test_what_is_hard_to_read_or_has_no_label_is_told(chromium: object) -> None:
    with Tab(chromium, "http://127.0.0.1:9") as tab:
        tab.page.set_content(MAIN.format("<p style='color: #999'>Grey.</p><input>"))
        found = " ".join(looks.violations(tab))
        assert "color-contrast" in found and "label" in found
        tab.page.set_content(MAIN.format("<p>Black.</p><label>Name <input></label>"))
        assert looks.violations(tab) == []
