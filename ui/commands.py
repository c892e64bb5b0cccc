"""``graphmem ui``: the memory in a browser."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final

import typer

from graphmem.cli.options import DEFAULT_STORE, AlsoOption, NamespaceOption, StoreOption, talk
from graphmem.errors import InputError, MissingExtra
from graphmem.identity import checked_namespace
from graphmem.memory import DEFAULT_NAMESPACE

LOOPBACK: Final = "127.0.0.1"
PASSWORD: Final = "GRAPHMEM_UI_PASSWORD"  # environment variables: the one that holds it,
LOGIN: Final = "GRAPHMEM_UI_LOGIN"  # and those by which the command tells the pages
READ_ONLY: Final = "GRAPHMEM_UI_READ_ONLY"
AUTHOR: Final = "GRAPHMEM_UI_AUTHOR"
UPLOAD_MB: Final = 100
_SECRETS: Final = Path(".streamlit") / "secrets.toml"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_login() -> None:
    """Raise unless Streamlit can ask who it is by OpenID Connect.

    Raises:
        InputError: no file of secrets says by whom; says how to.
        MissingExtra: the package that does it is not there.
    """
    files = [Path.cwd() / _SECRETS, Path.home() / _SECRETS]
    if not any("[auth" in file.read_text("utf-8") for file in files if file.is_file()):
        raise InputError(
            "--login needs to know who vouches for people: write redirect_uri, cookie_secret, client_id,"
            f" client_secret and server_metadata_url under [auth] in {_SECRETS}"
        )
    if importlib.util.find_spec("authlib") is None:
        raise MissingExtra("signing in", "login")


def command(host: str, port: int, *, browser: bool, upload: int = UPLOAD_MB) -> list[str]:
    """What starts the server: no telemetry, no watcher of files, no menu for developers."""
    options = {
        "server.address": host,
        "server.port": str(port),
        "server.headless": str(not browser).lower(),
        "server.fileWatcherType": "none",
        "server.maxUploadSize": str(upload),
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "viewer",
        "runner.magicEnabled": "false",
        "client.showErrorDetails": "none",
        # Streamlit's own red and grey are too pale to be read by everybody.
        "theme.light.textColor": "#111111",
        "theme.light.primaryColor": "#1f5fbf",
        "theme.dark.primaryColor": "#6ea8ff",
    }
    app = Path(__file__).with_name("app.py")
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *flags]


def serve(call: list[str], environment: dict[str, str]) -> None:
    """Become the server, so that whoever ends this process ends it; where that cannot be, wait for it."""
    if os.name == "posix":
        sys.stderr.flush()
        os.execve(call[0], call, environment)
    try:
        done = subprocess.run(call, env=environment, check=False)
    except KeyboardInterrupt:  # Ctrl-C went to the server too, which has ended by itself
        return
    raise typer.Exit(done.returncode)


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def ui(
        host: Annotated[str, typer.Option(help="Where to listen.")] = LOOPBACK,
        port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8501,
        browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
        read_only: Annotated[bool, typer.Option("--read-only", help="Show, and change nothing.")] = False,
        login: Annotated[bool, typer.Option("--login", help="Ask who it is, by OpenID Connect.")] = False,
        by: Annotated[str, typer.Option(help="Who edits, unless a name is given on the page.")] = "",
        upload: Annotated[
            int, typer.Option(min=1, help="MB of a file that is uploaded, at most.")
        ] = UPLOAD_MB,
        store: StoreOption = DEFAULT_STORE,
        namespace: NamespaceOption = DEFAULT_NAMESPACE,
        also: AlsoOption = None,
    ) -> None:
        """Open the explorer: ask the memory, see what it holds and put it right, in a browser.

        It listens to this machine alone. Another --host needs the environment variable
        GRAPHMEM_UI_PASSWORD, which whoever opens the page is then asked for, or --login.
        """
        if not is_loopback(host) and not os.environ.get(PASSWORD) and not login:
            raise InputError(
                f"others could read the memory at {host}: set {PASSWORD}, use --login, or leave out --host"
            )
        for name in (namespace, *(also or ())):
            checked_namespace(name)
        if importlib.util.find_spec("streamlit") is None:
            raise MissingExtra("the explorer", "ui")
        if login:
            check_login()
        environment = {**os.environ, "GRAPHMEM_STORE": store, "GRAPHMEM_NAMESPACE": namespace}
        environment |= {"GRAPHMEM_ALSO": " ".join(also or ()), AUTHOR: by}
        environment |= {READ_ONLY: "1" if read_only else "", LOGIN: "1" if login else ""}
        talk.print(f"The explorer is at http://{host}:{port} (Ctrl-C ends it)", markup=False)
        serve(command(host, port, browser=browser, upload=upload), environment)
