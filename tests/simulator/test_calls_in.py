"""A call to one of our numbers: what is asked, what is heard, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.simulator.conftest import DESK, LINE, Town, hum, words

MENU = '<Gather action="/key" numDigits="1" timeout="5"><Say>For support, press 1.</Say></Gather><Say>Nothing?</Say>'


def test_verbs_are_performed_in_their_order(town: Town) -> None:
    town.says("/voice", '<Say language="fr-CA">Bonjour.</Say><Pause length="2"/><Redirect>/next</Redirect>')
    town.says("/next", "<Say>Hello.</Say><Hangup/><Say>Never heard.</Say>")
    call = town.calls()
    town.wait(10)
    assert words(call) == ["ring", "Bonjour.", "silence", "Hello."]
    bonjour, silence, hello = call.heard[1:]
    assert bonjour.language == "fr-CA"
    assert silence.at - bonjour.at == timedelta(seconds=len("Bonjour.") / 15)
    assert hello.at - silence.at == timedelta(seconds=2)
    assert call.state == "ended"


def test_the_first_webhook_has_the_fields_of_twilio(town: Town) -> None:
    town.says("/voice", "<Hangup/>")
    call = town.calls()
    (asked,) = town.asked("/voice")
    assert asked["CallSid"] == call.sid
    assert (asked["From"], asked["To"], asked["CallStatus"], asked["Direction"]) == (
        "+15145550199",
        LINE,
        "ringing",
        "inbound",
    )
    assert (asked["Caller"], asked["Called"], asked["ApiVersion"]) == ("+15145550199", LINE, "2010-04-01")
    assert asked["FromZip"] == ""
    assert "ForwardedFrom" not in asked


@pytest.mark.parametrize("shown", ["ANONYMOUS", "", "+266696687", "sip:eve@example.com"])
def test_a_caller_is_shown_as_they_wish(town: Town, shown: str) -> None:
    town.says("/voice", "<Hangup/>")
    town.calls(caller_id=shown)
    assert town.asked("/voice")[0]["From"] == shown


def test_the_end_is_told_to_the_status_callback_of_the_number(town: Town) -> None:
    town.says("/voice", '<Pause length="1"/><Say>123456789012345</Say><Pause length="60"/>')
    call = town.calls()
    town.wait(10)
    call.hang_up()
    town.wait(1)
    (told,) = town.asked("/status")
    assert (told["CallStatus"], told["CallDuration"], told["Duration"]) == ("completed", "9", "1")
    assert (told["CallbackSource"], told["SequenceNumber"]) == ("call-progress-events", "0")
    assert told["Timestamp"] == "Sun, 29 Nov 2026 03:12:10 +0000"


def test_a_pause_first_leaves_it_ringing(town: Town) -> None:
    town.says("/voice", '<Pause length="3"/><Say>Hello.</Say>')
    call = town.calls()
    assert call.state == "ringing"
    town.wait(3)
    assert call.state == "in-progress"


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_was_never_answered(town: Town, reason: str, status: str) -> None:
    town.says("/voice", f'<Reject reason="{reason}"/>')
    call = town.calls()
    town.wait(1)
    assert (call.state, town.carrier.ledger.calls[0].status, town.carrier.ledger.calls[0].answered_at) == (
        "ended",
        status,
        None,
    )
    assert town.asked("/status")[0]["CallStatus"] == status


def test_a_caller_who_drops_at_once_ends_as_no_answer(town: Town) -> None:
    town.says("/voice", '<Pause length="3"/><Say>Hello.</Say>')
    call = town.calls()
    call.hang_up()
    town.wait(1)
    assert town.asked("/status")[0]["CallStatus"] == "no-answer"


# Gather


def test_a_key_interrupts_what_is_spoken(town: Town) -> None:
    town.says("/voice", MENU)
    town.says("/key", "<Say>Support.</Say>")
    call = town.calls()
    town.wait(0.5)
    call.press("1")
    town.wait()
    assert words(call) == ["ring", "For support, press 1.", "Support."]
    assert town.asked("/key")[0]["Digits"] == "1"


def test_no_key_falls_to_the_next_verb(town: Town) -> None:
    town.says("/voice", MENU)
    call = town.calls()
    town.wait(5)
    assert "Nothing?" not in words(call)
    town.wait(len("For support, press 1.") / 15)
    assert words(call)[-1] == "Nothing?"
    assert town.asked("/key") == []


def test_no_key_is_told_to_who_asks_for_it(town: Town) -> None:
    town.says("/voice", MENU.replace("timeout", 'actionOnEmptyResult="true" timeout'))
    town.calls()
    town.wait(8)
    assert town.asked("/key")[0]["Digits"] == ""


def test_several_keys_end_with_the_finishing_key_or_a_pause(town: Town) -> None:
    town.says("/voice", '<Gather action="/key" timeout="4"/>')
    town.says("/key", '<Gather action="/again" timeout="4"/>')
    call = town.calls()
    call.press("12#")
    town.wait()
    call.press("3")
    town.wait(3)
    call.press("4")
    town.wait(3.9)
    assert town.asked("/again") == []
    town.wait(0.2)
    assert [asked["Digits"] for asked in town.asked("/key") + town.asked("/again")] == ["12", "34"]
    assert town.asked("/key")[0]["FinishedOnKey"] == "#"


def test_the_finishing_key_alone_is_no_input(town: Town) -> None:
    town.says("/voice", '<Gather action="/key"/><Say>Nothing?</Say>')
    call = town.calls()
    call.press("#")
    town.wait()
    assert words(call)[-1] == "Nothing?"


def test_without_a_finishing_key_every_key_counts(town: Town) -> None:
    town.says("/voice", '<Gather action="/key" finishOnKey="" numDigits="1"/>')
    call = town.calls()
    call.press("#")
    town.wait()
    assert town.asked("/key")[0]["Digits"] == "#"


def test_without_an_action_the_same_document_is_asked_again(town: Town) -> None:
    town.says("/voice", '<Gather numDigits="1"/>')
    call = town.calls()
    call.press("7")
    town.wait()
    assert [asked.get("Digits") for asked in town.asked("/voice")] == [None, "7"]


# Play and Redirect


def test_a_sound_is_played_for_as_long_as_it_lasts(town: Town) -> None:
    town.answers("/hum.wav", hum(3), content_type="audio/x-wav")
    town.says("/voice", "<Play>/hum.wav</Play><Say>After it.</Say>")
    call = town.calls()
    town.wait(4)
    playing, after = call.heard[1:]
    assert (playing.kind, playing.text) == ("play", f"{DESK}/hum.wav")
    assert after.at - playing.at == timedelta(seconds=3)


def test_a_redirect_may_be_a_get_with_everything_in_the_query(town: Town) -> None:
    town.says("/voice", '<Redirect method="GET">/next?step=2&amp;name=Zo%C3%A9%27s</Redirect>')
    town.says("/next", "<Hangup/>")
    call = town.calls()
    (asked,) = town.asked("/next")
    assert (asked["step"], asked["name"], asked["CallSid"]) == ("2", "Zoé's", call.sid)


def test_what_is_said_in_french_and_with_escapes_is_signed_rightly(town: Town) -> None:
    town.carrier.own_number(LINE, voice_url=f"{DESK}/voice?name=Zo%C3%A9&who=O%27Neil&empty=")
    town.says("/voice", "<Say>Bonjour <prosody rate='slow'>madame</prosody> Zoé &amp; cie.</Say>")
    call = town.calls()
    assert words(call) == ["ring", "Bonjour madame Zoé & cie."]
