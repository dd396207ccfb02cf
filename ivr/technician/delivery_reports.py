"""The status callbacks of pages, by text and by phone, and of texts to customers."""

from __future__ import annotations

from flask import Response

from callbacks.db.states import CarrierStatus, carrier_status
from callbacks.inbound.follow_up_question import ask_by_text
from callbacks.paging.customer_reports import take_customer_report
from callbacks.paging.status_reports import StatusReport, take_report
from ivr.twilio.context import current
from ivr.twilio.webhook import (
    call_sid,
    field,
    message_sid,
    no_content,
    number_in_query,
    signed_blueprint,
    store,
    whole_number,
)

LONGEST_WORDS = 200  # of the carrier, about an error

blueprint = signed_blueprint("delivery_reports", __name__, no_content)


@blueprint.post("/voice/page/status")
def call_status() -> Response:
    leg, status = call_sid(), carrier_status(field("CallStatus"))
    stored = _store_status(leg, status)
    if leg is None or status is not CarrierStatus.COMPLETED:
        return stored
    context, now = current(), current().now()
    # In a transaction of its own, because the end of a call locks the call before its pages.
    store(lambda session: ask_by_text(session, context.desk, leg, now))
    return stored


@blueprint.post("/sms/status")
def text_status() -> Response:
    sid, status, message_id = message_sid(), carrier_status(field("MessageStatus")), number_in_query("message")
    if sid is None or not message_id:
        return _store_status(sid, status)
    report, now = _report(sid, status), current().now()
    return store(lambda session: take_customer_report(session, message_id, report, now))


def _store_status(sid: str | None, status: CarrierStatus) -> Response:
    if sid is None:
        return no_content()
    context, now, report = current(), current().now(), _report(sid, status)
    return store(lambda session: take_report(session, context.desk, report, now))


def _report(sid: str, status: CarrierStatus) -> StatusReport:
    codes, words = (whole_number("ErrorCode"), whole_number("SipResponseCode")), field("ErrorMessage")[:LONGEST_WORDS]
    return StatusReport(number_in_query("attempt"), sid, status, *codes, words)
