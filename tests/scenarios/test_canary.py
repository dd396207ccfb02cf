"""Once a day a call of the desk's own leaves a message, and its page must come back as a text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.db.canaries import WITHOUT_CANARIES
from callbacks.db.states import AudioState, CallbackOrigin, CallbackState
from callbacks.db.tables import Call, Callback, Contact, Technician
from callbacks.lifecycle.canary import last_runs
from callbacks.worker.health import warnings
from callbacks.worker.jobs.canary import DailyCanary
from ivr.rehearsal.simulated_desk import PEOPLE
from ivr.simulator.phones import SmsHabit
from tests.scenarios.conftest import SATURDAY_NIGHT, TUESDAY_MORNING, ScenarioDesk

CANARY_NUMBER = "+15145550170"
CHRISTMAS = "2026-12-25T10:00"


def canary_at(hour: str) -> dict[str, str]:
    return {"at": hour, "number": CANARY_NUMBER, "line": "direct"}


@pytest.fixture
def desk(open_desk: Callable[..., ScenarioDesk]) -> ScenarioDesk:
    """A desk on a Saturday night, a few minutes before its canary."""
    return open_desk(SATURDAY_NIGHT, canary=canary_at("22:15"))


def warnings_of(desk: ScenarioDesk) -> list[str]:
    return [each for each in warnings(desk.service.database, desk.service.clock) if "test call" in each]


@pytest.mark.parametrize("begins", [SATURDAY_NIGHT, TUESDAY_MORNING, CHRISTMAS])
def test_a_canary_comes_back_by_day_at_night_and_on_a_holiday(
    open_desk: Callable[..., ScenarioDesk], begins: str
) -> None:
    desk = open_desk(begins, canary=canary_at("09:00"))
    desk.scenario.minutes_pass(3)
    assert (desk.callback.origin, desk.callback.state) == (CallbackOrigin.CANARY, CallbackState.CLOSED)
    assert len(desk.pages()) == 1
    assert desk.voicemail.audio is AudioState.DELETED
    runs = desk.service.database.read(last_runs)
    assert runs.took is not None
    assert runs.took < timedelta(minutes=1)
    desk.scenario.minutes_pass(30)
    assert len(desk.calls()) == 1
    assert warnings_of(desk) == []


def fails_to_be_placed(desk: ScenarioDesk) -> None:
    desk.fails("calls", "429")


def does_not_arrive(desk: ScenarioDesk) -> None:
    desk.fails("phone rings", "busy")


def is_not_recorded(desk: ScenarioDesk) -> None:
    desk.fails("record", "absent")


def cannot_be_paged(desk: ScenarioDesk) -> None:
    desk.carrier.phone(CANARY_NUMBER).sms_habit = SmsHabit.NO_TEXTS


def is_not_received(desk: ScenarioDesk) -> None:
    desk.fails("sms", "lost")


@pytest.mark.parametrize(
    ("goes_wrong", "words"),
    [
        (fails_to_be_placed, "did not take the call"),
        (does_not_arrive, "did not arrive on its line"),
        (is_not_recorded, "no recording"),
        (cannot_be_paged, "no page was sent"),
        (is_not_received, "sent but not received"),
    ],
)
def test_supervisors_hear_once_which_stage_is_missing(
    desk: ScenarioDesk, goes_wrong: Callable[[ScenarioDesk], None], words: str
) -> None:
    goes_wrong(desk)
    desk.scenario.minutes_pass(12)
    assert warnings_of(desk) == []
    desk.scenario.minutes_pass(3)
    desk.phone_of("Sue").reads("test call", words)
    desk.scenario.minutes_pass(45)
    assert len(warnings_of(desk)) == 1
    assert words in warnings_of(desk)[0]
    assert [callback.state for callback in desk.callbacks()] in ([], [CallbackState.CLOSED])


def test_the_next_one_that_comes_back_ends_the_warning(desk: ScenarioDesk) -> None:
    fails_to_be_placed(desk)
    desk.scenario.minutes_pass(15)
    desk.phone_of("Sue").reads("test call")
    desk.clock_moves_to("2026-11-29T22:15")
    desk.scenario.minutes_pass(3)
    assert warnings_of(desk) == []
    assert desk.callback.state is CallbackState.CLOSED


def test_two_workers_place_one_call(desk: ScenarioDesk) -> None:
    service, part = desk.service, desk.service.desk.canary
    assert part is not None
    desk.clock_moves_to("2026-11-28T22:15")
    for _ in range(2):
        DailyCanary(service.database, service.carrier, service.desk, part, service.clock).run()
    desk.scenario.minutes_pass(3)
    assert [call.to for call in desk.carrier.ledger.calls if call.direction == "outbound-api"] == ["+15148458474"]


def test_a_stranger_who_forges_its_number_at_another_time_is_treated_as_any_caller(desk: ScenarioDesk) -> None:
    stranger = desk.customer(CANARY_NUMBER).dials("direct").hears("leave a message").hears_the_beep()
    stranger.says(8).presses("#").hears("Thank you").hangs_up()
    desk.phone_of("Amy").reads("call (514) 555-0170 back")
    assert desk.callback.origin is CallbackOrigin.VOICEMAIL
    desk.phone_of("Amy").resolves()


def test_only_the_first_call_of_the_number_counts_while_a_canary_is_under_way(desk: ScenarioDesk) -> None:
    is_not_received(desk)
    desk.scenario.minutes_pass(5)
    desk.customer(CANARY_NUMBER).ignore_so_far()
    stranger = desk.customer(CANARY_NUMBER).dials("direct").hears("leave a message").hears_the_beep()
    stranger.says(8).presses("#").hears("Thank you").hangs_up()
    desk.phone_of("Amy").reads("call (514) 555-0170 back")
    assert [callback.origin for callback in desk.callbacks()] == [CallbackOrigin.CANARY, CallbackOrigin.VOICEMAIL]
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(10)
    desk.phone_of("Sue").reads("test call")


def test_a_text_to_its_number_that_has_no_code_is_not_answered(desk: ScenarioDesk) -> None:
    desk.customer().phone.send_text(CANARY_NUMBER, "Hello?")
    desk.scenario.minutes_pass(1)


def test_reports_screens_and_commands_do_not_show_it(desk: ScenarioDesk) -> None:
    desk.scenario.minutes_pass(6)
    everything = desk.service.database.without(*WITHOUT_CANARIES)
    for model in (Callback, Call, Contact):
        assert everything.read(lambda session, model=model: session.scalars(select(model)).all()) == []
    names = everything.read(lambda session: session.scalars(select(Technician.name)).all())
    assert set(names) == set(PEOPLE)
    assert len(desk.callbacks()) == 1
