"""The service with a simulated carrier and people to page, in one process and without a socket."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from sqlalchemy.orm import Session

from callbacks.cli.context import UNDER_A_MOVING_CLOCK, Compose, Service
from callbacks.db.migrations import migrate
from callbacks.db.states import Role
from callbacks.desk.desk_file import Desk
from callbacks.desk.escalation_policy import SUPERVISOR
from callbacks.media.configured import media_store
from callbacks.oncall import store
from callbacks.paging.channels.mail import Mailer
from callbacks.people import users
from callbacks.people.technicians import add_technician
from callbacks.settings import Settings
from ivr.rehearsal.scenario import Scenario
from ivr.simulator import SimulatedTwilio
from ivr.simulator.in_process import mount
from sla.clock import MovingClock

PUBLIC_URL, CARRIER_URL, STORAGE_URL = "https://desk.test", "https://carrier.test", "https://storage.test"
# One person a layer, always on call.
PEOPLE = {
    "Amy Roy": ("+15145550101", "primary"),
    "Ben Cole": ("+15145550102", "backup"),
    "Cleo Martin": ("+15145550103", "manager"),
    "Sue Tran": ("+15145550104", SUPERVISOR),
}
MAIL_FROM = "desk@desk.example"
DEMO_USER, DEMO_PASSWORD = "supervisor@example.com", "night-desk-demo"


def simulated_desk(
    compose: Compose,
    desk: Desk,
    begins: datetime,
    folder: Path,
    *,
    public_url: str = PUBLIC_URL,
    database_url: str | None = None,
    senders: int = 8,
    transcribe_model: Path | None = None,
    smtp_url: str = "",
    mailer: Mailer | None = None,
    object_store: Mapping[str, Any] | None = None,
) -> Scenario:
    """Return a scenario that begins at an instant, with its people on call. Its files go into the folder.

    `object_store` has the settings of one, which then keeps recordings and mails.
    """
    settings = Settings(
        public_url=public_url,
        account_sid=f"AC{'0' * 31}1",
        auth_token=secrets.token_hex(16),
        sender=next(iter(desk.lines.values())).number,
        secret_key=secrets.token_hex(32),
        twilio_url=CARRIER_URL,
        database_url=database_url or f"sqlite:///{folder / 'nightdesk.db'}",
        media_dir=folder / "media",
        transcribe_model=transcribe_model,
        smtp_url=mailer.url if mailer else smtp_url,
        mail_from=MAIL_FROM if mailer or smtp_url else "",
    )
    settings = replace(settings, **(object_store or {}))
    clock, to_carrier, to_service = MovingClock(begins), requests.Session(), requests.Session()
    carrier = SimulatedTwilio(clock, settings.account_sid, settings.auth_token, http=to_service)
    service = compose(
        settings, desk, clock, http=to_carrier, demo=True, senders=senders, limits=UNDER_A_MOVING_CLOCK, mailer=mailer
    )
    carrier.storage_url = STORAGE_URL
    for url in (CARRIER_URL, STORAGE_URL):
        mount(to_carrier, url, carrier.wsgi)
    mount(to_service, public_url, service.web)
    _set_up_numbers(carrier, service)
    migrate(service.database)
    _add_people(service)
    return _scenario(service, carrier, clock)


def _set_up_numbers(carrier: SimulatedTwilio, service: Service) -> None:
    url = service.settings.public_url
    canary = service.desk.canary
    for number in (*(line.number for line in service.desk.lines.values()), *([canary.number] if canary else [])):
        carrier.own_number(
            number,
            voice_url=f"{url}/voice/incoming",
            voice_fallback_url=f"{url}/voice/fallback",
            status_callback=f"{url}/voice/status",
            sms_url=f"{url}/sms/incoming",
        )


def _add_people(service: Service) -> None:
    now, layers = service.clock.now(), service.desk.policy.layers

    def work(session: Session) -> None:
        for name, (number, layer) in PEOPLE.items():
            row = add_technician(session, name, number, now, verified=True)
            its_layer = layer if layer in (*layers, SUPERVISOR) else layers[0]
            store.add_shift(session, service.desk, row, its_layer, None, None, now)
        users.add_user(session, DEMO_USER, Role.ADMINISTRATOR.value, DEMO_PASSWORD, now)

    service.database.write(work)


def _scenario(service: Service, carrier: SimulatedTwilio, clock: MovingClock) -> Scenario:
    scenario = Scenario(service, carrier, clock)
    for name, (number, _) in PEOPLE.items():
        scenario.add_person(name, number)
    carrier.browser.phone_book = lambda: [(name, number) for name, (number, _) in PEOPLE.items()]
    return scenario


def recordings_that_differ(scenario: Scenario) -> list[str]:
    """Return the names of the stored recordings that differ from what the carrier recorded."""
    made = {recording.sid: recording.audio for recording in scenario.carrier.ledger.recordings}
    media = media_store(scenario.service.settings)
    names = sorted(each.name for each in media.files() if each.name.startswith("RE"))
    return [name for name in names if media.read(name) != made.get(name.removesuffix(".wav"))]
