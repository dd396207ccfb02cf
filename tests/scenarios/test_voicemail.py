"""However the call ends: what was said is kept, and one callback exists, due 30 minutes after the call began."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from callbacks.db.states import AudioState, CallOutcome, VoicemailState
from ivr.caller.static_fallback import take_message
from ivr.simulator import Habit
from ivr.simulator.audio import Sound, sound_in
from ivr.simulator.faults import UNTIL_SWITCHED_OFF
from tests.scenarios.conftest import POSTGRES_IN_SOAK, TUESDAY_MORNING, ScenarioDesk

PUBLIC = "https://desk.test"

pytestmark = POSTGRES_IN_SOAK

HALF_AN_HOUR = timedelta(minutes=30)


def amy_does_it(desk: ScenarioDesk, *words: str) -> None:
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back", *words)
    amy.resolves()
    desk.scenario.minutes_pass(40)


def test_any_key_ends_the_message(desk: ScenarioDesk) -> None:
    began = desk.service.clock.now()
    desk.leaves_a_message()
    amy_does_it(desk, "with a message")
    assert desk.callback.due_at == began + HALF_AN_HOUR
    assert (desk.voicemail.state, desk.voicemail.audio) == (VoicemailState.RECORDED, AudioState.COPIED)


def test_silence_ends_the_message(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep().says(5)
    call.hears("Thank you").is_hung_up_on()
    amy_does_it(desk, "with a message")


def test_a_hang_up_while_speaking_keeps_what_was_said(desk: ScenarioDesk) -> None:
    desk.customer().dials("direct").hears_the_beep().starts_to_say(7).hangs_up()
    amy_does_it(desk, "with a message")
    assert desk.voicemail.audio == AudioState.COPIED


def test_a_hang_up_at_the_beep_is_a_callback_without_a_message(desk: ScenarioDesk) -> None:
    desk.customer().dials("direct").hears_the_beep().hangs_up()
    desk.scenario.minutes_pass(0.1)
    amy_does_it(desk)
    assert desk.voicemail.state == VoicemailState.ABSENT


def test_the_end_of_the_call_alone_opens_the_callback_at_once(desk: ScenarioDesk) -> None:
    desk.fails("recording", "lost")
    desk.customer().dials("direct").hears_the_beep().hangs_up()
    desk.phone_of("Amy").reads("call (514) 555-0199 back", within=timedelta(seconds=5))
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(40)
    assert desk.voicemail.state == VoicemailState.ABSENT  # the carrier was asked, and has none


def test_a_hang_up_during_the_greeting_is_a_log_entry_only(desk: ScenarioDesk) -> None:
    desk.customer().dials("direct").hears("Thank you").hangs_up()
    desk.scenario.minutes_pass(40)
    assert desk.callbacks() == []
    assert [call.outcome for call in desk.calls()] == [CallOutcome.HUNG_UP_BEFORE_THE_BEEP]


def test_a_message_that_is_too_short_still_leaves_a_callback(desk: ScenarioDesk) -> None:
    call = desk.customer().dials("direct").hears_the_beep().says(0.4)
    call.hears("Thank you").is_hung_up_on()
    amy_does_it(desk, "no message")


def test_nothing_said_at_all_still_leaves_a_callback(desk: ScenarioDesk) -> None:
    desk.customer().dials("direct").hears_the_beep().hears("Thank you").is_hung_up_on()
    amy_does_it(desk, "no message")


@pytest.mark.parametrize("kinds", [["recording"], ["status"], ["action"], ["recording", "status"], ["action", "status"],
                                   ["recording", "action"]])  # fmt: skip
def test_lost_webhooks_lose_nothing(desk: ScenarioDesk, kinds: list[str]) -> None:
    for kind in kinds:
        desk.fails(kind, "lost")
    desk.customer().dials("direct").hears_the_beep().starts_to_say(7).hangs_up()
    desk.phone_of("Amy").reads("call (514) 555-0199 back", within=timedelta(minutes=5))
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(10)
    assert (desk.voicemail.state, desk.voicemail.audio) == (VoicemailState.RECORDED, AudioState.COPIED)


def test_every_webhook_after_the_beep_lost_is_found_at_the_carrier(desk: ScenarioDesk) -> None:
    for kind in ("recording", "action", "status"):
        desk.fails(kind, "lost")
    desk.customer().dials("direct").hears_the_beep().starts_to_say(7).hangs_up()
    desk.phone_of("Amy").reads("call (514) 555-0199 back", "message 0:07", within=timedelta(minutes=5))
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(10)
    assert desk.voicemail.audio == AudioState.COPIED


@pytest.mark.parametrize("kind", ["voice", "action", "status", "recording"])
def test_doubled_webhooks_change_nothing(desk: ScenarioDesk, kind: str) -> None:
    desk.fails(kind, "doubled", times=3)
    desk.customer().dials("direct").hears_the_beep().starts_to_say(7).hangs_up()
    amy_does_it(desk)
    assert len(desk.callbacks()) == 1


@pytest.mark.parametrize("kind", ["status", "recording", "action"])
@pytest.mark.parametrize("trouble", ["late", "reordered"])
def test_late_webhooks_change_nothing(desk: ScenarioDesk, kind: str, trouble: str) -> None:
    desk.fails(kind, trouble)
    desk.customer().dials("direct").hears_the_beep().starts_to_say(7).hangs_up()
    amy_does_it(desk)
    assert desk.voicemail.audio == AudioState.COPIED


def test_a_recording_that_cannot_be_fetched_yet_is_fetched_later(desk: ScenarioDesk) -> None:
    desk.fails("media", "404", times=3)
    desk.fails("media", "cut short", times=1)
    desk.leaves_a_message()
    amy_does_it(desk)
    assert desk.voicemail.audio == AudioState.COPIED
    assert desk.voicemail.tries == 5


def test_a_recording_that_the_carrier_no_longer_has_is_lost_and_said_to_be(desk: ScenarioDesk) -> None:
    desk.expects_error("a recording could not be copied")
    desk.expects_error("a recording is lost")
    desk.fails("media", "404", times=UNTIL_SWITCHED_OFF)
    desk.leaves_a_message()
    amy, sue = desk.phone_of("Amy"), desk.phone_of("Sue")
    link = amy.reads("call (514) 555-0199 back", "with a message").split()[-1].removeprefix(PUBLIC)
    web = desk.service.web.test_client()
    assert "has not arrived yet" in web.post(f"{link}/open", base_url=PUBLIC, follow_redirects=True).text
    amy.texts("cont {code}").reads("stays open")
    desk.scenario.minutes_pass(6 * 60 + 30)
    sue.reads("is lost", "Call this customer")
    assert desk.log_says("could not fetch the recording: it is lost")
    assert "cannot be heard" in web.post(f"{link}/open", base_url=PUBLIC, follow_redirects=True).text
    amy.texts("call {code}").reads("rings now")
    amy.is_rung().answers().hears("Press 1").presses("2").hears("The message is lost").hangs_up()
    desk.scenario.minutes_pass(60)  # the supervisor is not told again


def test_an_outage_of_the_carrier_loses_no_recording(desk: ScenarioDesk) -> None:
    desk.expects_error("a recording could not be copied")
    desk.fails("media", "cut short", times=UNTIL_SWITCHED_OFF)
    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(2 * 60)
    desk.carrier.faults.clear()
    desk.scenario.minutes_pass(16)
    assert desk.voicemail.audio == AudioState.COPIED


def test_while_the_desk_is_down_calls_are_found_afterwards(desk: ScenarioDesk) -> None:
    """Nothing of ours answers: the carrier apologizes to the caller, and the desk finds the call afterwards."""
    desk.carrier_may_complain = True
    desk.fails("voice", "lost", times=2)  # the voice URL, and the fallback URL
    desk.customer().dials("direct").hears("application error").is_hung_up_on()
    desk.phone_of("Amy").reads("call (514) 555-0199 back", within=timedelta(minutes=6))
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(10)
    assert desk.log_says("The service was down when this customer called")


def test_while_the_desk_is_down_a_document_at_the_carrier_takes_the_message(desk: ScenarioDesk) -> None:
    """Nothing of ours answers: the carrier serves the TwiML that `fallback` prints, and the desk finds the message."""
    desk.carrier_may_complain = True
    address = f"https://handler.twilio.com/twiml/EH{'0' * 32}"
    desk.carrier.webhooks.bins[address] = take_message(desk.service.desk)
    numbers = desk.carrier.account.numbers
    for number, own in numbers.items():
        numbers[number] = replace(own, voice_fallback_url=address)
    desk.fails("voice", "lost")
    desk.fails("status", "lost", times=UNTIL_SWITCHED_OFF)
    call = desk.customer().dials("direct").hears("We are sorry, something went wrong").hears("leave a message")
    call.hears("Nous sommes désolés").hears("Laissez un message").hears_the_beep().says(8).hangs_up()
    assert desk.callbacks() == []
    desk.carrier.faults.clear()
    desk.phone_of("Amy").reads("call (514) 555-0199 back", within=timedelta(minutes=6))
    desk.phone_of("Amy").resolves()
    assert (desk.voicemail.state, desk.voicemail.audio) == (VoicemailState.RECORDED, AudioState.COPIED)


def test_when_the_first_webhook_fails_the_fallback_takes_the_message(desk: ScenarioDesk) -> None:
    desk.carrier_may_complain = True
    desk.expects_error("the carrier used the fallback URL")
    desk.fails("voice", "lost")
    call = desk.customer().dials("toll-free").hears("We are sorry, something went wrong").hears("leave a message")
    call.hears("Nous sommes désolés").hears("Laissez un message").hears_the_beep().says(8).presses("#")
    call.hears("Thank you. Your reference is").is_hung_up_on()
    amy_does_it(desk, "toll-free line", "with a message")
    assert (desk.voicemail.state, desk.voicemail.audio) == (VoicemailState.RECORDED, AudioState.COPIED)
    assert desk.log_says("carrier got no answer from the desk, and used the fallback Error 11200.")


def test_the_fallback_goes_on_in_the_language_of_the_call(desk: ScenarioDesk) -> None:
    desk.carrier_may_complain = True
    desk.expects_error("the carrier used the fallback URL")
    desk.fails("voice", "lost", match="/voice/beep")
    call = desk.customer().dials("toll-free").presses("9").hears("Pour le soutien").presses("1").hears("avant 22 h 42")
    call.hears("Nous sommes désolés").hears_the_beep().says(8).presses("#").hears("Merci").is_hung_up_on()
    assert not any("We are sorry" in heard.text for heard in call.leg.heard)
    amy_does_it(desk, "with a message")


def test_whoever_hangs_up_on_the_apology_is_called_back(desk: ScenarioDesk) -> None:
    desk.carrier_may_complain = True
    desk.expects_error("the carrier used the fallback URL")
    desk.fails("voice", "lost")
    desk.customer().dials("direct").hears("We are sorry, something went wrong").hangs_up()
    amy_does_it(desk)


def test_a_message_is_not_asked_for_twice(desk: ScenarioDesk) -> None:
    """The beep came, and only the thanks failed."""
    desk.carrier_may_complain = True
    desk.expects_error("the carrier used the fallback URL")
    desk.fails("voice", "lost", match="/voice/recorded")
    call = desk.customer().dials("direct").hears_the_beep().says(8).presses("#").hears("Goodbye")
    call.is_hung_up_on()
    assert not any("We are sorry" in heard.text for heard in call.leg.heard)
    amy_does_it(desk, "message")


@pytest.mark.parametrize(("line", "keys", "promise"), [("direct", "", "by 10:42 p.m."), ("toll-free", "91", "22 h 42")])
def test_a_caller_whose_beep_never_came_is_called_back(desk: ScenarioDesk, line: str, keys: str, promise: str) -> None:
    desk.carrier_may_complain = True
    desk.fails("voice", "lost", times=2, match="/voice/beep")  # the fallback URL fails as well
    call = desk.customer().dials(line)
    for key in keys:
        call.waits(3).presses(key)
    call.hears(promise).hears("application error").is_hung_up_on()
    amy_does_it(desk, "no message")
    assert [each.outcome for each in desk.calls()] == [CallOutcome.PROMISED]
    assert desk.callback.due_at == desk.calls()[0].began_at + HALF_AN_HOUR
    assert desk.log_says("desk promised a call back, and the beep never came")


def test_a_beep_that_never_came_is_found_at_the_carrier(desk: ScenarioDesk) -> None:
    desk.carrier_may_complain = True
    desk.fails("voice", "lost", times=2, match="/voice/beep")
    desk.fails("status", "lost")
    desk.customer().dials("direct").hears("by 10:42 p.m.").hears("application error").is_hung_up_on()
    desk.phone_of("Amy").reads("call (514) 555-0199 back", within=timedelta(minutes=6))
    desk.phone_of("Amy").resolves()
    desk.scenario.minutes_pass(40)


def test_a_hang_up_while_the_promise_is_spoken_is_a_log_entry_only(desk: ScenarioDesk) -> None:
    desk.customer().dials("direct").hears("by 10:42 p.m.").waits(4).hangs_up()
    desk.scenario.minutes_pass(40)
    assert desk.callbacks() == []
    assert [call.outcome for call in desk.calls()] == [CallOutcome.HUNG_UP_BEFORE_THE_BEEP]


def test_a_withheld_number_is_paged_as_such_and_never_rung(desk: ScenarioDesk) -> None:
    desk.customer().dials("direct", caller_id="ANONYMOUS").hears_the_beep().says(6).presses("#").hears("Thank you")
    amy = desk.phone_of("Amy")
    amy.reads("number withheld: listen to the message")
    amy.texts("call {code}").reads("No number to call")
    amy.texts("na {code}").reads("No number to call")
    amy.texts("none {code} no number in the message").reads("no way to reach")
    desk.scenario.minutes_pass(40)


def test_a_real_recording_is_kept_with_the_same_sound(desk: ScenarioDesk) -> None:
    """A WAV of another rate than a phone's: what was spoken is what is in our storage, sample for sample."""
    spoken = Sound(bytes(range(256)) * 400, rate=16000)
    desk.customer().dials("direct").hears_the_beep().says(spoken.wav()).presses("#").hears("Thank you")
    amy_does_it(desk)
    kept = desk.service.settings.media_dir / (desk.voicemail.audio_file or "")
    assert sound_in(kept.read_bytes()) == spoken


def test_two_calls_are_two_callbacks(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.phone_of("Amy").resolves()
    desk.leaves_a_message("direct")
    desk.phone_of("Amy").reads("call (514) 555-0199 back")
    desk.phone_of("Amy").resolves()
    assert len({callback.reference for callback in desk.callbacks()}) == 2
    desk.scenario.minutes_pass(40)


def test_in_support_hours_a_private_voicemail_does_not_swallow_the_call(
    open_desk: Callable[[str], ScenarioDesk],
) -> None:
    desk = open_desk(TUESDAY_MORNING)
    desk.phone_of("Amy").phone.habit = Habit.VOICEMAIL
    desk.phone_of("Amy").phone.voicemail_after = timedelta(seconds=5)
    call = desk.customer().dials("direct").hears("Please hold")
    desk.phone_of("Amy").is_rung()
    bens = desk.phone_of("Ben").is_rung(timedelta(seconds=60)).answers().hears("Press 1 to take it").presses("1")
    call.is_connected_to(bens).waits(20).hangs_up()
    desk.scenario.minutes_pass(40)
    assert [c.outcome for c in desk.calls()] == [CallOutcome.ANSWERED]
