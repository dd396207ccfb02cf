"""Once a day a call of the desk's own leaves a message, and its page must come back as a text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.cli.command import Group
from callbacks.cli.commands import COMMANDS
from callbacks.cli.context import AppContext
from callbacks.db.canaries import WITHOUT_CANARIES
from callbacks.db.states import AudioState, CallbackOrigin, CallbackState
from callbacks.db.tables import Call, Callback, Contact, Page
from callbacks.lifecycle.canary import last_runs
from callbacks.people.canary import NAME
from callbacks.worker.health import warnings
from callbacks.worker.jobs.canary import DailyCanary
from ivr.rehearsal.simulated_desk import DEMO_PASSWORD, DEMO_USER
from ivr.simulator.phones import SmsHabit
from tests.scenarios.conftest import SATURDAY_NIGHT, TUESDAY_MORNING, ScenarioDesk

CANARY_NUMBER = "+15145550170"
CHRISTMAS = "2026-12-25T10:00"
ENVIRONMENT = {
    "PUBLIC_URL": "https://desk.test",
    "TWILIO_ACCOUNT_SID": "AC5f0c9d1e7a3b4826c0d1e8f7a9b3c542",
    "TWILIO_AUTH_TOKEN": "token of the test",
    "TWILIO_FROM": "+18884847266",
    "SECRET_KEY": "of the test, long enough to be accepted",
}


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


SCREENS = (
    "/queue",
    "/callbacks?words=0170",
    "/callbacks.csv",
    "/callbacks.json",
    "/calls",
    "/people",
    "/rota",
    "/reports?since=2026-11-01",
    "/reports/digest?day=2026-11-28",
)


def test_reports_screens_and_commands_do_not_show_it(desk: ScenarioDesk) -> None:
    desk.fails("sms", "lost")
    desk.scenario.minutes_pass(6)
    assert desk.callback.state is CallbackState.OPEN
    client = desk.service.web.test_client()
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    client.post("/login", data={"token": token[1], "email": DEMO_USER, "password": DEMO_PASSWORD})
    now = client.get("/").text
    assert "none has come back yet" in now
    screens = {screen: client.get(screen) for screen in ("/", *SCREENS)}
    assert {screen: answer.status_code for screen, answer in screens.items()} == dict.fromkeys(screens, 200)
    for screen, answer in screens.items():
        for word in (desk.callback.reference, "555-0170", "+15145550170", NAME):
            assert word not in answer.text, screen
    assert client.get(f"/callbacks/{desk.callback.reference}").status_code == 404
    everybody_elses = desk.service.database.without(*WITHOUT_CANARIES)
    for model in (Callback, Call, Contact, Page):
        counted = partial(Session.scalar, statement=select(func.count()).select_from(model))
        assert (desk.service.database.read(counted), everybody_elses.read(counted)) == (1, 0), model
    assert "nightdesk_callbacks_open 0.0" in client.get("/metrics").text
    app = AppContext({}, desk.service.clock, lambda *_, **__: desk.service, Path("app.py"))
    for command in ("callback list --json", "report --json", "technician list", "export"):
        assert desk.callback.reference not in typed(app, command)
        assert NAME not in typed(app, command)
    assert json.loads(typed(app, "report --json"))["open"] == 0
    desk.scenario.minutes_pass(10)
    desk.phone_of("Sue").reads("test call")


def typed(app: AppContext, command: str) -> str:
    """Type a command, and return what it prints."""
    root = Group("app.py", commands={str(each.name): each for each in COMMANDS})
    result = CliRunner().invoke(root, command.split(), obj=replace(app, environ=ENVIRONMENT), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output
