"""A customer writes about a covered product, and the matter turns out to be work that is paid for."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from callbacks.acts.base import Via, perform, technician_by
from callbacks.acts.details import SetProduct
from callbacks.db.states import CallbackState
from callbacks.db.tables import Technician
from callbacks.inbound.mails.receive import receive
from callbacks.media.folder import Folder
from callbacks.reporting.billing import billing_of, rows_as_csv
from callbacks.reporting.periods import month_named
from tests.callbacks.inbound.mails.post import MAILBOXES, parsed
from tests.mail_server import MailServer, running
from tests.scenarios.conftest import CUSTOMER, POSTGRES_IN_SOAK, ScenarioDesk
from tests.scenarios.links import Link

pytestmark = POSTGRES_IN_SOAK
MONDAY_AT_NINE = "2026-11-30T09:00"
NUMBERS = itertools.count(1)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running(MailServer("250 fine")) as server:
        yield server


@pytest.fixture
def morning(open_desk: Callable[..., ScenarioDesk], server: MailServer) -> ScenarioDesk:
    return open_desk(MONDAY_AT_NINE, smtp_url=server.url, mailboxes=MAILBOXES, mail={"receipts": False})


def writes(desk: ScenarioDesk) -> None:
    mail, service = parsed("Digests are late", "Since Friday.", message_id="m1@acme.example"), desk.service
    raw = f"mail {next(NUMBERS)}".encode()
    receive(
        service.database, service.desk, Folder(service.settings.media_dir), "support", raw, mail, desk.now, desk.now
    )
    desk.scenario.settle()


def is_about(desk: ScenarioDesk, product: str) -> None:
    """Amy enters the product in the console."""
    callback_id = desk.callback.id

    def work(session: Session, amy: Technician) -> None:
        by = technician_by(amy, Via.CONSOLE)
        perform(session, desk.service.desk, callback_id, SetProduct(product), by, desk.now)

    desk.edit(work)


def billed(desk: ScenarioDesk, month: str) -> list[dict[str, str]]:
    days = month_named(month)
    assert days is not None
    found = billing_of(desk.service.database, desk.service.desk, days)
    return list(csv.DictReader(io.StringIO(rows_as_csv(found))))


def test_a_covered_mail_becomes_a_migration_that_the_customer_agrees_to_by_phone(morning: ScenarioDesk) -> None:
    writes(morning)
    amy = morning.phone_of("Amy")
    amy.reads("mail from")
    morning.scenario.minutes_pass(10)
    link = Link(morning)
    link.opens()
    is_about(morning, "modusHosted")
    assert "10 min noted." in link.does("reply", reply="How old is your server?", minutes="10")

    # It is the server that must be replaced, and nobody has asked the customer.
    is_about(morning, "server upgrades and migrations")
    morning.scenario.minutes_pass(5)
    page = link.does("note", words="The server is out of support.", minutes="5")
    assert "Consent not on record." in page
    assert "5 min noted." not in page

    # Amy calls them, and Bob agrees.
    link.does("number", number=CUSTOMER)
    link.does("connect")
    amy.is_rung().answers().hears("Press 1").presses("1")
    customer = morning.customer().is_rung().answers()
    morning.scenario.minutes_pass(3)
    customer.hangs_up()
    morning.scenario.minutes_pass(1)
    page = link.does("billing-consent", given_by="Bob", way="phone", scope="A new server, 2 hours at most", limit="120")
    assert "Consent not on record." not in page
    assert "10 min worked; agreed: 2 h 00 min" in page

    # The work, and one text that says so.
    morning.scenario.minutes_pass(90)
    morning.scenario.ignore_so_far()
    amy.texts(f"done {amy.code} 90m moved to the new server").reads("is resolved", "1 h 30 min noted.")
    assert morning.callback.state is CallbackState.RESOLVED
    covered, billable = billed(morning, "2026-11")
    assert (covered["minutes"], covered["coverage"], covered["work"], covered["consent_by"]) == (
        "10",
        "covered",
        "wrote a reply by mail",
        "",
    )
    assert (billable["minutes"], billable["coverage"], billable["note"]) == (
        "90",
        "billable",
        "90m moved to the new server",
    )
    assert (billable["consent_by"], billable["consent_how"], billable["agreed_minutes"]) == ("Bob", "phone", "120")
    assert billed(morning, "2026-12") == []
    assert morning.log_says("Amy Roy recorded the time worked 1 h 30 min, billable")
