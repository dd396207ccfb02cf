"""Every route of the service stands on exactly one list, and each list is walked in every role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.cli.context import UNDER_A_MOVING_CLOCK, Compose, Service
from callbacks.console.callbacks.acts import FORMS, acts_of
from callbacks.db.states import AudioState, Role, VoicemailState
from callbacks.db.tables import Callback, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.people import technicians, users
from callbacks.settings import Settings
from ivr.rehearsal.audio import tone
from sla.clock import MovingClock

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"

# POST, and nothing else: they answer to whoever signs as the carrier does.
SIGNED_BY_TWILIO = {
    "/voice/incoming", "/voice/menu", "/voice/ring", "/voice/screen", "/voice/screen/key", "/voice/beep",
    "/voice/recorded", "/voice/recording", "/voice/status",
    "/voice/page", "/voice/page/key", "/voice/page/heard", "/voice/page/notice", "/voice/page/status",
    "/voice/connect", "/voice/connect/key", "/voice/connect/answered", "/voice/connect/outcome",
    "/voice/connect/ended", "/voice/connect/status",
    "/sms/incoming", "/sms/status",
}  # fmt: skip
PUBLIC = {"/login", "/login/code", "/logout", "/static/<path:filename>", "/healthz", "/readyz", "/metrics"}
# The address is the key: a link that was sent to one person, or entered into one calendar.
BY_SECRET_ADDRESS = {
    "/media/<token>.wav", "/calendar/<key>.ics",
    "/t/<token>", "/t/<token>/message.wav", "/t/<token>/take", "/t/<token>/connect", "/t/<token>/pass",
    "/t/<token>/outcome", "/t/<token>/note",
}  # fmt: skip
EVERYONE = users.ROLES
READERS = ("administrator", "supervisor", "reader")
WORKERS = ("administrator", "supervisor", "technician")
STEERERS = ("administrator", "supervisor")
ADMINISTRATORS = ("administrator",)
# Method, address as in the code, an example of it, and who may.
LOGGED_IN = [
    ("GET", "/", "/", EVERYONE),
    ("GET", "/callbacks", "/callbacks?words=0199", EVERYONE),
    ("GET", "/callbacks.csv", "/callbacks.csv", EVERYONE),
    ("GET", "/callbacks.json", "/callbacks.json", EVERYONE),
    ("GET", "/callbacks/<reference>", "/callbacks/{reference}", EVERYONE),
    ("GET", "/callbacks/<reference>/why", "/callbacks/{reference}/why?at=2026-11-28T22:14", EVERYONE),
    *(
        ("POST", "/callbacks/<reference>/<act>", f"/callbacks/{{reference}}/{act}",
         WORKERS if act in acts_of(Role.TECHNICIAN) else STEERERS)
        for act in FORMS
    ),
    ("GET", "/calls", "/calls", READERS),
    ("GET", "/reports", "/reports?since=2026-11-01", READERS),
    ("GET", "/reports/<name>.csv", "/reports/attainment.csv", READERS),
    ("GET", "/reports/digest", "/reports/digest?day=2026-11-28", READERS),
    ("GET", "/voicemails/<int:voicemail_id>.wav", "/voicemails/1.wav", EVERYONE),
    ("GET", "/people", "/people", EVERYONE),
    ("POST", "/people/add", "/people/add", STEERERS),
    ("POST", "/people/<int:technician_id>/<act>", "/people/1/test", WORKERS),  # a technician's own
    ("POST", "/people/<int:technician_id>/<act>", "/people/2/test", STEERERS),
    ("POST", "/people/<int:technician_id>/<act>", "/people/1/remove", STEERERS),
    ("GET", "/rota", "/rota", EVERYONE),
    ("GET", "/rota/hours.csv", "/rota/hours.csv?from=2026-11-01", READERS),
    ("POST", "/rota/<act>", "/rota/add", STEERERS),
    ("GET", "/what-if", "/what-if", EVERYONE),
    ("GET", "/setup", "/setup?year=2027", EVERYONE),
    ("POST", "/setup/<act>", "/setup/close", STEERERS),
    ("GET", "/account", "/account", EVERYONE),
    ("POST", "/account/<any('password', 'second-factor', 'no-second-factor', 'log-out'):act>", "/account/log-out",
     EVERYONE),
    ("GET", "/users", "/users", ADMINISTRATORS),
    ("POST", "/users/<act>", "/users/add", ADMINISTRATORS),
    ("GET", "/audit", "/audit", STEERERS),
]  # fmt: skip


@pytest.fixture
def service(compose: Compose, sqlite_url: str, tmp_path: Path) -> Iterator[Service]:
    yield from service_on(compose, sqlite_url, tmp_path)


def service_on(compose: Compose, database_url: str, folder: Path) -> Iterator[Service]:
    """The whole service, with a user of each role and one open callback with a message."""
    settings = Settings(
        public_url="https://desk.test",
        account_sid="AC" + "0" * 32,
        auth_token="t" * 32,
        sender="+18005550100",
        secret_key="x" * 64,
        database_url=database_url,
        media_dir=folder,
    )
    desk = read_desk(Path("support.toml"))
    service = compose(settings, desk, MovingClock(BEGAN), limits=UNDER_A_MOVING_CLOCK)

    def seed(session: Session) -> None:
        technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        for role in users.ROLES:
            technician = "Amy Roy" if role == "technician" else ""
            users.add_user(session, f"{role}@example.com", role, PASSWORD, BEGAN, technician)
        calls.call_arrives(session, calls.Arrival("CA1", "direct", "+15145550199", "en", False, "at night"), BEGAN)
        recording = calls.Recording(VoicemailState.RECORDED, "RE" + "2" * 32, 8)
        calls.voicemail_said(session, desk, "CA1", recording, BEGAN)
        voicemail = session.scalars(select(Voicemail)).one()
        voicemail.audio, voicemail.audio_file = AudioState.COPIED, "RE.wav"
        (folder / "RE.wav").write_bytes(tone(1))

    service.database.write(seed)
    yield service
    service.close()


def client_of(service: Service, role: str | None) -> FlaskClient:
    client = service.web.test_client()
    if role is not None:
        assert post(client, "/login", {"email": f"{role}@example.com", "password": PASSWORD}).status_code == 302
    return client


def post(client: FlaskClient, path: str, fields: dict[str, str]) -> TestResponse:
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    return client.post(path, data={"token": token[1], **fields})


def reference(service: Service) -> str:
    return service.database.read(lambda session: session.scalars(select(Callback.reference)).one())


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


def test_nothing_changes_by_get_nor_without_the_token(service: Service) -> None:
    client, named = client_of(service, "administrator"), reference(service)
    for path in (example.format(reference=named) for method, _, example, _ in LOGGED_IN if method == "POST"):
        assert client.get(path).status_code == 405, path
        assert client.post(path, data={"technician": "Amy Roy"}).status_code == 403, path
        assert client.post(path, data={"technician": "Amy Roy", "token": "forged"}).status_code == 403, path


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
