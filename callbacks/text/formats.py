"""Times, numbers and references as people read and hear them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from callbacks.text.bilingual import Words
from callbacks.text.spoken import Part, SayAs, Spoken, digits, said_as


def clock_time(at: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """Return the time of day: "10:42 p.m.", "22 h 42".

    In the hour that autumn repeats it says which one: "1:15 a.m. EDT", "1 h 15 HAE".
    """
    local = at.astimezone(zone)
    return _time_of_day(local, language) + _which_one(local, language)


def spoken_time(at: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """Return the time of day for text to speech. In the repeated hour: "1:15 a.m. daylight time"."""
    local = at.astimezone(zone)
    return _aloud(local, language, _which_one_aloud(local, language))


def time_and_day(at: datetime, zone: ZoneInfo, now: datetime, language: str = "en") -> str:
    """Return a time with its day unless that is today: "12:10 a.m. Sunday", "dimanche 0 h 10"."""
    return _with_day(clock_time(at, zone, language), at.astimezone(zone), now.astimezone(zone), language)


def at_time_and_day_in_french(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return when something happened, in French: "à 22 h 12", "dimanche à 0 h 10", "le 3 mars à 22 h"."""
    return _with_preposition_in_french(time_and_day(at, zone, now, "fr"))


def _with_preposition_in_french(words: str) -> str:
    if " à " in words:
        return words
    day, _, time = words.partition(" ") if not words[0].isdigit() else ("", "", words)
    return f"{day} à {time}".strip()


def short_time_and_day(at: datetime, zone: ZoneInfo, now: datetime, language: str = "en") -> str:
    """Return a time in few letters, with its day unless that is today: "10:42pm", "Sat 10:42pm", "22h42"."""
    local = at.astimezone(zone)
    time = _time_of_day(local, language).replace(" ", "").replace(".", "")
    day = "" if local.date() == now.astimezone(zone).date() else f"{DAYS[language][local.weekday()]} "
    return f"{day}{time}{_which_one(local, language)}"


def spoken_time_and_day(at: datetime, zone: ZoneInfo, now: datetime, language: str = "en") -> str:
    """Return a time for text to speech, with its day unless that is today."""
    local = at.astimezone(zone)
    return _aloud(local, language, _which_one_aloud(local, language), now.astimezone(zone))


def time_for_caller(at: datetime, zone: ZoneInfo, now: datetime, language: str, caller: str) -> str:
    """Return a time for text to speech to a caller: with its day unless that is today, and with the name of its zone
    unless the caller's number is in that time too: "10:42 p.m. Eastern time", "22 h 42, heure de l'Est".
    """
    local = at.astimezone(zone)
    if all(at.astimezone(each).utcoffset() == local.utcoffset() for each in _zones_of_number(caller)):
        return spoken_time_and_day(at, zone, now, language)
    zone_name = f"{_pause(language)}{_zone_name(local, zone).for_(language)}"
    return _aloud(local, language, zone_name, now.astimezone(zone))


def time_for_reader(at: datetime, zone: ZoneInfo, now: datetime, language: str) -> str:
    """Return a time with its day unless that is today, and its zone: "10:42 p.m. Eastern time"."""
    local = at.astimezone(zone)
    return f"{time_and_day(at, zone, now, language)}{_pause(language)}{_zone_name(local, zone).for_(language)}"


def _which_one_aloud(local: datetime, language: str) -> str:
    return f"{_pause(language)}{_kind_of_time(local).for_(language)}" if is_repeated(local) else ""


def _aloud(local: datetime, language: str, which_one: str, today: datetime | None = None) -> str:
    """Return a time for text to speech, with its day unless that is today. French is written "22 h 42", and a voice
    says "22 heures 42".
    """
    day = today or local
    written = _with_day(f"{_time_of_day(local, language)}{which_one}", local, day, language)
    if language != "fr":
        return written
    aloud = f"{_french_time_aloud(local)}{which_one}"
    days = (local.date() - day.date()).days
    if not days:
        return said_as(written, aloud)
    if abs(days) < 7:
        return said_as(written, f"{WEEKDAYS['fr'][local.weekday()]} à {aloud}")
    return said_as(written, f"le {_first(local.day)} {FRENCH_MONTHS[local.month - 1]} à {aloud}")


def _first(day: int) -> str:
    return "premier" if day == 1 else str(day)


def _french_time_aloud(local: datetime) -> str:
    """Return a time of day as people say it: "22 heures 42", "minuit 10", "vingt et une heures"."""
    hours = "minuit" if local.hour == 0 else f"{_feminine(local.hour)} heure{'s' if local.hour > 1 else ''}"
    return f"{hours} {_feminine(local.minute)}" if local.minute else hours


def _feminine(number: int) -> str:
    """Return a number of hours or minutes. A voice would read 1 and 21 as masculine."""
    return FEMININE.get(number, str(number))


def at_time_for_caller(at: datetime, zone: ZoneInfo, now: datetime, language: str, caller: str) -> str:
    """Return when something happened, for text to speech to a caller: "at 10:42 p.m. Sunday", "dimanche à 22 h 42"."""
    time = time_for_caller(at, zone, now, language, caller)
    return _with_preposition_in_french(time) if language == "fr" else f"at {time}"


def _pause(language: str) -> str:
    """Return what separates a time from its kind: "10:42 p.m. Eastern time", "22 h 42, heure de l'Est"."""
    return ", " if language == "fr" else " "


def _zones_of_number(number: str) -> Iterator[ZoneInfo]:
    """Yield the time zones in which a number may be; none for one that is withheld or in a place unknown."""
    try:
        names = time_zones_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return
    yield from (ZoneInfo(name) for name in names if name != UNKNOWN_TIMEZONE)


def _zone_name(local: datetime, zone: ZoneInfo) -> Words:
    """Return how people call the time of a zone: "Eastern time"; in the repeated hour "Eastern daylight time"."""
    kind = _kind_of_time(local) if is_repeated(local) else Words("time", "heure")
    english, french = ZONE_NAMES.get((local.tzname() or "")[:-2], ("", ""))
    if not english or not zone.key.startswith(("America/", "Canada/", "US/")):
        city = zone.key.rpartition("/")[2].replace("_", " ")
        of = "d'" if city[0] in "AEIOUY" else "de "
        return Words(f"{city} {kind.english}", f"{kind.french} {of}{city}")
    return Words(f"{english} {kind.english}", f"{kind.french} {french}")


def is_repeated(local: datetime) -> bool:
    """Return whether the clock shows this time twice, because it goes back in autumn."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _time_of_day(local: datetime, language: str) -> str:
    if language == "fr":
        return f"{local.hour} h {local.minute:02d}" if local.minute else f"{local.hour} h"
    return f"{local.hour % 12 or 12}:{local.minute:02d} {'a.m.' if local.hour < 12 else 'p.m.'}"


def _which_one(local: datetime, language: str) -> str:
    """Return " EDT" or " EST" in the hour that autumn repeats, and "" at any other time."""
    if not is_repeated(local):
        return ""
    name = local.tzname() or ""
    return f" {FRENCH_ABBREVIATIONS.get(name, name) if language == 'fr' else name}"


def _kind_of_time(local: datetime) -> Words:
    return STANDARD_TIME if local.fold else DAYLIGHT_TIME


def _with_day(time: str, local: datetime, today: datetime, language: str) -> str:
    days = (local.date() - today.date()).days
    if not days:
        return time
    if abs(days) < 7:
        day = WEEKDAYS[language][local.weekday()]
        return f"{day} {time}" if language == "fr" else f"{time} {day}"
    if language == "fr":
        return f"le {'1er' if local.day == 1 else local.day} {FRENCH_MONTHS[local.month - 1]} à {time}"
    return f"{time} on {local:%B} {local.day}"


DAYLIGHT_TIME = Words("daylight time", "heure avancée")
STANDARD_TIME = Words("standard time", "heure normale")
_TIMES_IN_FRENCH = "NDT=HAT NST=HNT ADT=HAA AST=HNA EDT=HAE EST=HNE CDT=HAC CST=HNC MDT=HAR MST=HNR PDT=HAP PST=HNP"
FRENCH_ABBREVIATIONS = dict(pair.split("=") for pair in _TIMES_IN_FRENCH.split())
# By the first letters of the abbreviation: of EST and EDT, of PST and PDT.
ZONE_NAMES = {
    "N": ("Newfoundland", "de Terre-Neuve"),
    "A": ("Atlantic", "de l'Atlantique"),
    "E": ("Eastern", "de l'Est"),
    "C": ("Central", "du Centre"),
    "M": ("Mountain", "des Rocheuses"),
    "P": ("Pacific", "du Pacifique"),
    "AK": ("Alaska", "de l'Alaska"),
}
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
FRENCH_MONTHS = _MONTHS.split()
FEMININE = {1: "une", 21: "vingt et une", 31: "trente et une", 41: "quarante et une", 51: "cinquante et une"}

LANGUAGES = {"en": "English", "fr": "French"}
DAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "fr": ("lu", "ma", "me", "je", "ve", "sa", "di")}


def day_in_words(day: date) -> str:
    """Return a day: "Sat 28 Nov"."""
    return f"{DAYS['en'][day.weekday()]} {day.day} {day:%b}"


def day_and_time(at: datetime, zone: ZoneInfo, language: str = "en") -> str:
    """Return a day and time without its year: "Sat 28 Nov 22:00", "sa 28/11 22:00"."""
    local = at.astimezone(zone)
    if language == "fr":
        return f"{DAYS['fr'][local.weekday()]} {local.day}/{local.month} {local:%H:%M}{_which_one(local, 'fr')}"
    return f"{day_in_words(local)} {local:%H:%M}{_which_one(local, 'en')}"


def moment(at: datetime, zone: ZoneInfo, now: datetime, *, seconds: bool = False) -> str:
    """Return a day and time, with the year unless it is the current one: "Sat 28 Nov 22:12"."""
    local = at.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{day_in_words(local)}{year} {time}{_which_one(local, 'en')}"


def utc_span(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """Return a span for a log: "2026-11-27 18:00 to 2026-11-28 08:00 UTC", "always", "until 2026-11-28 08:00 UTC"."""
    start, end = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at is not None else "" for at in (starts_at, ends_at))
    if start and end:
        return f"{start} to {end} UTC"
    return f"from {start} UTC" if start else f"until {end} UTC" if end else "always"


def ended_once(sentence: str) -> str:
    """Remove the second of two periods, where a sentence ends with "p.m."."""
    return sentence.replace(".m..", ".m.")


def length(seconds: int) -> str:
    """Return the length of a recording: "0:32"."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def span(duration: timedelta) -> str:
    """Return a length of time in whole minutes: "1 h 05 min", "12 min"."""
    minutes = int(duration.total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def spelled(reference: str) -> Spoken:
    """Return a reference, spelled with a pause after each letter and digit: "K, T, 4, 1, 7"."""
    return digits(", ".join(character for character in reference if character.isalnum()))


def reference_as_stored(typed: str) -> str:
    """Return a reference that a person typed as it is stored: "KT-417" for "kt 417"."""
    letters = [character for character in typed.upper() if character.isalnum()]
    return "".join([*letters[:2], "-", *letters[2:]])


def last_digits(number: str) -> str:
    """Return words that identify a number without revealing it: "number ending in 0101"."""
    return f"number ending in {number[-4:]}"


def readable_number(number: str) -> str:
    """Return a phone number in its usual notation, "(514) 555-0123", and anything else unchanged."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    national = parsed.country_code == 1
    style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def spoken_number(number: str) -> str:
    """Return a phone number in its usual notation, which a voice says as one. Anything else is returned unchanged."""
    readable = readable_number(number)
    if readable == number:
        return number
    # To a voice, a phone number has seven or ten digits.
    return Spoken.of([Part(readable, SayAs.TELEPHONE)]) if number.startswith("+1") else digits(readable)
