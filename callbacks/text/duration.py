"""Durations as people write them: "30m", "4h"."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: object) -> object:
    """Return "30m" as half an hour, and a timedelta as it is. Raise ValueError."""
    if isinstance(text, timedelta):
        return text
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f'{text!r} is not a duration. Write a number and s, m, h or d, such as "30m".')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
