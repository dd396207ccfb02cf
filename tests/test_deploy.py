"""deploy/: units, image and compose file name only paths, commands, options and settings that there are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from callbacks.cli.commands import COMMANDS
from callbacks.processes import STOP_TIMEOUT
from callbacks.settings import REQUIRED, SETTINGS
from callbacks.web_server import STOPPED_WITHIN

DEPLOY = Path("deploy")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
HOME = "/opt/nightdesk"
SECRETS = {"TWILIO_AUTH_TOKEN", "SECRET_KEY", "AUDIT_KEY"}


def is_setting(name: str) -> bool:
    return name in SETTINGS or name.removesuffix("_FILE") in SETTINGS


def parses(arguments: list[str]) -> None:
    """Parse a command line as click does. Raise what it raises."""
    command = next(each for each in COMMANDS if each.name == arguments[0])
    command.make_parser(click.Context(command)).parse_args(args=arguments[1:])


# systemd


def lines_of(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_with_the_settings_that_it_needs(unit: Path) -> None:
    (start,) = lines_of(unit, "ExecStart")
    program, *arguments = start.split()
    assert program == f"{HOME}/.venv/bin/python"
    assert arguments[0] == f"{HOME}/app.py"
    parses(arguments[1:])
    settings = {line.partition("=")[0]: line.partition("=")[2] for line in lines_of(unit, "Environment")}
    assert all(map(is_setting, settings))
    credentials = {line.partition(":")[0] for line in lines_of(unit, "LoadCredential")}
    assert {
        name: f"%d/{name.removesuffix('_FILE')}" for name in settings if name.endswith("_FILE") and name not in SETTINGS
    } == {f"{name}_FILE": f"%d/{name}" for name in credentials}
    assert credentials >= SECRETS
    assert lines_of(unit, "EnvironmentFile") == ["/etc/nightdesk/environment"]  # the rest of what is required
    assert "DATABASE_URL" in settings or "DATABASE_URL_FILE" in settings
    assert (lines_of(unit, "Restart"), lines_of(unit, "StartLimitIntervalSec")) == (["always"], ["0"])


@pytest.mark.parametrize(
    ("name", "takes"),
    [("nightdesk", 2 * STOP_TIMEOUT), ("nightdesk-web", STOPPED_WITHIN), ("nightdesk-worker", 2 * STOP_TIMEOUT)],
)
def test_a_unit_is_given_the_time_that_it_takes_to_stop(name: str, takes: float) -> None:
    (timeout,) = lines_of(DEPLOY / "systemd" / f"{name}.service", "TimeoutStopSec")
    assert takes < float(timeout) <= takes + 10


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("NO SYSTEMD: systemd-analyze is not installed, so nobody has verified the units.")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(f"{HOME}/.venv/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    command = [program, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "not been booted with systemd" in done.stderr or "Failed to initialize manager" in done.stderr:
        pytest.skip(f"NO SYSTEMD: {done.stderr.strip()}. Nobody has verified the units.")
    assert [line for line in done.stderr.splitlines() if "nightdesk" in line] == []


# The image


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", CONTAINERFILE, re.MULTILINE)


def test_the_image_has_all_that_a_package_of_the_desk_has() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    packaged = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    copied = {source for line in instructions("COPY") if not line.startswith("--") for source in line.split()[:-1]}
    assert packaged <= copied
    assert all(Path(source).exists() for source in copied)


@pytest.mark.soak
def test_the_image_has_all_that_the_desk_needs(tmp_path: Path) -> None:
    """The steps after the packages are done again here; then a command runs from what was copied."""
    copied = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
    home = tmp_path / "home"
    home.mkdir()
    for *sources, target in copied:
        for source in sources:
            assert Path(source).exists(), source
            if target == ".":  # of the first stage
                continue
            if Path(source).is_dir():
                shutil.copytree(source, home / Path(target).relative_to(HOME))
            else:
                shutil.copy2(source, home / Path(target).relative_to(HOME))
    environment = {**os.environ, "DESK_FILE": str(home / "support.toml")}
    command = [sys.executable, str(home / "app.py"), "fallback"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "<Record" in done.stdout


def test_the_image_is_built_from_the_lock_with_its_hashes() -> None:
    (install,) = [line for line in instructions("RUN") if "pip install" in line]
    assert {"--require-hashes", "--no-deps", "requirements.lock"} <= set(install.split())


def test_the_image_runs_a_command_as_somebody_without_rights() -> None:
    (entry,), (command,) = instructions("ENTRYPOINT"), instructions("CMD")
    assert json.loads(entry) == [f"{HOME}/.venv/bin/python", f"{HOME}/app.py"]
    parses(json.loads(command))
    assert instructions("USER") == ["10001:10001"]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    (settings,) = instructions("ENV")
    names = set(re.findall(r"(\w+)=", settings)) - {"PYTHONUNBUFFERED"}
    assert all(map(is_setting, names))


def test_the_health_check_asks_the_web_server() -> None:
    (line,) = instructions("HEALTHCHECK")
    program, option, code = json.loads(line.partition("CMD ")[2])
    assert (program, option) == (f"{HOME}/.venv/bin/python", "-c")
    compile(code, "HEALTHCHECK", "exec")
    assert "http://127.0.0.1:8000/healthz" in code


@pytest.mark.parametrize(
    ("engine", "said"), [("", "Neither podman nor docker"), ("docker", "docker is installed, but")]
)
def test_make_container_says_what_is_missing(engine: str, said: str, tmp_path: Path) -> None:
    make, shell = shutil.which("make"), shutil.which("sh")
    assert make
    assert shell
    (tmp_path / "sh").symlink_to(shell)
    if engine:
        (tmp_path / engine).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (tmp_path / engine).chmod(0o755)
    done = subprocess.run([make, "container"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert said in done.stderr


# compose


def test_compose_runs_commands_and_gives_settings_that_there_are() -> None:
    commands = [json.loads(found) for found in re.findall(r"^    command: (\[.*\])$", COMPOSE, re.MULTILINE)]
    assert sorted(command[0] for command in commands) == ["migrate", "serve", "web", "worker"]
    for command in commands:
        parses(command)
    named = set(re.findall(r"^ +([A-Z][A-Z_]+): /", COMPOSE, re.MULTILINE))
    assert {name for name in named if not name.startswith("POSTGRES_")} <= {
        *SETTINGS, *(f"{name}_FILE" for name in SETTINGS)
    }  # fmt: skip
    given = {name.removesuffix("_FILE") for name in named}
    assert given & set(REQUIRED) == SECRETS & set(REQUIRED)  # the others are in the file `environment`


def test_compose_gives_each_secret_as_a_file() -> None:
    files = dict(re.findall(r"^  ([A-Z_]+):\n    file: (.+)$", COMPOSE, re.MULTILINE))
    assert files == {name: f"secrets/{name}" for name in {*SECRETS, "DATABASE_URL", "POSTGRES_PASSWORD"}}
    assert set(re.findall(r"/run/secrets/([A-Z_]+)", COMPOSE)) == set(files)
    assert not re.search(r"password: ?\S|postgresql://", COMPOSE, re.IGNORECASE)


def test_every_alias_in_compose_is_defined_before_it_is_used() -> None:
    defined: set[str] = set()
    for mark, name in re.findall(r"(?<=[ :])([&*])([a-z-]+)", COMPOSE):
        if mark == "&":
            defined.add(name)
        assert name in defined


def services() -> Iterator[tuple[str, dict[str, object]]]:
    try:
        yaml = import_module("yaml")
    except ImportError:
        pytest.skip("NO YAML: PyYAML is not installed, so the compose file was only read as text.")
    yield from yaml.safe_load(COMPOSE)["services"].items()


def test_compose_has_one_service_on_sqlite_and_several_on_postgres() -> None:
    found = dict(services())
    assert [name for name, about in found.items() if about["profiles"] == ["sqlite"]] == ["desk"]
    assert {name for name, about in found.items() if about["profiles"] == ["postgres"]} == {
        *("database", "migrate", "web", "worker")
    }
    assert found["worker"]["deploy"] == {"replicas": 2}
    assert found["web"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    for name in ("desk", "web", "worker"):
        assert (found[name]["restart"], found[name]["stop_grace_period"]) == ("always", "40s")
        assert (found[name]["read_only"], found[name]["cap_drop"]) == (True, ["ALL"])
