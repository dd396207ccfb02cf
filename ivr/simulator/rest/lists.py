"""Lists of resources: filtered by the request's parameters, newest first, one page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode

Row = TypeVar("Row")
Parameters = Mapping[str, str]


def matches(parameters: Parameters, name: str, value: str) -> bool:
    """Return whether a value is the one that a parameter asks for, if it asks for any."""
    return parameters.get(name, value) == value


def on_days(
    rows: Iterable[Row], parameters: Parameters, name: str, instant: Callable[[Row], datetime | None]
) -> list[Row]:
    """Filter by whole UTC days, as Twilio does: `Name`, `Name>` (on or after), `Name<` (on or before)."""
    exact, after, before = (_day(parameters, name + suffix) for suffix in ("", ">", "<"))

    def keeps(row: Row) -> bool:
        at = instant(row)
        if at is None:
            return exact is after is before is None
        day = at.astimezone(UTC).date()
        return (exact is None or day == exact) and (after is None or day >= after) and (before is None or day <= before)

    return [row for row in rows if keeps(row)]


def _day(parameters: Parameters, name: str) -> date | None:
    text = parameters.get(name, "")
    return date.fromisoformat(text[:10]) if text else None


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list."""

    rows: list[Row]
    number: int
    size: int
    is_last: bool

    def next_url(self, path: str, parameters: Parameters) -> str | None:
        """Return the address of the next page, if there is one."""
        following = {**parameters, "PageSize": str(self.size), "Page": str(self.number + 1)}
        return None if self.is_last else f"{path}?{urlencode(following)}"


def page_of(rows: list[Row], parameters: Parameters) -> Page[Row]:
    """Return the page that the parameters ask for, of rows in the order of their creation."""
    size, number = int(parameters.get("PageSize", "50")), int(parameters.get("Page", "0"))
    start, end = number * size, (number + 1) * size
    return Page(rows[::-1][start:end], number, size, is_last=len(rows) <= end)
