"""`rehearse`: what it prints, and when it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callbacks.cli.context import AppContext, Compose
from ivr.rehearsal import commands
from ivr.rehearsal.scenario import Scenario
from ivr.rehearsal.stories import STORIES, Story
from sla.clock import SystemClock


@pytest.fixture
def app(compose: Compose) -> AppContext:
    return AppContext({}, SystemClock(), compose, Path("app.py"))


def rehearse(app: AppContext, *arguments: str) -> Result:
    return CliRunner().invoke(commands.rehearse, arguments, obj=app, catch_exceptions=False)


def test_the_stories_are_listed_with_a_sentence(app: AppContext) -> None:
    listed = rehearse(app, "--list")
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.output.splitlines()] == list(STORIES)


def test_a_story_is_printed_with_the_log_and_the_promise(app: AppContext) -> None:
    played = rehearse(app, "taken-at-once")
    assert played.exit_code == 0
    assert played.output.startswith("\n=== taken-at-once: After hours")
    assert "\nThe log:\nCall on the toll-free line" in played.output
    assert played.output.endswith("\nThe promise was kept.\n")


def test_the_stories_are_played_in_the_words_as_shipped(compose: Compose, tmp_path: Path) -> None:
    own = '[wording]\nthanks_with_reference = { en = "{reference}, {due}!", fr = "{reference}, {due} !" }\n'
    file = tmp_path / "support.toml"
    file.write_text(Path("support.toml").read_text("utf-8") + own, "utf-8")
    app = AppContext({"DESK_FILE": str(file)}, SystemClock(), compose, Path("app.py"))
    assert rehearse(app, "taken-at-once").exit_code == 0


def test_a_story_that_goes_wrong_is_an_error(app: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def goes_wrong(scenario: Scenario) -> None:
        """Amy expects a page that does not come."""
        scenario.phone_of("Amy").reads("call back")

    monkeypatch.setitem(STORIES, "goes-wrong", Story("2026-11-28T22:12", goes_wrong))
    played = rehearse(app, "goes-wrong")
    assert played.exit_code == 1
    assert "FAILED: Amy Roy gets no text." in played.output
    assert "Error: The promise was not kept in: goes-wrong.\n" in played.output


def test_an_unknown_story_is_an_error_that_names_the_known_ones(app: AppContext) -> None:
    refused = rehearse(app, "tempest")
    assert refused.exit_code == 1
    assert "There is no story 'tempest'. Known: taken-at-once, " in refused.output


def test_a_desk_file_that_is_not_there_is_an_error(app: AppContext, compose: Compose) -> None:
    elsewhere = AppContext({"DESK_FILE": "none.toml"}, SystemClock(), compose, Path("app.py"))
    refused = rehearse(elsewhere, "taken-at-once")
    assert refused.exit_code == 1
    assert "none.toml cannot be used" in refused.output
