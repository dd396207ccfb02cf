"""Email addresses: one check, wherever an address enters."""

from __future__ import annotations

import email_validator

LONGEST_SHOWN = 80

# A mail server inside a company may have such a name, and the tests use them.
for _name in ("local", "localhost", "test"):
    email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(_name)


def mail_address(text: str, *, may_have_name: bool = False) -> str:
    """Return an email address as mail servers take it: its domain in ASCII and lower case. Raise ValueError.

    Letters with accents before the @ are refused, because few servers take them. With `may_have_name`, a name may be
    in front, as in "Night Desk <desk@example.com>"; the address is returned without it.
    """
    try:
        found = email_validator.validate_email(
            text.strip(),
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
            allow_display_name=may_have_name,
        )
    except email_validator.EmailNotValidError as fault:
        raise ValueError(f"{text[:LONGEST_SHOWN]!r} is not an email address. {fault}") from None
    return found.ascii_email or ""
