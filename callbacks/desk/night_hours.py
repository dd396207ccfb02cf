"""The hours that reports and digests count as night. A night belongs to the day on which it begins. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callbacks.text.daily_span import DailySpan


@dataclass(frozen=True)
class NightHours:
    """The hours, in desk time, that count as night, and those in which a page wakes somebody."""

    night: DailySpan
    sleep: DailySpan

    def evening_of(self, local: datetime) -> date | None:
        """Return the day on which the night of a local time began, or None by day."""
        if not self.night.covers(local.time()):
            return None
        is_evening = local.time() >= self.night.begins or self.night.begins < self.night.ends
        return local.date() if is_evening else local.date() - timedelta(days=1)
