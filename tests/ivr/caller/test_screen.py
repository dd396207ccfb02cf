"""What a technician hears who is rung for a caller: only key 1 takes the call, and the log names who took it."""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.states import AttemptState, CallbackOrigin, CallOutcome, CarrierStatus, PageState, PriorityLevel
from callbacks.db.tables import Call, Callback, Page, PageAttempt, Technician
from callbacks.people.technicians import add_technician
from tests.ivr.webhook_client import CALL, DIRECT, TUESDAY_MORNING, WebhookClient, said

LEG, OTHER_CALL = "CA" + "3" * 32, "CA" + "4" * 32
SCREEN = f"/voice/screen?page=1&call={CALL}&lang=en"
KEY, ENDED = SCREEN.replace("screen", "screen/key"), SCREEN.replace("screen", "screen/ended")
FOLLOW_UP = SCREEN.replace("screen", "screen/follow-up") + "&round=1"


@pytest.fixture
def rung(client: WebhookClient) -> WebhookClient:
    """A caller in support hours, for whom Amy's phone is being rung."""
    client.clock.move_to(TUESDAY_MORNING)
    queue = client.calls(DIRECT).find("Enqueue")
    assert queue is not None
    client.document(queue.attrib["waitUrl"], CallSid=CALL)
    client.database.write(lambda session: session.add(sent(session.get_one(Page, 1), client)))
    return client


def sent(page: Page, client: WebhookClient) -> PageAttempt:
    page.state, page.next_action_at = PageState.SENT, None
    attempt = PageAttempt(page_id=page.id, started_at=client.clock.now(), state=AttemptState.ACCEPTED, sid=LEG)
    attempt.carrier_status = CarrierStatus.IN_PROGRESS
    return attempt


def call(client: WebhookClient) -> Call:
    return client.database.read(lambda session: session.get_one(Call, CALL))


def tags(document: Element) -> list[str]:
    return [verb.tag for verb in document]


def presses(client: WebhookClient, key: str = "1", sid: str = LEG) -> Element:
    return client.document(KEY, CallSid=sid, Digits=key)


def test_the_technician_hears_who_calls_and_on_which_line(rung: WebhookClient) -> None:
    heard = said(rung.document(SCREEN, CallSid=LEG))
    assert "Support call on the direct line" in heard
    assert "Press 1 to take the call." in heard


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, ""),
        (31, "The caller has been waiting for 30 seconds."),
        (70, "The caller has been waiting for more than a minute."),
        (150, "The caller has been waiting for more than 2 minutes."),
    ],
)
def test_the_technician_hears_how_long_the_caller_has_waited(rung: WebhookClient, seconds: int, words: str) -> None:
    rung.clock.pass_time(timedelta(seconds=seconds))
    heard = said(rung.document(SCREEN, CallSid=LEG))
    assert words in heard
    assert ("has been waiting" in heard) is bool(words)


def test_everything_is_said_in_the_technicians_language(rung: WebhookClient) -> None:
    rung.database.write(lambda session: setattr(session.get_one(Technician, 1), "language", "fr"))
    rung.clock.pass_time(timedelta(seconds=70))
    heard = said(rung.document(SCREEN, CallSid=LEG))
    assert "Appel de soutien, ligne directe" in heard
    assert "L'appelant attend depuis plus d'une minute." in heard


def test_key_1_takes_the_caller_out_of_the_queue(rung: WebhookClient) -> None:
    document = presses(rung)
    queue = document.find("Dial/Queue")
    assert queue is not None
    assert queue.text == CALL
    assert (call(rung).outcome, call(rung).accepted_by_id) == (CallOutcome.ANSWERED, 1)


@pytest.mark.parametrize("key", ["", "2", "11"])
def test_anything_else_hangs_up(rung: WebhookClient, key: str) -> None:
    assert tags(presses(rung, key)) == ["Hangup"]
    assert call(rung).accepted_by_id is None


def test_silence_hangs_up(rung: WebhookClient) -> None:
    assert tags(rung.document(SCREEN, CallSid=LEG)) == ["Gather", "Hangup"]


def test_a_key_of_another_call_takes_nothing(rung: WebhookClient) -> None:
    assert tags(presses(rung, sid=OTHER_CALL)) == ["Hangup"]
    assert tags(rung.document(SCREEN, CallSid=OTHER_CALL)) == ["Hangup"]
    assert call(rung).accepted_by_id is None


def test_a_page_about_something_else_takes_no_call(rung: WebhookClient) -> None:
    assert tags(rung.document(KEY.replace("page=1", "page=99"), CallSid=LEG, Digits="1")) == ["Hangup"]


def test_a_key_after_the_call_has_ended_says_so(rung: WebhookClient) -> None:
    rung.clock.pass_time(timedelta(seconds=30))
    rung.posts("/voice/status", CallSid=CALL, CallStatus="completed")
    document = presses(rung)
    assert tags(document) == ["Say", "Hangup"]
    assert "The caller is no longer waiting" in said(document)
    assert (call(rung).outcome, call(rung).accepted_by_id) == (CallOutcome.MISSED, None)


def test_a_key_after_somebody_else_has_taken_the_call_says_so(rung: WebhookClient) -> None:
    def bens(session: Session) -> None:
        ben = add_technician(session, "Ben Cole", "+15145550102", rung.clock.now(), verified=True)
        session.get_one(Call, CALL).accepted_by_id = ben.id

    rung.database.write(bens)
    for document in (presses(rung), rung.document(SCREEN, CallSid=LEG)):
        assert "Somebody else has taken the call" in said(document)
    assert call(rung).accepted_by_id == 2


def test_a_key_after_the_caller_chose_to_leave_a_message_says_so(rung: WebhookClient) -> None:
    rung.document("/voice/wait?lang=en&tries=2", CallSid=CALL, Digits="0")
    assert "The caller is no longer waiting" in said(presses(rung))


def test_a_connection_that_failed_gives_the_caller_back(rung: WebhookClient) -> None:
    presses(rung)
    document = rung.document(ENDED, CallSid=LEG, DialCallStatus="no-answer", DialBridged="false")
    assert "The caller is no longer waiting" in said(document)
    assert (call(rung).outcome, call(rung).accepted_by_id) == (CallOutcome.IN_PROGRESS, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"DialCallStatus": "completed", "DialBridged": "true"},
        {"DialCallStatus": "completed"},
        {"DialCallStatus": "answered"},
    ],
)
def test_a_conversation_leaves_the_call_with_its_technician(rung: WebhookClient, fields: dict[str, str]) -> None:
    presses(rung)
    document = rung.document(ENDED, CallSid=LEG, **fields)
    assert tags(document) == ["Gather", "Hangup"]
    assert "To have this followed up, press 1 for P1" in said(document)
    assert call(rung).accepted_by_id == 1
    assert followed_up(rung) == []


# After the conversation: does it need more work?


def followed_up(client: WebhookClient) -> list[Callback]:
    return client.database.read(lambda session: list(session.scalars(select(Callback))))


@pytest.fixture
def spoken(rung: WebhookClient) -> WebhookClient:
    """The caller has hung up after a conversation with Amy, who is asked."""
    presses(rung)
    rung.clock.pass_time(timedelta(minutes=12))
    rung.document(ENDED, CallSid=LEG, DialCallStatus="completed", DialBridged="true")
    return rung


@pytest.mark.parametrize(
    ("key", "priority"), [("1", PriorityLevel.P1), ("2", PriorityLevel.P2), ("3", PriorityLevel.P3)]
)
def test_a_key_opens_a_callback_with_that_priority(spoken: WebhookClient, key: str, priority: PriorityLevel) -> None:
    document = spoken.document(FOLLOW_UP, CallSid=LEG, Digits=key)
    (callback,) = followed_up(spoken)
    assert (callback.contact_sid, callback.priority) == (CALL, priority)
    assert (callback.origin, callback.owner_id) == (CallbackOrigin.ANSWERED_CALL, 1)
    assert tags(document) == ["Say", "Hangup"]
    assert f"is yours to follow up, as {priority.value}" in said(document)


def test_the_key_counts_once(spoken: WebhookClient) -> None:
    for key in ("2", "1"):
        spoken.document(FOLLOW_UP, CallSid=LEG, Digits=key)
    assert [callback.priority for callback in followed_up(spoken)] == [PriorityLevel.P2]


def test_another_key_asks_once_more_and_silence_ends_the_call(spoken: WebhookClient) -> None:
    assert tags(spoken.document(FOLLOW_UP, CallSid=LEG, Digits="7")) == ["Gather", "Hangup"]
    assert tags(spoken.document(FOLLOW_UP.replace("round=1", "round=2"), CallSid=LEG, Digits="7")) == ["Hangup"]
    assert tags(spoken.document(FOLLOW_UP, CallSid=LEG, Digits="")) == ["Hangup"]
    assert followed_up(spoken) == []


def test_a_key_reads_out_the_examples_of_each_priority_and_asks_again(spoken: WebhookClient) -> None:
    document = spoken.document(FOLLOW_UP, CallSid=LEG, Digits="0")
    assert tags(document) == ["Gather", "Hangup"]
    assert "P1, for example no mail flow" in said(document)
    assert "press 1 for P1, critical, 2 for P2, high, or 3 for P3, normal" in said(document)
    assert "round=1" in document[0].attrib["action"]
    french = spoken.document(FOLLOW_UP.replace("lang=en", "lang=fr"), CallSid=LEG, Digits="0")
    assert "P1, par exemple plus aucun courriel ne circule" in said(french)
    assert followed_up(spoken) == []


def test_only_the_technician_who_took_the_call_opens_one(spoken: WebhookClient) -> None:
    assert tags(spoken.document(FOLLOW_UP, CallSid=OTHER_CALL, Digits="1")) == ["Hangup"]
    assert tags(spoken.document(FOLLOW_UP.replace("page=1", "page=9"), CallSid=LEG, Digits="1")) == ["Hangup"]
    spoken.database.write(lambda session: setattr(session.get_one(Call, CALL), "accepted_by_id", None))
    assert tags(spoken.document(FOLLOW_UP, CallSid=LEG, Digits="1")) == ["Hangup"]
    assert followed_up(spoken) == []


def test_nobody_is_asked_about_a_call_that_has_a_callback(rung: WebhookClient) -> None:
    presses(rung)
    rung.database.write(lambda session: open_callback(session, rung.desk, call_in(session), rung.clock.now()))
    assert tags(rung.document(ENDED, CallSid=LEG, DialCallStatus="completed", DialBridged="true")) == ["Hangup"]


def call_in(session: Session) -> Call:
    return session.get_one(Call, CALL)


def test_without_a_database_the_key_takes_the_call_all_the_same(client_without_database: WebhookClient) -> None:
    asked = client_without_database.document(SCREEN, CallSid=LEG)
    assert "A customer is waiting on the line. Press 1 to take the call." in said(asked)
    queue = client_without_database.document(KEY, CallSid=LEG, Digits="1").find("Dial/Queue")
    assert queue is not None
    assert queue.text == CALL


def test_without_a_database_the_question_is_in_the_technicians_language(client_without_database: WebhookClient) -> None:
    french = SCREEN.replace("lang=en", "lang=fr")
    assert "Un client attend en ligne." in said(client_without_database.document(french, CallSid=LEG))


def test_one_ring_is_asked_for_once(rung: WebhookClient) -> None:
    rung.document("/voice/wait?lang=en&tries=2", CallSid=CALL)
    pages = rung.database.read(lambda session: session.scalars(select(Page)).all())
    assert len(pages) == 1
