"""The carrier's error codes."""

from __future__ import annotations

import pytest

from callbacks.paging.channels.carrier_errors import KNOWN, Fault, cause_of, error_code
from callbacks.text.bilingual import Words


@pytest.mark.parametrize(
    ("code", "fault", "is_retried"),
    [
        (20003, Fault.ACCOUNT, True),
        (21408, Fault.PERMISSION, True),
        (21606, Fault.SENDER, True),
        (30034, Fault.SENDER, True),
        (30001, Fault.LIMIT, True),
        (10004, Fault.LIMIT, True),
        (30002, Fault.ACCOUNT, True),
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
    assert error_code(99999, "Queue overflow").words == Words("Queue overflow", "Queue overflow")
    assert error_code(None).words == Words("the carrier gives no reason", "le fournisseur ne donne pas de raison")


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_words_fit_into_a_sentence(code: int) -> None:
    for words in (KNOWN[code].words.english, KNOWN[code].words.french):
        assert words[0].islower()
        assert not words.endswith(".")


@pytest.mark.parametrize(
    ("status", "fault"),
    [(401, Fault.ACCOUNT), (403, Fault.ACCOUNT), (429, Fault.LIMIT), (503, Fault.LIMIT), (400, Fault.OTHER)],
)
def test_where_the_code_says_nothing_the_http_status_does(status: int, fault: Fault) -> None:
    assert error_code(99999, "Queue overflow", status).fault is fault
    assert error_code(21610, status=status).fault is Fault.PERSON


@pytest.mark.parametrize(
    ("code", "sip_code", "words", "fault"),
    [
        (30005, None, "this number does not exist (30005)", Fault.PERSON),
        (None, 404, "there is no such number (SIP 404)", Fault.PERSON),
        (13224, 484, "this number is incomplete (SIP 484)", Fault.PERSON),
        (None, 604, "there is no such number (SIP 604)", Fault.PERSON),
        (None, 410, "this number is no longer in service (SIP 410)", Fault.PERSON),
        (None, 480, "the phone is off or out of reach (SIP 480)", Fault.OTHER),
        (None, 408, "the phone did not respond (SIP 408)", Fault.OTHER),
        (None, 503, "the phone network is out of order or overloaded (SIP 503)", Fault.OTHER),
        (None, 200, "the carrier gives no reason", Fault.OTHER),
        (None, None, "the carrier gives no reason", Fault.OTHER),
        (99999, None, "the carrier gives no reason (99999)", Fault.OTHER),
    ],
)
def test_why_something_did_not_arrive(code: int | None, sip_code: int | None, words: str, fault: Fault) -> None:
    cause = cause_of(code, sip_code)
    assert (cause.words.english, cause.fault) == (words, fault)
