"""An announcement starts, changes and ends, by people and by itself; its history says who did it and when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.announcements import changes
from callbacks.announcements.changes import LONGEST, Content
from callbacks.announcements.in_force import heard_on, in_force, past, planned
from callbacks.errors import NotFound, WrongState
from tests.callbacks.announcements.office import HOUR, NOW, SLOW, Office


def numbers(office: Office) -> tuple[list[int], list[int], list[int]]:
    """Which announcements are in force, planned and past."""
    return office.database.read(
        lambda session: (
            [row.id for row in in_force(session, office.now)],
            [row.id for row in planned(session, office.now)],
            [row.id for row in past(session, office.now)],
        )
    )


def test_it_starts_at_once_and_ends_when_somebody_ends_it(office: Office) -> None:
    number = office.starts()
    assert numbers(office) == ([number], [], [])
    office.passes(HOUR).ends(number)
    assert numbers(office) == ([], [], [number])
    assert office.history() == [("started", "sue", NOW), ("ended", "sue", NOW + HOUR)]


def test_it_ends_by_itself_though_no_worker_runs_and_the_history_says_when(office: Office) -> None:
    number = office.starts(replace(SLOW, ends_at=NOW + HOUR))
    office.passes(3 * HOUR)
    assert numbers(office) == ([], [], [number])
    for _ in range(2):
        office.worker_turns()
    assert office.history() == [("started", "sue", NOW), ("ended", "desk", NOW + HOUR)]


def test_it_begins_by_itself_at_its_time(office: Office) -> None:
    number = office.starts(starts_at=NOW + HOUR)
    office.worker_turns()
    assert (numbers(office), office.history()) == (([], [number], []), [])
    office.passes(HOUR)
    assert numbers(office) == ([number], [], [])
    office.worker_turns()
    assert office.history() == [("started", "sue", NOW + HOUR)]


def test_one_that_is_ended_before_it_begins_never_was(office: Office) -> None:
    office.ends(office.starts(starts_at=NOW + HOUR))
    office.passes(2 * HOUR).worker_turns()
    assert (numbers(office), office.history()) == (([], [], []), [])


def test_only_other_words_are_news(office: Office) -> None:
    number = office.starts()
    office.changes(number, replace(SLOW, ends_at=NOW + HOUR))
    assert office.announcement(number).ends_at == NOW + HOUR
    assert [what for what, *_ in office.history()] == ["started"]
    office.changes(number, replace(SLOW, english="Mail is still delayed.", french="Le courriel tarde encore."))
    assert [what for what, *_ in office.history()] == ["started", "updated"]


def test_telling_subscribers_from_now_on_is_news(office: Office) -> None:
    number = office.starts(replace(SLOW, notifies=False))
    office.changes(number, SLOW)
    assert [what for what, *_ in office.history()] == ["started", "updated"]


def test_it_is_heard_on_its_lines_only(office: Office) -> None:
    number = office.starts(replace(SLOW, lines=("direct",)))
    everywhere = office.starts(replace(SLOW, lines=("direct", "toll-free")))
    assert office.announcement(everywhere).lines == ""

    def heard(line: str) -> list[int]:
        return office.database.read(lambda session: [row.id for row in heard_on(session, line, office.now)])

    assert (heard("direct"), heard("toll-free")) == ([everywhere, number], [everywhere])


def test_its_text_is_stored_in_one_line_without_what_cannot_be_heard(office: Office) -> None:
    number = office.starts(Content(" Mail\r\nis\x00\u202e  slow. ", "<b>Lent</b>"))
    row = office.announcement(number)
    assert (row.english, row.french) == ("Mail is slow.", "<b>Lent</b>")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content("Mail is slow.", " \n "), "in English and in French"),
        (Content("x" * (LONGEST + 1), "x"), f"Shorten it to {LONGEST}"),
        (replace(SLOW, lines=("fax",)), "There is no line 'fax'. Known: toll-free, direct."),
        (replace(SLOW, products=("DNS",)), "There is no product 'DNS'. Known: Proofpoint Essentials"),
        (replace(SLOW, ends_at=NOW), "ends before it begins"),
    ],
)
def test_what_makes_no_sense_is_refused(office: Office, content: Content, words: str) -> None:
    with pytest.raises(WrongState, match=words):
        office.starts(content)
    assert numbers(office) == ([], [], [])


def test_one_that_has_ended_can_neither_end_nor_change(office: Office) -> None:
    number = office.starts()
    office.ends(number)
    with pytest.raises(WrongState, match="has ended"):
        office.ends(number)
    with pytest.raises(WrongState, match="has ended"):
        office.changes(number, SLOW)
    with pytest.raises(NotFound, match="no announcement 99"):
        office.ends(99)


def test_what_is_not_given_stays_as_it_is(office: Office) -> None:
    number = office.starts(replace(SLOW, lines=("direct",), products=("modusHosted",), ends_at=NOW + HOUR))
    office.does(
        lambda session: changes.change_some(
            session, office.desk, number, "Mail is back.", "Le courriel est rétabli.", None, "sue", office.now
        )
    )
    row = office.announcement(number)
    assert (row.english, row.lines, row.ends_at, row.notifies) == ("Mail is back.", "direct", NOW + HOUR, True)
    assert row.products == "modusHosted"


def test_the_worker_knows_when_to_look_again(office: Office) -> None:
    def due() -> object:
        return office.database.read(lambda session: changes.next_turn_at(session, office.now))

    assert due() is None
    office.starts(replace(SLOW, ends_at=NOW + 3 * HOUR))
    office.starts(starts_at=NOW + HOUR)
    assert due() == NOW + HOUR
    office.passes(2 * HOUR)
    assert due() == NOW + 2 * HOUR  # one has begun and is not written down
    office.worker_turns()
    assert due() == NOW + 3 * HOUR
