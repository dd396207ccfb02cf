"""Who is let in, who presses a key first, and who only leaves a message."""

from __future__ import annotations

from dataclasses import replace

from callbacks.db.states import Screening
from callbacks.inbound.screening import Admission
from ivr.caller.turns import Choices, Place, Turn
from ivr.twilio.verbs import Hangup, Redirect
from tests.ivr.caller.steps import CLOSED, spoken, step

INCOMING, ASKED = Turn(Place.INCOMING), Turn(Place.ADMISSION)


def test_a_caller_is_asked_for_any_key_in_both_languages() -> None:
    reply = step(INCOMING, replace(CLOSED, admission=Admission.ASK_FOR_KEY))
    assert spoken(reply) == "To continue, press any key. Pour continuer, appuyez sur n'importe quelle touche."
    french = step(Turn(Place.INCOMING, Choices("fr")), replace(CLOSED, admission=Admission.ASK_FOR_KEY))
    assert spoken(french).startswith("Pour continuer")


def test_any_key_lets_the_caller_in() -> None:
    reply = step(replace(ASKED, digits="*"))
    assert reply.screening is Screening.KEY_PRESSED
    assert "Thank you for calling" in spoken(reply)


def test_without_a_key_there_is_still_a_way_to_leave_a_message() -> None:
    assert "To continue, press any key." in spoken(step(ASKED))
    reply = step(replace(ASKED, tries=2))
    assert (reply.screening, reply.promises) == (Screening.NO_KEY, True)


def test_a_blocked_caller_leaves_a_message_and_is_promised_nothing() -> None:
    blocked = replace(CLOSED, admission=Admission.BLOCKED)
    reply = step(INCOMING, blocked)
    assert (reply.screening, reply.promises) == (Screening.BLOCKED, False)
    assert reply.verbs[-1] == Redirect("https://desk.test/voice/beep?lang=en")
    assert step(Turn(Place.RECORDED, seconds=8), blocked).verbs[-1] == Hangup()
    assert "call you back" not in spoken(step(Turn(Place.RECORDED, seconds=8), blocked))


def test_a_number_that_calls_too_often_goes_to_the_message_at_once() -> None:
    reply = step(INCOMING, replace(CLOSED, is_open=True, admission=Admission.CAPPED))
    assert (reply.screening, reply.promises) == (Screening.CAPPED, True)
