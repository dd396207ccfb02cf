"""The figures of a report: each with a sentence, a chart, and a table of the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.console.reports.charts import Chart, Group, Look, columns, rows
from callbacks.db.states import ContactWay
from callbacks.desk.night_hours import NightHours
from callbacks.reporting import counts
from callbacks.reporting.activity import Activity
from callbacks.reporting.csv_table import Table
from callbacks.text.formats import span
from sla.attainment import Attainment, Outcome, Record, attainment, outcome

CANCELLED = (
    "Callbacks from calls, from mails, and opened by hand, each by its own deadline. Those cancelled before an attempt "
    "are not counted."
)
ONLY_AT_ANY_HOUR = "Callbacks with business hours or an agreed time are not counted here."
RESOLUTIONS = "From the call or mail until it is resolved, without waiting for the customer; by current priority."
KEPT, MISSED, OPEN = Look("kept", "good"), Look("missed", "bad"), Look("open", "open")
PROVEN, BY_WORD = Look("kept, proven", "good"), Look("kept, by a technician's word", "word")
NO_NUMBER = Look("nobody could be called", "beside")
IN_TIME, LATE = Look("in time", "good"), Look("too late", "bad")
AFTER_HOURS, IN_HOURS = Look("after hours", "main"), Look("in support hours", "beside")
BY_NIGHT, BY_DAY = Look("by night", "main"), Look("by day", "beside")


@dataclass(frozen=True)
class Figure:
    """One section of the report. It has no chart when there is no data."""

    heading: str
    sentence: str
    table: Table
    charts: Sequence[tuple[str, Chart]]  # a heading of its own, where there are several


@dataclass(frozen=True)
class Title:
    """The name and the words of a figure. The sentence describes its chart too; the note does not."""

    name: str
    heading: str
    sentence: str
    note: str


Count = Callable[[Attainment], int]


@dataclass(frozen=True)
class Report:
    """The whole report: the most important numbers, then the figures."""

    headline: Sequence[tuple[str, str]]
    figures: Sequence[Figure]


def report(found: Activity, resolved: Sequence[Record], promise: timedelta, now: datetime) -> Report:
    """Return every figure for some days, and for the resolutions promised in them."""
    records = counts.promises(found.contacts)
    soon = counts.promises(counts.promised_at_any_hour(found.contacts))
    kept = attainment(records, now)
    figures = [
        _promises(found, records, now),
        _first_reaction(soon, promise, now),
        _calls_by("hours", "Calls by hour of the day", "Hour", counts.calls_by_hour(found.calls)),
        _calls_by("weekdays", "Calls by day of the week", "Day", counts.calls_by_weekday(found.calls)),
        _resolutions(found, resolved, now),
        _load(counts.load(found), found.hours),
        _nights(counts.nights(found.days, found.hours, found.contacts_for_nights, found.pages_for_nights), found.hours),
        _outcomes(counts.outcomes(found)),
    ]
    return Report(_headline(found, kept, attainment(soon, now)), figures)


def percent(found: Attainment) -> str:
    """Return the share that was kept: "98.2 %". It is 100 % only when nothing was missed."""
    if found.share_met is None:
        return "none due yet"
    return f"{min(100 * found.share_met, 99.9) if found.missed else 100:.1f} %"


def _headline(found: Activity, kept: Attainment, soon: Attainment) -> list[tuple[str, str]]:
    mails = sum(1 for each in found.contacts if each.way is ContactWay.MAIL)
    return [
        ("Calls", f"{len(found.calls):,}"),
        ("Calls after hours", f"{sum(1 for call in found.calls if not call.is_open):,}"),
        ("Mails", f"{mails:,}"),
        ("Callbacks", f"{sum(1 for each in found.contacts if each.priority is not None):,}"),
        ("Kept in time", percent(kept)),
        ("Proven", f"{kept.proven:,}"),
        ("By a technician's word", f"{kept.by_word:,}"),
        ("Nobody could be called", f"{kept.no_number:,}"),
        ("First attempt, median, where promised at any hour", _length(soon.median)),
        ("Pages to phones", f"{sum(page.times for page in found.pages):,}"),
    ]


def _promises(found: Activity, records: Sequence[Record], now: datetime) -> Figure:
    kept = attainment(records, now)
    proof = f"Proven {kept.proven:,}, by a technician's word {kept.by_word:,}."
    nobody = f" Nobody could be called: {kept.no_number:,}, not counted as kept or missed." if kept.no_number else ""
    sentence = f"{_kept_sentence(kept)} {proof}{nobody}"
    looks = {
        PROVEN: lambda one: one.proven,
        BY_WORD: lambda one: one.by_word,
        MISSED: lambda one: one.missed,
        OPEN: lambda one: one.open,
        NO_NUMBER: lambda one: one.no_number,
    }
    more = {look.name.capitalize(): looks[look] for look in (PROVEN, BY_WORD, NO_NUMBER)}
    return _by_week(Title("attainment", "Promises kept", sentence, CANCELLED), found, records, now, looks, more)


def _resolutions(found: Activity, resolved: Sequence[Record], now: datetime) -> Figure:
    looks = {KEPT: lambda one: one.met, MISSED: lambda one: one.missed, OPEN: lambda one: one.open}
    title = Title("resolutions", "Resolutions kept", _kept_sentence(attainment(resolved, now)), RESOLUTIONS)
    return _by_week(title, found, resolved, now, looks, {})


def _kept_sentence(kept: Attainment) -> str:
    return f"{percent(kept)} in time: {kept.met:,} kept, {kept.missed:,} missed, {kept.open:,} open."


def _by_week(
    title: Title,
    found: Activity,
    records: Sequence[Record],
    now: datetime,
    looks: Mapping[Look, Count],
    more: Mapping[str, Count],
) -> Figure:
    """Return a figure with one column a week; its table has a row a week and priority, with `more` columns."""
    weeks = counts.weeks(found, records, now)
    table = Table(
        title.name,
        f"{title.heading}, by week and priority",
        ("Week", "From Monday", "Priority", "Kept", "Missed", "Open", "Kept (%)", *more),
        [
            *((week.name, week.monday.isoformat(), week.priority, *_kept(week.kept, more)) for week in weeks),
            ("All", "", "", *_kept(attainment(records, now), more)),
        ],
    )
    groups = [
        Group(f"{monday.day} {monday:%b}", _sums([week.kept for week in weeks if week.monday == monday], looks))
        for monday in found.days.mondays()
    ]
    chart = columns(title.sentence, list(looks), groups)
    return Figure(title.heading, f"{title.sentence} {title.note}", table, _drawn(chart))


def _sums(each: Sequence[Attainment], looks: Mapping[Look, Count]) -> list[int]:
    return [sum(count(one) for one in each) for count in looks.values()]


def _kept(found: Attainment, more: Mapping[str, Count]) -> list[float | str]:
    share = "" if found.share_met is None else round(100 * found.share_met, 1)
    return [found.met, found.missed, found.open, share, *(count(found) for count in more.values())]


def _first_reaction(records: Sequence[Record], promise: timedelta, now: datetime) -> Figure:
    """Return how long first attempts took where one time is promised at any hour: business hours are no minutes."""
    took, kept = counts.first_reactions(records, now), attainment(records, now)
    table = Table(
        "first-reaction",
        "Minutes from the call or mail to the first attempt",
        ("Minutes", "In time", "Too late"),
        [(each.minutes, each.in_time, each.late) for each in took],
    )
    sentence = (
        f"Half of the first attempts came within {_length(kept.median)} of the call or mail, 95 % within "
        f"{_length(kept.percentile_95)}; {span(promise)} are promised. {ONLY_AT_ANY_HOUR}"
        if kept.median is not None
        else "No attempts yet."
    )
    untried = sum(1 for record in records if outcome(record, now) in (Outcome.OPEN, Outcome.MISSED)
                  and record.reacted_at is None)  # fmt: skip
    sentence += f" {untried:,} not tried yet." if untried and kept.median is not None else ""
    groups = [Group(each.minutes.split()[0], (each.in_time, each.late)) for each in took]
    groups[-1] = Group(f"{groups[-1].label}+", groups[-1].amounts)
    mark = (promise / counts.BIN_WIDTH, "promised") if promise <= timedelta(hours=1) else None
    return Figure(
        "Time to the first attempt",
        sentence,
        table,
        _drawn(columns(sentence, (IN_TIME, LATE), groups, at_edges=True, mark=mark)),
    )


def _calls_by(name: str, heading: str, first: str, counted: Sequence[counts.CallCount]) -> Figure:
    table = Table(
        name,
        heading,
        (first, "All calls", "After hours"),
        [(each.when, each.in_hours + each.after_hours, each.after_hours) for each in counted],
    )
    groups = [Group(each.when.removesuffix(":00"), (each.after_hours, each.in_hours)) for each in counted]
    most = max(counted, key=lambda each: each.in_hours + each.after_hours)
    late = max(counted, key=lambda each: each.after_hours)
    sentence = f"Most calls came {_at(most)} ({most.in_hours + most.after_hours:,})"
    sentence += f", most of those after hours {_at(late)} ({late.after_hours:,})." if late.after_hours else "."
    return Figure(heading, sentence, table, _drawn(columns(sentence, (AFTER_HOURS, IN_HOURS), groups)))


def _at(each: counts.CallCount) -> str:
    return f"from {each.when}" if ":" in each.when else f"on {each.when}"


def _outcomes(counted: Sequence[counts.OutcomeCount]) -> Figure:
    table = Table(
        "outcomes",
        "Outcomes, proofs and origins",
        ("Of", "Outcome", "How many"),
        [(each.of, each.outcome, each.count) for each in counted],
    )
    charts = []
    for of in dict.fromkeys(each.of for each in counted):
        mine = [each for each in counted if each.of == of]
        sentence = f"{of.capitalize()}: " + ", ".join(f"{each.count:,} {each.outcome}" for each in mine) + "."
        groups = [Group(each.outcome, (each.count,)) for each in mine]
        charts.append((of.capitalize(), rows(sentence, (Look(of, "main"),), groups)))
    words = (
        "The outcome of each call, each callback, and each attempt to reach a customer; what callbacks came from; and "
        "what proves each attempt."
    )
    return Figure("Outcomes", words, table, charts)


def _load(people: Sequence[counts.Load], hours: NightHours) -> Figure:
    table = Table(
        "load",
        "Load per person",
        (
            *("Person", "Pages by day", "Pages by night", "Night wakings", "Callbacks owned", "Attempts"),
            *("Proven", "By a technician's word", "Nobody could be called"),
        ),
        [
            (
                *(each.person, each.by_day, each.by_night, each.wakings, each.owned, each.attempts),
                *(each.proven, each.by_word, each.no_number),
            )
            for each in people
        ],
    )
    sentence = f"Pages sent to a phone. Night: {hours.night}. Wakings: pages within {hours.sleep}."
    drawn = [each for each in people if each.by_day + each.by_night]
    listed = "; ".join(f"{each.person} {each.by_night:,} by night and {each.by_day:,} by day" for each in drawn)
    groups = [Group(each.person, (each.by_night, each.by_day)) for each in drawn]
    return Figure("Load per person", sentence, table, _drawn(rows(f"Pages: {listed}.", (BY_NIGHT, BY_DAY), groups)))


def _nights(lived: Sequence[counts.Night], hours: NightHours) -> Figure:
    busiest = lived[: counts.MOST_NIGHTS]
    table = Table(
        "nights",
        "The busiest nights",
        ("Night of", "Day", "Calls", "Mails", "Callbacks", "Pages"),
        [(night.evening.isoformat(), f"{night.evening:%a}", night.calls, night.mails, night.callbacks, night.pages)
         for night in busiest],
    )  # fmt: skip
    sentence = f"A night ({hours.night}) is named after the evening on which it begins."
    listed = "; ".join(
        f"{night.evening:%a} {night.evening.day} {night.evening:%b} {night.calls:,}" for night in busiest
    )
    groups = [
        Group(f"{night.evening:%a} {night.evening.day} {night.evening:%b %Y}", (night.calls,))
        for night in busiest
        if night.calls
    ]
    return Figure(
        "Busiest nights", sentence, table, _drawn(rows(f"Calls: {listed}.", (Look("calls", "main"),), groups))
    )


def _drawn(chart: Chart) -> list[tuple[str, Chart]]:
    return [("", chart)] if chart.boxes else []


def _length(took: timedelta | None) -> str:
    return "none yet" if took is None else "under a minute" if took < timedelta(minutes=1) else span(took)
