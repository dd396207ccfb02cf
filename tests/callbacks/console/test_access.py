"""Every route is on exactly one list, and each list is walked in every role. Technicians see their own callbacks."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.cli.context import Service
from callbacks.db.tables import Callback
from callbacks.inbound import calls
from callbacks.people import technicians, users
from tests.acting import resolves
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.callbacks.console.route_lists import BY_SECRET_ADDRESS, LOGGED_IN, PUBLIC, SIGNED_BY_TWILIO
from tests.callbacks.console.service import client_of, post, reference


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
            done = 200 if method == "GET" else 302
            assert answer.status_code == (done if role in who else 403), (role, method, rule)
            assert not to_login


@pytest.mark.parametrize("rule", sorted(SIGNED_BY_TWILIO))
def test_what_twilio_signs_is_refused_to_everybody_else(service: Service, rule: str) -> None:
    client = client_of(service, "administrator")
    path = re.sub(r"<[^>]+>", "x", rule)
    assert client.post(path, data={"CallSid": "CA1"}).status_code == 403
    assert client.get(path).status_code in (403, 405)


@pytest.mark.parametrize("rule", sorted(BY_SECRET_ADDRESS))
def test_a_secret_address_that_nobody_was_given_opens_nothing(service: Service, rule: str) -> None:
    client = client_of(service, "administrator")
    path = re.sub(r"<[^>]+>", "guessed", rule)
    answers = (client.get(path), client.post(path))
    assert {answer.status_code for answer in answers} <= {404, 405, 410}


def another_callback(console: Console) -> str:
    """One that Ben has resolved."""

    def work(session: Session) -> str:
        arrival = calls.Arrival("CA2", "direct", "+15145550142", "en", False, "")
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
    mine = select(Callback.reference).where(Callback.call_sid == "CA1")
    return console.database.read(lambda session: session.scalars(mine).one())
