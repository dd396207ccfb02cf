"""A customer's call, turn by turn, as signed requests: what is heard, what is stored, and what bad input gets."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from callbacks.db.states import ContactKind, VoicemailState
from callbacks.db.tables import Call, Callback, Customer, CustomerContact, Event, Page, Voicemail
from callbacks.people.technicians import technician_named
from callbacks.records import search as finding
from ivr.caller import flow
from tests.ivr.webhook_client import CALL, CUSTOMER, DIRECT, TOLL_FREE, TUESDAY_MORNING, WebhookClient, said


def test_the_toll_free_line_asks_and_the_direct_line_does_not(client: WebhookClient) -> None:
    menu = client.calls(TOLL_FREE)
    assert "For support, press 1" in said(menu)
    assert menu.find("Gather") is not None
    other = "CA" + "2" * 32
    direct = client.calls(DIRECT, sid=other)
    assert "We are currently closed. If everything is down" in said(direct)
    direct = client.goes_on(direct, sid=other)
    assert "Please leave a message after the beep" in said(direct)
    assert "by 10:42 p.m." in said(direct)
    assert "recorded" in said(direct)


def test_three_wrong_keys_lead_to_support(client: WebhookClient) -> None:
    document = client.calls(TOLL_FREE)
    for _ in range(2):
        gather = document.find("Gather")
        assert gather is not None
        document = client.document(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="7")
        assert "not one of the choices" in said(document)
    gather = document.find("Gather")
    assert gather is not None
    closed = client.goes_on(client.document(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From=CUSTOMER))
    assert "leave a message" in said(closed)


def test_key_9_changes_the_language_to_french(client: WebhookClient) -> None:
    gather = client.calls(TOLL_FREE).find("Gather")
    assert gather is not None
    answer = client.posts(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="9")
    gather = fromstring(answer.text).find("Gather")
    assert gather is not None
    closed = client.document(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="1")
    assert "vous rappellera avant 22 h 42" in said(client.goes_on(closed))


def test_a_key_that_is_sent_twice_changes_the_language_once(client: WebhookClient) -> None:
    def french_on_record(session: Session) -> None:
        contact = CustomerContact(kind=ContactKind.PHONE, value=CUSTOMER)
        session.add(Customer(language="fr", created_at=client.clock.now(), contacts=[contact]))

    client.database.write(french_on_record)
    gather = client.calls(TOLL_FREE).find("Gather")
    assert gather is not None
    for _ in range(2):
        answer = client.document(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="9")
        assert "For support, press 1. Pour le service en français, appuyez sur le 9." in said(answer)


def test_a_known_language_while_the_database_was_away_is_that_of_the_url(client: WebhookClient) -> None:
    gather = client.calls(TOLL_FREE).find("Gather")
    assert gather is not None
    asked_in_french = gather.attrib["action"].replace("lang=en", "lang=fr")
    answer = client.document(asked_in_french, CallSid=CALL, To=TOLL_FREE, From=CUSTOMER, Digits="1")
    assert "Nous sommes fermés en ce moment." in said(answer)
    assert "vous rappellera avant 22 h 42" in said(client.goes_on(answer))


def test_the_direct_line_offers_french_and_goes_on_without_a_key(client: WebhookClient) -> None:
    direct = client.calls(DIRECT)
    gather = direct.find("Gather")
    assert gather is not None
    assert "Pour le service en français, appuyez sur le 9." in said(gather)
    assert "We are currently closed" in said(direct)
    chosen = client.document(gather.attrib["action"], CallSid=CALL, To=DIRECT, From=CUSTOMER, Digits="9")
    assert "vous rappellera avant 22 h 42" in said(client.goes_on(chosen))


def test_what_can_wait_is_known_from_the_url_before_the_first_page(client: WebhookClient) -> None:
    """The database was away until the end of the message."""
    path = "/voice/recorded?lang=en&urgency=can+wait"
    thanks = client.document(path, CallSid=CALL, To=DIRECT, From=CUSTOMER, RecordingDuration="9")
    assert "by 9:00 a.m. Monday" in said(thanks)
    callback = client.database.read(lambda session: session.scalars(select(Callback)).one())
    assert callback.held_until is not None
    assert (callback.next_action_at, client.count(Page)) == (callback.held_until, 0)


@pytest.mark.parametrize("path", ["/voice/recorded?time=99999999999", "/voice/name-time/confirmed?at=x&recorded=1"])
def test_a_time_in_a_url_that_cannot_be_is_none(client: WebhookClient, path: str) -> None:
    client.calls(DIRECT)
    assert client.posts(path, CallSid=CALL, To=DIRECT, From=CUSTOMER, Digits="1").status_code == 200


def language_of(client: WebhookClient) -> tuple[str, bool]:
    call = client.database.read(lambda session: session.get_one(Call, CALL))
    return call.language, call.language_chosen


@pytest.mark.parametrize("path", ["/voice/beep", "/voice/beep?lang=en", "/voice/beep?lang=fr"])
def test_a_chosen_language_stays_whatever_a_later_url_says(client: WebhookClient, path: str) -> None:
    client.calls(DIRECT)
    client.document("/voice/language?lang=en", CallSid=CALL, To=DIRECT, From=CUSTOMER, Digits="9")
    assert language_of(client) == ("fr", True)
    record = client.document(path, CallSid=CALL, To=DIRECT, From=CUSTOMER).find("Record")
    assert record is not None
    assert "lang=fr" in record.attrib["action"]
    ended = client.document("/voice/recorded?lang=en", CallSid=CALL, To=DIRECT, From=CUSTOMER, RecordingDuration="5")
    assert "Merci" in said(ended)


def test_a_language_chosen_while_the_database_was_away_is_known_from_the_url(client: WebhookClient) -> None:
    client.calls(DIRECT)
    client.document("/voice/beep?lang=fr", CallSid=CALL, To=DIRECT, From=CUSTOMER)
    assert language_of(client) == ("fr", True)


def test_an_apology_is_in_the_language_of_the_call(client: WebhookClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.calls(DIRECT)
    client.document("/voice/language?lang=en", CallSid=CALL, To=DIRECT, From=CUSTOMER, Digits="9")

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(flow, "step", broken)
    assert "Nous sommes désolés" in said(client.document("/voice/beep", CallSid=CALL, To=DIRECT, From=CUSTOMER))


def test_in_support_hours_the_caller_waits_in_a_queue_of_their_own(client: WebhookClient) -> None:
    client.clock.move_to(TUESDAY_MORNING)
    queue = client.calls(DIRECT).find("Enqueue")
    assert queue is not None
    assert queue.text == CALL


def test_the_same_webhook_again_gets_the_same_answer_and_changes_nothing(client: WebhookClient) -> None:
    first = client.posts("/voice/incoming", CallSid=CALL, To=DIRECT, From=CUSTOMER)
    client.clock.move_to(TUESDAY_MORNING)  # replayed days later, in support hours
    again = client.posts("/voice/incoming", CallSid=CALL, To=DIRECT, From=CUSTOMER)
    assert again.text == first.text
    assert (client.count(Call), client.count(Event)) == (1, 1)


def test_a_whole_voicemail_by_its_webhooks(client: WebhookClient) -> None:
    redirect = client.goes_on(client.calls(DIRECT)).find("Redirect")
    assert redirect is not None
    record = fromstring(client.posts(redirect.text or "", CallSid=CALL, To=DIRECT, From="+1").text).find("Record")
    assert record is not None
    ended = {"CallSid": CALL, "To": DIRECT, "From": CUSTOMER, "Digits": "#", "RecordingDuration": "9"}
    thanks = client.posts(record.attrib["action"], ended, RecordingUrl="http://169.254.169.254/RE" + "5" * 32)
    assert "Your reference is" in said(fromstring(thanks.text))
    report = client.posts(
        record.attrib["recordingStatusCallback"],
        CallSid=CALL, RecordingSid="RE" + "5" * 32, RecordingStatus="completed", RecordingDuration="8",
    )  # fmt: skip
    assert report.status_code == 204
    voicemail = client.database.read(lambda session: session.scalars(select(Voicemail)).one())
    assert (voicemail.state, voicemail.seconds, voicemail.recording_sid) == (
        VoicemailState.RECORDED,
        8,
        "RE" + "5" * 32,
    )
    assert (client.count(Callback), client.count(Page)) == (1, 1)


HOSTILE = {
    "a word": {"From": "ANONYMOUS"},
    "blank": {"From": ""},
    "keyed anonymous": {"From": "+266696687"},
    "sip": {"From": "sip:mallory@example.com"},
    "huge": {"From": "+1" + "5" * 50_000},
    "nul": {"From": "+1514\x00555", "CallerName": "\x00"},
    "no to": {"To": ""},
    "foreign to": {"To": "+33123456789"},
    "markup": {"From": "</Say><Dial>+19005550123</Dial>"},
    "long digits": {"Digits": "1" * 5000},
    "unicode": {"From": "📞" * 50, "Digits": "１"},
    "surplus": {f"Field{n}": "x" for n in range(190)},
    "lone replacement": {"CallerName": "\ufffd"},
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_fields_get_an_answer_and_the_voicemail_is_kept(client: WebhookClient, fields: dict[str, str]) -> None:
    known = {"CallSid": CALL, "To": DIRECT, "From": CUSTOMER, **fields}
    for path in (
        "/voice/incoming",
        "/voice/menu?tries=99999999999&lang=xx",
        "/voice/wait?tries=-1&only=x",
        "/voice/beep?lang=fr",
    ):
        answer = client.posts(path, known)
        assert answer.status_code == 200
        assert "<Dial" not in answer.text
    assert client.posts("/voice/recorded?lang=en", known, RecordingDuration="x").status_code == 200
    assert client.posts("/voice/status", known, CallStatus="completed").status_code == 204
    assert (client.count(Call), client.count(Callback)) == (1, 1)


def test_the_name_that_the_carrier_knows_is_kept_and_found(client: WebhookClient) -> None:
    client.calls(DIRECT, CallerName="TREMBLAY <b>ELODIE</b>")
    client.posts("/voice/beep?lang=en", CallSid=CALL, To=DIRECT, From=CUSTOMER)
    client.posts("/voice/status", CallSid=CALL, CallStatus="completed")

    def found(session: Session) -> list[str]:
        search = finding.search_from({"words": "tremblay elodie"})
        return [row.contact.caller_name for row in finding.find(session, search, client.desk.zone, true()).callbacks]

    assert client.database.read(found) == ["TREMBLAY <b>ELODIE</b>"]


def test_without_a_database_the_caller_can_still_leave_a_message(client_without_database: WebhookClient) -> None:
    client = client_without_database
    assert "leave a message after the beep" in said(client.goes_on(client.calls(DIRECT)))
    assert "For support, press 1" in said(client.calls(TOLL_FREE))


@pytest.mark.parametrize(
    ("path", "verbs"), [("beep", ["Say", "Say", "Record", "Hangup"]), ("recorded", ["Say", "Hangup"])]
)
def test_after_an_error_the_caller_can_leave_a_message_unless_they_have_left_one(
    client: WebhookClient, monkeypatch: pytest.MonkeyPatch, path: str, verbs: list[str]
) -> None:
    monkeypatch.delattr(flow, "step")
    document = client.document(f"/voice/{path}?lang=fr", CallSid=CALL, To=DIRECT, From=CUSTOMER)
    assert [verb.tag for verb in document] == verbs


def test_a_technician_whose_number_nobody_allowed_is_not_rung_for_a_caller(client: WebhookClient) -> None:
    def goes_abroad(allowed_by: str | None) -> None:
        def work(session: Session) -> None:
            amy = technician_named(session, "Amy Roy")
            amy.phone, amy.phone_allowed_by = "+33142685300", allowed_by

        client.database.write(work)

    client.clock.move_to(TUESDAY_MORNING)
    goes_abroad(None)
    assert client.calls().find("Enqueue") is None
    goes_abroad("sue@example.com")
    assert client.calls(sid="CA" + "2" * 32).find("Enqueue") is not None
