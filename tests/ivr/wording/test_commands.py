"""`wording`: a file to start from, and one that loads again as it is."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callbacks.cli.context import AppContext, Compose
from callbacks.desk.desk_file import read_desk
from ivr.wording.catalogue import CATALOGUE
from ivr.wording.checks import wording_faults
from ivr.wording.commands import wording
from sla.clock import SystemClock

OWN = (
    'greeting = { en = "Welcome to \\"{company}\\".", fr = "Bienvenue chez « {company} »." }\n'
    'texts.unsubscribed = { en = "Bye from {sender}.", fr = "Au revoir de {sender}." }\n'
)


@pytest.fixture
def desk_file(tmp_path: Path) -> Path:
    shipped = Path("support.toml").read_text("utf-8")
    file = tmp_path / "support.toml"
    file.write_text(shipped.replace("[company]", '[company]\nwording = "wording.toml"', 1), "utf-8")
    return file


def printed(compose: Compose, desk_file: Path, own: str) -> Result:
    desk_file.with_name("wording.toml").write_text(own, "utf-8")
    app = AppContext({"DESK_FILE": str(desk_file)}, SystemClock(), compose, Path("app.py"), (wording_faults,))
    return CliRunner().invoke(wording, obj=app)


def test_everything_is_printed_and_only_own_wording_is_in_force(compose: Compose, desk_file: Path) -> None:
    output = printed(compose, desk_file, OWN).output
    lines = output.splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == OWN.splitlines()
    assert (
        '#   as shipped: greeting = { en = "Thank you for calling {company}.", fr = "Merci d\'appeler {company}." }'
        in lines
    )
    for name, words in CATALOGUE.items():
        assert any(line.startswith((f"# {name} = ", f"{name} = ")) for line in lines)
        assert json.dumps(words.french, ensure_ascii=False) in output


def test_what_is_printed_loads_again_as_the_same_wording(compose: Compose, desk_file: Path) -> None:
    output = printed(compose, desk_file, OWN).output
    before = read_desk(desk_file).wording
    desk_file.with_name("wording.toml").write_text(output, "utf-8")
    assert read_desk(desk_file, wording_faults).wording == before


def test_every_entry_can_be_taken_over_by_removing_its_comment(compose: Compose, desk_file: Path) -> None:
    entries = [
        line.removeprefix("# ") for line in printed(compose, desk_file, "").output.splitlines() if " = { en" in line
    ]
    desk_file.with_name("wording.toml").write_text("\n".join(entries), "utf-8")
    assert tomllib.loads("\n".join(entries))
    assert set(read_desk(desk_file, wording_faults).wording) == set(CATALOGUE)


def test_a_mistake_is_reported_instead(compose: Compose, desk_file: Path) -> None:
    refused = printed(compose, desk_file, OWN.replace("{company}", "{compny}"))
    assert refused.exit_code == 1
    assert 'wording.greeting.fr: {compny} is not a blank of this prompt. Did you mean "company"?' in refused.output
