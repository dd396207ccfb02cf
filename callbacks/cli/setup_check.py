"""`check`: whether the desk is set up, what is wrong, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from sqlalchemy.orm import Session

from callbacks.cli.command import Command
from callbacks.cli.context import Service, pass_service
from callbacks.cli.gaps import gap_in_words
from callbacks.db.states import Channel
from callbacks.oncall import store
from callbacks.oncall.roster import Roster
from callbacks.paging.decide import paged_before_the_deadline
from callbacks.people import users
from callbacks.people.person import ContactMethod
from callbacks.people.required_factor import GRACE, is_overdue, lacks_factor
from callbacks.people.totp_secrets import TotpSecrets
from callbacks.text.formats import moment, readable_number
from callbacks.worker.health import unready
from sla.zones import installed_rules

FEWEST_PAGED = 3  # people before the deadline, or everybody when there are fewer


@click.command(cls=Command)
@pass_service
def check(service: Service) -> None:
    """Check the setup, and print the URLs to enter at Twilio.

    Checks settings, desk file, database schema, on-call coverage, the worker and time zone data.
    """
    click.echo("Settings, desk file and database schema: OK.")
    _print_urls(service)
    click.echo(f"\nIn use: {installed_rules()}.")
    for warning in warnings(service):
        click.echo(f"Warning: {warning}")


def _print_urls(service: Service) -> None:
    base = service.settings.public_url
    click.echo("\nEnter these URLs at Twilio for each number (method: POST):")
    for name, line in service.desk.lines.items():
        click.echo(f"  {readable_number(line.number)} ({name})")
        click.echo(f"    A call comes in       {base}/voice/incoming")
        click.echo(f"    Primary handler fails {base}/voice/fallback")
        click.echo(f"    Call status changes   {base}/voice/status")
        click.echo(f"    A message comes in    {base}/sms/incoming")


def warnings(service: Service) -> list[str]:
    """Return what is wrong, each with how to fix it."""
    found = service.database.read(lambda session: list(_warnings(session, service)))
    beside_the_desk = (installed_rules().warning, unready(service.database, service.clock))
    return [*found, *filter(None, beside_the_desk)]


def _warnings(session: Session, service: Service) -> Iterator[str]:
    desk, now = service.desk, service.clock.now()
    roster = store.roster(session, desk, now)
    yield from _rota_warnings(session, service)
    if not users.everyone(session):
        yield "nobody can log in to the console. Add a user: user add you@example.com --role administrator."
    yield from _factor_warnings(session, service)
    yield from _roster_warnings(roster, service)
    yield from _policy_warnings(roster, service)


def _rota_warnings(session: Session, service: Service) -> Iterator[str]:
    desk, now = service.desk, service.clock.now()
    for gap in store.gaps_ahead(session, desk, now):
        yield f"{gap_in_words(gap, desk)}. Add a shift: shift add."
    for layer in store.schedule(session, desk, now).unstaffed_layers():
        yield f"nobody is ever on {layer}. Add a shift there or on the fallback layer: shift add NAME --layer fallback."


def _factor_warnings(session: Session, service: Service) -> Iterator[str]:
    zone, now, secrets = service.desk.zone, service.clock.now(), TotpSecrets(service.settings.secret_key)
    for user in filter(lacks_factor, users.everyone(session)):
        due = user.factor_due_at
        when = moment(due, zone, now) if due else f"{GRACE.days} days after their next log-in"
        yield (
            f"{user.email} ({user.role.value}) has no second factor. {'It was' if is_overdue(user, now) else 'It is'} "
            f"due {when}. They set it up under Account in the console."
        )
    for user in users.everyone(session):
        if not secrets.can_decrypt(user.second_factor):
            yield (
                f"the authenticator app of {user.email} cannot be checked, because SECRET_KEY was changed. Restore it, "
                f"or run: user no-second-factor {user.email}."
            )


def _roster_warnings(roster: Roster, service: Service) -> Iterator[str]:
    if not roster.people:
        yield "nobody can be paged, because no technician has a verified number. See: technician --help."
    elif not (
        service.settings.smtp_url
        and any(ContactMethod(Channel.MAIL) in each.contact_methods for each in roster.supervisors())
    ):
        yield (
            "nobody is informed when Twilio is down. Set SMTP_URL and MAIL_FROM, and give a supervisor an email "
            "address: technician mail."
        )


def _policy_warnings(roster: Roster, service: Service) -> Iterator[str]:
    wanted = min(FEWEST_PAGED, len(roster.people))
    for name, policy in service.desk.escalations.items():
        if len(paged_before_the_deadline(policy, roster)) < wanted:
            yield (
                f"with the people now on call, the policy {name!r} pages fewer than {wanted} of them before the "
                "deadline. Put more people on its layers: shift add."
            )
        for person in policy.people_named():
            if not roster.named(person):
                yield (
                    f"the policy {name!r} names {person}, who is not a technician. Add them, or correct the desk file."
                )
