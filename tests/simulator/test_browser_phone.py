"""The browser phone's own requests: what can be switched on, what a phone does, where the clock goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from werkzeug.test import Client, TestResponse

from app import cli
from ivr.simulator import Habit, SimulatedTwilio, SmsHabit
from ivr.simulator.browser import TROUBLES
from sla.clock import RunningClock

AMY = "%2B15145550101"
BEGINS = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


class Phones:
    """The page behind the phones, on a clock that stands still."""

    def __init__(self) -> None:
        clock = RunningClock(BEGINS, speed=0)
        self.carrier = SimulatedTwilio(clock, "AC" + "0" * 32, "sesame")
        self.carrier.clock_controls, self.carrier.zone = clock, "America/Toronto"
        self.carrier.phone_book = lambda: [("Amy", "+15145550101")]
        self.client = Client(self.carrier.wsgi)

    def does(self, path: str, **told: object) -> TestResponse:
        return self.client.post(path, json=told, headers={"X-Browser-Phone": "1"})

    def state(self) -> dict[str, object]:
        found: dict[str, object] = self.client.get("/phones").get_json()
        return found


@pytest.fixture
def phones() -> Phones:
    return Phones()


def test_a_trouble_is_switched_on_counts_down_and_is_switched_off(phones: Phones) -> None:
    assert phones.does("/faults", kind="texts fail", times=2).status_code == 204
    assert phones.does("/faults", kind="recording lost").status_code == 204
    words = TROUBLES["texts fail"][0]
    assert phones.state()["faults"] == [
        {"words": words, "left": "2 more"},
        {"words": TROUBLES["recording lost"][0], "left": "until it is switched off"},
    ]
    phones.carrier.faults.next("messages", "To=Amy")
    assert {"words": words, "left": "1 more"} in phones.state()["faults"]  # type: ignore[operator]
    phones.carrier.faults.next("messages", "To=Amy")
    assert len(phones.state()["faults"]) == 1  # type: ignore[arg-type]
    phones.does("/faults/clear")
    assert phones.state()["faults"] == []


@pytest.mark.parametrize(
    ("path", "told", "words"),
    [
        ("/faults", {"kind": "earthquake"}, "There is no such trouble"),
        ("/faults", {"kind": "texts fail", "times": 0}, "Say how often"),
        ("/faults", {"kind": "texts fail", "times": "many"}, "Say how often"),
        (f"/phones/{AMY}/habits", {"calls": "dances"}, "no such habit"),
        ("/clock", {"to": "tomorrow"}, "is no time"),
        ("/clock", {"to": "2026-11-28T21:00"}, "forward only"),
        ("/clock", {"to": "2027-11-28T22:30"}, "a month at once"),
        ("/clock", {"seconds": "soon"}, "makes no sense"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(phones: Phones, path: str, told: dict[str, object], words: str) -> None:
    answer = phones.does(path, **told)
    assert answer.status_code == 400
    assert words in answer.text
    assert "<" not in answer.text


def test_a_phone_takes_on_a_habit(phones: Phones) -> None:
    phones.does(f"/phones/{AMY}/habits", texts="undelivered")
    phones.does(f"/phones/{AMY}/habits", calls="busy")
    amy = phones.carrier.phone("+15145550101")
    assert (amy.habit, amy.sms_habit) == (Habit.BUSY, SmsHabit.UNDELIVERED)
    assert phones.state()["technicians"][0]["habits"] == {"calls": "busy", "texts": "undelivered"}  # type: ignore[index]


def test_the_clock_jumps_to_a_time_of_the_desk(phones: Phones) -> None:
    assert phones.does("/clock", to="2026-11-28T22:30").status_code == 204
    controls = phones.carrier.clock_controls
    assert controls is not None
    assert controls.now() == BEGINS + timedelta(minutes=30)


def test_nothing_is_done_for_other_sites(phones: Phones) -> None:
    for path in ("/faults", "/faults/clear", f"/phones/{AMY}/habits", "/clock"):
        assert phones.client.post(path, json={}).status_code == 403


def test_there_is_a_console_beside_only_where_there_is_one(phones: Phones) -> None:
    assert phones.state()["beside"] == ""
    phones.carrier.beside = "../"
    assert phones.state()["beside"] == "../"


@pytest.mark.parametrize("where", ["environment", "file", ".env"])
def test_the_demo_refuses_to_run_beside_real_credentials(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if where == ".env":
        Path(".env").write_text("TWILIO_AUTH_TOKEN=real\n")
    else:
        monkeypatch.setenv("TWILIO_AUTH_TOKEN" + ("_FILE" if where == "file" else ""), "real")
    ended = CliRunner().invoke(cli, ["demo", "--port", "0"])
    assert ended.exit_code == 1
    assert "TWILIO_AUTH_TOKEN belongs to a real account" in ended.output
