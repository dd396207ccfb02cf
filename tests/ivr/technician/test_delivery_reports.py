"""Status callbacks of pages, as signed requests."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptState, CarrierStatus, Channel, CustomerMessageKind
from callbacks.db.tables import CustomerMessage, PageAttempt
from callbacks.paging.customer_messages import Recipient, write_message
from callbacks.paging.status_reports import LATE_WITHIN
from tests.ivr.technician.night import AMYS_CALL, Night
from tests.ivr.webhook_client import WebhookClient


def attempt(night: Night) -> PageAttempt:
    query = select(PageAttempt).where(PageAttempt.page_id == night.page_id)
    return night.client.database.read(lambda session: session.scalars(query).one())


def test_the_status_of_a_call_is_stored_on_its_attempt(night: Night) -> None:
    path = f"/voice/page/status?attempt={attempt(night).id}"
    answer = night.client.posts(path, CallSid=AMYS_CALL, CallStatus="failed", ErrorCode="32205")
    assert answer.status_code == 204
    assert (attempt(night).carrier_status, attempt(night).error_code) == (CarrierStatus.FAILED, 32205)


def test_how_the_network_ended_a_call_is_stored_and_worded(night: Night) -> None:
    path = f"/voice/page/status?attempt={attempt(night).id}"
    night.client.posts(path, CallSid=AMYS_CALL, CallStatus="failed", SipResponseCode="503")
    assert (attempt(night).sip_code, attempt(night).error_code) == (503, None)
    assert attempt(night).error == "Not delivered: the phone network is out of order or overloaded (SIP 503)."


def test_a_code_that_is_not_known_has_the_carriers_words(night: Night) -> None:
    path = f"/voice/page/status?attempt={attempt(night).id}"
    night.client.posts(path, CallSid=AMYS_CALL, CallStatus="failed", ErrorCode="39999", ErrorMessage="Full moon")
    assert attempt(night).error == "Not delivered: Full moon (39999)."


def test_a_report_of_another_call_or_without_a_sid_changes_nothing(night: Night) -> None:
    path = f"/voice/page/status?attempt={attempt(night).id}"
    for sid in ("CA" + "5" * 32, "", "nonsense"):
        assert night.client.posts(path, CallSid=sid, CallStatus="completed").status_code == 204
    assert attempt(night).carrier_status is CarrierStatus.IN_PROGRESS


def test_a_report_without_a_sid_is_not_taken_for_an_attempt_whose_sid_is_unknown(night: Night) -> None:
    path = f"/voice/page/status?attempt={attempt(night).id}"
    night.client.database.write(lambda session: session.execute(update(PageAttempt).values(sid=None)))
    assert night.client.posts(path, CallStatus="completed").status_code == 204
    assert attempt(night).carrier_status is CarrierStatus.IN_PROGRESS


def test_a_report_names_a_request_only_while_that_is_under_way(night: Night) -> None:
    path = f"/voice/page/status?attempt={attempt(night).id}"
    night.client.clock.pass_time(LATE_WITHIN)
    for state in (AttemptState.REFUSED, AttemptState.LOST, AttemptState.SENDING):
        unknown = {"sid": None, "state": state, "carrier_status": CarrierStatus.NONE}
        night.client.database.write(lambda session, row=unknown: session.execute(update(PageAttempt).values(row)))  # type: ignore[misc]
        assert night.client.posts(path, CallSid=AMYS_CALL, CallStatus="ringing").status_code == 204
        assert (attempt(night).sid == AMYS_CALL) is (state is AttemptState.SENDING)


def test_a_report_on_a_request_that_was_lost_moments_ago_is_taken(night: Night) -> None:
    unknown = {"sid": None, "state": AttemptState.LOST, "carrier_status": CarrierStatus.NONE}
    night.client.database.write(lambda session: session.execute(update(PageAttempt).values(unknown)))
    path = f"/voice/page/status?attempt={attempt(night).id}"
    assert night.client.posts(path, CallSid=AMYS_CALL, CallStatus="ringing").status_code == 204
    assert (attempt(night).sid, attempt(night).state) == (AMYS_CALL, AttemptState.ACCEPTED)


def test_a_report_on_a_text_is_not_taken_for_one_on_a_call(night: Night) -> None:
    unknown = {"sid": None, "state": AttemptState.SENDING}
    night.client.database.write(lambda session: session.execute(update(PageAttempt).values(unknown)))
    fields = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "undelivered"}
    assert night.client.posts(f"/sms/status?attempt={attempt(night).id}", fields).status_code == 204
    assert attempt(night).sid is None


def test_without_a_database_the_report_is_refused_for_now(client_without_database: WebhookClient) -> None:
    for path, fields in {
        "/voice/page/status?attempt=1": {"CallSid": AMYS_CALL, "CallStatus": "completed"},
        "/sms/status?attempt=1": {"MessageSid": "SM" + "1" * 32, "MessageStatus": "delivered"},
    }.items():
        assert client_without_database.posts(path, fields).status_code == 503


def test_a_report_on_a_text_to_a_customer_is_stored_on_it(night: Night) -> None:
    database, now = night.client.database, night.client.clock.now()
    to = Recipient(Channel.TEXT, "+15145550123", "en")

    def write(session: Session) -> int:
        write_message(session, CustomerMessageKind.RECEIPT, "any", to, "noted", now)
        return session.scalars(select(CustomerMessage.id).where(CustomerMessage.occasion == "any")).one()

    message_id = database.write(write)
    path, sid = f"/sms/status?message={message_id}", f"SM{7:032}"
    for status in ("sent", "delivered"):
        assert night.client.posts(path, MessageSid=sid, MessageStatus=status).status_code == 204
    found = database.read(lambda session: session.get_one(CustomerMessage, message_id))
    assert (found.sid, found.carrier_status) == (sid, CarrierStatus.DELIVERED)
