"""The outbox of messages to customers: sends each once, and gives up what is no longer true or worth reading.

Pages go first: while one is due, or the carrier refuses texts, no text to a customer is sent. Their limits are counted
apart, so that these never hold back a page. A reply by mail waits for nothing: a person wrote it, and no text does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.leases import BackOff, Claim
from callbacks.db.states import CallbackState, Channel, CustomerMessageKind, CustomerMessageState, PageState
from callbacks.db.tables import Callback, CustomerMessage, MailMessage, Page, PageAttempt, Subscription
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.links import Links
from callbacks.logs import masked
from callbacks.paging import outages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.mail import Email, Mailer, WrittenBy
from callbacks.paging.channels.twilio import Accepted, Carrier
from callbacks.paging.customer_messages import Heading, why_not_texted
from callbacks.paging.customer_reports import give_up, record_acceptance, settle
from callbacks.paging.mail_replies import NOT_IN_TIME, record_reply_not_sent, record_reply_sent, refused_by_server
from callbacks.paging.sending import LEASE, LOOK_UP_AFTER, Answer, Sending
from callbacks.paging.status_reports import StatusReport
from callbacks.paging.webhook_urls import WebhookUrls
from callbacks.text.bilingual import Words
from callbacks.text.formats import time_for_reader
from callbacks.text.gsm7 import for_text_message
from sla.clock import Clock

log = structlog.get_logger(__name__)

NO_HEADING = Heading()
# Nobody is called back because of a text to a customer, so there is time to be sure that it was not sent.
LOST_AFTER = timedelta(minutes=2)
REFUSED = BackOff(first=timedelta(seconds=15), longest=timedelta(minutes=5))
WAITS_FOR_TEXTS = timedelta(seconds=30)  # while the carrier refuses texts
A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)
LONGEST_THREAD = 20  # message IDs
IS_REPLY = CustomerMessage.kind == CustomerMessageKind.REPLY
# After this, what it says is old news.
WORTH_READING_FOR = {
    CustomerMessageKind.RECEIPT: timedelta(minutes=20),
    CustomerMessageKind.TRIED: timedelta(minutes=10),
    CustomerMessageKind.CLOSED: timedelta(hours=6),
    CustomerMessageKind.ANSWER: timedelta(minutes=20),
    CustomerMessageKind.NOTICE: timedelta(hours=6),
    CustomerMessageKind.SUBSCRIBED: timedelta(hours=1),
    CustomerMessageKind.REPLY: A_DAY,
}


@dataclass(frozen=True)
class CustomerRequest:
    """One request to the carrier or the mail server, complete: no row is read while it is made."""

    action: Literal["send", "look up"]
    message_id: int
    asked_at: datetime
    channel: Channel
    to: str
    words: str
    unsubscribe: str = ""  # the address that ends such mails
    heading: Heading = NO_HEADING
    reply_to: str = ""  # the mailbox that answers are to reach
    references: tuple[str, ...] = ()
    written_by: WrittenBy = WrittenBy.DESK
    language: str = ""
    due: str = ""  # the time by which a receipt promises an answer, in its words


class CustomerOutbox(Sending[CustomerMessage, CustomerRequest]):
    """Sends the messages to customers that are due."""

    def __init__(
        self,
        database: Database,
        carrier: Carrier,
        mailer: Mailer,
        urls: WebhookUrls,
        links: Links,
        desk: Desk,
        clock: Clock,
    ) -> None:
        super().__init__(database)
        self._links = links
        self._carrier, self._mailer, self._urls, self._desk, self._clock = carrier, mailer, urls, desk, clock

    def next_due_at(self) -> datetime | None:
        """Return when the next message is due, or None when none waits."""
        due = CustomerMessage.state == CustomerMessageState.DUE
        earliest = select(func.min(CustomerMessage.next_action_at)).where(due)
        return self._database.read(lambda session: session.scalar(earliest))

    def claim(self) -> Claim[CustomerMessage] | None:
        """Claim the next message: replies first, notices last.

        While pages are due, or once enough was sent in this minute, replies only.
        """
        now = self._clock.now()
        due = select(CustomerMessage).where(
            CustomerMessage.state == CustomerMessageState.DUE, CustomerMessage.next_action_at <= now
        )
        due = due.order_by(~IS_REPLY, CustomerMessage.kind == CustomerMessageKind.NOTICE, CustomerMessage.id)

        def work(session: Session) -> Claim[CustomerMessage] | None:
            lately = _asked(session, (CustomerMessage.asked_at > now - A_MINUTE) & ~IS_REPLY)
            is_held_back = _a_page_is_due(session, now) or lately >= self._desk.limits.texts_to_customers_a_minute
            may_go = due.where(IS_REPLY) if is_held_back else due
            claimed = leases.claim(session, CustomerMessage, may_go, LEASE, now)
            return leases.claim_on(claimed[0]) if claimed else None

        return self._database.write(work)

    # Before the request

    def _prepare(self, session: Session, claim: Claim[CustomerMessage]) -> CustomerRequest | None:
        message, now = _claimed(session, claim), self._clock.now()
        if message is None:
            return None
        if message.asked_at is not None:  # whoever asked has not stored the answer
            return self._request(session, "look up", message, message.asked_at)
        why_not = self._why_not(session, message, now)
        if why_not is not None:
            self._give_up(session, message, why_not, now)
            return None
        if message.channel is Channel.TEXT and Channel.TEXT in outages.refused_channels(session, now):
            message.next_action_at = now + WAITS_FOR_TEXTS
            return None
        message.asked_at, message.tries = now, message.tries + 1
        if message.channel is Channel.MAIL and "@" not in message.message_id:
            message.message_id = f"{message.message_id or f'customer-{message.id}'}@{self._mailer.host}"
        return self._request(session, "send", message, now)

    def _give_up(self, session: Session, message: CustomerMessage, why_not: str, now: datetime) -> None:
        """Record that a message is not sent any more. Somebody counts on a reply, so they are told."""
        if message.kind is not CustomerMessageKind.REPLY:
            give_up(session, message, CustomerMessageState.CANCELLED, why_not, now)
            return
        settle(message, CustomerMessageState.FAILED, " ".join(filter(None, [why_not, message.error])))
        record_reply_not_sent(session, self._desk, message, NOT_IN_TIME, now, supervisors_too=True)

    def _why_not(self, session: Session, message: CustomerMessage, now: datetime) -> str | None:
        """Return why a message is not sent after all, or None."""
        if now - message.created_at > WORTH_READING_FOR[message.kind]:
            return "It could not be sent in time."
        if _is_untrue(session, message):
            return "It is no longer true."
        if message.channel is Channel.MAIL:
            return None
        return why_not_texted(session, self._desk, message.address, now) or self._over_a_limit(session, message, now)

    def _over_a_limit(self, session: Session, message: CustomerMessage, now: datetime) -> str | None:
        limits = self._desk.limits
        today = (CustomerMessage.channel == Channel.TEXT) & (CustomerMessage.asked_at > now - A_DAY)
        theirs = today & (CustomerMessage.address == message.address)
        if _asked(session, theirs) >= limits.texts_to_customer_a_day:
            return "This number has had its texts for a day."
        is_notice = message.kind is CustomerMessageKind.NOTICE
        no_notice = today & (CustomerMessage.kind != CustomerMessageKind.NOTICE)
        if is_notice or _asked(session, no_notice) < limits.texts_to_customers_a_day:
            return None
        alert_supervisors(session, self._desk, "cap on texts to customers", AT_THE_CAP, now, daily=True)
        return "The desk has sent its texts to customers for a day."

    def _request(
        self, session: Session, action: Literal["send", "look up"], message: CustomerMessage, asked_at: datetime
    ) -> CustomerRequest:
        words = for_text_message(message.words) if message.channel is Channel.TEXT else message.words
        is_left_by_link = message.channel is Channel.MAIL and message.subscription_id is not None
        leave = self._links.leave_notices(message.subscription_id or 0) if is_left_by_link else ""
        return CustomerRequest(
            *(action, message.id, asked_at, message.channel, message.address, words, leave),
            heading=Heading(message.subject, message.message_id, message.in_reply_to),
            reply_to=self._mailbox(message),
            references=_thread_before(session, message),
            written_by=_written_by(message),
            language=message.language,
            due=self._due(message),
        )

    def _due(self, message: CustomerMessage) -> str:
        if message.kind is not CustomerMessageKind.RECEIPT or message.callback is None:
            return ""
        return time_for_reader(message.callback.due_at, self._desk.zone, message.created_at, message.language)

    def _mailbox(self, message: CustomerMessage) -> str:
        """Return the address of the mailbox that the customer wrote to, or ""."""
        callback = message.callback
        mailbox = callback.contact.mailbox if callback is not None else ""
        return self._desk.mailboxes[mailbox].address if mailbox in self._desk.mailboxes else ""

    # The request

    def _send(self, request: CustomerRequest) -> Accepted:
        if self._clock.now() - request.asked_at > LEASE:  # another worker may be asking by now
            raise CarrierError("The worker was held up before it asked.", lost=True)
        log.info("sending to a customer", channel=request.channel.value, to=masked(request.to), id=request.message_id)
        if request.channel is Channel.MAIL:
            return self._mailer.send(_email(self._desk, request))
        status_url = self._urls.customer_text_status(request.message_id)
        return self._carrier.send_text(request.to, request.words, status_url)

    def _look_up(self, request: CustomerRequest) -> Accepted | None:
        if request.channel is Channel.MAIL:  # a mail server cannot be asked
            return None
        found = list(self._carrier.find_texts(request.to, request.words, request.asked_at))
        known = self._database.read(lambda session: _known_sids(session, [text.sid for text in found]))
        return next((text for text in found if text.sid not in known), None)

    # After the request

    def _store(self, session: Session, claim: Claim[CustomerMessage], request: CustomerRequest, answer: Answer) -> None:
        message, now = _claimed(session, claim), self._clock.now()
        if message is None:
            log.warning("late answer dropped: the message is settled, or another worker has it", message=claim.key)
            return
        match answer:
            case Accepted(sid, status, code, words):
                record_acceptance(session, message, StatusReport(0, sid, status, code, words=words), now)
                if message.kind is CustomerMessageKind.REPLY:
                    record_reply_sent(session, self._desk, message, now)
            case CarrierError(lost=True):
                message.error, message.next_action_at = str(answer), now + LOOK_UP_AFTER
            case CarrierError() if request.action == "look up":  # the carrier refused the question, not the text
                message.next_action_at = now + REFUSED.after(message.tries)
            case CarrierError():
                _record_refusal(session, self._desk, message, answer, now)
            case None if request.channel is Channel.MAIL or now - request.asked_at >= LOST_AFTER:
                message.asked_at, message.next_action_at = None, now
            case None:
                message.next_action_at = now + LOOK_UP_AFTER


def _email(desk: Desk, request: CustomerRequest) -> Email:
    """Return a message as a mail. The first line of one without a subject is its subject."""
    subject, words = request.heading.subject, request.words
    if not subject:
        subject, _, rest = request.words.partition("\n")
        words = rest.strip() or subject
    return Email(
        *(request.to, subject, words, f"customer-{request.message_id}", request.asked_at, request.unsubscribe),
        message_id=request.heading.message_id,
        in_reply_to=request.heading.in_reply_to,
        references=request.references,
        reply_to=request.reply_to,
        written_by=request.written_by,
        language=request.language,
        desk=desk.company.sender,
        important=(request.due,),
    )


def _written_by(message: CustomerMessage) -> WrittenBy:
    if message.kind is CustomerMessageKind.REPLY:
        return WrittenBy.PERSON
    answers = message.in_reply_to or message.kind is CustomerMessageKind.RECEIPT  # some mails have no message ID
    return WrittenBy.DESK_IN_REPLY if answers else WrittenBy.DESK


def _thread_before(session: Session, message: CustomerMessage) -> tuple[str, ...]:
    """Return the message IDs that the mail which is answered had answered itself, the oldest first."""
    if not message.in_reply_to:
        return ()
    answered = select(MailMessage.thread).where(MailMessage.message_id == message.in_reply_to).limit(1)
    nearest_first = (session.scalar(answered) or "").split()[:LONGEST_THREAD]
    return tuple(reversed(nearest_first))


AT_THE_CAP = Words(
    "the daily cap on texts to customers is reached. They get no receipts until tomorrow. Pages go on.",
    "le plafond du jour des textos aux clients est atteint. Plus d'accusés de réception d'ici demain. Les avis "
    "continuent.",
)


def _record_refusal(session: Session, desk: Desk, message: CustomerMessage, fault: CarrierError, now: datetime) -> None:
    log.warning("message to a customer refused", to=masked(message.address), code=fault.code, cause=str(fault))
    message.asked_at, message.error, message.error_code = None, str(fault), fault.code
    if fault.permanent and message.kind is CustomerMessageKind.REPLY:
        settle(message, CustomerMessageState.FAILED, str(fault))
        why = refused_by_server(fault.code)
        record_reply_not_sent(session, desk, message, why, now, supervisors_too=False)
    elif fault.permanent:
        give_up(session, message, CustomerMessageState.FAILED, str(fault), now)
    else:
        message.next_action_at = now + REFUSED.after(message.tries)


def _claimed(session: Session, claim: Claim[CustomerMessage]) -> CustomerMessage | None:
    """Return the claimed message, locked, or None if the claim was lost or a report has settled it."""
    message = leases.held(session, claim)
    return message if message is not None and message.state is CustomerMessageState.DUE else None


def _a_page_is_due(session: Session, now: datetime) -> bool:
    due = select(Page.id).where(Page.state == PageState.DUE, Page.channel == Channel.TEXT, Page.next_action_at <= now)
    return session.scalar(due.limit(1)) is not None


def _asked(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(CustomerMessage).where(which)) or 0


def _is_untrue(session: Session, message: CustomerMessage) -> bool:
    """Return whether what a message says of a callback is over, or a subscriber wants no more notices."""
    if message.subscription_id is not None:
        subscription = session.get(Subscription, message.subscription_id)
        return message.kind is CustomerMessageKind.NOTICE and (
            subscription is None or subscription.ended_at is not None
        )
    callback = session.get(Callback, message.callback_id) if message.callback_id is not None else None
    if callback is None or message.kind in (CustomerMessageKind.ANSWER, CustomerMessageKind.REPLY):
        return False
    if message.kind is CustomerMessageKind.CLOSED:
        return callback.state is not CallbackState.CLOSED
    is_receipt = message.kind is CustomerMessageKind.RECEIPT
    was_called = callback.attempted_at is not None and callback.attempted_at > message.created_at
    return callback.state is not CallbackState.OPEN or (is_receipt and was_called)


def _known_sids(session: Session, sids: list[str]) -> set[str]:
    ours = select(CustomerMessage.sid).where(CustomerMessage.sid.in_(sids))
    pages = select(PageAttempt.sid).where(PageAttempt.sid.in_(sids))
    return {sid for sid in [*session.scalars(ours), *session.scalars(pages)] if sid is not None}
