"""<Dial>: somebody else is rung, hears a whisper, and is connected, or is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.simulator import Habit, Leg
from tests.simulator.conftest import LINE, Town, hum, words

AMY, BEN = "+15145550101", "+15145550102"
SCREEN = '<Gather action="/accept" numDigits="1" timeout="4"><Say>Press 1 to accept.</Say></Gather><Hangup/>'


@pytest.fixture
def screened(town: Town) -> Leg:
    """A caller waits while Amy's phone rings; she has to press a key."""
    town.says(
        "/voice", f'<Dial action="/dialled" timeout="20" callerId="{LINE}"><Number url="/screen">{AMY}</Number></Dial>'
    )
    town.says("/screen", SCREEN)
    town.says("/accept", "")
    town.says("/dialled", "<Say>Back again.</Say>")
    call = town.calls()
    town.wait(2)
    return call


def ringing(town: Town, number: str = AMY) -> Leg:
    leg = town.carrier.phone(number).ringing
    assert leg is not None
    return leg


def outcome(town: Town) -> tuple[str, str, str | None]:
    (told,) = town.asked("/dialled")
    return told["DialCallStatus"], told["DialBridged"], told.get("DialCallDuration")


def test_who_accepts_is_connected(town: Town, screened: Leg) -> None:
    amys = ringing(town)
    assert (amys.other_party, amys.state) == (LINE, "ringing")
    assert town.asked("/screen") == []  # nothing is asked for before the phone is answered
    amys.answer()
    town.wait(1)
    assert (words(amys), screened.bridged) == (["Press 1 to accept."], False)
    amys.press("1")
    town.wait()
    assert screened.connected_to is amys
    assert amys.connected_to is screened

    screened.speak(hum(3))
    amys.speak(hum(2))
    town.wait(30)
    assert amys.heard[-1].kind == screened.heard[-1].kind == "voice"
    amys.hang_up()
    town.wait(1)
    assert outcome(town) == ("completed", "true", "31")
    assert words(screened)[-1] == "Back again."
    assert not screened.bridged


def test_the_whisper_is_asked_for_on_the_other_call(town: Town, screened: Leg) -> None:
    amys = ringing(town)
    amys.answer()
    town.wait()
    (asked,) = town.asked("/screen")
    assert (asked["CallSid"], asked["ParentCallSid"]) == (amys.sid, screened.sid)
    assert (asked["From"], asked["To"], asked["Direction"], asked["CallStatus"]) == (
        LINE,
        AMY,
        "outbound-dial",
        "in-progress",
    )
    child = town.carrier.ledger.call(amys.sid)
    assert child is not None
    assert child.parent_sid == screened.sid


def test_who_declines_has_answered_and_was_never_connected(town: Town, screened: Leg) -> None:
    amys = ringing(town)
    amys.answer()
    town.wait(8)
    assert amys.state == "ended"
    assert outcome(town) == ("completed", "false", "5")
    assert words(screened)[-1] == "Back again."


def test_a_private_voicemail_hears_the_whisper_and_accepts_nothing(town: Town) -> None:
    town.carrier.phone(AMY).habit = Habit.VOICEMAIL(after=timedelta(seconds=5))
    town.says("/voice", f'<Dial action="/dialled"><Number url="/screen">{AMY}</Number></Dial>')
    town.says("/screen", SCREEN)
    town.calls()
    town.wait(15)
    assert outcome(town)[:2] == ("completed", "false")


def test_a_greeting_with_tones_presses_keys(town: Town) -> None:
    town.carrier.phone(AMY).habit = Habit.VOICEMAIL(
        after=timedelta(seconds=5), greeting_lasts=timedelta(seconds=3), keys="1"
    )
    town.says("/voice", f'<Dial><Number url="/screen">{AMY}</Number></Dial>')
    town.says("/screen", SCREEN)
    town.says("/accept", "")
    call = town.calls()
    town.wait(10)
    assert call.bridged
    assert "You have reached my voicemail" in words(call)[-1]


def test_nobody_answers(town: Town, screened: Leg) -> None:
    amys = ringing(town)
    town.wait(20)
    assert amys.state == "ended"
    assert outcome(town) == ("no-answer", "false", None)


def test_somebody_rejects_by_hand(town: Town, screened: Leg) -> None:
    ringing(town).reject()
    town.wait(1)
    assert outcome(town) == ("busy", "false", None)


@pytest.mark.parametrize(
    ("habit", "status", "rang"),
    [(Habit.BUSY, "busy", False), (Habit.REJECTS, "busy", True), (Habit.UNREACHABLE, "failed", False)],
)
def test_some_phones_do_not_want_to(town: Town, habit: Habit, status: str, rang: bool) -> None:
    town.carrier.phone(AMY).habit = habit
    town.says("/voice", f'<Dial action="/dialled">{AMY}</Dial>')
    town.calls()
    town.wait(6)
    assert outcome(town)[0] == status
    assert bool(town.carrier.phone(AMY).legs) is rang


def test_the_caller_gives_up_and_the_other_phone_falls_silent(town: Town, screened: Leg) -> None:
    amys = ringing(town)
    screened.hang_up()
    town.wait(1)
    assert amys.state == "ended"
    assert town.asked("/dialled") == []
    assert [call.status for call in town.carrier.ledger.calls] == ["completed", "canceled"]


def test_the_caller_hangs_up_on_who_is_connected(town: Town) -> None:
    town.says("/voice", f'<Dial action="/dialled">{AMY}</Dial>')
    call = town.calls()
    town.wait(2)
    amys = ringing(town)
    amys.answer()
    town.wait(5)
    assert call.bridged
    call.hang_up()
    town.wait(1)
    assert (amys.state, amys.bridged) == ("ended", False)
    assert [record.status for record in town.carrier.ledger.calls] == ["completed", "completed"]


def test_without_an_action_the_next_verb_is_performed(town: Town) -> None:
    town.carrier.phone(AMY).habit = Habit.BUSY
    town.says("/voice", f"<Dial>{AMY}</Dial><Say>Busy.</Say>")
    call = town.calls()
    town.wait(6)
    assert words(call)[-1] == "Busy."


def test_several_phones_ring_and_the_first_to_pick_up_is_the_one(town: Town) -> None:
    town.says("/voice", f'<Dial action="/dialled"><Number>{AMY}</Number><Number>{BEN}</Number></Dial>')
    call = town.calls()
    town.wait(2)
    amys, bens = ringing(town, AMY), ringing(town, BEN)
    bens.answer()
    town.wait(1)
    assert call.connected_to is bens
    assert amys.state == "ended"
    bens.hang_up()
    town.wait(1)
    assert town.asked("/dialled")[0]["DialCallSid"] == bens.sid


def test_the_call_rings_on_until_the_bridge(town: Town) -> None:
    town.says("/voice", f'<Dial answerOnBridge="true">{AMY}</Dial>')
    call = town.calls()
    town.wait(5)
    assert call.state == "ringing"
    ringing(town).answer()
    town.wait(1)
    assert call.state == "in-progress"


def test_a_star_ends_the_dial_and_the_time_limit_too(town: Town) -> None:
    town.says("/voice", f'<Dial hangupOnStar="true" action="/dialled">{AMY}</Dial>')
    town.says("/dialled", f'<Dial timeLimit="10" action="/over">{AMY}</Dial>')
    call = town.calls()
    town.wait(2)
    ringing(town).answer()
    town.wait(3)
    call.press("*")
    town.wait(2)
    assert outcome(town) == ("completed", "true", "3")
    ringing(town).answer()
    town.wait(11)
    assert town.asked("/over")[0]["DialCallDuration"] == "10"


def test_the_callers_number_may_be_shown_and_nobody_elses(town: Town) -> None:
    town.says("/voice", f"<Dial>{AMY}</Dial>")
    town.calls()
    town.wait(2)
    assert ringing(town).other_party == "+15145550199"

    town.says("/voice", f'<Dial callerId="+15550001111">{AMY}</Dial>')
    second = town.calls()
    town.wait(6)
    assert town.errors() == [13214]
    assert words(second)[-1] == "We are sorry. An application error has occurred. Goodbye."


def test_a_whisper_may_not_dial(town: Town, screened: Leg) -> None:
    town.says("/screen", f"<Dial>{BEN}</Dial>")
    ringing(town).answer()
    town.wait(6)
    assert town.errors() == [13000]
    assert outcome(town)[:2] == ("completed", "false")


def test_the_progress_of_a_number_is_told(town: Town) -> None:
    events = "initiated ringing answered completed"
    town.says(
        "/voice",
        f'<Dial><Number statusCallback="/progress" statusCallbackEvent="{events}">{AMY}</Number></Dial>',
    )
    town.calls()
    town.wait(2)
    ringing(town).answer()
    town.wait(2)
    ringing_leg = town.carrier.phone(AMY).legs[0]
    ringing_leg.hang_up()
    town.wait(2)
    told = town.asked("/progress")
    assert [each["CallStatus"] for each in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
