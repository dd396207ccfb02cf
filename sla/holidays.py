"""Statutory holidays of the United States and Canada, by local day, with the names that callers hear.

`sla.hours` decides which instants they close.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from holidays import HolidayBase, country_holidays
from holidays.countries.canada import Canada

DESK = "desk"

# The library's English name of a day -> what callers hear after "closed for" and after "fermé pour".
_SPOKEN = {
    "Boxing Day": ("Boxing Day", "le lendemain de Noël"),
    "British Columbia Day": ("British Columbia Day", "la fête de la Colombie-Britannique"),
    "Canada Day": ("Canada Day", "la fête du Canada"),
    "Christmas Day": ("Christmas Day", "Noël"),
    "Civic Holiday": ("the Civic Holiday", "le congé civique"),
    "Columbus Day": ("Columbus Day", "le jour de Christophe Colomb"),
    "Discovery Day": ("Discovery Day", "le jour de la Découverte"),
    "Family Day": ("Family Day", "la fête de la Famille"),
    "Good Friday": ("Good Friday", "le Vendredi saint"),
    "Heritage Day": ("Heritage Day", "la fête du Patrimoine"),
    "Independence Day": ("Independence Day", "la fête de l'Indépendance américaine"),
    "Islander Day": ("Islander Day", "la fête des Insulaires"),
    "Juneteenth National Independence Day": ("Juneteenth", "Juneteenth"),
    "Labor Day": ("Labour Day", "la fête du Travail"),
    "Labour Day": ("Labour Day", "la fête du Travail"),
    "Louis Riel Day": ("Louis Riel Day", "la journée Louis-Riel"),
    "Martin Luther King Jr. Day": ("Martin Luther King Jr. Day", "la journée de Martin Luther King"),
    "Memorial Day": ("Memorial Day", "le jour du Souvenir américain"),
    "National Aboriginal Day": ("National Indigenous Peoples Day", "la Journée nationale des peuples autochtones"),
    "National Day for Truth and Reconciliation": (
        "the National Day for Truth and Reconciliation",
        "la Journée nationale de la vérité et de la réconciliation",
    ),
    "National Patriots' Day": ("National Patriots' Day", "la Journée nationale des patriotes"),
    "New Brunswick Day": ("New Brunswick Day", "la fête du Nouveau-Brunswick"),
    "New Year's Day": ("New Year's Day", "le jour de l'An"),
    "Nunavut Day": ("Nunavut Day", "le jour du Nunavut"),
    "Remembrance Day": ("Remembrance Day", "le jour du Souvenir"),
    "Saint Jean Baptiste Day": ("Saint-Jean-Baptiste", "la Saint-Jean-Baptiste"),
    "Saskatchewan Day": ("Saskatchewan Day", "la fête de la Saskatchewan"),
    "Thanksgiving Day": ("Thanksgiving", "l'Action de grâce"),
    "Veterans Day": ("Veterans Day", "le jour des anciens combattants"),
    "Victoria Day": ("Victoria Day", "la fête de la Reine"),
    "Washington's Birthday": ("Presidents' Day", "le jour des Présidents"),
}
_OBSERVED = " (observed)"


@dataclass(frozen=True)
class Holiday:
    """One reason for a day to be closed. `observed` is a weekday off in place of a weekend."""

    name: Mapping[str, str]
    """What a caller hears, by language: "en" after "closed for", "fr" after "fermé pour"."""
    place: str
    """Where it is a holiday: "US", "CA", "CA-QC" and so on, or "desk" for a day that a supervisor added."""
    observed: bool = False


def spoken(found: Iterable[Holiday], language: str) -> str:
    """Return the holidays of one day, each name once: "Thanksgiving and Columbus Day"."""
    names = list(dict.fromkeys(holiday.name[language] for holiday in found))
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + {"en": " and ", "fr": " et "}[language] + names[-1]


@dataclass(frozen=True)
class StatutoryHolidays:
    """The holidays of all these places together (policy: Hours), without those removed, and with those added.

    "US" is the federal list, "CA" the federal list of the Canada Labour Code, `subdivision` a Canadian province.
    Raise ValueError for an unknown place.
    """

    countries: tuple[str, ...] = ("US", "CA")
    subdivision: str | None = None
    struck: frozenset[date] = frozenset()
    added: tuple[tuple[date, str, str], ...] = ()
    """A day, and its name in English and in French."""

    def __post_init__(self) -> None:
        for country in self.countries:
            if country not in ("US", "CA"):
                raise ValueError(f'No statutory holidays are known for {country!r}. Name "US", "CA" or both.')
        provinces = Canada.subdivisions if "CA" in self.countries else ()
        if self.subdivision is not None and self.subdivision not in provinces:
            known = ", ".join(provinces) or 'none without the country "CA"'
            raise ValueError(f"{self.subdivision!r} is not a province with known holidays. Known: {known}.")

    def on(self, day: date) -> tuple[Holiday, ...]:
        """Return the holidays of a local day. Raise TypeError for an instant, because its day depends on the zone."""
        if type(day) is not date:
            raise TypeError(f"{day!r} is not a date. Give the local date.")
        return self.in_year(day.year).get(day, ())

    def in_year(self, year: int) -> Mapping[date, tuple[Holiday, ...]]:
        """Return every holiday of a year, by day, in order."""
        return _in_year(self, year)

    def with_changes(
        self, struck: Iterable[date] = (), added: Mapping[date, Mapping[str, str]] | None = None
    ) -> StatutoryHolidays:
        """Return these holidays without the days in `struck` and with those in `added`, which maps days to names."""
        more = ((day, name["en"], name["fr"]) for day, name in (added or {}).items())
        return replace(self, struck=self.struck | frozenset(struck), added=(*self.added, *more))


@lru_cache(maxsize=1024)
def _in_year(holidays: StatutoryHolidays, year: int) -> Mapping[date, tuple[Holiday, ...]]:
    found: dict[date, tuple[Holiday, ...]] = {}
    for day, holiday in (*_statutory(holidays.countries, holidays.subdivision, year), *_added(holidays, year)):
        if day not in holidays.struck or holiday.place == DESK:
            found[day] = (*found.get(day, ()), holiday)
    return MappingProxyType(dict(sorted(found.items())))


def _added(holidays: StatutoryHolidays, year: int) -> list[tuple[date, Holiday]]:
    return [(day, Holiday({"en": en, "fr": fr}, DESK)) for day, en, fr in holidays.added if day.year == year]


@lru_cache(maxsize=1024)
def _statutory(countries: tuple[str, ...], subdivision: str | None, year: int) -> tuple[tuple[date, Holiday], ...]:
    found: list[tuple[date, Holiday]] = []
    if "US" in countries:
        found += _of_place("US", country_holidays("US", years=year, language="en_US"))
    if "CA" in countries:
        # The library's default CA has five days. Its "government" category has the ten of the Canada Labour Code.
        federal = country_holidays("CA", years=year, categories=("government",), language="en_CA")
        found += _of_place("CA", federal)
    if subdivision is not None:
        province = country_holidays("CA", years=year, subdiv=subdivision, language="en_CA")
        already = {(day, holiday.name["en"]) for day, holiday in found if holiday.place == "CA"}
        found += (
            (day, holiday)
            for day, holiday in _of_place(f"CA-{subdivision}", province)
            if (day, holiday.name["en"]) not in already
        )
    return tuple(found)


def _of_place(place: str, table: HolidayBase) -> list[tuple[date, Holiday]]:
    return [(day, _holiday(place, entry)) for day in sorted(table) for entry in table.get_list(day)]


def _holiday(place: str, entry: str) -> Holiday:
    plain = entry.removesuffix(_OBSERVED)
    english, french = _SPOKEN.get(plain, (plain, plain))
    return Holiday(MappingProxyType({"en": english, "fr": french}), place, observed=plain != entry)
