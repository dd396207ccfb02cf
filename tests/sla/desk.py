"""The desk of the policy, as the tests of sla/ know it: Montreal, 08:30 to 18:00, and a short way to write instants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sla.holidays import StatutoryHolidays
from sla.hours import Closure, SupportHours, Window
from sla.zones import use_newest_rules

use_newest_rules()

TORONTO = ZoneInfo("America/Toronto")
HOLIDAYS = StatutoryHolidays(("US", "CA"), "QC")
NO_HOLIDAYS = StatutoryHolidays(())


def window(text: str) -> Window:
    """Read "08:30-18:00"."""
    opens, closes = text.split("-")
    return Window(time.fromisoformat(opens), time.fromisoformat(closes))


def week(days: Mapping[int, str]) -> dict[int, tuple[Window, ...]]:
    """Read {0: "08:30-12:00 13:00-18:00"}."""
    return {day: tuple(map(window, text.split())) for day, text in days.items()}


WEEKDAYS = week(dict.fromkeys(range(5), "08:30-18:00"))
DESK = SupportHours(TORONTO, WEEKDAYS, HOLIDAYS)


def local(text: str, zone: ZoneInfo = TORONTO) -> datetime:
    """Read "2026-11-27 17:30" as the desk's wall clock; a trailing "*" is the second pass of a repeated hour."""
    shown = datetime.fromisoformat(text.removesuffix("*"))
    # In UTC, because Python calls instants of two zones unequal when one of them is in a repeated hour.
    return shown.replace(tzinfo=zone, fold=int(text.endswith("*"))).astimezone(UTC)


def closure(starts_at: str, ends_at: str, reason: str = "the office party", opens: bool = False) -> Closure:
    return Closure(local(starts_at), local(ends_at), opens, {"en": reason, "fr": f"[{reason}]"})
