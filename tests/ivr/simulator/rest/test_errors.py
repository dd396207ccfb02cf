"""Errors have the JSON that Twilio's client reads."""

from __future__ import annotations

from ivr.simulator.rest.errors import Refused, not_authenticated, unavailable


def test_an_error_names_its_code_and_where_it_is_explained() -> None:
    assert Refused(400, 21211, "Not a valid phone number.").json() == {
        "code": 21211,
        "message": "Not a valid phone number.",
        "more_info": "https://www.twilio.com/docs/errors/21211",
        "status": 400,
    }


def test_common_errors_have_twilios_codes() -> None:
    assert [(error.status, error.code) for error in (not_authenticated(), unavailable())] == [
        (401, 20003),
        (503, 20503),
    ]
