"""Who is let in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.db.states import NumberRuleKind
from callbacks.inbound.screening import Admission, CallerFacts, ScreeningRules, admit

RULES = ScreeningRules(ask_withheld=True, ask_failed_attestation=True, calls_an_hour=10)
ORDINARY = CallerFacts(None, is_withheld=False, attestation="TN-Validation-Passed-A", calls_in_the_last_hour=0)
FORGED = replace(ORDINARY, attestation="TN-Validation-Failed-C")
WITHHELD = replace(ORDINARY, is_withheld=True, attestation="")
OFTEN = replace(ORDINARY, calls_in_the_last_hour=10)


@pytest.mark.parametrize(
    ("caller", "admission"),
    [
        (ORDINARY, Admission.LET_IN),
        (replace(ORDINARY, attestation=""), Admission.LET_IN),
        (replace(ORDINARY, attestation="No-TN-Validation"), Admission.LET_IN),
        (FORGED, Admission.ASK_FOR_KEY),
        (WITHHELD, Admission.ASK_FOR_KEY),
        (replace(WITHHELD, calls_in_the_last_hour=99), Admission.ASK_FOR_KEY),  # they are not one caller
        (replace(OFTEN, calls_in_the_last_hour=9), Admission.LET_IN),
        (OFTEN, Admission.CAPPED),
        (replace(OFTEN, rule=NumberRuleKind.ALLOWED), Admission.LET_IN),
        (replace(FORGED, rule=NumberRuleKind.ALLOWED), Admission.LET_IN),
        (replace(OFTEN, rule=NumberRuleKind.BLOCKED), Admission.BLOCKED),
    ],
)
def test_who_is_let_in(caller: CallerFacts, admission: Admission) -> None:
    assert admit(RULES, caller) is admission


def test_a_desk_need_not_ask_anybody_for_a_key() -> None:
    lenient = ScreeningRules(ask_withheld=False, ask_failed_attestation=False, calls_an_hour=10)
    assert {admit(lenient, caller) for caller in (FORGED, WITHHELD)} == {Admission.LET_IN}
