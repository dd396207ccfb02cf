"""The browser phone: its page, the clock, what goes wrong at a switch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask, Response, request
from flask.testing import FlaskClient
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.simulator import SimulatedTwilio
from ivr.simulator.in_process import mount
from ivr.simulator.troubles import TROUBLES, Trouble
from sla.clock import RunningClock

OURS, CUSTOMER, AMY, BEN = "+15148458474", "+15145550199", "+15145550101", "+15145550102"
ACCOUNT, TOKEN = "AC" + "0" * 32, "sesame"
BEGINS = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)  # 22:00 at the desk
FORWARD_ONLY = "The clock moves forward only, and by 31 days at most."


class _ToSimulator(TwilioHttpClient):  # type: ignore[misc]
    def __init__(self, session: requests.Session) -> None:
        super().__init__(timeout=5)
        self.session = session


class World:
    """A simulated carrier with two technicians' phones, whose page is open in a browser, and a desk that sends."""

    def __init__(self) -> None:
        self.clock = RunningClock(BEGINS, speed=0)
        to_desk, to_carrier = requests.Session(), requests.Session()
        self.reports: list[tuple[str, str]] = []
        self.carrier = SimulatedTwilio(self.clock, ACCOUNT, TOKEN, http=to_desk)
        self.carrier.own_number(OURS, voice_url="https://desk.test/voice")
        self.carrier.zone = "America/Toronto"
        self.carrier.clock_controls = self.clock
        self.carrier.phone_book = lambda: [("Amy Roy", AMY), ("Ben Cole", BEN)]
        mount(to_desk, "https://desk.test", self._desk())
        mount(to_carrier, "https://api.twilio.com", self.carrier.wsgi)
        self.desk = Client(ACCOUNT, TOKEN, http_client=_ToSimulator(to_carrier))
        self.browser: FlaskClient = self.carrier.wsgi.test_client()

    def _desk(self) -> Flask:
        desk = Flask("desk")

        @desk.post("/<path:path>")
        def answer(path: str) -> Response:
            self.reports.append((request.form["To"], request.form.get("MessageStatus") or request.form["CallStatus"]))
            return Response("<Response/>", content_type="text/xml")

        return desk

    def send(self, path: str, told: Any = None) -> tuple[int, str]:
        answer = self.browser.post(path, json=told, headers={"X-Browser-Phone": "1"})
        return answer.status_code, answer.text

    def goes_wrong(self, name: str, times: object = 1, whose: object = "") -> tuple[int, str]:
        return self.send("/faults", {"name": name, "times": times, "whose": whose})

    def state(self) -> Any:
        return self.browser.get("/phones").json

    def texts(self, number: str) -> None:
        self.desk.messages.create(to=number, from_=OURS, body="hello", status_callback="https://desk.test/report")
        self.passes(10)

    def calls(self, number: str) -> str:
        made = self.desk.calls.create(to=number, from_=OURS, url="https://desk.test/page")
        self.passes(5)
        return str(self.desk.calls(made.sid).fetch().status)

    def passes(self, seconds: float) -> None:
        until = self.clock.now() + timedelta(seconds=seconds)
        self.carrier.run_due()
        while (at := self.carrier.next_event_at) is not None and at <= until:
            self.clock.pass_time(max(at - self.clock.now(), timedelta(0)))
            self.carrier.run_due()
        self.clock.pass_time(until - self.clock.now())


@pytest.fixture
def world() -> World:
    return World()


# The page


def test_the_page_of_another_site_can_send_no_gesture(world: World) -> None:
    assert world.browser.post("/faults/clear").status_code == 403


def test_the_console_stands_beside_the_phones_where_there_is_one(world: World) -> None:
    world.carrier.beside = "../"
    page = world.browser.get("/")
    assert '<iframe src="../" title="The supervisors' in page.text
    assert 'href="#console"' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_without_a_console_the_page_shows_phones_alone(world: World) -> None:
    page = world.browser.get("/")
    assert page.status_code == 200
    assert "iframe" not in page.text
    assert "onsole" not in page.text


def test_the_page_is_never_shown_within_itself(world: World) -> None:
    world.carrier.beside = "../"
    framed = world.browser.get("/", headers={"Sec-Fetch-Dest": "iframe"})
    assert (framed.status_code, framed.headers["Location"]) == (302, "../")
    assert "frame-ancestors 'none'" in framed.headers["Content-Security-Policy"]


def test_every_trouble_can_be_chosen_by_name_and_is_said_in_a_sentence(world: World) -> None:
    page = world.browser.get("/").text
    for group in TROUBLES.values():
        for name, trouble in group.items():
            assert f'value="{name}"' in page
            assert trouble.name in page
            assert trouble.sentence.endswith(".")


# What goes wrong


@pytest.mark.parametrize(
    ("name", "trouble"),
    [item for group in TROUBLES.values() for item in group.items()],
    ids=lambda part: str(part)[:20],
)
def test_a_trouble_is_listed_in_its_own_words_when_it_is_switched_on(world: World, name: str, trouble: Trouble) -> None:
    assert world.goes_wrong(name) == (204, "")
    assert world.state()["faults"] == [{"sentence": trouble.sentence, "whose": "", "left": 1}]


def test_a_trouble_counts_down_and_is_over(world: World) -> None:
    world.goes_wrong("refused", 2)
    left = []
    for send in (world.texts, world.calls):
        with pytest.raises(TwilioRestException):
            send(AMY)
        left.append(world.state()["faults"][0]["left"])
    assert left == [1, 0]
    world.texts(AMY)
    assert len(world.carrier.phone(AMY).texts) == 1


def test_a_trouble_without_an_end_goes_on_until_all_is_switched_off(world: World) -> None:
    world.goes_wrong("suspended", "always")
    for _ in range(3):
        with pytest.raises(TwilioRestException):
            world.texts(AMY)
    assert world.state()["faults"][0]["left"] is None
    assert world.send("/faults/clear") == (204, "")
    assert world.state()["faults"] == []
    world.texts(AMY)
    assert len(world.carrier.phone(AMY).texts) == 1


@pytest.mark.parametrize("name", ["refused", "undelivered", "silent"])
def test_a_trouble_can_be_one_persons_alone(world: World, name: str) -> None:
    world.goes_wrong(name, "always", AMY)
    assert world.state()["faults"][0]["whose"] == "Amy Roy"
    world.texts(BEN)
    if name == "refused":
        with pytest.raises(TwilioRestException):
            world.texts(AMY)
    else:
        world.texts(AMY)
    assert [len(world.carrier.phone(number).texts) for number in (AMY, BEN)] == [0, 1]


@pytest.mark.parametrize(("name", "became"), [("busy", "busy"), ("unreachable", "failed"), ("voicemail", "ringing")])
def test_a_phone_does_for_one_call_what_the_trouble_says(world: World, name: str, became: str) -> None:
    world.goes_wrong(name, 1, AMY)
    assert [world.calls(AMY), world.calls(AMY)] == [became, "ringing"]


def test_a_private_voicemail_answers_by_itself(world: World) -> None:
    world.goes_wrong("voicemail", 1, AMY)
    world.calls(AMY)
    world.passes(20)
    assert (AMY, "in-progress") in world.reports


@pytest.mark.parametrize(
    ("name", "told"), [("undelivered", "undelivered"), ("landline", "undelivered"), ("unregistered", "undelivered"),
                       ("silent", "sent")]
)  # fmt: skip
def test_the_desk_is_told_what_became_of_a_text_that_went_wrong(world: World, name: str, told: str) -> None:
    world.goes_wrong(name)
    world.texts(AMY)
    assert world.reports[-1] == (AMY, told)


def test_a_late_report_comes_two_minutes_late(world: World) -> None:
    world.carrier.own_number(OURS, voice_url="", sms_url="https://desk.test/sms")
    world.goes_wrong("reply-late")
    world.carrier.phone(AMY).send_text(OURS, "5831")
    world.carrier.run_due()
    world.passes(119)
    assert world.carrier.ledger.webhooks == []
    world.passes(2)
    assert [webhook.kind for webhook in world.carrier.ledger.webhooks] == ["sms"]


NONSENSE: list[tuple[Any, str]] = [
    (None, "Send a JSON object."),
    ([1], "Send a JSON object."),
    ({}, "Nothing called None can go wrong."),
    ({"name": "gremlins", "times": 1}, "Nothing called 'gremlins' can go wrong."),
    ({"name": ["busy"], "times": 1}, "Nothing called ['busy'] can go wrong."),
    ({"name": "busy"}, "Say how often: 1 to 100 times, or always."),
    ({"name": "busy", "times": 0}, "Say how often: 1 to 100 times, or always."),
    ({"name": "busy", "times": 101}, "Say how often: 1 to 100 times, or always."),
    ({"name": "busy", "times": 1.5}, "Say how often: 1 to 100 times, or always."),
    ({"name": "busy", "times": True}, "Say how often: 1 to 100 times, or always."),
    ({"name": "busy", "times": "five"}, "Say how often: 1 to 100 times, or always."),
    ({"name": "busy", "times": 1, "whose": "+15145559999"}, "Nobody here has the phone '+15145559999'."),
    ({"name": "busy", "times": 1, "whose": [AMY]}, f"Nobody here has the phone ['{AMY}']."),
    ({"name": "no-audio", "times": 1, "whose": AMY}, "This goes wrong for everybody: it cannot be kept to one phone."),
]


@pytest.mark.parametrize(("told", "why"), NONSENSE)
def test_a_trouble_that_makes_no_sense_is_refused_with_a_sentence(world: World, told: Any, why: str) -> None:
    assert world.send("/faults", told) == (400, why)
    assert world.state()["faults"] == []


# The clock


def test_the_clock_jumps_to_a_time_of_the_desk(world: World) -> None:
    assert world.send("/clock", {"to": "2026-11-29T06:30"}) == (204, "")
    assert world.clock.now() == datetime(2026, 11, 29, 11, 30, tzinfo=UTC)


def test_the_clock_jumps_by_a_span_and_runs_faster_or_stands(world: World) -> None:
    assert world.send("/clock", {"seconds": 300}) == (204, "")
    assert world.clock.now() == BEGINS + timedelta(minutes=5)
    assert world.send("/clock", {"speed": 60}) == (204, "")
    assert world.state()["speed"] == 60
    assert world.send("/clock", {"speed": 0}) == (204, "")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"to": "2026-11-28T21:59"}, FORWARD_ONLY),
        ({"to": "2027-11-28T21:59"}, FORWARD_ONLY),
        ({"to": "tomorrow"}, "That is no time. Write it as 2026-11-29T06:30."),
        ({"to": 6}, "That is no time. Write it as 2026-11-29T06:30."),
        ({"seconds": -1}, FORWARD_ONLY),
        ({"seconds": 1e9}, FORWARD_ONLY),
        ({"seconds": float("nan")}, FORWARD_ONLY),
        ({"seconds": "60"}, FORWARD_ONLY),
        ({"speed": 61}, "The clock runs 0 to 60 times as fast as the world outside."),
        ({"speed": None}, "The clock runs 0 to 60 times as fast as the world outside."),
        ({"speed": 1, "seconds": 60}, "Give one of speed, seconds or to."),
        ({}, "Give one of speed, seconds or to."),
    ],
)
def test_a_clock_that_makes_no_sense_is_refused_with_a_sentence(world: World, told: Any, why: str) -> None:
    assert world.send("/clock", told) == (400, why)
    assert (world.clock.now(), world.clock.speed) == (BEGINS, 0)
