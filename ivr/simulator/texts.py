"""Texts on their way: to a phone, with their delivery reports, and from a phone to one of our numbers."""

from __future__ import annotations

from datetime import timedelta

from ivr.simulator.account import Account
from ivr.simulator.events import EventQueue
from ivr.simulator.faults import Place
from ivr.simulator.ledger import Direction, Message, MessageStatus, Webhook
from ivr.simulator.phones import REPORT_DELAY, Phone, Phones, SmsHabit, Text
from ivr.simulator.twiml.reader import read_reply, words_of
from ivr.simulator.twiml.rules import BadTwiml
from ivr.simulator.webhooks import Webhooks

SENT_AFTER = timedelta(milliseconds=300)
ARRIVES_AFTER = 2 * SENT_AFTER
ERROR_CODES = {
    SmsHabit.UNDELIVERED: 30003,
    SmsHabit.LANDLINE: 30006,
    SmsHabit.UNREGISTERED: 30034,
}
# The carrier acts on these words itself (twilio.com/docs/messaging), and passes the texts on all the same.
STOP_WORDS = {"stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"}
START_WORDS = {"start", "unstop", "yes"}


class Texts:
    def __init__(self, account: Account, events: EventQueue, webhooks: Webhooks, phones: Phones) -> None:
        self._account, self._events, self._webhooks, self._phones = account, events, webhooks, phones

    # To a phone

    def send(
        self, to: str, from_: str, body: str, direction: Direction = Direction.OUTBOUND_API, status_callback: str = ""
    ) -> Message:
        sid, now = self._account.new_sid("SM"), self._events.now
        message = Message(sid, to, from_, body, direction, MessageStatus.QUEUED, now, status_callback)
        self._account.ledger.messages.append(message)
        self._events.later(SENT_AFTER, lambda: self._send(message))
        self._events.later(ARRIVES_AFTER, lambda: self._arrive(message))
        return message

    def overtake(self, message: Message) -> None:
        """Let a text arrive and be reported before whoever sent it has the response."""
        self._set_status(message, MessageStatus.SENT, delay=None)
        self._arrive(message, delay=None)

    def _send(self, message: Message) -> None:
        if message.status is MessageStatus.QUEUED:
            self._set_status(message, MessageStatus.SENT)

    def _arrive(self, message: Message, delay: timedelta | None = REPORT_DELAY) -> None:
        if message.arrived_at is not None:
            return
        message.arrived_at = self._events.now
        if message.to in self._account.numbers:
            self._set_status(message, MessageStatus.DELIVERED, delay)
            self.receive(self._phones.with_number(message.from_), message.to, message.body)
            return
        phone = self._phones.with_number(message.to)
        match self._habit(phone):
            case SmsHabit.DELIVERED:
                phone.texts.append(Text(self._events.now, message.from_, message.body, message.sid))
                self._set_status(message, MessageStatus.DELIVERED, delay)
            case habit if habit in ERROR_CODES:
                message.error_code = ERROR_CODES[habit]
                self._set_status(message, MessageStatus.UNDELIVERED, delay)

    def _habit(self, phone: Phone) -> SmsHabit:
        fault = self._account.faults.take_kind(Place.TEXT_ARRIVES, phone.number)
        return SmsHabit(fault.value) if fault is not None else phone.sms_habit

    def _set_status(self, message: Message, status: MessageStatus, delay: timedelta | None = REPORT_DELAY) -> None:
        message.status = status
        self._webhooks.report_message(message, delay)

    # From a phone

    def receive(self, phone: Phone, to: str, body: str) -> None:
        """Take a text from a phone to one of our numbers, and send what the application replies."""
        sid, now = self._account.new_sid("SM"), self._events.now
        message = Message(sid, to, phone.number, body, Direction.INBOUND, MessageStatus.RECEIVED, now)
        self._account.ledger.messages.append(message)
        _act_on_word(phone, body.strip().casefold())
        own = self._account.numbers.get(to)
        reply = self._webhooks.fetch_reply(own.sms_url, message) if own is not None and own.sms_url else None
        if reply is not None:
            self._reply(message, reply)

    def _reply(self, message: Message, reply: Webhook) -> None:
        try:
            verbs = read_reply(reply.body, reply.content_type)
        except BadTwiml as error:
            self._account.ledger.errors.append(str(error))
            return
        for verb in verbs:
            if verb.tag != "Message":
                continue
            if self._phones.with_number(message.from_).sms_habit is SmsHabit.STOPPED:
                self._account.ledger.errors.append(f"21610 A reply to {message.from_}, who has texted STOP")
            else:
                self.send(message.from_, message.to, words_of(verb), Direction.OUTBOUND_REPLY)


def _act_on_word(phone: Phone, word: str) -> None:
    if word in STOP_WORDS:
        phone.sms_habit = SmsHabit.STOPPED
    elif word in START_WORDS:
        phone.sms_habit = SmsHabit.DELIVERED
