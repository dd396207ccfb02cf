"""Times, numbers and references as people read and hear them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers


def clock_time(at: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """Return the time of day: "10:42 p.m.", "22 h 42"."""
    local = at.astimezone(zone)
    if language == "fr":
        return f"{local.hour} h {local.minute:02d}" if local.minute else f"{local.hour} h"
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'a.m.' if local.hour < 12 else 'p.m.'}"


LANGUAGES = {"en": "English", "fr": "French"}
DAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "fr": ("lu", "ma", "me", "je", "ve", "sa", "di")}


def day_in_words(day: date) -> str:
    """Return a day: "Sat 28 Nov"."""
    return f"{DAYS['en'][day.weekday()]} {day.day} {day:%b}"


def day_and_time(at: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """Return a day and time without its year: "Sat 28 Nov 22:00", "sa 28/11 22:00"."""
    local = at.astimezone(zone)
    if language == "fr":
        return f"{DAYS['fr'][local.weekday()]} {local.day}/{local.month} {local:%H:%M}"
    return f"{day_in_words(local)} {local:%H:%M}"


def moment(at: datetime, zone: ZoneInfo, now: datetime, *, seconds: bool = False) -> str:
    """Return a day and time, with the year unless it is the current one: "Sat 28 Nov 22:12"."""
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{day_in_words(local)}{year} {local:%H:%M:%S}"[: None if seconds else -3]


def ended_once(sentence: str) -> str:
    """Remove the second of two periods, where a sentence ends with "p.m."."""
    return sentence.replace(".m..", ".m.")


def length(seconds: int) -> str:
    """Return the length of a recording: "0:32"."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def span(duration: timedelta) -> str:
    """Return a length of time in whole minutes: "1 h 05 min", "12 min"."""
    minutes = int(duration.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def spelled(reference: str) -> str:
    """Return a reference so that text to speech spells it: "K, T, 4, 1, 7"."""
    return ", ".join(character for character in reference if character.isalnum())


def readable_number(number: str) -> str:
    """Return a phone number in its usual notation, "(514) 555-0123", and anything else unchanged."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    national = parsed.country_code == 1
    style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)
