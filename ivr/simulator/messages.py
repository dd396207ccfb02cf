"""Texts: taken from the REST API to the phones, and from the phones to the customer's application.

twilio.com/docs/messaging/api/message-resource, twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urljoin

from ivr.simulator.ledger import Message
from ivr.simulator.phones import Phone, Text
from ivr.simulator.program import ApplicationError, Request
from ivr.simulator.switchboard import API_VERSION, OwnNumber, Switchboard, place_fields
from ivr.simulator.twiml import Verb, read_messaging

# Words that Twilio takes for itself on a long code, in English (twilio.com/docs/messaging/guides/advanced-opt-out).
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "YES", "UNSTOP"}
STOPPED = "You have successfully been unsubscribed. You will not receive any more messages from this number."
STARTED = "You have successfully been re-subscribed to messages from this number."
MOST_REDIRECTS = 10


def send(
    board: Switchboard,
    to: str,
    from_: str,
    body: str,
    *,
    status_callback: str = "",
    service_sid: str | None = None,
    direction: str = "outbound-api",
) -> Message:
    """Take a text for somebody; it goes its way from there."""
    with board.lock:
        now = board.agenda.now if direction == "outbound-reply" else board.agenda.clock.now()
        status = "accepted" if service_sid else "queued"
        message = Message(
            board.sids.next("SM"), to, from_, body, status, now, direction, status_callback, service_sid, None, now
        )
        board.ledger.messages.append(message)
        board.agenda.at(now, partial(_go, board, message))
    return message


def _go(board: Switchboard, message: Message) -> None:
    """Take it from state to state. The first is told to nobody.

    twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
    """
    habit, delays = board.phone(message.to).sms_habit, board.delays
    if message.status == "accepted":
        _becomes(board, message, "queued")
    board.agenda.after(delays.sent, partial(_becomes, board, message, "sent"))
    if habit.last_status == "delivered":
        board.agenda.after(delays.arrives, partial(_arrives, board, message))
    if habit.last_status != "sent":
        board.agenda.after(delays.delivered, partial(_becomes, board, message, habit.last_status, habit.error_code))


def _arrives(board: Switchboard, message: Message) -> None:
    text = Text(board.agenda.now, message.from_, message.body, message.sid)
    board.phone(message.to).texts.append(text)


def _becomes(board: Switchboard, message: Message, status: str, error_code: int | None = None) -> None:
    message.status, message.error_code, message.updated_at = status, error_code, board.agenda.now
    if status == "sent":
        message.sent_at = board.agenda.now
    if not message.status_callback:
        return
    params = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "AccountSid": board.account_sid,
        "From": message.from_,
        "To": message.to,
        "ApiVersion": API_VERSION,
    }
    if error_code is not None:
        params["ErrorCode"] = str(error_code)
    if message.service_sid is not None:
        params["MessagingServiceSid"] = message.service_sid
    board.webhooks.tell("message-status", message.status_callback, "POST", params, board.delays.status)


def take(board: Switchboard, phone: Phone, to: str, body: str) -> None:
    """Somebody texts one of our numbers."""
    number = board.numbers.get(to)
    if number is None:
        known = ", ".join(board.numbers) or "none yet"
        raise ValueError(f"{to} is not one of the carrier's own numbers ({known}). Set it up with own_number().")
    with board.lock:
        now = board.agenda.clock.now()
        message = Message(
            board.sids.next("SM"), to, phone.number, body, "received", now, "inbound", sent_at=now, updated_at=now
        )
        board.ledger.messages.append(message)
        phone.sent.append(Text(now, to, body, message.sid))
    board.gesture(partial(_received, board, number, message))


def _received(board: Switchboard, number: OwnNumber, message: Message) -> None:
    _heed_stop_and_start(board, message)
    if number.sms_url:
        _ask(board, Request(number.sms_url, "sms"), message, MOST_REDIRECTS)


def _heed_stop_and_start(board: Switchboard, message: Message) -> None:
    word, pair = message.body.strip().upper(), (message.from_, message.to)
    if word in STOP and pair not in board.stopped:
        board.stopped.add(pair)
        _answer(board, message, STOPPED)
    elif word in START and pair in board.stopped:
        board.stopped.discard(pair)
        _answer(board, message, STARTED)


def _ask(board: Switchboard, request: Request, message: Message, redirects: int) -> None:
    params = _params(board, message)
    answer, late = board.webhooks.ask(request.kind, request.url, request.method, params)
    try:
        verbs = read_messaging(answer, request.url)
    except ApplicationError as fault:
        board.webhooks.complain(fault.code, str(fault), fault.url)
        return
    board.agenda.after(late, partial(_obey, board, message, verbs, request, redirects))


def _obey(board: Switchboard, message: Message, verbs: tuple[Verb, ...], asked: Request, redirects: int) -> None:
    for verb in verbs:
        if verb.name == "Redirect" and redirects:
            again = replace(asked, url=urljoin(asked.url, verb.text), method=verb.get("method", "POST"))
            return _ask(board, again, message, redirects - 1)
        if verb.name == "Message":
            body = verb.text or next((child.text for child in verb.children), "")
            _answer(board, message, body, verb.get("to"), verb.get("statusCallback"))
    return None


def _answer(board: Switchboard, message: Message, body: str, to: str = "", status_callback: str = "") -> None:
    send(
        board,
        to or message.from_,
        message.to,
        body,
        status_callback=status_callback,
        direction="outbound-reply",
    )


def _params(board: Switchboard, message: Message) -> dict[str, str]:
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "AccountSid": board.account_sid,
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(segments(message.body)),
        "ApiVersion": API_VERSION,
        **place_fields("From", message.from_),
        **place_fields("To", message.to),
    }


GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWICE = set("^{}\\[~]|€")  # each takes the room of two


def segments(body: str) -> int:
    """Count the parts a text is sent in (twilio.com/docs/glossary/what-sms-character-limit)."""
    if set(body) <= GSM_7 | GSM_7_TWICE:
        length, alone, together = len(body) + sum(character in GSM_7_TWICE for character in body), 160, 153
    else:
        length, alone, together = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // together)


@dataclass(frozen=True)
class Refusal:
    """Why a text is not even taken."""

    code: int
    message: str


def refusal(board: Switchboard, to: str, from_: str) -> Refusal | None:
    """Say whether this phone refuses texts from this number when they are created."""
    code = board.phone(to).sms_habit.refused_with
    if (to, from_) in board.stopped:
        code = 21610
    match code:
        case None:
            return None
        case 21610:
            return Refusal(code, "Attempt to send to unsubscribed recipient")
        case _:
            return Refusal(code, f"'To' number {to} cannot receive texts: it is a landline")
