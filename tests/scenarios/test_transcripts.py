"""What the message says follows by text when a machine has written it down. No page waits for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from callbacks.acts.deletion import DeleteMessage, Part
from callbacks.db.states import AudioState, PageKind, TranscribedBy, Urgency
from ivr.simulator import Fault, FaultKind, Place
from tests.acting import supervisor_acts
from tests.callbacks.worker.speech_model import FAKE, answers
from tests.scenarios.conftest import POSTGRES_IN_SOAK, SATURDAY_NIGHT, ScenarioDesk
from tests.waiting import eventually

pytestmark = POSTGRES_IN_SOAK

Opens = Callable[..., ScenarioDesk]
BY_CARRIER = {"transcript": {"by": "carrier"}}


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "faster_whisper.py").write_text(FAKE)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def is_transcribed(desk: ScenarioDesk) -> None:
    """Let the machine finish. It takes real time, in which the clock of the story stands still."""

    def is_over() -> bool:
        desk.scenario.settle()
        return desk.voicemail.transcribed_by is not TranscribedBy.NOT_YET

    assert desk.scenario.wait_until(lambda: desk.voicemail.audio is AudioState.COPIED)
    eventually(is_over, "the voicemail is transcribed")


def test_the_page_comes_first_and_the_words_follow_once(open_desk: Opens, model: Path) -> None:
    answers(model, "Hi, this is Marie.|Our email is completely down.|Thanks.")
    desk = open_desk(SATURDAY_NIGHT, model=model)
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    page = amy.reads("call (514) 555-0199 back")
    assert "email" not in page
    is_transcribed(desk)
    text = amy.reads("Our email is completely down.", "Perhaps everything is down", "machine")
    assert len(text) <= 306
    amy.resolves()
    desk.scenario.minutes_pass(2)
    assert (desk.voicemail.gist, desk.voicemail.guessed_urgency) == ("Our email is completely down.", Urgency.DOWN)


def test_a_message_in_french_is_written_down_and_understood_in_french(open_desk: Opens, model: Path) -> None:
    answers(model, "Bonjour, ici Luc.|Y'a rien d'urgent, ça peut attendre à lundi.")
    desk = open_desk(SATURDAY_NIGHT, model=model)
    call = desk.customer().dials("direct").presses("9").hears_the_beep().says(8).presses("#")
    call.hears("Merci").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", "in French")
    is_transcribed(desk)
    amy.reads("Y'a rien d'urgent", "Perhaps it can wait")
    amy.resolves()
    assert desk.voicemail.guessed_urgency is Urgency.CAN_WAIT


def test_a_machine_that_fails_delays_nobody_and_texts_nothing(open_desk: Opens, model: Path) -> None:
    answers(model, "trouble")
    desk = open_desk(SATURDAY_NIGHT, model=model)
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    is_transcribed(desk)
    desk.scenario.minutes_pass(1)
    amy.reads_nothing()
    amy.resolves()
    assert desk.voicemail.transcribed_by is TranscribedBy.NOBODY


def test_the_carrier_writes_it_down_where_the_desk_asks_for_it(open_desk: Opens) -> None:
    desk = open_desk(SATURDAY_NIGHT, **BY_CARRIER)
    desk.carrier.account.heard = "Nobody here can send email."
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.reads("Nobody here can send email.", "Perhaps everything is down", within=timedelta(seconds=40))
    amy.resolves()
    assert desk.log_says("carrier transcribed the message")
    assert len(desk.carrier.ledger.transcriptions) == 1


def test_the_carriers_transcript_is_deleted_with_the_recording(open_desk: Opens) -> None:
    desk = open_desk(SATURDAY_NIGHT, **BY_CARRIER)
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.reads("This is what was heard.", within=timedelta(seconds=40))
    amy.resolves()
    delete, service, callback = DeleteMessage(Part.ALL, "a card number"), desk.service, desk.callback
    service.database.write(lambda s: supervisor_acts(s, service.desk, callback, delete, "sue@example.com", desk.now))
    desk.scenario.minutes_pass(1)
    assert desk.carrier.ledger.transcriptions == []
    assert not any("what was heard" in line for line in desk.log())
    assert not any("what was heard" in page.words for page in desk.pages())


def test_a_french_message_is_not_given_to_a_carrier_that_knows_english_only(open_desk: Opens) -> None:
    desk = open_desk(SATURDAY_NIGHT, **BY_CARRIER)
    call = desk.customer().dials("direct").presses("9").hears_the_beep().says(8).presses("#")
    call.hears("Merci").is_hung_up_on()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    desk.scenario.minutes_pass(1)
    amy.resolves()
    assert desk.carrier.ledger.transcriptions == []


def test_once_it_is_resolved_the_words_come_too_late(open_desk: Opens) -> None:
    desk = open_desk(SATURDAY_NIGHT, **BY_CARRIER)
    desk.carrier.faults.add(Fault(Place.TRANSCRIPTION, FaultKind.LATE, delay=timedelta(minutes=5)))
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.resolves()
    desk.scenario.minutes_pass(8)
    assert [page for page in desk.pages() if page.kind is PageKind.TRANSCRIPT] == []
    assert desk.voicemail.transcript == "This is what was heard."
