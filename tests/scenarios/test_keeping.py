"""What customers said is kept as long as the desk says, and not longer: here, at the carrier, and in every word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.acts.deletion import DeleteMessage, Part
from callbacks.customers.forgetting import find, forget
from callbacks.customers.personal_data import DELETED
from callbacks.db.states import AudioState, CallbackState
from callbacks.db.tables import AuditEntry, Event, FindingWord, Page, ReceivedText
from callbacks.records.log_check import check_entries, check_events, check_removals
from ivr.simulator.faults import UNTIL_SWITCHED_OFF
from tests.acting import supervisor_acts
from tests.scenarios.conftest import POSTGRES_IN_SOAK, SATURDAY_NIGHT, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK

SHORT = {"retention": {"audio": "1d", "transcripts": "2d", "numbers": "3d"}}
SUE = "sue@example.com"
Opens = Callable[..., ScenarioDesk]


def is_served(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.resolves()
    desk.scenario.minutes_pass(1)


def days_pass(desk: ScenarioDesk, days: float) -> None:
    desk.scenario.clock.move_to(desk.now + timedelta(days=days))
    desk.scenario.minutes_pass(2)


def copies(desk: ScenarioDesk) -> tuple[int, int]:
    """How many recordings there are here and at the carrier."""
    here = list(desk.service.settings.media_dir.glob("*.wav"))
    return len(here), sum(each.deleted_at is None for each in desk.carrier.ledger.recordings)


def every_word(desk: ScenarioDesk) -> str:
    columns = (Event.detail, AuditEntry.detail, Page.words, ReceivedText.words, ReceivedText.answer, FindingWord.word)
    found = desk.service.database.read(lambda s: [row for column in columns for row in s.scalars(select(column))])
    return " | ".join([*found, *(call.caller for call in desk.calls()), *(call.caller_name for call in desk.calls())])


def must_verify(desk: ScenarioDesk) -> None:
    for check in (check_entries, check_events, check_removals):
        assert desk.service.database.read(check).faults == []


def test_after_its_time_a_recording_is_gone_here_and_at_the_carrier_and_later_the_customer(open_desk: Opens) -> None:
    desk = open_desk(SATURDAY_NIGHT, **SHORT)
    is_served(desk)
    assert copies(desk) == (1, 1)
    days_pass(desk, 1.1)
    assert copies(desk) == (0, 0)
    assert desk.voicemail.audio is AudioState.DELETED
    assert desk.log_says("desk deleted the message The desk's retention time is over.")
    assert "5550199" in every_word(desk)
    days_pass(desk, 2)
    assert "0199" not in every_word(desk)
    assert desk.calls()[0].caller == DELETED
    must_verify(desk)


def test_a_customer_who_waits_loses_nothing(open_desk: Opens) -> None:
    desk = open_desk(SATURDAY_NIGHT, **SHORT)
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    desk.service.database.write(lambda session: None)
    desk.scenario.minutes_pass(1)
    desk.service.worker.run("retention")
    assert desk.callback.state is CallbackState.OPEN
    assert copies(desk) == (1, 1)
    amy.resolves()


@pytest.mark.parametrize("fault", ["answer lost", "500 but done", "500", "refused connection", "429"])
def test_whatever_the_carrier_answers_a_recording_is_deleted_once_it_can_be(desk: ScenarioDesk, fault: str) -> None:
    is_served(desk)
    desk.fails("deletions", fault)
    delete(desk)
    desk.scenario.minutes_pass(10)
    assert copies(desk) == (0, 0)
    assert desk.voicemail.audio is AudioState.DELETED
    assert len([line for line in desk.log() if "here and at the carrier" in line]) == 1


def test_while_the_carrier_is_away_nobody_hears_it_and_it_is_not_forgotten(desk: ScenarioDesk) -> None:
    is_served(desk)
    desk.fails("deletions", "500", UNTIL_SWITCHED_OFF)
    delete(desk)
    desk.scenario.minutes_pass(5)
    assert copies(desk) == (0, 1)
    desk.carrier.faults.clear()
    desk.scenario.minutes_pass(20)
    assert copies(desk) == (0, 0)


def delete(desk: ScenarioDesk, *, is_confirmed: bool = False) -> None:
    act, callback = DeleteMessage(Part.ALL, "a card number", is_confirmed), desk.callback
    service = desk.service
    service.database.write(lambda session: supervisor_acts(session, service.desk, callback, act, SUE, desk.now))


def test_a_technician_who_calls_for_a_deleted_message_hears_that_it_was_deleted(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    delete(desk, is_confirmed=True)
    desk.scenario.minutes_pass(2)
    assert copies(desk) == (0, 0)
    call = amy.is_rung(timedelta(minutes=3)).answers()
    call.presses("1")
    call.hears("The message was deleted.")
    call.hangs_up()
    desk.scenario.minutes_pass(0.2)
    amy.ignore_so_far()
    amy.texts("{code}").reads()
    amy.texts("done {code}").reads()
    amy.texts("done {code}").reads()


def test_a_forgotten_customer_is_in_no_word_and_the_counts_stay(desk: ScenarioDesk) -> None:
    is_served(desk)
    before = len(desk.log()), len(desk.pages()), len(desk.attempts()), desk.callback.state

    def work(session: object) -> None:
        somebody = find(session, "514 555-0199", desk.service.desk.dialing_rules)  # type: ignore[arg-type]
        forget(session, somebody, SUE, desk.now)  # type: ignore[arg-type]

    desk.service.database.write(work)
    desk.scenario.minutes_pass(5)
    assert "0199" not in every_word(desk)
    assert copies(desk) == (0, 0)
    more = 2  # that the person and the recording were deleted
    assert (len(desk.log()) - more, len(desk.pages()), len(desk.attempts()), desk.callback.state) == before
    must_verify(desk)


def test_a_forgotten_customer_who_calls_again_is_a_new_one(desk: ScenarioDesk) -> None:
    is_served(desk)

    def work(session: object) -> None:
        somebody = find(session, "514 555-0199", desk.service.desk.dialing_rules)  # type: ignore[arg-type]
        forget(session, somebody, SUE, desk.now)  # type: ignore[arg-type]

    desk.service.database.write(work)
    desk.scenario.minutes_pass(15)
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.resolves()
    assert [call.caller for call in desk.calls()] == [DELETED, "+15145550199"]
