"""The number to call a customer on, or the reason why there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks.db.tables import Call, Callback
from callbacks.desk.customer_number import NOT_ALLOWED, WRONG_NUMBER, customer_number
from callbacks.desk.desk_file import read_desk

DESK = read_desk(Path("support.toml"))
CUSTOMER, FRANCE, OURS = "+15145550199", "+33142685300", "+18884847266"


def callback(caller: str, number: str | None = None, **fields: str) -> Callback:
    return Callback(
        contact=Call(caller=caller, customer_number=number, extension=fields.pop("extension", "")), **fields
    )


def test_a_known_number_is_called_with_its_extension() -> None:
    found = customer_number(DESK, callback(CUSTOMER, CUSTOMER, extension="204"))
    assert (found.number, found.extension, found.waits_for_consent) == (CUSTOMER, "204", False)
    assert found.in_words.french == "(514) 555-0199 poste 204"


@pytest.mark.parametrize(
    ("found", "why", "waits"),
    [
        (callback("ANONYMOUS"), "number withheld", False),
        (callback(FRANCE), "a number abroad (FR)", True),
        (callback(FRANCE, consent_refused_by="Sue Tran"), NOT_ALLOWED.english, False),
        (callback(FRANCE, consented_by="Sue Tran"), WRONG_NUMBER.english, False),  # it was called, and was wrong
        (callback(CUSTOMER), WRONG_NUMBER.english, False),
        (callback(OURS), "number unknown: the call showed one of ours", False),
        (callback(CUSTOMER, OURS), "number unknown: the call showed one of ours", False),  # it has become one of ours
    ],
)
def test_why_there_is_no_number_to_call(found: Callback, why: str, waits: bool) -> None:
    known = customer_number(DESK, found)
    assert (known.number, known.why_not.english, known.waits_for_consent) == (None, why, waits)
