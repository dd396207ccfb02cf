"""The demo: service, simulated carrier, browser phones and mails at one address, on a running clock."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from callbacks.cli.context import Compose
from callbacks.customers.contacts import mail_in, phone_in
from callbacks.customers.details import Details
from callbacks.customers.store import add_customer
from callbacks.db.database import FAR
from callbacks.desk.desk_file import Desk
from callbacks.web_server import serving
from callbacks.worker.timer import SweepTimer
from ivr.rehearsal.demo_mail import WRITER, DemoMail, KeepingMailer, with_mailboxes
from ivr.rehearsal.scenario import Scenario
from ivr.rehearsal.simulated_desk import simulated_desk
from ivr.simulator.browser.state import CUSTOMERS
from sla.clock import RunningClock

LONGEST_RECORDING = 16 * 1024 * 1024  # bytes that a visitor speaks into a phone of the demo: some minutes
CATCHES_UP_EVERY = timedelta(milliseconds=200)


@contextmanager
def running_demo(
    compose: Compose, desk: Desk, clock: RunningClock, host: str, port: int, transcribe_model: Path | None = None
) -> Iterator[Scenario]:
    """Run the demo until the block ends. The scenario follows the clock, which visitors can move."""
    with tempfile.TemporaryDirectory(prefix="nightdesk-") as folder:
        mailer = KeepingMailer()
        scenario = simulated_desk(
            compose, with_mailboxes(desk), clock.now(), Path(folder), public_url=f"http://{host}:{port}",
            transcribe_model=transcribe_model, mailer=mailer,
        )  # fmt: skip
        _set_up_phones(scenario, clock)
        scenario.carrier.browser.mail_program = DemoMail(scenario.service, mailer)
        scenario.service.database.write(lambda session: _add_customer(session, desk, clock.now()))
        site = DispatcherMiddleware(scenario.service.web, {"/simulator": scenario.carrier.wsgi})
        try:
            with serving(site, host, port, largest_body=LONGEST_RECORDING), _following(scenario, clock):
                yield scenario
        finally:
            scenario.service.close()


def _add_customer(session: Session, desk: Desk, now: datetime) -> None:
    """Have the desk know the second customer, so that a visitor sees what pages say of one."""
    name, address = WRITER
    details = Details(name, "Hudson Mail", "en", products=("modusCloud",), notes="Renews in March.")
    add_customer(session, details, [phone_in(CUSTOMERS[1], desk.dialing_rules), mail_in(address)], now)


def _set_up_phones(scenario: Scenario, clock: RunningClock) -> None:
    desk, browser = scenario.service.desk, scenario.carrier.browser
    browser.clock_controls = clock
    browser.zone = desk.hours.zone
    browser.console_url = "../"
    browser.line_names = {line.number: f"{name} line" for name, line in desk.lines.items()}


@contextmanager
def _following(scenario: Scenario, clock: RunningClock) -> Iterator[None]:
    timer = SweepTimer(lambda: scenario.catch_up(clock.now()), every=CATCHES_UP_EVERY, patience=FAR)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
