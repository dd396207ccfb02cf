from __future__ import annotations

import pytest

from callbacks.inbound.mails.invitations import invitation_in_words

OUTLOOK = """BEGIN:VCALENDAR
METHOD:{method}
BEGIN:VTIMEZONE
TZID:Eastern Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY;LANGUAGE=en:Migration\\, part 2
DTSTART;TZID=Eastern Standard Time:20261201T100000
DTEND;TZID=Eastern Standard Time:20261201T110000
LOCATION:Room 4
RRULE:FREQ=WEEKLY
BEGIN:VALARM
SUMMARY:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_what_when_and_where_are_told() -> None:
    assert invitation_in_words(OUTLOOK.format(method="REQUEST")).splitlines() == [
        "Invitation: Migration, part 2",
        "When: 2026-12-01 10:00 (Eastern Standard Time) to 2026-12-01 11:00 (Eastern Standard Time) (repeats)",
        "Where: Room 4",
    ]


@pytest.mark.parametrize(
    ("method", "title"), [("CANCEL", "Cancelled invitation"), ("REPLY", "Answer to an invitation"), ("X", "Invitation")]
)
def test_what_it_does_is_told(method: str, title: str) -> None:
    assert invitation_in_words(OUTLOOK.format(method=method)).startswith(f"{title}: Migration")


@pytest.mark.parametrize(
    ("start", "when"),
    [
        ("DTSTART;VALUE=DATE:20261224", "When: 2026-12-24"),
        ("DTSTART:20261201T150000Z", "When: 2026-12-01 15:00 (UTC)"),
        ("DTSTART:20261201T1500", "When: 2026-12-01 15:00"),
        ("DTSTART:99999999T999999Z", "When: 99999999T999999Z"),
        ("DTSTART:soon", "When: soon"),
    ],
)
def test_times_are_told_as_they_are_given(start: str, when: str) -> None:
    assert invitation_in_words(f"BEGIN:VEVENT\n{start}\nEND:VEVENT") == f"Invitation\n{when}"


@pytest.mark.parametrize(
    "calendar", ["", "x", "BEGIN:VEVENT", "BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", "DTSTART:20261201", ";:;"]
)
def test_what_is_no_invitation_says_nothing(calendar: str) -> None:
    assert invitation_in_words(calendar) == ""
