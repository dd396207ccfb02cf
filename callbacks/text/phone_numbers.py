"""Which numbers may be rung: a customer's number is what the carrier gave us, and is not to be trusted.

A bait call from a premium or high-cost number wants nothing but to be called back, so "+1" is no proof of anything:
a third of the Caribbean answers to it. Only ordinary numbers of the United States and Canada are rung without asking;
any other that exists waits for a named person's consent; what is no number is never rung.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
DEAR_TYPES = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}


# Country codes that belong to no place on the ground: satellites, and networks that bill as they like.
SATELLITES = {870, 881, 882, 883, 878, 979}


@dataclass(frozen=True)
class Verdict:
    """Whether a number may be rung: at once, with a named person's consent, or (no number) never; and why not."""

    number: str | None
    needs_consent: bool = False
    why: str = ""


def verdict_on(caller: str) -> Verdict:
    """Judge what the carrier gave as the caller.

    Words ("ANONYMOUS"), codes for withheld numbers (+266696687) and SIP addresses are never numbers.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", caller):
        return Verdict(None, why="the caller gave no number")
    try:
        number = phonenumbers.parse(caller)
    except phonenumbers.NumberParseException:
        return Verdict(None, why="the caller gave no number")
    if number.country_code in SATELLITES:
        return Verdict(caller, needs_consent=True, why="a satellite or international network, very dear")
    if not phonenumbers.is_valid_number(number):
        return Verdict(None, why="there is no such number")
    return _verdict_on_existing(caller, number)


def verdict_on_written(text: str) -> Verdict:
    """Judge a number that somebody here writes down, in any notation of these countries, or with a country code."""
    try:
        number = phonenumbers.parse(text, "CA")
    except phonenumbers.NumberParseException:
        return Verdict(None, why="that is no phone number")
    verdict = verdict_on(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return verdict if verdict.number is not None else Verdict(None, why="there is no such number")


def _verdict_on_existing(caller: str, number: phonenumbers.PhoneNumber) -> Verdict:
    kind, region = phonenumbers.number_type(number), phonenumbers.region_code_for_number(number)
    if kind == PhoneNumberType.PREMIUM_RATE:
        return Verdict(caller, needs_consent=True, why="a premium-rate number")
    if region not in SAFE_REGIONS and not _is_toll_free(number):
        place = region or f"+{number.country_code}"
        looks_domestic = ", which only looks domestic" if number.country_code == 1 else ""
        return Verdict(caller, needs_consent=True, why=f"a number abroad ({place}){looks_domestic}")
    if kind not in SAFE_TYPES:
        return Verdict(caller, needs_consent=True, why="a special-rate number")
    return Verdict(caller)


def ringable(caller: str) -> str | None:
    """Give the caller's number as E.164 when it may be rung without asking, or None."""
    verdict = verdict_on(caller)
    return None if verdict.needs_consent else verdict.number


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
    if phonenumbers.number_type(number) in DEAR_TYPES or number.country_code in SATELLITES:
        raise ValueError(f"{text!r} is a premium or satellite number. A technician is paged on an ordinary one.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
