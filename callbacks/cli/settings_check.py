"""The part of `check` that judges settings: what cannot work, and what is not safe.

The service starts with most of these, because a desk that answers its phones is better than none. What it cannot even
read is refused by `settings_from`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import phonenumbers
from sqlalchemy.engine import make_url

from callbacks.desk.desk_file import Desk
from callbacks.text.hosts import is_loopback
from callbacks.text.mail_address import mail_address

Values = Mapping[str, str]

LEAST_BITS = 64  # of entropy in a key
LONGEST_RATED = 72  # characters: more than enough, and what the estimator takes
FEWEST_DIGITS = 6  # different ones in a SID: 32 random ones have nearly always ten or more
VERIFIED = ("verify-full", "verify-ca")  # PostgreSQL's sslmode, where the certificate of the server is verified
KEYS = ("SECRET_KEY", "AUDIT_KEY", "METRICS_TOKEN")
NEW_KEY = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"


def settings_faults(values: Values) -> Iterator[str]:
    """Yield what is set and cannot work, or is not safe at all, each with its remedy."""
    yield from _account_faults(values)
    sender = values["TWILIO_FROM"]
    if sender and not _is_sender(sender):
        yield (
            "TWILIO_FROM is neither a phone number, nor a short code, nor a messaging service. Give one such as "
            "+15145550123, or MG and 32 hex digits."
        )
    if not _is_safe(values["PUBLIC_URL"]):
        yield "PUBLIC_URL is not https: everybody on the way can read the webhooks, links and log-ins. Use https."
    if values["MAIL_FROM"]:
        try:
            mail_address(values["MAIL_FROM"], may_have_name=True)
        except ValueError as fault:
            yield f"MAIL_FROM: {fault}"


def _account_faults(values: Values) -> Iterator[str]:
    for name, prefix in (("TWILIO_ACCOUNT_SID", "AC"), ("TWILIO_API_KEY", "SK")):
        value = values[name]
        if value and not re.fullmatch(prefix + "[0-9a-f]{32}", value):
            yield f"{name} is not a SID. It is {prefix} and 32 hex digits: copy it from Twilio's console."
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
    """Yield the lines whose number cannot exist."""
    for name, line in desk.lines.items():
        if not _is_phone_number(line.number):
            yield f"{line.number} ({name}) is not a phone number that exists. Correct it in the desk file."


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme != "http":
        return True
    return is_loopback(parts.hostname or "")


def settings_warnings(values: Values) -> Iterator[str]:
    """Yield what works, but could be guessed, or read on the way to another machine."""
    yield from _mail_warnings(values["SMTP_URL"])
    yield from _database_warnings(values["DATABASE_URL"])
    for name in KEYS:
        if values[name] and (bits := _bits(values[name])) < LEAST_BITS:
            yield f"{name} could be guessed ({bits:.0f} bits, {LEAST_BITS} are safe). Make a new one: {NEW_KEY}."


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


def _database_hosts(url: str) -> Iterator[str]:
    """Yield the hosts that PostgreSQL is looked for on, but not the directories of sockets."""
    parts = make_url(url)
    given = [parts.query.get(name, ()) for name in ("host", "hostaddr")]
    several = [parts.host or "", *(each for one in given for each in ((one,) if isinstance(one, str) else one))]
    for host in ",".join(several).split(","):
        if host and not host.startswith(("/", "@")):
            yield host if ":" not in host or is_loopback(host) else urlsplit(f"//{host}").hostname or host


def _bits(key: str) -> float:
    """Return how many bits it takes to guess a key (zxcvbn: dictionaries, keyboard rows, repetitions, dates)."""
    from zxcvbn import zxcvbn  # here, because its dictionaries take 14 MB and every process has this module

    return math.log2(max(1, int(zxcvbn(key[:LONGEST_RATED])["guesses"])))
