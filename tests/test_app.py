"""app.py: the commands there are, the environment they get, and the web app."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

import app
from callbacks import VERSION
from callbacks.console.context import EXTENSION
from callbacks.db.migrations import migrate
from callbacks.desk.desk_file import read_desk
from callbacks.people import users
from callbacks.settings import settings_from
from sla.clock import MovingClock

REAL = {
    "PUBLIC_URL": "https://desk.test",
    "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
    "TWILIO_AUTH_TOKEN": "sesame",
    "TWILIO_FROM": "+15148458474",
    "SECRET_KEY": "s" * 32,
}


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    """A command sets the umask of its process, which is ours here."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_the_version_is_printed_without_any_settings() -> None:
    printed = CliRunner().invoke(app.cli, ["--version"])
    assert (printed.exit_code, printed.output) == (0, f"nightdesk {VERSION}\n")


@pytest.mark.parametrize(
    "name", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN_FILE"]
)
@pytest.mark.parametrize("where", ["environment", ".env"])
def test_the_demo_refuses_to_run_beside_a_real_account(
    name: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESK_FILE", "none.toml")  # so that a demo that does not refuse ends all the same
    if where == "environment":
        monkeypatch.setenv(name, "real")
    else:
        Path(".env").write_text(f"{name}=real\n", encoding="utf-8")
    ended = CliRunner().invoke(app.cli, ["demo"])
    assert ended.exit_code == 1
    assert ended.output == (
        f"Error: The demo does not run beside a real Twilio account, and {name} is set. "
        "Unset it, or run the demo from a folder whose .env does not set it.\n"
    )


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("DESK_FILE=of-the-file.toml\n", encoding="utf-8")
    assert "of-the-file.toml cannot be used" in CliRunner().invoke(app.cli, ["rehearse"]).output
    monkeypatch.setenv("DESK_FILE", "of-the-environment.toml")
    assert "of-the-environment.toml cannot be used" in CliRunner().invoke(app.cli, ["rehearse"]).output


def test_the_wording_and_the_voices_are_checked_with_the_desk_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path("support.toml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    named = shipped.replace("[company]", '[company]\nwording = "w.toml"', 1).replace("Polly.Joanna", "Polly.Joana")
    Path("support.toml").write_text(named, encoding="utf-8")
    Path("w.toml").write_text('greting = { en = "Hello.", fr = "Bonjour." }', encoding="utf-8")
    output = CliRunner().invoke(app.cli, ["wording"]).output
    assert 'wording.greting: there is no such prompt. Did you mean "greeting"?' in output
    assert "voices.en: 'Polly.Joana-Neural' is not a voice" in output


def test_the_web_app_of_a_real_desk_has_no_browser_phone(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"DESK_FILE": str(Path("support.toml").resolve()), "MEDIA_DIR": str(tmp_path)}
    monkeypatch.chdir(tmp_path)
    for name, value in {**REAL, **files, "DATABASE_URL": sqlite_url}.items():
        monkeypatch.setenv(name, value)
    web = app._context().ready_service().web
    assert [rule.rule for rule in web.url_map.iter_rules() if "simulator" in rule.rule] == []
    assert web.test_client().get("/healthz").status_code == 200
    assert web.test_client().get("/simulator/").status_code == 404
    assert os.umask(0o022) == 0o077


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")
def test_what_a_command_writes_is_for_its_own_user(tmp_path: Path) -> None:
    script = Path(app.__file__).resolve()
    environ = {**os.environ, **REAL, "DESK_FILE": str(script.with_name("support.toml"))}
    subprocess.run([sys.executable, script, "migrate"], cwd=tmp_path, env=environ, check=True, umask=0o022)
    written = {str(path.relative_to(tmp_path)): f"{path.stat().st_mode & 0o777:o}" for path in tmp_path.rglob("*")}
    written.pop("var/nightdesk.db-journal", None)  # depends on the version of SQLite
    assert written == {"var": "700", "var/nightdesk.db": "600"}


def test_what_the_old_secret_key_signed_holds_while_it_is_rotated(sqlite_url: str, tmp_path: Path) -> None:
    """A form that is being filled in and a link in a text."""
    old = settings_from({**REAL, "DATABASE_URL": sqlite_url, "MEDIA_DIR": str(tmp_path)})
    rotated = replace(old, secret_key="n" * 32, secret_key_secondary=old.secret_key)
    desk, clock = read_desk(Path("support.toml")), MovingClock(datetime(2026, 11, 29, 3, 12, tzinfo=UTC))
    answers = []
    first = app.compose(old, desk, clock)
    migrate(first.database)
    first.database.write(lambda s: users.add_without_password(s, "ada@example.com", "reader", clock.now()))
    page = first.web.test_client().get("/login", base_url="https://desk.test")
    link = first.web.extensions[EXTENSION].links.page(1, clock.now()).rpartition("/")[2]
    token = page.text.partition('name="token" value="')[2].partition('"')[0]
    for settings in (rotated, replace(rotated, secret_key_secondary="")):
        service = app.compose(settings, desk, clock)
        browser = service.web.test_client(use_cookies=False)
        headers = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
        form = {"token": token, "email": "x@example.com", "password": "wrong"}
        answers.append(browser.post("/login", data=form, headers=headers, base_url="https://desk.test").status_code)
        answers.append(service.web.extensions[EXTENSION].links.page_in(link) is not None)
        service.close()
    first.close()
    assert answers == [401, True, 403, False]
