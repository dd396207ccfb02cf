"""Reading an untrusted calendar: what it means, through both clock changes, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.oncall.ical import parse
from callbacks.oncall.ical.parse import BrokenCalendar, FoundShift, read_guarded, shifts_in
from tests.waiting import FAR

TORONTO = ZoneInfo("America/Toronto")
YEAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def calendar(*events: str, header: str = "") -> bytes:
    """A calendar of events, each as its lines, separated by bars."""
    bodies = [f"BEGIN:VEVENT|{event}|END:VEVENT" for event in events]
    lines = "|".join(filter(None, ["BEGIN:VCALENDAR|VERSION:2.0|PRODID:test", header, *bodies, "END:VCALENDAR"]))
    return (lines.replace("|", "\r\n") + "\r\n").encode()


def read(*events: str, header: str = "", zone: ZoneInfo = TORONTO) -> list[str]:
    """What the events of 2026 are, as "from - until what" in UTC."""
    return [written(shift) for shift in shifts_in(calendar(*events, header=header), *YEAR, zone)]


def written(shift: FoundShift) -> str:
    return f"{shift.starts_at:%m-%d %H:%M} - {shift.ends_at:%m-%d %H:%M} {shift.summary}".strip()


WINTER = "DTSTART;TZID=America/Toronto:20260105T200000|DTEND;TZID=America/Toronto:20260106T080000"
BOTH_IN_WINTER = ["01-06 01:00 - 01-06 13:00 " + name for name in ("Amy", "Ben")]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:20260105T200000Z|DTEND:20260106T080000Z|SUMMARY:Amy", ["01-05 20:00 - 01-06 08:00 Amy"]),
        (f"{WINTER}|SUMMARY:Amy", ["01-06 01:00 - 01-06 13:00 Amy"]),
        ("DTSTART;TZID=Eastern Standard Time:20260105T200000|DURATION:PT12H", ["01-06 01:00 - 01-06 13:00"]),
        ("DTSTART:20260105T200000|DTEND:20260106T080000", ["01-06 01:00 - 01-06 13:00"]),
        ("DTSTART:20260105T200000|DURATION:PT90M", ["01-06 01:00 - 01-06 02:30"]),
        ("DTSTART;VALUE=DATE:20260105|DTEND;VALUE=DATE:20260107", ["01-05 05:00 - 01-07 05:00"]),
        ("DTSTART;VALUE=DATE:20260105", ["01-05 05:00 - 01-06 05:00"]),
        ("DTSTART;VALUE=DATE:20260105|DURATION:P1W", ["01-05 05:00 - 01-12 05:00"]),
        ("DTSTART;VALUE=DATE:20260308", ["03-08 05:00 - 03-09 04:00"]),
        ("DTSTART;VALUE=DATE:20261101", ["11-01 04:00 - 11-02 05:00"]),
        (f"{WINTER}|STATUS:CANCELLED", []),
        (f"{WINTER}|STATUS:TENTATIVE", ["01-06 01:00 - 01-06 13:00"]),
        ("DTSTART:20260105T200000Z|DTEND:20260105T200000Z", []),
        ("DTSTART:20260105T200000Z", []),
        ("DTSTART:20260105T200000Z|DTEND:20260105T190000Z", []),
        (f"{WINTER}|SUMMARY:Amy\\, Roy\\; and\\n Ben", ["01-06 01:00 - 01-06 13:00 Amy, Roy; and Ben"]),
        (f"{WINTER}|SUMMARY:{'x' * 300}", [f"01-06 01:00 - 01-06 13:00 {'x' * 199}…"]),
        # Through the hour that autumn repeats, and with an end in another zone than the start.
        ("DTSTART:20261101T050000Z|DTEND:20261101T060000Z", ["11-01 05:00 - 11-01 06:00"]),
        (
            "DTSTART;TZID=America/Toronto:20260307T200000|DTEND:20260308T120000Z",
            ["03-08 01:00 - 03-08 12:00"],
        ),
        (
            "DTSTART;TZID=America/Toronto:20260306T200000|DTEND:20260307T130000Z|RRULE:FREQ=DAILY;COUNT=2",
            ["03-07 01:00 - 03-07 13:00", "03-08 01:00 - 03-08 12:00"],
        ),
    ],
)
def test_an_event_is_read_for_what_it_means(event: str, expected: list[str]) -> None:
    assert read(f"UID:1|{event}") == expected


NIGHTS = (
    "UID:1|DTSTART;TZID=America/Toronto:20260105T200000|DTEND;TZID=America/Toronto:20260106T080000|RRULE:FREQ=DAILY"
)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([f"{NIGHTS};COUNT=2"], ["01-06 01:00 - 01-06 13:00", "01-07 01:00 - 01-07 13:00"]),
        ([f"{NIGHTS};COUNT=2|EXDATE;TZID=America/Toronto:20260105T200000"], ["01-07 01:00 - 01-07 13:00"]),
        ([f"{NIGHTS};COUNT=2|EXDATE:20260106T010000Z"], ["01-07 01:00 - 01-07 13:00"]),
        ([f"{NIGHTS};UNTIL=20260106T010000Z"], ["01-06 01:00 - 01-06 13:00"]),
        (
            [f"{NIGHTS};COUNT=1|RDATE;TZID=America/Toronto:20260110T200000"],
            ["01-06 01:00 - 01-06 13:00", "01-11 01:00 - 01-11 13:00"],
        ),
        (
            [
                f"{NIGHTS};COUNT=2|SUMMARY:Amy",
                "UID:1|RECURRENCE-ID;TZID=America/Toronto:20260106T200000|DTSTART:20260201T000000Z|"
                "DTEND:20260201T010000Z|SUMMARY:Ben",
            ],
            ["01-06 01:00 - 01-06 13:00 Amy", "02-01 00:00 - 02-01 01:00 Ben"],
        ),
        (
            [f"{NIGHTS};COUNT=2", f"UID:1|RECURRENCE-ID:20260106T010000Z|{WINTER}|STATUS:CANCELLED"],
            ["01-07 01:00 - 01-07 13:00"],
        ),
        (
            ["UID:1|DTSTART;VALUE=DATE:20260306|RRULE:FREQ=DAILY;COUNT=3|EXDATE;VALUE=DATE:20260307"],
            ["03-06 05:00 - 03-07 05:00", "03-08 05:00 - 03-09 04:00"],
        ),
        (
            ["UID:1|DTSTART:20260307T200000|DTEND:20260308T080000|RRULE:FREQ=DAILY;COUNT=2"],
            ["03-08 01:00 - 03-08 12:00", "03-09 00:00 - 03-09 12:00"],
        ),
        # One UID for everything is wrong and is met with; so is none. Every event is a shift all the same.
        ([f"UID:1|{WINTER}|SUMMARY:Amy", f"UID:1|{WINTER}|SUMMARY:Ben"], BOTH_IN_WINTER),
        ([f"{WINTER}|SUMMARY:Amy", f"{WINTER}|SUMMARY:Ben"], BOTH_IN_WINTER),
    ],
)  # fmt: skip
def test_a_series_is_read_for_what_it_means(events: list[str], expected: list[str]) -> None:
    assert read(*events) == expected


def test_a_feed_that_repeats_in_utc_with_a_stated_zone_keeps_its_wall_clock() -> None:
    weekly = "UID:1|DTSTART:20260301T010000Z|DTEND:20260301T130000Z|RRULE:FREQ=WEEKLY;COUNT=2"
    assert read(weekly, header="X-WR-TIMEZONE:America/Toronto") == [
        "03-01 01:00 - 03-01 13:00",
        "03-08 01:00 - 03-08 12:00",  # the night on which the clock is put forward
    ]
    assert read(weekly) == ["03-01 01:00 - 03-01 13:00", "03-08 01:00 - 03-08 13:00"]


def test_a_time_without_a_zone_is_in_the_zone_that_the_calendar_states() -> None:
    lunch = "UID:1|DTSTART:20260105T120000|DTEND:20260105T130000"
    assert read(lunch, header="X-WR-TIMEZONE:Europe/Paris") == ["01-05 11:00 - 01-05 12:00"]
    assert read(lunch) == ["01-05 17:00 - 01-05 18:00"]


def test_a_zone_that_the_calendar_defines_itself_is_followed() -> None:
    ours = (
        "BEGIN:VTIMEZONE|TZID:Ours|BEGIN:STANDARD|DTSTART:20200101T000000|TZOFFSETFROM:-0330|TZOFFSETTO:-0330|"
        "END:STANDARD|END:VTIMEZONE"
    )
    event = "UID:1|DTSTART;TZID=Ours:20260105T120000|DTEND;TZID=Ours:20260105T130000|RRULE:FREQ=DAILY;COUNT=1"
    assert read(event, header=ours) == ["01-05 15:30 - 01-05 16:30"]


def test_only_what_overlaps_the_span_is_found_whatever_its_length() -> None:
    noon, hour = datetime(2026, 1, 5, 12, tzinfo=UTC), timedelta(hours=1)
    events = [
        "DTSTART:20260105T110000Z|DTEND:20260105T120000Z|SUMMARY:ends when it begins",
        "DTSTART:20260105T130000Z|DTEND:20260105T140000Z|SUMMARY:begins when it ends",
        "DTSTART:20250105T110000Z|DTEND:20270105T120000Z|SUMMARY:around",
        "DTSTART:20260105T125900Z|DTEND:20260105T140000Z|SUMMARY:last minute",
        "DTSTART:20200106T000000Z|DTEND:20200112T000000Z|RRULE:FREQ=WEEKLY|SUMMARY:week",
    ]
    found = shifts_in(calendar(*events), noon, noon + hour, TORONTO)
    assert [shift.summary for shift in found] == ["around", "week", "last minute"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Toronto"])
def test_a_whole_day_is_found_from_its_first_minute_to_its_last(zone: str) -> None:
    place, minute = ZoneInfo(zone), timedelta(minutes=1)
    midnight = datetime(2026, 6, 10, tzinfo=place).astimezone(UTC)
    day = calendar("UID:1|DTSTART;VALUE=DATE:20260603|RRULE:FREQ=WEEKLY")
    found = [
        len(shifts_in(day, at, at + minute, place))
        for at in (midnight - minute, midnight, midnight + timedelta(hours=24) - minute, midnight + timedelta(hours=24))
    ]
    assert found == [0, 1, 1, 0]


@settings(max_examples=60, deadline=None)
@given(
    hour=st.integers(0, 23),
    minute=st.sampled_from([0, 30]),
    zone=st.sampled_from(["America/Toronto", "America/St_Johns", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Tokyo"]),
    people=st.integers(1, 4),
    way=st.sampled_from(["TZID", "floating", "X-WR-TIMEZONE"]),
)
def test_a_weekly_hand_off_leaves_no_hole_and_no_overlap(
    hour: int, minute: int, zone: str, people: int, way: str
) -> None:
    """Each has a week in turn, handed on at one time of the wall clock, through every clock change of the year."""
    first = datetime(2025, 12, 1, hour, minute)  # noqa: DTZ001 - the wall clock's
    param = f";TZID={zone}" if way == "TZID" else ""
    events = [
        f"UID:{n}|SUMMARY:{n}|DTSTART{param}:{first + timedelta(weeks=n):%Y%m%dT%H%M%S}|"
        f"DTEND{param}:{first + timedelta(weeks=n + 1):%Y%m%dT%H%M%S}|RRULE:FREQ=WEEKLY;INTERVAL={people}"
        for n in range(people)
    ]
    header = f"X-WR-TIMEZONE:{zone}" if way == "X-WR-TIMEZONE" else ""
    place = TORONTO if header else ZoneInfo(zone)
    found = shifts_in(calendar(*events, header=header), *YEAR, place)
    assert found[0].starts_at <= YEAR[0]
    assert found[-1].ends_at >= YEAR[1]
    assert all(before.ends_at == after.starts_at for before, after in pairwise(found))
    assert all(before.summary != after.summary for before, after in pairwise(found)) or people == 1


def test_the_weeks_of_the_clock_changes_are_an_hour_off() -> None:
    week = "UID:1|DTSTART;TZID=America/Toronto:20260105T170000|DTEND;TZID=America/Toronto:20260112T170000"
    found = shifts_in(calendar(f"{week}|RRULE:FREQ=WEEKLY"), *YEAR, TORONTO)
    odd = {str(s.starts_at.date()): s.ends_at - s.starts_at for s in found if s.ends_at - s.starts_at != timedelta(7)}
    assert odd == {"2026-03-02": timedelta(hours=167), "2026-10-26": timedelta(hours=169)}


ONE = "UID:1|DTSTART:20260105T200000Z|DTEND:20260105T210000Z"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a calendar in iCal format"),
        (b"hello", "not a calendar in iCal format"),
        (b"\xff\xfe\x00", "not a calendar in iCal format"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "not a calendar in iCal format"),
        (b"\n<!DOCTYPE html><html><title>Sign in</title>", "probably needs a login"),
        (b"<HTML>\n<body>", "probably needs a login"),
        (b"BEGIN:VCALENDAR\r\n" + b"x" * 2_000_000, "larger than 2 MB"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cannot be read"),
        (calendar(*[ONE] * 5_001), "more than 5000 events"),
        (calendar(f"{ONE}|RRULE:FREQ=SECONDLY"), "'FREQ=SECONDLY'"),
        (calendar(f"{ONE}|RRULE:FREQ=MINUTELY;COUNT=2"), "'FREQ=MINUTELY;COUNT=2'"),
        (calendar(f"{ONE}|rrule:freq=hourly"), "'freq=hourly'"),
        (calendar(f'{ONE}|RRULE;X="a:b":FREQ=HOURLY'), "'FREQ=HOURLY'"),
        (calendar(f"{ONE}|RRU LE :FREQ = HOUR\\LY"), "too often for a rota"),
        (calendar(*[ONE] * 5_001).replace(b"BEGIN:VEVENT", b"BE GIN ;X=1:VEVENT"), "more than 5000 events"),
        (calendar(f"{ONE}|RRU\r\n LE:FREQ=HOURLY"), "'FREQ=HOURLY'"),
        (calendar(f"{ONE}|RRULE:FREQ=DAILY;FREQ=HOURLY"), "too often for a rota"),
        (calendar(f"{ONE}|EXRULE:FREQ=SECONDLY"), "too often for a rota"),
        (calendar(f"{ONE}|RRULE:FREQ=DAILY;INTERVAL=0"), "too often for a rota"),
        (calendar(f"{ONE}|RRULE:FREQ=DAILY;INTERVAL=-1"), "too often for a rota"),
        (calendar(f"{ONE}|RRULE:FREQ=DAILY;INTERVAL=often"), "cannot be read"),
        (calendar(f"{ONE}|RRULE:FREQ=DAILY;COUNT=5001"), "too often for a rota"),
        (calendar(f"{ONE}|RRULE:FREQ=YEARLY;BYYEARDAY={','.join(['1'] * 401)}"), "too often for a rota"),
        (calendar(f"{ONE}|RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5"), "too often for a rota"),
        (calendar(ONE, header="BEGIN:VTIMEZONE|TZID:a|BEGIN:STANDARD|RRULE:FREQ=SECONDLY"), "too often for a rota"),
        (calendar(f"{ONE}|RRULE:FREQ=SOMETIMES"), "too often for a rota"),
        (calendar(f"{ONE}|SUMMARY:Amy|EXDATE:soon"), "'Amy' cannot be read"),
        (calendar("UID:1|SUMMARY:Amy|DTSTART:soon"), "'Amy' cannot be read"),
        (calendar("UID:1|SUMMARY:Amy"), "'Amy' cannot be read"),
        (calendar(f"{ONE}|DTSTART:20260105T190000Z|SUMMARY:Amy"), "'Amy' cannot be read"),
        (calendar("UID:1|DTSTART;TZID=Mars/Base:20260105T200000|DURATION:PT1H"), "'Mars/Base', which is unknown"),
        (calendar(ONE, header="X-WR-TIMEZONE:Mars/Base"), "'Mars/Base', which is unknown"),
        (calendar(ONE, header="X-WR-TIMEZONE:../../etc/passwd"), "'../../etc/passwd', which is unknown"),
        (calendar("UID:1|DTSTART;VALUE=DATE:99991231|RRULE:FREQ=DAILY|DURATION:P99999999W"), "cannot be read"),
        (calendar(ONE) + calendar(ONE), "cannot be read"),
        (calendar(*[f"{NIGHTS}|UID:{n}".replace("UID:1|", "") for n in range(14)]), "more than 5000 shifts"),
    ],
)
def test_what_is_hostile_or_not_understood_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(BrokenCalendar, match=words) as refused:
        shifts_in(content, *YEAR, TORONTO)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 450


@pytest.mark.parametrize(
    "content",
    [
        calendar(f"{ONE}|RRULE:FREQ=SECONDLY"),
        calendar(f"{ONE}|RRULE:FREQ=YEARLY;BYYEARDAY={','.join(['1'] * 401)}"),
        calendar(*[ONE] * 5_001),
        b"<html>",
    ],
    ids=["rule", "list", "events", "page"],
)
def test_it_is_refused_before_anything_is_understood(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "_parsed", lambda _: pytest.fail("was parsed"))
    with pytest.raises(BrokenCalendar):
        shifts_in(content, *YEAR, TORONTO)


def test_the_most_that_is_allowed_is_read() -> None:
    assert len(shifts_in(calendar(*[ONE] * 5_000), *YEAR, TORONTO)) == 5_000
    assert len(read(f"{ONE}|RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};COUNT=5000")) == 5_000


@pytest.mark.parametrize("days", [0, -1, 400.001])
def test_a_span_is_up_to_400_days(days: float) -> None:
    with pytest.raises(BrokenCalendar, match="400 days"):
        shifts_in(calendar(ONE), YEAR[0], YEAR[0] + timedelta(days=days), TORONTO)
    assert shifts_in(calendar(ONE), YEAR[0], YEAR[0] + timedelta(days=400), TORONTO)


def test_an_empty_calendar_has_no_shifts() -> None:
    assert shifts_in(calendar(), *YEAR, TORONTO) == ()
    assert shifts_in(b"\xef\xbb\xbf" + calendar(), *YEAR, TORONTO) == ()


# In a process of its own.


def test_a_guarded_reading_gives_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    content = calendar(f"{NIGHTS}|SUMMARY:Amélie 🌙")
    found = read_guarded(content, *YEAR, TORONTO, FAR.total_seconds())
    assert found == shifts_in(content, *YEAR, TORONTO)
    assert len(found) == 360
    assert found[0].summary == "Amélie 🌙"


def test_a_guarded_reading_refuses_in_the_same_words() -> None:
    content = calendar(f"{ONE}|RRULE:FREQ=SECONDLY")
    with pytest.raises(BrokenCalendar) as here:
        shifts_in(content, *YEAR, TORONTO)
    with pytest.raises(BrokenCalendar) as there:
        read_guarded(content, *YEAR, TORONTO, FAR.total_seconds())
    assert str(there.value) == str(here.value)


def test_a_rule_that_never_ends_is_given_up() -> None:
    since_ever = "DTSTART:00010101T000000Z|DURATION:PT1H|RRULE:FREQ=DAILY"
    many = [f"UID:{n}|{since_ever}" for n in range(2, 200)]
    never = calendar(f"{ONE}|RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", *many)
    with pytest.raises(BrokenCalendar, match=r"within 1.5 seconds.*Look for an event"):
        read_guarded(never, *YEAR, TORONTO, patience=1.5)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_reading_that_needs_too_much_memory_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = "import resource; resource.setrlimit(resource.RLIMIT_AS, (9**8, 9**8)); bytearray(10**9)"
    if subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0:
        pytest.skip("This machine does not enforce RLIMIT_AS: the limit on memory could not be proven here.")
    content = calendar(*[f"UID:{n}|{WINTER}|DESCRIPTION:{'x' * 200}" for n in range(5_000)])
    assert len(read_guarded(content, *YEAR, TORONTO, FAR.total_seconds())) == 5_000
    monkeypatch.setattr(parse, "MEMORY", 1_000_000)
    with pytest.raises(BrokenCalendar, match="for lack of memory"):
        read_guarded(content, *YEAR, TORONTO, FAR.total_seconds())


def test_what_is_refused_for_its_size_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "_run", lambda *_: pytest.fail("a process was started"))
    with pytest.raises(BrokenCalendar, match="larger than 2 MB"):
        read_guarded(b"x" * 2_000_001, *YEAR, TORONTO)


@pytest.mark.parametrize("python", ["/bin/false", "/bin/true"])
def test_a_process_that_dies_is_reported(python: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", python)
    with pytest.raises(BrokenCalendar, match="Reading the calendar failed"):
        read_guarded(calendar(ONE), *YEAR, TORONTO, FAR.total_seconds())
