"""Sums of minutes, and which consent holds when: pure, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.db.states import Coverage
from callbacks.db.tables import BillingConsent
from callbacks.records.work import Sums, consent_at, needs_consent, sums_of, work_in_words

NINE = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def consent(id_: int, minutes_after: float = 0, withdrawn: float | None = None) -> BillingConsent:
    withdrawn_at = None if withdrawn is None else NINE + withdrawn * MINUTE
    return BillingConsent(id=id_, given_at=NINE + minutes_after * MINUTE, withdrawn_at=withdrawn_at)


@pytest.mark.parametrize(
    ("consents", "began", "holds"),
    [
        ([], 0, None),
        ([consent(1)], -1, None),
        ([consent(1)], 0, 1),
        ([consent(1)], 60 * 24 * 30, 1),
        # Work is known to the minute.
        ([consent(1, 0.9)], 0, 1),
        ([consent(1, 1)], 0, None),
        # The last one given counts, in whatever order they were recorded.
        ([consent(1), consent(2, 30)], 29, 1),
        ([consent(1), consent(2, 30)], 30, 2),
        ([consent(1, 30), consent(2)], 40, 1),
        ([consent(1), consent(2)], 40, 2),
        # One that was withdrawn holds for what began before.
        ([consent(1, withdrawn=30)], 29, 1),
        ([consent(1, withdrawn=30)], 30, None),
        ([consent(1, withdrawn=30), consent(2, 60)], 45, None),
        ([consent(1, withdrawn=30), consent(2, 60)], 60, 2),
        # One that is recorded after a withdrawal, and was given before it, was withdrawn as well.
        ([consent(1, withdrawn=30), consent(2, 20)], 29, 2),
        ([consent(1, withdrawn=30), consent(2, 20)], 40, None),
        ([consent(1, withdrawn=30.5), consent(2, 30)], 40, 2),
    ],
)
def test_the_consent_that_holds_when_work_begins(consents: list[BillingConsent], began: int, holds: int | None) -> None:
    found = consent_at(consents, NINE + began * MINUTE)
    assert (found.id if found is not None else None) == holds


@pytest.mark.parametrize("coverage", Coverage)
def test_only_billable_work_needs_consent(coverage: Coverage) -> None:
    assert needs_consent(coverage, [], NINE) is (coverage is Coverage.BILLABLE)
    assert not needs_consent(coverage, [consent(1)], NINE)


def test_minutes_are_summed_by_coverage() -> None:
    some = [(coverage, 10 + 2 * number) for number, coverage in enumerate(Coverage)]
    found = sums_of([*some, (Coverage.BILLABLE, 5)])
    assert found == Sums(billable=21, courtesy=14, covered=12, unknown=10)
    assert found.minutes == 57
    assert sums_of([]) == Sums()


@pytest.mark.parametrize(
    ("sums", "agreed", "english", "french"),
    [
        (Sums(), None, "", ""),
        (Sums(covered=5), None, "5 min worked", "5 min de travail"),
        (
            Sums(billable=40, covered=45),
            120,
            "1 h 25 min worked, of it 40 min billable; agreed: 2 h 00 min",
            "1 h 25 min de travail, dont 40 min facturables; convenu : 2 h 00 min",
        ),
        (Sums(), 60, "0 min worked; agreed: 1 h 00 min", "0 min de travail; convenu : 1 h 00 min"),
        (
            Sums(billable=5),
            0,
            "5 min worked, of it 5 min billable; agreed: no limit",
            "5 min de travail, dont 5 min facturables; convenu : sans limite",
        ),
    ],
)
def test_the_sums_in_words(sums: Sums, agreed: int | None, english: str, french: str) -> None:
    consented = None if agreed is None else BillingConsent(minutes=agreed or None)
    words = work_in_words(sums, consented)
    assert (words.english, words.french) == (english, french)
