"""A bad night, on request."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from ivr.simulator import Fault
from tests.simulator.conftest import DESK, LINE, Town, words

AMY = "+15145550101"


def text(town: Town, body: str = "hello") -> None:
    town.client().messages.create(to=AMY, from_=LINE, body=body, status_callback=f"{DESK}/sent")


def call(town: Town) -> None:
    town.client().calls.create(to=AMY, from_=LINE, url=f"{DESK}/page")


# Requests


@pytest.mark.parametrize(
    ("what", "status", "done"),
    [("429", 429, 0), ("500", 500, 0), ("503", 503, 0), ("500 but done", 500, 1), ("503 but done", 503, 1)],
)
@pytest.mark.parametrize(("where", "create"), [("messages", text), ("calls", call)])
def test_the_api_answers_with_an_error(
    town: Town, where: str, create: object, what: str, status: int, done: int
) -> None:
    town.carrier.faults.add(Fault(where, what))
    assert callable(create)
    with pytest.raises(TwilioRestException) as refused:
        create(town)
    assert refused.value.status == status
    assert refused.value.code == (20429 if status == 429 else 20500)
    assert len(town.carrier.ledger.messages) + len(town.carrier.ledger.calls) == done
    create(town)  # it struck once


def test_it_is_done_and_the_answer_never_comes(town: Town) -> None:
    town.carrier.faults.add(Fault("messages", "answer lost"))
    with pytest.raises(requests.ReadTimeout):
        text(town)
    town.wait(3)
    assert len(town.amy().texts) == 1


@pytest.mark.parametrize("what", ["reset", "refused connection"])
def test_it_is_not_done_and_the_connection_breaks(town: Town, what: str) -> None:
    town.carrier.faults.add(Fault("calls", what))
    with pytest.raises(requests.ConnectionError, match="refused" if what.startswith("refused") else "reset"):
        call(town)
    assert town.carrier.ledger.calls == []


def test_a_slow_answer_is_a_timeout_for_the_impatient(town: Town) -> None:
    town.carrier.faults.add(Fault("messages", "slow", by=timedelta(seconds=5)))
    text(town)  # patience is 10 seconds
    town.carrier.faults.add(Fault("messages", "slow", by=timedelta(seconds=11)))
    with pytest.raises(requests.ReadTimeout):
        text(town)
    assert len(town.carrier.ledger.messages) == 2


def test_lists_fail_too(town: Town) -> None:
    town.carrier.faults.add(Fault("lists", "500"))
    town.carrier.faults.add(Fault("lists", "answer lost"))
    client = town.client()
    with pytest.raises(TwilioException):
        client.calls.list()
    with pytest.raises(requests.ReadTimeout):
        client.recordings.list()
    assert client.messages.list() == []


def test_a_fault_strikes_only_what_it_is_meant_for_and_so_often(town: Town) -> None:
    town.carrier.faults.add(Fault("messages", "429", times=2, match={"Body": "first"}))
    town.carrier.faults.add(Fault("messages", "500", match="cond"))
    town.carrier.faults.add(Fault("messages", "503", match=lambda form: form["Body"].endswith("!")))
    text(town, "other")
    for body, status in (("first", 429), ("first", 429), ("second", 500), ("third!", 503)):
        with pytest.raises(TwilioRestException) as refused:
            text(town, body)
        assert refused.value.status == status
    for body in ("first", "second", "third!"):
        text(town, body)


def test_chance_is_the_same_every_time(town: Town) -> None:
    outcomes = []
    for _ in range(2):
        town.carrier.faults.random = random.Random(7)
        town.carrier.faults.add(Fault("messages", "429", times=100, chance=0.5))
        outcomes.append([_accepted(town) for _ in range(20)])
        town.carrier.faults.clear()
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {True, False}


def _accepted(town: Town) -> bool:
    try:
        text(town)
    except TwilioRestException:
        return False
    return True


# Webhooks


def states(town: Town) -> list[str]:
    return [told["MessageStatus"] for told in town.asked("/sent")]


def test_a_report_is_lost(town: Town) -> None:
    town.carrier.faults.add(Fault("message-status", "lost", match={"MessageStatus": "sent"}))
    text(town)
    town.wait(3)
    assert states(town) == ["delivered"]


def test_a_report_comes_twice_under_the_same_token(town: Town) -> None:
    town.carrier.faults.add(Fault("message-status", "doubled"))
    text(town)
    town.wait(3)
    assert states(town) == ["sent", "sent", "delivered"]


def test_a_report_is_late(town: Town) -> None:
    town.carrier.faults.add(Fault("message-status", "late", by=timedelta(minutes=2)))
    text(town)
    town.wait(60)
    assert states(town) == ["delivered"]
    town.wait(70)
    assert states(town) == ["delivered", "sent"]


def test_reports_change_places(town: Town) -> None:
    town.carrier.faults.add(Fault("message-status", "reordered"))
    text(town)
    town.wait(3)
    assert states(town) == ["delivered", "sent"]


def test_a_report_that_no_other_follows_comes_all_the_same(town: Town) -> None:
    town.says("/voice", "<Hangup/>")
    town.carrier.faults.add(Fault("status", "reordered"))
    town.calls()
    town.wait(60)
    assert len(town.asked("/status")) == 1


def test_a_document_is_lost_and_the_call_fails(town: Town) -> None:
    town.carrier.faults.add(Fault("voice", "lost"))
    caller = town.calls()
    town.wait(10)
    assert town.asked("/voice") == []
    assert "application error" in words(caller)[-1]
    assert town.errors() == [11200]


def test_a_document_is_asked_for_twice(town: Town) -> None:
    town.says("/voice", "<Say>Hello.</Say>")
    town.carrier.faults.add(Fault("voice", "doubled"))
    caller = town.calls()
    town.wait(3)
    assert len(town.asked("/voice")) == 2
    assert words(caller) == ["ring", "Hello."]


def test_a_document_comes_late_or_too_late(town: Town) -> None:
    town.says("/voice", "<Say>Hello.</Say>")
    town.carrier.faults.add(Fault("voice", "late", by=timedelta(seconds=10)))
    slow = town.calls()
    town.wait(9)
    assert words(slow) == ["ring"]
    town.wait(2)
    assert words(slow) == ["ring", "Hello."]

    town.carrier.faults.add(Fault("voice", "late", by=timedelta(seconds=15)))
    too_slow = town.calls()
    town.wait(20)
    assert "application error" in words(too_slow)[-1]
    assert town.errors() == [11200]


def test_an_action_is_not_any_other_document(town: Town) -> None:
    town.says("/voice", "<Redirect>/menu</Redirect>")
    town.says("/menu", '<Gather action="/key" numDigits="1"/>')
    town.carrier.faults.add(Fault("action", "lost"))
    caller = town.calls()
    caller.press("1")
    town.wait(10)
    assert len(town.asked("/menu")) == 1
    assert town.errors() == [11200]


def test_an_inbound_text_is_lost(town: Town) -> None:
    town.carrier.faults.add(Fault("sms", "lost"))
    town.amy().send_text(LINE, "4821")
    town.wait(3)
    assert town.asked("/sms") == []
    assert town.errors() == [11200]
    assert town.client().messages.list(from_=AMY)[0].body == "4821"  # the list still has it
