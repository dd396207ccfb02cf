"""The webhook of incoming texts."""

from __future__ import annotations

import structlog
from flask import Response
from sqlalchemy.orm import Session

from callbacks.inbound.canaries import take_canary_text
from callbacks.inbound.texts import answer_text
from callbacks.paging.customer_wording import not_saved
from callbacks.text.gsm7 import for_text_message
from ivr.twilio.context import DatabaseUnavailable, current
from ivr.twilio.webhook import (
    field,
    log_not_stored,
    message_sid,
    refusing_altered_replays,
    signed_blueprint,
    text_response,
)

log = structlog.get_logger(__name__)


def ask_to_send_again() -> Response:
    return text_response(for_text_message(not_saved(current().desk)))


blueprint = signed_blueprint("sms", __name__, ask_to_send_again)


@blueprint.post("/sms/incoming")
def incoming() -> Response:
    """Answer a text."""
    context, found, sender, body, now = current(), message_sid(), field("From"), field("Body"), current().now()
    canary = context.desk.canary
    is_for_canary = canary is not None and field("To") == canary.number
    opt_out = field("OptOutType")  # sent only where Advanced Opt-Out is set up
    if found is None or not sender:
        log.warning("a text without a MessageSid or a sender")
        return text_response("")

    def work(session: Session) -> str:
        if is_for_canary:
            take_canary_text(session, body, now)
            return ""
        return answer_text(session, context.desk, found, sender, body, now, opt_out)

    try:
        return text_response(context.write(refusing_altered_replays(work, found)))
    except DatabaseUnavailable as error:
        log_not_stored(error)
        if is_for_canary:  # nobody reads an answer, and it would come back to us
            return text_response("")
        return ask_to_send_again()
