"""`fallback`: documents that Twilio serves by itself, valid by its own rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callbacks.cli.context import AppContext, Compose
from callbacks.desk.desk_file import read_desk
from ivr.caller.static_fallback import fallback, goodbye, take_message
from ivr.simulator.twiml.reader import read
from sla.clock import SystemClock

DESK = read_desk(Path("support.toml"))
SECOND = "https://handler.twilio.com/twiml/EH1"


def heard(document: str) -> list[str]:
    return ["".join(verb.itertext()) for verb in read(document) if verb.tag == "Say"]


def test_it_greets_in_both_languages_and_records_until_the_caller_hangs_up() -> None:
    verbs = read(take_message(DESK))
    assert [verb.tag for verb in verbs] == ["Say"] * 6 + ["Record", "Hangup"]
    english, french = verbs[0], verbs[3]
    assert (english.get("language"), french.get("language")) == ("en-US", "fr-CA")
    assert any("leave a message" in words for words in heard(take_message(DESK)))
    assert any("Laissez un message" in words for words in heard(take_message(DESK)))
    assert verbs[6].attrib == {"maxLength": "300", "timeout": "0", "playBeep": "true", "finishOnKey": ""}


def test_with_a_second_document_a_key_or_silence_ends_the_message() -> None:
    record = read(take_message(DESK, SECOND))[6]
    assert record.attrib == {
        "action": SECOND,
        "method": "POST",
        "maxLength": "300",
        "timeout": str(int(DESK.voicemail.silence.total_seconds())),
        "playBeep": "true",
    }
    assert [verb.tag for verb in read(goodbye(DESK))] == ["Say", "Say", "Hangup"]
    assert heard(goodbye(DESK)) == ["Thank you for calling. Goodbye.", "Merci de votre appel. Au revoir."]


@pytest.mark.parametrize("document", [take_message(DESK), take_message(DESK, SECOND), goodbye(DESK)])
def test_nothing_in_it_asks_for_us(document: str) -> None:
    assert "http" not in document.replace(SECOND, "")
    assert len(document) < 4000


def test_it_has_the_desks_own_words(tmp_path: Path) -> None:
    (tmp_path / "wording.toml").write_text('fallback = { en = "Down.", fr = "En panne." }', encoding="utf-8")
    shipped = Path("support.toml").read_text(encoding="utf-8")
    file = tmp_path / "support.toml"
    file.write_text(shipped.replace("[company]", '[company]\nwording = "wording.toml"', 1), encoding="utf-8")
    assert heard(take_message(read_desk(file)))[0] == "Down."


@pytest.fixture
def app(compose: Compose) -> AppContext:
    return AppContext({}, SystemClock(), compose, Path("app.py"))


def prints(app: AppContext, *arguments: str) -> Result:
    return CliRunner().invoke(fallback, arguments, obj=app)


def test_the_command_needs_no_settings_and_prints_one_document(app: AppContext) -> None:
    assert prints(app).output == take_message(DESK) + "\n"
    assert prints(app, "--then", SECOND).output == take_message(DESK, SECOND) + "\n"
    assert prints(app, "--goodbye").output == goodbye(DESK) + "\n"


def test_an_address_without_https_is_refused(app: AppContext) -> None:
    result = prints(app, "--then", "handler.twilio.com")
    assert result.exit_code == 2
    assert "--then needs the https address of a TwiML Bin." in result.output
