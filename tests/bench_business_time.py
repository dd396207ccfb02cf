"""Business time beside `businesstimedelta` and `business-duration`: the same desk, the same inputs, the same run."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytz
from business_duration import businessDuration
from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule

from sla.holidays import StatutoryHolidays
from sla.hours import SupportHours, Window

TORONTO = ZoneInfo("America/Toronto")
HOLIDAYS = StatutoryHolidays(("US", "CA"), "QC")
Measure = Callable[[datetime, datetime], timedelta]


@dataclass(frozen=True)
class Desk:
    """One desk as each of the three packages knows it: the same hours on each of some weekdays."""

    opens: time
    closes: time
    weekdays: tuple[int, ...]
    holidays: StatutoryHolidays

    @property
    def week(self) -> Mapping[int, tuple[Window, ...]]:
        return {day: (Window(self.opens, self.closes),) for day in self.weekdays}

    @property
    def closed_days(self) -> set[date]:
        return {day for year in range(2023, 2040) for day in self.holidays.in_year(year)}

    def hours(self) -> SupportHours:
        return SupportHours(TORONTO, self.week, self.holidays)

    def rules(self) -> Rules:
        zone = pytz.timezone("America/Toronto")
        working = WorkDayRule(self.opens, self.closes, list(self.weekdays), tz=zone)
        return Rules([working, HolidayRule(self.closed_days, tz=zone)] if self.closed_days else [working])

    def measures(self) -> dict[str, Measure]:
        """How each package measures business time on this desk."""
        hours, rules, closed = self.hours(), self.rules(), self.closed_days
        weekend = [day for day in range(7) if day not in self.weekdays]

        def difference(start: datetime, end: datetime) -> timedelta:
            found: timedelta = rules.difference(start, end).timedelta
            return found

        def duration(start: datetime, end: datetime) -> timedelta:
            shown = (at.astimezone(TORONTO).replace(tzinfo=None) for at in (start, end))  # it knows no zones
            return timedelta(
                seconds=float(businessDuration(*shown, self.opens, self.closes, weekend, closed, unit="sec"))
            )

        return {
            "sla": hours.business_time_between,
            "businesstimedelta": difference,
            "business-duration": duration,
        }


OFFICE = Desk(time(8, 30), time(18), (0, 1, 2, 3, 4), HOLIDAYS)
NIGHTS = Desk(time(22), time(6), (0, 1, 2, 3, 4, 5, 6), StatutoryHolidays(()))


@dataclass(frozen=True)
class Case:
    """Two instants between which the packages do not agree; `tests/sla/test_bench_cases.py` says who is right."""

    name: str
    desk: Desk
    start: datetime
    end: datetime


CASES = (
    Case(
        "the night that clocks go forward, 22:00-06:00",
        NIGHTS,
        datetime(2026, 3, 7, 20, tzinfo=TORONTO),
        datetime(2026, 3, 8, 10, tzinfo=TORONTO),
    ),
    Case(
        "the night that clocks go back, 22:00-06:00",
        NIGHTS,
        datetime(2026, 10, 31, 20, tzinfo=TORONTO),
        datetime(2026, 11, 1, 10, tzinfo=TORONTO),
    ),
    Case(
        "from 01:30 to 01:30 again, that night",
        NIGHTS,
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ),
    Case(
        "a quarter of a second",
        OFFICE,
        datetime(2026, 11, 27, 15, 0, 0, 250_000, tzinfo=UTC),
        datetime(2026, 11, 27, 15, 0, 0, 500_000, tzinfo=UTC),
    ),
)

SPANS = {
    "a day": (timedelta(days=1), 300),
    "a week": (timedelta(days=7), 300),
    "a month": (timedelta(days=30), 100),
    "a year": (timedelta(days=365), 20),
    "ten years": (timedelta(days=3652), 5),
}


def instants(count: int) -> list[datetime]:
    chance = random.Random(20261127)
    first = datetime(2024, 1, 1, tzinfo=UTC)
    return [first + timedelta(seconds=chance.randrange(2 * 365 * 86400)) for _ in range(count)]


def seconds_for_one(work: Callable[..., object], inputs: Iterable[tuple[object, ...]]) -> float:
    """How long the work takes for one of the inputs: the best of several runs over them all."""
    every = list(inputs)
    if _seconds(work, every[:2]) < 1e-4:
        every *= 1 + 1000 // len(every)
    return min(_seconds(work, every) for _ in range(5))


def _seconds(work: Callable[..., object], inputs: Sequence[tuple[object, ...]]) -> float:
    begins = perf_counter()
    for given in inputs:
        work(*given)
    return (perf_counter() - begins) / len(inputs)


def run() -> None:
    hours, rules, measures = OFFICE.hours(), OFFICE.rules(), OFFICE.measures()
    begins = perf_counter()
    hours.is_open(datetime(2026, 1, 1, tzinfo=UTC))
    print("Business time, 08:30-18:00 Monday to Friday, less the holidays of the United States, Canada and Quebec.")
    print(
        f"The first answer, which draws up three years, takes {_said(perf_counter() - begins)}. After that, each takes:"
    )

    measured, added = {}, {}
    for name, (span, count) in SPANS.items():
        starts, worked = instants(count), span * 5 / 7 * 9.5 / 24
        spans = [(start, start + span) for start in starts]
        measured[name] = [seconds_for_one(measure, spans) for measure in measures.values()]
        added[name] = [
            seconds_for_one(hours.add_business_time, ((start, worked) for start in starts)),
            seconds_for_one(operator.add, ((start, BusinessTimeDelta(rules, timedelta=worked)) for start in starts)),
        ]
    _table("measuring", tuple(measures), measured)
    _table("adding", ("sla", "businesstimedelta"), added)

    print("\nWhere they do not agree (tests/sla/test_bench_cases.py says who is right):")
    for line in disagreements():
        print(f"  {line}")


def disagreements() -> Iterator[str]:
    for case in CASES:
        yield f"{case.name}: {_answers(case.desk.measures(), case.start, case.end)}"
    measures = OFFICE.measures()
    for name, (span, count) in SPANS.items():
        differ = [start for start in instants(count) if len({m(start, start + span) for m in measures.values()}) > 1]
        example = f", such as {differ[0]}: {_answers(measures, differ[0], differ[0] + span)}" if differ else ""
        yield f"{name}, {count} times: {len(differ)} differ{example}"


def _answers(measures: Mapping[str, Measure], start: datetime, end: datetime) -> str:
    return ", ".join(f"{package} {measure(start, end)}" for package, measure in measures.items())


def _table(title: str, packages: Sequence[str], rows: Mapping[str, Sequence[float]]) -> None:
    print(f"\n{title:<10}" + "".join(f"{package:>20}" for package in packages) + f"{'times faster':>16}")
    for name, (ours, *theirs) in rows.items():
        times = "".join(f"{_said(one):>20}" for one in (ours, *theirs))
        print(f"{name:<10}{times}{min(theirs) / ours:>16,.0f}")


def _said(seconds: float) -> str:
    return f"{seconds * 1e6:,.2f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.1f} ms"
