"""The routes of the REST API: who may use them, and the faults that their requests meet."""

from __future__ import annotations

import io
import wave
from datetime import timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from ivr.simulator import Fault, FaultKind, Place, SmsHabit
from ivr.simulator.ledger import Transcription
from tests.ivr.simulator.simulation import ACCOUNT, AMY, OURS, TOKEN, Simulation, tone


def record_a_message(simulation: Simulation) -> str:
    """Return the address of the audio."""
    leg = simulation.dial("<Record action='/done'/>", 1)
    leg.speak(tone(4))
    simulation.advance(2)
    leg.press("#")
    simulation.advance(2)
    (recording,) = simulation.client.recordings.list()
    return f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{recording.sid}.wav"


def test_a_wrong_token_is_refused(simulation: Simulation) -> None:
    with pytest.raises(TwilioRestException) as refused:
        simulation.client_with("wrong").messages.create(to=AMY, from_=OURS, body="hello")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_a_recording_is_listed_and_its_sound_needs_a_login(simulation: Simulation) -> None:
    url = record_a_message(simulation)
    (recording,) = simulation.client.recordings.list()
    assert (recording.source, recording.duration, recording.status) == ("RecordVerb", "2", "completed")
    session = simulation.to_carrier
    assert session.get(url).status_code == 401
    with wave.open(io.BytesIO(session.get(url, auth=(ACCOUNT, TOKEN)).content)) as sound:
        assert sound.getframerate() == 8000


def test_a_deleted_recording_is_listed_no_more_and_its_sound_is_gone(simulation: Simulation) -> None:
    url = record_a_message(simulation)
    (recording,) = simulation.client.recordings.list()
    assert recording.delete()
    assert simulation.client.recordings.list() == []
    (kept,) = simulation.client.recordings.list(include_soft_deleted=True)
    assert kept.sid == recording.sid
    assert simulation.to_carrier.get(url, auth=(ACCOUNT, TOKEN)).status_code == 404
    with pytest.raises(TwilioRestException) as refused:
        recording.delete()
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_a_deletion_fails_on_request_and_its_response_may_be_lost(simulation: Simulation) -> None:
    record_a_message(simulation)
    (recording,) = simulation.client.recordings.list()
    simulation.carrier.faults.add(Fault(Place.DELETIONS, FaultKind.SERVER_ERROR))
    simulation.carrier.faults.add(Fault(Place.DELETIONS, FaultKind.RESPONSE_LOST))
    with pytest.raises(TwilioRestException):
        recording.delete()
    assert len(simulation.client.recordings.list()) == 1
    with pytest.raises(requests.RequestException):
        recording.delete()
    assert simulation.client.recordings.list() == []


def test_a_transcription_is_listed_with_its_recording_and_deleted_by_itself(simulation: Simulation) -> None:
    record_a_message(simulation)
    (recording,) = simulation.client.recordings.list()
    heard = Transcription("TR" + "1" * 32, recording.sid, simulation.carrier.now, "The boiler leaks")
    simulation.carrier.ledger.transcriptions.append(heard)
    (found,) = simulation.client.recordings(recording.sid).transcriptions.list()
    assert (found.sid, found.transcription_text) == (heard.sid, "The boiler leaks")
    assert simulation.client.transcriptions(heard.sid).delete()
    assert simulation.client.recordings(recording.sid).transcriptions.list() == []


def test_the_audio_of_a_recording_fails_on_request(simulation: Simulation) -> None:
    url = record_a_message(simulation)
    for kind in (FaultKind.NOT_FOUND, FaultKind.CUT_SHORT):
        simulation.carrier.faults.add(Fault(Place.MEDIA, kind))
    missing, half, whole = (simulation.to_carrier.get(url, auth=(ACCOUNT, TOKEN)) for _ in range(3))
    assert (missing.status_code, missing.json()["code"]) == (404, 20404)
    assert half.content == whole.content[: len(whole.content) // 2]


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        (FaultKind.TOO_MANY_REQUESTS, 0),
        (FaultKind.ACCOUNT_SUSPENDED, 0),
        (FaultKind.SERVER_ERROR, 0),
        (FaultKind.SERVER_ERROR_BUT_DONE, 1),
        (FaultKind.RESPONSE_LOST, 1),
        (FaultKind.CONNECTION_REFUSED, 0),
    ],
)
def test_requests_fail_on_request(simulation: Simulation, kind: FaultKind, done: int) -> None:
    simulation.carrier.faults.add(Fault(Place.MESSAGES, kind))
    with pytest.raises((TwilioRestException, requests.RequestException)):
        simulation.client.messages.create(to=AMY, from_=OURS, body="hello")
    assert len(simulation.carrier.ledger.messages) == done
    simulation.client.messages.create(to=AMY, from_=OURS, body="again")


def test_lists_fail_on_request(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.LISTS, FaultKind.SERVER_ERROR))
    with pytest.raises(TwilioException, match="HTTP 503"):
        simulation.client.calls.list()
    assert simulation.client.calls.list() == []


def test_the_numbers_of_the_account_are_listed_with_their_urls(simulation: Simulation) -> None:
    (number,) = simulation.client.incoming_phone_numbers.list()
    assert (number.phone_number, number.voice_url, number.sms_url) == (
        OURS,
        "https://app.test/voice",
        "https://app.test/sms",
    )


def test_what_does_not_exist_is_not_found(simulation: Simulation) -> None:
    with pytest.raises(TwilioRestException) as refused:
        simulation.client.calls(f"CA{'9' * 32}").fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_the_reports_of_a_text_may_come_before_the_response(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.MESSAGES, FaultKind.REPORT_FIRST))
    sent = simulation.client.messages.create(
        to=AMY, from_=OURS, body="hello", status_callback="https://app.test/report"
    )
    reports = [(fields["MessageSid"], fields["MessageStatus"]) for fields in simulation.requests_to("report")]
    assert (sent.status, reports) == ("queued", [(sent.sid, "sent"), (sent.sid, "delivered")])
    simulation.advance(10)
    assert (simulation.texts_of(AMY), len(simulation.requests_to("report"))) == (["hello"], 2)


def test_a_failure_of_a_text_may_be_reported_before_the_response(simulation: Simulation) -> None:
    simulation.carrier.phone(AMY).sms_habit = SmsHabit.UNREGISTERED
    simulation.carrier.faults.add(Fault(Place.MESSAGES, FaultKind.REPORT_FIRST))
    simulation.client.messages.create(to=AMY, from_=OURS, body="hello", status_callback="https://app.test/report")
    assert simulation.requests_to("report")[-1]["ErrorCode"] == "30034"


def test_the_first_reports_of_a_call_may_come_before_the_response(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.CALLS, FaultKind.REPORT_FIRST))
    call = simulation.client.calls.create(
        to=AMY,
        from_=OURS,
        url="https://app.test/page",
        status_callback="https://app.test/call",
        status_callback_event=["initiated", "ringing", "completed"],
    )
    reports = [fields["CallStatus"] for fields in simulation.requests_to("call")]
    assert (call.status, reports) == ("queued", ["initiated", "ringing"])
    simulation.advance(70)
    assert [fields["CallStatus"] for fields in simulation.requests_to("call")] == [*reports, "no-answer"]


@pytest.mark.parametrize("path", ["TwilioCalls.json", "Calls.xml", "Calls/.json"])
def test_an_address_that_does_not_exist_is_not_found(simulation: Simulation, path: str) -> None:
    url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/{path}"
    response = simulation.to_carrier.get(url, auth=(ACCOUNT, TOKEN))
    assert (response.status_code, response.json()["code"]) == (404, 20404)


def test_a_call_that_has_ended_cannot_be_ended_again(simulation: Simulation) -> None:
    leg = simulation.dial("<Hangup/>", 1)
    with pytest.raises(TwilioRestException) as refused:
        simulation.client.calls(leg.call.sid).update(status="completed")
    assert refused.value.code == 21220


def test_only_a_call_that_is_not_answered_can_be_canceled(simulation: Simulation) -> None:
    leg = simulation.dial("<Pause length='60'/>", 1)
    simulation.client.calls(leg.call.sid).update(status="canceled")
    simulation.advance(1)
    assert leg.state == "in-progress"


def test_a_call_and_a_text_are_fetched_by_their_sid(simulation: Simulation) -> None:
    leg = simulation.dial("<Pause/>", 1)
    assert simulation.client.calls(leg.call.sid).fetch().to == OURS
    simulation.text(AMY)
    (message,) = simulation.carrier.ledger.messages
    assert simulation.client.messages(message.sid).fetch().body == "hello"


def test_a_number_is_listed_with_what_it_can_do_and_updated(simulation: Simulation) -> None:
    (number,) = simulation.client.incoming_phone_numbers.list()
    assert (number.capabilities["sms"], number.voice_method, number.trunk_sid) == (True, "POST", None)
    changed = number.update(voice_url="https://app.test/new", voice_method="GET")
    assert (changed.voice_url, changed.voice_method, changed.sms_url) == (
        "https://app.test/new",
        "GET",
        "https://app.test/sms",
    )
    assert simulation.carrier.account.numbers[OURS].voice_url == "https://app.test/new"


def test_an_update_that_is_not_valid_is_refused(simulation: Simulation) -> None:
    numbers = simulation.client.incoming_phone_numbers
    (number,) = numbers.list()
    for change, code in (({"voice_url": "desk"}, 21205), ({"sms_method": "PATCH"}, 21209)):
        with pytest.raises(TwilioRestException) as refused:
            number.update(**change)
        assert refused.value.code == code
    with pytest.raises(TwilioRestException) as unknown:
        numbers("PN" + "9" * 32).update(voice_url="https://app.test/new")
    assert unknown.value.status == 404


def test_a_list_that_is_behind_leaves_out_what_is_new(simulation: Simulation) -> None:
    simulation.client.messages.create(to=AMY, from_=OURS, body="hello")
    simulation.advance(5)
    simulation.carrier.faults.add(Fault(Place.LISTS, FaultKind.BEHIND, delay=timedelta(seconds=10)))
    assert simulation.client.messages.list() == []
    assert [text.body for text in simulation.client.messages.list()] == ["hello"]
