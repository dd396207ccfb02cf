"""The part of `check` that looks at settings: what cannot work, and what is not safe.

The service starts with most of these faults, because answering callers comes first. `settings_from` refuses settings
that cannot be read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from urllib.parse import urlsplit

import phonenumbers
from sqlalchemy.engine import make_url

from callbacks.desk.desk_file import Desk
from callbacks.settings import Settings, imap_setting
from callbacks.text.hosts import is_address, is_loopback
from callbacks.text.mail_address import mail_address

Values = Mapping[str, str]

LEAST_BITS = 64  # of entropy in a key
LONGEST_RATED = 72  # characters: more than enough, and what the estimator takes
FEWEST_DIGITS = 6  # different ones in a SID: 32 random ones have nearly always ten or more
VERIFIED = ("verify-full", "verify-ca")  # PostgreSQL's sslmode, where the certificate of the server is verified
KEYS = ("SECRET_KEY", "SECRET_KEY_SECONDARY", "AUDIT_KEY", "METRICS_TOKEN")
NEW_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"


def settings_faults(values: Values) -> Iterator[str]:
    """Yield the settings that cannot work or are not safe, each with its remedy."""
    yield from _account_faults(values)
    sender = values["TWILIO_FROM"]
    if sender and not _is_sender(sender):
        yield (
            "TWILIO_FROM is not a phone number, short code or messaging service. Use one such as +15145550123, or MG "
            "followed by 32 hex digits."
        )
    if not _is_safe(values["PUBLIC_URL"]):
        yield "PUBLIC_URL is not https, so others on the network can read webhooks, links and passwords. Use https."
    if values["MAIL_FROM"]:
        try:
            mail_address(values["MAIL_FROM"], may_have_name=True)
        except ValueError as fault:
            yield f"MAIL_FROM: {fault}"


def _account_faults(values: Values) -> Iterator[str]:
    for name, prefix in (("TWILIO_ACCOUNT_SID", "AC"), ("TWILIO_API_KEY", "SK")):
        value = values[name]
        if value and not re.fullmatch(prefix + "[0-9a-f]{32}", value):
            yield f"{name} is not a SID ({prefix} followed by 32 hex digits). Copy it from Twilio's console."
        elif value and _is_placeholder(value[2:]):
            yield f"{name} is a placeholder. Copy your own from Twilio's console."


def _is_placeholder(digits: str) -> bool:
    return len(set(digits)) < FEWEST_DIGITS or digits in "0123456789abcdef" * 4 or digits in "1234567890" * 5


def _is_sender(text: str) -> bool:
    if re.fullmatch(r"MG[0-9a-f]{32}|[0-9]{3,8}", text):
        return True
    return _is_phone_number(text)


def _is_phone_number(text: str) -> bool:
    try:
        return text.startswith("+") and phonenumbers.is_valid_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def line_faults(desk: Desk) -> Iterator[str]:
    """Yield the lines whose number is not valid."""
    for name, line in desk.lines.items():
        if not _is_phone_number(line.number):
            yield f"{line.number} ({name}) is not a valid phone number. Correct it in the desk file."


def canary_faults(desk: Desk, sender: str) -> Iterator[str]:
    """Yield why the daily test call cannot work, as far as the settings say."""
    if desk.canary is None:
        return
    if not _is_phone_number(desk.canary.number):
        yield f"{desk.canary.number} (canary) is not a valid phone number. Correct it in the desk file."
    if desk.canary.number == sender:
        yield f"{sender} is TWILIO_FROM and the canary. A number cannot text itself. Use another number for the canary."


def unused_settings(values: Values, desk: Desk) -> Iterator[str]:
    """Yield the settings that the desk file leaves without effect."""
    if values["TRANSCRIBE_MODEL"] and desk.transcript.by != "model":
        yield f'TRANSCRIBE_MODEL is not used, because transcript.by is "{desk.transcript.by}" in the desk file.'


def mailbox_faults(settings: Settings, desk: Desk) -> Iterator[str]:
    """Yield the settings of mailboxes that the desk file does not have."""
    for mailbox in settings.imap_urls:
        if mailbox not in desk.mailboxes:
            yield (
                f"{imap_setting(mailbox)} is for a mailbox {mailbox!r}, which the desk file does not have, so nobody "
                "reads it. Add it there under [mailboxes], or remove the setting."
            )


def bounce_warnings(settings: Settings, desk: Desk) -> Iterator[str]:
    """Yield that nobody may hear of mails that come back, because the desk does not read what is sent to MAIL_FROM."""
    if not settings.smtp_url or not settings.mail_from or not desk.mailboxes:
        return
    try:
        sender = mail_address(settings.mail_from, may_have_name=True)
    except ValueError:  # a fault of its own
        return
    if sender.lower() not in (mailbox.address.lower() for mailbox in desk.mailboxes.values()):
        yield (
            f"mails that cannot be delivered come back to {sender} (MAIL_FROM), which is no mailbox of the desk file. "
            "Use the address of one, or have its mails delivered to one. Otherwise nobody hears that a reply came back."
        )


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme != "http":
        return True
    return is_loopback(parts.hostname or "")


def settings_warnings(values: Values) -> Iterator[str]:
    """Yield keys that are easy to guess, and connections that others could read on the way."""
    yield from _mail_warnings(values["SMTP_URL"])
    yield from _database_warnings(values["DATABASE_URL"])
    yield from _store_warnings(values)
    for name in KEYS:
        if values[name] and (bits := _bits(values[name])) < LEAST_BITS:
            remedy = "Remove it soon" if name == "SECRET_KEY_SECONDARY" else f"Generate a new one: {NEW_KEY}"
            yield f"{name} is easy to guess ({bits:.0f} bits; {LEAST_BITS} are safe). {remedy}."
    for one, other in combinations(KEYS, 2):
        if values[other] and values[one] == values[other]:
            yield f"{other} is the same as {one}. Give each a key of its own: {NEW_KEY}."
    if values["SECRET_KEY_SECONDARY"] and not values["AUDIT_KEY"]:
        yield (
            "SECRET_KEY is rotated and AUDIT_KEY is not set: the seals of the logs are made with a key derived from "
            "SECRET_KEY, so `audit` reports every entry since the change. Set AUDIT_KEY before you rotate."
        )


def _mail_warnings(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    if parts.scheme == "smtp" and parts.password and not is_loopback(host):
        yield (
            f"SMTP_URL is smtp:// and has a password, so mail goes out only while {host} offers STARTTLS. Use "
            f"smtps://{host} if it has that."
        )


def _database_warnings(url: str) -> Iterator[str]:
    if not url.startswith("postgresql") or make_url(url).query.get("sslmode") in VERIFIED:
        return
    hosts = [host for host in _database_hosts(url) if not is_loopback(host)]
    if hosts:
        yield (
            f"DATABASE_URL reaches {' and '.join(hosts)} without sslmode=verify-full, so somebody on the way can read "
            "and change everything. Add ?sslmode=verify-full&sslrootcert=FILE, the certificate of its authority."
        )


def _store_warnings(values: Values) -> Iterator[str]:
    parts = urlsplit(values["AWS_ENDPOINT_URL"])
    if values["MEDIA_URL"] and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        yield "AWS_ENDPOINT_URL is not https, so others on the network can read recordings and mails. Use https."


def _database_hosts(url: str) -> Iterator[str]:
    """Yield the hosts that PostgreSQL is looked for on, but not the directories of sockets."""
    parts = make_url(url)
    given = [parts.query.get(name, ()) for name in ("host", "hostaddr")]
    several = [parts.host or "", *(each for one in given for each in ((one,) if isinstance(one, str) else one))]
    for host in ",".join(several).split(","):
        if host and not host.startswith(("/", "@")):
            yield host if ":" not in host or is_address(host) else urlsplit(f"//{host}").hostname or host


def _bits(key: str) -> float:
    """Return how many bits it takes to guess a key (zxcvbn: dictionaries, keyboard rows, repetitions, dates)."""
    from zxcvbn import zxcvbn  # here, because its dictionaries take 14 MB and every process has this module

    return math.log2(max(1, int(zxcvbn(key[:LONGEST_RATED])["guesses"])))
