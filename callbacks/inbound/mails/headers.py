"""Reads what the headers of a mail say: who wrote it, when, and in answer to what. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.policy import default
from email.utils import parsedate_to_datetime

from callbacks.inbound.mails.parts import MailPart, decoded_words
from callbacks.inbound.mails.plain_text import in_one_line
from callbacks.text.mail_address import mail_address

LONGEST_SENDER = 1_500  # characters that are looked at
LONGEST_SUBJECT, LONGEST_ADDRESS, LONGEST_NAME, LONGEST_ID = 255, 255, 100, 255
MOST_IDS = 50
EARLIEST, LATEST = timedelta(days=-365), timedelta(days=1)  # after that much, a Date is wrong rather than late

NO_SENDER = "Its From header has no usable address."
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]]{1,64}@[^\s<>@,;:\"()\[\]]{1,190}")
_ID = re.compile(r"<([^<>\s]{1,2000})>")


@dataclass(frozen=True)
class Sender:
    """Who wrote a mail, as it says."""

    address: str
    name: str
    notes: tuple[str, ...] = ()


def sender_of(mail: MailPart) -> Sender:
    """Return who a mail says it is from."""
    value = ", ".join(mail.get_all("From", []))[:LONGEST_SENDER]
    named: dict[str, str] = {}
    for address, name in _addresses(value):
        if f"{address}@" in value:
            continue  # amy@example.com@other.example is nobody's
        try:
            named.setdefault(mail_address(address).lower()[:LONGEST_ADDRESS], name)
        except Exception:  # noqa: S112 - no address that a mail could be sent to
            continue
    if len(named) == 1:
        [(address, name)] = named.items()
        return Sender(address, in_one_line(name, LONGEST_NAME))
    if not named:
        return Sender("", in_one_line(decoded_words(value), LONGEST_NAME), (NO_SENDER,))
    return Sender("", "", (f"Its From header names {len(named)} addresses, so it is not known who wrote it.",))


def _addresses(value: str) -> list[tuple[str, str]]:
    """Return the addresses in a From header with their names."""
    try:
        header = default.header_factory("From", value)
        found = [(each.addr_spec, decoded_words(each.display_name)) for each in header.addresses]
    except Exception:  # the email package raises errors of every kind
        found = []
    return found if any("@" in address for address, _ in found) else [(each, "") for each in _ADDRESS.findall(value)]


def _ids(value: str) -> list[str]:
    return [in_one_line(each, LONGEST_ID) for each in _ID.findall(value)]


def message_id_of(mail: MailPart) -> str:
    value = mail.get("Message-ID", "")
    return next(iter(_ids(value)), in_one_line(value.strip("<> "), LONGEST_ID))


def thread_of(mail: MailPart, message_id: str) -> tuple[str, ...]:
    answered = [each for value in mail.get_all("In-Reply-To", []) for each in _ids(value)]
    earlier = [each for value in mail.get_all("References", []) for each in _ids(value)]
    ids = dict.fromkeys([*answered, *reversed(earlier)])
    return tuple(each for each in ids if each and each != message_id)[:MOST_IDS]


def sent_at_of(mail: MailPart, now: datetime) -> tuple[datetime | None, tuple[str, ...]]:
    value = mail.get("Date", "")
    if not value:
        return None, ("It does not say when it was sent.",)
    unusable = (f"Its date cannot be true: {in_one_line(value, LONGEST_NAME)}.",)
    try:
        read = parsedate_to_datetime(value)
        at = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except Exception:  # the email package raises errors of every kind
        return None, unusable
    return (at, ()) if EARLIEST <= at - now <= LATEST else (None, unusable)


def subject_of(mail: MailPart) -> str:
    """Return the subject in one line."""
    return in_one_line(decoded_words(mail.get("Subject", "")), LONGEST_SUBJECT)
