"""Creates texts and calls from the fields of a request, or refuses with the code that Twilio would give."""

from __future__ import annotations

import re
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from ivr.simulator.carrier import Carrier
from ivr.simulator.ledger import Call, Message
from ivr.simulator.phones import SmsHabit
from ivr.simulator.rest.errors import Refused

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_BODY = 1600

Form = MultiDict[str, str]


def create_message(carrier: Carrier, form: Form) -> Message:
    to, from_, body = (form.get(name, "") for name in ("To", "From", "Body"))
    if not E164.fullmatch(to):
        raise Refused(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if from_ not in carrier.account.numbers and not form.get("MessagingServiceSid", "").startswith("MG"):
        raise Refused(400, 21606, f"The 'From' phone number {from_} is not a number of this account.")
    _check_body(body)
    if carrier.phone(to).sms_habit is SmsHabit.STOPPED:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    sender = from_ or next(iter(carrier.account.numbers))
    return carrier.texts.send(to, sender, body, status_callback=form.get("StatusCallback", ""))


def _check_body(body: str) -> None:
    if not body:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refused(400, 21617, f"The concatenated message body exceeds the {LONGEST_BODY} character limit.")


def create_call(carrier: Carrier, form: Form) -> Call:
    to, from_, url = (form.get(name, "") for name in ("To", "From", "Url"))
    if not E164.fullmatch(to):
        raise Refused(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if from_ not in carrier.account.numbers:
        raise Refused(400, 21210, f"The source phone number provided, {from_}, is not yet verified.")
    if not url.startswith("http"):
        raise Refused(400, 21205, f"Url is not a valid URL: {url}")
    leg = carrier.calls.place(to, from_, timedelta(seconds=int(form.get("Timeout", "60"))), url)
    leg.status_callback = form.get("StatusCallback", "")
    leg.status_events = set(form.getlist("StatusCallbackEvent")) or {"completed"}
    return leg.call
