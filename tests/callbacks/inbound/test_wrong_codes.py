"""After five wrong codes within an hour, texts from a number are ignored for an hour."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from callbacks.db.database import Database
from callbacks.db.states import PhoneSlot
from callbacks.db.tables import Page, ReceivedText
from callbacks.inbound.wrong_codes import Stop, stop_after
from callbacks.paging import messages
from callbacks.people.technicians import technician_named
from callbacks.people.verification import new_code
from callbacks.text.formats import readable_number
from callbacks.text.gsm7 import fits, folded
from tests.callbacks.inbound.texting import AMY, DESK, LUC, NOW, Night

SECOND = "+15145550111"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


def wrong(night: Night) -> str:
    """Return a code that nobody has."""
    return str((int(night.code) - 99_999) % 900_000 + 100_000)


def guesses(night: Night, count: int, sender: str = AMY) -> list[str]:
    return [night.hears_from(sender, f"done {wrong(night)}") for _ in range(count)]


def alerts(night: Night) -> list[str]:
    words = select(Page.words).where(Page.callback_id.is_(None)).order_by(Page.id)
    return night.database.read(lambda session: list(session.scalars(words)))


@pytest.mark.parametrize(
    ("minutes", "at", "stopped"),
    [
        ((0, 1, 2, 3), 4, False),
        ((0, 1, 2, 3, 4), 4, True),
        ((0, 1, 2, 3, 59), 59, True),
        ((0, 1, 2, 3, 60), 60, False),
        ((0, 1, 2, 3, 4), 63, True),
        ((0, 1, 2, 3, 4), 64, False),
        ((0, 50, 51, 52, 53, 70), 70, True),
        ((0, 1, 2, 3, 4, 64), 64, False),
        ((), 0, False),
    ],
)
def test_texting_stops_for_an_hour_after_five_wrong_codes_within_an_hour(
    minutes: Sequence[int], at: int, stopped: bool
) -> None:
    assert (stop_after([NOW + minute * MINUTE for minute in minutes], NOW + at * MINUTE) is not None) is stopped


def test_a_stop_names_when_it_began_and_ends() -> None:
    assert stop_after([NOW + n * MINUTE for n in range(5)], NOW + 9 * MINUTE) == Stop(
        NOW + 4 * MINUTE, NOW + 4 * MINUTE + HOUR
    )


def test_after_five_wrong_codes_the_right_one_does_nothing_for_an_hour(night: Night) -> None:
    answers = guesses(night, 5)
    assert [answer.startswith("You have no page with the code") for answer in answers] == [True] * 4 + [False]
    assert answers[-1] == (
        "5 wrong codes came from this number within an hour. Texts from it are ignored until 11:13 p.m. Use the link "
        "in the last text, press a key when we call you, or call (888) 484-7266. Not you? Tell a supervisor."
    )
    for words in (night.code, f"done {night.code}", f"who {night.code}", "test", "ok", "hello?", wrong(night)):
        assert night.hears_from(AMY, words) == ""
    assert (night.callback.owner, night.attempts()) == (None, [])
    night.now += HOUR - MINUTE
    assert night.hears_from(AMY, night.code) == ""
    night.now += MINUTE
    assert "is yours" in night.hears_from(AMY, night.code)


def test_guesses_that_come_at_once_are_counted_one_after_the_other(night: Night) -> None:
    guess = f"done {wrong(night)}"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: night.hears_from(AMY, guess, sid=f"SM{number:032x}"), range(24)))
    looked_at = select(func.count()).where(ReceivedText.wrong_code)
    assert night.database.read(lambda session: session.scalar(looked_at)) == 5


def test_the_supervisors_hear_of_it_once(night: Night) -> None:
    guesses(night, 12)
    assert [words for words in alerts(night) if "(514) 555-0101 (Amy Roy)" in words] == alerts(night)
    assert len(alerts(night)) == 1
    night.now += HOUR
    guesses(night, 5)
    assert len(alerts(night)) == 2


def test_a_right_code_of_long_ago_is_not_wrong(night: Night) -> None:
    first = night.code
    night.hears_from(AMY, first)
    night.hears_from(AMY, f"na {first}")
    night.hears_from(AMY, f"done {first}")
    for _ in range(9):
        assert "already closed" in night.hears_from(AMY, f"done {first}")
    assert alerts(night) == []


def test_a_text_that_comes_twice_counts_once(night: Night) -> None:
    guesses(night, 3)
    for _ in range(5):
        night.hears_from(AMY, wrong(night), sid="SM-again")
    assert "is yours" in night.hears_from(AMY, night.code)


def test_each_number_is_counted_by_itself(night: Night) -> None:
    def give_second_number(session: object) -> None:
        row = technician_named(session, "Amy Roy")  # type: ignore[arg-type]
        row.second_phone, row.second_verified_at = SECOND, NOW

    night.database.write(give_second_number)
    guesses(night, 5)
    assert night.hears_from(AMY, night.code) == ""
    guesses(night, 4, SECOND)
    assert "is yours" in night.hears_from(SECOND, night.code)


def test_what_the_carrier_acts_on_still_works(night: Night) -> None:
    guesses(night, 5)
    assert night.hears_from(AMY, "STOP") == ""
    assert list(night.troubles()) == ["text first"]
    assert night.hears_from(AMY, "START") == ""
    assert night.troubles() == {}
    assert night.hears_from(AMY, "HELP") == ""


def test_wrong_verification_codes_count_and_the_right_one_is_refused_then(night: Night) -> None:
    pending = night.database.write(
        lambda session: new_code(session, technician_named(session, "Amy Roy"), PhoneSlot.FIRST, night.now)
    )
    taken = (pending, night.code)
    guess = next(str(code) for code in range(100_000, 999_999) if str(code) not in taken)
    assert "That is not the code" in night.hears_from(AMY, guess)
    assert "is yours" in night.hears_from(AMY, night.code)  # a page's code, though a verification is pending
    assert [night.hears_from(AMY, guess)[:20] for _ in range(2)] == ["That is not the code"] * 2
    assert "Texts from it are ignored" in guesses(night, 2)[-1]
    assert night.hears_from(AMY, pending) == ""
    night.now += HOUR
    assert "verified" in night.hears_from(AMY, pending)


@pytest.mark.parametrize(
    ("words", "is_wrong"),
    [
        ("{wrong}", True),
        ("who {wrong}", True),
        ("test {wrong}", True),
        ("I take {wrong} please", True),
        ("is it {wrong} or {code}?", False),
        ("done {code}", False),
        ("na {code} they asked for {wrong}", False),
        ("I am at 5831 Main Street", False),
        ("done", False),
        ("who ZZ-999", False),
    ],
)
def test_which_texts_are_wrong(night: Night, words: str, is_wrong: bool) -> None:
    guesses(night, 4)
    night.hears_from(AMY, words.format(code=night.code, wrong=wrong(night)))
    assert bool(alerts(night)) is is_wrong


def test_the_number_is_told_in_its_language(night: Night) -> None:
    told = guesses(night, 5, LUC)[-1]
    assert told.startswith("Ce numéro a envoyé 5 mauvais codes en une heure. Ses textos sont ignorés jusqu'à 23")


def test_what_is_told_fits_into_a_text() -> None:
    until, line = NOW + HOUR, readable_number(AMY)
    for words in (
        messages.texting_stopped(until, DESK.zone, line),
        messages.wrong_codes_alert("N" * 40, line, until, DESK.zone),
    ):
        for text in (words.english, words.french):
            assert folded(text) == text
            assert fits(text)
            assert ".." not in text
