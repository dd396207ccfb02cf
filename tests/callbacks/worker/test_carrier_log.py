"""In what the carrier's log and ours differ, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callbacks.worker.carrier_log import Day, Difference, Entries, difference, in_words, listed

MIDNIGHT = datetime(2026, 11, 27, 5, tzinfo=UTC)
DAY = Day(MIDNIGHT, MIDNIGHT + timedelta(days=1))
NOON, BEFORE, AFTER = (MIDNIGHT + timedelta(hours=hours) for hours in (12, -0.1, 24))


@pytest.mark.parametrize(
    ("theirs", "known", "ours", "only_there", "only_here"),
    [
        ([], [], [], [], []),
        ([("SM1", NOON)], ["SM1"], ["SM1"], [], []),
        ([("SM1", NOON)], [], [], ["SM1"], []),
        ([], [], ["SM1"], [], ["SM1"]),
        ([("SM1", BEFORE)], [], [], [], []),  # of the day before
        ([("SM1", AFTER)], [], [], [], []),
        ([("SM1", BEFORE)], ["SM1"], ["SM1"], [], []),  # of another day there than here
        ([("SM1", NOON)], ["SM1"], [], [], []),
        ([("SM1", None)], [], [], [], []),  # without a time: not certainly of the day
        ([("SM1", None)], ["SM1"], ["SM1"], [], []),
        ([("SM2", NOON), ("SM1", NOON)], ["SM3"], ["SM3"], ["SM1", "SM2"], ["SM3"]),
    ],
)
def test_the_logs_are_compared_by_sid(
    theirs: list[tuple[str, datetime | None]],
    known: list[str],
    ours: list[str],
    only_there: list[str],
    only_here: list[str],
) -> None:
    found = difference(Entries.TEXTS_OUT, listed(theirs, DAY), known, ours)
    expected = Difference(Entries.TEXTS_OUT, only_there, only_here) if only_there or only_here else None
    assert found == expected


def test_the_alarm_counts_them_all_and_names_five() -> None:
    many = [f"CA{number}" for number in range(4)]
    differences = [
        Difference(Entries.CALLS_IN, many, []),
        Difference(Entries.TEXTS_IN, ["SM1", "SM2"], ["SM3"]),
        Difference(Entries.CALLS_OUT, [], ["CA9"]),
    ]
    words = in_words(differences)
    assert words.english == (
        "Calls in: 4 only at the carrier (CA0, CA1, CA2, CA3). "
        "Texts in: 2 only at the carrier (SM1), 1 only here. Calls out: 1 only here"
    )
    assert words.french.startswith(
        "Appels reçus: 4 seulement chez le fournisseur (CA0, CA1, CA2, CA3). Textos reçus: 2"
    )
