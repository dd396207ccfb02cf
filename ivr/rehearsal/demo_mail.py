"""The mails of the demo: visitors write to the desk's mailboxes, and read what it sends. No mail server is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from callbacks.cli.context import Service
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.errors import DeskError
from callbacks.inbound.mails.receive import Outcome, Received
from callbacks.inbound.mails.take import taker
from callbacks.paging.channels.mail import Mailer
from callbacks.text.mail_address import mail_address
from ivr.rehearsal.simulated_desk import MAIL_FROM
from ivr.simulator.browser.mail import MailInBox, NotSent, WrittenMail

MAILBOXES = {
    "support": Mailbox(
        address="support@desk.example",
        meaning=MailboxMeaning.NORMAL,
        name={"en": "support mailbox", "fr": "boîte du soutien"},
    ),
    "emergency": Mailbox(
        address="emergency@desk.example",
        meaning=MailboxMeaning.EMERGENCY,
        name={"en": "emergency mailbox", "fr": "boîte des urgences"},
    ),
    "escalations": Mailbox(
        address="escalations@desk.example",
        meaning=MailboxMeaning.ESCALATION,
        name={"en": "escalations mailbox", "fr": "boîte des escalades"},
    ),
}
WRITER = ("Dana Cole", "dana@hudsonmail.example")
MOST_KEPT = 200
SHOWN = 30


def with_mailboxes(desk: Desk) -> Desk:
    """Return a desk with the mailboxes of the demo if it has none of its own."""
    return desk if desk.mailboxes else desk.model_copy(update={"mailboxes": MAILBOXES})


@dataclass(frozen=True)
class KeepingMailer(Mailer):
    """Keeps the newest mails in place of sending them."""

    url: str = "smtp://mail.invalid"
    sender: str = MAIL_FROM
    kept: list[EmailMessage] = field(default_factory=list)

    def deliver(self, message: EmailMessage) -> None:
        self.kept.append(message)
        del self.kept[:-MOST_KEPT]


class DemoMail:
    """The mail program of a visitor."""

    def __init__(self, service: Service, sent_by_desk: KeepingMailer) -> None:
        self._desk, self._clock, self._kept = service.desk, service.clock, sent_by_desk.kept
        self._take = taker(service.settings, service.desk, service.database, service.clock)

    @property
    def mailboxes(self) -> Sequence[tuple[str, str]]:
        """The name and the address of each mailbox."""
        return [(name, mailbox.address) for name, mailbox in self._desk.mailboxes.items()]

    @property
    def writer(self) -> tuple[str, str]:
        """The name and the address that are filled in at first."""
        return WRITER

    def send(self, mail: WrittenMail) -> str:
        """Have the desk take a mail in, and return what became of it. Raise NotSent."""
        mailbox = next((name for name, address in self.mailboxes if address == mail.to), None)
        if mailbox is None:
            raise NotSent(f"{mail.to!r} is not one of the desk's mailboxes.")
        now = self._clock.now()
        try:
            raw = self._message(mail, now).as_bytes(policy=SMTP)
        except (MessageError, ValueError) as fault:
            raise NotSent(f"The mail was not sent. {fault}") from None
        try:
            return in_words(self._take(mailbox, raw, now))
        except DeskError as fault:
            raise NotSent(f"The desk did not take the mail. {fault}") from None

    def inbox(self, address: str) -> Sequence[MailInBox]:
        """Return the mails to an address, newest first."""
        found = [mail for mail in self._kept[:] if _address_in(mail, "To") == address.strip().lower()]
        return [self._shown(mail) for mail in found[: -SHOWN - 1 : -1]]

    def _message(self, mail: WrittenMail, now: datetime) -> EmailMessage:
        sender = mail_address(mail.sender)
        message = EmailMessage()
        message["From"] = Address(mail.sender_name, addr_spec=sender)
        message["To"] = Address(addr_spec=mail.to)
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        before = next((each for each in self._kept[:] if _id_of(each) == mail.answers), None)
        if before is not None:
            message["In-Reply-To"] = before["Message-ID"]
            message["References"] = f"{before.get('References', '')} {before['Message-ID']}".strip()
        message.set_content(mail.words)
        return message

    def _shown(self, mail: EmailMessage) -> MailInBox:
        addresses = [address for _, address in self.mailboxes]
        answer_to = _address_in(mail, "Reply-To")
        words = mail.get_body(("plain",))
        return MailInBox(
            id=_id_of(mail),
            at=mail["Date"].datetime.isoformat(),
            sender=str(mail["From"]),
            answer_to=answer_to if answer_to in addresses else addresses[0],
            subject=str(mail["Subject"]),
            words=words.get_content() if words is not None else "",
        )


def in_words(received: Received) -> str:
    """Return what became of a mail."""
    match received.outcome:
        case Outcome.OPENED | Outcome.JOINED | Outcome.REOPENED:
            return f"Stored. It {received.outcome.value} {received.reference}."
        case Outcome.NOTED:
            return f"Stored. It comes from a colleague's address, so it is only noted for {received.reference}."
        case Outcome.STORED:
            return "Stored. It looks like an automatic mail, so nobody is paged."
        case Outcome.KNOWN:
            return "It was stored before."


def _id_of(mail: EmailMessage) -> str:
    return str(mail["Message-ID"]).strip("<>")


def _address_in(mail: EmailMessage, header: str) -> str:
    value = mail[header]
    return value.addresses[0].addr_spec.lower() if value is not None and value.addresses else ""
