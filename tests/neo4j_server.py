"""Neo4j servers for tests: fetched by Maven into the user's cache, run by a Java found on this machine."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn
from urllib.parse import unquote, urlsplit

import neo4j
import pytest
from neo4j.exceptions import AuthError, ServiceUnavailable, SessionExpired, TransientError


class Release(NamedTuple):
    """What it takes to run a version."""

    main: str
    java: range
    needs: str
    flags: tuple[str, ...] = ()


RELEASES = {
    "2026.05.0": Release(
        "org.neo4j.server.Neo4jCommunity",
        java=range(21, 100),
        needs="Java 21 or later",
        flags=("--enable-native-access=ALL-UNNAMED",),
    ),
    "5.26.12": Release("org.neo4j.server.CommunityEntryPoint", java=range(17, 22), needs="Java 17 to 21"),
}
VERSIONS = tuple(RELEASES)

JAVA_FOLDERS = ("/usr/lib/jvm/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home")
# Servers live for minutes: what only a long life repays (the second compiler, a concurrent collector) is off.
JAVA_FLAGS = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--add-modules=jdk.incubator.vector")
CONF = """\
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=256m
db.tx_log.preallocate=false
db.store.files.preallocate=false
db.logs.query.enabled=OFF
dbms.usage_report.enabled=false
# Without these a stop waits for 10 seconds.
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
internal.dbms.bolt.netty_server_shutdown_timeout=1s
"""
POM = """\
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>graphmem</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{0}</version></dependency>
    <dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{0}</version></dependency>
  </dependencies>
</project>
"""
START_SECONDS = 90
STOP_SECONDS = 30
FETCH_SECONDS = 900
# A server's parent. It sends the server the signals whose numbers it reads, and SIGKILL at the end of its
# input, which comes when the test run ends in any way, kill -9 included. PR_SET_PDEATHSIG would do this on
# Linux alone, and would fire already when the thread that started the server ends. And since the parent
# waits for its child, no signal can reach a stranger who got the number of a process long gone.
GUARD = """
import os, subprocess, sys, threading

server = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=sys.stderr)
os.write(1, b"%d\\n" % server.pid)

def obey():
    while number := os.read(0, 1):
        server.send_signal(number[0])
    server.kill()

threading.Thread(target=obey, daemon=True).start()
os._exit(server.wait() != 0)
"""


class Unavailable(RuntimeError):
    """Neo4j cannot be had; the message says what to do."""


# Java


def java_homes() -> Iterator[Path]:
    """Where a Java may be: what the user named, what the shell finds, what is installed."""
    if named := os.environ.get("JAVA_HOME"):
        yield Path(named)
    if found := shutil.which("java"):
        yield Path(found).resolve().parent.parent
    for pattern in JAVA_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


def java_version(home: Path) -> int | None:
    """The number before the first dot, from the release file or from Java itself."""
    java = home / "bin" / "java"
    if not java.is_file():
        return None
    with suppress(OSError):
        if told := re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text("utf-8"), re.MULTILINE):
            return int(told[1])
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30).stderr
        if told := re.search(r'version "(\d+)', said):
            return int(told[1])
    return None


def java_for(version: str) -> Path | None:
    """The oldest Java that fits: the newest may be too new for what a server does in its depths."""
    found = [(java_version(home), home / "bin" / "java") for home in java_homes()]
    fitting = [(number, java) for number, java in found if number in RELEASES[version].java]
    return min(fitting, key=lambda one: one[0] or 0)[1] if fitting else None


# Jars


def library(version: str) -> Path:
    """The folder of a version's jars; whole if it exists."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "graphmem" / "neo4j" / version / "lib"


def unavailable(version: str) -> str | None:
    """Why a server of this version cannot be had, and what would help; None if all is there."""
    if java_for(version) is None:
        needs = RELEASES[version].needs
        return f"Neo4j {version} needs {needs}: install one (apt: openjdk-21-jre-headless) or set JAVA_HOME"
    if not library(version).exists() and shutil.which("mvn") is None:
        return f"Neo4j {version} is fetched by Maven, which is not here: install maven (apt, brew)"
    return None


def fetch(version: str) -> Path:
    """The folder of a version's jars, filled by Maven once; its settings know from where."""
    lib = library(version)
    if lib.exists():
        return lib
    lib.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved when whole; if two processes do so at once, the first one's is taken.
    with tempfile.TemporaryDirectory(prefix="part-", dir=lib.parent) as folder:
        part, pom = Path(folder) / "lib", Path(folder) / "pom.xml"
        pom.write_text(POM.format(version), "utf-8")
        goal = ("dependency:copy-dependencies", f"-DoutputDirectory={part}")
        try:
            done = subprocess.run(
                [shutil.which("mvn") or "mvn", "-q", "-B", "-f", pom, *goal],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=FETCH_SECONDS,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Unavailable(f"Maven could not fetch Neo4j {version}: {error}") from error
        if done.returncode != 0:
            raise Unavailable(f"Maven could not fetch Neo4j {version}:\n{done.stdout.strip()}")
        try:
            os.replace(part, lib)
        except OSError:
            if not lib.exists():
                raise
    return lib


# Processes


def guarded(command: list[str], log: BinaryIO) -> subprocess.Popen[bytes]:
    """A guard with a command as its child, of which the first line it says is the process id."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", GUARD, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        bufsize=0,
        start_new_session=True,  # Ctrl-C is for the test run, which then ends its servers
    )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Neo4jServer:
    """A server of our own in a folder of its own; it keeps port and password when it is started again."""

    user = "neo4j"

    def __init__(self, version: str, home: Path) -> None:
        self.version = version
        self.home = home
        self.port = free_port()
        self.password = secrets.token_urlsafe(16)
        self.pid: int | None = None
        self.log = home / "console.log"
        self._guard: subprocess.Popen[bytes] | None = None
        self._is_new = True

    @property
    def url(self) -> str:
        return f"bolt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when the server answers queries; at once if it runs."""
        if self._guard is not None and self._guard.poll() is None:
            return
        self.kill()  # to tidy up after one that ended by itself
        conf = self.home / "conf"
        conf.mkdir(parents=True, exist_ok=True)
        (conf / "neo4j.conf").write_text(CONF.format(port=self.port), "utf-8")
        with self.log.open("ab") as log:
            self._guard = guarded(self._command(), log)
        try:
            assert self._guard.stdout is not None
            self.pid = int(self._guard.stdout.readline() or 0)
            self._wait()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ask the server to end; it may finish what it does."""
        self._end(signal.SIGTERM, STOP_SECONDS)

    def kill(self) -> None:
        """End the server at once, as kill -9 does."""
        self._end(signal.SIGKILL, 0)

    def _command(self) -> list[str]:
        java, release = java_for(self.version), RELEASES[self.version]
        if java is None:
            raise Unavailable(unavailable(self.version))
        path = ("-cp", f"{fetch(self.version)}/*")
        folders = (f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}")
        return [str(java), *JAVA_FLAGS, *release.flags, *path, release.main, *folders, "--console-mode"]

    def _wait(self) -> None:
        assert self._guard is not None
        began = time.monotonic()
        while not self._answers():
            ended = self._guard.poll() is not None
            if ended or time.monotonic() - began > START_SECONDS:
                why = "ended by itself" if ended else f"did not answer in {START_SECONDS} s"
                said = self.log.read_text("utf-8", "replace")[-3000:]
                raise RuntimeError(f"Neo4j {self.version} {why}; the end of {self.log}:\n{said}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            if self._is_new:  # all servers are born with the same password, of no use but to set another
                with suppress(AuthError):  # it was set, and the answer to that was lost
                    self._run("neo4j", "system", "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $to")
                self._is_new = False
            self._run(self.password, "neo4j", "RETURN 1")
        except (ServiceUnavailable, SessionExpired, TransientError):
            return False
        return True

    def _run(self, password: str, database: str, query: str) -> None:
        parameters: dict[str, Any] = {"to": self.password} if "$to" in query else {}
        # No managed transaction: that would try again by itself, in longer and longer intervals.
        with (
            neo4j.GraphDatabase.driver(self.url, auth=(self.user, password), connection_timeout=5) as driver,
            driver.session(database=database) as session,
        ):
            session.run(query, parameters).consume()

    def _end(self, number: signal.Signals, patience: float) -> None:
        guard, self._guard, self.pid = self._guard, None, None
        if guard is None:
            return
        with guard:  # closes its pipes, at which it kills a server that still runs, and waits for it
            assert guard.stdin is not None
            with suppress(BrokenPipeError, subprocess.TimeoutExpired):
                guard.stdin.write(bytes([number]))
                guard.wait(patience)


class ExternalServer:
    """A server that the user runs and named by a URL: bolt://user:password@host:port."""

    def __init__(self, named: str) -> None:
        parts = urlsplit(named)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 7687
        self.url = f"{parts.scheme}://{self.host}:{self.port}"
        self.user, self.password = unquote(parts.username or "neo4j"), unquote(parts.password or "")

    def start(self) -> None:
        """It runs, or its user knows better."""

    def stop(self) -> NoReturn:
        pytest.skip("GRAPHMEM_TEST_NEO4J is not ours to end")

    def kill(self) -> NoReturn:
        self.stop()


# Fixtures, for conftest.py


@contextmanager
def serving(version: str, home: Path) -> Iterator[Neo4jServer]:
    """A server for the length of a block; its home goes with it. Skips the test if there can be none."""
    try:
        if reason := unavailable(version):
            raise Unavailable(reason)
        fetch(version)
    except Unavailable as error:
        if os.environ.get("GRAPHMEM_REQUIRE_NEO4J") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    server = Neo4jServer(version, home)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def neo4j_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer | ExternalServer]:
    """The server that most tests share. One that kills it starts it again."""
    if named := os.environ.get("GRAPHMEM_TEST_NEO4J"):
        yield ExternalServer(named)
        return
    with serving(VERSIONS[0], tmp_path_factory.mktemp("neo4j")) as server:
        yield server


@pytest.fixture(scope="session")
def neo4j_lts_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A server of the version with long support."""
    with serving(VERSIONS[1], tmp_path_factory.mktemp("neo4j-lts")) as server:
        yield server
