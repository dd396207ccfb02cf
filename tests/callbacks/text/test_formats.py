"""Times, numbers and references as people read and hear them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.text import formats
from callbacks.text.formats import (
    clock_time,
    day_and_time,
    length,
    moment,
    span,
    spelled,
)
from callbacks.text.spoken import Part, SayAs, parts_of

MONTREAL = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 29, 3, 12, 5, tzinfo=UTC), "Sat 28 Nov 22:12"),
        (datetime(2026, 1, 1, 4, 59, tzinfo=UTC), "Wed 31 Dec 2025 23:59"),
        (datetime(2027, 1, 1, 4, 59, tzinfo=UTC), "Thu 31 Dec 23:59"),
    ],
)
def test_a_moment_of_another_year_shows_the_year(at: datetime, words: str) -> None:
    now = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)
    assert moment(at, MONTREAL, now) == words


def test_a_moment_can_show_seconds() -> None:
    at = datetime(2026, 11, 29, 3, 12, 5, tzinfo=UTC)
    assert moment(at, MONTREAL, at, seconds=True) == "Sat 28 Nov 22:12:05"


@pytest.mark.parametrize(
    ("hour", "minute", "english", "french"),
    [
        (0, 5, "12:05 a.m.", "0 h 05"),
        (12, 0, "12:00 p.m.", "12 h"),
        (22, 42, "10:42 p.m.", "22 h 42"),
    ],
)
def test_a_time_of_day_in_both_languages(hour: int, minute: int, english: str, french: str) -> None:
    at = datetime(2026, 11, 28, hour, minute, tzinfo=MONTREAL)
    assert (clock_time(at, MONTREAL), clock_time(at, MONTREAL, "fr")) == (english, french)


def test_a_day_and_time_in_both_languages() -> None:
    at = datetime(2026, 11, 29, 3, 5, tzinfo=UTC)
    assert (day_and_time(at, MONTREAL), day_and_time(at, MONTREAL, "fr")) == ("Sat 28 Nov 22:05", "sa 28/11 22:05")


def test_lengths_and_references() -> None:
    assert [length(seconds) for seconds in (0, 32, 185)] == ["0:00", "0:32", "3:05"]
    assert [span(timedelta(minutes=minutes)) for minutes in (0, 12, 65)] == ["0 min", "12 min", "1 h 05 min"]
    assert spelled("KT-417") == "K, T, 4, 1, 7"


FIRST_1_15 = datetime(2026, 11, 1, 5, 15, tzinfo=UTC)  # in the hour that autumn repeats
SECOND_1_15 = FIRST_1_15 + timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "language", "written", "spoken"),
    [
        (FIRST_1_15, "en", "1:15 a.m. EDT", "1:15 a.m. daylight time"),
        (SECOND_1_15, "en", "1:15 a.m. EST", "1:15 a.m. standard time"),
        (FIRST_1_15, "fr", "1 h 15 HAE", "1 h 15, heure avancée"),
        (SECOND_1_15, "fr", "1 h 15 HNE", "1 h 15, heure normale"),
        (SECOND_1_15 + timedelta(hours=1), "en", "2:15 a.m.", "2:15 a.m."),
        (FIRST_1_15 - timedelta(hours=1), "fr", "0 h 15", "0 h 15"),
    ],
)
def test_the_hour_that_autumn_repeats_says_which_one_it_is(
    at: datetime, language: str, written: str, spoken: str
) -> None:
    assert formats.clock_time(at, MONTREAL, language) == written
    assert formats.spoken_time(at, MONTREAL, language) == spoken


@pytest.mark.parametrize(
    ("days", "english", "french"),
    [
        (0, "10:42 p.m.", "22 h 42"),
        (1, "10:42 p.m. Sunday", "dimanche 22 h 42"),
        (-1, "10:42 p.m. Friday", "vendredi 22 h 42"),
        (-6, "10:42 p.m. Sunday", "dimanche 22 h 42"),
        (-7, "10:42 p.m. on November 21", "le 21 novembre à 22 h 42"),
        (3, "10:42 p.m. Tuesday", "mardi 22 h 42"),
        (7 + 26, "10:42 p.m. on December 31", "le 31 décembre à 22 h 42"),
        (7 + 27, "10:42 p.m. on January 1", "le 1er janvier à 22 h 42"),
    ],
)
def test_a_time_names_its_day_unless_that_is_today(days: int, english: str, french: str) -> None:
    now = datetime(2026, 11, 29, 3, 42, tzinfo=UTC)  # Saturday 28 November, 10:42 p.m. in Montreal
    at = now + timedelta(days=days)
    assert formats.time_and_day(at, MONTREAL, now) == english
    assert formats.time_and_day(at, MONTREAL, now, "fr") == french
    assert formats.spoken_time_and_day(at, MONTREAL, now) == english


def test_a_short_time_has_its_day_too() -> None:
    now = datetime(2026, 11, 29, 3, 42, tzinfo=UTC)
    assert formats.short_time_and_day(now, MONTREAL, now) == "10:42pm"
    assert formats.short_time_and_day(now - timedelta(days=1), MONTREAL, now, "fr") == "ve 22h42"
    assert formats.short_time_and_day(FIRST_1_15, MONTREAL, FIRST_1_15) == "1:15am EDT"


TEN_FORTY_TWO = datetime(2026, 11, 29, 3, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("caller", "english", "french"),
    [
        ("+15145550199", "10:42 p.m.", "22 h 42"),  # Montreal
        ("+12125550199", "10:42 p.m.", "22 h 42"),  # New York
        ("+16045550199", "10:42 p.m. Eastern time", "22 h 42, heure de l'Est"),  # Vancouver
        ("+442071838750", "10:42 p.m. Eastern time", "22 h 42, heure de l'Est"),
        ("+18005550199", "10:42 p.m. Eastern time", "22 h 42, heure de l'Est"),  # anywhere in North America
        ("ANONYMOUS", "10:42 p.m.", "22 h 42"),
        ("", "10:42 p.m.", "22 h 42"),
    ],
)
def test_a_caller_who_may_be_in_another_time_hears_which_one_it_is(caller: str, english: str, french: str) -> None:
    at = now = TEN_FORTY_TWO
    assert formats.time_for_caller(at, MONTREAL, now, "en", caller) == english
    assert formats.time_for_caller(at, MONTREAL, now, "fr", caller) == french


def test_a_caller_in_another_time_hears_day_and_repeated_hour_too() -> None:
    vancouver, before_midnight = "+16045550199", FIRST_1_15 - timedelta(hours=2)
    for language, expected in (
        ("en", "1:15 a.m. Eastern daylight time Sunday"),
        ("fr", "dimanche 1 h 15, heure avancée de l'Est"),
    ):
        assert formats.time_for_caller(FIRST_1_15, MONTREAL, before_midnight, language, vancouver) == expected
    kathmandu = ZoneInfo("Asia/Kathmandu")
    at = TEN_FORTY_TWO
    assert formats.time_for_caller(at, kathmandu, at, "en", vancouver) == "9:27 a.m. Kathmandu time"
    assert formats.time_for_caller(at, kathmandu, at, "fr", vancouver) == "9 h 27, heure de Kathmandu"
    assert formats.time_for_caller(at, ZoneInfo("Africa/Algiers"), at, "fr", vancouver).endswith("heure d'Algiers")


def test_screens_and_exports_say_which_hour_it_is_too() -> None:
    assert formats.moment(FIRST_1_15, MONTREAL, FIRST_1_15, seconds=True) == "Sun 1 Nov 01:15:00 EDT"
    assert formats.day_and_time(SECOND_1_15, MONTREAL) == "Sun 1 Nov 01:15 EST"
    assert formats.day_and_time(SECOND_1_15, MONTREAL, "fr") == "di 1/11 01:15 HNE"


def aloud(text: str) -> str:
    """Return what a voice says in place of what is written."""
    return "".join(part.alias or part.text for part in parts_of(text))


@pytest.mark.parametrize(
    ("hour", "minute", "english", "french"),
    [
        (0, 0, "12:00 a.m.", "minuit"),
        (0, 10, "12:10 a.m.", "minuit 10"),
        (1, 0, "1:00 a.m.", "une heure"),
        (1, 1, "1:01 a.m.", "une heure une"),
        (7, 5, "7:05 a.m.", "7 heures 5"),
        (12, 0, "12:00 p.m.", "12 heures"),
        (12, 30, "12:30 p.m.", "12 heures 30"),
        (21, 0, "9:00 p.m.", "vingt et une heures"),
        (21, 21, "9:21 p.m.", "vingt et une heures vingt et une"),
        (22, 42, "10:42 p.m.", "22 heures 42"),
        (23, 51, "11:51 p.m.", "23 heures cinquante et une"),
    ],
)
def test_a_time_as_a_voice_says_it(hour: int, minute: int, english: str, french: str) -> None:
    at = datetime(2026, 11, 28, hour, minute, tzinfo=MONTREAL)
    written = clock_time(at, MONTREAL, "fr")
    assert aloud(formats.spoken_time(at, MONTREAL)) == english
    assert (formats.spoken_time(at, MONTREAL, "fr"), aloud(formats.spoken_time(at, MONTREAL, "fr"))) == (
        written,
        french,
    )


@pytest.mark.parametrize(
    ("day", "written", "french"),
    [
        (datetime(2026, 11, 29, 0, 10, tzinfo=MONTREAL), "dimanche 0 h 10", "dimanche à minuit 10"),
        (datetime(2026, 12, 25, 8, 0, tzinfo=MONTREAL), "le 25 décembre à 8 h", "le 25 décembre à 8 heures"),
        (
            datetime(2027, 1, 1, 21, 0, tzinfo=MONTREAL),
            "le 1er janvier à 21 h",
            "le premier janvier à vingt et une heures",
        ),
    ],
)
def test_a_day_as_a_voice_says_it_in_french(day: datetime, written: str, french: str) -> None:
    spoken = formats.spoken_time_and_day(day, MONTREAL, TEN_FORTY_TWO, "fr")
    assert (spoken, aloud(spoken)) == (written, french)


def test_a_time_in_another_zone_as_a_voice_says_it_in_french() -> None:
    spoken = formats.time_for_caller(TEN_FORTY_TWO, MONTREAL, TEN_FORTY_TWO, "fr", "+16045550199")
    assert aloud(spoken) == "22 heures 42, heure de l'Est"


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("+15145550199", (Part("(514) 555-0199", SayAs.TELEPHONE),)),
        ("+3225550199", (
            *(Part("+"), Part("32", SayAs.DIGITS), Part(" "), Part("2", SayAs.DIGITS), Part(" ")),
            *(Part("555", SayAs.DIGITS), Part(" "), Part("01", SayAs.DIGITS), Part(" "), Part("99", SayAs.DIGITS)),
        )),
        ("ANONYMOUS", (Part("ANONYMOUS"),)),
    ],
)  # fmt: skip
def test_a_phone_number_as_a_voice_says_it(number: str, parts: tuple[Part, ...]) -> None:
    assert parts_of(formats.spoken_number(number)) == parts


def test_the_digits_of_a_reference_are_said_one_by_one() -> None:
    assert parts_of(spelled("KT-41")) == (
        *(Part("K, T, "), Part("4", SayAs.DIGITS)),
        *(Part(", "), Part("1", SayAs.DIGITS)),
    )
