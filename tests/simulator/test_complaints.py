"""What Twilio would refuse: the caller hears of it, and the debugger says why."""

from __future__ import annotations

import pytest

from ivr.simulator import Fault, Leg
from tests.simulator.conftest import DESK, LINE, Town, words

APOLOGY = "We are sorry. An application error has occurred. Goodbye."


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<Shout>Hello</Shout>", 12200),
        ('<Say volume="11">Hello</Say>', 12200),
        ('<Gather numDigits="0"/>', 12200),
        ('<Gather input="speech"/>', 12200),
        ("<Gather><Dial>+15145550101</Dial></Gather>", 12200),
        ("<Gather><Pause/><Record/></Gather>", 12200),
        ('<Record finishOnKey="A"/>', 12200),
        ('<Dial record="record-from-answer">+15145550101</Dial>', 12200),
        ("<Dial><Sip>sip:amy@example.com</Sip></Dial>", 12200),
        ("<Dial><Number>amy</Number></Dial>", 13224),
        ("<Say><marquee>Hello</marquee></Say>", 12200),
        ("<Message>Hello</Message>", 12200),
        ("<Hangup>now</Hangup>", 12200),
        ("Hello", 12200),
        ("<Play>/missing.wav</Play>", 11200),
        ("<Say>unclosed", 12100),
        (f"<Say>{'x' * 66_000}</Say>", 11750),
    ],
)
def test_a_document_that_twilio_would_not_understand(town: Town, document: str, code: int) -> None:
    town.answers("/missing.wav", "", 404)
    town.says("/voice", document)
    call = town.calls()
    town.wait(10)
    assert town.errors() == [code]
    assert (words(call), call.state) == (["ring", APOLOGY], "ended")


@pytest.mark.parametrize(
    ("status", "body", "content_type", "code"),
    [
        (500, "", "text/html", 11200),
        (404, "", "text/html", 11200),
        (200, "<Response/>", "application/json", 12300),
        (200, "<Answer/>", "text/xml", 12102),
        (200, "", "text/xml", 12100),
    ],
)
def test_an_answer_that_is_no_document(town: Town, status: int, body: str, content_type: str, code: int) -> None:
    town.answers("/voice", body, status, content_type)
    call = town.calls()
    town.wait(10)
    assert town.errors() == [code]
    assert words(call)[-1] == APOLOGY


def test_the_fallback_is_told_what_went_wrong_and_goes_on(town: Town) -> None:
    town.carrier.own_number(LINE, voice_url=f"{DESK}/voice", voice_fallback_url=f"{DESK}/fallback")
    town.answers("/voice", "", 503)
    town.says("/fallback", "<Say>Leave a message.</Say><Redirect>/voice</Redirect>")
    call = town.calls()
    town.wait(10)
    (asked,) = town.asked("/fallback")  # once: the second failure is the end
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("11200", f"{DESK}/voice")
    assert words(call) == ["ring", "Leave a message.", APOLOGY]
    assert town.errors() == [11200, 11200]


def test_a_say_that_is_empty_or_too_long_is_skipped(town: Town) -> None:
    town.says("/voice", f"<Say/><Say>{'x' * 4097}</Say><Say>Heard.</Say>")
    call = town.calls()
    town.wait(5)
    assert town.errors() == [13520, 13520]
    assert words(call) == ["ring", "Heard."]


def test_a_callback_that_fails_is_complained_of_and_disturbs_nobody(town: Town) -> None:
    town.says("/voice", "<Say>Hello.</Say>")
    town.answers("/status", "", 503)
    call = town.calls()
    town.wait(5)
    assert town.errors() == [11200]
    assert words(call) == ["ring", "Hello."]


def test_a_reply_to_a_text_that_is_none(town: Town) -> None:
    town.says("/sms", "<Say>Hello</Say>")
    town.amy().send_text(LINE, "hello")
    town.wait(3)
    assert town.errors() == [12200]
    assert town.amy().texts == []


def test_a_number_without_a_voice_url_fails(town: Town) -> None:
    town.carrier.own_number(LINE)
    call = town.calls()
    assert call.state == "ended"
    assert town.errors() == [13000]


def test_the_mistakes_of_a_test_are_told(town: Town) -> None:
    leg: Leg = town.calls()
    with pytest.raises(ValueError, match="not one of the carrier's own numbers"):
        town.caller().dial("+15550001111")
    with pytest.raises(ValueError, match="not one of the carrier's own numbers"):
        town.caller().send_text("+15550001111", "hello")
    with pytest.raises(ValueError, match="no keys"):
        leg.press("A")
    with pytest.raises(ValueError, match="it can be"):
        Fault("messages", "late")
    with pytest.raises(ValueError, match="there are"):
        Fault("nowhere", "lost")
    with pytest.raises(ValueError, match="by chance"):
        town.carrier.faults.add(Fault("status", "lost", chance=0.5))
