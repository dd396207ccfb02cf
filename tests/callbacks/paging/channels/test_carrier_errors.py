"""The carrier's error codes."""

from __future__ import annotations

import pytest

from callbacks.paging.channels.carrier_errors import KNOWN, Fault, error_code


@pytest.mark.parametrize(
    ("code", "fault", "is_retried"),
    [
        (20003, Fault.ACCOUNT, True),
        (21408, Fault.PERMISSION, True),
        (21606, Fault.SENDER, True),
        (30034, Fault.SENDER, False),
        (21610, Fault.PERSON, False),
        (30005, Fault.PERSON, False),
        (30003, Fault.OTHER, False),
        (99999, Fault.OTHER, False),
        (None, Fault.OTHER, False),
    ],
)
def test_whose_fault_it_is_and_whether_it_is_retried(code: int | None, fault: Fault, is_retried: bool) -> None:
    found = error_code(code)
    assert (found.fault, found.is_retried) == (fault, is_retried)


def test_an_unknown_code_has_the_carriers_own_words_or_none() -> None:
    assert error_code(99999, "Queue overflow").words == "Queue overflow"
    assert error_code(None).words == "the carrier gives no reason"


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_words_fit_into_a_sentence(code: int) -> None:
    words = KNOWN[code].words
    assert words[0].islower()
    assert not words.endswith(".")


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_what_is_wrong_with_one_person_is_never_retried_and_what_is_wrong_with_the_account_always_is(code: int) -> None:
    known = KNOWN[code]
    if known.fault is Fault.PERSON:
        assert not known.is_retried
    if known.fault in (Fault.ACCOUNT, Fault.PERMISSION):
        assert known.is_retried
