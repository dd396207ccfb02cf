"""Which numbers may be called. A customer's number is what the carrier reported, and cannot be trusted.

In callback fraud, a premium or expensive number calls once and waits to be called back. "+1" proves nothing, because
much of the Caribbean shares it. Ordinary numbers of some regions are called without consent. Any other valid number
needs a named person's consent, and anything else is never called.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

# Where the company and its customers are (ISO 3166). A number typed without a country code belongs to DEFAULT_REGION.
# Numbers of any other region than these two need a person's consent. A company elsewhere changes both.
DEFAULT_REGION = "CA"
REGIONS_CALLED_WITHOUT_CONSENT = {"US", "CA"}

TYPES_CALLED_WITHOUT_CONSENT = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.VOIP,
}
EXPENSIVE_TYPES = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
# Country codes without a territory: satellite and international networks, which set their own prices.
SATELLITES = {870, 881, 882, 883, 878, 979}


@dataclass(frozen=True)
class NumberCheck:
    """Whether a number may be called. `number` is None if never; `why` is the reason for that or for the consent."""

    number: str | None
    needs_consent: bool = False
    why: str = ""


def check_number(caller: str) -> NumberCheck:
    """Return whether the caller that the carrier reported may be called.

    Words ("ANONYMOUS"), codes for withheld numbers (+266696687) and SIP addresses are not numbers.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", caller):
        return NumberCheck(None, why="the caller gave no number")
    try:
        number = phonenumbers.parse(caller)
    except phonenumbers.NumberParseException:
        return NumberCheck(None, why="the caller gave no number")
    if number.country_code in SATELLITES:
        return NumberCheck(caller, needs_consent=True, why="a satellite or international network, very expensive")
    if not phonenumbers.is_valid_number(number):
        return NumberCheck(None, why="there is no such number")
    return _check_existing(caller, number)


def check_written_number(text: str) -> NumberCheck:
    """Return whether a number that a person typed may be called. It may be in national or international format."""
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return NumberCheck(None, why="that is not a phone number")
    check = check_number(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return check if check.number is not None else NumberCheck(None, why="there is no such number")


def _check_existing(caller: str, number: phonenumbers.PhoneNumber) -> NumberCheck:
    kind, region = phonenumbers.number_type(number), phonenumbers.region_code_for_number(number)
    if kind == PhoneNumberType.PREMIUM_RATE:
        return NumberCheck(caller, needs_consent=True, why="a premium-rate number")
    if region not in REGIONS_CALLED_WITHOUT_CONSENT and not _is_toll_free(number):
        place = region or f"+{number.country_code}"
        looks_domestic = ", which only looks domestic" if number.country_code == 1 else ""
        return NumberCheck(caller, needs_consent=True, why=f"a number abroad ({place}){looks_domestic}")
    if kind not in TYPES_CALLED_WITHOUT_CONSENT:
        return NumberCheck(caller, needs_consent=True, why="a special-rate number")
    return NumberCheck(caller)


def callable_number(caller: str) -> str | None:
    """Return the caller's number (E.164) if it may be called without consent, else None."""
    check = check_number(caller)
    return None if check.needs_consent else check.number


def _is_toll_free(number: phonenumbers.PhoneNumber) -> bool:
    return number.country_code == 1 and phonenumbers.number_type(number) == PhoneNumberType.TOLL_FREE


def technician_number(text: str) -> str:
    """Return a technician's number as E.164. Raise ValueError."""
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} is not a phone number. Write it with its country code, such as +15145550123.")
    if phonenumbers.number_type(number) in EXPENSIVE_TYPES or number.country_code in SATELLITES:
        raise ValueError(f"{text!r} is a premium or satellite number. Give an ordinary one.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
