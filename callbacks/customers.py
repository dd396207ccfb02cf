"""Which numbers may be rung: a customer's number is what the carrier gave us, and is not to be trusted.

A bait call from a premium or high-cost number wants nothing but to be called back, so "+1" is no proof of anything:
a third of the Caribbean answers to it. Only the United States and Canada, only ordinary numbers.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberType

SAFE_REGIONS = {"US", "CA"}
SAFE_TYPES = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.VOIP,
}


def ringable(caller: str) -> str | None:
    """Give the caller's number as E.164 when it is safe to ring, or None.

    Words ("ANONYMOUS"), codes for withheld numbers (+266696687), SIP addresses, premium numbers and numbers
    outside the United States and Canada are not.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", caller):
        return None
    try:
        number = phonenumbers.parse(caller)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.region_code_for_number(number) not in SAFE_REGIONS and not _is_toll_free(number):
        return None
    return caller if phonenumbers.number_type(number) in SAFE_TYPES else None


def _is_toll_free(number: phonenumbers.PhoneNumber) -> bool:
    return number.country_code == 1 and phonenumbers.number_type(number) == PhoneNumberType.TOLL_FREE


def technician_number(text: str) -> str:
    """Check a technician's number, in any notation. Raises ValueError with the remedy."""
    try:
        number = phonenumbers.parse(text, "CA")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValueError(f"{text!r} is not a phone number. Write it with its country code, such as +15145550123.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
