"""The webhook of texts that come in."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from callbacks.inbound.texts import answer_text
from ivr.twilio.webhook import DatabaseAway, Exchange, field, message_sid, not_stored, signed_blueprint, texted

log = structlog.get_logger(__name__)

TRY_AGAIN = "That could not be noted just now. Please send it again in a minute."


def sms_blueprint(exchange: Exchange) -> Blueprint:
    sms = signed_blueprint("sms", exchange)

    @sms.post("/sms/incoming")
    def incoming() -> Response:
        found = message_sid()
        sender, words, now = field("From"), field("Body"), exchange.clock.now()
        if found is None or not sender:
            log.warning("a text without a MessageSid or a sender")
            return texted("")
        try:
            return texted(
                exchange.write(lambda session: answer_text(session, exchange.desk, found, sender, words, now))
            )
        except DatabaseAway as fault:
            not_stored(fault)
            return texted(TRY_AGAIN)

    @sms.errorhandler(Exception)
    def apologize(fault: Exception) -> ResponseReturnValue:
        if isinstance(fault, HTTPException):
            return fault.get_response()
        log.exception("a text could not be answered", path=request.path)
        return texted(TRY_AGAIN)

    return sms
