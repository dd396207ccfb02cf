"""Texts: out through the REST API, in through a signed webhook."""

from __future__ import annotations

from datetime import date

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulator import SmsHabit
from tests.simulator.conftest import DESK, LINE, Town

AMY = "+15145550101"


def send(town: Town, **options: object) -> str:
    options = {"to": AMY, "from_": LINE, "body": "Call them back", "status_callback": f"{DESK}/sent"} | options
    return str(town.client().messages.create(**options).sid)


def states(town: Town) -> list[str]:
    return [told["MessageStatus"] for told in town.asked("/sent")]


def test_a_text_arrives_and_its_way_is_told(town: Town) -> None:
    sid = send(town)
    assert town.client().messages(sid).fetch().status == "queued"
    town.wait(3)
    (text,) = town.amy().texts
    assert (text.sender, text.body, text.sid) == (LINE, "Call them back", sid)
    assert states(town) == ["sent", "delivered"]  # the first state is told to nobody
    found = town.client().messages(sid).fetch()
    assert (found.status, found.direction, found.num_segments, found.from_) == ("delivered", "outbound-api", "1", LINE)


def test_a_text_through_a_service_begins_as_accepted(town: Town) -> None:
    sid = send(town, from_=None, messaging_service_sid="MG" + "0" * 32)
    assert town.client().messages(sid).fetch().status == "accepted"
    town.wait(3)
    assert states(town) == ["queued", "sent", "delivered"]


@pytest.mark.parametrize(
    ("habit", "last", "code", "arrived"),
    [
        (SmsHabit.UNDELIVERED, "undelivered", 30003, 0),
        (SmsHabit.UNDELIVERED(30005), "undelivered", 30005, 0),
        (SmsHabit.LANDLINE, "undelivered", 30006, 0),
        (SmsHabit.SILENT, "sent", None, 0),
        (SmsHabit.DELIVERED, "delivered", None, 1),
    ],
)
def test_not_every_text_arrives(town: Town, habit: SmsHabit, last: str, code: int | None, arrived: int) -> None:
    town.amy().sms_habit = habit
    sid = send(town)
    town.wait(60)
    assert states(town)[-1] == last
    assert town.asked("/sent")[-1].get("ErrorCode") == (str(code) if code else None)
    assert (town.client().messages(sid).fetch().error_code, len(town.amy().texts)) == (code, arrived)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": "5145550101"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": "+15550001111"}, 21606),
        ({"from_": None}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "nowhere"}, 21609),
    ],
)
def test_what_cannot_be_is_refused_with_twilios_code(town: Town, wrong: dict[str, object], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        send(town, **wrong)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert town.carrier.ledger.messages == []


@pytest.mark.parametrize(("habit", "code"), [(SmsHabit.STOPPED, 21610), (SmsHabit.LANDLINE(21635), 21635)])
def test_some_phones_are_refused_at_once(town: Town, habit: SmsHabit, code: int) -> None:
    town.amy().sms_habit = habit
    with pytest.raises(TwilioRestException) as refused:
        send(town)
    assert refused.value.code == code


def test_a_reply_is_asked_for_and_delivered(town: Town) -> None:
    town.says("/sms", "<Message>It is yours, Amy.</Message>")
    town.amy().send_text(LINE, " 4821 ")
    town.wait(3)
    (asked,) = town.asked("/sms")
    assert (asked["From"], asked["To"], asked["Body"], asked["NumMedia"]) == (AMY, LINE, " 4821 ", "0")
    assert asked["MessageSid"] == asked["SmsSid"] == asked["SmsMessageSid"]
    assert [text.body for text in town.amy().texts] == ["It is yours, Amy."]
    inbound, reply = town.carrier.ledger.messages
    assert (inbound.direction, inbound.status, reply.direction) == ("inbound", "received", "outbound-reply")


def test_a_reply_may_be_in_a_body_or_elsewhere_or_nothing(town: Town) -> None:
    town.says("/sms", "<Redirect>/other</Redirect>")
    town.says("/other", '<Message statusCallback="https://desk.test/sent"><Body>From elsewhere.</Body></Message>')
    town.amy().send_text(LINE, "hello")
    town.wait(3)
    assert [text.body for text in town.amy().texts] == ["From elsewhere."]
    town.answers("/sms", "", 204)
    town.amy().send_text(LINE, "hello")
    town.wait(3)
    assert len(town.amy().texts) == 1


def test_stop_is_heeded_by_the_carrier_until_start(town: Town) -> None:
    town.amy().send_text(LINE, "stop")
    town.wait(3)
    assert "unsubscribed" in town.amy().texts[-1].body
    assert len(town.asked("/sms")) == 1  # the application hears of it
    with pytest.raises(TwilioRestException) as refused:
        send(town)
    assert refused.value.code == 21610
    town.amy().send_text(LINE, "START")
    town.wait(3)
    send(town)


def test_texts_are_listed_by_their_end_and_day(town: Town) -> None:
    sid = send(town)
    town.wait(3)
    town.amy().send_text(LINE, "4821")
    town.wait(3)
    client = town.client()
    assert [message.sid for message in client.messages.list(to=AMY)] == [sid]
    assert [message.direction for message in client.messages.list(from_=AMY)] == ["inbound"]
    assert len(client.messages.list(date_sent_after=date(2026, 11, 29))) == 2
    assert client.messages.list(date_sent_after=date(2026, 11, 30)) == []
    assert client.messages.list(date_sent_before=date(2026, 11, 28)) == []


def test_one_odd_character_makes_more_parts(town: Town) -> None:
    from ivr.simulator.messages import segments

    assert [segments(body) for body in ("é" * 160, "é" * 161, "ê" * 70, "ê" * 71, "€" * 81)] == [1, 2, 1, 2, 2]
