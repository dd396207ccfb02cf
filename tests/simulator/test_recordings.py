"""<Record>: however it ends, what was said is there, and told as Twilio tells it."""

from __future__ import annotations

import pytest
import requests

from ivr.simulator import Fault, Leg, Recording, Sound
from tests.simulator.conftest import ACCOUNT, TOKEN, Town, hum, words

CALLBACK = 'recordingStatusCallback="/recording" recordingStatusCallbackEvent="completed absent"'


@pytest.fixture
def at_the_beep(town: Town) -> Leg:
    town.says("/voice", f'<Record action="/recorded" maxLength="60" timeout="5" {CALLBACK}/><Say>Nobody there?</Say>')
    town.says("/recorded", "<Say>Thank you.</Say>")
    call = town.calls()
    assert words(call) == ["ring", "beep"]
    return call


def recording(town: Town) -> Recording:
    (only,) = town.carrier.ledger.recordings
    return only


def test_a_key_ends_it(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.speak(hum(8))
    town.wait(8)
    at_the_beep.press("5")
    town.wait(2)
    (action,), (told,) = town.asked("/recorded"), town.asked("/recording")
    assert (action["Digits"], action["RecordingDuration"]) == ("5", "8")
    assert (
        action["RecordingUrl"]
        == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{recording(town).sid}"
    )
    assert (told["RecordingStatus"], told["RecordingDuration"], told["RecordingChannels"]) == ("completed", "8", "1")
    assert told["RecordingSource"] == "RecordVerb"
    assert recording(town).audio == hum(8)
    assert words(at_the_beep)[-1] == "Thank you."


def test_silence_ends_it_and_is_trimmed(town: Town, at_the_beep: Leg) -> None:
    town.wait(2)
    at_the_beep.speak(hum(3))
    town.wait(7.9)
    assert town.asked("/recorded") == []
    town.wait(2)
    (action,) = town.asked("/recorded")
    assert action["RecordingDuration"] == "10"  # before trimming
    assert "Digits" not in action
    assert town.asked("/recording")[0]["RecordingDuration"] == "3"
    assert recording(town).audio == hum(3)


def test_a_hang_up_in_the_middle_keeps_what_was_said_until_then(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.speak(hum(30))
    town.wait(7)
    at_the_beep.hang_up()
    town.wait(2)
    assert (town.asked("/recorded")[0]["Digits"], town.asked("/recorded")[0]["CallStatus"]) == ("hangup", "completed")
    assert town.asked("/status")[0]["CallStatus"] == "completed"
    assert recording(town).audio == hum(7)
    assert words(at_the_beep) == ["ring", "beep"]  # what the application answers is heard by nobody


def test_a_hang_up_at_the_beep_leaves_an_absent_recording(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.hang_up()
    town.wait(2)
    assert town.asked("/recorded")[0]["Digits"] == "hangup"
    (told,) = town.asked("/recording")
    assert (told["RecordingStatus"], told["RecordingDuration"], told["ErrorCode"]) == ("absent", "0", "16101")


def test_nothing_said_falls_to_the_next_verb(town: Town, at_the_beep: Leg) -> None:
    town.wait(7)
    assert words(at_the_beep)[-1] == "Nobody there?"
    assert town.asked("/recorded") == []
    assert town.asked("/recording")[0]["RecordingStatus"] == "absent"


def test_too_little_said_is_absent_although_the_action_is_requested(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.speak(hum(0.4))
    town.wait(7)
    assert len(town.asked("/recorded")) == 1
    assert town.asked("/recording")[0]["RecordingStatus"] == "absent"


def test_the_longest_time_ends_it(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.speak(hum(70))
    town.wait(62)
    assert recording(town).audio == hum(60)


def test_two_sentences_and_the_pause_between(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.speak(hum(1))
    town.wait(3)
    at_the_beep.speak(hum(1))
    town.wait(1)
    at_the_beep.press("#")
    town.wait(2)
    assert Sound.from_wav(recording(town).audio).lasts.total_seconds() == 4


def test_what_was_said_before_the_beep_is_not_recorded(town: Town) -> None:
    town.says("/voice", '<Pause length="1"/><Say>123456789012345</Say><Record action="/recorded"/>')
    call = town.calls()
    call.speak(hum(5))
    town.wait(4)
    call.hang_up()
    town.wait(2)
    assert recording(town).audio == hum(2)


def test_only_completed_is_told_unless_more_is_asked_for(town: Town) -> None:
    town.says("/voice", '<Record action="/recorded" recordingStatusCallback="/recording"/>')
    call = town.calls()
    call.hang_up()
    town.wait(2)
    assert recording(town).status == "absent"
    assert town.asked("/recording") == []


def test_a_recording_may_fail_at_the_carrier(town: Town, at_the_beep: Leg) -> None:
    town.carrier.faults.add(Fault("recordings", "failed"))
    at_the_beep.speak(hum(4))
    town.wait(2)
    at_the_beep.hang_up()
    town.wait(2)
    assert (town.asked("/recording")[0]["RecordingStatus"], town.asked("/recording")[0]["ErrorCode"]) == (
        "failed",
        "16105",
    )


def test_the_audio_needs_credentials_and_a_moment(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.speak(hum(4))
    town.wait(4)
    at_the_beep.press("#")
    town.wait(0.5)
    session, url = api_session(town), recording_url(town)
    assert session.get(f"{url}.wav").status_code == 401
    assert session.get(f"{url}.wav", auth=(ACCOUNT, TOKEN)).status_code == 404
    town.wait(1)
    answer = session.get(f"{url}.wav", auth=(ACCOUNT, TOKEN))
    assert (answer.headers["Content-Type"], answer.content) == ("audio/x-wav", hum(4))
    assert session.get(url, auth=(ACCOUNT, TOKEN)).content == hum(4)


def test_the_audio_may_be_missing_at_first_and_then_cut_short(town: Town, at_the_beep: Leg) -> None:
    town.carrier.faults.add(Fault("media", "404", times=2))
    town.carrier.faults.add(Fault("media", "cut short"))
    at_the_beep.speak(hum(4))
    town.wait(4)
    at_the_beep.hang_up()
    town.wait(2)
    session, url = api_session(town), recording_url(town)
    assert [session.get(url, auth=(ACCOUNT, TOKEN)).status_code for _ in range(2)] == [404, 404]
    with pytest.raises(requests.RequestException):
        session.get(url, auth=(ACCOUNT, TOKEN))
    assert session.get(url, auth=(ACCOUNT, TOKEN)).content == hum(4)


def test_a_deleted_recording_is_gone(town: Town, at_the_beep: Leg) -> None:
    at_the_beep.speak(hum(4))
    town.wait(4)
    at_the_beep.hang_up()
    town.wait(2)
    client = town.client()
    (listed,) = client.recordings.list()
    assert (listed.sid, listed.status, listed.source, listed.duration) == (
        recording(town).sid,
        "completed",
        "RecordVerb",
        "4",
    )
    assert client.calls(at_the_beep.sid).recordings.list()[0].sid == listed.sid
    assert client.recordings(listed.sid).delete()
    assert client.recordings.list() == []
    assert api_session(town).get(recording_url(town), auth=(ACCOUNT, TOKEN)).status_code == 404


def api_session(town: Town) -> requests.Session:
    from ivr.simulator.in_process import mount

    session = requests.Session()
    mount(session, "https://api.twilio.com", town.carrier.wsgi)
    return session


def recording_url(town: Town) -> str:
    return f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{recording(town).sid}"


def test_only_a_wav_can_be_spoken(town: Town, at_the_beep: Leg) -> None:
    with pytest.raises(ValueError, match="no PCM WAV"):
        at_the_beep.speak(b"hello")
