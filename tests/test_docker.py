"""The container files, read as Docker reads them: what they name is there; secrets and root are not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from typer.testing import CliRunner

from graphmem.cli import build
from graphmem.errors import InputError
from graphmem.ui import bundle
from graphmem.ui.commands import PASSWORD

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
DOCKER = ROOT / "docker"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXTRAS = re.compile(r"graphmem-\*\.whl\)\[([a-z0-9,]+)\]")
# A value that is only there if it is given from outside, and says so if it is not.
GUARDED = re.compile(r"\$\{(?P<name>\w+_PASSWORD):\?set (?P=name)[^}]*\}")


def instructions() -> Iterator[tuple[str, str]]:
    """Name and arguments of each instruction of the Dockerfile."""
    text = (DOCKER / "Dockerfile").read_text("utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, arguments = line.strip().partition(" ")
            yield name, arguments.strip()


def stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage by its name; that of the last, which is the image, is empty."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, arguments in instructions():
        if name == "FROM":
            _, _, stage = arguments.partition(" AS ")
            found[stage] = []
        if found:
            found[list(found)[-1]].append((name, arguments))
    return found


STAGES = stages()
IMAGE = STAGES[""]


def values(stage: list[tuple[str, str]], name: str) -> list[str]:
    return [arguments for instruction, arguments in stage if instruction == name]


def copied() -> list[str]:
    """What the Dockerfile copies from the repository."""
    copies = [arguments.split() for arguments in values([*instructions()], "COPY")]
    return [path for words in copies if not words[0].startswith("--from=") for path in words[:-1]]


def ignored(path: str) -> bool:
    """Whether Docker leaves a path out: the last pattern tells that fits it, or a folder it is in."""
    result = False
    for line in (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = re.escape(line.removeprefix("!"))
        pattern = pattern.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(pattern, str(part)) for part in (path, *PurePosixPath(path).parents)):
            result = not line.startswith("!")
    return result


# --- compose.yaml ---------------------------------------------------------------------------


def test_compose_has_the_shape_of_the_specification() -> None:
    assert COMPOSE.keys() <= {"name", "services", "volumes", "networks", "configs", "secrets"}
    assert re.fullmatch("[a-z0-9][a-z0-9_-]*", COMPOSE["name"])
    assert SERVICES.keys() == {"neo4j", "explorer", "graphmem"}
    known = {
        "build",
        "command",
        "depends_on",
        "environment",
        "healthcheck",
        "image",
        "ports",
        "profiles",
        "restart",
    }
    for service in SERVICES.values():
        assert service.keys() <= known | {"volumes"}
        assert ("image" in service) != ("build" in service), "an image that is built here is not pulled"
        assert all(isinstance(value, str) for value in service["environment"].values())
        for list_ in ("ports", "profiles", "volumes"):
            assert all(isinstance(item, str) for item in service.get(list_, []))


def test_images_are_pinned_and_of_no_named_registry() -> None:
    default = dict(value.split("=") for value in values([*instructions()], "ARG"))
    bases = [arguments.split()[0] for arguments in values([*instructions()], "FROM")]
    for image in [*bases, *(service["image"] for service in SERVICES.values() if "image" in service)]:
        name, _, tag = image.replace("${PYTHON}", default["PYTHON"]).partition(":")
        assert "." not in name and re.match(r"\d+\.\d+", tag), image
    for file in DOCKER.iterdir():
        assert "index-url" not in file.read_text("utf-8"), file


def test_volumes_and_folders_are_there() -> None:
    named = set()
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source, target, *mode = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")
            assert target.startswith("/")
            if source.startswith("."):
                assert (DOCKER / source).is_dir() and mode == ["ro"], (
                    f"{volume}: others' files are not written"
                )
            else:
                named.add(source)
    assert named == COMPOSE["volumes"].keys()


def test_services_wait_for_those_that_can_tell_their_health() -> None:
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"} and "healthcheck" in SERVICES[other]
    for name in ("neo4j", "explorer"):
        check = SERVICES[name]["healthcheck"]
        assert check["test"][0] in ("CMD", "CMD-SHELL") and "password" not in " ".join(check["test"]).lower()
        assert all(re.fullmatch(r"\d+s", check[key]) for key in ("interval", "timeout", "start_period"))
        assert isinstance(check["retries"], int)


def test_ports_are_open_to_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports and all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)


def test_no_password_is_written_down() -> None:
    secrets = []
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if re.search("PASS|AUTH|SECRET|TOKEN|KEY", name):
                secrets.append(value)
                assert GUARDED.fullmatch(value.removeprefix("neo4j/")), name
            else:
                assert urlsplit(value).password is None, name
    assert len(secrets) == 4
    assert not re.search("PASS|AUTH|SECRET|TOKEN", (DOCKER / "Dockerfile").read_text("utf-8"))


def test_graphmem_finds_the_server() -> None:
    service = SERVICES["graphmem"]
    store = urlsplit(service["environment"]["GRAPHMEM_STORE"])
    assert store.scheme == "neo4j" and store.username == "neo4j" and store.hostname in service["depends_on"]
    assert f"127.0.0.1:{store.port}:{store.port}" in SERVICES["neo4j"]["ports"]
    assert service["profiles"] == ["tools"], "a command is run, not kept up"
    context = (DOCKER / service["build"]["context"]).resolve()
    assert context == ROOT and (context / service["build"]["dockerfile"]).samefile(DOCKER / "Dockerfile")


def test_the_explorer_listens_where_it_is_published_and_asks_for_a_password() -> None:
    service = SERVICES["explorer"]
    assert service["build"] == SERVICES["graphmem"]["build"]
    assert service["environment"]["GRAPHMEM_STORE"] == SERVICES["graphmem"]["environment"]["GRAPHMEM_STORE"]
    (port,) = service["ports"]
    assert port.endswith(":8501") and "127.0.0.1:8501" in " ".join(service["healthcheck"]["test"])
    called = CliRunner().invoke(build(), service["command"], env={PASSWORD: ""})
    assert isinstance(called.exception, InputError) and PASSWORD in str(called.exception)
    assert PASSWORD in service["environment"]


def test_docker_takes_the_compose_file() -> None:
    try:
        there = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("docker is not installed")
    if there.returncode:
        pytest.skip("docker has no compose: install its plugin")
    call = [
        "docker",
        "compose",
        "-f",
        str(DOCKER / "compose.yaml"),
        "--profile",
        "tools",
        "config",
        "--quiet",
    ]
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_PASSWORD")}
    without = subprocess.run(call, capture_output=True, text=True, check=False, env=environment)
    assert without.returncode != 0 and re.search("set (NEO4J|GRAPHMEM_UI)_PASSWORD", without.stderr)
    environment["NEO4J_PASSWORD"] = environment[PASSWORD] = "for this test"
    given = subprocess.run(call, capture_output=True, text=True, check=False, env=environment)
    assert given.returncode == 0, given.stderr


# --- the Dockerfile -------------------------------------------------------------------------


def test_the_image_does_not_run_as_root() -> None:
    users = values(IMAGE, "USER")
    assert users and users[-1] not in ("root", "0")
    assert f"useradd --create-home --uid 1000 {users[-1]} " in " ".join(values(IMAGE, "RUN")) + " "
    names = [name for name, _ in IMAGE]
    assert "RUN" not in names[names.index("USER") :]


def test_the_entry_point_is_our_program() -> None:
    ((program,),) = [json.loads(value) for value in values(IMAGE, "ENTRYPOINT")]
    assert program in PROJECT["scripts"]
    (folder,) = values(IMAGE, "VOLUME")
    assert values(IMAGE, "WORKDIR") == [folder]
    assert f"GRAPHMEM_STORE=sqlite:///{folder}/memory.db" in values(IMAGE, "ENV")


def test_the_wheel_is_what_is_installed() -> None:
    *_, install = [run for run in values(IMAGE, "RUN") if "pip install" in run]
    assert "--mount=type=bind,from=wheel,source=/wheel,target=/wheel" in install
    (extras,) = EXTRAS.findall(install)
    assert {"all", "offline"} <= set(extras.split(","))
    assert set(extras.split(",")) <= PROJECT["optional-dependencies"].keys(), "pyproject.toml declares them"
    assert all("--wheel-dir /wheel ." in run for run in values(STAGES["wheel"], "RUN"))
    assert all(value.startswith("--from=") for value in values(IMAGE, "COPY")), "no code but the wheel's"


def test_python_is_one_that_graphmem_runs_on() -> None:
    (python,) = [value.removeprefix("PYTHON=") for value in values([*instructions()], "ARG")]
    assert Version(python) in SpecifierSet(PROJECT["requires-python"])


def test_what_is_copied_is_there_and_not_ignored() -> None:
    for path in copied():
        assert (ROOT / path).exists() and not ignored(path), path
    for path in (
        "tests",
        "memory.db",
        "node_modules",
        "ui/assets/canvas.js",
        ".git/config",
        "docker/compose.yaml",
        "graphmem/__pycache__/a.pyc",
    ):
        assert ignored(path), path


@pytest.mark.skipif(sys.version_info < (3, 11), reason="the image's Python has tomllib")
def test_requirements_are_those_of_all_extras_but_dev() -> None:
    call = [sys.executable, str(DOCKER / "requirements.py"), str(ROOT / "pyproject.toml")]
    printed = subprocess.run(call, capture_output=True, text=True, check=True).stdout.splitlines()
    extras = {name: needs for name, needs in PROJECT["optional-dependencies"].items() if name != "dev"}
    wanted = {*PROJECT["dependencies"], *(need for needs in extras.values() for need in needs)}
    assert printed == sorted(need for need in wanted if Requirement(need).name != "graphmem")


def test_what_is_copied_makes_a_whole_wheel(tmp_path: Path) -> None:
    if Version(version("setuptools")) < Version("77"):
        pytest.skip("the wheel is built by setuptools 77 or later")
    for path in copied():
        files = [ROOT / path] if (ROOT / path).is_file() else (ROOT / path).rglob("*")
        for file in files:
            name = file.relative_to(ROOT)
            if file.is_file() and not ignored(name.as_posix()):
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_bytes(file.read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "."]
    # Without npm, the build gets one into a place of its own; else it needs nothing that is not here.
    build += ["--no-build-isolation"] if bundle.npm() else []
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("graphmem-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    folders = {"graphmem": "graphmem", "ingest": "graphmem/ingest", "ui": "graphmem/ui"}
    wanted = {
        f"{place}/{file.relative_to(ROOT / folder).as_posix()}"
        for folder, place in folders.items()
        for file in (ROOT / folder).rglob("*.py")
    }
    wanted |= {f"graphmem/ui/assets/{file.name}" for file in bundle.sources()}  # made, for none was copied
    assert wanted <= inside and "graphmem/py.typed" in inside
    assert not any(name.endswith(".pyc") for name in inside)
