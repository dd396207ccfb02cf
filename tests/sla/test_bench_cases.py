"""Where other packages measure business time differently from us: who is right."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bench_business_time import CASES, OFFICE, TORONTO, Case, instants
from tests.sla.reference import MinuteByMinute

NIGHT_WATCHES = {
    "the night that clocks go forward, 22:00-06:00": (timedelta(hours=7), {"business-duration"}),
    "the night that clocks go back, 22:00-06:00": (timedelta(hours=9), {"business-duration"}),
    "from 01:30 to 01:30 again, that night": (timedelta(hours=1), {"business-duration", "businesstimedelta"}),
    "a quarter of a second": (timedelta(milliseconds=250), {"business-duration", "businesstimedelta"}),
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_we_are_right_and_these_packages_are_not(case: Case) -> None:
    worked, wrong = NIGHT_WATCHES[case.name]
    slow = MinuteByMinute(
        TORONTO, case.desk.week, case.desk.closed_days, (), case.start.replace(second=0, microsecond=0), 900
    )
    assert slow.worked(case.start, case.end) == worked
    answers = {package: measure(case.start, case.end) for package, measure in case.desk.measures().items()}
    assert answers["sla"] == worked
    assert {package for package, answer in answers.items() if answer != worked} == wrong


def test_in_whole_seconds_and_office_hours_all_three_agree() -> None:
    measures = OFFICE.measures()
    for start in instants(40):
        assert len({measure(start, start + timedelta(days=9)) for measure in measures.values()}) == 1
