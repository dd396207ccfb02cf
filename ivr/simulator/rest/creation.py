"""Creates texts and calls from the fields of a request, or refuses with the code that Twilio would give."""

from __future__ import annotations

from datetime import timedelta

from ivr.simulator.carrier import Carrier
from ivr.simulator.ledger import Message
from ivr.simulator.phones import Leg, SmsHabit
from ivr.simulator.rest.errors import Refused
from ivr.simulator.rest.parameters import Form, check


def create_message(carrier: Carrier, form: Form) -> Message:
    check("create-message", form)
    to, from_, body = (form.get(name, "") for name in ("To", "From", "Body"))
    if from_ and from_ not in carrier.account.numbers:
        raise Refused(400, 21606, f"The 'From' phone number {from_} is not a number of this account.")
    if from_ == to:
        raise Refused(400, 21266, "'To' and 'From' number cannot be the same")
    habit = carrier.phone(to).sms_habit
    if habit is SmsHabit.STOPPED:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    if habit is SmsHabit.NO_TEXTS:
        raise Refused(400, 21614, f"'To' number is not a valid mobile number: {to}")
    sender = from_ or next(iter(carrier.account.numbers))
    return carrier.texts.send(to, sender, body, status_callback=form.get("StatusCallback", ""))


def create_call(carrier: Carrier, form: Form) -> Leg:
    check("create-call", form)
    to, from_, url, document = (form.get(name, "") for name in ("To", "From", "Url", "Twiml"))
    if from_ not in carrier.account.numbers:
        raise Refused(400, 21210, f"The source phone number provided, {from_}, is not yet verified.")
    if not (url or document):
        raise Refused(400, 21205, "The simulator runs the document of a Url, or Twiml, and no application.")
    leg = carrier.calls.place(to, from_, timedelta(seconds=int(form.get("Timeout", "60"))), url, document)
    leg.status_callback = form.get("StatusCallback", "")
    leg.status_events = set(form.getlist("StatusCallbackEvent")) or {"completed"}
    return leg
