"""Tickets in another system: where the number of one leads. Pure."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator

from callbacks.desk.parts import Part

BLANK = "{number}"
EXAMPLE = "https://tickets.example.com/{number}"
LONGEST_NUMBER = 80
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._#/-]*")


def ticket_url(text: str) -> str:
    """Return the address of tickets, with a blank for the number. Raise ValueError."""
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname) and parts.username is None and BLANK not in parts.netloc
    except ValueError:
        is_whole = False
    if not is_whole or not text.startswith("https://") or re.search(r"\s", text):
        raise ValueError(f'{text!r} is not an address with https. Write it as "{EXAMPLE}".')
    if text.count(BLANK) != 1 or re.search(r"[{}]", text.replace(BLANK, "")):
        raise ValueError(f'{text!r} has no place for the number. Write {BLANK} once: "{EXAMPLE}".')
    return text


class Tickets(Part):
    """Tickets in another system."""

    url: Annotated[str, AfterValidator(ticket_url)] | None = None  # None: a number is shown without a link

    def link_to(self, number: str) -> str:
        """Return the address of a ticket; "" where there is none."""
        return self.url.replace(BLANK, quote(number, safe="")) if self.url is not None and number else ""


def is_ticket_number(text: str) -> bool:
    """Return whether a text can be the number of a ticket: letters, digits and a few signs."""
    return len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text) is not None
