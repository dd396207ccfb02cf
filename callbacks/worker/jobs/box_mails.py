"""Mails links to messages in other boxes than that of support. Nobody is paged about these.

A mail is retried until it is sent. What cannot be mailed is shown on the console, and supervisors are alerted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database, insert_once
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import BackOff, Claim
from callbacks.db.states import VoicemailState
from callbacks.db.tables import BoxMail, Call, Callback, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.box_messages import BoxMessage, box_mail, box_not_mailed
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # longer than a mail server may take to answer
PAUSES = BackOff(first=timedelta(minutes=1), longest=timedelta(hours=1))
ALERTED_AFTER = timedelta(minutes=15)
AT_ONCE = 20  # mails in one run
NO_BOX = Words("The desk file no longer has this box.", "Le fichier du bureau n'a plus cette boîte.")


@dataclass(frozen=True)
class DueMail:
    """A mail to be sent. Without an address, its box is no longer in the desk file."""

    claim: Claim[BoxMail]
    box: str
    email: Email | None


class BoxMailer:
    """Sends the mails that are due."""

    def __init__(self, database: Database, mailer: Mailer, desk: Desk, public_url: str, clock: Clock) -> None:
        self._database, self._mailer, self._desk = database, mailer, desk
        self._public_url, self._clock = public_url, clock

    def send_due(self) -> None:
        """Mail what has come in, and again what could not be mailed before."""
        now = self._clock.now()
        self._database.write(lambda session: _write_mails(session, now))
        for due in self._database.write(lambda session: self._claim(session, now)):
            self._send(due)

    def _claim(self, session: Session, now: datetime) -> list[DueMail]:
        query = select(BoxMail).where(BoxMail.sent_at.is_(None), BoxMail.next_action_at <= now)
        rows = leases.claim(session, BoxMail, query.order_by(BoxMail.next_action_at), LEASE, now, AT_ONCE)
        return [DueMail(leases.claim_on(row), row.voicemail.call.box, self._email(row)) for row in rows]

    def _email(self, mail: BoxMail) -> Email | None:
        call = mail.voicemail.call
        box = self._desk.boxes.get(call.box)
        if box is None:
            return None
        about = BoxMessage(
            box=self._desk.box_name(call.box),
            caller=self._desk.dialing_rules.check(call.customer_number or call.caller).in_words,
            line=self._desk.line_name(call.line),
            began_at=call.began_at,
            seconds=mail.voicemail.seconds,
            is_lost=mail.voicemail.state is VoicemailState.FAILED,
            url=f"{self._public_url}/boxes#message-{mail.voicemail_id}",
        )
        words = box_mail(about, self._desk.zone)
        desk_name = self._desk.company.sender
        subject = f"{desk_name}: {about.box.english}, {about.caller.english}"
        return Email(box.mail, subject, words, f"box-{mail.id}", mail.created_at, desk=desk_name)

    def _send(self, due: DueMail) -> None:
        try:
            if due.email is None:
                raise CarrierError(NO_BOX.english, permanent=True, french=NO_BOX.french)
            self._mailer.send(due.email)
        except CarrierError as failure:
            fault = failure
            self._database.write(lambda session: self._failed(session, due, fault))
            return
        self._database.write(lambda session: self._sent(session, due))

    def _sent(self, session: Session, due: DueMail) -> None:
        mail = leases.held(session, due.claim)
        if mail is None:
            return
        now = self._clock.now()
        mail.tries += 1
        mail.sent_at, mail.next_action_at, mail.error = now, None, ""
        address = due.email.to if due.email is not None else ""
        record_event(session, mail.voicemail.call_sid, now, Actor.DESK, EventKind.BOX_MAILED, f"to {address}")

    def _failed(self, session: Session, due: DueMail, fault: CarrierError) -> None:
        mail = leases.held(session, due.claim)
        if mail is None:
            return
        now = self._clock.now()
        mail.tries += 1
        mail.error, mail.next_action_at = str(fault), now + PAUSES.after(mail.tries)
        log.error("a message in a box could not be mailed; it is tried again", box=due.box, cause=str(fault))
        if fault.permanent or now - mail.created_at >= ALERTED_AFTER:
            words = box_not_mailed(self._desk.box_name(due.box), Words(str(fault), fault.french))
            alert_supervisors(session, self._desk, f"box {due.box}", words, now, daily=True)


def _write_mails(session: Session, now: datetime) -> None:
    """Write a mail for each message in a box that has none.

    A lost one is mailed too: its caller can be called. While the call lasts, its caller may record again.
    """
    has_mail = select(BoxMail.id).where(BoxMail.voicemail_id == Voicemail.id)
    has_callback = select(Callback.id).where(Callback.contact_sid == Call.sid)  # it was opened for support
    to_mail = (
        select(Voicemail.id)
        .join(Call, Call.sid == Voicemail.call_sid)
        .where(Call.box != "", Call.ended_at.is_not(None), Voicemail.is_replaced.is_(False))
        .where(Voicemail.state.in_((VoicemailState.RECORDED, VoicemailState.FAILED)))
        .where(~has_mail.exists(), ~has_callback.exists())
    )
    for voicemail_id in session.scalars(to_mail).all():
        insert_once(session, BoxMail, voicemail_id=voicemail_id, created_at=now, next_action_at=now, tries=0, token=0)
