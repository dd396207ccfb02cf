"""Calls that the REST API places, changes, looks up and lists, through Twilio's own client."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulator import Habit
from tests.simulator.conftest import DESK, LINE, TOLL_FREE, Town, words

AMY = "+15145550101"
EVENTS = ["initiated", "ringing", "answered", "completed"]


def place(town: Town, **options: object) -> str:
    options = {"to": AMY, "from_": LINE, "url": f"{DESK}/page", "method": "POST"} | options
    return str(town.client().calls.create(**options).sid)


def test_a_phone_rings_is_answered_and_only_then_hears(town: Town) -> None:
    town.says("/page", f"<Say>{30 * 'x'}</Say>")
    sid = place(town, status_callback=f"{DESK}/progress", status_callback_event=EVENTS)
    client = town.client()
    assert client.calls(sid).fetch().status == "queued"
    town.wait(2)
    leg = town.amy().ringing
    assert leg is not None
    assert (leg.other_party, client.calls(sid).fetch().status) == (LINE, "ringing")
    assert town.asked("/page") == []
    leg.answer()
    town.wait(5)
    assert words(leg) == [30 * "x"]
    assert [told["CallStatus"] for told in town.asked("/progress")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    ended = client.calls(sid).fetch()
    assert (ended.status, ended.direction, ended.duration) == ("completed", "outbound-api", "2")
    assert ended.start_time is not None
    assert ended.end_time - ended.start_time == timedelta(seconds=2)


def test_only_the_end_is_told_unless_more_is_asked_for(town: Town) -> None:
    place(town, status_callback=f"{DESK}/progress", timeout=10)
    town.wait(15)
    assert [told["CallStatus"] for told in town.asked("/progress")] == ["no-answer"]


@pytest.mark.parametrize(
    ("habit", "status"), [(Habit.BUSY, "busy"), (Habit.REJECTS, "busy"), (Habit.UNREACHABLE, "failed")]
)
def test_a_phone_that_is_not_answered(town: Town, habit: Habit, status: str) -> None:
    town.amy().habit = habit
    sid = place(town)
    town.wait(10)
    found = town.client().calls(sid).fetch()
    assert (found.status, found.duration) == (status, "0")


def test_it_rings_for_as_long_as_was_asked(town: Town) -> None:
    sid = place(town, timeout=25)
    town.wait(26)
    assert town.client().calls(sid).fetch().status == "ringing"
    town.wait(1)
    assert town.client().calls(sid).fetch().status == "no-answer"


def test_a_machine_may_be_detected(town: Town) -> None:
    town.amy().habit = Habit.VOICEMAIL(after=timedelta(seconds=5))
    place(town, machine_detection="Enable")
    town.wait(15)
    assert town.asked("/page")[0]["AnsweredBy"] == "machine_start"


def test_a_document_may_come_with_the_call_and_needs_absolute_urls(town: Town) -> None:
    place(town, url=None, twiml=f'<Response><Gather action="{DESK}/key" numDigits="1"/></Response>')
    place(town, url=None, to="+15145550102", twiml='<Response><Gather action="/key"/></Response>')
    town.wait(2)
    for number in (AMY, "+15145550102"):
        leg = town.carrier.phone(number).ringing
        assert leg is not None
        leg.answer()
        leg.press("1#")
    town.wait(6)
    assert len(town.asked("/key")) == 1
    assert town.errors() == [11100]


def test_a_ringing_call_is_canceled_and_a_live_one_completed(town: Town) -> None:
    town.says("/page", '<Pause length="60"/>')
    sid, client = place(town), town.client()
    town.wait(2)
    client.calls(sid).update(status="canceled")
    town.wait()
    assert client.calls(sid).fetch().status == "canceled"
    assert town.amy().ringing is None

    sid = place(town)
    town.wait(2)
    leg = town.amy().ringing
    assert leg is not None
    leg.answer()
    town.wait(5)
    client.calls(sid).update(status="completed")
    town.wait()
    assert (client.calls(sid).fetch().status, leg.state) == ("completed", "ended")
    with pytest.raises(TwilioRestException) as refused:
        client.calls(sid).update(status="completed")
    assert refused.value.code == 21220


def test_a_live_call_is_given_another_document(town: Town) -> None:
    town.says("/voice", '<Say>One moment.</Say><Pause length="60"/>')
    town.says("/elsewhere", "<Say>Elsewhere.</Say>")
    call = town.calls()
    town.wait(3)
    town.client().calls(call.sid).update(url=f"{DESK}/elsewhere", method="POST")
    town.wait(2)
    assert words(call)[-1] == "Elsewhere."


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"to": "911"}, 21211),
        ({"to": ""}, 21201),
        ({"from_": "+15550001111"}, 21210),
        ({"url": "nowhere"}, 21205),
        ({"url": "https://a_b.test/"}, 21205),
        ({"url": None}, 21205),
        ({"url": None, "twiml": "x" * 4001}, 32018),
        ({"timeout": 601}, 21216),
    ],
)
def test_what_cannot_be_is_refused_with_twilios_code(town: Town, wrong: dict[str, object], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        place(town, **wrong)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert town.carrier.ledger.calls == []


def test_a_stranger_is_not_let_in_and_an_api_key_is(town: Town) -> None:
    town.carrier.api_keys["SK" + "0" * 32] = "its secret"
    assert town.client("SK" + "0" * 32, "its secret").calls.list() == []
    with pytest.raises(TwilioRestException) as refused:
        town.client(password="wrong").calls("CA" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_what_does_not_exist_is_not_found(town: Town) -> None:
    client = town.client()
    for look_up in (client.calls("CA0").fetch, client.messages("SM0").fetch, client.recordings("RE0").fetch):
        with pytest.raises(TwilioRestException) as refused:
            look_up()
        assert (refused.value.status, refused.value.code) == (404, 20404)


def test_lists_are_filtered_and_turned_page_by_page(town: Town) -> None:
    town.says("/voice", "<Hangup/>")
    for _ in range(7):
        town.calls()
    town.wait(timedelta(days=1).total_seconds())
    town.calls()
    client = town.client()
    assert len(client.calls.list(page_size=3)) == 8
    assert len(client.calls.list(page_size=3, start_time_after=date(2026, 11, 30))) == 1
    assert len(client.calls.list(page_size=3, start_time_before=date(2026, 11, 29))) == 7
    assert len(client.calls.list(start_time=date(2026, 11, 29))) == 7
    assert client.calls.list(to=TOLL_FREE) == []
    assert len(client.calls.list(to=LINE, from_="+15145550199", status="completed")) == 8
    newest, *_ = client.calls.list(limit=1)
    assert newest.start_time.date() == date(2026, 11, 30)


def test_a_page_follows_the_last_one_whatever_came_in_meanwhile(town: Town) -> None:
    town.says("/voice", "<Hangup/>")
    sids = [town.calls().sid for _ in range(4)]
    first = town.client().calls.page(page_size=2)
    seen = [call.sid for call in first]
    town.calls()
    seen += [call.sid for call in first.next_page()]
    assert seen == sids[::-1]


def test_children_are_listed_by_their_parent(town: Town) -> None:
    town.says("/voice", f"<Dial>{AMY}</Dial>")
    call = town.calls()
    (child,) = town.client().calls.list(parent_call_sid=call.sid)
    assert (child.to, child.parent_call_sid) == (AMY, call.sid)


def test_the_account_and_its_numbers(town: Town) -> None:
    client = town.client()
    assert client.api.v2010.account.fetch().status == "active"
    (number,) = client.incoming_phone_numbers.list()
    assert (number.phone_number, number.voice_url) == (LINE, f"{DESK}/voice")
