"""The explorer: what its pages show of a memory, and to whom."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from graphmem.cli import build
from graphmem.errors import InputError
from graphmem.ingest.pipeline import ingest
from graphmem.memory import Memory
from graphmem.ui.commands import PASSWORD, command, is_loopback

APP = Path(__file__).parent.parent / "ui" / "app.py"
HOSTILE = (
    "The <script>alert(1)</script> lamp ![x](http://127.0.0.1/x.png) of Zorblat "
    "[is](javascript:alert(2)) green."
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A memory of two documents, which the explorer is told of."""
    (tmp_path / "lamp.txt").write_text(HOSTILE, "utf-8")
    (tmp_path / "ship.txt").write_text(
        "The harbour is old. The captain of the Aurelia is Ines Duarte.", "utf-8"
    )
    url = f"sqlite:///{tmp_path}/memory.db"
    with Memory.open(url) as memory:
        ingest(memory, [str(tmp_path / "lamp.txt"), str(tmp_path / "ship.txt")])
    monkeypatch.setenv("GRAPHMEM_STORE", url)
    monkeypatch.delenv(PASSWORD, raising=False)
    return url


def opened() -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=120).run()
    assert not page.exception
    return page


def ask(page: AppTest, question: str) -> None:
    next(field for field in page.text_input if field.label == "Question").set_value(question)
    next(button for button in page.button if button.label == "Ask").click().run()
    assert not page.exception


def shown(page: AppTest) -> str:
    """All HTML of the page."""
    return "".join(element.proto.body for element in page.get("html"))


def test_a_question_gets_its_evidence_marked_and_stands_in_the_address(store: str) -> None:
    page = opened()
    ask(page, "Who is the captain of the Aurelia?")
    assert not page.exception
    assert "<mark>The captain of the Aurelia is Ines Duarte.</mark>" in re.sub("</?b>", "", shown(page))
    assert "<b>captain</b>" in shown(page) and "<b>The</b>" not in shown(page)
    assert "Who is the captain of the Aurelia?" in page.query_params["q"]


def test_a_link_opens_its_question(store: str) -> None:
    page = AppTest.from_file(str(APP), default_timeout=120)
    page.query_params["q"] = "Who is the captain of the Aurelia?"
    assert "Ines Duarte" in shown(page.run())


def test_what_a_document_holds_is_text_and_never_run(store: str) -> None:
    page = opened()
    ask(page, "What colour is the lamp of Zorblat?")
    html = shown(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert set(re.findall(r"</?(\w+)", html)) <= {"small", "p", "mark", "ol", "li", "b", "style"}
    assert not [element for element in page.markdown if "Zorblat" in element.value]


def test_an_empty_memory_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHMEM_STORE", f"sqlite:///{tmp_path}/none.db")
    page = opened()
    assert not page.exception and "ingest something first" in page.info[0].value
    assert not (tmp_path / "none.db").exists()


def test_no_page_shows_what_another_namespace_holds(store: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("The Aurelia hides a Quetzal in her hold.", "utf-8")
    with Memory.open(store, namespace="theirs") as theirs:
        ingest(theirs, [str(tmp_path / "secret.txt")])
    page = opened()
    ask(page, "What does the Aurelia hide in her hold?")
    assert "Duarte" in shown(page) and "Quetzal" not in shown(page)
    # AppTest follows no link between pages that are functions.
    for name, own in (("documents", "lamp.txt"), ("health", 'label: "Documents"\nbody: "2"')):
        script = f"from graphmem.ui import {name}\n{name}.page()"
        other = AppTest.from_string(script, default_timeout=120).run()
        assert not other.exception
        told = shown(other) + re.sub(r"\n +", "\n", str(other))
        assert "secret.txt" not in told and own in told


def test_with_a_password_nothing_is_shown_without_it(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "open sesame")
    page = opened()
    assert [field.label for field in page.text_input] == ["Password"]
    page.text_input[0].set_value("sesame").run()
    assert "not the password" in page.error[0].value and len(page.text_input) == 1
    page.text_input[0].set_value("open sesame").run()
    assert "Question" in [field.label for field in page.text_input]


def test_it_listens_elsewhere_only_with_a_password() -> None:
    for host in ("0.0.0.0", "::", "192.168.1.7", "example.org"):
        done = CliRunner().invoke(build(), ["ui", "--host", host], env={PASSWORD: ""})
        assert isinstance(done.exception, InputError) and PASSWORD in str(done.exception)
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost")))
    assert "--browser.gatherUsageStats=false" in command("127.0.0.1", 8501, browser=False)


def test_the_command_serves_the_pages_to_this_machine_alone(store: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [str(Path(sys.executable).with_name("graphmem")), "ui", "--no-browser", "--port", str(port)]
    with subprocess.Popen(call, env=os.environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert answer(f"http://127.0.0.1:{port}/_stcore/health") == b"ok"
            assert b"<title>" in answer(f"http://127.0.0.1:{port}/")
            with socket.socket() as other, pytest.raises(OSError):
                other.settimeout(2)
                other.connect((socket.gethostbyname(socket.gethostname()), port))
                if socket.gethostbyname(socket.gethostname()).startswith("127."):
                    raise OSError("this machine has no other address to try")
        finally:
            process.terminate()
            process.wait(30)
    with pytest.raises(URLError):  # no server is left behind
        urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5)


def answer(url: str) -> bytes:
    """What a server says that may still be starting."""
    until = time.monotonic() + 60
    while True:
        try:
            with urlopen(url, timeout=5) as reply:
                said: bytes = reply.read()
                return said
        except (URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
