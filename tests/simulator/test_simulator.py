"""The simulated carrier behaves as Twilio does: asked by the real twilio client, answered by a small application."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from flask import Flask, Response, request
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from ivr.rehearsal.audio import tone
from ivr.simulator import Fault, Habit, Leg, SimulatedTwilio, SmsHabit
from ivr.simulator.audio import sound_in
from ivr.simulator.in_process import mount

OURS, CUSTOMER, AMY = "+15148458474", "+15145550199", "+15145550101"
ACCOUNT, TOKEN = "AC" + "0" * 32, "sesame"


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class _ToSimulator(TwilioHttpClient):  # type: ignore[misc]
    """The client's own transport, on a session that reaches the simulator."""

    def __init__(self, session: requests.Session) -> None:
        super().__init__(timeout=5)
        self.session = session


@dataclass
class World:
    """A customer's application of one document a path, the simulator, and the real client."""

    documents: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = Clock()
        to_app, to_carrier = requests.Session(), requests.Session()
        self.carrier = SimulatedTwilio(self.clock, ACCOUNT, TOKEN, http=to_app)
        mount(to_app, "https://app.test", self._application())
        mount(to_carrier, "https://api.twilio.com", self.carrier.wsgi)
        self.client = Client(ACCOUNT, TOKEN, http_client=_ToSimulator(to_carrier))
        self.stranger = Client(ACCOUNT, "wrong", http_client=_ToSimulator(to_carrier))
        self.carrier.own_number(
            OURS,
            voice_url="https://app.test/voice",
            status_callback="https://app.test/status",
            sms_url="https://app.test/sms",
        )

    def _application(self) -> Flask:
        app = Flask("customer")

        @app.route("/<path:path>", methods=["GET", "POST"])
        def answer(path: str) -> Response:
            signature = request.headers.get("X-Twilio-Signature", "")
            url = f"https://app.test{request.full_path.rstrip('?')}"
            if request.method == "POST":
                assert RequestValidator(TOKEN).validate(url, request.form, signature), "not signed as Twilio signs"
            self.asked.append((path, request.form.to_dict()))
            if path.endswith(".wav"):
                return Response(tone(3), content_type="audio/wav")
            return Response(f"<Response>{self.documents.get(path, '')}</Response>", content_type="text/xml")

        return app

    def passes(self, seconds: float) -> None:
        until = self.clock.at + timedelta(seconds=seconds)
        self.carrier.run_due()
        while (at := self.carrier.next_event_at) is not None and at <= until:
            self.clock.at = max(at, self.clock.at)
            self.carrier.run_due()
        self.clock.at = until

    def calls(self, document: str, seconds: float = 0) -> Leg:
        self.documents["voice"] = document
        leg = self.carrier.phone(CUSTOMER).dial(OURS)
        self.passes(seconds)
        return leg

    def fields(self, path: str) -> list[dict[str, str]]:
        return [fields for asked, fields in self.asked if asked == path]


@pytest.fixture
def world() -> World:
    return World()


def said(leg: Leg) -> list[str]:
    return [heard.text or heard.kind for heard in leg.heard]


def test_verbs_run_in_the_order_of_the_document(world: World) -> None:
    world.documents["next"] = "<Say>three</Say><Hangup/><Say>never</Say>"
    leg = world.calls("<Say>one</Say><Pause length='2'/><Play>m.wav</Play><Redirect>/next</Redirect><Say>no</Say>", 30)
    assert said(leg) == ["one", "https://app.test/m.wav", "three"]
    assert leg.state == "ended"


def test_a_call_is_asked_for_its_document_once_and_reported_when_it_ends(world: World) -> None:
    world.calls("<Say>hello</Say>", 20)
    first, last = world.fields("voice")[0], world.fields("status")[-1]
    assert (first["CallStatus"], first["From"], first["To"], first["Direction"]) == (
        "ringing",
        CUSTOMER,
        OURS,
        "inbound",
    )
    assert (last["CallStatus"], last["CallSid"], last["SequenceNumber"]) == ("completed", first["CallSid"], "0")


def test_a_key_interrupts_the_prompt_of_a_gather(world: World) -> None:
    leg = world.calls("<Gather numDigits='1' action='/chosen'><Say>a long prompt " + "x" * 600 + "</Say></Gather>", 1)
    leg.press("7")
    world.passes(1)
    assert world.fields("chosen")[0]["Digits"] == "7"


def test_without_a_key_the_verb_after_the_gather_runs(world: World) -> None:
    leg = world.calls("<Gather action='/chosen'><Say>press</Say></Gather><Say>too late</Say>", 10)
    assert (said(leg), world.fields("chosen")) == (["press", "too late"], [])


def test_with_action_on_empty_result_the_action_is_asked_all_the_same(world: World) -> None:
    world.calls("<Gather action='/chosen' actionOnEmptyResult='true'><Say>press</Say></Gather>", 10)
    assert world.fields("chosen")[0]["Digits"] == ""


def test_the_finishing_key_ends_the_digits(world: World) -> None:
    leg = world.calls("<Gather action='/chosen'/>", 1)
    leg.press("42#9")
    world.passes(1)
    assert world.fields("chosen")[0]["Digits"] == "42"


RECORD = (
    "<Record action='/done' timeout='5' recordingStatusCallback='/told' "
    "recordingStatusCallbackEvent='completed absent'/><Say>empty</Say>"
)


def recorded(world: World, ends: Callable[[Leg], object], speaks: float = 4) -> Leg:
    leg = world.calls(RECORD, 1)
    if speaks:
        leg.speak(tone(speaks))
    world.passes(2)
    ends(leg)
    world.passes(20)
    return leg


def test_a_key_ends_a_recording(world: World) -> None:
    recorded(world, lambda leg: leg.press("#"))
    done, told = world.fields("done")[0], world.fields("told")[0]
    assert (done["Digits"], done["RecordingDuration"], told["RecordingStatus"]) == ("#", "3", "completed")


def test_the_action_counts_the_silence_and_the_callback_does_not(world: World) -> None:
    recorded(world, lambda leg: None)
    assert (world.fields("done")[0]["RecordingDuration"], world.fields("told")[0]["RecordingDuration"]) == ("10", "4")


def test_whoever_sends_stop_gets_no_texts_until_start(world: World) -> None:
    phone = world.carrier.phone(AMY)
    phone.send_text(OURS, "Stop")
    world.passes(2)
    with pytest.raises(TwilioRestException):
        world.client.messages.create(to=AMY, from_=OURS, body="hello")
    phone.send_text(OURS, "START")
    world.passes(2)
    world.client.messages.create(to=AMY, from_=OURS, body="hello")


def test_silence_ends_a_recording_and_the_sound_is_what_was_said(world: World) -> None:
    recorded(world, lambda leg: None)
    (recording,) = world.carrier.ledger.recordings
    assert sound_in(recording.audio).frames == sound_in(tone(4)).frames


def test_a_hang_up_keeps_what_was_said_and_asks_the_action_with_hangup(world: World) -> None:
    recorded(world, lambda leg: leg.hang_up())
    assert (world.fields("done")[0]["Digits"], world.fields("done")[0]["RecordingDuration"]) == ("hangup", "3")
    assert world.fields("status")[-1]["CallStatus"] == "completed"
    assert world.fields("told")[0]["RecordingStatus"] == "completed"


def test_nothing_said_is_absent_and_the_next_verb_runs(world: World) -> None:
    leg = recorded(world, lambda leg: None, speaks=0)
    assert (world.fields("done"), world.fields("told")[0]["RecordingStatus"]) == ([], "absent")
    assert "empty" in said(leg)


def test_a_dialled_phone_hears_its_own_document_before_it_is_connected(world: World) -> None:
    world.documents |= {"screen": "<Gather numDigits='1' action='/key'><Say>press 1</Say></Gather><Hangup/>", "key": ""}
    leg = world.calls(f"<Dial action='/dialled'><Number url='/screen'>{AMY}</Number></Dial>", 1)
    amys = world.carrier.phone(AMY).ringing
    assert amys is not None
    amys.answer()
    world.passes(1)
    assert (said(amys), leg.bridged) == (["press 1"], False)
    amys.press("1")
    world.passes(5)
    assert leg.bridged
    amys.hang_up()
    world.passes(2)
    dialled = world.fields("dialled")[0]
    assert (dialled["DialCallStatus"], dialled["DialBridged"]) == ("completed", "true")


def test_a_private_voicemail_that_hears_the_screen_is_never_connected(world: World) -> None:
    world.documents["screen"] = "<Gather numDigits='1' action='/key' timeout='5'><Say>press 1</Say></Gather><Hangup/>"
    phone = world.carrier.phone(AMY)
    phone.habit, phone.voicemail_after = Habit.VOICEMAIL, timedelta(seconds=5)
    leg = world.calls(f"<Dial action='/dialled'><Number url='/screen'>{AMY}</Number></Dial>", 40)
    assert world.fields("dialled")[0]["DialBridged"] == "false"
    assert leg.state == "ended"


ENDINGS = {
    Habit.REJECTS: "busy",
    Habit.BUSY: "busy",
    Habit.UNREACHABLE: "failed",
    Habit.RINGS: "no-answer",
}


@pytest.mark.parametrize(("habit", "status"), ENDINGS.items())
def test_what_became_of_a_dial_is_told(world: World, habit: Habit, status: str) -> None:
    world.carrier.phone(AMY).habit = habit
    world.calls(f"<Dial action='/dialled' timeout='10'>{AMY}</Dial>", 30)
    assert world.fields("dialled")[0]["DialCallStatus"] == status


def test_a_foreign_caller_id_is_refused(world: World) -> None:
    world.calls(f"<Dial callerId='+15550001111'>{AMY}</Dial>", 5)
    assert world.carrier.ledger.errors[0].startswith("13214")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Sing>la</Sing>", "12200"),
        ("<Say vioce='x'>hello</Say>", "12200"),
        ("<Gather><Dial/></Gather>", "12200"),
        ("<Gather numDigits='x'/>", "12200"),
        ("<Play>/not-a.wav.txt</Play>", "11200"),
        ("<Say>unfinished", "12100"),
        (f"<Say>{'x' * 70_000}</Say>", "11750"),
    ],
)
def test_what_twilio_would_complain_of_is_an_error_and_is_heard(world: World, document: str, code: str) -> None:
    leg = world.calls(document, 15)
    assert world.carrier.ledger.errors[0].startswith(code)
    assert "application error" in said(leg)[-1]


def test_when_the_application_fails_the_fallback_answers(world: World) -> None:
    world.carrier.own_number(OURS, voice_url="https://app.test/voice", voice_fallback_url="https://app.test/fallback")
    world.documents["fallback"] = "<Say>we are down</Say>"
    leg = world.calls("<Sing/>", 10)
    assert said(leg) == ["we are down"]
    asked = world.fields("fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("12200", "https://app.test/voice")


def test_reject_neither_answers_nor_bills(world: World) -> None:
    leg = world.calls("<Reject/>", 3)
    assert (leg.call.answered_at, leg.call.status) == (None, "no-answer")


def test_a_text_is_created_sent_delivered_and_reported(world: World) -> None:
    sent = world.client.messages.create(to=AMY, from_=OURS, body="hello", status_callback="https://app.test/sms-status")
    assert sent.status == "queued"
    world.passes(5)
    assert [text.body for text in world.carrier.phone(AMY).texts] == ["hello"]
    assert [fields["MessageStatus"] for fields in world.fields("sms-status")] == ["sent", "delivered"]
    assert world.client.messages(sent.sid).fetch().status == "delivered"


def test_a_text_that_is_not_delivered_says_why(world: World) -> None:
    world.carrier.phone(AMY).sms_habit = SmsHabit.UNDELIVERED
    world.client.messages.create(to=AMY, from_=OURS, body="hello", status_callback="https://app.test/sms-status")
    world.passes(5)
    assert world.fields("sms-status")[-1]["ErrorCode"] == "30003"


def test_a_text_that_comes_in_is_answered_by_its_document(world: World) -> None:
    world.documents["sms"] = "<Message>thank you</Message>"
    world.carrier.phone(AMY).send_text(OURS, "5831")
    world.passes(5)
    assert world.fields("sms")[0]["Body"] == "5831"
    assert [text.body for text in world.carrier.phone(AMY).texts] == ["thank you"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"to": "Amy"}, 21211), ({"from_": AMY}, 21606), ({"body": ""}, 21602), ({"body": "x" * 1601}, 21617)],
)
def test_a_text_that_cannot_be_is_refused_with_twilios_code(world: World, change: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        world.client.messages.create(**{"to": AMY, "from_": OURS, "body": "hello", **change})
    assert refused.value.code == code


def test_somebody_who_sent_stop_cannot_be_texted(world: World) -> None:
    world.carrier.phone(AMY).sms_habit = SmsHabit.STOPPED
    with pytest.raises(TwilioRestException) as refused:
        world.client.messages.create(to=AMY, from_=OURS, body="hello")
    assert refused.value.code == 21610


def test_a_wrong_token_is_refused(world: World) -> None:
    with pytest.raises(TwilioRestException) as refused:
        world.stranger.messages.create(to=AMY, from_=OURS, body="hello")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_a_call_is_placed_answered_and_reported_step_by_step(world: World) -> None:
    world.documents["page"] = "<Say>wake up</Say>"
    events = ["initiated", "ringing", "answered", "completed"]
    call = world.client.calls.create(
        to=AMY,
        from_=OURS,
        url="https://app.test/page",
        status_callback="https://app.test/call",
        status_callback_event=events,
    )
    world.passes(2)
    leg = world.carrier.phone(AMY).ringing
    assert leg is not None
    assert world.fields("page") == []  # never before the phone is answered
    leg.answer()
    world.passes(10)
    assert said(leg) == ["wake up"]
    assert [fields["CallStatus"] for fields in world.fields("call")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert world.client.calls(call.sid).fetch().status == "completed"


def test_lists_filter_and_page(world: World) -> None:
    for number in range(5):
        world.client.messages.create(to=AMY, from_=OURS, body=f"number {number}")
    world.client.messages.create(to=CUSTOMER, from_=OURS, body="else")
    found = world.client.messages.list(to=AMY, page_size=2)
    assert [message.body for message in found] == [f"number {n}" for n in reversed(range(5))]
    day = world.clock.at.date()
    assert len(world.client.messages.list(date_sent_after=day)) == 6
    assert world.client.messages.list(date_sent_after=day + timedelta(days=1)) == []
    world.calls("<Say>hello</Say>", 10)
    assert [call.direction for call in world.client.calls.list(to=OURS)] == ["inbound"]


def test_a_recording_is_listed_and_its_sound_needs_a_login(world: World) -> None:
    recorded(world, lambda leg: leg.press("#"))
    (recording,) = world.client.recordings.list()
    assert (recording.source, recording.duration, recording.status) == ("RecordVerb", "2", "completed")
    session = requests.Session()
    mount(session, "https://api.twilio.com", world.carrier.wsgi)
    url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{recording.sid}.wav"
    assert session.get(url).status_code == 401
    with wave.open(io.BytesIO(session.get(url, auth=(ACCOUNT, TOKEN)).content)) as sound:
        assert sound.getframerate() == 8000


@pytest.mark.parametrize(("what", "done"), [("429", 0), ("500", 0), ("500 but done", 1), ("answer lost", 1),
                                            ("refused connection", 0)])  # fmt: skip
def test_requests_go_wrong_on_request(world: World, what: Any, done: int) -> None:
    world.carrier.faults.add(Fault("messages", what))
    with pytest.raises((TwilioRestException, requests.RequestException)):
        world.client.messages.create(to=AMY, from_=OURS, body="hello")
    assert len(world.carrier.ledger.messages) == done
    world.client.messages.create(to=AMY, from_=OURS, body="again")


@pytest.mark.parametrize(("what", "times"), [("lost", 0), ("doubled", 2), ("late", 1)])
def test_webhooks_go_wrong_on_request(world: World, what: Any, times: int) -> None:
    world.carrier.faults.add(Fault("status", what, by=timedelta(seconds=30)))
    world.calls("<Say>hello</Say>", 10)
    assert len(world.fields("status")) == (0 if what == "late" else times)
    world.passes(60)
    assert len(world.fields("status")) == times


@pytest.mark.parametrize("caller_id", ["ANONYMOUS", "", "+266696687", "sip:x@example.com"])
def test_a_withheld_caller_id_comes_through_as_it_is(world: World, caller_id: str) -> None:
    world.documents["voice"] = "<Hangup/>"
    world.carrier.phone(CUSTOMER).dial(OURS, caller_id=caller_id)
    world.passes(2)
    assert world.fields("voice")[0]["From"] == caller_id
