"""The mailboxes that customers write to, as the desk file describes them."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator

from callbacks.desk.parts import Part
from callbacks.text.mail_address import mail_address


class MailboxMeaning(enum.Enum):
    """What a mail to a mailbox asks for (POLICY, Lines)."""

    NORMAL = "normal"  # a first reaction in support hours
    EMERGENCY = "emergency"  # the same as an after-hours call, at any hour
    ESCALATION = "escalation"  # a manager


class Mailbox(Part):
    """A mailbox of ours."""

    address: Annotated[str, AfterValidator(mail_address)]
    meaning: MailboxMeaning


def mailbox_faults(mailboxes: Mapping[str, Mailbox]) -> Iterator[str]:
    """Yield what is wrong with the mailboxes together."""
    addresses = [mailbox.address.lower() for mailbox in mailboxes.values()]
    for name, mailbox in mailboxes.items():
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name):
            yield f"mailboxes.{name}: use lowercase letters, digits and hyphens, such as support."
        if addresses.count(mailbox.address.lower()) > 1:
            yield f"mailboxes.{name}: {mailbox.address} belongs to two mailboxes. Give each its own address."
