"""The statutory holidays that close the desk, worked out from the laws themselves and from nothing else.

`python -m tests.sla.statutory_rules` prints the table that is checked in as `holidays_2024_2033.txt`.

- United States: 5 U.S.C. 6103. A holiday on a Saturday is observed on the Friday before (6103(b)), on a Sunday on the
  Monday after (Executive Order 11582).
- Canada: Canada Labour Code, sections 166 and 193(2). One that falls on a Saturday or Sunday is kept on a working day
  next to it: here the next one that is free.
- Quebec: Act respecting labour standards, section 60; National Holiday Act: 24 June, on a Sunday, moves to the 25th.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
DAY = timedelta(days=1)


def easter(year: int) -> date:
    """The Gregorian computus, as Meeus gives it."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def nth(number: int, weekday: int, year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + DAY * ((weekday - first.weekday()) % 7 + 7 * (number - 1))


def last_before(weekday: int, day: date) -> date:
    """The last such weekday before `day`."""
    return day - DAY * ((day.weekday() - weekday - 1) % 7 + 1)


def united_states(year: int) -> Iterator[tuple[date, str]]:
    yield from observed_in_the_united_states(date(year, 1, 1), "New Year's Day")
    yield nth(3, MONDAY, year, 1), "Martin Luther King Jr. Day"
    yield nth(3, MONDAY, year, 2), "Presidents' Day"
    yield last_before(MONDAY, date(year, 6, 1)), "Memorial Day"
    yield from observed_in_the_united_states(date(year, 6, 19), "Juneteenth")
    yield from observed_in_the_united_states(date(year, 7, 4), "Independence Day")
    yield nth(1, MONDAY, year, 9), "Labour Day"
    yield nth(2, MONDAY, year, 10), "Columbus Day"
    yield from observed_in_the_united_states(date(year, 11, 11), "Veterans Day")
    yield nth(4, THURSDAY, year, 11), "Thanksgiving"
    yield from observed_in_the_united_states(date(year, 12, 25), "Christmas Day")


def observed_in_the_united_states(day: date, name: str) -> Iterator[tuple[date, str]]:
    yield day, name
    if day.weekday() == SATURDAY:
        yield day - DAY, f"{name} (observed)"
    if day.weekday() == SUNDAY:
        yield day + DAY, f"{name} (observed)"


def canada(year: int) -> Iterator[tuple[date, str]]:
    fixed = {
        date(year, 1, 1): "New Year's Day",
        date(year, 7, 1): "Canada Day",
        date(year, 9, 30): "the National Day for Truth and Reconciliation",
        date(year, 11, 11): "Remembrance Day",
        date(year, 12, 25): "Christmas Day",
        date(year, 12, 26): "Boxing Day",
    }
    taken = set(fixed)
    for day, name in fixed.items():
        yield day, name
        if day.weekday() in (SATURDAY, SUNDAY):
            kept = day
            while kept.weekday() in (SATURDAY, SUNDAY) or kept in taken:
                kept += DAY
            taken.add(kept)
            yield kept, f"{name} (observed)"
    yield easter(year) - 2 * DAY, "Good Friday"
    yield last_before(MONDAY, date(year, 5, 25)), "Victoria Day"
    yield nth(1, MONDAY, year, 9), "Labour Day"
    yield nth(2, MONDAY, year, 10), "Thanksgiving"


def quebec(year: int) -> Iterator[tuple[date, str]]:
    yield last_before(MONDAY, date(year, 5, 25)), "National Patriots' Day"
    saint_jean = date(year, 6, 24)
    yield saint_jean, "Saint-Jean-Baptiste"
    if saint_jean.weekday() == SUNDAY:
        yield saint_jean + DAY, "Saint-Jean-Baptiste (observed)"
    # Its other days are federal ones too.


def table(first: int, last: int) -> list[str]:
    """One line a day: "2027-12-27 Mon Christmas Day (observed)"."""
    names: defaultdict[date, set[str]] = defaultdict(set)
    for year in range(first, last + 2):  # the year after, for what is observed before it begins
        for law in (united_states, canada, quebec):
            for day, name in law(year):
                names[day].add(name)
    return [line(day, names[day]) for day in sorted(names) if first <= day.year <= last]


def line(day: date, names: set[str]) -> str:
    return f"{day} {day:%a} {' + '.join(sorted(names))}"


if __name__ == "__main__":
    print("\n".join(table(2024, 2033)))
