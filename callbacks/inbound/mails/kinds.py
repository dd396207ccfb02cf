"""Tells mails that people wrote from those that programs send, which nobody is to answer. Pure.

In doubt a mail is a message: one too many is read for nothing, one too few is lost.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from callbacks.db.states import MailKind

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs an error for each report that it cannot read

LOOP_HEADER = "X-Nightdesk"  # in each mail of ours, with our host: whoever returns a mail mostly keeps its headers
# What our Message-IDs begin with, such as customer-12. Colleagues' mail programs may use our host, but not these.
OUR_MAILS = ("page", "customer", "box", "digest", "invitation", "lock", "reply")
MOST_RECIPIENTS = 50
LONGEST_REPORT = 200_000  # characters that are searched for addresses
LONGEST_VALUE = 500

# How programs begin the subject of an answer. "RE: Automatic reply: ..." is a person's again.
_AUTOMATIC_SUBJECT = re.compile(
    r"(auto(matic|mated)?[- ]?(reply|response)|out of (the )?office([- ]?(auto ?-?reply|reply|message))?|"
    r"vacation (reply|response|message)|away from (my|the) (office|desk|mail)|r[ée]ponse automatique|"
    r"(message d')?absence( du bureau)?|absente?( du bureau)?|avis d'absence) ?(:|$)",
    re.IGNORECASE,
)
_BULK = {"bulk", "list", "junk"}
_LOCAL = re.compile(r"([^\s<>\"@,]{1,64})(?:@|>|$)")  # what is before the @ of an address; some servers write no more
_DAEMONS = {"mailer-daemon", "maildaemon", "mail-daemon"}
_ANSWERERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Vacation")


@dataclass(frozen=True)
class Ours:
    """What tells our own mails and mailboxes from those of others."""

    host: str = ""  # after the @ of our Message-IDs
    addresses: frozenset[str] = frozenset()  # of our mailboxes, lowercase
    authserv_id: str = ""  # the name of our mail server in Authentication-Results; "" if it writes none


@dataclass(frozen=True)
class Sorted:
    """What a mail is, and of a bounce, who was not reached."""

    kind: MailKind
    failed_recipients: tuple[str, ...] = ()
    note: str = ""


def sort_mail(mail: Message, message_id: str, thread: Iterable[str], subject: str, ours: Ours) -> Sorted:
    """Return what kind of mail it is."""
    if is_loop(mail, message_id, ours):
        return Sorted(MailKind.LOOP)
    if _is_report(mail):
        return _sorted_report(mail)
    if _is_automatic(mail, subject):
        return Sorted(MailKind.AUTOMATIC)
    answers_us = any(is_our_id(each, ours.host) for each in thread)
    if not answers_us and _is_of_list(mail, ours):
        return Sorted(MailKind.LIST)
    return Sorted(MailKind.MESSAGE)


def is_loop(mail: Message, message_id: str, ours: Ours) -> bool:
    """Return whether a mail is one of ours that came back."""
    if not ours.host:
        return False
    return ours.host.lower() in _values(mail, LOOP_HEADER) or is_our_id(message_id, ours.host)


def is_our_id(message_id: str, host: str) -> bool:
    """Return whether a message ID is one that we gave."""
    local, at, of = message_id.rpartition("@")
    return (
        bool(at and host)
        and of.lower() == host.lower()
        and local.lower().startswith(tuple(f"{each}-" for each in OUR_MAILS))
    )


def _is_report(mail: Message) -> bool:
    """Return whether a mail server wrote it about a mail. A customer who forwards a bounce is no mail server."""
    if mail.get_content_type() == "multipart/report":
        return True
    senders = {name for value in _values(mail, "From") for name in _LOCAL.findall(value)}
    if senders & _DAEMONS:
        return True
    return _has_empty_return_path(mail) and ("postmaster" in senders or bool(mail.get("X-Failed-Recipients")))


def _sorted_report(mail: Message) -> Sorted:
    """Return what a report is: mail that failed, or news such as a delay or a receipt."""
    about = str(mail.get_param("report-type", "")).lower()
    if mail.get_content_type() == "multipart/report" and about not in ("", "delivery-status"):
        return Sorted(MailKind.AUTOMATIC)  # a receipt, or a complaint about spam
    temporary, permanent = _failures(mail)
    if permanent:
        return Sorted(MailKind.BOUNCE, permanent)
    if temporary:
        note = f"A mail to {', '.join(temporary[:5])} is delayed. Their mail server is still being tried."
        return Sorted(MailKind.AUTOMATIC, note=note)
    if about == "delivery-status" and "failed" not in _actions(mail):
        return Sorted(MailKind.AUTOMATIC)  # it was delivered
    return Sorted(MailKind.BOUNCE, note="The report does not say which address was not reached.")


def _failures(mail: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the addresses that were not reached yet, and those that never will be."""
    try:
        temporary, permanent = all_failures(_beginning_of(mail, [LONGEST_REPORT]))
    except Exception:  # it raises errors of every kind
        return (), ()
    return _addresses(temporary), _addresses(permanent)


def _beginning_of(part: Message, left: list[int]) -> Message:
    """Return a copy of a mail with the beginnings of its texts. All the detectors read all the text."""
    beginning, payload = copy(part), part.get_payload()
    if isinstance(payload, list):
        beginning.set_payload([_beginning_of(each, left) for each in payload if isinstance(each, Message)])
    elif isinstance(payload, str):
        beginning.set_payload(payload[: left[0]])
        left[0] -= min(left[0], len(payload))
    return beginning


def _addresses(found: Iterable[bytes | str]) -> tuple[str, ...]:
    words = (each.decode("ascii", "replace") if isinstance(each, bytes) else each for each in found)
    usable = {word.strip().lower() for word in words if re.fullmatch(r"[!-~]{1,64}@[!-~]{1,190}", word.strip())}
    return tuple(sorted(usable))[:MOST_RECIPIENTS]


def _actions(mail: Message) -> set[str]:
    """Return what a delivery report says became of the mail, for each recipient."""
    statuses = (part for part in mail.walk() if part.get_content_type() == "message/delivery-status")
    blocks = (block for status in statuses if status.is_multipart() for block in status.get_payload())
    return {str(block.get("Action", "")).strip().lower() for block in blocks if isinstance(block, Message)}


def _has_empty_return_path(mail: Message) -> bool:
    paths = mail.get_all("Return-Path", [])
    return bool(paths) and str(paths[0]).strip() in ("<>", "")


def _is_automatic(mail: Message, subject: str) -> bool:
    submitted = (value.partition(";")[0].strip() for value in _values(mail, "Auto-Submitted"))
    if any(value != "no" for value in submitted if value):
        return True
    if any(mail.get(name) for name in _ANSWERERS):
        return True
    # "DR, RN, NRN" asks for no receipts, which people's mails do as well.
    suppressed = {each.strip() for value in _values(mail, "X-Auto-Response-Suppress") for each in value.split(",")}
    if suppressed & {"all", "oof", "autoreply"}:
        return True
    if "auto_reply" in _values(mail, "Precedence") or _has_empty_return_path(mail):
        return True
    return _AUTOMATIC_SUBJECT.match(subject.strip()) is not None


def _is_of_list(mail: Message, ours: Ours) -> bool:
    """Return whether a mail came by a list. A mailbox of ours that is a group marks everything as a list's."""
    if _is_of_our_group(mail, ours):
        return False
    return bool(mail.get("List-Id") or mail.get("List-Unsubscribe") or _BULK & set(_values(mail, "Precedence")))


def _is_of_our_group(mail: Message, ours: Ours) -> bool:
    names = {address.replace("@", ".") for address in ours.addresses}
    return any(found in names for value in _values(mail, "List-Id") for found in re.findall(r"<([^<>]+)>", value))


def _values(mail: Message, name: str) -> list[str]:
    return [str(value)[:LONGEST_VALUE].strip().lower() for value in mail.get_all(name, [])]


def returned_ids(mail: Message) -> Iterator[str]:
    """Yield the message IDs of the mail that a report returns."""
    for part in mail.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            content = part.get_payload(decode=True)
            head = content[:20_000].decode("ascii", "replace") if isinstance(content, bytes) else ""
            yield from re.findall(r"^message-id:\s{0,4}<([^<>\s]{1,500})>", head, re.IGNORECASE | re.MULTILINE)[:1]
