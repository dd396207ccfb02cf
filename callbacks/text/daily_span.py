"""A span of every day, such as 22:00-07:00."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True)
class DailySpan:
    """From one time of day until another. If it ends earlier than it begins, it ends on the next day."""

    begins: time
    ends: time

    def covers(self, local: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= local < self.ends
        return local >= self.begins or local < self.ends

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


def daily_span(text: str) -> DailySpan:
    """Return the span that "22:00-07:00" means. Raise ValueError."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", text.strip())
    if found is None:
        raise ValueError(f'{text!r} is not a span of the day. Write it as "22:00-07:00".')
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begins == ends:
        raise ValueError(f'"{text}" begins when it ends. Give two different times, such as "22:00-07:00".')
    return DailySpan(begins, ends)


def time_of_day(text: str) -> time:
    """Return the time that "08:00" means. Raise ValueError."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text.strip()):
        raise ValueError(f'{text!r} is not a time of day. Write it as "08:00".')
    return time.fromisoformat(text.strip())
