"""What may follow a document, as the carrier goes on."""

from __future__ import annotations

from tests.ivr.walk.documents import Document
from tests.ivr.walk.moves import Ending, Waiting, after

URL = "https://desk.test/voice/menu"


def whats(verbs: str, waiting: Waiting | None = None) -> list[str]:
    return [move.what for move in after(Document(f"<Response>{verbs}</Response>"), URL, waiting)[0]]


def ending(verbs: str) -> Ending | None:
    return after(Document(f"<Response>{verbs}</Response>"), URL)[1]


def test_a_question_has_every_key_and_silence() -> None:
    asked = whats('<Gather numDigits="1" finishOnKey="" actionOnEmptyResult="true" action="/x"/><Hangup/>')
    assert asked == [*(f"presses {key}" for key in "0123456789*#"), "presses nothing"]


def test_without_a_key_the_next_verb_follows_unless_the_question_is_answered_anyway() -> None:
    followed = '<Gather numDigits="1" finishOnKey="" action="/x"/><Redirect>/y</Redirect>'
    assert whats(followed)[-1] == "goes on"
    assert ending('<Gather numDigits="1" action="/x"/><Hangup/>') == Ending(is_said=True)
    assert ending('<Gather numDigits="1" action="/x"/>') == Ending(is_said=False)


def test_the_key_that_ends_several_is_no_answer() -> None:
    assert "presses ##" not in whats('<Gather numDigits="16" finishOnKey="#" action="/x"/>')


def test_after_a_recording_that_is_empty_the_next_verb_follows() -> None:
    record = '<Record action="/x" recordingStatusCallback="/r"/>'
    assert whats(f"{record}<Redirect>/y</Redirect>")[-1] == "goes on"
    assert "hangs up while speaking" in whats(record)


def test_whoever_waits_hears_the_wait_until_a_document_lets_them_go() -> None:
    queue = Waiting("https://desk.test/voice/wait", "https://desk.test/voice/waited")
    begun = whats(f'<Enqueue waitUrl="{queue.wait_url}" action="{queue.action}">q</Enqueue>')
    assert begun[0] == "begins to wait"
    assert whats("<Say>Please hold.</Say>", queue) == ["waits"]
    assert whats("<Leave/>", queue) == ["leaves the queue: leave"]
    assert whats("<Leave/>") == []


def test_a_phone_that_is_dialed_rings_in_vain_is_taken_or_is_a_machine() -> None:
    dialed = whats('<Dial action="/x"><Number url="/screen">+15145550101</Number></Dial>')
    assert dialed[0] == "the phone is picked up"
    assert {"the phone: busy", "is taken, connected: true", "is taken, connected: false"} <= set(dialed)
