"""The webhooks, turn by turn, as signed requests: what is heard, what is written, and what bad input gets."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import VoicemailState
from callbacks.db.tables import Call, Callback, Event, Page, ReceivedText, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.records import search as finding
from ivr.twilio import webhook
from tests.ivr.webhooks import (
    CALL,
    DIRECT,
    NEXT_TOKEN,
    SATURDAY_NIGHT,
    TOLL_FREE,
    TUESDAY_MORNING,
    Carrier,
    said,
)


@pytest.fixture
def carrier(database: Database) -> Carrier:
    def staff(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", SATURDAY_NIGHT, verified=True)
        store.add_shift(session, read_desk(Path("support.toml")), amy, "primary", None, None, SATURDAY_NIGHT)

    database.write(staff)
    return Carrier(database)


def count(database: Database, table: Any) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(table)) or 0)


def test_the_toll_free_line_asks_and_the_direct_line_does_not(carrier: Carrier) -> None:
    menu = carrier.calls(TOLL_FREE)
    assert "For support, press 1" in said(menu)
    assert menu.find("Gather") is not None
    direct = carrier.calls(DIRECT, sid="CA2")
    assert "We are closed at this hour. Please leave a message after the beep" in said(direct)
    assert "by 10:42 p.m." in said(direct)
    assert "recorded" in said(direct)


def test_every_address_handed_out_is_absolute(carrier: Carrier) -> None:
    for document in (carrier.calls(TOLL_FREE), carrier.calls(DIRECT, sid="CA2")):
        for element in document.iter():
            for name in ("action", "url", "recordingStatusCallback"):
                assert element.get(name, "https://").startswith("https://")
            if element.tag == "Redirect":
                assert (element.text or "").startswith("https://desk.example.com/")


def test_three_wrong_keys_lead_to_support_and_not_to_a_dead_end(carrier: Carrier) -> None:
    document = carrier.calls(TOLL_FREE)
    for _ in range(2):
        gather = document.find("Gather")
        assert gather is not None
        answer = carrier.posts(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From="+15145550199", Digits="7")
        document = webhook_document(answer.text)
        assert "not one of the choices" in said(document)
    gather = document.find("Gather")
    assert gather is not None
    answer = carrier.posts(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From="+15145550199")
    assert "leave a message" in said(webhook_document(answer.text))


def test_nine_speaks_french_from_then_on(carrier: Carrier) -> None:
    gather = carrier.calls(TOLL_FREE).find("Gather")
    assert gather is not None
    answer = carrier.posts(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From="+15145550199", Digits="9")
    gather = webhook_document(answer.text).find("Gather")
    assert gather is not None
    answer = carrier.posts(gather.attrib["action"], CallSid=CALL, To=TOLL_FREE, From="+15145550199", Digits="1")
    assert "vous rappellera avant 22 h 42" in said(webhook_document(answer.text))


def test_in_support_hours_the_technician_is_rung_with_a_screen(carrier: Carrier) -> None:
    carrier.clock.move_to(TUESDAY_MORNING)
    dial = carrier.calls(DIRECT).find("Dial")
    assert dial is not None
    assert (dial[0].text, dial.attrib["callerId"]) == ("+15145550101", DIRECT)
    screen = carrier.posts(dial[0].attrib["url"], CallSid="CA3", To="+15145550101", From=DIRECT)
    assert "Support call on the direct line, from (514) 555-0199. Press 1" in said(webhook_document(screen.text))


def test_the_same_webhook_again_gets_the_same_answer_and_changes_nothing(carrier: Carrier) -> None:
    first = carrier.posts("/voice/incoming", CallSid=CALL, To=DIRECT, From="+15145550199")
    carrier.clock.move_to(TUESDAY_MORNING)  # replayed days later, in support hours
    again = carrier.posts("/voice/incoming", CallSid=CALL, To=DIRECT, From="+15145550199")
    assert again.text == first.text
    assert (count(carrier.database, Call), count(carrier.database, Event)) == (1, 1)


def test_a_whole_voicemail_by_its_webhooks(carrier: Carrier) -> None:
    redirect = carrier.calls(DIRECT).find("Redirect")
    assert redirect is not None
    record = webhook_document(carrier.posts(redirect.text or "", CallSid=CALL, To=DIRECT, From="+1").text).find(
        "Record"
    )
    assert record is not None
    ended = {"CallSid": CALL, "To": DIRECT, "From": "+15145550199", "Digits": "#", "RecordingDuration": "9"}
    thanks = carrier.posts(record.attrib["action"], ended, RecordingUrl="http://169.254.169.254/RE" + "5" * 32)
    assert "Your reference is" in said(webhook_document(thanks.text))
    told = carrier.posts(
        record.attrib["recordingStatusCallback"],
        CallSid=CALL, RecordingSid="RE" + "5" * 32, RecordingStatus="completed", RecordingDuration="8",
    )  # fmt: skip
    assert told.status_code == 204
    voicemail = carrier.database.read(lambda session: session.scalars(select(Voicemail)).one())
    assert (voicemail.state, voicemail.seconds, voicemail.recording_sid) == (
        VoicemailState.RECORDED,
        8,
        "RE" + "5" * 32,
    )
    assert (count(carrier.database, Callback), count(carrier.database, Page)) == (1, 1)


EVERY_PATH = [
    *("/voice/incoming", "/voice/menu", "/voice/ring", "/voice/beep", "/voice/recorded", "/voice/recording"),
    *("/voice/status", "/voice/screen", "/voice/screen/key", "/voice/page", "/voice/page/key", "/voice/page/status"),
    *("/voice/page/notice", "/voice/page/heard", "/voice/connect", "/voice/connect/key", "/voice/connect/ended"),
    *("/voice/connect/outcome", "/voice/connect/status", "/voice/connect/answered", "/sms/incoming", "/sms/status"),
]


def test_no_path_is_forgotten(carrier: Carrier) -> None:
    rules = {rule.rule for rule in carrier.client.application.url_map.iter_rules()} - {"/static/<path:filename>"}
    assert rules == set(EVERY_PATH)


def test_whoever_is_not_the_carrier_gets_403_and_writes_nothing(carrier: Carrier) -> None:
    for path in EVERY_PATH:
        refused_before = webhook.REFUSED.labels(path)._value.get()
        for headers in ({}, {"X-Twilio-Signature": "forged"}, {"X-Twilio-Signature": ""}):
            fields = {"CallSid": CALL, "MessageSid": "SM1", "To": DIRECT, "From": "+15145550101", "Body": "5831"}
            assert carrier.client.post(path, data=fields, headers=headers).status_code == 403
        assert webhook.REFUSED.labels(path)._value.get() == refused_before + 3
    assert (count(carrier.database, Call), count(carrier.database, ReceivedText)) == (0, 0)


def test_get_changes_nothing(carrier: Carrier) -> None:
    assert carrier.client.get("/voice/incoming").status_code in (403, 405)
    assert count(carrier.database, Call) == 0


def test_the_second_token_signs_too(carrier: Carrier) -> None:
    assert carrier.posts("/voice/incoming", CallSid=CALL, To=DIRECT, From="+1", token=NEXT_TOKEN).status_code == 200


HOSTILE = {
    "a word": {"From": "ANONYMOUS"},
    "blank": {"From": ""},
    "keyed anonymous": {"From": "+266696687"},
    "sip": {"From": "sip:mallory@example.com"},
    "huge": {"From": "+1" + "5" * 100_000},
    "nul": {"From": "+1514\x00555", "CallerName": "\x00"},
    "no to": {"To": ""},
    "foreign to": {"To": "+33123456789"},
    "markup": {"From": "</Say><Dial>+19005550123</Dial>"},
    "long digits": {"Digits": "1" * 5000},
    "unicode": {"From": "📞" * 50, "Digits": "１"},
    "surplus": {f"Field{n}": "x" for n in range(10_000)},
    "lone replacement": {"CallerName": "\ufffd"},
}


@pytest.mark.parametrize("fields", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_fields_get_a_sane_answer_and_the_voicemail_is_kept(carrier: Carrier, fields: dict[str, str]) -> None:
    known = {"CallSid": CALL, "To": DIRECT, "From": "+15145550199", **fields}
    for path in (
        "/voice/incoming",
        "/voice/menu?tries=99999999999&lang=xx",
        "/voice/ring?rung=-1",
        "/voice/beep?lang=fr",
    ):
        answer = carrier.posts(path, known)
        assert answer.status_code == 200
        assert "<Dial" not in answer.text
    assert carrier.posts("/voice/recorded?lang=en", known, RecordingDuration="x").status_code == 200
    assert carrier.posts("/voice/status", known, CallStatus="completed").status_code == 204
    assert (count(carrier.database, Call), count(carrier.database, Callback)) == (1, 1)


@pytest.mark.parametrize("sid", ["", "CA", "CA'; DROP TABLE calls", "CA" + "1" * 500, "../../etc"])
def test_without_a_callsid_the_caller_still_hears_something(carrier: Carrier, sid: str) -> None:
    for path in ("/voice/incoming", "/voice/beep", "/voice/recorded", "/voice/page?page=1"):
        answer = carrier.posts(path, CallSid=sid, To=DIRECT, From="+15145550199")
        assert answer.status_code == 200
        assert "<Response" in answer.text
    assert count(carrier.database, Call) == 0


def test_a_body_that_is_too_large_is_refused_at_once(carrier: Carrier) -> None:
    answer = carrier.client.post("/voice/incoming", data={"From": "x" * 3_000_000})
    assert answer.status_code in (403, 413)


def test_bytes_that_are_no_utf8_are_no_500(carrier: Carrier) -> None:
    answer = carrier.client.post(
        "/voice/incoming", data=b"CallSid=CA1&From=%ff%fe", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 403


def test_the_name_that_the_carrier_knows_is_kept_and_found(carrier: Carrier) -> None:
    carrier.calls(DIRECT, CallerName="TREMBLAY <b>ELODIE</b>")
    carrier.posts("/voice/beep?lang=en", CallSid=CALL, To=DIRECT, From="+15145550199")
    carrier.posts("/voice/status", CallSid=CALL, CallStatus="completed")

    def found(session: Session) -> list[str]:
        search = finding.search_from({"words": "tremblay elodie"})
        return [row.call.caller_name for row in finding.find(session, search, carrier.desk.zone, true()).callbacks]

    assert carrier.database.read(found) == ["TREMBLAY <b>ELODIE</b>"]


@pytest.fixture
def expects_errors(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.ERROR):
        yield caplog


def test_without_a_database_the_caller_can_still_leave_a_message(expects_errors: pytest.LogCaptureFixture) -> None:
    carrier = Carrier(Database("postgresql://nobody@127.0.0.1:1/nowhere"))
    assert "leave a message after the beep" in said(carrier.calls(DIRECT))
    assert "For support, press 1" in said(carrier.calls(TOLL_FREE))
    answer = carrier.posts("/sms/incoming", MessageSid="SM1", From="+15145550101", Body="5831")
    assert "send it again" in answer.text


def webhook_document(body: str) -> Element:
    return fromstring(body)
