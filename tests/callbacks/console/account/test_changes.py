"""What users change about their second factor."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.db.tables import AuditEntry
from tests.callbacks.console.account.two_factor import (
    SECRET,
    adds_passkey,
    code,
    confirmation,
    logs_in_by_passkey,
    with_passkey,
    with_second_factor,
)
from tests.callbacks.console.console import PASSWORD, Console
from tests.callbacks.people.authenticator import Authenticator


def test_a_second_factor_begins_only_when_the_app_has_the_secret(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.follows(
        console.posts("/account/second-factor", {"secret": SECRET, "code": "000000", "old": PASSWORD})
    )
    assert "This is not the code that the app shows" in page
    assert "Logging in asks for a code" not in page


def test_no_password_secret_or_code_stands_in_the_log(console: Console) -> None:
    with_second_factor(console)
    told = console.database.read(lambda s: " ".join(entry.detail for entry in s.scalars(select(AuditEntry))))
    assert SECRET not in told
    assert PASSWORD not in told


def test_the_app_is_turned_off_with_the_password_and_a_code(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    console.clock.pass_time(timedelta(minutes=1))
    page = console.follows(console.posts("/account/no-second-factor", {"old": PASSWORD, "factor_code": code(console)}))
    assert "The authenticator app is off." in page
    assert "Add a passkey or an authenticator app" in page  # Sue's role needs one, at once
    assert console.client.get("/").headers["Location"] == "/account"
    console.posts("/logout", {})
    assert console.logs_in("sue@example.com").headers["Location"] == "/"


def test_a_change_of_the_second_factor_ends_every_other_session_half_ones_too(console: Console) -> None:
    elsewhere, half = console.web.test_client(), console.web.test_client()
    console.logs_in("sue@example.com", client=elsewhere)
    with_second_factor(console)
    assert elsewhere.get("/").status_code == 302
    console.logs_in("sue@example.com", client=half)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    console.clock.pass_time(timedelta(minutes=1))
    console.logs_in("sue@example.com", client=half)
    console.posts("/account/no-second-factor", {"old": PASSWORD, "factor_code": code(console)})
    assert console.client.get("/account").status_code == 200
    assert half.get("/login/code").headers["Location"] == "/login"


def test_a_change_that_does_not_exist_is_not_found(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert console.posts("/account/explode", {"old": PASSWORD}).status_code == 404


def recovery_codes_in(page: str) -> list[str]:
    return re.findall(r"\d{4}-\d{4}-\d{4}-\d{4}", page)


def test_recovery_codes_are_shown_once_with_the_first_factor_and_let_their_user_in(console: Console) -> None:
    console.logs_in("sue@example.com")
    fields = {"secret": SECRET, "code": code(console), "old": PASSWORD}
    codes = recovery_codes_in(console.follows(console.posts("/account/second-factor", fields)))
    assert len(codes) == 8
    assert recovery_codes_in(console.client.get("/account").text) == []
    console.posts("/logout", {})
    console.logs_in("sue@example.com")
    assert console.posts("/login/code", {"code": codes[0]}).headers["Location"] == "/"
    assert "7 left" in console.reads("/account")
    off = {"old": PASSWORD, "factor_code": codes[1]}
    assert "The authenticator app is off." in console.follows(console.posts("/account/no-second-factor", off))
    told = console.database.read(lambda s: " ".join(entry.detail for entry in s.scalars(select(AuditEntry))))
    assert not any(each in told for each in codes)


def test_new_recovery_codes_ask_for_the_factor(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    assert recovery_codes_in(console.follows(console.posts("/account/recovery-codes", {"old": PASSWORD}))) == []
    console.clock.pass_time(timedelta(minutes=1))
    confirmed = {"old": PASSWORD, "factor_code": code(console)}
    assert len(recovery_codes_in(console.follows(console.posts("/account/recovery-codes", confirmed)))) == 8


def test_without_a_factor_there_are_no_recovery_codes(console: Console) -> None:
    console.logs_in("rita@example.com")
    assert "Recovery codes" not in console.client.get("/account").text
    page = console.follows(console.posts("/account/recovery-codes", {"old": PASSWORD}))
    assert "Set up an authenticator app or a passkey first." in page


def test_the_entry_of_new_recovery_codes_says_how_many_went(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    console.clock.pass_time(timedelta(minutes=1))
    page = console.follows(console.posts("/account/recovery-codes", {"old": PASSWORD, "factor_code": code(console)}))
    (detail,) = console.audit_details("account: recovery-codes")
    assert "8 recovery codes of sue@example.com" in detail
    assert not any(each in detail for each in recovery_codes_in(page))


def test_the_entry_of_a_first_factor_names_no_recovery_codes_that_went(console: Console) -> None:
    with_second_factor(console)
    (detail,) = console.audit_details("account: second-factor")
    assert "recovery codes of" not in detail


@pytest.mark.parametrize("act", ["passkey", "no-passkey", "recovery-codes"])
def test_a_change_of_passkeys_or_recovery_codes_ends_every_other_session_half_ones_too(
    console: Console, act: str
) -> None:
    device, whole, half = with_passkey(console), console.web.test_client(), console.web.test_client()
    logs_in_by_passkey(console, device, whole)
    logs_in_by_passkey(console, device)
    console.logs_in("sue@example.com", client=half)
    assert (whole.get("/").status_code, half.get("/login/code").status_code) == (200, 200)
    second = Authenticator()
    made = second.makes(console.posts("/account/passkeys/add/options", {}).text) if act == "passkey" else ""
    fields = {"old": PASSWORD, "signed": confirmation(console, device), "passkey": "1", "name": "Phone"}
    shown = console.follows(console.posts(f"/account/{act}", {**fields, "credential": made}))
    assert 'class="trouble"' not in shown
    assert console.client.get("/account").status_code == 200
    assert (whole.get("/").status_code, half.get("/login/code").location) == (302, "/login")


def test_the_first_passkey_ends_every_other_session(console: Console) -> None:
    elsewhere = console.web.test_client()
    console.logs_in("sue@example.com", client=elsewhere)
    console.logs_in("sue@example.com")
    assert "was added" in adds_passkey(console, Authenticator())
    assert elsewhere.get("/").status_code == 302
