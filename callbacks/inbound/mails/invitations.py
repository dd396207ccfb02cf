"""Says what an invitation in a mail is about: what, when and where (iCalendar, RFC 5545). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from icalendar import vText
from icalendar.parser import Contentline, Contentlines

LONGEST = 100_000  # characters
LONGEST_VALUE = 300
_WANTED = {"SUMMARY", "DTSTART", "DTEND", "LOCATION", "RRULE"}
_TITLES = {"CANCEL": "Cancelled invitation", "REPLY": "Answer to an invitation"}


def invitation_in_words(calendar: str) -> str:
    """Return the first event of a calendar in a few lines, or "" if there is none that can be read."""
    found: dict[str, tuple[str, str]] = {}
    inside: list[str] = []
    method = ""
    for line in _lines(calendar):
        name, zone, value = _parts(line)
        if name == "BEGIN":
            inside.append(value.upper())
        elif name == "END":
            if value.upper() == "VEVENT":
                break
            inside = inside[:-1]
        elif name == "METHOD":
            method = value.upper()
        elif inside[-1:] == ["VEVENT"] and name in _WANTED:
            found.setdefault(name, (value, zone))
    return "\n".join(_described(found, method)) if "DTSTART" in found else ""


def _lines(calendar: str) -> list[Contentline]:
    try:
        return list(Contentlines.from_ical(calendar[:LONGEST]))  # type: ignore[no-untyped-call]
    except Exception:  # it raises errors of every kind
        return []


def _parts(line: Contentline) -> tuple[str, str, str]:
    """Return the name, the time zone and the value of a line."""
    try:
        name, parameters, value = line.parts()
        return str(name).upper(), str(parameters.get("TZID", "")), str(value)
    except Exception:  # it raises errors of every kind
        return "", "", ""


def _described(found: Mapping[str, tuple[str, str]], method: str) -> list[str]:
    title, what = _TITLES.get(method, "Invitation"), _text(found.get("SUMMARY", ("", ""))[0])
    lines = [f"{title}: {what}" if what else title]
    starts, ends = _time(*found["DTSTART"]), _time(*found["DTEND"]) if "DTEND" in found else ""
    repeats = " (repeats)" if "RRULE" in found else ""
    lines.append(f"When: {starts}{f' to {ends}' if ends else ''}{repeats}")
    if where := _text(found.get("LOCATION", ("", ""))[0]):
        lines.append(f"Where: {where}")
    return lines


def _text(value: str) -> str:
    return " ".join(str(vText.from_ical(value[:LONGEST_VALUE])).split())


def _time(value: str, zone: str) -> str:
    """Return an instant as the invitation gives it."""
    digits = re.match(r"(\d{8})(?:T(\d{4})\d{0,2}(Z?))?", value)
    if digits is None:
        return value[:40]
    day, clock, utc = digits.groups()
    try:
        if clock is None:
            return datetime.strptime(day, "%Y%m%d").strftime("%Y-%m-%d")  # noqa: DTZ007
        named = "UTC" if utc else zone[:60]
        at = datetime.strptime(day + clock, "%Y%m%d%H%M").strftime("%Y-%m-%d %H:%M")  # noqa: DTZ007
    except ValueError:
        return value[:40]
    return f"{at} ({named})" if named else at
