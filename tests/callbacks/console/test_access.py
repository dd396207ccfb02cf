"""Every route is on exactly one list, and each list is walked in every role. Technicians see their own callbacks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.cli.context import Service
from callbacks.db.database import Database
from callbacks.db.tables import Callback, User
from callbacks.inbound import calls
from callbacks.people import technicians, users
from tests.acting import resolves
from tests.callbacks.console.account.two_factor import adds_passkey, confirmation, with_passkey
from tests.callbacks.console.console import BEGAN, DESK, PASSWORD, Console
from tests.callbacks.console.route_lists import BY_SECRET_ADDRESS, LOGGED_IN, PUBLIC, SIGNED_BY_TWILIO
from tests.callbacks.console.service import client_of, post, reference
from tests.callbacks.people.authenticator import Authenticator


def test_every_route_is_on_exactly_one_list(service: Service) -> None:
    rules = {rule.rule for rule in service.web.url_map.iter_rules()}
    lists = [SIGNED_BY_TWILIO, PUBLIC, BY_SECRET_ADDRESS, {rule for _, rule, _, _ in LOGGED_IN}]
    assert sorted(rules) == sorted(rule for each in lists for rule in each)


@pytest.mark.parametrize("role", [*users.ROLES, None])
def test_what_a_role_may_not_do_is_refused_and_the_rest_is_done(service: Service, role: str | None) -> None:
    client, named = client_of(service, role), reference(service)
    for method, rule, example, who in LOGGED_IN:
        path = example.format(reference=named)
        answer = client.get(path) if method == "GET" else post(client, path, {"old": "wrong"})
        to_login = answer.headers.get("Location") == "/login"
        if role is None:
            assert (answer.status_code, to_login) == (302, True), (method, rule)
        else:
            done = 200 if method == "GET" or path.endswith("/options") else 302
            assert answer.status_code == (done if role in who else 403), (role, method, rule)
            assert not to_login


# What somebody may open whose second factor is overdue: their account, to set one up.
TO_SET_UP_A_FACTOR = (
    *("/account", "/account/second-factor", "/account/passkeys/add/options"),
    *("/account/password", "/account/sessions/end"),
)


@pytest.mark.parametrize("role", users.ROLES)
def test_after_the_grace_period_supervisors_can_open_only_their_account(service: Service, role: str) -> None:
    client, named = client_of(service, role), reference(service)
    is_stopped = role in ("administrator", "supervisor")
    due = BEGAN - timedelta(minutes=1)
    service.database.write(lambda session: session.execute(update(User).values(factor_due_at=due)))
    for method, rule, example, who in LOGGED_IN:
        if role in who:
            path = example.format(reference=named)
            answer = client.get(path) if method == "GET" else post(client, path, {"old": "wrong"})
            is_led = answer.headers.get("Location") == "/account" and path not in TO_SET_UP_A_FACTOR
            assert is_led == (is_stopped and path not in TO_SET_UP_A_FACTOR), (role, method, rule)


def test_the_grace_is_a_week_from_the_account_or_the_first_request_after_an_upgrade(console: Console) -> None:
    console.database.write(lambda session: session.execute(update(User).values(factor_due_at=None)))
    console.clock.pass_time(timedelta(days=30))
    for email, is_told in (("sue@example.com", True), ("ada@example.com", True), ("rita@example.com", False)):
        console.logs_in(email)
        shown = console.reads("/")
        assert ("Your role requires a second factor" in shown) == is_told
        assert ("Set one up by Mon 4 Jan 2027 22:14" in shown) == is_told
    console.clock.pass_time(timedelta(days=7))
    console.logs_in("sue@example.com")
    assert console.client.get("/").headers["Location"] == "/account"
    answer = console.client.get("/account")
    assert (answer.status_code, "to continue" in answer.text) == (200, True)


def test_with_a_passkey_nothing_is_asked_and_without_the_last_one_at_once(console: Console) -> None:
    with_passkey(console)
    console.clock.pass_time(timedelta(days=30))
    console.logs_in("sue@example.com")
    console.posts("/logout", {})
    device = Authenticator()
    console.logs_in("ada@example.com")
    assert console.client.get("/").headers["Location"] == "/account"
    assert "was added" in adds_passkey(console, device)
    assert console.client.get("/").status_code == 200
    fields = {"old": PASSWORD, "passkey": "2", "signed": confirmation(console, device)}
    assert "was removed" in console.follows(console.posts("/account/no-passkey", fields))
    assert console.client.get("/").headers["Location"] == "/account"


def test_the_demo_asks_for_no_second_factor(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    demo = Console(database, tmp_path, demo=True)
    demo.clock.pass_time(timedelta(days=30))
    demo.logs_in("sue@example.com")
    shown = demo.client.get("/")
    database.close()
    assert (shown.status_code, "second factor" in shown.text) == (200, False)


def another_callback(console: Console) -> str:
    """One that Ben has resolved."""

    def work(session: Session) -> str:
        arrival = calls.Arrival("CA2", "direct", "+15145550142", "en", False, "", "TN-Validation-Passed-A")
        callback = open_callback(session, DESK, calls.record_call(session, arrival, BEGAN), BEGAN)
        ben = technicians.technician_named(session, "Ben Cole")
        resolves(session, DESK, callback, ben, BEGAN)
        return callback.reference

    return console.database.write(work)


def test_a_technician_sees_open_callbacks_and_their_own(console: Console) -> None:
    bens = another_callback(console)
    console.logs_in("amy@example.com")
    assert console.client.get(f"/callbacks/{desk_reference(console)}").status_code == 200
    over = console.client.get(f"/callbacks/{bens}")
    assert (over.status_code, f"{bens} is closed. Its owner was Ben Cole." in over.text) == (403, True)
    assert console.client.get(f"/callbacks/{bens}/why").status_code == 404
    assert console.posts(f"/callbacks/{bens}/note", {"words": "x"}).status_code == 404
    assert bens not in console.client.get("/callbacks").text
    assert bens not in console.client.get("/").text
    assert [row["reference"] for row in console.client.get("/callbacks.json").get_json()] == [desk_reference(console)]


def desk_reference(console: Console) -> str:
    mine = select(Callback.reference).where(Callback.contact_sid == "CA1")
    return console.database.read(lambda session: session.scalars(mine).one())
