"""The mailboxes that customers write to, as the desk file describes them."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from callbacks.desk.parts import Language, Part, both_languages
from callbacks.text.duration import duration
from callbacks.text.mail_address import mail_address

Duration = Annotated[timedelta, BeforeValidator(duration)]


class MailboxMeaning(enum.Enum):
    """What a mail to a mailbox asks for (POLICY, Lines)."""

    NORMAL = "normal"  # a first reaction in support hours
    EMERGENCY = "emergency"  # the same as an after-hours call, at any hour
    ESCALATION = "escalation"  # a manager


class Mailbox(Part):
    """A mailbox of ours."""

    address: Annotated[str, AfterValidator(mail_address)]
    meaning: MailboxMeaning
    name: Annotated[Mapping[Language, str], AfterValidator(both_languages)] = {}  # for people: "support mailbox"


class MailRules(Part):
    """What the desk does with mails from customers."""

    joins_within: Duration = timedelta(hours=1)  # a mail is about the open callback that its sender had this long ago
    reopens_within: Duration = timedelta(days=14)  # a callback that was resolved this long ago
    unknown_emergencies_an_hour: int = Field(ge=0, le=1000, default=10)  # more of unknown senders wait until morning
    receipts: bool = True  # the reference and the time, once for each callback; also that it closed
    receipts_to_sender_a_day: int = Field(ge=0, le=100, default=5)
    receipts_a_day: int = Field(ge=0, default=200)
    authserv_id: str = Field(max_length=255, default="")  # the name of our mail server in Authentication-Results


def mailbox_faults(mailboxes: Mapping[str, Mailbox]) -> Iterator[str]:
    """Yield what is wrong with the mailboxes together."""
    addresses = [mailbox.address.lower() for mailbox in mailboxes.values()]
    for name, mailbox in mailboxes.items():
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
            yield f"mailboxes.{name}: use lowercase letters, digits and hyphens, such as support."
        if addresses.count(mailbox.address.lower()) > 1:
            yield f"mailboxes.{name}: {mailbox.address} belongs to two mailboxes. Give each its own address."
